//! What a hop changes, and what follows from that.
//!
//! # Decisions
//! * Nothing is compared with a release whose applied files are not all there: a gap would look as
//!   if everything had been removed.
//! * Override keys are compared file by file, for files that both releases publish.

use crate::bundle::Bundle;
use crate::diff::{ComponentDiff, ObjectDiff, OverrideDiff, objects};
use crate::overrides::OverrideSet;
use crate::release::{Facts, Minor};
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
    pub nearest: Vec<Vec<crate::overrides::OverrideKey>>,
}

impl Changes {
    /// Compares two releases.
    pub fn between(old: &Bundle, new: &Bundle, facts: &Facts) -> Self {
        if old.is_incomplete() || new.is_incomplete() {
            return Self::default();
        }
        let mut changes = Self {
            objects: objects(&old.objects, &new.objects),
            components: ComponentDiff::between(&old.components(), &new.components()),
            ..Self::default()
        };
        for (name, after) in &new.overrides {
            if let Some(before) = old.overrides.get(name) {
                changes.add_overrides(before, after, new, facts);
            }
        }
        changes
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
