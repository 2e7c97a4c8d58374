//! Defaults that changed.

use std::collections::BTreeSet;

use super::DefaultChange;
use super::setting::names;
use crate::chart::{Chart, ChartIndex, Kind, ValueLeaf};
use crate::finding::Evidence;
use crate::overrides::OverrideKey;

/// The keys that both releases read: those whose default has another type, then those whose
/// default is another one.
pub(super) fn changes(
    old: &ChartIndex,
    new: &ChartIndex,
) -> (Vec<DefaultChange>, Vec<DefaultChange>) {
    let (mut types, mut defaults) = (Vec::new(), Vec::new());
    for before in old.iter() {
        let Some(after) = new.get(&before.name) else { continue };
        let keys: BTreeSet<&String> = before.values.keys().chain(after.values.keys()).collect();
        for key in keys.into_iter().filter(|it| before.is_live(it) && after.is_live(it)) {
            let (a, b) = (before.kind(key), after.kind(key));
            match (a.and_then(shape), b.and_then(shape)) {
                (Some(a), Some(b)) if a != b => types.push(change(before, after, key)),
                (Some(a), Some(_)) if a != Shape::Map && differ(before, after, key) => {
                    defaults.push(change(before, after, key));
                }
                _ => {}
            }
        }
    }
    (types, defaults)
}

/// What can stand at a key without another type than before.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Single,
    List,
    Map,
}

/// The shape of a value; none for a default that leaves it open.
fn shape(kind: Kind) -> Option<Shape> {
    match kind {
        Kind::Null => None,
        Kind::Bool | Kind::Number | Kind::String => Some(Shape::Single),
        Kind::List => Some(Shape::List),
        Kind::Map => Some(Shape::Map),
    }
}

fn differ(old: &Chart, new: &Chart, key: &str) -> bool {
    let default = |chart: &Chart| chart.values.get(key).map(|it| it.default.clone());
    default(old) != default(new)
}

fn change(old: &Chart, new: &Chart, key: &str) -> DefaultChange {
    let leaf = |chart: &Chart| chart.values.get(key).cloned();
    let (before, after) = (leaf(old), leaf(new));
    DefaultChange {
        key: OverrideKey::new(Some(&old.name), key),
        evidence: before.iter().chain(&after).map(|it| evidence(key, it)).collect(),
        old: before.map(|it| it.default),
        new: after.map(|it| it.default),
    }
}

/// The line of a default, with the name alone: what it is set to may be a credential.
pub(super) fn evidence(key: &str, leaf: &ValueLeaf) -> Evidence {
    let name = names(key).pop().unwrap_or_default();
    Evidence::at(leaf.source.to_string(), leaf.line, format!("{name}:"))
}
