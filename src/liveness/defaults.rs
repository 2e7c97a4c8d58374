//! Defaults under an override, and what type of value its key holds.

use serde_json::Value;

use super::ShapeChange;
use super::stage::Reading;
use crate::chart::{Chart, Kind, Reach};
use crate::finding::Evidence;
use crate::overrides::{Override, OverrideKey};
use crate::rename::charts::DefaultChange;

/// What can stand at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Value,
    List,
    Map,
}

impl Shape {
    fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// The type of what a chart has or reads at a key; none if it leaves that open.
    fn of(chart: &Chart, key: &str) -> Option<Self> {
        match chart.kind(key) {
            Some(Kind::Bool | Kind::Number | Kind::String) => Some(Self::Value),
            Some(Kind::List) => Some(Self::List),
            Some(Kind::Map) => Some(Self::Map),
            Some(Kind::Null) | None => {
                let readers = chart.readers(key);
                let map = !readers.is_empty() && readers.iter().all(|it| it.1 == Reach::Part);
                map.then_some(Self::Map)
            }
        }
    }
}

/// How the type of what stands at a key, or above it, changes so that the override does not fit.
pub(super) fn shape_change(
    (from, to): (&Reading<'_, '_>, &Reading<'_, '_>),
    before: &OverrideKey,
    after: &OverrideKey,
) -> Option<ShapeChange> {
    let (old, Shape::Value) = shape(from, before)? else { return None };
    let (new, shape) = shape(to, after).filter(|it| it.1 != Shape::Value)?;
    Some(change((from, to), (before, after), old, (new, Shape::Value, shape)))
}

/// The key above one, which held a map and holds a single value now.
pub(super) fn value_above(
    (from, to): (&Reading<'_, '_>, &Reading<'_, '_>),
    key: &OverrideKey,
) -> Option<ShapeChange> {
    let mut end = key.key.len();
    while let Some(dot) = key.key[..end].rfind('.') {
        end = dot;
        let above = OverrideKey { key: key.key[..end].to_owned(), ..key.clone() };
        let (old, new) = (shape(from, &above), shape(to, &above));
        let is_read = || !to.readers(&above).is_empty();
        if let (Some((old, Shape::Map)), Some((new, Shape::Value))) = (old, new)
            && is_read()
        {
            let charts = (new, Shape::Map, Shape::Value);
            return Some(change((from, to), (&above, &above), old, charts));
        }
    }
    None
}

/// The type of a key in the first chart that tells it.
fn shape<'a>(reading: &Reading<'a, '_>, key: &OverrideKey) -> Option<(&'a Chart, Shape)> {
    let charts = reading.charts(key).into_iter().filter(|it| it.is_live(&key.key));
    charts.into_iter().find_map(|it| Some((it, Shape::of(it, &key.key)?)))
}

fn change(
    (from, to): (&Reading<'_, '_>, &Reading<'_, '_>),
    (before, after): (&OverrideKey, &OverrideKey),
    old: &Chart,
    (new, was, is): (&Chart, Shape, Shape),
) -> ShapeChange {
    const SHOWN: usize = 5;
    let old = place(from, old, &before.key);
    let below = new.values_below(&after.key).map(|it| it.0.clone()).take(SHOWN);
    ShapeChange {
        key: after.clone(),
        old: was.as_str(),
        new: is.as_str(),
        below: below.collect(),
        evidence: old.into_iter().chain(place(to, new, &after.key)).collect(),
    }
}

/// The line of a default, or of the first one below it, without what it is set to: that may be a
/// credential.
fn place(reading: &Reading<'_, '_>, chart: &Chart, key: &str) -> Option<Evidence> {
    let key = chart.shared_key(key);
    let own = chart.values.get_key_value(key);
    let (key, leaf) = own.or_else(|| chart.values_below(key).next())?;
    let name = key.rsplit('.').next().unwrap_or(key);
    Some(Evidence::at(reading.source(&leaf.source), leaf.line, format!("{name}:")))
}

/// The default under an override, where the hop changes it.
pub(super) fn default_change(
    (from, to): (&Reading<'_, '_>, &Reading<'_, '_>),
    before: &OverrideKey,
    after: &OverrideKey,
) -> Option<DefaultChange> {
    let old = default(from, before)?;
    let new = default(to, after)?;
    (old.1 != new.1).then(|| DefaultChange {
        key: after.clone(),
        evidence: [place(from, old.0, &before.key), place(to, new.0, &after.key)]
            .into_iter()
            .flatten()
            .collect(),
        old: Some(old.1.clone()),
        new: Some(new.1.clone()),
    })
}

/// The default of a key in the first chart that sets and reads it.
fn default<'a>(reading: &Reading<'a, '_>, key: &OverrideKey) -> Option<(&'a Chart, &'a Value)> {
    let charts = reading.charts(key).into_iter().filter(|it| it.is_live(&key.key));
    charts.into_iter().find_map(|it| {
        let leaf = it.values.get(it.shared_key(&key.key))?;
        Some((it, &leaf.default))
    })
}

/// Whether an override sets what all charts that read it have as default anyway.
pub(super) fn equals_default(
    reading: &Reading<'_, '_>,
    entry: &Override,
    key: &OverrideKey,
) -> bool {
    let charts = reading.charts(key).into_iter().filter(|it| it.is_live(&key.key));
    let defaults: Vec<_> = charts.map(|it| it.values.get(it.shared_key(&key.key))).collect();
    !entry.is_secret()
        && !defaults.is_empty()
        && defaults.iter().all(|it| it.is_some_and(|leaf| text(&leaf.default) == entry.shown()))
}

/// A default as an override would write it.
fn text(default: &Value) -> String {
    match default {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
