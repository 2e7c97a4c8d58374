//! Custom kinds: what the `CustomResourceDefinition`s in the cluster serve.

use std::collections::BTreeSet;

use serde_json::Value;

use super::state::ClusterState;
use crate::manifest::{Object, ObjectKey};
use crate::yaml::Node;

const GROUP: &str = "apiextensions.k8s.io";
const KIND: &str = "CustomResourceDefinition";

/// Whether a definition in the cluster serves the kind in this version of its API.
pub(super) fn is_served(state: &ClusterState, api_version: &str, kind: &str) -> bool {
    let Some((group, version)) = api_version.split_once('/') else {
        return false;
    };
    let end = format!(".{group}");
    let definitions = state.keys().filter(|it| is_definition(it) && it.name.ends_with(&end));
    let definitions: Vec<_> = definitions.filter_map(|it| state.get(it)).collect();
    definitions.iter().any(|it| {
        it.pointer("/spec/names/kind").and_then(Value::as_str) == Some(kind)
            && served(it).contains(version)
    })
}

/// Whether a state says which definitions there are.
pub(super) fn are_covered(state: &ClusterState) -> bool {
    state.covers(GROUP, KIND).includes(None)
}

fn is_definition(key: &ObjectKey) -> bool {
    key.kind == KIND && key.group == GROUP
}

/// The versions that a definition serves, in the form of v1 or v1beta1.
fn served(definition: &Value) -> BTreeSet<&str> {
    let listed = definition.pointer("/spec/versions").and_then(Value::as_array);
    let served = listed.into_iter().flatten().filter(|it| it["served"] != Value::Bool(false));
    let single = definition.pointer("/spec/version").filter(|_| listed.is_none());
    served.filter_map(|it| it["name"].as_str()).chain(single.and_then(Value::as_str)).collect()
}

/// All versions of a definition.
fn versions(definition: &Value) -> BTreeSet<&str> {
    let listed = definition.pointer("/spec/versions").and_then(Value::as_array);
    let single = definition.pointer("/spec/version").and_then(Value::as_str);
    listed.into_iter().flatten().filter_map(|it| it["name"].as_str()).chain(single).collect()
}

/// Whether an object of a file defines the kind.
pub(super) fn defines(object: &Object, group: &str, kind: &str) -> bool {
    let Some(spec) = object.node.get("spec").filter(|_| is_definition(&object.key)) else {
        return false;
    };
    let of = spec.get("names").and_then(|it| it.get("kind")).and_then(Node::as_str);
    spec.get("group").and_then(Node::as_str) == Some(group) && of == Some(kind)
}

/// A version in which objects may be stored and that the definition does not have any more: the API
/// server refuses that (`status.storedVersions` must appear in `spec.versions`).
pub(super) fn drops_stored_version(before: &Value, after: &Value) -> Option<String> {
    if before["kind"] != KIND {
        return None;
    }
    let stored = stored_versions(before);
    let kept = versions(after);
    stored.into_iter().find(|it| !kept.contains(it)).map(str::to_owned)
}

/// The versions in which objects may be stored. A definition that a hop has created has no status
/// yet; objects are stored as it says.
fn stored_versions(definition: &Value) -> Vec<&str> {
    let told = definition.pointer("/status/storedVersions").and_then(Value::as_array);
    let told: Vec<_> = told.into_iter().flatten().filter_map(Value::as_str).collect();
    if !told.is_empty() {
        return told;
    }
    let listed = definition.pointer("/spec/versions").and_then(Value::as_array);
    let stored = listed.into_iter().flatten().filter(|it| it["storage"] == Value::Bool(true));
    stored.filter_map(|it| it["name"].as_str()).collect()
}
