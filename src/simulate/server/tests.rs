//! Comparison with what a real server did, and properties.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const KUBERNETES: KubernetesVersion = KubernetesVersion { major: 1, minor: 20 };

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"))
}

fn recorded() -> impl Iterator<Item = Value> {
    lines(include_str!("../../../fixtures/server/stored.jsonl"))
}

/// The object without what [`created`] does not predict.
fn predicted(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    object
}

#[test]
fn objects_are_stored_as_the_server_stores_them() {
    for case in recorded() {
        assert_eq!(predicted(created(case["given"].clone(), KUBERNETES)), case["stored"]);
    }
}

#[test]
fn storing_a_stored_object_changes_nothing() {
    for case in recorded() {
        let stored = stored(case["given"].clone(), KUBERNETES);
        assert_eq!(super::stored(stored.clone(), KUBERNETES), stored);
        assert_eq!(predicted(super::stored(case["stored"].clone(), KUBERNETES)), case["stored"]);
    }
}

#[test]
fn an_object_is_shown_in_other_versions_as_the_server_shows_it() {
    for case in lines(include_str!("../../../fixtures/server/versions.jsonl")) {
        let shown = case.as_array().unwrap();
        for from in shown {
            for to in shown {
                let version = to["apiVersion"].as_str().unwrap();
                assert_eq!(as_version(from, version).as_ref(), Some(to));
            }
        }
    }
}

#[test]
fn updates_are_refused_as_the_server_refuses_them() {
    for case in lines(include_str!("../../../fixtures/server/updates.jsonl")) {
        for update in case["updates"].as_array().unwrap() {
            let new = patched(case["old"].clone(), &update["patch"]);
            let refused = immutable(&case["old"], &new, KUBERNETES);
            let answers = update["refused"].as_array().unwrap();
            assert_eq!(refused.is_empty(), answers.is_empty(), "{update}");
            for it in refused {
                assert!(answers.contains(&json!(it.answer)), "{}: {update}", it.answer);
            }
        }
    }
}

/// JSON merge patch.
fn patched(mut object: Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    if !object.is_object() {
        object = json!({});
    }
    for (key, change) in changes {
        let fields = object.as_object_mut().unwrap();
        let old = fields.remove(key).unwrap_or_default();
        if !change.is_null() {
            fields.insert(key.clone(), patched(old, change));
        }
    }
    object
}

#[test]
fn an_object_that_the_server_took_is_valid() {
    for case in recorded() {
        assert_eq!(valid(&case["given"], KUBERNETES), []);
        assert_eq!(valid(&case["stored"], KUBERNETES), []);
    }
}

#[test]
fn an_update_keeps_the_status_and_what_the_server_set() {
    let old = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "s", "uid": "u", "resourceVersion": "1"},
        "spec": {"ports": [{"port": 1}]}, "status": {"loadBalancer": {}}});
    let new = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
        "spec": {"ports": [{"port": 2}]}, "status": {"x": 1}});
    let updated = updated(&old, new, KUBERNETES);
    assert_eq!(updated["metadata"], old["metadata"]);
    assert_eq!(updated["status"], old["status"]);
    assert_eq!(updated["spec"]["ports"][0]["targetPort"], json!(2));
}

#[test]
fn a_deployment_of_the_old_group_keeps_its_defaults_in_the_new_one() {
    let deployment = json!({"apiVersion": "extensions/v1beta1", "kind": "Deployment",
        "metadata": {"name": "d"}, "spec": {"template": {"metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}});
    let old = created(deployment, KubernetesVersion { major: 1, minor: 15 });
    assert_eq!(old["spec"]["revisionHistoryLimit"], json!(i32::MAX));
    assert_eq!(old["spec"]["strategy"]["rollingUpdate"]["maxSurge"], json!(1));
    assert_eq!(old["metadata"]["labels"], json!({"a": "b"}));
    let shown = as_version(&old, "apps/v1").unwrap();
    assert_eq!(shown["spec"], old["spec"]);
    assert_eq!(as_version(&shown, "extensions/v1beta1"), Some(old));
}

#[test]
fn what_a_server_keeps_depends_on_its_version() {
    let minor = |minor| KubernetesVersion { major: 1, minor };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}});
    let labels = |it| created(namespace.clone(), it)["metadata"]["labels"].clone();
    assert_eq!(labels(minor(20)), Value::Null);
    assert_eq!(labels(minor(21)), json!({"kubernetes.io/metadata.name": "n"}));
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "immutable": true});
    assert_eq!(created(map.clone(), minor(18))["immutable"], Value::Null);
    assert_eq!(created(map, minor(19))["immutable"], json!(true));
}

#[test]
fn sealed_secrets_move_from_texts_to_data_as_they_are() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
        "data": {"a": "(sealed:00)"}, "stringData": {"b": "(sealed:01)"}});
    let data = &stored(secret, KUBERNETES)["data"];
    assert_eq!(*data, json!({"a": "(sealed:00)", "b": "(sealed:01)"}));
}

#[test]
fn custom_resources_are_kept() {
    let custom = json!({"apiVersion": "example.com/v1", "kind": "X", "metadata": {"name": "x", "uid": "u"},
        "spec": {"a": null, "b": [], "memory": "1024Mi"}, "status": {"s": 1}});
    let mut expected = custom.clone();
    expected["metadata"] = json!({"name": "x"});
    assert_eq!(created(custom, KUBERNETES), expected);
}

/// A value of any shape, small.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        "[a-z0-9./:-]{0,6}".prop_map(Value::from),
        Just(json!(1.5)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from);
        let map = prop::collection::btree_map("[a-z]{1,4}", inner, 0..3);
        prop_oneof![list, map.prop_map(|it| json!(it))]
    })
}

/// Puts `value` into the place that `at` chooses among all places of `object`.
fn replace(object: &mut Value, at: &mut usize, value: &Value) {
    let children: Vec<&mut Value> = match object {
        Value::Object(fields) => {
            let own = ["apiVersion", "kind"];
            fields
                .iter_mut()
                .filter(|(key, _)| !own.contains(&key.as_str()))
                .map(|it| it.1)
                .collect()
        }
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        if *at == 0 {
            *child = value.clone();
        }
        *at = at.wrapping_sub(1);
        if *at < usize::MAX / 2 {
            replace(child, at, value);
        }
    }
}

proptest! {
    #[test]
    fn nothing_makes_storing_panic_and_it_is_idempotent(
        case in 0_usize..45, mut at in 0_usize..60, value in any_value(), minor in 12_u64..25,
    ) {
        let mut object = recorded().nth(case).map_or(Value::Null, |it| it["given"].clone());
        replace(&mut object, &mut at, &value);
        let kubernetes = KubernetesVersion { major: 1, minor };
        let first = stored(object.clone(), kubernetes);
        prop_assert_eq!(stored(first.clone(), kubernetes), first.clone());
        prop_assert!(valid(&object, kubernetes).iter().all(|it| !it.why.is_empty()));
        prop_assert_eq!(immutable(&first, &first, kubernetes), []);
        for version in ["apps/v1", "apiextensions.k8s.io/v1", "networking.k8s.io/v1", "autoscaling/v2"] {
            let shown = as_version(&first, version);
            prop_assert!(shown.is_none_or(|it| it["kind"] == first["kind"]));
        }
    }
}
