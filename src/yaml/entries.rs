//! The entries of a mapping.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, RepeatedKey};

/// Drops entries whose key comes again later.
pub(super) fn keep_last(mut entries: Vec<Entry>) -> Vec<Entry> {
    if !has_duplicates(&entries) {
        return entries;
    }
    let mut seen = BTreeSet::new();
    entries.reverse();
    entries.retain(|entry| seen.insert(entry.key.clone()));
    entries.reverse();
    entries
}

/// Below this many entries, comparing each with each is the fastest.
const FEW: usize = 16;

fn has_duplicates(entries: &[Entry]) -> bool {
    if entries.len() <= FEW {
        let again = |(at, entry): (usize, &Entry)| entries[..at].iter().any(|e| e.key == entry.key);
        return entries.iter().enumerate().any(again);
    }
    let mut seen = BTreeSet::new();
    !entries.iter().all(|entry| seen.insert(&entry.key))
}

/// The keys that stand in a mapping again.
pub(super) fn repetitions(entries: &[Entry]) -> Vec<RepeatedKey> {
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    let mut again = Vec::new();
    for entry in entries {
        if let Some(&first) = first.get(entry.key.as_str()) {
            again.push(RepeatedKey { key: entry.key.clone(), line: entry.line, first });
        } else {
            first.insert(&entry.key, entry.line);
        }
    }
    again
}
