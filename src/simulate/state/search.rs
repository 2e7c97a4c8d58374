//! Looking for objects without parsing all of them.

use serde_json::Value;

use super::{Body, ClusterState, Stored};
use crate::manifest::ObjectKey;

impl ClusterState {
    /// The objects whose deletion has begun, with the finalizers that it waits for.
    pub fn deleting(&self) -> Vec<(ObjectKey, Vec<String>)> {
        let found = self.with_text("deletionTimestamp");
        let marked = found.filter(|(_, it)| it.pointer("/metadata/deletionTimestamp").is_some());
        marked.map(|(key, object)| (key.clone(), finalizers(&object))).collect()
    }

    /// The objects that name the object with this `uid` as an owner.
    pub fn owned_by(&self, uid: &str) -> Vec<ObjectKey> {
        let owned = |object: &Value| {
            let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
            owners.into_iter().flatten().any(|it| it["uid"] == uid)
        };
        let found = self.with_text(uid).filter(|(_, object)| owned(object));
        found.map(|(key, _)| key.clone()).collect()
    }

    /// The objects whose JSON may hold a text.
    fn with_text<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a ObjectKey, Value)> {
        let may = move |stored: &Stored| match &stored.body {
            Body::Text(body) => body.contains(text),
            Body::Value(_) => true,
        };
        let found = self.objects.iter().filter(move |(_, stored)| may(stored));
        found.map(|(key, stored)| (key, stored.value()))
    }
}

/// The finalizers that a deletion has to wait for. Those of the garbage collector are removed by
/// Kubernetes itself.
pub(crate) fn finalizers(object: &Value) -> Vec<String> {
    let listed = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    let names = listed.into_iter().flatten().filter_map(Value::as_str);
    names.filter(|it| *it != "foregroundDeletion" && *it != "orphan").map(str::to_owned).collect()
}
