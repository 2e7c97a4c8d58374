//! A cluster for tests, which answers what the test says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use super::Cluster;
use super::objects::{Objects, Writes};
use crate::simulate::state::Origin;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    /// The path with its parameters.
    pub(super) path: String,
    pub(super) content_type: String,
    /// The body; null for none.
    pub(super) body: Value,
}

impl Seen {
    /// Method and path without parameters.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap())
    }
}

/// What a cluster answers.
pub(super) enum Answer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// With the header that asks to wait.
    Busy(u16, u64),
    /// The connection breaks.
    Lost,
}

/// Everything that arrived, without the lookup of kinds.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }
}

/// An answer with an object.
pub(super) fn ok(object: Value) -> Answer {
    Answer::Json(200, object)
}

/// An answer with a Status whose message holds a secret.
pub(super) fn refused(code: u16, reason: &str) -> Answer {
    let status = json!({
        "kind": "Status", "status": "Failure", "code": code, "reason": reason,
        "message": "hunter2 is refused",
        "details": { "causes": [
            { "field": "data[password]", "reason": "FieldValueInvalid", "message": "hunter2" },
        ] },
    });
    Answer::Json(code, status)
}

/// The objects of a cluster that answers with a function.
pub(super) fn answering(
    writes: Writes,
    answer: impl FnMut(&Seen) -> Answer + Send + 'static,
) -> (Objects, Log) {
    let (cluster, log) = cluster(answer);
    (cluster.objects(writes), log)
}

/// The objects of a cluster that gives these answers in turn, and 418 afterwards.
pub(super) fn scripted(answers: Vec<Answer>) -> (Objects, Log) {
    let mut answers = answers.into_iter();
    answering(Writes::Real, move |_| answers.next().unwrap_or(refused(418, "OutOfAnswers")))
}

/// The objects of a cluster that answers with a function, even about the kinds that it serves.
pub(super) fn bare(answer: impl FnMut(&Seen) -> Answer + Send + 'static) -> (Objects, Log) {
    let (cluster, log) = serving(|_| None, answer);
    (cluster.objects(Writes::Real), log)
}

/// A cluster that answers with a function, except about the kinds that it serves.
pub(super) fn cluster(answer: impl FnMut(&Seen) -> Answer + Send + 'static) -> (Cluster, Log) {
    serving(kinds, answer)
}

fn serving(
    kinds: fn(&str) -> Option<Value>,
    mut answer: impl FnMut(&Seen) -> Answer + Send + 'static,
) -> (Cluster, Log) {
    let (service, mut handle) = tower_test::mock::pair::<Request<Body>, Response<Body>>();
    let log = Log::default();
    let seen_by = log.clone();
    tokio::spawn(async move {
        while let Some((request, send)) = handle.next_request().await {
            let seen = seen(request).await;
            let answer = if let Some(kinds) = kinds(&seen.path) {
                ok(kinds)
            } else {
                seen_by.0.lock().unwrap().push(seen.clone());
                answer(&seen)
            };
            match answer {
                Answer::Lost => {
                    send.send_error(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
                }
                answer => send.send_response(response(answer)),
            }
        }
    });
    let origin = Origin { context: None, server: "mock".to_owned() };
    let client = Client::new(service, "default");
    (Cluster { client, origin, sink: crate::event::ignore() }, log)
}

async fn seen(request: Request<Body>) -> Seen {
    let (head, body) = request.into_parts();
    let body = body.collect_bytes().await.unwrap();
    let content_type = head.headers.get("content-type").map(|it| it.to_str().unwrap().to_owned());
    Seen {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        content_type: content_type.unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

fn response(answer: Answer) -> Response<Body> {
    let with =
        |code: u16, text: String| Response::builder().status(code).body(text.into_bytes().into());
    match answer {
        Answer::Json(code, value) => with(code, value.to_string()).unwrap(),
        Answer::Text(code, text) => with(code, text.to_owned()).unwrap(),
        Answer::Busy(code, seconds) => {
            let response = Response::builder().status(code).header("Retry-After", seconds);
            response.body(b"hunter2".to_vec().into()).unwrap()
        }
        Answer::Lost => unreachable!("it has no answer"),
    }
}

/// The kinds of an API, where the path asks for them and the cluster has it.
fn kinds(path: &str) -> Option<Value> {
    let kinds: &[(&str, &str)] = match path {
        "/api/v1" => &[
            ("configmaps", "ConfigMap"),
            ("secrets", "Secret"),
            ("events", "Event"),
            ("namespaces", "Namespace"),
        ],
        "/apis/coordination.k8s.io/v1" => &[("leases", "Lease")],
        "/apis/installer.kyma-project.io/v1alpha1" => &[("installations", "Installation")],
        _ => return None,
    };
    let resource = |(name, kind): &(&str, &str)| json!({ "name": name, "kind": kind, "namespaced": *kind != "Namespace" });
    let mut resources: Vec<_> = kinds.iter().map(resource).collect();
    resources.push(json!({ "name": "installations/status", "kind": "Installation" }));
    Some(json!({ "resources": resources }))
}

/// Objects by path, kept as a server keeps them: with resource versions, and conflicts.
#[derive(Clone, Default)]
pub(super) struct Store(Arc<Mutex<(u64, BTreeMap<String, Value>)>>);

impl Store {
    /// The object at a path.
    pub(super) fn get(&self, path: &str) -> Option<Value> {
        self.0.lock().unwrap().1.get(path).cloned()
    }

    /// Puts an object to a path, or removes it.
    pub(super) fn set(&self, path: &str, object: Option<Value>) {
        let mut store = self.0.lock().unwrap();
        store.0 += 1;
        let version = store.0.to_string();
        match object {
            Some(mut object) => {
                object["metadata"]["resourceVersion"] = version.into();
                store.1.insert(path.to_owned(), object);
            }
            None => drop(store.1.remove(path)),
        }
    }

    pub(super) fn answer(&self, seen: &Seen) -> Answer {
        let path = seen.path.split('?').next().unwrap().to_owned();
        let name = seen.body["metadata"]["name"].as_str().unwrap_or_default();
        let at = if seen.method == "POST" { format!("{path}/{name}") } else { path };
        let live = self.get(&at);
        let version = |it: &Value| it["metadata"]["resourceVersion"].clone();
        match (&*seen.method, live) {
            ("GET", Some(live)) => return ok(live),
            ("POST", Some(_)) => return refused(409, "AlreadyExists"),
            ("PUT", Some(live)) if version(&live) != version(&seen.body) => {
                return refused(409, "Conflict");
            }
            ("POST", None) | ("PUT", Some(_)) => self.set(&at, Some(seen.body.clone())),
            _ => return refused(404, "NotFound"),
        }
        ok(self.get(&at).unwrap())
    }
}
