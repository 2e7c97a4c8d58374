//! Which new keys come into question for an old one.

use std::collections::{BTreeMap, BTreeSet};

use super::hash::{hash, join};
use super::setting::{Setting, Side};

/// What this many keys have or fewer is worth a look in any component.
const TELLING: usize = 12;
/// So many candidates are looked at.
const MOST: usize = 60;

/// The new keys by what they can be found by.
#[derive(Debug)]
pub(super) struct Candidates {
    postings: BTreeMap<u64, Vec<usize>>,
}

impl Candidates {
    pub(super) fn of(side: &Side<'_>) -> Self {
        let mut postings: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (setting, at) in side.settings.iter().zip(0..).filter(|it| it.0.read.live) {
            for mark in marks(setting) {
                postings.entry(mark).or_default().push(at);
            }
        }
        Self { postings }
    }

    /// The candidates for an old key that share most with it. What many keys have counts only
    /// where `near` says that a key is.
    pub(super) fn find(&self, old: &Setting<'_>, near: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut shared: BTreeMap<usize, f64> = BTreeMap::new();
        for mark in marks(old) {
            let found = self.postings.get(&mark).map(Vec::as_slice).unwrap_or_default();
            let weight = 1.0 / (1.0 + super::ratio(found.len(), 1)).log2();
            for at in found.iter().filter(|at| found.len() <= TELLING || near(**at)) {
                *shared.entry(*at).or_default() += weight;
            }
        }
        let mut found: Vec<(usize, f64)> = shared.into_iter().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.into_iter().take(MOST).map(|it| it.0).collect()
    }
}

/// What a setting can be found by, as numbers: kinds of marks start with other ones.
fn marks(setting: &Setting<'_>) -> BTreeSet<u64> {
    let mark = |kind: u64, parts: &[u64]| parts.iter().fold(kind, |a, b| join(a, *b));
    let mut marks = BTreeSet::new();
    let mut last: Vec<u64> = setting.leaf_words.iter().map(|it| hash(it)).collect();
    last.sort_unstable();
    marks.insert(mark(1, &last));
    if let [.., a, b] = setting.ends.as_slice() {
        marks.insert(mark(2, &[*a, *b]));
    }
    marks.extend(setting.ends.last().map(|it| mark(3, &[*it])));
    if 2 < setting.comment.len() {
        marks.insert(mark(4, &setting.comment));
    }
    marks.insert(mark(5, &[setting.parent()]));
    for it in &setting.uses {
        let kind = hash(&it.reference.sink.kind);
        let (field, item) = (mark(0, &it.field), mark(0, it.item.as_deref().unwrap_or_default()));
        marks.extend(it.env.as_ref().map(|it| mark(6, &[it.name])));
        marks.insert(mark(7, &[it.text]));
        marks.insert(mark(8, &[kind, field, item]));
        marks.insert(mark(9, &[kind, field]));
        marks.insert(mark(10, &it.field[it.field.len().saturating_sub(2)..]));
        marks.insert(mark(11, &it.line));
    }
    marks
}
