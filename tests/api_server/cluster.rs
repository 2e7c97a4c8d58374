//! What kubectl does to a real cluster, and what the cluster holds afterwards.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::server::Server;

/// What the API server changes by itself, or shows under a second name.
const NOT_READ: [&str; 9] = [
    "apiservices.apiregistration.k8s.io",
    "componentstatuses",
    "endpoints",
    "endpointslices.discovery.k8s.io",
    "events",
    "events.events.k8s.io",
    "flowschemas.flowcontrol.apiserver.k8s.io",
    "leases.coordination.k8s.io",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
];

/// A real cluster without controllers.
pub(crate) struct Cluster {
    server: Server,
    folder: tempfile::TempDir,
}

/// What kubectl said about one command.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its lines as `kind/name verb`, the kind in lower case and without its group.
    pub(crate) done: Vec<String>,
    /// Its errors, one text.
    pub(crate) errors: String,
}

impl Cluster {
    /// A new one; none where there are no binaries for it.
    pub(crate) fn fresh() -> Option<Self> {
        let server = Server::fresh()?;
        Some(Self { server, folder: tempfile::tempdir().unwrap() })
    }

    /// Its server.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// A folder that lives as long as the cluster.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A kubeconfig with the contexts `admin` (current) and `reader`.
    pub(crate) fn kubeconfig(&self) -> std::path::PathBuf {
        self.server.kubeconfig(self.folder())
    }

    /// Its version, as `v1.20.2`.
    pub(crate) fn version(&self) -> String {
        let version = self.server.kubectl_text(&["get", "--raw", "/version"], "");
        let version: Value = serde_json::from_str(&version).unwrap();
        version["gitVersion"].as_str().unwrap().to_owned()
    }

    /// Runs kubectl, whether it succeeds or not.
    pub(crate) fn run(&self, args: &[&str], input: &str) -> Said {
        Said::of(&self.server.kubectl(args, input))
    }

    /// Runs kubectl, which has to succeed.
    pub(crate) fn kubectl(&self, args: &[&str], input: &str) -> String {
        self.server.kubectl_text(args, input)
    }

    /// The bytes that kubectl prints, which has to succeed.
    pub(crate) fn bytes(&self, args: &[&str]) -> Vec<u8> {
        let output = self.server.kubectl(args, "");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Whether kubectl succeeds.
    pub(crate) fn succeeds(&self, args: &[&str]) -> bool {
        self.server.kubectl(args, "").status.success()
    }

    /// Runs kubectl on arguments between spaces, which has to succeed. An argument with spaces of
    /// its own stands between single quotes.
    pub(crate) fn command(&self, line: &str) -> String {
        self.kubectl(&words(line), "")
    }

    /// All that it holds, as a list of kubectl.
    pub(crate) fn state(&self) -> String {
        let all = self.kubectl(&["api-resources", "--verbs=list", "-o", "name"], "");
        let kinds: Vec<_> = all
            .lines()
            .filter(|it| !NOT_READ.contains(it) && !it.ends_with(".extensions"))
            .collect();
        self.list(&kinds.join(","))
    }

    /// The objects of kinds, which are named as `KIND.VERSION.GROUP` or by their resources.
    pub(crate) fn list(&self, kinds: &str) -> String {
        self.kubectl(&["get", kinds, "--all-namespaces", "-o", "json"], "")
    }
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let errors: Vec<_> =
            text(&output.stderr).lines().filter(|it| !is_warning(it)).map(str::to_owned).collect();
        let said = Self {
            done: text(&output.stdout).lines().map(done).collect(),
            errors: errors.join("\n"),
        };
        assert_eq!(output.status.success(), said.errors.is_empty(), "{said:?}");
        said
    }
}

fn is_warning(line: &str) -> bool {
    line.starts_with("Warning: ")
}

/// A line of kubectl in one form: `deployment.apps "name" deleted` and `deployment.apps/name created`.
fn done(line: &str) -> String {
    let (object, verb) = line.rsplit_once(' ').unwrap();
    let (kind, name) = object.split_once([' ', '/']).unwrap();
    let kind = kind.split('.').next().unwrap();
    format!("{kind}/{} {verb}", name.trim_matches('"'))
}

/// The words of a command.
pub(crate) fn words(line: &str) -> Vec<&str> {
    let quoted = line.split('\'').enumerate();
    let words = quoted
        .map(|(at, part)| if at % 2 == 1 { vec![part] } else { part.split_whitespace().collect() });
    words.flatten().collect()
}
