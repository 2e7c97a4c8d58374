//! Events: what `kubectl describe` shows about an object.
//!
//! # Decisions
//! * The name of an event follows from what it says, so that the same thing said again raises the
//!   count of the event and makes no other one.

use serde_json::{Value, json};

use super::error::Cause;
use super::objects::{MANAGED_BY, MANAGER, Objects};
use super::time::now;
use crate::digest;
use crate::manifest::ObjectKey;
use crate::simulate::merge::{Patch, Style};

/// Something to say about an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// One word in camel case, such as `UpgradeStarted`.
    pub reason: &'a str,
    /// One sentence.
    pub message: &'a str,
    /// Whether it is a warning.
    pub warning: bool,
}

impl Objects {
    /// Says something about an object, which has to have its `apiVersion`, `kind` and `metadata`.
    ///
    /// # Errors
    /// When the cluster does not take it. Nothing else is lost then.
    pub async fn note(&self, about: &Value, note: Note<'_>) -> Result<(), Cause> {
        let event = event(about, note);
        match self.create(&event).await {
            Err(Cause::Rejected(it)) if it.is_already_there() => self.count(&event).await,
            created => created.map(drop),
        }
    }

    /// Counts an event that is there once more.
    async fn count(&self, event: &Value) -> Result<(), Cause> {
        let metadata = &event["metadata"];
        let text = |field: &str| metadata[field].as_str().unwrap_or_default().to_owned();
        let key = ObjectKey {
            group: String::new(),
            kind: "Event".to_owned(),
            namespace: Some(text("namespace")),
            name: text("name"),
        };
        let count = match self.get("v1", &key).await? {
            Some(live) => live["count"].as_u64().unwrap_or(1).min(1 << 30) + 1,
            None => return Ok(()),
        };
        let body = json!({ "count": count, "lastTimestamp": now() });
        self.patch("v1", &key, &Patch { style: Style::Json, body }).await.map(drop)
    }
}

fn event(about: &Value, note: Note<'_>) -> Value {
    let metadata = &about["metadata"];
    let text = |field: &str| metadata[field].as_str().unwrap_or_default();
    let namespace = if text("namespace").is_empty() { "default" } else { text("namespace") };
    let parts = [text("uid"), note.reason, note.message].map(Some);
    let digest = digest::of_parts(&parts);
    let digits: String = digest.chars().skip("sha256:".len()).take(16).collect();
    let now = now();
    json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": format!("{}.{digits}", text("name")),
            "namespace": namespace,
            "labels": { MANAGED_BY.0: MANAGED_BY.1 },
        },
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "reason": note.reason,
        "message": note.message,
        "type": if note.warning { "Warning" } else { "Normal" },
        "source": { "component": MANAGER },
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    })
}

#[cfg(test)]
mod tests;
