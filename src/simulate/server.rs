//! What the API server does with an object that is written.
//!
//! # Decisions
//! * The server reads an object into the Go type of its kind, sets defaults, and writes it again.
//!   The same is done here over a table of those types (`server/types.txt`), so that dropped unknown
//!   fields, empty lists and written zeros come out right without a rule for each.
//! * The model is Kubernetes 1.20, compared with a real server; what servers from 1.12 on do
//!   differently is in the table by version, as far as it decides what is stored.
//! * What the server or a controller makes up is left out: `uid`, `resourceVersion`, `generation`,
//!   `creationTimestamp` and `managedFields`, addresses and ports of Services, the selector of a
//!   Job, tokens, and `status`.
//! * Custom resources are kept as they are: a schema may drop or add fields, and is not modelled.

use serde_json::{Map, Value};

use crate::release::KubernetesVersion;

mod crd;
mod defaults;
pub mod quantity;
mod shape;
mod types;

/// How a sealed secret value begins.
const SEAL: &str = "(sealed:";

/// Whether a text stands for a secret value that was sealed when it was read.
fn is_sealed(text: &str) -> bool {
    text.starts_with(SEAL)
}

/// The object as the server stores and returns it in the version in which it is given, apart from
/// what the server makes up. Storing the result changes nothing more.
pub fn stored(object: Value, kubernetes: KubernetesVersion) -> Value {
    let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let Some(name) = types::root(&api_version, &kind) else { return object };
    let mut object = shape::plain(name, object, kubernetes);
    shape::fill(name, &mut object, kubernetes, defaults::of_type);
    if let Value::Object(given) = &mut object {
        defaults::workload((&api_version, &kind), given, kubernetes);
    }
    shape::write(name, &mut object, kubernetes);
    if let Value::Object(given) = &mut object {
        given.insert("apiVersion".to_owned(), api_version.into());
        given.insert("kind".to_owned(), kind.into());
        without_time(given);
    }
    object
}

/// The server sets the time of creation; where it is not known, nothing is written.
fn without_time(given: &mut Map<String, Value>) {
    let metadata = given.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata
        && metadata.get("creationTimestamp").is_some_and(Value::is_null)
    {
        metadata.remove("creationTimestamp");
    }
}
/// s
#[derive(Debug, Clone, PartialEq)]
pub struct Immutable {
    /// p
    pub path: String,
    /// r
    pub remedy: String,
}
/// s
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid {
    /// p
    pub path: String,
    /// r
    pub why: String,
}
/// x
pub fn valid(_o: &Value) -> Vec<Invalid> {
    Vec::new()
}
/// x
pub fn immutable(_o: &Value, _n: &Value) -> Vec<Immutable> {
    Vec::new()
}
/// x
pub fn as_version(o: &Value, _v: &str) -> Option<Value> {
    Some(o.clone())
}
