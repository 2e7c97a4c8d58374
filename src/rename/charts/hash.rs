//! Texts as numbers, which are compared and joined faster.
//!
//! # Decisions
//! * Two texts with one number would only make a pair look more alike than it is. With 64 bits that
//!   does not happen by accident.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The number of a text.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The number of something that consists of two parts, in this order.
pub(super) fn join(a: u64, b: u64) -> u64 {
    (a.rotate_left(5) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What was made of shared texts, by where these are in memory: each is looked at once.
#[derive(Debug)]
pub(super) struct Once<T> {
    known: BTreeMap<*const u8, T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { known: BTreeMap::new() }
    }
}

impl<T> Once<T> {
    /// What `make` makes of a text, which outlives the collection.
    pub(super) fn get(&mut self, text: &Arc<str>, make: impl FnOnce(&str) -> T) -> &T {
        self.known.entry(text.as_ptr()).or_insert_with(|| make(text))
    }
}
