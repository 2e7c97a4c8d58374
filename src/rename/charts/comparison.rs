//! What becomes of single keys.

use std::collections::{BTreeMap, BTreeSet};

use super::features::sigmoid;
use super::kind;
use super::reject::is_global;
use super::search::{Pair, Search};
use super::setting::Setting;
use super::values;
use super::{ChartChanges, Context, KeyChange, Successor};
use crate::chart::ChartIndex;
use crate::finding::Evidence;
use crate::manifest::without_literal_credential;
use crate::overrides::OverrideKey;
use crate::release::DocumentedRename;
use crate::rename::{Confidence, RenameKind};

/// From this score on, a key is a successor: it is more likely than not, by far.
const ENOUGH: f64 = -0.3;
/// Parts of a split feed the places of the old key alike,
const ALIKE: f64 = 0.1;
/// and are about as likely by themselves.
const NEXT: f64 = 1.5;
/// From this score on, a key is near.
const NEAR: f64 = -4.0;
/// So many places are shown as evidence.
const SHOWN: usize = 3;

/// Two releases, and what became of the keys of the first.
#[derive(Debug)]
pub struct Comparison<'a> {
    search: Search<'a>,
    context: Context<'a>,
    changes: BTreeMap<OverrideKey, KeyChange>,
}

impl<'a> Comparison<'a> {
    /// Compares the charts of two releases.
    pub fn new(old: &'a ChartIndex, new: &'a ChartIndex, context: Context<'a>) -> Self {
        let search = Search::new(old, new, context);
        let changes = search.pairs.iter().filter_map(|(at, pairs)| change(&search, *at, pairs));
        let mut changes: Vec<KeyChange> = changes.collect();
        for change in &mut changes {
            if let Some(stated) = stated(&change.from, context.documented) {
                let evidence = std::mem::take(&mut change.evidence);
                *change = KeyChange { evidence, ..stated };
            }
        }
        kind::decide(&mut changes, old, new);
        let changes = changes.into_iter().map(|it| (it.from.clone(), it)).collect();
        Self { search, context, changes }
    }

    /// All keys of the old release's charts that lost what reads them, in order.
    pub fn changes(&self) -> Vec<KeyChange> {
        self.changes.values().cloned().collect()
    }

    /// What the hop does to all keys of all charts.
    pub fn chart_changes(&self) -> ChartChanges {
        let (removed, renamed) = self.changes().into_iter().partition(|it| it.to.is_empty());
        let (old, new) = (self.search.comparer.old.index, self.search.comparer.new.index);
        let (type_changed, defaults_changed) = values::changes(old, new);
        ChartChanges { renamed, removed, type_changed, defaults_changed }
    }

    /// What becomes of a key, whether or not a chart lists it; none if it is read as before, or
    /// was never read nor listed. A key without component is common to all components.
    pub fn fate(&self, key: &OverrideKey) -> Option<KeyChange> {
        let known = || self.changes.get(key).cloned();
        stated(key, self.context.documented).or_else(known).or_else(|| match key.component {
            Some(_) => self.above(key).or_else(|| self.below(key)),
            None => self.common(&key.key),
        })
    }

    /// What becomes of a key below one that is lost.
    fn above(&self, key: &OverrideKey) -> Option<KeyChange> {
        let mut end = key.key.len();
        while let Some(dot) = key.key[..end].rfind('.') {
            end = dot;
            let above = OverrideKey { key: key.key[..end].to_owned(), ..key.clone() };
            if let Some(change) = self.changes.get(&above) {
                let rest = &key.key[end..];
                return Some(change.map(key, |it| Some(format!("{it}{rest}"))));
            }
        }
        None
    }

    /// What becomes of a map, of which everything that was read is lost: it moved if all of it did.
    fn below(&self, key: &OverrideKey) -> Option<KeyChange> {
        let component = key.component.as_deref()?;
        if self.search.comparer.new.is_live(component, &key.key) {
            return None;
        }
        let start = format!("{}.", key.key);
        let inside =
            |it: &&KeyChange| it.from.component == key.component && it.from.key.starts_with(&start);
        let inside: Vec<&KeyChange> = self.changes.values().filter(inside).collect();
        let whole = |change: &&KeyChange| {
            let rest = format!(".{}", &change.from.key[start.len()..]);
            change.map(key, |it| Some(it.strip_suffix(&rest)?.to_owned()))
        };
        let mut maps = inside.iter().map(whole);
        let first = maps.next()?;
        let keys = |it: &KeyChange| it.to.iter().map(|to| to.key.clone()).collect::<Vec<_>>();
        let same = maps.all(|it| keys(&it) == keys(&first));
        let none = first.map(key, |_| None);
        Some(if same { first } else { none })
    }

    /// What becomes of a key that is common to all components: it is lost where none reads it.
    fn common(&self, key: &str) -> Option<KeyChange> {
        let (before, after) = (&self.search.comparer.old, &self.search.comparer.new);
        let read = after.index.iter().any(|it| it.is_live(key) && it.kind(key).is_some());
        let parts = before.index.iter().filter_map(|chart| {
            let own = OverrideKey::new(Some(&chart.name), key);
            self.changes.get(&own).cloned().or_else(|| self.below(&own))
        });
        let parts: Vec<KeyChange> = parts.filter(|_| !read).collect();
        let first = parts.first()?;
        let from = OverrideKey::new(None, key);
        let mut change = first.map(&from, |_| None);
        let mut known = BTreeSet::new();
        for mut to in parts.iter().flat_map(|it| it.to.iter().cloned()) {
            if is_global(&to.key.key) {
                to.key.component = None;
            }
            if known.insert(to.key.clone()) {
                change.to.push(to);
            }
        }
        change.kind = match change.to.len() {
            0 => None,
            1 => parts.iter().find_map(|it| it.kind),
            _ => Some(RenameKind::Split),
        };
        Some(change)
    }

    /// The candidates for the place of a lost key, best first, with their confidence.
    pub fn candidates(&self, key: &OverrideKey) -> Vec<(OverrideKey, Confidence)> {
        let pairs = self.search.comparer.old.find(key).and_then(|at| self.search.pairs.get(&at));
        let pairs = pairs.into_iter().flatten();
        let one = |it: &Pair| (self.search.new_setting(it.new).key.clone(), confidence(it));
        pairs.map(one).collect()
    }
}

impl KeyChange {
    /// The same change of another key, with what `key` makes of its successors; no successors if
    /// it makes nothing of one.
    fn map(&self, from: &OverrideKey, key: impl Fn(&str) -> Option<String>) -> Self {
        let to = self.to.iter().map(|it| {
            let new = OverrideKey { key: key(&it.key.key)?, ..it.key.clone() };
            Some(Successor { key: new, ..it.clone() })
        });
        let to: Vec<Successor> = to.collect::<Option<_>>().unwrap_or_default();
        let kind = self.kind.filter(|_| !to.is_empty());
        Self { from: from.clone(), kind, to, ..self.clone() }
    }
}

fn confidence(pair: &Pair) -> Confidence {
    Confidence::new(sigmoid(pair.score))
}

/// What a document states about a key.
fn stated(key: &OverrideKey, documented: &[&DocumentedRename]) -> Option<KeyChange> {
    let component = key.component.as_deref();
    let fact = *documented.iter().find(|it| it.is_about(component, &key.key))?;
    Some(KeyChange {
        from: key.clone(),
        kind: Some(RenameKind::of_documented(fact, &key.key)),
        to: vec![Successor {
            key: OverrideKey::new(fact.component.as_deref(), &fact.to),
            confidence: Confidence::new(1.0),
            reasons: vec![fact.note.clone()],
            evidence: Vec::new(),
        }],
        nearest: Vec::new(),
        evidence: Vec::new(),
        documented: Some(fact.clone()),
    })
}

/// What becomes of a lost key; none if it only left the values and nothing took its place.
fn change(search: &Search<'_>, at: usize, pairs: &[Pair]) -> Option<KeyChange> {
    let old = search.old(at);
    let chosen = chosen(search, at, pairs);
    if chosen.is_empty() && search.is_unlisted(old.component(), &old.key.key) {
        return None;
    }
    let near = pairs.iter().filter(|it| NEAR < it.score && !chosen.iter().any(|c| c.new == it.new));
    let mut to: Vec<Successor> = chosen.iter().map(|it| successor(search, it)).collect();
    to.sort_by(|a, b| a.key.cmp(&b.key));
    Some(KeyChange {
        from: old.key.clone(),
        kind: None,
        to,
        nearest: near.take(3).map(|it| search.new_setting(it.new).key.clone()).collect(),
        evidence: evidence(old),
        documented: None,
    })
}

/// The best candidate if it is good enough, and the others that the old key was split into: they
/// differ in one name, took its places alike, were not there before, and no other key claims them.
fn chosen<'p>(search: &Search<'_>, at: usize, pairs: &'p [Pair]) -> Vec<&'p Pair> {
    let Some(best) = pairs.first().filter(|it| ENOUGH <= it.score) else { return Vec::new() };
    let first = search.new_setting(best.new);
    let parallel = |it: &Setting<'_>| {
        let differ = first.names.iter().zip(&it.names).filter(|(a, b)| a != b).count();
        first.names.len() == it.names.len() && differ <= 1 && first.component() == it.component()
    };
    let part = |it: &&Pair| {
        parallel(search.new_setting(it.new))
            && it.features.existed == 0.0
            && (best.features.places - it.features.places).abs() < ALIKE
            && 0.0 < it.features.took
            && best.features.own() - it.features.own() < NEXT
            && search.is_free(at, it.new)
    };
    let parts: Vec<&Pair> = pairs.iter().filter(part).collect();
    let whole = parts.iter().any(|it| it.new == best.new);
    if whole && (2..=4).contains(&parts.len()) { parts } else { vec![best] }
}

fn successor(search: &Search<'_>, pair: &Pair) -> Successor {
    let new = search.new_setting(pair.new);
    Successor {
        key: new.key.clone(),
        confidence: confidence(pair),
        reasons: pair.features.reasons(),
        evidence: evidence(new),
    }
}

/// Where a setting is read and has its default.
fn evidence(setting: &Setting<'_>) -> Vec<Evidence> {
    let reads = setting.uses.iter().take(SHOWN).map(|it| {
        let reference = it.reference;
        let text = without_literal_credential(&reference.text);
        Evidence::at(reference.source.to_string(), reference.line, text)
    });
    let default = setting.leaf.map(|it| values::evidence(&setting.key.key, it));
    reads.chain(default).collect()
}
