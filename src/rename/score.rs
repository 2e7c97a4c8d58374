//! How alike two keys are, and why.

use super::RenameKind;
use super::words::{folded, is_specific, overlap, words};
use crate::overrides::{Override, OverrideKey};
use crate::yaml::Value;

/// A key that may have taken the place of another.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    /// The new key.
    pub(super) new: &'a OverrideKey,
    /// How likely it is, from 0 to 1.
    pub(super) score: f64,
    /// What speaks for it.
    pub(super) reasons: Vec<String>,
    /// Where the new key has one segment more than the old one, if that is all that differs.
    pub(super) inserted: Option<usize>,
}

/// The keys that are on one side only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed<'a> {
    /// The old keys that are gone.
    pub(super) vanished: &'a [&'a Override],
    /// The keys that are new.
    pub(super) appeared: &'a [&'a Override],
}

/// Judges `new` as the successor of `old` among all keys that vanished and appeared.
pub(super) fn candidate<'a>(old: &Override, new: &'a Override, keys: Changed<'_>) -> Candidate<'a> {
    let (a, b) = (segments(&old.key), segments(&new.key));
    let inserted = inserted(&old.key, &new.key, &a, &b);
    let mut case = Case { score: 0.0, reasons: Vec::new() };
    case.spelling(old, new, inserted);
    let suffix = shared_end(&a, &b);
    let end = a[a.len() - suffix..].join(".");
    if case.score == 0.0 && says_something(&end) {
        case.add(0.55, format!("both end in `{end}`"));
        case.place(old, new, suffix);
        case.value(old, new);
        case.uniqueness(&end, old, new, keys);
    }
    Candidate { new: &new.key, score: case.score.min(0.99), reasons: case.reasons, inserted }
}

/// A key's segments with the component as the first where the key does not repeat it.
fn segments(key: &OverrideKey) -> Vec<&str> {
    key.key.split('.').collect()
}

/// How many segments at the end are written alike.
fn shared_end(a: &[&str], b: &[&str]) -> usize {
    let pairs = a.iter().rev().zip(b.iter().rev());
    pairs.take_while(|(x, y)| folded(x) == folded(y)).count()
}

fn says_something(end: &str) -> bool {
    end.split('.').flat_map(words).any(|word| is_specific(&word))
}

/// Where `new` has one segment more than `old`, in the same component and after a first segment
/// that is the same and says something.
fn inserted(old: &OverrideKey, new: &OverrideKey, a: &[&str], b: &[&str]) -> Option<usize> {
    if old.component != new.component || b.len() != a.len() + 1 || a.len() < 2 {
        return None;
    }
    let place = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let alike = 0 < place && a[place..] == b[place + 1..] && says_something(a[0]);
    alike.then_some(place)
}

/// What speaks for one candidate, added up.
struct Case {
    score: f64,
    reasons: Vec<String>,
}

impl Case {
    fn add(&mut self, points: f64, reason: String) {
        self.score += points;
        self.reasons.push(reason);
    }

    fn spelling(&mut self, old: &Override, new: &Override, inserted: Option<usize>) {
        let same_component = old.key.component == new.key.component;
        if same_component && folded(&old.key.key) == folded(&new.key.key) {
            self.add(0.95, "the same letters, divided in another way".to_owned());
        } else if old.key.key == new.key.key {
            self.add(0.9, "the same key under another component".to_owned());
        } else if let Some(place) = inserted {
            let segment = new.key.key.split('.').nth(place).unwrap_or_default();
            self.add(0.85, format!("only the segment `{segment}` was added"));
        }
    }

    fn place(&mut self, old: &Override, new: &Override, suffix: usize) {
        if new.key.component.is_none() && new.key.key.starts_with("global.") {
            self.add(
                0.15,
                "the new key is global, where settings that several components share are kept"
                    .to_owned(),
            );
        } else if old.key.component == new.key.component {
            self.add(0.15, "in the same component".to_owned());
        }
        if old.object == new.object {
            self.add(0.05, "in the same object".to_owned());
        }
        let alike = overlap(&parents(&old.key, suffix), &parents(&new.key, suffix));
        if 0.0 < alike {
            self.add(alike * 0.2, "similar names above it".to_owned());
        }
    }

    fn value(&mut self, old: &Override, new: &Override) {
        if !old.value.same(&new.value) {
            return;
        }
        if is_telling(&old.value.value) {
            self.add(0.15, "the same value".to_owned());
        } else {
            self.add(0.03, "the same value, which many keys have".to_owned());
        }
    }

    /// In one component, a setting that went and the only one alike that came belong together.
    fn uniqueness(&mut self, end: &str, old: &Override, new: &Override, keys: Changed<'_>) {
        let tail = format!(".{end}");
        let alike = |it: &&&Override| {
            it.key.component == old.key.component
                && (it.key.key == end || it.key.key.ends_with(&tail))
        };
        let count = |list: &[&Override]| list.iter().filter(alike).count();
        let only = count(keys.vanished) == 1 && count(keys.appeared) == 1;
        if old.key.component == new.key.component && only {
            self.add(0.1, format!("no other key that ends in `{end}` changed there"));
        }
    }
}

/// The words above the shared end, those of the component included.
fn parents(key: &OverrideKey, suffix: usize) -> Vec<String> {
    let segments = segments(key);
    let above = segments[..segments.len() - suffix].iter().copied();
    let mut found: Vec<_> =
        key.component.as_deref().into_iter().chain(above).flat_map(words).collect();
    found.sort();
    found.dedup();
    found
}

/// Whether a value is rare enough to say something when it is found twice.
fn is_telling(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            3 < text.len() && !matches!(text.as_str(), "true" | "false" | "null")
        }
        _ => false,
    }
}

/// What kind of rename leads from `old` to `new`: moved, if the last segment is the same and what
/// stands above it changed inside one component.
pub(super) fn kind(old: &OverrideKey, new: &OverrideKey) -> RenameKind {
    let (a, b) = (segments(old), segments(new));
    let same_place = a.len() == b.len() && a.last() == b.last();
    let global = [&a, &b].iter().any(|it| it[0] == "global");
    let inside = old.component == new.component && !global;
    let moved = old.key == new.key || (same_place && inside && 1 < a.len());
    if moved { RenameKind::Moved } else { RenameKind::Renamed }
}
