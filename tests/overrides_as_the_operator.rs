//! Effective values are what the operator's own algorithm makes of the same objects.
//!
//! The model below follows the operator's steps one after the other, over plain JSON: list, join,
//! split and add to a map in some order, merge. It runs with every order of the keys, because the
//! operator's order is random, and knows nothing of trees with several shapes.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap, which clippy allows in #[test]"
)]

use std::collections::{BTreeMap, BTreeSet};

use kyma_upgrade::manifest::{Manifest, read};
use kyma_upgrade::overrides::{Conflict, Effective, Override, Typed, UserOverrides};
use kyma_upgrade::yaml::Limits;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// An object as a user writes it.
#[derive(Debug, Clone)]
struct Written {
    secret: bool,
    name: &'static str,
    namespace: &'static str,
    installer: Option<&'static str>,
    component: Option<&'static str>,
    data: BTreeMap<String, String>,
}

impl Written {
    fn kind(&self) -> &'static str {
        if self.secret { "Secret" } else { "ConfigMap" }
    }

    fn json(&self) -> Value {
        let labels = [("installer", self.installer), ("component", self.component)];
        let labels: BTreeMap<_, _> =
            labels.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let value = |it: &String| if self.secret { base64(it) } else { it.clone() };
        let data: BTreeMap<_, _> = self.data.iter().map(|(key, it)| (key, value(it))).collect();
        json!({
            "apiVersion": "v1", "kind": self.kind(), "data": data,
            "metadata": {"name": self.name, "namespace": self.namespace, "labels": labels}
        })
    }
}

/// Base64 as RFC 4648 has it.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |chunk: &[u8]| {
        let bits = (0..3)
            .fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        let digit = |at: usize| match at {
            at if at <= chunk.len() => char::from(DIGITS[bits >> (18 - 6 * at) & 63]),
            _ => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    text.as_bytes().chunks(3).flat_map(encode).collect()
}

fn engine(objects: &[Written]) -> UserOverrides {
    let items: Vec<_> = objects.iter().map(Written::json).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let manifest = Manifest::new("my.json", list.as_bytes());
    UserOverrides::new(read(&manifest, &Limits::default()).unwrap())
}

/// A value in the model: the text that tells where it is from, and what Helm sees of it.
fn leaf(object: &Written, key: &str, value: &str) -> Value {
    let typed = if value == "true" || value == "false" { "bool" } else { "text" };
    let visible = if object.secret { "?" } else { value };
    format!("{key} {typed} {} {} {visible:?}", object.kind(), object.name).into()
}

/// The same of an entry of the engine.
fn leaf_of(entry: &Override) -> Value {
    let typed = if entry.is_bool() { "bool" } else { "text" };
    let visible = match entry.typed() {
        Typed::Bool(value) => value.to_string(),
        Typed::Text(text) => text.into_owned(),
        Typed::Secret(_) => "?".to_owned(),
    };
    let (kind, name) = (&entry.object.kind, &entry.object.name);
    format!("{} {typed} {kind} {name} {visible:?}", entry.key.key).into()
}

/// `kubectl get -n kyma-installer -l <selector>`, by name. Of two with one name the later one was
/// applied.
fn list(
    objects: &[Written],
    secret: bool,
    selector: impl Fn(Option<&str>) -> bool,
) -> Vec<&Written> {
    let mut stored: BTreeMap<&str, &Written> = BTreeMap::new();
    for it in objects.iter().filter(|it| it.secret == secret && it.namespace == "kyma-installer") {
        // What the operator would not see is told apart by the engine, and replaces nothing.
        if it.installer == Some("overrides") && it.component != Some("") {
            stored.insert(it.name, it);
        }
    }
    stored.into_values().filter(|it| selector(it.component)).collect()
}

/// The flat map of a scope.
fn join(objects: &[Written], selector: impl Fn(Option<&str>) -> bool) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for secret in [false, true] {
        for object in list(objects, secret, &selector) {
            for (key, value) in &object.data {
                flat.insert(key.clone(), leaf(object, key, value));
            }
        }
    }
    flat
}

fn add(map: &mut Map<String, Value>, segments: &[&str], value: &Value) {
    let key = segments[0].to_owned();
    if segments.len() == 1 {
        map.insert(key, value.clone());
        return;
    }
    if !map.get(&key).is_some_and(Value::is_object) {
        map.insert(key.clone(), json!({}));
    }
    add(map.get_mut(&key).unwrap().as_object_mut().unwrap(), &segments[1..], value);
}

/// What adding the keys of a flat map can come to, in any order.
fn unflatten(flat: &BTreeMap<String, Value>) -> Vec<Map<String, Value>> {
    let mut results: Vec<Map<String, Value>> = Vec::new();
    for order in orders(&flat.keys().collect::<Vec<_>>()) {
        let mut map = Map::new();
        for key in order {
            add(&mut map, &key.split('.').collect::<Vec<_>>(), &flat[key]);
        }
        if !results.contains(&map) {
            results.push(map);
        }
    }
    results
}

fn orders<'a>(keys: &[&'a String]) -> Vec<Vec<&'a String>> {
    if keys.is_empty() {
        return vec![vec![]];
    }
    let first = |at: usize| {
        let rest: Vec<_> = [&keys[..at], &keys[at + 1..]].concat();
        orders(&rest).into_iter().map(move |it| [vec![keys[at]], it].concat())
    };
    (0..keys.len()).flat_map(first).collect()
}

fn merge_maps(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge_maps(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Everything that Helm may get for a component.
fn model(objects: &[Written], component: &str) -> Vec<Map<String, Value>> {
    let common = unflatten(&join(objects, |it| it.is_none()));
    let own = unflatten(&join(objects, |it| it == Some(component)));
    let both = common.iter().flat_map(|base| {
        own.iter().map(move |over| {
            let mut merged = base.clone();
            merge_maps(&mut merged, over);
            merged
        })
    });
    both.collect()
}

/// What one result has at a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Absent,
    Value(String),
    Map,
    Hidden(String),
}

fn seen(result: &Map<String, Value>, key: &str) -> (Seen, BTreeSet<String>) {
    let root = Value::Object(result.clone());
    let mut at = &root;
    for segment in key.split('.') {
        match at {
            Value::Object(map) => match map.get(segment) {
                Some(below) => at = below,
                None => return (Seen::Absent, BTreeSet::new()),
            },
            _ => return (Seen::Hidden(text(at)), [text(at)].into()),
        }
    }
    match at {
        Value::Object(_) => (Seen::Map, leaves(at)),
        _ => (Seen::Value(text(at)), leaves(at)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn leaves(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(map) => map.values().flat_map(leaves).collect(),
        _ => [text(value)].into(),
    }
}

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

fn config_map(
    name: &'static str,
    component: Option<&'static str>,
    data: &[(&str, &str)],
) -> Written {
    let data = data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let (namespace, installer) = ("kyma-installer", Some("overrides"));
    Written { secret: false, name, namespace, installer, component, data }
}

/// What Helm gets for component `core` over the given defaults.
fn values(objects: &[Written], defaults: &Value) -> Value {
    let overrides = engine(objects);
    let merged = overrides.effective("core").over(defaults);
    assert_eq!(merged.unknown, Vec::<String>::new());
    merged.values
}

#[test]
fn the_documented_examples_of_splitting_and_typing_hold() {
    let cases = [
        (
            vec![("a.b.c", "100"), ("a.b.d", "200"), ("a.b.e", "300")],
            json!({"a": {"b": {"c": "100", "d": "200", "e": "300"}}}),
        ),
        (vec![("a.b.e", "300\n400\n500\n")], json!({"a": {"b": {"e": "300\n400\n500\n"}}})),
        (
            vec![("global.foo", "bar"), ("h.o.o", "xyz")],
            json!({"global": {"foo": "bar"}, "h": {"o": {"o": "xyz"}}}),
        ),
        (vec![("a.b.c", "true"), ("a.b.d", "false")], json!({"a": {"b": {"c": true, "d": false}}})),
        (vec![("a.b.c.d", "")], json!({"a": {"b": {"c": {"d": ""}}}})),
        (vec![("overrides.yaml", "a: b")], json!({"overrides": {"yaml": "a: b"}})),
        (
            vec![("a", "10"), ("b", "True"), ("c", "null"), ("d", "1.5"), ("e", "[]")],
            json!({"a": "10", "b": "True", "c": "null", "d": "1.5", "e": "[]"}),
        ),
        (
            vec![("a..b", "x"), ("c.", "y"), (".d", "z")],
            json!({"a": {"": {"b": "x"}}, "c": {"": "y"}, "": {"d": "z"}}),
        ),
    ];
    for (data, expected) in cases {
        assert_eq!(values(&[config_map("m", None, &data)], &json!({})), expected);
        assert_eq!(values(&[config_map("m", Some("core"), &data)], &json!({})), expected);
    }
}

#[test]
fn the_documented_example_of_merging_holds() {
    let base = json!({"a": {"b": {"j": "100", "k": "200", "l": 300}}});
    let over = [
        ("a.b.i", "1100"),
        ("a.b.j", "100"),
        ("a.b.k.x1", "foo"),
        ("a.b.k.y1.z1", "bar"),
        ("a.b.l", "300"),
    ];
    let expected = json!({"a": {"b": {
        "i": "1100", "j": "100", "k": {"x1": "foo", "y1": {"z1": "bar"}}, "l": "300"
    }}});
    assert_eq!(values(&[config_map("m", Some("core"), &over)], &base), expected);
}

#[test]
fn the_documented_examples_of_joining_hold() {
    let one = config_map("m1", None, &[("key1", "a1"), ("key2", "a2"), ("key3", "a3")]);
    let two = config_map("m2", None, &[("key2", "b2"), ("key3", "b3"), ("key4", "b4")]);
    let three = config_map("m3", None, &[("key3", "c3")]);
    let expected = json!({"key1": "a1", "key2": "b2", "key3": "b3", "key4": "b4"});
    assert_eq!(values(&[two.clone(), one.clone()], &json!({})), expected);
    let all = values(&[three, two, one], &json!({}));
    assert_eq!(all["key3"], "c3");
    let first = config_map("c1", Some("core"), &[("k1", "1"), ("k2", "1"), ("k3", "1")]);
    let second = config_map("c2", Some("core"), &[("k3", "2"), ("k4", "2"), ("k5", "2")]);
    assert_eq!(values(&[first, second], &json!({}))["k3"], "2");
}

#[test]
fn a_key_that_kubernetes_refuses_is_no_example() {
    // The table above uses keys with empty segments; those at the start are refused from two on.
    let refused = engine(&[config_map("m", None, &[("..a", "x")])]);
    assert_eq!((refused.entries().count(), refused.remarks().len()), (0, 1));
}

#[test]
fn the_model_encodes_secrets_as_kubernetes_does() {
    let encoded = ["", "a", "ab", "abc", "true"].map(base64);
    assert_eq!(encoded, ["", "YQ==", "YWI=", "YWJj", "dHJ1ZQ=="]);
}
