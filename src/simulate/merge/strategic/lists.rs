//! One half of a patch: what differs between two lists that are merged.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::compare::{self, Half, Place};
use super::order::{Identity, Order};
use super::{DIRECTIVE, Shape, shape_of_items};
use crate::simulate::merge::go_json::formatted;
use crate::simulate::merge::{MergeError, Trouble};

/// The half of the patch for a list.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What to merge into the list; for objects, also what to delete from it.
    pub(super) items: Vec<Value>,
    /// Which scalars the list loses.
    pub(super) deleted_scalars: Vec<Value>,
    /// The order of the manifest, if it matters.
    pub(super) order: Vec<Value>,
}

/// The half of the patch from one list to another.
pub(super) fn compare(
    half: Half,
    place: Place,
    merge_key: &str,
    [old, new]: [&[Value]; 2],
) -> Result<Found, MergeError> {
    if old.is_empty() {
        let items = if half == Half::Changes { new.to_vec() } else { Vec::new() };
        return Ok(Found { items, ..Found::default() });
    }
    match shape_of_items(old, new)? {
        Shape::Object if merge_key.is_empty() => Err(Trouble::MixedItems.here()),
        Shape::Object => objects(half, place, Identity(merge_key), [old, new]),
        _ => Ok(scalars(half, [old, new])),
    }
}

fn objects(
    half: Half,
    place: Place,
    by: Identity<'_>,
    [old, new]: [&[Value]; 2],
) -> Result<Found, MergeError> {
    by.check(old)?;
    by.check(new)?;
    let (items, mut deleted) = pairs(half, place, by, [sorted(by, old), sorted(by, new)])?;
    let mut items = Order::of(by, new).sort(items);
    items.append(&mut deleted);
    let moved = !old.iter().map(|it| by.of(it)).eq(new.iter().map(|it| by.of(it)));
    let order = if !items.is_empty() || (half == Half::Changes && moved) {
        new.iter().map(|it| json!({ by.0: it[by.0] })).collect()
    } else {
        Vec::new()
    };
    Ok(Found { items, deleted_scalars: Vec::new(), order })
}

/// Sorted by the text of the merge key. Go's way of sorting turns equal items around.
fn sorted<'v>(by: Identity<'_>, items: &'v [Value]) -> Vec<(String, &'v Value)> {
    let text = |item: &'v Value| (formatted(&item[by.0]), item);
    let mut sorted: Vec<_> = items.iter().rev().map(text).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted
}

type Sorted<'v> = Vec<(String, &'v Value)>;

/// Walks over both sorted lists at once: what to merge, and what to delete.
fn pairs(
    half: Half,
    place: Place,
    by: Identity<'_>,
    [old, new]: [Sorted<'_>; 2],
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let (mut items, mut deleted) = (Vec::new(), Vec::new());
    loop {
        let which = match (old.peek(), new.peek()) {
            (Some(old), Some(new)) => old.0.cmp(&new.0),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok((items, deleted)),
        };
        let old = old.next_if(|_| which.is_le()).map(|it| it.1);
        let new = new.next_if(|_| which.is_ge()).map(|it| it.1);
        match (old, new) {
            (Some(old), Some(new)) => items.extend(pair(half, place, by, [old, new])?),
            (Some(old), None) if half == Half::Deletions => {
                deleted.push(json!({ by.0: old[by.0], DIRECTIVE: "delete" }));
            }
            (None, Some(new)) if half == Half::Changes => items.push(new.clone()),
            _ => {}
        }
    }
}

/// What differs between two items that are the same one.
fn pair(
    half: Half,
    place: Place,
    by: Identity<'_>,
    [old, new]: [&Value; 2],
) -> Result<Option<Value>, MergeError> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return Ok(None);
    };
    let key = new.get(by.0).unwrap_or(&Value::Null);
    let mut patch = compare::objects(half, place, old, new)
        .map_err(|error| error.inside_item(&formatted(key)))?;
    if patch.is_empty() {
        return Ok(None);
    }
    patch.insert(by.0.to_owned(), key.clone());
    Ok(Some(patch.into()))
}

/// The half of the patch for lists of scalars. kubectl compares the manifest's list with the old
/// one after it has sorted the old one, so a manifest whose list is not sorted is never unchanged.
fn scalars(half: Half, [old, new]: [&[Value]; 2]) -> Found {
    let by_text = |one: &Value, other: &Value| formatted(one).cmp(&formatted(other));
    let (mut sorted_old, mut sorted_new) = (old.to_vec(), new.to_vec());
    sorted_old.sort_by(by_text);
    sorted_new.sort_by(by_text);
    let changed = sorted_old != new;
    let order = || new.to_vec();
    if half == Half::Changes {
        let added = without(sorted_new, &sorted_old);
        let items = Order::of(Identity(""), new).sort(added);
        let order = if changed { order() } else { Vec::new() };
        return Found { items, deleted_scalars: Vec::new(), order };
    }
    let deleted_scalars = deduplicated(without(sorted_old, &sorted_new));
    let order = if deleted_scalars.is_empty() { Vec::new() } else { order() };
    Found { items: Vec::new(), deleted_scalars, order }
}

/// The items that the other list does not have, or has fewer times. Both are sorted.
fn without(items: Vec<Value>, other: &[Value]) -> Vec<Value> {
    let mut other = other.iter().map(formatted).peekable();
    let is_extra = |item: &Value| {
        let text = formatted(item);
        while other.next_if(|it| *it < text).is_some() {}
        other.next_if(|it| *it == text).is_none()
    };
    let mut is_extra = is_extra;
    items.into_iter().filter(|it| is_extra(it)).collect()
}

/// Without repetitions. The last item takes the place of a repeated one, as in kubectl.
pub(super) fn deduplicated(mut items: Vec<Value>) -> Vec<Value> {
    let mut at = 0;
    while at < items.len() {
        let mut next = at + 1;
        while next < items.len() {
            if items[next] == items[at] {
                items.swap_remove(next);
            } else {
                next += 1;
            }
        }
        at += 1;
    }
    items
}
