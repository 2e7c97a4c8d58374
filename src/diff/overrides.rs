//! What a hop does to the override keys that the release itself sets.

use crate::overrides::{Override, OverrideSet};

/// The difference between two sets of override keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OverrideDiff {
    /// Set in the new release only.
    pub added: Vec<Override>,
    /// Set in the old release only.
    pub removed: Vec<Override>,
    /// Set in both to different values: the old entry, the new entry.
    pub changed: Vec<(Override, Override)>,
}

impl OverrideDiff {
    /// Compares the winning entries of two sets.
    pub fn between(old: &OverrideSet, new: &OverrideSet) -> Self {
        let came = new.iter().filter(|it| !old.contains(&it.key));
        let gone = old.iter().filter(|it| !new.contains(&it.key));
        let common = old.iter().filter_map(|it| Some((it, new.get(&it.key)?)));
        let changed = common.filter(|(before, after)| !before.value.same(&after.value));
        Self {
            added: came.cloned().collect(),
            removed: gone.cloned().collect(),
            changed: changed.map(|(before, after)| (before.clone(), after.clone())).collect(),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
