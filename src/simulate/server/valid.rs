//! What the server refuses in an object by itself.
//!
//! # Decisions
//! * Only rules that hold for all servers from 1.12 to 1.24 and that manifests break in practice:
//!   nothing that a server accepts may be told. So the list is not complete.
//! * Values of the wrong type are found first, over the table of types: the server cannot read such
//!   an object, and says nothing else about it.
//! * Sealed values are taken for good: what they stand for is not known.

use serde_json::{Map, Value};

use super::types;
use crate::release::KubernetesVersion;

mod data;
mod decode;
mod names;
mod workload;

/// Something that the server refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The field, such as `metadata.labels.app` or `data.key`.
    pub path: String,
    /// What is wrong with it. Says nothing of the values of Secrets and `ConfigMap`s.
    pub why: String,
}

impl Invalid {
    fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}

/// What the server would refuse in an object, whatever the cluster holds. `kubernetes` decides which
/// fields and defaults there are.
pub fn valid(object: &Value, kubernetes: KubernetesVersion) -> Vec<Invalid> {
    let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = types::root(text("apiVersion"), text("kind"));
    let mut found = decode::mismatches(name.unwrap_or("CustomResource"), object, kubernetes);
    if found.is_empty()
        && let Value::Object(stored) = super::stored(object.clone(), kubernetes)
    {
        let kind = if name.is_some() { text("kind") } else { "" };
        check(kind, &stored, &mut found);
    }
    found
}

/// Looks at an object that has been read; `kind` is empty for one that is not in the table.
fn check(kind: &str, object: &Map<String, Value>, found: &mut Vec<Invalid>) {
    names::metadata(kind, object, found);
    match kind {
        "ConfigMap" | "Secret" => data::check(object, found),
        "RoleBinding" | "ClusterRoleBinding" => role(object, found),
        _ => workload::check(kind, object, found),
    }
}

fn role(object: &Map<String, Value>, found: &mut Vec<Invalid>) {
    let role = object.get("roleRef").unwrap_or(&Value::Null);
    for field in ["kind", "name"] {
        if text(role, field).is_empty() {
            found.push(Invalid::new(format!("roleRef.{field}"), "is missing"));
        }
    }
    let in_cluster = object.get("kind").is_some_and(|it| it == "ClusterRoleBinding");
    let subjects = object.get("subjects").and_then(Value::as_array);
    for (subject, place) in subjects.into_iter().flatten().zip(0..) {
        let is_account = text(subject, "kind") == "ServiceAccount";
        if text(subject, "name").is_empty() {
            found.push(Invalid::new(format!("subjects.{place}.name"), "is missing"));
        }
        if in_cluster && is_account && text(subject, "namespace").is_empty() {
            found.push(Invalid::new(format!("subjects.{place}.namespace"), "is missing"));
        }
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
