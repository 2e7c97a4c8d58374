//! Laws that hold for all objects.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Texts = BTreeMap<String, String>;

/// A container by its name: its image, its environment, its arguments.
type Containers = BTreeMap<String, (String, Texts, Vec<String>)>;

fn texts() -> impl Strategy<Value = Texts> {
    proptest::collection::btree_map("[a-d]", "[xy]", 0..4)
}

fn containers() -> impl Strategy<Value = Containers> {
    let args = proptest::collection::vec("[xyz]", 0..3);
    proptest::collection::btree_map("[a-c]", ("[xy]", texts(), args), 1..4)
}

/// A deployment as people write it: a list that would be empty is left out.
fn deployments() -> impl Strategy<Value = Value> {
    let volumes = proptest::collection::btree_map("[a-c]", "configMap|secret|emptyDir", 0..3);
    let rolls = proptest::option::of(any::<bool>());
    (texts(), containers(), volumes, rolls, any::<bool>()).prop_map(
        |(labels, containers, volumes, rolls, turned)| {
            let mut containers: Vec<Value> = containers.into_iter().map(container).collect();
            if turned {
                containers.reverse();
            }
            let volume =
                |(name, source): (String, String)| json!({ "name": name, source: { "x": 1 } });
            let volumes: Vec<Value> = volumes.into_iter().map(volume).collect();
            let rolling = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } });
            let recreate = json!({ "type": "Recreate" });
            let strategy = rolls.map(|rolls| if rolls { rolling } else { recreate });
            let pod = some(json!({ "containers": containers, "volumes": volumes }));
            let mut object = deployment(&pod, &some(json!({ "strategy": strategy })));
            merge_into(&mut object["metadata"], &some(json!({ "labels": labels })));
            object
        },
    )
}

fn container((name, (image, env, args)): (String, (String, Texts, Vec<String>))) -> Value {
    let variable = |(name, value): (String, String)| json!({ "name": name, "value": value });
    let env: Vec<Value> = env.into_iter().map(variable).collect();
    some(json!({ "name": name, "image": image, "env": env, "args": args }))
}

/// Without the entries that hold nothing.
fn some(mut object: Value) -> Value {
    let entries = object.as_object_mut().unwrap();
    entries.retain(|_, it| *it != json!([]) && *it != json!({}) && !it.is_null());
    object
}

fn things() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[xy]".prop_map(Value::from),
        (0..3i64).prop_map(Value::from),
        Just(json!([1, { "a": 2 }])),
    ];
    let tree = leaf.prop_recursive(3, 20, 4, |inner| {
        proptest::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(|it| Value::Object(it.into_iter().collect()))
    });
    let spec = proptest::collection::btree_map("[a-d]", tree, 0..4);
    spec.prop_map(|spec| json!({ "apiVersion": "x/v1", "kind": "Thing", "metadata": { "name": "a" }, "spec": spec }))
}

fn objects() -> impl Strategy<Value = [Value; 2]> {
    prop_oneof![[deployments(), deployments()], [things(), things()],]
}

/// What somebody else did to an object, in fields that no manifest here has.
fn touched(manifest: &Value) -> Value {
    let mut live = annotated(manifest);
    live["metadata"]["annotations"]["foreign"] = json!("1");
    live["spec"]["foreign"] = json!({ "x": [1] });
    if let Some(Value::Array(containers)) = live.pointer_mut("/spec/template/spec/containers") {
        containers.insert(0, json!({ "name": "foreign" }));
    }
    live["status"] = json!({ "ready": true });
    live
}

/// Takes out of an object what `touched` put in.
fn untouched(mut live: Value) -> Value {
    live["metadata"]["annotations"].as_object_mut().unwrap().remove("foreign").unwrap();
    live["spec"].as_object_mut().unwrap().remove("foreign").unwrap();
    if let Some(Value::Array(containers)) = live.pointer_mut("/spec/template/spec/containers") {
        let at = containers.iter().position(|it| it["name"] == "foreign").unwrap();
        containers.remove(at);
    }
    live.as_object_mut().unwrap().remove("status").unwrap();
    live
}

fn apply(manifest: &Value, live: &Value) -> (Patch, Value) {
    let patch = Kubectl::V1_20.patch(manifest, live).unwrap();
    let result = apply_patch(patch.style, live, &patch.body).unwrap();
    (patch, result)
}

/// Anything at all, under keys that mean something.
fn oddities() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "a|delete|replace|name|\u{2028}".prop_map(Value::from),
    ];
    let key = "metadata|spec|template|containers|env|volumes|strategy|finalizers|annotations|name|\\$patch|\\$retainKeys\
        |\\$setElementOrder/(containers|finalizers|volumes|strategy)|\\$deleteFromPrimitiveList/(finalizers|containers)";
    leaf.prop_recursive(6, 60, 5, move |inner| {
        let object = proptest::collection::btree_map(key, inner.clone(), 0..5);
        prop_oneof![
            3 => object.prop_map(|it| Value::Object(it.into_iter().collect())),
            2 => proptest::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

/// An oddity inside of an object of a kind.
fn odd(kind: &str, place: &str, oddity: Value) -> Value {
    let pod = json!({ "spec": { "containers": oddity.clone(), "volumes": oddity.clone() } });
    let metadata =
        json!({ "name": "a", "finalizers": oddity.clone(), "annotations": oddity.clone() });
    let inner = match place {
        "whole" => return oddity,
        "pod" => json!({ "template": pod, "strategy": oddity }),
        _ => oddity,
    };
    json!({ "apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": inner })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(
        oddities in [oddities(), oddities(), oddities(), oddities()],
        place in "whole|pod|spec",
    ) {
        for kind in ["Deployment", "Thing"] {
            let [original, manifest, live, other] = oddities.clone().map(|it| odd(kind, &place, it));
            drop(Kubectl::V1_32.patch(&manifest, &live));
            for style in [Style::Strategic, Style::Json] {
                if let Ok(patch) = patch(style, Some(&original), &manifest, &live) {
                    drop(apply_patch(style, &live, &patch));
                }
                drop(apply_patch(style, &live, &other));
            }
            drop(changed_fields(&live, &other));
            drop(last_applied(&live));
        }
    }

    #[test]
    fn what_is_applied_is_unchanged([object, _] in objects()) {
        let (patch, result) = apply(&object, &annotated(&object));
        prop_assert!(patch.is_empty());
        prop_assert_eq!(result, annotated(&object));
    }

    #[test]
    fn the_object_becomes_the_manifest_and_a_second_patch_is_empty([old, new] in objects()) {
        let (_, result) = apply(&new, &annotated(&old));
        prop_assert_eq!(&result, &annotated(&new));
        prop_assert!(apply(&new, &result).0.is_empty());
    }

    #[test]
    fn fields_of_others_survive_and_everything_else_becomes_the_manifest([old, new] in objects()) {
        let (_, result) = apply(&new, &touched(&old));
        prop_assert_eq!(untouched(result.clone()), annotated(&new));
        prop_assert_eq!(apply(&new, &result).1, result);
    }

    #[test]
    fn fields_of_an_object_that_was_never_applied_stay([old, new] in objects()) {
        let (_, result) = apply(&new, &old);
        let is_whole = |path: &str| ["strategy", "volumes", "args["].iter().any(|it| path.contains(it));
        for change in changed_fields(&old, &result) {
            prop_assert!(change.to.is_some() || is_whole(&change.path), "{}", change.path);
        }
        prop_assert_eq!(apply(&new, &result).1, result);
    }

    #[test]
    fn an_object_has_no_changed_fields_against_itself([one, other] in objects()) {
        prop_assert_eq!(changed_fields(&one, &one), []);
        prop_assert_eq!(changed_fields(&one, &other).is_empty(), one == other);
    }
}
