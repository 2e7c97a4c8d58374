//! Moves of override keys around a hop, without their values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::OverrideKey;
use crate::manifest::ObjectKey;

/// When a key is moved.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the release is applied.
    Before,
    /// After the operator is done.
    After,
}

/// A key of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The object.
    pub object: ObjectKey,
    /// The key with the scope of the object.
    pub key: OverrideKey,
}

/// One change of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// When it is due.
    pub when: When,
    /// The key that changes.
    pub at: Place,
    /// What happens to it.
    pub what: MoveKind,
}

/// What happens to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoveKind {
    /// It gets the value of another key.
    Set {
        /// The other key.
        from: Place,
    },
    /// It goes, if the key that took its place is there.
    Remove {
        /// That key.
        successor: Place,
    },
}

/// An object without keys from which the operator reads overrides, for all components or for one.
/// It says that this program made it.
pub fn new_object(key: &ObjectKey, component: Option<&str>) -> Value {
    let mut labels = json!({
        "installer": "overrides",
        "app.kubernetes.io/managed-by": "kyma-upgrade",
    });
    if let Some(component) = component {
        labels["component"] = component.into();
    }
    let metadata = json!({"name": key.name, "namespace": key.namespace, "labels": labels});
    json!({"apiVersion": "v1", "kind": key.kind, "metadata": metadata, "data": {}})
}
