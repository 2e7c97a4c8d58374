//! An API server for tests: etcd and kube-apiserver on loopback, without controllers.
//!
//! # Decisions
//! * Each process is started by a shell that waits for the end of its own standard input and then
//!   stops what it started. The test process holds the other end, so nothing is left behind however
//!   it ends: by a panic, by a signal, or with the server in a `static`, which is never dropped.
//! * The server makes its key and certificate itself. The key also signs tokens of service accounts,
//!   so that no key has to stand in the project and none be made with another tool.
//! * A line on that standard input stops one process and keeps its folder. So the API server can be
//!   stopped and started again, on the same port and the same etcd, by anybody who holds the server.
//! * The ports are free ones. Where somebody takes one between choosing and using it, the server is
//!   started once more with others.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex, Once};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(90);

/// A user of the server: the name is part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// May do everything.
    Admin,
    /// May do what the roles that a test creates for the user `reader` allow, at first nothing.
    Reader,
}

impl User {
    fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Reader => "reader",
        }
    }

    /// The token by which the server knows the user.
    pub(crate) fn token(self) -> String {
        format!("token-of-{}", self.name())
    }
}

/// A running API server with an own etcd. It stops when it is dropped or the test process ends.
pub(crate) struct Server {
    url: String,
    folder: PathBuf,
    port: u16,
    command: Vec<String>,
    // The order is that of stopping.
    api: Mutex<Option<Guarded>>,
    _etcd: Guarded,
    _temporary: tempfile::TempDir,
}

static SHARED: LazyLock<Option<Server>> = LazyLock::new(Server::fresh);

impl Server {
    /// The server that all tests of this crate share; none where there are no binaries for one.
    pub(crate) fn shared() -> Option<&'static Self> {
        SHARED.as_ref()
    }

    /// Whether there are binaries for one.
    pub(crate) fn is_available() -> bool {
        assets().is_some()
    }

    /// A new, empty server; none where there are no binaries for one. It takes some seconds.
    pub(crate) fn fresh() -> Option<Self> {
        let assets = assets()?;
        let attempts = (0..3).map(|_| Self::start(&assets));
        let mut failed = Vec::new();
        for attempt in attempts {
            match attempt {
                Ok(server) => return Some(server),
                Err(log) => failed.push(log),
            }
        }
        panic!("no API server could be started: {}", failed.join("\n"));
    }

    fn start(assets: &Path) -> Result<Self, String> {
        let temporary = tempfile::Builder::new().prefix("kyma-upgrade-server-").tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let [port, client, peer] = free_ports();
        let tokens = format!(
            "{},admin,admin,system:masters\n{},reader,reader,readers\n",
            User::Admin.token(),
            User::Reader.token()
        );
        fs_err::write(folder.join("tokens"), tokens).unwrap();
        let etcd = Guarded::start(etcd(assets, &folder, client, peer), &folder.join("etcd.log"));
        let command = api_server(assets, &folder, port, client);
        let url = format!("https://127.0.0.1:{port}");
        let (api, temporary) = (Mutex::default(), temporary);
        let server = Self { url, folder, port, command, api, _etcd: etcd, _temporary: temporary };
        server.begin();
        if server.wait() {
            return Ok(server);
        }
        Err(fs_err::read_to_string(server.log()).unwrap_or_default())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("kube-apiserver.log")
    }

    fn begin(&self) {
        let started = Guarded::start(self.command.clone(), &self.log());
        drop(self.api.lock().unwrap().replace(started));
    }

    /// Stops the API server as a crash does: etcd stays, connections break. Nothing where it is
    /// stopped.
    pub(crate) fn stop_api(&self) {
        let stopped = self.api.lock().unwrap().take();
        if let Some(stopped) = stopped {
            stopped.stop();
        }
    }

    /// Starts the API server again, on the same port and with what etcd holds, and waits until it
    /// is ready.
    pub(crate) fn start_api(&self) {
        self.begin();
        assert!(self.wait(), "{}", fs_err::read_to_string(self.log()).unwrap_or_default());
    }

    /// Stops the API server and starts it again.
    pub(crate) fn restart(&self) {
        self.stop_api();
        self.start_api();
    }

    fn api_runs(&self) -> bool {
        self.api.lock().unwrap().as_mut().is_some_and(Guarded::runs)
    }

    /// Waits until the server is ready; false where it ended or takes too long.
    fn wait(&self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.api_runs() {
            let open = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
            if open && self.text("/readyz").is_some() {
                return self.get("/api/v1/namespaces/default").is_some();
            }
            // Nothing tells when the server listens, so this asks again now and then.
            std::thread::park_timeout(Duration::from_millis(100));
        }
        false
    }

    /// The base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Writes a kubeconfig with the contexts `admin` (current) and `reader`, and returns its path.
    pub(crate) fn kubeconfig(&self, folder: &Path) -> PathBuf {
        let path = folder.join("kubeconfig");
        fs_err::write(&path, self.kubeconfig_text()).unwrap();
        path
    }

    fn kubeconfig_text(&self) -> String {
        kubeconfig_text(&self.url, Some(&self.folder.join("keys/apiserver.crt")))
    }

    /// How a client asks that repeats nothing by itself and takes answers as they are. Without a user
    /// it does not say who it is.
    pub(crate) fn config_of(&self, user: Option<User>) -> kube::Config {
        let certificate = self.folder.join("keys/apiserver.crt");
        let mut config = kube::Config::new(self.url.parse().unwrap());
        config.root_cert_file = Some(certificate);
        config.default_retry = false;
        config.disable_compression = true;
        config.read_timeout = None;
        config.auth_info.token = user.map(|it| it.token().into());
        config
    }

    /// The object or list at a path, as admin; none where the server has none or does not answer.
    /// What is asked again and again is asked so: to start kubectl costs a hundred times as much.
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        self.text(path).map(|it| serde_json::from_str(&it).unwrap())
    }

    fn text(&self, path: &str) -> Option<String> {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        let answer = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let client = kube::Client::try_from(self.config_of(Some(User::Admin)));
                client.ok()?.request_text(request).await.ok()
            })
        };
        // A thread of its own, because some tests ask from within a runtime.
        std::thread::scope(|scope| scope.spawn(answer).join().unwrap())
    }

    /// Runs kubectl as admin, with `input` as its standard input.
    pub(crate) fn kubectl(&self, args: &[&str], input: &str) -> Output {
        let kubeconfig = self.kubeconfig(&self.folder);
        let mut command = Command::new("kubectl");
        command.arg("--kubeconfig").arg(kubeconfig).args(args);
        // Discovery is cached below HOME, by host and port, which the next server may have, too.
        command.env("HOME", &self.folder).env_remove("KUBECONFIG");
        output(command, input)
    }

    /// Runs kubectl as admin, which has to succeed, and returns what it printed.
    pub(crate) fn kubectl_text(&self, args: &[&str], input: &str) -> String {
        let output = self.kubectl(args, input);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A kubeconfig with the contexts `admin` (current) and `reader` for a URL. Without the certificate of
/// an authority, those of the machine decide.
pub(crate) fn kubeconfig_text(url: &str, certificate: Option<&Path>) -> String {
    let user = |user: User| {
        let (name, token) = (user.name(), user.token());
        format!("{{name: {name}, user: {{token: {token}}}}}")
    };
    let context = |user: User| {
        let name = user.name();
        format!("{{name: {name}, context: {{cluster: test, user: {name}}}}}")
    };
    let authority = certificate.map(|it| format!(", certificate-authority: \"{}\"", it.display()));
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: test, cluster: {{server: \"{url}\"{}}}}}]\n\
         users: [{}, {}]\ncontexts: [{}, {}]\ncurrent-context: admin\n",
        authority.unwrap_or_default(),
        user(User::Admin),
        user(User::Reader),
        context(User::Admin),
        context(User::Reader),
    )
}

/// Runs a command with `input` as its standard input.
fn output(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("kubectl is installed");
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A command that does not read its input to the end tells why by how it ends.
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap_or_default());
        child.wait_with_output().unwrap()
    })
}

/// The folder of the binaries.
fn assets() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let folder = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    if folder.is_none() {
        SAID.call_once(|| {
            // Not with `eprintln!`, which a test that passes shows to nobody.
            let line =
                b"not run: KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver\n";
            std::io::stderr().write_all(line).unwrap_or_default();
        });
    }
    folder
}

fn free_ports() -> [u16; 3] {
    // All are held at once, so that they differ.
    let held = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    held.map(|it| it.local_addr().unwrap().port())
}

fn etcd(assets: &Path, folder: &Path, client: u16, peer: u16) -> Vec<String> {
    let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
    vec![
        assets.join("etcd").display().to_string(),
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--unsafe-no-fsync=true".to_owned(),
    ]
}

fn api_server(assets: &Path, folder: &Path, port: u16, etcd: u16) -> Vec<String> {
    let keys = folder.join("keys");
    vec![
        assets.join("kube-apiserver").display().to_string(),
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", keys.display()),
        format!("--token-auth-file={}", folder.join("tokens").display()),
        "--authorization-mode=RBAC".to_owned(),
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        format!("--service-account-key-file={}", keys.join("apiserver.key").display()),
        format!("--service-account-signing-key-file={}", keys.join("apiserver.key").display()),
        "--service-account-issuer=https://localhost".to_owned(),
    ]
}

/// A process that ends when this is dropped or the test process ends.
struct Guarded {
    shell: Child,
    input: Option<ChildStdin>,
}

impl Guarded {
    /// Runs a command until it ends by itself or standard input ends or has a line. Only where it
    /// ends nobody needs the folder with its log any more.
    const SCRIPT: &str = r#"
        log=$1; folder=$2; shift 2; exec 3<&0
        "$@" >"$log" 2>&1 </dev/null 3<&- & child=$!
        { read -r _ <&3 || touch "$folder/ended"; kill -9 $child; } 2>/dev/null & reader=$!
        wait $child
        if [ -e "$folder/ended" ]; then rm -rf "$folder"; else kill $reader; fi"#;

    fn start(command: Vec<String>, log: &Path) -> Self {
        let folder = log.parent().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", Self::SCRIPT, "guard"]).arg(log).arg(folder).args(command);
        let mut shell = shell.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let input = shell.stdin.take();
        Self { shell, input }
    }

    /// Ends the process and keeps the folder, which others still need.
    fn stop(mut self) {
        // Where it has ended by itself nobody reads this.
        drop(self.input.as_mut().unwrap().write_all(b"stop\n"));
        drop(self.shell.wait());
    }

    /// Whether the process still runs.
    fn runs(&mut self) -> bool {
        self.shell.try_wait().unwrap().is_none()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.input.take());
        // It has been told to end, and nothing depends on how it does.
        drop(self.shell.wait());
    }
}

#[test]
fn the_server_answers_its_users() {
    let Some(server) = Server::shared() else { return };
    let version = server.kubectl_text(&["get", "--raw", "/version"], "");
    assert!(version.contains("gitVersion"), "{version}");
    let refused = server.kubectl(&["--context", "reader", "get", "persistentvolumes"], "");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("\"reader\" cannot list"));
}

#[test]
fn a_server_leaves_nothing_behind() {
    let Some(server) = Server::fresh() else { return };
    let address = server.url().strip_prefix("https://").unwrap().to_owned();
    let folder = server.folder.clone();
    assert!(TcpStream::connect(&address).is_ok());
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_server_that_is_started_again_has_what_it_had() {
    let Some(server) = Server::fresh() else { return };
    server.kubectl_text(&["create", "namespace", "kept"], "");
    server.stop_api();
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).is_err());
    server.stop_api();
    server.start_api();
    server.kubectl_text(&["get", "namespace", "kept"], "");
    server.restart();
    server.kubectl_text(&["get", "namespace", "kept"], "");
}
