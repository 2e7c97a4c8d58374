//! Merging lists of objects item by item.

use serde_json::Value;

use super::DIRECTIVE;
use super::apply::{At, Merger, decoded};
use super::order::{Identity, Order, partition, weave};
use crate::simulate::merge::types::Type;
use crate::simulate::merge::{MergeError, Trouble};

/// A merged list.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) items: Vec<Value>,
    /// The identities that stand in the memory of the old list afterwards. Go deletes by moving the
    /// later items forward and appends in the room that is left, so an added item can stand where a
    /// deleted one has been; the order of the result is decided by it.
    pub(super) server_keys: Vec<String>,
}

impl Merged {
    /// A list into which nothing is merged.
    pub(super) fn unchanged(by: Identity<'_>, items: Vec<Value>) -> Self {
        let server_keys = items.iter().map(|it| by.of(it)).collect();
        Self { items, server_keys }
    }

    /// Removes the items with this identity.
    fn delete(&mut self, by: Identity<'_>, key: &str) {
        while let Some(at) = self.items.iter().position(|it| by.of(it) == key) {
            self.server_keys[at..self.items.len()].rotate_left(1);
            self.items.remove(at);
            let last = self.items.len();
            // What was moved forward is still there, too. What was last and is deleted stays.
            if at < last {
                self.server_keys[last] = self.server_keys[last - 1].clone();
            }
        }
    }

    fn append(&mut self, by: Identity<'_>, item: Value) {
        if let Some(room) = self.server_keys.get_mut(self.items.len()) {
            *room = by.of(&item);
        }
        self.items.push(item);
    }
}

/// Merges a list of objects into another.
pub(super) fn merge(
    merger: Merger,
    (old, new): (Vec<Value>, Vec<Value>),
    by: Identity<'_>,
    ty: &Type,
) -> Result<Merged, MergeError> {
    if by.0.is_empty() {
        return Err(Trouble::MixedItems.here());
    }
    let mut merged = Merged::unchanged(by, old);
    let (special, mut new): (Vec<_>, Vec<_>) =
        new.into_iter().partition(|it| it.get(DIRECTIVE).is_some());
    if carry_out(&mut merged, by, &special)? {
        merged.items = std::mem::take(&mut new);
    }
    let server = Order::of(by, &merged.items);
    let order = Order::of(by, &new);
    by.check(&new)?;
    for item in new {
        one(merger, &mut merged, by, item, ty)?;
    }
    by.check(&merged.items)?;
    let (patched, others) = partition(std::mem::take(&mut merged.items), &order);
    Ok(Merged { items: weave(patched, others, &order, &server), ..merged })
}

/// Carries out the directives of a patch's items. Returns whether the list is to be replaced.
fn carry_out(merged: &mut Merged, by: Identity<'_>, special: &[Value]) -> Result<bool, MergeError> {
    let mut replace = false;
    for item in special {
        match item[DIRECTIVE].as_str() {
            Some("delete") => {
                by.check(std::slice::from_ref(item))?;
                merged.delete(by, &by.of(item));
            }
            Some("replace") => replace = true,
            _ => return Err(Trouble::BadDirective.here()),
        }
    }
    Ok(replace)
}

/// Merges one item into the first that is the same, or appends it.
fn one(
    merger: Merger,
    merged: &mut Merged,
    by: Identity<'_>,
    item: Value,
    ty: &Type,
) -> Result<(), MergeError> {
    let key = by.of(&item);
    let found = merged.items.iter_mut().find(|it| by.of(it) == key);
    match (found, item) {
        (Some(place @ Value::Object(_)), Value::Object(new)) => {
            let Value::Object(old) = place.take() else { return Ok(()) };
            let object = merger.objects(old, new, ty);
            *place = object.map_err(|error| error.inside_item(key.trim_matches('"')))?.into();
        }
        (_, item) if merger.at == At::Server => merged.append(by, decoded(item)),
        (_, item) => merged.append(by, item),
    }
    Ok(())
}
