//! Which new keys come into question for an old one.

use std::collections::{BTreeMap, BTreeSet};

use super::setting::{Setting, Side, words};

/// What this many keys have or fewer is worth a look in any component.
const TELLING: usize = 12;
/// So many candidates are looked at.
const MOST: usize = 60;

/// The new keys by what they can be found by.
#[derive(Debug)]
pub(super) struct Candidates {
    postings: BTreeMap<String, Vec<usize>>,
}

impl Candidates {
    pub(super) fn of(side: &Side<'_>) -> Self {
        let mut postings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (setting, at) in side.settings.iter().zip(0..).filter(|it| it.0.live) {
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

/// What a setting can be found by.
fn marks(setting: &Setting<'_>) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    if let Some(last) = setting.names.last() {
        let mut parts = words(last);
        parts.sort();
        marks.insert(format!("words {}", parts.join(" ")));
    }
    if let Some(last) = setting.folded.last() {
        marks.insert(format!("leaf {last}"));
    }
    if let [.., a, b] = setting.folded.as_slice() {
        marks.insert(format!("end {a} {b}"));
    }
    if 2 < setting.comment.len() {
        marks.insert(format!("comment {}", setting.comment.join(" ")));
    }
    if let [above @ .., _] = setting.names.as_slice() {
        marks.insert(format!("above {} {}", setting.component(), above.join(".")));
    }
    for it in &setting.uses {
        let sink = &it.reference.sink;
        let field = it.field.join(".");
        let tail: Vec<&str> = it.field.iter().rev().take(2).map(String::as_str).collect();
        marks.extend(sink.env.as_ref().map(|it| format!("env {it}")));
        marks.insert(format!("line {}", it.text));
        marks.insert(format!("place {} {field} {}", sink.kind, sink.item.as_deref().unwrap_or("")));
        marks.insert(format!("field {} {field}", sink.kind));
        marks.insert(format!("tail {}", tail.join(" ")));
        marks.insert(format!("literals {}", it.line.join(" ")));
    }
    marks
}
