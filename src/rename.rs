//! Which vanished override key lives on under another name, and the evidence for it.
//!
//! # Decisions
//! * A rename is proposed on meaning, not on spelling: the end of the key has to name a particular
//!   setting (`minikubeIP`, not `enabled`), or the key as a whole has to be written alike. Equal
//!   values and equal places add to that; on their own they prove nothing.
//! * A documented rename beats a similar key.
//! * Every reason that counted is kept, so that a reader can disagree with the conclusion.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::finding::Evidence;
use crate::overrides::{Override, OverrideKey, OverrideSet};
use crate::release::DocumentedRename;

pub mod charts;
mod score;
mod words;

use score::{Candidate, Changed};

/// Confidence below this is no rename: the key counts as removed.
pub const THRESHOLD: f64 = 0.6;

/// How an old key relates to its successors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenameKind {
    /// The same setting has another key.
    Renamed,
    /// The part above the setting changed (a sub-chart, a component, a scope), the rest did not.
    Moved,
    /// Several keys took its place; all of them have to be set.
    Split,
    /// Several old keys have become one.
    Merged,
}

impl RenameKind {
    /// How a documented rename treats a key: one that it names as a whole is renamed, others become
    /// part of the new one.
    fn of_documented(fact: &DocumentedRename, key: &str) -> Self {
        if fact.names(key) { Self::Renamed } else { Self::Merged }
    }

    /// The kind as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }
}

/// A vanished key with its successors.
#[derive(Debug, Clone, PartialEq)]
pub struct Rename {
    /// The old key.
    pub from: OverrideKey,
    /// How they relate.
    pub kind: RenameKind,
    /// The keys that took its place, in order.
    pub to: Vec<OverrideKey>,
    /// How sure that is, from 0 to 1.
    pub confidence: Confidence,
    /// Why, in a few words each.
    pub reasons: Vec<String>,
    /// The document that states it, if one does.
    pub documented: Option<DocumentedRename>,
    /// The lines of charts that prove it, where charts do.
    pub lines: Vec<Evidence>,
}

/// How sure a conclusion is, in hundredths, so that it is equal to itself and prints alike anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confidence(u8);

impl Confidence {
    /// The nearest confidence to a number from 0 to 1.
    pub fn new(value: f64) -> Self {
        let hundredths = (value.clamp(0.0, 1.0) * 100.0).round();
        Self((0..=100).find(|&it| hundredths <= f64::from(it)).unwrap_or(100))
    }

    /// The confidence as a number from 0 to 1.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The confidence as a percentage.
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl Serialize for Confidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// The renames between the keys that vanished and those that appeared, in the order of the old keys.
pub fn between(
    old: &OverrideSet,
    new: &OverrideSet,
    documented: &[&DocumentedRename],
) -> Vec<Rename> {
    let (vanished, appeared) = changed(old, new);
    let keys = Changed { vanished: &vanished, appeared: &appeared };
    let renames =
        vanished.iter().filter_map(|key| stated(key, documented).or_else(|| resembling(key, keys)));
    merge(renames.collect())
}

/// The keys that are on one side only: those that vanished, those that appeared.
fn changed<'a>(
    old: &'a OverrideSet,
    new: &'a OverrideSet,
) -> (Vec<&'a Override>, Vec<&'a Override>) {
    let vanished = old.iter().filter(|it| !new.contains(&it.key));
    let appeared = new.iter().filter(|it| !old.contains(&it.key));
    (vanished.collect(), appeared.collect())
}

fn stated(old: &Override, documented: &[&DocumentedRename]) -> Option<Rename> {
    let (component, key) = (old.key.component.as_deref(), &old.key.key);
    let fact = *documented.iter().find(|it| it.is_about(component, key))?;
    Some(Rename {
        from: old.key.clone(),
        kind: RenameKind::of_documented(fact, key),
        to: vec![OverrideKey { component: fact.component.clone(), key: fact.to.clone() }],
        confidence: Confidence::new(1.0),
        reasons: vec![fact.note.clone()],
        documented: Some(fact.clone()),
        lines: Vec::new(),
    })
}

/// The appeared keys that score at least `least` as successors of `old`, best first.
fn candidates<'a>(old: &Override, keys: Changed<'a>, least: f64) -> Vec<Candidate<'a>> {
    let scored = keys.appeared.iter().map(|new| score::candidate(old, new, keys));
    let mut candidates: Vec<_> = scored.filter(|it| least <= it.score).collect();
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.new.cmp(b.new)));
    candidates
}

fn resembling(old: &Override, keys: Changed<'_>) -> Option<Rename> {
    let candidates = candidates(old, keys, THRESHOLD);
    let best = candidates.first()?;
    let (kind, chosen) = if best.inserted.is_some() {
        split(&candidates)
    } else {
        (score::kind(&old.key, best.new), vec![best])
    };
    let mut to: Vec<_> = chosen.iter().map(|it| it.new.clone()).collect();
    to.sort();
    Some(Rename {
        from: old.key.clone(),
        kind,
        to,
        confidence: Confidence::new(best.score),
        reasons: best.reasons.clone(),
        documented: None,
        lines: Vec::new(),
    })
}

/// Candidates that add a segment at the same place of the old key are its parts.
fn split<'c, 'a>(candidates: &'c [Candidate<'a>]) -> (RenameKind, Vec<&'c Candidate<'a>>) {
    let place = candidates[0].inserted;
    let parts: Vec<_> = candidates.iter().filter(|it| it.inserted == place).collect();
    if parts.len() == 1 { (RenameKind::Moved, parts) } else { (RenameKind::Split, parts) }
}

/// Old keys that share their one successor were merged.
fn merge(mut renames: Vec<Rename>) -> Vec<Rename> {
    let mut uses: BTreeMap<Vec<OverrideKey>, usize> = BTreeMap::new();
    for rename in &renames {
        *uses.entry(rename.to.clone()).or_default() += 1;
    }
    for rename in &mut renames {
        if rename.to.len() == 1 && 1 < uses[&rename.to] {
            rename.kind = RenameKind::Merged;
        }
    }
    renames
}

/// Appeared keys that come nearest to a vanished one without being its successor: at most three,
/// best first.
pub fn nearest(old: &Override, before: &OverrideSet, after: &OverrideSet) -> Vec<OverrideKey> {
    const LEAST: f64 = 0.4;
    let (vanished, appeared) = changed(before, after);
    let keys = Changed { vanished: &vanished, appeared: &appeared };
    let near = candidates(old, keys, LEAST).into_iter().take(3);
    near.map(|it| it.new.clone()).collect()
}

#[cfg(test)]
mod tests;
