//! Flat keys as the tree of values that Helm gets.
//!
//! # Decisions
//! * The operator adds keys to its map in random order. A value that is added takes the place of a
//!   map, and a key below a value makes a new map in its place. So where both are set, every node
//!   at or below that place has several possible shapes: a value, a map, nothing. A node keeps all
//!   of them, and merging keeps all that can come of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Override;

/// A value that Helm gets from overrides, in all its possible shapes. Exactly one is possible
/// unless keys contradict each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree<'a> {
    /// The single values that it may be.
    leaves: Vec<&'a Override>,
    /// The entries of the map that it may be; empty where it cannot be one.
    below: BTreeMap<String, Self>,
    /// Whether it may be missing although the node above it is a map.
    absent: bool,
}

/// What overrides set a key to.
#[derive(Debug, Clone, PartialEq)]
pub enum Effective<'t, 'a> {
    /// No override sets it.
    Absent,
    /// A value.
    Value(&'a Override),
    /// A map; the keys below it have values.
    Map(&'t Tree<'a>),
    /// An override gives a key above it a single value, so there is nothing here, no default
    /// either.
    Hidden(&'a Override),
    /// That depends on chance. These are all entries that may take effect here, below or above.
    Unknown(Vec<&'a Override>),
}

/// The values that a chart gets: defaults with overrides over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The values; a withheld one is the text `(secret)`. Where chance decides, it is the default.
    pub values: Value,
    /// The keys of which chance decides, in order.
    pub unknown: Vec<String>,
}

impl<'a> Tree<'a> {
    /// The tree of the winning entries of one scope.
    pub(super) fn of(winners: impl IntoIterator<Item = &'a Override>) -> Self {
        let mut tree = Self::default();
        for entry in winners {
            let mut node = &mut tree;
            for segment in entry.segments() {
                node = node.below.entry(segment.to_owned()).or_default();
            }
            node.leaves.push(entry);
        }
        tree.settle(false);
        tree
    }

    /// Marks what may be missing. Below a clash every key may be lost that has another beside it:
    /// a map that begins anew begins with any of them.
    fn settle(&mut self, in_clash: bool) {
        let in_clash = in_clash || self.is_clash();
        let several = 1 < self.below.len();
        for child in self.below.values_mut() {
            child.absent = in_clash && several;
            child.settle(in_clash);
        }
    }

    fn is_clash(&self) -> bool {
        !self.leaves.is_empty() && !self.below.is_empty()
    }

    /// The keys that have a value and others below them: the value, and the entries below.
    pub(super) fn clashes(&self) -> Vec<(&'a Override, Vec<&'a Override>)> {
        let below = self.below.values();
        let here = self.leaves.iter().filter(|_| self.is_clash());
        let here = here.map(|it| (*it, below.clone().flat_map(Self::entries).collect()));
        here.chain(below.clone().flat_map(Self::clashes)).collect()
    }

    /// All entries that may take effect here or below, in the order of the keys.
    pub fn entries(&self) -> Vec<&'a Override> {
        let below = self.below.values().flat_map(Self::entries);
        self.leaves.iter().copied().chain(below).collect()
    }

    /// Whether no override sets anything.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty() && self.below.is_empty()
    }

    /// This tree with another one merged over it, as the operator merges the values of a component
    /// over the common ones: maps merge, anything else takes the place of what was there.
    #[must_use]
    pub(super) fn with(mut self, mut over: Self) -> Self {
        let replaces = !over.absent && over.below.is_empty() && !over.leaves.is_empty();
        if replaces {
            return over;
        }
        if over.absent {
            over.leaves.splice(0..0, self.leaves.iter().copied());
        }
        // The map of one side is alone where the other side has another shape.
        let only_below = over.absent && !self.below.is_empty();
        let only_over = (self.absent || !self.leaves.is_empty()) && !over.below.is_empty();
        for child in over.below.values_mut() {
            child.absent |= only_below;
        }
        for (segment, mut child) in std::mem::take(&mut self.below) {
            child.absent |= only_over;
            let merged = match over.below.remove(&segment) {
                Some(above) => child.with(above),
                None => child,
            };
            over.below.insert(segment, merged);
        }
        over.absent &= self.absent;
        over
    }

    /// What overrides set a key to, its segments separated by dots.
    pub fn get(&self, key: &str) -> Effective<'_, 'a> {
        let mut node = self;
        let mut covers: Vec<&'a Override> = Vec::new();
        let mut certain = true;
        for segment in key.split('.') {
            covers.extend(&node.leaves);
            certain &= !node.is_clash() && node.leaves.len() < 2;
            match node.below.get(segment) {
                Some(child) => node = child,
                None => return missing(covers, certain),
            }
            certain &= !node.absent;
        }
        match node.shape().filter(|_| certain) {
            Some(Shape::Value(entry)) => Effective::Value(entry),
            Some(Shape::Map) => Effective::Map(node),
            None => Effective::Unknown(covers.into_iter().chain(node.entries()).collect()),
        }
    }

    /// The shape of a node that has only one, given that it is not missing.
    fn shape(&self) -> Option<Shape<'a>> {
        match self.leaves[..] {
            [] => Some(Shape::Map),
            [entry] if self.below.is_empty() => Some(Shape::Value(entry)),
            _ => None,
        }
    }

    /// Default values of a chart with these overrides over them, as Helm merges them: maps merge,
    /// anything else takes the place of the default (helm@3.6.3 pkg/chartutil `CoalesceTables`,
    /// helm@2.16.6 the same). Overrides cannot say null, so nothing is deleted.
    pub fn over(&self, defaults: &Value) -> Merged {
        let mut unknown = Vec::new();
        let values = self.merge(Some(defaults), "", &mut unknown);
        Merged { values: values.unwrap_or(Value::Null), unknown }
    }

    fn merge(
        &self,
        default: Option<&Value>,
        path: &str,
        unknown: &mut Vec<String>,
    ) -> Option<Value> {
        match self.shape().filter(|_| !self.absent) {
            Some(Shape::Value(entry)) => return Some(entry.to_json()),
            Some(Shape::Map) => {}
            None => {
                unknown.push(path.to_owned());
                return default.cloned();
            }
        }
        let mut map = default.and_then(Value::as_object).cloned().unwrap_or_default();
        for (segment, child) in &self.below {
            let path = join(path, segment);
            if let Some(value) = child.merge(map.get(segment), &path, unknown) {
                map.insert(segment.clone(), value);
            }
        }
        Some(Value::Object(map))
    }
}

/// The only shape of a node.
enum Shape<'a> {
    Value(&'a Override),
    Map,
}

/// What a key has that no entry sets, below entries that may cover it.
fn missing(covers: Vec<&Override>, certain: bool) -> Effective<'_, '_> {
    match covers[..] {
        [] => Effective::Absent,
        [cover] if certain => Effective::Hidden(cover),
        _ => Effective::Unknown(covers),
    }
}

fn join(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}.{segment}") }
}
