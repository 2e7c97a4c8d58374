//! Each fault once, against the shared server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Cut, Expiry, Proxy};
use crate::server::{Server, User};
use crate::support::run_at_home;
use crate::until::until;

/// A proxy, and somebody who asks it.
struct Stage {
    proxy: Proxy,
    server: &'static Server,
    namespace: &'static str,
    runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
}

/// An answer: its status, when to ask again, and its text.
#[derive(Debug)]
struct Answer {
    status: u16,
    retry_after: Option<String>,
    text: String,
    /// Whether it came to its end.
    whole: bool,
}

impl Stage {
    fn new(namespace: &'static str) -> Option<Self> {
        let server = Server::shared()?;
        server.kubectl_text(&["create", "namespace", namespace], "");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let http = reqwest::Client::builder().retry(reqwest::retry::never()).build().unwrap();
        Some(Self { proxy: Proxy::start(server), server, namespace, runtime, http })
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{}/configmaps{rest}", self.namespace)
    }

    /// Asks the proxy; none where it closes the connection without an answer.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let url = format!("{}{path}", self.proxy.url());
        let request = self.http.request(method.parse().unwrap(), url);
        let mut request = request.bearer_auth(User::Admin.token());
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        self.runtime.block_on(async {
            let mut response = request.send().await.ok()?;
            let status = response.status().as_u16();
            let header = response.headers().get("Retry-After");
            let retry_after = header.map(|it| it.to_str().unwrap().to_owned());
            let mut bytes = Vec::new();
            let whole = loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => bytes.extend(chunk),
                    end => break end.is_ok(),
                }
            };
            Some(Answer { status, retry_after, text: String::from_utf8(bytes).unwrap(), whole })
        })
    }

    fn get(&self, rest: &str) -> Option<Answer> {
        self.ask("GET", &self.path(rest), None)
    }

    fn create(&self, name: &str) -> Option<Answer> {
        self.ask("POST", &self.path(""), Some(&json!({"metadata": {"name": name}})))
    }

    fn exists(&self, name: &str) -> bool {
        self.server.kubectl(&["-n", self.namespace, "get", "cm", name], "").status.success()
    }
}

fn status(answer: Option<Answer>) -> u16 {
    answer.unwrap().status
}

#[test]
fn the_proxy_passes_on_and_writes_down() {
    let Some(stage) = Stage::new("proxy-plain") else { return };
    assert_eq!(status(stage.create("a")), 201);
    assert_eq!(status(stage.get("/a")), 200);
    assert_eq!(status(stage.ask("DELETE", &stage.path("/a?dryRun=All"), None)), 200);
    let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]});
    assert_eq!(status(stage.ask("DELETE", &stage.path("/a"), Some(&options))), 200);
    let question = json!({"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}});
    let questions = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    assert_eq!(status(stage.ask("POST", questions, Some(&question))), 201);
    let log = stage.proxy.log();
    let lines: Vec<_> = log.iter().map(|it| (it.method.as_str(), it.status)).collect();
    let expected = [("POST", 201), ("GET", 200), ("DELETE", 200), ("DELETE", 200), ("POST", 201)];
    assert_eq!(lines, expected.map(|(method, status)| (method, Some(status))));
    assert_eq!(stage.proxy.writes(), [format!("POST {}", stage.path(""))]);
    assert_eq!(stage.proxy.dry_runs(), [(); 2].map(|()| format!("DELETE {}", stage.path("/a"))));
    stage.proxy.clear_log();
    assert_eq!(stage.proxy.log(), []);
}

#[test]
fn the_program_works_through_the_proxy() {
    let Some(stage) = Stage::new("proxy-program") else { return };
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = stage.proxy.kubeconfig(folder.path());
    let run = |context: &str| {
        let args = ["--kubeconfig", kubeconfig.to_str().unwrap(), "--context", context];
        let output = run_at_home(folder.path(), &[&["snapshot"], &args[..]].concat());
        output.status.success()
    };
    assert_eq!(["admin", "reader"].map(run), [true, false]);
    let has = |status| stage.proxy.log().iter().any(|it| it.status == Some(status));
    assert_eq!([200, 403].map(has), [true, true]);
    assert_eq!(stage.proxy.writes(), Vec::<String>::new());
}

#[test]
fn requests_fail_as_often_as_told() {
    let Some(stage) = Stage::new("proxy-fail") else { return };
    stage.proxy.fail_for(("POST", "/proxy-fail/"), 1, 429, 3);
    stage.proxy.fail(("*", "/configmaps"), 1, 500);
    let refused = stage.create("a").unwrap();
    assert_eq!((refused.status, refused.retry_after.as_deref()), (429, Some("3")));
    let told: Value = serde_json::from_str(&refused.text).unwrap();
    assert_eq!((&told["reason"], &told["code"]), (&json!("TooManyRequests"), &json!(429)));
    assert!(!stage.exists("a"));
    assert_eq!(stage.proxy.faults_left(), 1);
    assert_eq!([stage.get(""), stage.get("")].map(status), [500, 200]);
    assert_eq!(status(stage.create("a")), 201);
    stage.proxy.fail(("GET", ""), 5, 503);
    stage.proxy.heal();
    assert_eq!(status(stage.get("")), 200);
    let reached: Vec<_> = stage.proxy.log().iter().map(|it| it.forwarded).collect();
    assert_eq!(reached, [false, false, true, true, true]);
}

#[test]
fn connections_break_before_and_after_the_server_acts() {
    let Some(stage) = Stage::new("proxy-drop") else { return };
    stage.proxy.drop_before(("POST", "/configmaps"), 1);
    assert!(stage.create("a").is_none());
    assert!(!stage.exists("a"));
    stage.proxy.drop_after(("POST", "/configmaps"), 1);
    assert!(stage.create("a").is_none());
    assert!(stage.exists("a"));
    assert_eq!(status(stage.create("a")), 409);
    let log = stage.proxy.log();
    let lines: Vec<_> = log.iter().map(|it| (it.forwarded, it.status)).collect();
    assert_eq!(lines, [(false, None), (true, None), (true, Some(409))]);
    assert_eq!(stage.proxy.writes().len(), 3);
}

#[test]
fn slow_answers_are_slow_until_healed() {
    let Some(stage) = Stage::new("proxy-slow") else { return };
    let delay = Duration::from_millis(700);
    stage.proxy.slow(("GET", "/configmaps"), delay);
    let start = Instant::now();
    assert_eq!(status(stage.get("")), 200);
    assert!(start.elapsed() >= delay);
    stage.proxy.heal();
    let start = Instant::now();
    assert_eq!(status(stage.get("")), 200);
    assert!(start.elapsed() < delay);
}

#[test]
fn watches_are_cut_and_expire() {
    let Some(stage) = Stage::new("proxy-watch") else { return };
    for name in ["a", "b", "c"] {
        assert_eq!(status(stage.create(name)), 201);
    }
    let watch = || {
        stage
            .get("?watch=true&timeoutSeconds=1&fieldSelector=metadata.name!=kube-root-ca.crt")
            .unwrap()
    };
    stage.proxy.cut_watch("/configmaps", 1, Cut::Events(2));
    let cut = watch();
    assert_eq!((cut.text.lines().count(), cut.whole), (2, false));
    stage.proxy.cut_watch("/configmaps", 1, Cut::Time(Duration::from_millis(300)));
    let cut = watch();
    assert_eq!((cut.text.lines().count(), cut.whole), (3, false));
    stage.proxy.expire_watch("/configmaps", 1, Expiry::Status);
    assert_eq!(watch().status, 410);
    stage.proxy.expire_watch("/configmaps", 1, Expiry::Event);
    let expired = watch();
    let event: Value = serde_json::from_str(&expired.text).unwrap();
    let told = (&event["type"], &event["object"]["code"]);
    assert_eq!((expired.status, told), (200, (&json!("ERROR"), &json!(410))));
    let whole = watch();
    assert_eq!((whole.text.lines().count(), whole.whole), (3, true));
    assert_eq!(stage.proxy.faults_left(), 0);
}

#[test]
fn watches_are_told_as_they_come() {
    let Some(stage) = Stage::new("proxy-stream") else { return };
    assert_eq!(status(stage.create("a")), 201);
    let url = format!("{}{}?watch=1", stage.proxy.url(), stage.path(""));
    let request = stage.http.get(url).bearer_auth(User::Admin.token());
    stage.runtime.block_on(async {
        let mut response = request.send().await.unwrap();
        let first = tokio::time::timeout(Duration::from_secs(10), response.chunk());
        assert!(first.await.unwrap().unwrap().unwrap().starts_with(b"{\"type\":\"ADDED\""));
    });
    assert!(stage.proxy.log().iter().any(super::Logged::is_watch));
}

#[test]
fn stale_answers_are_the_oldest_ones_that_differ() {
    let Some(stage) = Stage::new("proxy-stale") else { return };
    assert_eq!(status(stage.create("a")), 201);
    stage.proxy.stale("/configmaps/a", 1);
    let old = stage.get("/a").unwrap();
    assert_eq!(stage.proxy.faults_left(), 1);
    stage.server.kubectl_text(&["-n", "proxy-stale", "label", "configmap", "a", "new=yes"], "");
    assert_eq!(stage.get("/a").unwrap().text, old.text);
    assert_eq!(stage.proxy.faults_left(), 0);
    assert!(stage.get("/a").unwrap().text.contains("\"new\":\"yes\""));
}

#[test]
fn a_server_that_is_away_answers_nothing() {
    let Some(server) = Server::fresh() else { return };
    let proxy = Proxy::start(&server);
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = proxy.kubeconfig(folder.path());
    // kubectl does not tell a token over plain HTTP, but anybody may ask this.
    let args = ["--kubeconfig", kubeconfig.to_str().unwrap(), "get", "--raw", "/readyz"];
    assert!(server.kubectl(&args, "").status.success());
    server.stop_api();
    assert!(!server.kubectl(&args, "").status.success());
    server.start_api();
    until("an answer through the proxy", || {
        server.kubectl(&args, "").status.success().then_some(())
    });
}
