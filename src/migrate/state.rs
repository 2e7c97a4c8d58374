//! The override objects at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Side;
use crate::manifest::{Object, ObjectKey};
use crate::overrides::{OverrideKey, UserOverrides};
use crate::yaml::{Digest, Entry, Node, Value};

/// Where kubectl apply keeps the object as it was applied, with all its values.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What the API server writes into the metadata of an object.
const SERVER_SET: [&str; 6] =
    ["resourceVersion", "uid", "creationTimestamp", "managedFields", "selfLink", "generation"];

/// All objects, in the order in which the operator joins them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    pub(super) objects: BTreeMap<ObjectKey, Held>,
    /// Objects of the user's files that hold no overrides: their names are taken.
    pub(super) taken: BTreeSet<ObjectKey>,
}

/// An object, its data apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) component: Option<String>,
    pub(super) source: Arc<str>,
    /// The object; its field `data` is there, with nothing in it.
    pub(super) frame: Node,
    pub(super) items: Vec<Item>,
    /// Whether the hop makes it.
    pub(super) is_new: bool,
}

/// A key of an object's data.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) key: String,
    pub(super) value: Node,
    /// The line of the user's file; none for what a hop wrote.
    pub(super) line: Option<u32>,
    /// Where the hop takes the value from.
    pub(super) origin: Option<(ObjectKey, String)>,
}

impl State {
    /// The objects as the user's files hold them.
    pub(super) fn of(overrides: &UserOverrides) -> Self {
        let objects = overrides.objects().map(|it| (it.key.clone(), Held::of(it)));
        let taken = overrides.remarks().iter().filter_map(|it| it.object.clone());
        Self { objects: objects.collect(), taken: taken.collect() }
    }

    /// The state as a start for the next hop.
    pub(super) fn settled(&self) -> Self {
        let mut state = self.clone();
        for held in state.objects.values_mut() {
            held.is_new = false;
            held.items.iter_mut().for_each(|it| it.origin = None);
        }
        state
    }

    /// The objects that set keys of a scope, in the order of the operator.
    pub(super) fn scope<'s>(
        &'s self,
        component: Option<&'s str>,
    ) -> impl Iterator<Item = (&'s ObjectKey, &'s Held)> {
        self.objects.iter().filter(move |(_, held)| held.component.as_deref() == component)
    }

    /// The entry of a key that the operator takes.
    pub(super) fn winner(&self, key: &OverrideKey) -> Option<(&ObjectKey, &Item)> {
        let in_scope = |it: &(&ObjectKey, &Held)| it.1.component == key.component;
        let scope = self.objects.iter().filter(in_scope);
        scope.filter_map(|(object, held)| Some((object, held.get(&key.key)?))).next_back()
    }

    /// The keys of a scope that contradict a key: they stand above or below it.
    pub(super) fn nested(&self, key: &OverrideKey) -> BTreeSet<OverrideKey> {
        let items = self.scope(key.component.as_deref()).flat_map(|(_, held)| &held.items);
        let keys = items.map(|it| OverrideKey { key: it.key.clone(), ..key.clone() });
        keys.filter(|it| are_nested(it, key)).collect()
    }

    /// Removes a key from all objects of its scope that have it, and returns them.
    pub(super) fn remove(&mut self, key: &OverrideKey) -> Vec<ObjectKey> {
        let scope = self.objects.iter_mut().filter(|it| it.1.component == key.component);
        let mut objects = Vec::new();
        for (object, held) in scope {
            if held.remove(&key.key) {
                objects.push(object.clone());
            }
        }
        objects
    }

    /// A side of a conflict: what an object of this state has under a key.
    pub(super) fn side(&self, key: &OverrideKey, object: &ObjectKey) -> Option<Side> {
        let held = self.objects.get(object)?;
        let item = held.get(&key.key);
        Some(Side {
            whose: "mine",
            key: key.clone(),
            object: object.clone(),
            source: held.source.clone(),
            line: item.and_then(|it| it.line),
            value: item.map(|it| shown(&it.value)),
        })
    }

    /// A side of a conflict: the entry of a key that the operator takes.
    pub(super) fn winning_side(&self, key: &OverrideKey) -> Option<Side> {
        self.side(key, self.winner(key)?.0)
    }
}

impl Held {
    pub(super) fn of(object: &Object) -> Self {
        let mut held = Self {
            component: object.label("component").map(ToOwned::to_owned),
            source: object.source.clone(),
            frame: object.node.clone(),
            items: Vec::new(),
            is_new: false,
        };
        let fields = data_fields(&object.key.kind);
        for entry in fields.iter().filter_map(|it| object.node.get(it)).flat_map(Node::entries) {
            held.set(&entry.key, entry.node.clone(), Some(entry.line));
        }
        clean(&mut held.frame, fields);
        held
    }

    /// A new object of the same kind as another, for a scope.
    pub(super) fn new(kind: &str, name: &str, component: Option<&str>) -> Self {
        let component_label = component.map(|it| ("component", text(it)));
        let labels = [("installer", text("overrides"))].into_iter().chain(component_label);
        let namespace = text(crate::overrides::NAMESPACE);
        let metadata =
            [("name", text(name)), ("namespace", namespace), ("labels", mapping(labels))];
        let frame = mapping([
            ("apiVersion", text("v1")),
            ("kind", text(kind)),
            ("metadata", mapping(metadata)),
            ("data", mapping([])),
        ]);
        let component = component.map(ToOwned::to_owned);
        Self { component, source: "".into(), frame, items: Vec::new(), is_new: true }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|it| it.key == key)
    }

    /// Sets a key: in its place, or at the end.
    pub(super) fn set(&mut self, key: &str, value: Node, line: Option<u32>) {
        let item = Item { key: key.to_owned(), value, line, origin: None };
        match self.items.iter_mut().find(|it| it.key == key) {
            Some(old) => *old = item,
            None => self.items.push(item),
        }
    }

    /// Adds an item behind the key `behind`, or at the end.
    pub(super) fn insert(&mut self, item: Item, behind: Option<&str>) {
        let place = self.items.iter().position(|it| Some(it.key.as_str()) == behind);
        self.items.insert(place.map_or(self.items.len(), |it| it + 1), item);
    }

    /// Removes a key; tells whether it was there.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let count = self.items.len();
        self.items.retain(|it| it.key != key);
        self.items.len() != count
    }

    /// Whether a value of the object is withheld, in its data or elsewhere.
    pub(super) fn is_withheld(&self) -> bool {
        self.items.iter().any(|it| is_withheld(&it.value)) || is_withheld(&self.frame)
    }

    /// The object with its data in it.
    pub(super) fn whole<'s>(&'s self, items: impl Iterator<Item = &'s Item>) -> Node {
        let mut node = self.frame.clone();
        let entries = items.map(|it| entry(&it.key, it.value.clone())).collect();
        if let Value::Mapping(fields) = &mut node.value
            && let Some(data) = fields.iter_mut().find(|it| it.key == "data")
        {
            data.node.value = Value::Mapping(entries);
        }
        node
    }
}

/// The fields with data. The API server puts `stringData` over `data`.
fn data_fields(kind: &str) -> &'static [&'static str] {
    if kind == "Secret" { &["data", "stringData"] } else { &["data"] }
}

/// Empties the data, and takes out what the server and kubectl wrote.
fn clean(frame: &mut Node, fields: &[&str]) {
    let Value::Mapping(entries) = &mut frame.value else { return };
    match entries.iter().position(|it| fields.contains(&it.key.as_str())) {
        Some(place) => entries[place] = entry("data", mapping([])),
        None => entries.push(entry("data", mapping([]))),
    }
    let mut data_seen = false;
    entries.retain(|it| {
        let repeated = fields.contains(&it.key.as_str()) && data_seen;
        data_seen |= it.key == "data";
        !repeated && it.key != "status"
    });
    let metadata = entries.iter_mut().find(|it| it.key == "metadata");
    let Some(Value::Mapping(metadata)) = metadata.map(|it| &mut it.node.value) else { return };
    metadata.retain(|it| !SERVER_SET.contains(&it.key.as_str()));
    let annotations = metadata.iter_mut().find(|it| it.key == "annotations");
    if let Some(Value::Mapping(annotations)) = annotations.map(|it| &mut it.node.value) {
        annotations.retain(|it| it.key != LAST_APPLIED);
    }
    metadata.retain(|it| it.key != "annotations" || it.node.value != Value::Mapping(Vec::new()));
}

pub(super) fn text(text: &str) -> Node {
    node(Value::String(text.to_owned()))
}

fn mapping<'a>(entries: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let entries = entries.into_iter().map(|(key, node)| entry(key, node));
    node(Value::Mapping(entries.collect()))
}

fn node(value: Value) -> Node {
    Node { line: 1, column: 1, value }
}

fn entry(key: &str, node: Node) -> Entry {
    Entry { key: key.to_owned(), line: node.line, column: node.column, node }
}

/// Whether something in a value is withheld.
pub(super) fn is_withheld(node: &Node) -> bool {
    match &node.value {
        Value::Redacted(_) => true,
        Value::Sequence(items) => items.iter().any(is_withheld),
        Value::Mapping(entries) => entries.iter().any(|it| is_withheld(&it.node)),
        _ => false,
    }
}

/// Whether two values are the same text, also where one or both are withheld.
pub(super) fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Redacted(digest), Value::String(text))
        | (Value::String(text), Value::Redacted(digest)) => {
            *digest == Digest::of(text.as_bytes()).with(digest.nature())
        }
        _ => one.same(other),
    }
}

/// A value as lists show it.
pub(super) fn shown(node: &Node) -> String {
    match node.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Whether one key stands above the other in the same scope.
pub(super) fn are_nested(one: &OverrideKey, other: &OverrideKey) -> bool {
    let above = |a: &str, b: &str| b.strip_prefix(a).is_some_and(|it| it.starts_with('.'));
    let (a, b) = (&one.key, &other.key);
    one.component == other.component && (above(a, b) || above(b, a))
}
