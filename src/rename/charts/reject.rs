//! What speaks against a pair, whatever speaks for it.

use super::features::Features;
use super::setting::{Setting, Side};
use crate::chart::ValueLeaf;
use serde_json::Value;

/// From this strength on, the folder of a chart went into another one.
const FOLLOWED: f64 = 0.5;

/// Whether the new key does to another object what the old one did, and the keys around it did not
/// move there: an alike key of another thing.
pub(super) fn is_elsewhere(features: &Features, old: &Setting<'_>, new: &Setting<'_>) -> bool {
    let long = 2 < old.names.len() && old.names.len() < new.names.len();
    let kept = 0.0 < features.whole && long;
    let (places, elsewhere) = (features.places, features.elsewhere);
    if (FOLLOWED..1.0).contains(&features.home) || 0.55 < features.rule {
        return false;
    }
    (0.35 < elsewhere && places < 0.3 && !kept) || (0.5 < elsewhere && places < 0.45 && !kept)
}

/// Whether it is one global key that other components read before and still do, or one that the
/// old component only read: it is common to all, and so is what is set there.
pub(super) fn is_common(
    (before, after): (&Side<'_>, &Side<'_>),
    old: &Setting<'_>,
    new: &Setting<'_>,
) -> bool {
    let key = &old.key.key;
    if !is_global(key) || *key != new.key.key {
        return false;
    }
    if before.index.get(new.component()).is_none() {
        return false;
    }
    let others = before.index.iter().filter(|it| it.name != old.component() && it.is_live(key));
    old.leaf.is_none() || others.into_iter().any(|it| after.is_live(&it.name, key))
}

/// Whether nothing read the old key, so that only its place tells what it was for, and the new key
/// has another place: another chart.
pub(super) fn is_stray(
    (before, after): (&Side<'_>, &Side<'_>),
    old: &Setting<'_>,
    new: &Setting<'_>,
) -> bool {
    old.uses.is_empty() && before.subchart(old) != after.subchart(new)
}

/// Whether one key switches something and the other one does not: neither can hold what the other
/// holds.
pub(super) fn is_other_type(old: &Setting<'_>, new: &Setting<'_>) -> bool {
    match (old.leaf.map(Use::of), new.leaf.map(Use::of)) {
        (Some(Use::Open) | None, _) | (_, Some(Use::Open) | None) => false,
        (old, new) => old != new,
    }
}

/// What a default shows a key to be for.
#[derive(Debug, PartialEq, Eq)]
enum Use {
    /// It switches something.
    Switch,
    /// It holds a number or a text.
    Value,
    /// It is empty, or holds more than one value.
    Open,
}

impl Use {
    fn of(leaf: &ValueLeaf) -> Self {
        match (&leaf.default, leaf.default.as_str()) {
            (Value::Bool(_), _) | (_, Some("true" | "false")) => Self::Switch,
            (_, Some("")) => Self::Open,
            (Value::Number(_) | Value::String(_), _) => Self::Value,
            _ => Self::Open,
        }
    }
}

/// Whether several keys may well have become this one: a global key that feeds the same fields.
pub(super) fn is_shared(features: &Features, new: &Setting<'_>) -> bool {
    is_global(&new.key.key) && 0.75 <= features.places
}

/// Whether a key is one that all charts of a component share.
pub(super) fn is_global(key: &str) -> bool {
    key.starts_with("global.")
}

/// Whether a text names a key in full. A key of one name is found in any text.
pub(super) fn names(text: &str, setting: &Setting<'_>) -> bool {
    1 < setting.names.len() && text.contains(&setting.key.key)
}
