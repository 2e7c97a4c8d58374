//! The folders of templates, and which new folder an old one that is gone went into.
//!
//! # Decisions
//! * A chart that is renamed, moved into another component or taken from another maintainer keeps
//!   most of the fields that it renders, and most of its name. A single object is too small to tell.
//! * A folder that is still there is its own successor, whatever else is like it.

use std::collections::{BTreeMap, BTreeSet};

use crate::rename::words::words;

/// Folders that every chart has.
const FOLDERS: &[&str] = &["resources", "charts", "templates"];
/// Folders that are less alike than this are not related.
const RELATED: f64 = 0.15;
/// Folders that are as little alike as this say nothing: all charts render some fields alike.
const NOTHING: f64 = 0.1;
/// Folders that are as alike as this are one for certain, if none is more alike.
const CERTAIN: f64 = 0.5;
/// No other folder is as sure as one that is still there.
const SURE: f64 = 0.95;
/// How much it takes away that the new folder was there before.
const EXISTED: f64 = 0.6;

/// A folder of templates.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) path: String,
    words: BTreeSet<String>,
    /// What is read in it; in order once everything is there.
    content: Vec<u64>,
}

impl Home {
    fn new(path: String) -> Self {
        let words = path.split('/').flat_map(words).collect();
        Self { path, words, content: Vec::new() }
    }
}

/// The folders of a release.
#[derive(Debug, Default)]
pub(super) struct Homes {
    numbers: BTreeMap<String, usize>,
    pub(super) list: Vec<Home>,
}

impl Homes {
    /// The number of the folder that a file is in.
    pub(super) fn number(&mut self, source: &str) -> usize {
        let folder = source.rsplit_once('/').map_or("", |it| it.0);
        let parts: Vec<&str> = folder.split('/').filter(|it| !FOLDERS.contains(it)).collect();
        let path = parts.join("/");
        let next = self.list.len();
        let number = *self.numbers.entry(path.clone()).or_insert(next);
        if number == next {
            self.list.push(Home::new(path));
        }
        number
    }

    /// Takes note of what is read in a folder: a field of a kind, a name, a variable.
    pub(super) fn holds(&mut self, home: usize, content: [Option<u64>; 3]) {
        self.list[home].content.extend(content.into_iter().flatten());
    }

    /// Brings what is read in the folders in order, once everything is there.
    pub(super) fn close(&mut self) {
        for home in &mut self.list {
            home.content.sort_unstable();
            home.content.dedup();
        }
    }

    fn has(&self, path: &str) -> bool {
        self.numbers.contains_key(path)
    }
}

/// How surely old folders went into new ones.
#[derive(Debug, Default)]
pub(super) struct Moves {
    strengths: BTreeMap<(usize, usize), f64>,
}

impl Moves {
    pub(super) fn between<'h>(old: &'h Homes, new: &'h Homes) -> Self {
        let mut content: BTreeMap<u64, f64> = BTreeMap::new();
        let mut names: BTreeMap<&str, f64> = BTreeMap::new();
        for home in old.list.iter().chain(&new.list) {
            home.content.iter().for_each(|it| *content.entry(*it).or_default() += 1.0);
            home.words.iter().for_each(|it| *names.entry(it).or_default() += 1.0);
        }
        for it in content.values_mut().chain(names.values_mut()) {
            *it = rarity(*it);
        }
        let weighed = |home: &'h Home| Weighed {
            content: home.content.iter().map(|it| (it, content[it])).collect(),
            words: home.words.iter().map(|it| (it.as_str(), names[it.as_str()])).collect(),
            existed: old.has(&home.path),
        };
        let came: Vec<Weighed<'_>> = new.list.iter().map(weighed).collect();
        let gone = old.list.iter().zip(0..).filter(|it| !new.has(&it.0.path));
        let gone: Vec<(Weighed<'_>, usize)> = gone.map(|it| (weighed(it.0), it.1)).collect();
        let mut alike: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for ((home, at), (it, to)) in pairs(gone.iter(), || came.iter().zip(0..)) {
            let told =
                0.6 * shared(&home.content, &it.content) + 0.4 * shared(&home.words, &it.words);
            let told = if it.existed { EXISTED * told } else { told };
            if RELATED <= told {
                alike.insert((*at, to), told);
            }
        }
        let mut moves = Self { strengths: strengths(&alike) };
        let same =
            old.list.iter().zip(0..).filter_map(|it| Some((it.1, *new.numbers.get(&it.0.path)?)));
        moves.strengths.extend(same.map(|it| (it, 1.0)));
        moves
    }

    /// How surely an old folder went into a new one, from 0 to 1.
    pub(super) fn strength(&self, old: usize, new: usize) -> f64 {
        self.strengths.get(&(old, new)).copied().unwrap_or(0.0)
    }
}

fn pairs<A: Copy, B>(
    left: impl Iterator<Item = A>,
    right: impl Fn() -> B,
) -> impl Iterator<Item = (A, B::Item)>
where
    B: Iterator,
{
    left.flat_map(move |a| right().map(move |b| (a, b)))
}

/// How sure it is that folders went into others: less so where another pair is more alike.
fn strengths(alike: &BTreeMap<(usize, usize), f64>) -> BTreeMap<(usize, usize), f64> {
    let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
    for ((a, b), told) in alike {
        let best = |all: &mut BTreeMap<usize, f64>, at: usize| {
            let known = all.entry(at).or_default();
            *known = known.max(*told);
        };
        best(&mut from, *a);
        best(&mut to, *b);
    }
    let strength = |(a, b): &(usize, usize), told: &f64| {
        told / from[a] * (told / to[b]) * ((told - NOTHING) / (CERTAIN - NOTHING)).min(SURE)
    };
    alike.iter().map(|(pair, told)| (*pair, strength(pair, told))).collect()
}

/// How much something says that so many folders have.
fn rarity(count: f64) -> f64 {
    1.0 / (1.0 + count).log2()
}

/// What is in a folder, in order, with how much each thing says.
struct Weighed<'h> {
    content: Vec<(&'h u64, f64)>,
    words: Vec<(&'h str, f64)>,
    /// Whether the old release has the folder.
    existed: bool,
}

/// How much two sorted lists share, rare things counting more.
fn shared<T: Ord>(a: &[(T, f64)], b: &[(T, f64)]) -> f64 {
    let all: f64 = a.iter().chain(b).map(|it| it.1).sum();
    let both = a.iter().filter(|it| b.binary_search_by(|other| other.0.cmp(&it.0)).is_ok());
    let shared: f64 = both.map(|it| it.1).sum();
    if all == 0.0 { 0.0 } else { 2.0 * shared / all }
}
