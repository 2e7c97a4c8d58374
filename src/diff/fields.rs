//! Comparing two objects field by field.

use std::collections::BTreeMap;

use super::path::{Path, Segment};
use super::{FieldChange, Note, lists, mask, merge_keys, text};
use crate::manifest::Object;
use crate::yaml::{Entry, Node, Value};

/// What differs between two objects.
#[derive(Debug)]
pub(super) struct Comparison {
    /// The fields that differ, in the order of their paths.
    pub(super) fields: Vec<FieldChange>,
    /// How many descriptions in schemas differ besides.
    pub(super) descriptions: usize,
}

/// Compares two objects that are known to be the same one.
pub(super) fn compare(old: &Object, new: &Object) -> Comparison {
    let walk = Walk::over(&old.node, &new.node);
    Comparison {
        fields: walk.changes.iter().map(Change::field).collect(),
        descriptions: walk.descriptions,
    }
}

/// A node with the line where its entry or item starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located<'a> {
    pub(super) node: &'a Node,
    pub(super) line: u32,
}

impl<'a> Located<'a> {
    fn entry(entry: &'a Entry) -> Self {
        Self { node: &entry.node, line: entry.line }
    }

    fn item(node: &'a Node) -> Self {
        Self { node, line: node.line }
    }
}

/// A field that differs.
#[derive(Debug, Clone)]
pub(super) struct Change<'a> {
    pub(super) path: Path<'a>,
    pub(super) old: Option<Located<'a>>,
    pub(super) new: Option<Located<'a>>,
    /// For lists that differ in their order alone, the two orders.
    pub(super) order: Option<[serde_json::Value; 2]>,
}

impl Change<'_> {
    fn field(&self) -> FieldChange {
        let shown = |side: Option<Located<'_>>| side.map(|it| mask::shown(it.node));
        let (mut from, mut to) = (shown(self.old), shown(self.new));
        let mut path = self.path.to_string();
        let mut note = (from == to).then_some(Note::SecretChanged);
        if let Some([old, new]) = self.order.clone() {
            (from, to) = (Some(old), Some(new));
            path.push_str(" (order)");
            note = Some(Note::OrderChanged);
        }
        FieldChange {
            path,
            text: text::unified(from.as_ref(), to.as_ref()),
            from,
            to,
            from_line: self.old.map(|it| it.line),
            to_line: self.new.map(|it| it.line),
            note,
        }
    }
}

/// What a key stands for, as far as descriptions matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No schema.
    Plain,
    /// A JSON schema, whose `description` is a description.
    Schema,
    /// Schemas by the names of properties, one of which may be `description`.
    Properties,
}

impl Place {
    fn inside(self, key: &str) -> Self {
        match (self, key) {
            (Self::Properties, _)
            | (Self::Plain, "openAPIV3Schema")
            | (
                Self::Schema,
                "items"
                | "additionalProperties"
                | "additionalItems"
                | "not"
                | "allOf"
                | "anyOf"
                | "oneOf",
            ) => Self::Schema,
            (Self::Schema, "properties" | "patternProperties" | "definitions" | "dependencies") => {
                Self::Properties
            }
            _ => Self::Plain,
        }
    }
}

/// A walk over both sides at once.
#[derive(Debug, Default)]
pub(super) struct Walk<'a> {
    path: Path<'a>,
    pub(super) changes: Vec<Change<'a>>,
    pub(super) descriptions: usize,
}

impl<'a> Walk<'a> {
    /// The walk over two objects.
    pub(super) fn over(old: &'a Node, new: &'a Node) -> Self {
        let mut walk = Self::default();
        let (old, new) = (Located::item(old), Located::item(new));
        walk.both(old, new, Place::Plain);
        walk
    }

    fn both(&mut self, old: Located<'a>, new: Located<'a>, place: Place) {
        match (&old.node.value, &new.node.value) {
            (Value::Mapping(a), Value::Mapping(b)) => self.mapping(a, b, place),
            (Value::Sequence(a), Value::Sequence(b)) => self.list([old, new], a, b, place),
            (a, b) if a == b => {}
            _ => self.change(Some(old), Some(new), None),
        }
    }

    fn mapping(&mut self, old: &'a [Entry], new: &'a [Entry], place: Place) {
        let mut both: BTreeMap<&'a str, [Option<&'a Entry>; 2]> = BTreeMap::new();
        for entry in old {
            both.entry(&entry.key).or_default()[0] = Some(entry);
        }
        for entry in new {
            both.entry(&entry.key).or_default()[1] = Some(entry);
        }
        let identity = self.path.is(&["metadata"]);
        for (key, sides) in both {
            if !(identity && matches!(key, "name" | "namespace")) {
                self.field(key, sides, place);
            }
        }
    }

    fn field(&mut self, key: &'a str, sides: [Option<&'a Entry>; 2], place: Place) {
        if place == Place::Schema && key == "description" && is_text(sides) {
            self.descriptions += usize::from(!same(sides));
            return;
        }
        let [old, new] = sides.map(|it| it.map(Located::entry));
        self.step(Segment::Field(key), old, new, place.inside(key));
    }

    fn list(&mut self, lists: [Located<'a>; 2], old: &'a [Node], new: &'a [Node], place: Place) {
        match merge_keys::keys(self.path.last_field(), old, new) {
            Some(keys) => self.keyed(lists, keys, (old, new), place),
            None => self.unkeyed(lists, (old, new), place),
        }
    }

    fn keyed(
        &mut self,
        lists: [Located<'a>; 2],
        (old_keys, new_keys): (Vec<String>, Vec<String>),
        (old, new): (&'a [Node], &'a [Node]),
        place: Place,
    ) {
        let mut both: BTreeMap<&str, [Option<&'a Node>; 2]> = BTreeMap::new();
        for (key, item) in old_keys.iter().zip(old) {
            both.entry(key).or_default()[0] = Some(item);
        }
        for (key, item) in new_keys.iter().zip(new) {
            both.entry(key).or_default()[1] = Some(item);
        }
        let common = |keys: &[String]| -> Vec<String> {
            let is_common = |key: &&String| both[key.as_str()].iter().all(Option::is_some);
            keys.iter().filter(is_common).cloned().collect()
        };
        let orders = [common(&old_keys), common(&new_keys)];
        if orders[0] != orders[1] {
            self.order(lists, orders.map(serde_json::Value::from));
        }
        for (key, [old, new]) in both {
            let segment = Segment::Item(key.to_owned());
            self.step(segment, old.map(Located::item), new.map(Located::item), place);
        }
    }

    fn unkeyed(
        &mut self,
        lists: [Located<'a>; 2],
        (old, new): (&'a [Node], &'a [Node]),
        place: Place,
    ) {
        let leftovers = lists::by_content(old, new);
        if leftovers.old.is_empty() && leftovers.new.is_empty() && leftovers.moved {
            self.order(lists, lists.map(|it| mask::shown(it.node)));
        }
        let mut both: BTreeMap<usize, [Option<&'a Node>; 2]> = BTreeMap::new();
        for at in leftovers.old {
            both.entry(at).or_default()[0] = Some(&old[at]);
        }
        for at in leftovers.new {
            both.entry(at).or_default()[1] = Some(&new[at]);
        }
        for (at, [old, new]) in both {
            let segment = Segment::Index(at);
            self.step(segment, old.map(Located::item), new.map(Located::item), place);
        }
    }

    /// Goes on one step further down.
    fn step(
        &mut self,
        segment: Segment<'a>,
        old: Option<Located<'a>>,
        new: Option<Located<'a>>,
        place: Place,
    ) {
        self.path.0.push(segment);
        match (old, new) {
            (Some(old), Some(new)) => self.both(old, new, place),
            _ => self.change(old, new, None),
        }
        self.path.0.pop();
    }

    fn order(&mut self, [old, new]: [Located<'a>; 2], orders: [serde_json::Value; 2]) {
        self.change(Some(old), Some(new), Some(orders));
    }

    fn change(
        &mut self,
        old: Option<Located<'a>>,
        new: Option<Located<'a>>,
        order: Option<[serde_json::Value; 2]>,
    ) {
        self.changes.push(Change { path: self.path.clone(), old, new, order });
    }
}

fn is_text(sides: [Option<&Entry>; 2]) -> bool {
    let is_text = |it: &Entry| matches!(it.node.value, Value::String(_));
    sides.into_iter().flatten().all(is_text)
}

fn same([old, new]: [Option<&Entry>; 2]) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => old.node.same(&new.node),
        _ => false,
    }
}
