//! One half of a patch: what differs between two objects.

use serde_json::{Map, Value};

use super::{DELETE_FROM, DIRECTIVE, RETAIN_KEYS, SET_ORDER, lists};
use crate::simulate::merge::types::{Field, Type};
use crate::simulate::merge::{MergeError, Trouble};

/// Which half of a patch is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// What the manifest adds and changes.
    Changes,
    /// What the manifest no longer has.
    Deletions,
}

/// What is known about the place that two objects stand in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) ty: &'static Type,
    pub(super) retain_keys: bool,
}

/// The half of the patch from one object to another.
pub(super) fn objects(
    half: Half,
    place: Place,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Result<Map<String, Value>, MergeError> {
    let mut patch = Map::new();
    for (key, new) in new {
        match old.get(key) {
            Some(old) => values(half, place.ty, (key, old, new), &mut patch)
                .map_err(|error| error.inside(key))?,
            None if half == Half::Changes => {
                patch.insert(key.clone(), new.clone());
            }
            None => {}
        }
    }
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    if half == Half::Deletions {
        patch.extend(gone.clone().map(|(key, _)| (key.clone(), Value::Null)));
    }
    if place.retain_keys && (!patch.is_empty() || gone.clone().any(|(_, it)| !it.is_null())) {
        retain(new, &mut patch);
    }
    Ok(patch)
}

/// Says which keys stay, if any.
fn retain(new: &Map<String, Value>, patch: &mut Map<String, Value>) {
    let kept = new.iter().filter(|(_, it)| !it.is_null());
    let kept: Vec<Value> = kept.map(|(key, _)| key.clone().into()).collect();
    if !kept.is_empty() {
        patch.insert(RETAIN_KEYS.to_owned(), kept.into());
    }
}

fn values(
    half: Half,
    ty: &Type,
    (key, old, new): (&str, &Value, &Value),
    patch: &mut Map<String, Value>,
) -> Result<(), MergeError> {
    if key == DIRECTIVE {
        return directive(old, new, patch);
    }
    let is_inside = (old.is_object() && new.is_object()) || (old.is_array() && new.is_array());
    if ty.is_map && is_inside && old != new {
        return Err(Trouble::UntypedMap.here());
    }
    let field = ty.field(key);
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let place = Place { ty: field.inner, retain_keys: field.retain_keys };
            let inner = objects(half, place, old, new)?;
            if !inner.is_empty() {
                patch.insert(key.to_owned(), inner.into());
            }
            Ok(())
        }
        (Value::Array(old), Value::Array(new)) => list(half, field, (key, old, new), patch),
        _ => {
            replace(half, (key, old, new), patch);
            Ok(())
        }
    }
}

/// A manifest that says itself what is to be done with an object.
fn directive(old: &Value, new: &Value, patch: &mut Map<String, Value>) -> Result<(), MergeError> {
    if !old.is_string() || !new.is_string() {
        return Err(Trouble::BadDirective.here());
    }
    if old != new {
        patch.insert(DIRECTIVE.to_owned(), new.clone());
    }
    Ok(())
}

fn replace(half: Half, (key, old, new): (&str, &Value, &Value), patch: &mut Map<String, Value>) {
    if half == Half::Changes && old != new {
        patch.insert(key.to_owned(), new.clone());
    }
}

fn list(
    half: Half,
    field: Field,
    (key, old, new): (&str, &[Value], &[Value]),
    patch: &mut Map<String, Value>,
) -> Result<(), MergeError> {
    let Some(merge_key) = field.merge_key else {
        if half == Half::Changes && old != new {
            patch.insert(key.to_owned(), new.into());
        }
        return Ok(());
    };
    let place = Place { ty: field.inner, retain_keys: field.retain_keys };
    let found = lists::compare(half, place, merge_key, [old, new])?;
    let mut insert = |key: String, items: Vec<Value>| {
        if !items.is_empty() {
            patch.insert(key, items.into());
        }
    };
    insert(key.to_owned(), found.items);
    insert(format!("{DELETE_FROM}/{key}"), found.deleted_scalars);
    insert(format!("{SET_ORDER}/{key}"), found.order);
    Ok(())
}
