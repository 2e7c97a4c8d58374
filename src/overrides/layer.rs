//! One scope: the keys that are common to all components, or those of one component.

use std::collections::BTreeMap;

use super::{Override, Tree};

/// The keys of one scope with everything that sets them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layer {
    /// The entries of every key, in the order in which the operator joins them. None is empty.
    settings: BTreeMap<String, Vec<Override>>,
}

/// Keys of one scope that contradict each other.
#[derive(Debug, Clone, PartialEq)]
pub enum Conflict<'a> {
    /// Several objects set the same key. The operator takes the last one.
    SameKey {
        /// The entry that the operator takes.
        winner: &'a Override,
        /// The entries that it drops, the first one first.
        losers: Vec<&'a Override>,
    },
    /// A key has a value, and others below it make a map of it. The operator keeps one of the two
    /// at random, and of the map the keys that it happens to add later.
    Nested {
        /// The key with the value.
        value: &'a Override,
        /// The keys below it.
        below: Vec<&'a Override>,
    },
}

impl Layer {
    /// Adds an entry that the operator joins after all that are there. Within one object the later
    /// entry takes the place of the earlier one.
    pub(super) fn add(&mut self, entry: Override) {
        let entries = self.settings.entry(entry.key.key.clone()).or_default();
        entries.retain(|it| it.object != entry.object);
        entries.push(entry);
    }

    /// The entry of every key that the operator takes, in the order of the keys.
    pub fn winners(&self) -> impl Iterator<Item = &Override> {
        self.settings.values().filter_map(|it| it.last())
    }

    /// All entries, key by key, each in the order in which the operator joins them.
    pub fn entries(&self) -> impl Iterator<Item = &Override> {
        self.settings.values().flatten()
    }

    /// The keys that contradict each other: those that are set several times, then those that are
    /// both a value and a map, each in the order of the keys.
    pub fn conflicts(&self) -> Vec<Conflict<'_>> {
        let several = self.settings.values().filter_map(|it| {
            let (winner, losers) = it.split_last()?;
            let losers: Vec<_> = losers.iter().collect();
            (!losers.is_empty()).then_some(Conflict::SameKey { winner, losers })
        });
        let tree = self.tree();
        let nested = tree.clashes().into_iter();
        let nested = nested.map(|(value, below)| Conflict::Nested { value, below });
        several.chain(nested).collect()
    }

    /// The values of this scope alone.
    pub fn tree(&self) -> Tree<'_> {
        Tree::of(self.winners())
    }
}
