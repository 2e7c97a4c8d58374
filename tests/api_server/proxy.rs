//! A proxy in front of an API server: it keeps a log of all requests, and breaks what it is told to.
//!
//! # Decisions
//! * It speaks plain HTTP on loopback and adds nothing to a request: who asks, says so by the token
//!   in the kubeconfig that the proxy hands out. The program does, but kubectl tells no token over
//!   plain HTTP.
//! * A request stands in the log from its beginning. One whose sender dies is passed on all the same,
//!   as the API server would have acted on it.
//! * A fault is known by a method and a part of the path with its query. The method `WATCH` is a
//!   `GET` that watches, and `GET` is one that does not; `*` is any.
//! * One request has one fault, the oldest that fits; delays come on top.
//! * Where the API server does not answer, the connection is closed without an answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::background::Background;
use crate::server::{Server, kubeconfig_text};

mod faults;
mod serve;
#[cfg(test)]
mod tests;

pub(crate) use faults::{Cut, Expiry};
use faults::{Fault, Faults, What};

/// Which requests: a method and a part of the path with its query.
pub(crate) type On<'a> = (&'a str, &'a str);

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Without the question mark, empty if there is none.
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
    /// Whether the API server was asked.
    pub(crate) forwarded: bool,
    /// The status of the answer, none where the connection was closed without one or is still open.
    pub(crate) status: Option<u16>,
}

impl Logged {
    /// Whether the request could change something: all methods but those that read, except dry runs
    /// and questions about one's own permissions.
    pub(crate) fn is_write(&self) -> bool {
        let writes = ["POST", "PUT", "PATCH", "DELETE"].contains(&self.method.as_str());
        writes && !self.is_dry_run() && !self.path.contains("/selfsubject")
    }

    /// Whether the server was asked to try only. A DELETE may say so in its body.
    pub(crate) fn is_dry_run(&self) -> bool {
        let options = || serde_json::from_slice::<serde_json::Value>(&self.body).ok();
        let in_body = || options().is_some_and(|it| it["dryRun"] == serde_json::json!(["All"]));
        let in_query = self.query.split('&').any(|it| it == "dryRun=All");
        in_query || (self.method == "DELETE" && in_body())
    }

    /// Whether it is a watch.
    pub(crate) fn is_watch(&self) -> bool {
        let mut parts = self.query.split('&');
        self.method == "GET" && parts.any(|it| ["watch=true", "watch=1"].contains(&it))
    }
}

/// What the proxy and its handle share.
#[derive(Default)]
struct Shared {
    log: Mutex<Log>,
    faults: Mutex<Faults>,
}

/// All requests by their numbers, and the last number.
#[derive(Default)]
struct Log {
    requests: BTreeMap<u64, Logged>,
    last: u64,
}

/// A running proxy. It ends when it is dropped.
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
    _work: Background,
}

impl Proxy {
    /// Starts a proxy without faults.
    pub(crate) fn start(server: &Server) -> Self {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let (config, own) = (server.config_of(None), Arc::clone(&shared));
        let work = Background::start(move || serve::serve(listener, config, own));
        Self { url, shared, _work: work }
    }

    /// The base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Writes a kubeconfig with the contexts `admin` (current) and `reader`, and returns its path.
    pub(crate) fn kubeconfig(&self, folder: &Path) -> PathBuf {
        let path = folder.join("kubeconfig-of-proxy");
        fs_err::write(&path, kubeconfig_text(&self.url, None)).unwrap();
        path
    }

    /// All requests so far, in the order in which they came.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.shared.log.lock().unwrap().requests.values().cloned().collect()
    }

    /// Forgets the requests so far.
    pub(crate) fn clear_log(&self) {
        self.shared.log.lock().unwrap().requests.clear();
    }

    /// The requests that could change something, whether they reached the API server or not, as
    /// `METHOD path`. None is the proof that nothing was written.
    pub(crate) fn writes(&self) -> Vec<String> {
        let log = self.log();
        let writes = log.iter().filter(|it| it.is_write());
        writes.map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    /// The requests that only tried to change something, as `METHOD path`.
    pub(crate) fn dry_runs(&self) -> Vec<String> {
        let log = self.log();
        let tried = log.iter().filter(|it| it.is_dry_run());
        tried.map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    /// Answers with an error of the API server that the request does not reach.
    pub(crate) fn fail(&self, on: On<'_>, times: usize, status: u16) {
        self.add(on, times, What::Fail { status, retry_after: None });
    }

    /// The same, with a wish for when to ask again, in seconds.
    pub(crate) fn fail_for(&self, on: On<'_>, times: usize, status: u16, retry_after: u32) {
        self.add(on, times, What::Fail { status, retry_after: Some(retry_after) });
    }

    /// Closes the connection; the API server hears nothing.
    pub(crate) fn drop_before(&self, on: On<'_>, times: usize) {
        self.add(on, times, What::DropBefore);
    }

    /// Closes the connection after the API server has acted and before its answer is told.
    pub(crate) fn drop_after(&self, on: On<'_>, times: usize) {
        self.add(on, times, What::DropAfter);
    }

    /// Waits before each such request is passed on, until [`Self::heal`].
    pub(crate) fn slow(&self, on: On<'_>, delay: Duration) {
        self.add(on, usize::MAX, What::Slow(delay));
    }

    /// Breaks watches whose path has this part.
    pub(crate) fn cut_watch(&self, path: &str, times: usize, after: Cut) {
        self.add(("WATCH", path), times, What::Cut(after));
    }

    /// Answers watches whose path has this part by that their version is too old.
    pub(crate) fn expire_watch(&self, path: &str, times: usize, how: Expiry) {
        self.add(("WATCH", path), times, What::Expire(how));
    }

    /// Answers with the oldest successful answer to the very same URL, where the true one differs
    /// from it. Only such answers count.
    pub(crate) fn stale(&self, path: &str, times: usize) {
        self.add(("GET", path), times, What::Stale);
    }

    /// Ends all faults.
    pub(crate) fn heal(&self) {
        self.faults().clear();
    }

    /// How often faults are still to come, delays left out.
    pub(crate) fn faults_left(&self) -> usize {
        self.faults().left()
    }

    fn add(&self, (method, path): On<'_>, times: usize, what: What) {
        let (method, path) = (method.to_owned(), path.to_owned());
        self.faults().add(Fault { method, path, left: times, what });
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.shared.faults.lock().unwrap()
    }
}
