//! Keys of an object's data that keep the values of the cluster.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Patch;

/// The fields in which a patch speaks of the data of a `ConfigMap` or a Secret. The API server turns
/// the second one into the first.
const DATA: [&str; 2] = ["data", "stringData"];

impl Patch {
    /// The patch without what it says about these keys of the data of `live`. Everything else stays,
    /// kubectl's copy of the manifest included: so the edit can still be told from it.
    #[must_use]
    pub fn keeping(mut self, live: &Value, keys: &BTreeSet<String>) -> Self {
        if keys.is_empty() {
            return self;
        }
        if let Some(body) = self.body.as_object_mut() {
            for field in DATA {
                keep(body, field, live, keys);
            }
        }
        self
    }
}

fn keep(body: &mut Map<String, Value>, field: &str, live: &Value, keys: &BTreeSet<String>) {
    let left = match body.get(field) {
        Some(Value::Object(patch)) => without(patch, keys),
        // The map would go as a whole; what is not kept goes key by key.
        Some(Value::Null) => {
            let live = live[field].as_object().into_iter().flatten();
            without(&live.map(|(key, _)| (key.clone(), Value::Null)).collect(), keys)
        }
        _ => return,
    };
    if left.is_empty() {
        body.remove(field);
    } else {
        body.insert(field.to_owned(), left.into());
    }
}

fn without(patch: &Map<String, Value>, keys: &BTreeSet<String>) -> Map<String, Value> {
    let left = patch.iter().filter(|(key, _)| !keys.contains(*key));
    left.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The keys of the data of an object that somebody edited since it was `applied`, and that a patch
/// sets to something else again: `after` is the object with the patch. A key that was taken out
/// counts, too.
pub fn undone_keys(applied: &Value, live: &Value, after: &Value) -> BTreeSet<String> {
    let data = |object: &Value, key: &str| object["data"].get(key).cloned();
    let sides = [live, after].into_iter().filter_map(|it| it["data"].as_object());
    let keys: BTreeSet<&String> = sides.flat_map(Map::keys).collect();
    let is_undone = |key: &&&String| {
        let mine = data(live, key);
        mine != data(applied, key) && mine != data(after, key)
    };
    keys.iter().filter(is_undone).map(|it| (*it).clone()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{Kubectl, annotated, apply_patch};
    use super::*;

    fn manifest(data: &Value) -> Value {
        let metadata = json!({"name": "a", "namespace": "b"});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    }

    fn keys(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    /// The live object with kubectl's patch of the new manifest, but for these keys.
    fn patched(live: &Value, new: &Value, kept: &BTreeSet<String>) -> Value {
        let patch = Kubectl::V1_32.patch(new, live).unwrap().keeping(live, kept);
        apply_patch(patch.style, live, &patch.body).unwrap()
    }

    fn edited(old: &Value, data: &Value) -> Value {
        let mut live = annotated(&manifest(old));
        live["data"] = data.clone();
        live
    }

    #[test]
    fn an_edit_is_kept_and_stays_visible_as_one() {
        let live = edited(&json!({"a": "1", "b": "1"}), &json!({"a": "mine", "b": "1"}));
        let new = manifest(&json!({"a": "2", "b": "2"}));
        let applied = manifest(&json!({"a": "1", "b": "1"}));
        let plain = patched(&live, &new, &keys(&[]));
        let kept = undone_keys(&applied, &live, &plain);
        assert_eq!(kept, keys(&["a"]));
        let after = patched(&live, &new, &kept);
        assert_eq!(after["data"], json!({"a": "mine", "b": "2"}));
        assert_eq!(super::super::last_applied(&after).unwrap().unwrap()["data"], new["data"]);
        let again = Kubectl::V1_32.patch(&new, &after).unwrap();
        assert!(again.keeping(&after, &kept).is_empty(), "a second time nothing is sent");
    }

    #[test]
    fn a_key_that_was_taken_out_stays_out() {
        let live = edited(&json!({"a": "1", "b": "1"}), &json!({"b": "1"}));
        let new = manifest(&json!({"a": "2", "b": "1"}));
        assert_eq!(patched(&live, &new, &keys(&["a"]))["data"], json!({"b": "1"}));
    }

    #[test]
    fn data_that_go_as_a_whole_leave_what_is_kept() {
        let live = edited(&json!({"a": "1", "b": "1"}), &json!({"a": "mine", "b": "1"}));
        let mut new = manifest(&json!({}));
        new.as_object_mut().unwrap().remove("data");
        assert_eq!(patched(&live, &new, &keys(&["a"]))["data"], json!({"a": "mine"}));
    }

    #[test]
    fn texts_of_a_secret_are_left_out_where_they_are_kept() {
        let body = json!({"stringData": {"a": "1", "b": "2"}, "data": {"a": null}});
        let patch = Patch { style: super::super::Style::Strategic, body };
        let patch = patch.keeping(&json!({"data": {"a": "eA=="}}), &keys(&["a"]));
        assert_eq!(patch.body, json!({"stringData": {"b": "2"}}));
    }

    fn data() -> impl Strategy<Value = Value> {
        proptest::collection::btree_map("[a-d]", "[xyz]", 0..4).prop_map(|it| json!(it))
    }

    proptest! {
        #[test]
        fn kept_keys_have_the_values_of_the_cluster_and_all_else_is_as_without(
            old in data(), live in data(), new in data(), kept in "[a-d]{0,3}",
        ) {
            let (live, new) = (edited(&old, &live), manifest(&new));
            let kept: BTreeSet<String> = kept.chars().map(String::from).collect();
            let (plain, after) = (patched(&live, &new, &keys(&[])), patched(&live, &new, &kept));
            for key in ["a", "b", "c", "d"] {
                let expected = if kept.contains(key) { &live } else { &plain };
                prop_assert_eq!(after["data"].get(key), expected["data"].get(key));
            }
            prop_assert_eq!(&after["metadata"], &plain["metadata"]);
        }
    }
}
