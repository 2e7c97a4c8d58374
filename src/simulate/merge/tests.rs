//! Tests of the merge as a whole.

use serde_json::{Value, json};

use super::*;

mod changes;
mod laws;
mod recorded;
mod rules;

/// A deployment with this pod spec and these fields beside it.
fn deployment(pod: &Value, rest: &Value) -> Value {
    let mut spec = json!({ "template": { "spec": pod } });
    merge_into(&mut spec, rest);
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" }, "spec": spec })
}

fn config_map(metadata: &Value) -> Value {
    let mut object =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } });
    merge_into(&mut object["metadata"], metadata);
    object
}

fn merge_into(object: &mut Value, more: &Value) {
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
}

/// The patch without what it says about the annotation.
fn patch_of(original: &Value, manifest: &Value, live: &Value) -> Value {
    let (api_version, kind) = identity(manifest);
    patch(style(api_version, kind), Some(original), manifest, live).unwrap()
}

/// What becomes of the live object.
fn applied(original: &Value, manifest: &Value, live: &Value) -> Value {
    let (api_version, kind) = identity(manifest);
    let patch = patch_of(original, manifest, live);
    apply_patch(style(api_version, kind), live, &patch).unwrap()
}
