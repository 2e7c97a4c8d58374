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
                    column: 1,
                    node: node(value),
                })
                .collect(),
        ),
    };
    Node { line: 1, column: 1, value }
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

/// Stands for an item that a patch took out, so that the others keep their places.
const REMOVED: &str = "removed by the patch";

/// The old side with the changes applied, the order of lists left aside.
fn patched(old: &Node, new: &Node, walk: &Walk<'_>) -> Json {
    let mut json = old.to_json();
    for change in walk.changes.iter().filter(|it| it.order.is_none()) {
        apply(&mut json, &places(old, new, &change.path), change);
    }
    settle(&mut json);
    json
}

/// A path in the old side: keys of mappings and indices of lists; none for an item that is new.
enum Step<'a> {
    Key(&'a str),
    At(Option<usize>),
}

/// Follows a path through both sides, as far as both have it.
fn places<'a>(old: &Node, new: &Node, path: &Path<'a>) -> Vec<Step<'a>> {
    let (mut old, mut new) = (Some(old), Some(new));
    let mut field = None;
    let mut steps = Vec::new();
    for segment in &path.0 {
        let [a, b] = [old, new].map(|it| it.map_or(&[][..], Node::items));
        let step;
        (step, old, new) = match segment {
            Segment::Field(key) => {
                let inside = [old, new].map(|it| it.and_then(|it| it.get(key)));
                (Step::Key(key), inside[0], inside[1])
            }
            Segment::Item(wanted) => {
                let (keys, others) = merge_keys::keys(field, a, b).expect("a keyed list");
                let at = keys.iter().position(|it| it == wanted);
                let other = others.iter().position(|it| it == wanted);
                (Step::At(at), at.map(|it| &a[it]), other.map(|it| &b[it]))
            }
            Segment::Index(at) => (Step::At(Some(*at)), a.get(*at), b.get(*at)),
        };
        field = match segment {
            Segment::Field(key) => Some(*key),
            _ => None,
        };
        steps.push(step);
    }
    steps
}

fn apply(json: &mut Json, path: &[Step<'_>], change: &Change<'_>) {
    let new = change.new.map(|it| it.node.to_json());
    let (first, rest) = path.split_first().expect("a change is inside an object");
    match (json, first, rest, new) {
        (Json::Object(fields), Step::Key(key), [], Some(new)) => {
            fields.insert((*key).to_owned(), new);
        }
        (Json::Object(fields), Step::Key(key), [], None) => {
            fields.remove(*key).expect("the field is there");
        }
        (Json::Object(fields), Step::Key(key), rest, _) => {
            apply(fields.get_mut(*key).expect("the field is there"), rest, change);
        }
        (Json::Array(items), Step::At(_), [], Some(new)) if change.old.is_none() => items.push(new),
        (Json::Array(items), Step::At(Some(at)), [], new) => {
            items[*at] = new.unwrap_or_else(|| json!(REMOVED));
        }
        (Json::Array(items), Step::At(Some(at)), rest, _) => apply(&mut items[*at], rest, change),
        _ => panic!("a path that the old side does not have"),
    }
}

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

fn whole(tree: &Json) -> Node {
    node(&json!({"spec": tree}))
}

/// A file of objects that share few names, some documents of which are in both files.
fn files() -> impl Strategy<Value = (String, String)> {
    let document = (0..3_usize, 0..4_u8, 0..3_u8, 0..6_u8).prop_map(|(kind, name, value, shape)| {
        let kind = ["ConfigMap", "Service", "Whole"][kind];
        let version = if kind == "Whole" { "example.com/v1" } else { "v1" };
        match shape {
            0 => format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: n{name}}}}}\n"),
            1 => format!(
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: {version}\n  kind: {kind}\n  \
                 metadata: {{name: n{name}}}\n  data: {{a: b{value}}}\n"
            ),
            2 => "kind: Broken\n".to_owned(),
            3 => format!(
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
                 name: wholes.example.com\nspec: {{group: example.com, scope: {}, names: {{kind: Whole}}}}\n",
                ["Cluster", "Namespaced", "Cluster"][usize::from(value)]
            ),
            _ => format!(
                "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: n{name}\ndata:\n  a: b{value}\n"
            ),
        }
    });
    let documents = proptest::collection::vec(document, 0..6);
    (documents.clone(), documents.clone(), documents).prop_map(|(both, old, new)| {
        let old = [both.clone(), old].concat();
        let mut new = [new, both].concat();
        let middle = old.len() % new.len().max(1);
        new.rotate_left(middle);
        let add = |text: String, it: &String| text + "---\n" + it;
        let whole = |of: Vec<String>| of.iter().fold(String::new(), add);
        (whole(old), whole(new))
    })
}

fn arriving(diff: &ObjectDiff) -> BTreeSet<&ObjectKey> {
    let renamed = diff.renamed.iter().map(|it| &it.to);
    diff.added.iter().chain(renamed).collect()
}

fn leaving(diff: &ObjectDiff) -> BTreeSet<&ObjectKey> {
    let renamed = diff.renamed.iter().map(|it| &it.from);
    diff.removed.iter().chain(renamed).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(tree in trees()) {
        let tree = whole(&tree);
        let walk = Walk::over(&tree, &tree);
        prop_assert!(walk.changes.is_empty());
        prop_assert_eq!(walk.descriptions, 0);
    }

    #[test]
    fn the_changes_applied_to_the_old_side_give_the_new_one(a in trees(), b in trees()) {
        let (old, new) = (whole(&a), whole(&b));
        let walk = Walk::over(&old, &new);
        if walk.descriptions == 0 {
            let mut expected = new.to_json();
            settle(&mut expected);
            prop_assert_eq!(patched(&old, &new, &walk), expected);
        }
    }

    #[test]
    fn both_directions_find_the_same_fields(a in trees(), b in trees()) {
        let (old, new) = (whole(&a), whole(&b));
        let (there, back) = (Walk::over(&old, &new), Walk::over(&new, &old));
        prop_assert_eq!(there.descriptions, back.descriptions);
        prop_assert_eq!(there.changes.len(), back.changes.len());
    }

    #[test]
    fn what_one_direction_adds_the_other_removes((old, new) in files()) {
        let (old, new) = (set(&old), set(&new));
        let (there, back) = (objects(&old, &new), objects(&new, &old));
        prop_assert_eq!(there.unchanged, back.unchanged);
        prop_assert_eq!(there.changed.len(), back.changed.len());
        prop_assert_eq!(arriving(&there), leaving(&back));
        prop_assert_eq!(leaving(&there), arriving(&back));
    }

    #[test]
    fn reading_less_finds_the_same((old, new) in files()) {
        let side = |text: &str| {
            let manifest = Manifest::new("file.yaml", text.as_bytes());
            read(&manifest, &Limits::default()).unwrap().objects
        };
        let (a, b) = (side(&old), side(&new));
        let scopes = [crate::manifest::Scopes::of(&a), crate::manifest::Scopes::of(&b)];
        let a = ObjectSet::scoped(a, &scopes[0].or(&scopes[1])).0;
        let b = ObjectSet::scoped(b, &scopes[1].or(&scopes[0])).0;
        let [left, right] = [&old, &new].map(|it| [Manifest::new("file.yaml", it.as_bytes())]);
        let less = documents(&left, &right, &Limits::default()).unwrap();
        prop_assert_eq!(
            ObjectDiff { unchanged: 0, ..less.objects },
            ObjectDiff { unchanged: 0, ..objects(&a, &b) }
        );
    }

    #[test]
    fn no_bytes_make_it_panic(old in any::<Vec<u8>>(), new in "[-{}:a-c\\[\\]\n &*|>'\"]{0,60}") {
        let [old, new] = [&old[..], new.as_bytes()].map(|it| [Manifest::new("file.yaml", it)]);
        drop(documents(&old, &new, &Limits::default()));
        drop(documents(&new, &old, &Limits::default()));
    }
}
