//! Laws that hold for all objects.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::diff::fields::{Change, Walk};
use crate::diff::path::{Path, Segment};
use crate::diff::{documents, merge_keys};
use crate::yaml::{Entry, Node, Value};

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(it) => Value::Number(it.clone()),
        Json::String(it) => Value::String(it.clone()),
        Json::Array(items) => Value::Sequence(items.iter().map(node).collect()),
        Json::Object(fields) => Value::Mapping(
            fields
                .iter()
                .map(|(key, value)| Entry {
                    key: key.clone(),
                    line: 1,
                    node: node(value),
                })
                .collect(),
        ),
    };
    Node {
        line: 1,
        column: 1,
        value,
    }
}

fn scalars() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (0..4_u8).prop_map(Json::from),
        "[a-c]{0,2}".prop_map(Json::from),
        Just(json!("one\ntwo\n")),
        Just(json!("one\n2\n")),
        Just(json!("{\"a\": 1}")),
    ]
}

/// Trees with the field names and shapes that decide how lists are matched.
fn trees() -> impl Strategy<Value = Json> {
    let keys = proptest::sample::select(vec![
        "a.b",
        "ports",
        "containers",
        "rules",
        "name",
        "port",
        "description",
        "openAPIV3Schema",
        "properties",
    ]);
    scalars().prop_recursive(4, 40, 5, move |inner| {
        let named = ("[a-d]", inner.clone()).prop_map(|(name, x)| json!({"name": name, "x": x}));
        prop_oneof![
            proptest::collection::btree_map(keys.clone(), inner.clone(), 0..4)
                .prop_map(|it| json!(it)),
            proptest::collection::vec(inner, 0..4).prop_map(Json::from),
            proptest::collection::vec(named, 0..4).prop_map(Json::from),
        ]
    })
}

/// Applies one change to `json`, which is the old side with the changes before it. Items of lists
/// are only marked or appended; [`settle`] puts that right.
fn apply(json: &mut Json, path: &[Segment<'_>], change: &Change<'_>) {
    let to = || change.new.map(|it| it.node.to_json());
    let Some((first, rest)) = path.split_first() else {
        *json = to().expect("an object stays");
        return;
    };
    match (json, first) {
        (Json::Object(fields), Segment::Field(key)) => match (rest.is_empty(), to()) {
            (true, None) => drop(fields.remove(*key)),
            (true, Some(value)) => drop(fields.insert((*key).to_owned(), value)),
            (false, _) => apply(fields.get_mut(*key).unwrap(), rest, change),
        },
        (Json::Array(items), Segment::Index(at)) if change.old.is_some() => {
            item(&mut items[*at], rest, change);
        }
        (Json::Array(items), Segment::Item(_)) if change.old.is_some() || !rest.is_empty() => {
            let at = place(items, path, change);
            item(&mut items[at], rest, change);
        }
        (Json::Array(items), _) => match (rest.is_empty(), to()) {
            (true, Some(value)) => items.push(value),
            _ => item(&mut items[index(first)], rest, change),
        },
        (json, segment) => panic!("{segment:?} in {json}"),
    }
}

fn index(segment: &Segment<'_>) -> usize {
    match segment {
        Segment::Index(at) => *at,
        other => panic!("{other:?}"),
    }
}

fn item(item: &mut Json, rest: &[Segment<'_>], change: &Change<'_>) {
    if rest.is_empty() && change.new.is_none() {
        *item = json!(REMOVED);
    } else {
        apply(item, rest, change);
    }
}

/// Where the item with the key that `path` starts with stands.
fn place(items: &[Json], path: &[Segment<'_>], change: &Change<'_>) -> usize {
    let Segment::Item(wanted) = &path[0] else {
        panic!("{path:?}")
    };
    let before = change.path.0.len() - path.len();
    let field = Path(change.path.0[..before].to_vec()).last_field();
    let nodes: Vec<Node> = items.iter().map(node).collect();
    let known: Vec<usize> = (0..items.len())
        .filter(|it| items[*it] != json!(REMOVED))
        .collect();
    let left: Vec<Node> = known.iter().map(|it| nodes[*it].clone()).collect();
    let (keys, _) = merge_keys::keys(field, &left, &[]).expect("a keyed list");
    known[keys
        .iter()
        .position(|it| it == wanted)
        .expect("the item is there")]
}

const REMOVED: &str = "removed by the patch";

/// Drops what was removed and sorts all lists.
fn settle(json: &mut Json) {
    match json {
        Json::Array(items) => {
            items.retain(|it| *it != json!(REMOVED));
            items.iter_mut().for_each(settle);
            items.sort_by_key(ToString::to_string);
        }
        Json::Object(fields) => fields.values_mut().for_each(settle),
        _ => {}
    }
}

fn patched(old: &Node, walk: &Walk<'_>) -> Json {
    let mut json = old.to_json();
    for change in walk.changes.iter().filter(|it| it.order.is_none()) {
        apply(&mut json, &change.path.0, change);
    }
    settle(&mut json);
    json
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(tree in trees()) {
        let tree = node(&tree);
        let walk = Walk::over(&tree, &tree);
        prop_assert!(walk.changes.is_empty());
        prop_assert_eq!(walk.descriptions, 0);
    }
}
