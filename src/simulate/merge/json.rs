//! The JSON merge patch, for kinds that kubectl has no types of.
//!
//! As kubectl's `jsonmergepatch` and the library `evanphx/json-patch` 4 under it do it, in every
//! oddity: they read all numbers as floats, take a null in a manifest for an absent key, and drop
//! nulls inside of lists.

use serde_json::{Map, Number, Value};

use super::MergeError;

/// The patch from what the manifest changes in `live` and what it no longer has of `original`.
pub(super) fn patch(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    live: &Map<String, Value>,
) -> Result<Map<String, Value>, MergeError> {
    let changes = without_nulls(difference(live, modified));
    let mut patch = only_nulls(difference(original, modified));
    apply(&mut patch, changes);
    let name = patch.get("metadata").and_then(|it| it.get("name"));
    if patch.contains_key("apiVersion") || patch.contains_key("kind") || name.is_some() {
        return Err(MergeError::Identity);
    }
    Ok(patch)
}

/// Applies a merge patch. Nulls remove keys, and are dropped from what is new.
pub(super) fn apply(document: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (key, value) in patch {
        match (document.get_mut(&key), value) {
            (_, Value::Null) => {
                document.remove(&key);
            }
            (Some(Value::Object(inner)), Value::Object(value)) => apply(inner, value),
            // An object keeps the nulls of a list that takes its place.
            (Some(Value::Object(_)), value) => {
                document.insert(key, value);
            }
            (_, value) => {
                document.insert(key, pruned(value));
            }
        }
    }
}

fn pruned(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, it)| !it.is_null());
            Value::Object(kept.map(|(key, it)| (key, pruned(it))).collect())
        }
        Value::Array(items) => {
            items.into_iter().filter(|it| !it.is_null()).map(pruned).collect::<Vec<_>>().into()
        }
        value => value,
    }
}

/// What changes from one object to another; what is gone is null.
fn difference(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let mut changes = Map::new();
    for (key, new) in to {
        match (from.get(key), new) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                let inner = difference(old, new);
                if !inner.is_empty() {
                    changes.insert(key.clone(), inner.into());
                }
            }
            (Some(old), new) if same(old, new) => {}
            (_, new) => {
                changes.insert(key.clone(), as_float(new));
            }
        }
    }
    for key in from.keys().filter(|it| !to.contains_key(*it)) {
        changes.insert(key.clone(), Value::Null);
    }
    changes
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same_in_other = |(key, one)| other.get(key).is_some_and(|other| same(one, other));
            one.len() == other.len() && one.iter().all(same_in_other)
        }
        _ => one == other,
    }
}

/// The value after Go read its numbers as floats and wrote them again.
fn as_float(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(rounded(number)),
        Value::Array(items) => items.iter().map(as_float).collect::<Vec<_>>().into(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, it)| (key.clone(), as_float(it)))
            .collect::<Map<_, _>>()
            .into(),
        value => value.clone(),
    }
}

fn rounded(number: &Number) -> Number {
    let Some(float) = number.as_f64() else { return number.clone() };
    let digits = float.to_string();
    let is_integer = float.fract() == 0.0 && float.abs() < 1e21;
    let integer = digits.parse::<i64>().map(Number::from);
    let integer = integer.or_else(|_| digits.parse::<u64>().map(Number::from)).ok();
    integer.filter(|_| is_integer).or_else(|| Number::from_f64(float)).unwrap_or(number.clone())
}

/// The additions and changes of a difference. An object of which nothing is left is left out, an
/// object that was empty is not.
fn without_nulls(changes: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for (key, value) in changes {
        match value {
            Value::Null => {}
            Value::Object(inner) if !inner.is_empty() => {
                let inner = without_nulls(inner);
                if !inner.is_empty() {
                    kept.insert(key, inner.into());
                }
            }
            value => {
                kept.insert(key, value);
            }
        }
    }
    kept
}

/// The deletions of a difference.
fn only_nulls(changes: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for (key, value) in changes {
        match value {
            Value::Null => {
                kept.insert(key, Value::Null);
            }
            Value::Object(inner) => {
                let inner = only_nulls(inner);
                if !inner.is_empty() {
                    kept.insert(key, inner.into());
                }
            }
            _ => {}
        }
    }
    kept
}
