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
mod immutable;
pub mod quantity;
mod shape;
mod types;
mod valid;
mod version;

pub use immutable::{Immutable, immutable};
pub use valid::{Invalid, valid};
pub use version::as_version;

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

/// What the server sets itself when an object is created.
const OWN_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The object as it is after its creation: as [`stored`], without a `status` of its own (built-in
/// kinds; a custom kind keeps it, as one without the status subresource does), and with the
/// finalizers and annotations that the server adds to claims, volumes and daemon sets.
pub fn created(mut object: Value, kubernetes: KubernetesVersion) -> Value {
    let is_builtin = is_builtin(&object);
    if let Some(given) = object.as_object_mut() {
        given.retain(|key, _| key != "status" || !is_builtin);
        if let Some(metadata) = given.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|key, _| !OWN_METADATA.contains(&key.as_str()));
        }
        defaults::creation(given);
    }
    stored(object, kubernetes)
}

/// The object as it is after an update of `old`: as [`stored`], with the `status` of the old one
/// (built-in kinds) and what the server sets in the metadata.
pub fn updated(old: &Value, mut object: Value, kubernetes: KubernetesVersion) -> Value {
    let is_builtin = is_builtin(&object);
    if let (Some(given), Some(old)) = (object.as_object_mut(), old.as_object()) {
        if is_builtin {
            keep(given, old, "status");
        }
        let metadata = given.get_mut("metadata").and_then(Value::as_object_mut);
        if let (Some(metadata), Some(Value::Object(old))) = (metadata, old.get("metadata")) {
            for name in OWN_METADATA {
                keep(metadata, old, name);
            }
        }
    }
    stored(object, kubernetes)
}

/// Sets a field to what it was.
fn keep(given: &mut Map<String, Value>, old: &Map<String, Value>, name: &str) {
    match old.get(name) {
        Some(value) => drop(given.insert(name.to_owned(), value.clone())),
        None => drop(given.remove(name)),
    }
}

fn is_builtin(object: &Value) -> bool {
    let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
    types::root(text("apiVersion"), text("kind")).is_some()
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

#[cfg(test)]
mod tests;
