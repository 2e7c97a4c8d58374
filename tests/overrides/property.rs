//! For random objects, effective values are those of the model, and unknown exactly where the model
//! has several results.

use std::collections::BTreeSet;

use kyma_upgrade::overrides::{Conflict, Effective};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::{
    Seen, Written, config_map, engine, join, leaf_of, merge_maps, model, seen, text, unflatten,
};

/// Every key that is set, and every key above, below and beside it.
fn probes(objects: &[Written]) -> BTreeSet<String> {
    let mut probes = BTreeSet::from(["absent".to_owned()]);
    for key in objects.iter().flat_map(|it| it.data.keys()) {
        let segments: Vec<_> = key.split('.').collect();
        for end in 1..=segments.len() {
            let key = segments[..end].join(".");
            probes.extend([format!("{key}.q"), format!("{key}.b"), format!("{key}."), key]);
        }
    }
    probes
}

fn check(objects: &[Written], component: &str) {
    let overrides = engine(objects);
    let tree = overrides.effective(component);
    let results = model(objects, component);
    for key in probes(objects) {
        let (possible, candidates): (BTreeSet<_>, Vec<_>) =
            results.iter().map(|it| seen(it, &key)).unzip();
        let only = if possible.len() == 1 { possible.first().cloned() } else { None };
        let expected: BTreeSet<_> = candidates.into_iter().flatten().collect();
        match (tree.get(&key), only) {
            (Effective::Absent, Some(Seen::Absent)) | (Effective::Map(_), Some(Seen::Map)) => {}
            (Effective::Value(it), Some(Seen::Value(value)))
            | (Effective::Hidden(it), Some(Seen::Hidden(value))) => {
                assert_eq!(text(&leaf_of(it)), value);
            }
            (Effective::Unknown(entries), None) => {
                let found: BTreeSet<_> = entries.iter().map(|it| text(&leaf_of(it))).collect();
                assert_eq!(found, expected, "{component} {key}");
            }
            (found, only) => {
                panic!("{component} {key}: {found:?}, but the operator: {only:?} of {possible:?}")
            }
        }
    }
    let random = unflatten(&join(objects, |it| it == Some(component))).len()
        + unflatten(&join(objects, |it| it.is_none())).len();
    let nested = overrides.conflicts().into_iter().any(|it| match it {
        Conflict::Nested { value, .. } => {
            value.key.component.as_deref().is_none_or(|it| it == component)
        }
        Conflict::SameKey { .. } => false,
    });
    assert_eq!(nested, 2 < random, "a random result is reported, and nothing else");
    if let [result] = &results[..] {
        let defaults = json!({"a": {"b": 1, "c": {"a": 2}}, "b": "x", "q": null});
        let mut expected = defaults.as_object().unwrap().clone();
        merge_maps(&mut expected, result);
        let merged = tree.over(&defaults);
        assert_eq!(shape(&merged.values), shape(&Value::Object(expected)));
        assert_eq!(merged.unknown, Vec::<String>::new());
    }
}

/// The keys of a value without what stands at them.
fn shape(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, it)| shape(it).into_iter().map(move |rest| format!("{key}.{rest}")))
            .chain(["map".to_owned()])
            .collect(),
        _ => ["value".to_owned()].into(),
    }
}

fn key() -> impl Strategy<Value = String> {
    let segment = prop_oneof![4 => Just("a"), 4 => Just("b"), 2 => Just("c"), 1 => Just("")];
    let key = proptest::collection::vec(segment, 1..4).prop_map(|it| it.join("."));
    key.prop_filter("Kubernetes takes the key", |it| {
        !it.is_empty() && it != "." && !it.starts_with("..")
    })
}

fn written() -> impl Strategy<Value = Written> {
    let value = prop_oneof![
        Just("true"),
        Just("false"),
        Just("True"),
        Just(""),
        Just("10"),
        Just("null"),
        Just("x\ny\n"),
        Just("[]")
    ];
    let data = proptest::collection::btree_map(key(), value.prop_map(str::to_owned), 0..4);
    let installer =
        prop_oneof![9 => Just(Some("overrides")), 1 => Just(None), 1 => Just(Some("override"))];
    let component = prop_oneof![4 => Just(None), 4 => Just(Some("core")), 1 => Just(Some("")), 1 => Just(Some("ory"))];
    let namespace = prop_oneof![9 => Just("kyma-installer"), 1 => Just("default")];
    let name = prop_oneof![Just("m"), Just("n"), Just("o"), Just("net-global-overrides")];
    (any::<bool>(), name, namespace, installer, component, data).prop_map(
        |(secret, name, namespace, installer, component, data)| Written {
            secret,
            name,
            namespace,
            installer,
            component,
            data,
        },
    )
}

/// Objects of which no scope has so many keys that all their orders are too many.
fn objects() -> impl Strategy<Value = Vec<Written>> {
    proptest::collection::vec(written(), 0..5).prop_filter("few enough keys", |objects| {
        let keys = |component| join(objects, |it| it == component).len();
        [None, Some("core"), Some("ory")].into_iter().all(|it| keys(it) < 6)
    })
}

/// Common keys and keys of a component that get into each other's way.
fn clashing() -> impl Strategy<Value = Vec<Written>> {
    let segment = prop_oneof![Just("a"), Just("b")];
    let key = proptest::collection::vec(segment, 0..3);
    let key = key.prop_map(|it| [vec!["a"], it].concat().join("."));
    let data = proptest::collection::btree_map(key, Just("x".to_owned()), 1..5);
    (data.clone(), data).prop_map(|(common, own)| {
        let object = |name, component, data| Written { data, ..config_map(name, component, &[]) };
        vec![object("common", None, common), object("own", Some("core"), own)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn effective_values_are_those_of_the_operator(objects in objects()) {
        for component in ["core", "ory", "without-keys"] {
            check(&objects, component);
        }
    }

    #[test]
    fn values_that_depend_on_chance_are_unknown_and_no_others(objects in clashing()) {
        check(&objects, "core");
    }
}
