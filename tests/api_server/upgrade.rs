//! A cluster with a release on it, its operator, a proxy, and the program in front of them.
//!
//! # Decisions
//! * The program reaches the cluster through the proxy only, and everybody else past it. So the log
//!   of the proxy is what the program did, and no fault meets anybody else.
//! * The kubeconfig is where the program looks without being told: `~/.kube/config` of a home of its
//!   own, in which its cache is, too.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::install::Install;
use crate::operator::installation::{self, Generation, INSTALLED, PATH};
use crate::operator::{Behaviour, Operator};
use crate::proxy::Proxy;
use crate::support::{History, Installer, overrides, run_at_home};
use crate::until::until;

#[cfg(test)]
mod tests;

/// A file of a chart: its path below `resources/`, and its text.
pub(crate) type Chart = (&'static str, String);

/// Where releases come from.
pub(crate) struct Source {
    /// The folder that has the same files in `download` and `raw`.
    pub(crate) folder: PathBuf,
    /// What the program takes as `--source`.
    pub(crate) name: String,
    /// What has to be there before a release is installed.
    pub(crate) before: String,
}

impl Source {
    /// Made-up releases 1.10.0 to 1.13.0 for clusters and Minikube, as a mirror in a folder. They
    /// have three components and Tiller, and differ in the images, in one ConfigMap and in one
    /// override of Minikube.
    pub(crate) fn made_up(folder: &Path) -> Self {
        Self::with_charts(folder, &|_| Vec::new())
    }

    /// The same releases with charts: pairs of path and text for each tag.
    pub(crate) fn with_charts(folder: &Path, charts: &dyn Fn(&str) -> Vec<Chart>) -> Self {
        let mut history = History::default();
        for tag in ["1.10.0", "1.11.1", "1.12.0", "1.13.0"] {
            let (installer, config) = (installer(tag), config(tag));
            let files = [
                ("kyma-installer-cluster.yaml", installer.as_str()),
                ("kyma-installer-local.yaml", &installer),
                ("kyma-config-local.yaml", &config),
            ];
            history.release(tag, &files);
            let charts = charts(tag);
            if !charts.is_empty() {
                let charts: Vec<_> = charts.iter().map(|it| (it.0, it.1.as_str())).collect();
                history.charts(tag, &charts);
            }
            let path = format!("raw/{tag}/installation/resources/tiller.yaml");
            history.file(&path, &TILLER.replace("TAG", tag));
        }
        history.write(folder);
        let name = folder.to_str().unwrap().to_owned();
        Self { folder: folder.to_owned(), name, before: BEFORE.to_owned() }
    }

    /// The files of real releases in this folder, and the mirror that was made of them.
    pub(crate) fn of_release_data(data: &Path, mirror: &str) -> Self {
        Self { folder: data.to_owned(), name: mirror.to_owned(), before: String::new() }
    }
}

/// The components of the made-up releases, in order.
pub(crate) const COMPONENTS: [&str; 3] = ["cluster-essentials", "core", "monitoring"];

fn installer(tag: &str) -> String {
    let components: Vec<_> = COMPONENTS.iter().map(|it| format!("{it}@kyma-system")).collect();
    let components = components.join(" ");
    let more = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kyma-script\n  \
         namespace: kyma-installer\ndata:\n  version: \"{tag}\""
    );
    Installer { image: tag, components: &components, more: &more, ..Installer::default() }.text()
}

fn config(tag: &str) -> String {
    overrides("core-overrides", Some("core"), &format!("test.version: \"{tag}\""))
}

const TILLER: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: tiller-deploy, namespace: kube-system}
spec:
  selector: {matchLabels: {name: tiller}}
  template:
    metadata: {labels: {name: tiller}}
    spec: {containers: [{name: tiller, image: 'registry/tiller:TAG'}]}
";

const BEFORE: &str = "apiVersion: v1
kind: Namespace
metadata: {name: kyma-installer}
---
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: {name: installations.installer.kyma-project.io}
spec:
  group: installer.kyma-project.io
  version: v1alpha1
  scope: Namespaced
  names: {kind: Installation, singular: installation, plural: installations}
";

/// A cluster on which a release is installed.
pub(crate) struct Upgrade {
    // In the order in which they end.
    proxy: Proxy,
    operator: Operator,
    home: tempfile::TempDir,
    cluster: Cluster,
}

impl Upgrade {
    /// Installs a release in a new cluster and starts its operator, which works. None where there
    /// are no binaries for a cluster.
    pub(crate) fn new(source: &Source, from: &str, deployment: &str) -> Option<Self> {
        let cluster = Cluster::fresh()?;
        let (folder, before) = (source.folder.as_path(), source.before.as_str());
        Install { folder, deployment, version: from, before }.apply(&cluster);
        settle(&cluster, from);
        let operator = Operator::start(cluster.server(), Behaviour::works());
        let proxy = Proxy::start(cluster.server());
        let home = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(home.path().join(".kube")).unwrap();
        let kubeconfig = proxy.kubeconfig(home.path());
        fs_err::rename(kubeconfig, home.path().join(".kube/config")).unwrap();
        let upgrade = Self { proxy, operator, home, cluster };
        until("a Pod of the installer", || (upgrade.pods() == [from]).then_some(()));
        Some(upgrade)
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub(crate) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// The proxy, with the proof of what was written ([`Proxy::writes`]).
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// The home of the program, in which files of a test can be, too.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A path in the home, as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.home().join(name).to_str().unwrap().to_owned()
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        run_at_home(self.home(), args)
    }

    /// Starts the program, in the same environment and with more variables.
    pub(crate) fn spawn(&self, args: &[&str], variables: &[(&str, &str)]) -> Program {
        let said = tempfile::tempdir().unwrap();
        let file = |name| fs_err::File::create(said.path().join(name)).unwrap().into_parts().0;
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
        command.env_clear().env("HOME", self.home()).envs(variables.iter().copied()).args(args);
        command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
        Program { child: command.spawn().unwrap(), said }
    }

    /// Runs kubectl past the proxy, which has to succeed, on arguments between spaces. An argument
    /// with spaces of its own stands between single quotes.
    pub(crate) fn kubectl(&self, line: &str) -> String {
        self.cluster.command(line)
    }

    /// The Installation.
    pub(crate) fn installation(&self) -> Value {
        self.cluster.server().get(PATH).unwrap()
    }

    /// The image of the Deployment of the installer; none where there is no such Deployment.
    pub(crate) fn image(&self) -> Option<String> {
        let deployments = "/apis/apps/v1/namespaces/kyma-installer/deployments";
        let deployment = self.cluster.server().get(&format!("{deployments}/kyma-installer"))?;
        let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
        Some(image.as_str().unwrap().to_owned())
    }

    /// The tags of the installer's Pods that run.
    pub(crate) fn pods(&self) -> Vec<String> {
        let pods = self.cluster.server().get("/api/v1/namespaces/kyma-installer/pods").unwrap();
        let pods = pods["items"].as_array().unwrap().iter();
        let running = pods.filter(|it| it["status"]["phase"] == "Running");
        let images = running.map(|it| it["spec"]["containers"][0]["image"].as_str().unwrap());
        images.map(|it| it.rsplit_once(':').unwrap().1.to_owned()).collect()
    }

    /// Waits until the Installation is as asked, and gives it.
    pub(crate) fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        until(what, || Some(self.installation()).filter(&is))
    }
}

/// Leaves the Installation as the operator of a version does after success.
fn settle(cluster: &Cluster, version: &str) {
    let text = cluster.kubectl(&["get", "--raw", PATH], "");
    let mut object: Value = serde_json::from_str(&text).unwrap();
    installation::succeed(&mut object, Generation::of(version));
    installation::set_conditions(&mut object, &INSTALLED);
    // Not `replace`, which would write all of it into the annotation of what was last applied.
    let patch = json!({"metadata": {"labels": {"action": null}}, "status": object["status"]});
    let patch = patch.to_string();
    let args = ["-n", "default", "patch", "installation", "kyma-installation", "--type=merge"];
    cluster.kubectl(&[&args[..], &["-p", &patch]].concat(), "");
}

/// A running program. It is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    said: tempfile::TempDir,
}

impl Program {
    /// What it has written to standard output so far.
    pub(crate) fn stdout(&self) -> String {
        fs_err::read_to_string(self.said.path().join("stdout")).unwrap()
    }

    /// What it has written to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        fs_err::read_to_string(self.said.path().join("stderr")).unwrap()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Sends it a signal, as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.child.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        until("the end of the program", || self.child.try_wait().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
