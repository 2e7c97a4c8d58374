//! The order of the items of merged lists.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{DIRECTIVE, Shape};
use crate::simulate::merge::{MergeError, Trouble};

/// How the items of a list are told apart: by a merge key, or, if it is empty, by themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'k>(pub(super) &'k str);

impl<'k> Identity<'k> {
    /// The identity of items of this shape. Objects in a list of scalars are told apart by
    /// nothing, scalars in a list with a merge key by themselves.
    pub(super) fn by(key: &'k str, shape: Shape) -> Self {
        if shape == Shape::Object { Self(key) } else { Self("") }
    }

    /// A text that is the same for items that are the same one.
    pub(super) fn of(self, item: &Value) -> String {
        if self.0.is_empty() {
            return item.to_string();
        }
        item.get(self.0).unwrap_or(&Value::Null).to_string()
    }

    /// An error unless all items are objects that have the merge key.
    pub(super) fn check(self, items: &[Value]) -> Result<(), MergeError> {
        if self.0.is_empty() {
            return Ok(());
        }
        for item in items {
            let object = item.as_object().ok_or(Trouble::MixedItems.here())?;
            object.get(self.0).ok_or(Trouble::NoMergeKey(self.0.to_owned()).here())?;
        }
        Ok(())
    }
}

/// The places of items, by their identities.
#[derive(Debug)]
pub(super) struct Order<'k> {
    by: Identity<'k>,
    places: BTreeMap<String, usize>,
}

impl<'k> Order<'k> {
    pub(super) fn of(by: Identity<'k>, items: &[Value]) -> Self {
        Self::from_keys(by, items.iter().map(|it| by.of(it)))
    }

    /// The order of these identities; the first of several equal ones counts.
    pub(super) fn from_keys(by: Identity<'k>, keys: impl Iterator<Item = String>) -> Self {
        let mut places = BTreeMap::new();
        for (place, key) in keys.enumerate() {
            places.entry(key).or_insert(place);
        }
        Self { by, places }
    }

    pub(super) fn place(&self, item: &Value) -> Option<usize> {
        self.places.get(&self.by.of(item)).copied()
    }

    /// Sorts items into this order; items to delete go last. Every item is in the order, in all
    /// uses but with patches that no kubectl makes.
    pub(super) fn sort(&self, items: Vec<Value>) -> Vec<Value> {
        let (mut deleted, mut kept) = (Vec::new(), Vec::new());
        for item in items {
            let is_deleted = item.get(DIRECTIVE).is_some_and(|it| it == "delete");
            if is_deleted { &mut deleted } else { &mut kept }.push(item);
        }
        kept.sort_by_key(|it| self.place(it));
        kept.append(&mut deleted);
        kept
    }
}

/// Puts the items of a merged list in order: those of the patch as the patch has them, the others
/// as the server has them, and the two woven together as far as the server's order tells.
pub(super) fn weave(
    patched: Vec<Value>,
    others: Vec<Value>,
    patch_order: &Order<'_>,
    server_order: &Order<'_>,
) -> Vec<Value> {
    let mut patched = patch_order.sort(patched).into_iter().peekable();
    let mut others = server_order.sort(others).into_iter().peekable();
    let mut woven = Vec::new();
    while let (Some(other), Some(item)) = (others.peek(), patched.peek()) {
        let places = server_order.place(other).zip(server_order.place(item));
        let is_before = places.is_some_and(|(other, item)| other < item);
        woven.extend(if is_before { others.next() } else { patched.next() });
    }
    woven.extend(patched);
    woven.extend(others);
    woven
}

/// The items that stand in the order, and the others.
pub(super) fn partition(items: Vec<Value>, order: &Order<'_>) -> (Vec<Value>, Vec<Value>) {
    items.into_iter().partition(|it| order.place(it).is_some())
}
