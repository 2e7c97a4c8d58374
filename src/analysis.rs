//! What a hop changes, and what follows from that.
//!
//! # Decisions
//! * Nothing is compared with a release whose applied files are not all there: a gap would look as
//!   if everything had been removed.
//! * Override keys are compared file by file, for files that both releases publish. Where no new key
//!   there takes the place of an old one, the charts are asked: they know keys that no file sets.

use semver::Version;

use crate::bundle::Bundle;
use crate::diff::{ComponentDiff, ObjectDiff, OverrideDiff, objects};
use crate::finding::Evidence;
use crate::overrides::{ISTIO, OverrideKey, OverrideSet};
use crate::release::{Facts, Minor};
use crate::rename::charts::{ChartChanges, KeyChange, Successor};
use crate::rename::{self, Rename};

/// The differences between two releases.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Of the applied objects.
    pub objects: ObjectDiff,
    /// Of the component list.
    pub components: ComponentDiff,
    /// Of the override keys that the release itself sets; renamed keys are not among them.
    pub overrides: OverrideDiff,
    /// Override keys that live on under another name.
    pub renames: Vec<Rename>,
    /// For every removed override key the new keys that come nearest to it.
    pub nearest: Vec<Vec<OverrideKey>>,
    /// What the charts make of their keys, where both releases have charts.
    pub charts: Option<ChartChanges>,
}

/// What the comparison of the charts of a hop answers about a key.
pub type Ask<'a> = &'a dyn Fn(&OverrideKey) -> Option<KeyChange>;

impl Changes {
    /// Compares two releases. `ask` tells what charts know of a key that is gone.
    pub fn between(old: &Bundle, new: &Bundle, facts: &Facts, ask: Option<Ask<'_>>) -> Self {
        if old.is_incomplete() || new.is_incomplete() {
            return Self::default();
        }
        Self {
            objects: objects(&old.objects, &new.objects),
            components: ComponentDiff::between(&old.components(), &new.components()),
            ..Self::of_overrides(old, new, facts, ask)
        }
    }

    /// Compares nothing but the override keys of two releases.
    pub fn of_overrides(old: &Bundle, new: &Bundle, facts: &Facts, ask: Option<Ask<'_>>) -> Self {
        let mut changes = Self::default();
        if old.is_incomplete() || new.is_incomplete() {
            return changes;
        }
        for (name, after) in &new.overrides {
            if let Some(before) = old.overrides.get(name) {
                changes.add_overrides(before, after, new, facts);
            }
        }
        if let Some(ask) = ask {
            changes.follow_removed(ask);
        }
        changes
    }

    /// Looks in the charts for keys that the override objects drop: what they read instead may be
    /// set by no object.
    fn follow_removed(&mut self, ask: Ask<'_>) {
        let removed = std::mem::take(&mut self.overrides.removed);
        let nearest = std::mem::take(&mut self.nearest);
        for (entry, nearest) in removed.into_iter().zip(nearest) {
            if let Some(rename) = ask(&entry.key).and_then(rename_of) {
                self.renames.push(rename);
            } else {
                self.overrides.removed.push(entry);
                self.nearest.push(nearest);
            }
        }
    }

    /// What the override objects of the two releases say becomes of a key.
    pub fn rename_of(&self, key: &OverrideKey, old: &Bundle, new: &Bundle) -> Option<KeyChange> {
        let rename = self.renames.iter().find(|it| it.from == *key)?;
        let to = rename.to.iter().map(|it| Successor {
            key: it.clone(),
            confidence: rename.confidence,
            reasons: rename.reasons.clone(),
            evidence: line(new, it),
        });
        Some(KeyChange {
            from: key.clone(),
            kind: Some(rename.kind),
            to: to.collect(),
            nearest: Vec::new(),
            evidence: line(old, key),
            documented: rename.documented.clone(),
        })
    }

    fn add_overrides(
        &mut self,
        before: &OverrideSet,
        after: &OverrideSet,
        new: &Bundle,
        facts: &Facts,
    ) {
        let minor = Minor::of(&new.version);
        let documented: Vec<_> =
            facts.documented_renames.iter().filter(|it| it.at == minor).collect();
        let mut diff = OverrideDiff::between(before, after);
        let renames = rename::between(before, after, &documented);
        diff.removed.retain(|it| renames.iter().all(|rename| rename.from != it.key));
        diff.added.retain(|it| renames.iter().all(|rename| !rename.to.contains(&it.key)));
        self.nearest.extend(diff.removed.iter().map(|it| rename::nearest(it, before, after)));
        self.overrides.removed.extend(diff.removed);
        self.overrides.added.extend(diff.added);
        self.overrides.changed.extend(diff.changed);
        let known: Vec<_> = self.renames.iter().map(|it| it.from.clone()).collect();
        self.renames.extend(renames.into_iter().filter(|it| !known.contains(&it.from)));
    }

    /// Whether people have to react to the hop: it renames or removes override keys, or it removes
    /// or moves components.
    pub fn break_something(&self) -> bool {
        !self.renames.is_empty()
            || !self.overrides.removed.is_empty()
            || !self.components.removed.is_empty()
            || !self.components.moved.is_empty()
    }
}

/// The line at which the release itself sets a key.
fn line(bundle: &Bundle, key: &OverrideKey) -> Vec<Evidence> {
    bundle.override_entry(key).map(|it| bundle.override_evidence(it)).into_iter().collect()
}

/// A rename that charts prove; none if they know no successor.
fn rename_of(change: KeyChange) -> Option<Rename> {
    Some(Rename {
        kind: change.kind.filter(|_| !change.to.is_empty())?,
        to: change.to.iter().map(|it| it.key.clone()).collect(),
        confidence: change.confidence(),
        reasons: change.reasons(),
        lines: change.lines(),
        documented: change.documented,
        from: change.from,
    })
}

/// The changes of charts without keys of istio that no template reads any more, but the script of
/// the release: it takes any key.
pub fn without_scripted(
    mut charts: ChartChanges,
    facts: &Facts,
    release: &Version,
) -> ChartChanges {
    if facts.istio_reader(release).is_some_and(|it| it.single_keys) {
        let scripted = |it: &KeyChange| it.from.component.as_deref() == Some(ISTIO);
        charts.removed.retain(|it| !scripted(it));
    }
    charts
}

/// The same change with successors that the new release itself sets for all components: what it
/// wants to be common is not set for one component alone.
pub fn made_common(mut change: KeyChange, new: &Bundle) -> KeyChange {
    for it in change.to.iter_mut().filter(|it| it.key.key.starts_with("global.")) {
        let common = OverrideKey::new(None, &it.key.key);
        if new.override_entry(&it.key).is_none()
            && let Some(entry) = new.override_entry(&common)
        {
            it.evidence.push(new.override_evidence(entry));
            it.key = common;
        }
    }
    change
}
