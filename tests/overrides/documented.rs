//! The examples of Kyma's documentation and of the operator's own tests, as tables.

use serde_json::{Value, json};

use crate::model::{Written, base64, config_map, engine};

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
