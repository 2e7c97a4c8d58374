//! What speaks for one setting being the successor of another.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::features::Features;
use super::home::Moves;
use super::object::Rarity;
use super::setting::{Setting, Side};
use super::uses::Use;
use crate::chart::{Kind, ValueLeaf};

/// Compares settings of two releases.
#[derive(Debug)]
pub(super) struct Comparer<'a> {
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    moves: Moves,
    /// How many keys left every map of a component, and how many came.
    changed: BTreeMap<u64, (usize, usize)>,
    words: BTreeMap<u64, f64>,
    /// The old setting with the key of every new one.
    before: Vec<Option<usize>>,
    objects: RefCell<BTreeMap<(usize, usize), f64>>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(mut old: Side<'a>, mut new: Side<'a>) -> Self {
        new.follow(&old);
        let rarity = Rarity::of(old.objects.iter().chain(&new.objects));
        old.objects.iter_mut().chain(&mut new.objects).for_each(|it| it.weigh(&rarity));
        let moves = Moves::between(&old.homes, &new.homes);
        let changed = changed(&old, &new);
        let mut counts: BTreeMap<u64, f64> = BTreeMap::new();
        for word in old.settings.iter().chain(&new.settings).flat_map(|it| &it.words) {
            *counts.entry(*word).or_default() += 1.0;
        }
        let words = counts.into_iter().map(|(word, n)| (word, 1.0 / (1.0 + n).log2())).collect();
        let before = new.settings.iter().map(|it| old.at(*it.path.last()?)).collect();
        Self { old, new, before, moves, changed, words, objects: RefCell::default() }
    }

    /// What speaks for the setting with the number `new` as the successor of `old`.
    pub(super) fn features(&self, at: usize, new: usize) -> Features {
        let own = self.before[new];
        let (old, new) = (&self.old.settings[at], &self.new.settings[new]);
        let existed = own.map(|at| &self.old.settings[at]).filter(|it| !it.uses.is_empty());
        let Places { forward, backward, best, elsewhere } = self.places((at, own), old, new);
        let flag = |it: bool| f64::from(u8::from(it));
        Features {
            places: forward,
            backward,
            best,
            elsewhere: (elsewhere - forward).max(0.0),
            took: flag(new.uses.iter().any(|it| it.fed_by.contains(&at))),
            words: self.words_alike(old, new),
            leaf: contained(&old.leaf_words, new).max(names_field(old, new)),
            whole: flag(shared_end(&old.ends, &new.ends) == old.names.len()),
            variable: names_variable(old, new),
            default: default_alike(old.leaf, new.leaf),
            comment: if old.comment.is_empty() { 0.0 } else { jaccard(&old.comment, &new.comment) },
            component: flag(old.key.component == new.key.component),
            home: self.home(old, new),
            sibling: if own.is_none() { self.sibling(old, new) } else { 0.0 },
            existed: flag(existed.is_some()),
            unused: flag(old.uses.is_empty()),
            ..Features::default()
        }
    }

    /// How surely a folder that the old key was read in went into one of the new key.
    pub(super) fn home(&self, old: &Setting<'_>, new: &Setting<'_>) -> f64 {
        let pairs = old.homes.iter().flat_map(|a| new.homes.iter().map(|b| (*a, *b)));
        pairs.map(|(a, b)| self.moves.strength(a, b)).fold(0.0, f64::max)
    }

    /// Whether the new key came into the map that the old one left; less if others did, too.
    fn sibling(&self, old: &Setting<'_>, new: &Setting<'_>) -> f64 {
        if old.parent() != new.parent() {
            return 0.0;
        }
        let (left, came) = self.changed.get(&old.parent()).copied().unwrap_or_default();
        super::ratio(1, left.max(came))
    }

    /// The old setting with the key of a new one.
    pub(super) fn before(&self, new: usize) -> Option<usize> {
        self.before[new]
    }

    /// How many words of two keys are the same. The names of different components count if that
    /// makes the keys more alike: a component that became a part of another one is named there.
    fn words_alike(&self, old: &Setting<'_>, new: &Setting<'_>) -> f64 {
        let keys = self.overlap(&old.words, &new.words);
        if old.key.component == new.key.component {
            return keys;
        }
        keys.max(self.overlap(&old.all_words, &new.all_words))
    }

    fn overlap(&self, old: &[u64], new: &[u64]) -> f64 {
        let weight = |it: &u64| self.words.get(it).copied().unwrap_or(1.0);
        let shared: f64 = old.iter().filter(|it| new.contains(it)).map(weight).sum();
        if shared == 0.0 {
            return 0.0;
        }
        let both: f64 = old.iter().chain(new).map(weight).sum();
        shared / (both - shared)
    }

    /// Compares all places that read two settings.
    fn places(&self, ids: (usize, Option<usize>), old: &Setting<'_>, new: &Setting<'_>) -> Places {
        let mut rows = vec![(0.0_f64, 0.0_f64); old.uses.len()];
        let mut columns = vec![0.0_f64; new.uses.len()];
        for (u, row) in old.uses.iter().zip(&mut rows) {
            for (v, column) in new.uses.iter().zip(&mut columns) {
                let sink = sinks_alike(u, v);
                let alike = self.uses_alike(ids, (u, v), sink);
                *row = (row.0.max(alike), row.1.max(sink));
                *column = column.max(alike);
            }
        }
        let weights = |uses: &[Use<'_>]| uses.iter().map(Use::weight).collect::<Vec<_>>();
        let (a, b) = (weights(&old.uses), weights(&new.uses));
        let best = rows.iter().zip(&a).map(|(it, weight)| it.0 * weight.sqrt());
        Places {
            forward: mean(rows.iter().map(|it| it.0), &a),
            backward: mean(columns.into_iter(), &b),
            best: best.fold(0.0, f64::max),
            elsewhere: mean(rows.iter().map(|it| it.1), &a),
        }
    }

    fn uses_alike(
        &self,
        (at, own): (usize, Option<usize>),
        (old, new): (&Use<'_>, &Use<'_>),
        sink: f64,
    ) -> f64 {
        if new.fed_by.contains(&at) && old.text == new.text {
            return 1.0;
        }
        if sink < 0.2 {
            return 0.0;
        }
        let mut objects = self.objects.borrow_mut();
        let object = objects.entry((old.object, new.object)).or_insert_with(|| {
            let (old, new) = (&self.old.objects[old.object], &self.new.objects[new.object]);
            old.alike(new, self.moves.strength(old.home, new.home))
        });
        // What another setting fed before and feeds no longer is the place of that other one.
        let mine = |it: &usize| *it == at || Some(*it) == own;
        let other = !new.fed_by.is_empty() && !new.fed_by.iter().any(mine);
        let taken = if other { 0.25 } else { 1.0 };
        taken * sink * (0.2 + 0.8 * *object)
    }
}

/// How many keys left every map, and how many came.
fn changed(old: &Side<'_>, new: &Side<'_>) -> BTreeMap<u64, (usize, usize)> {
    let gone =
        |it: &Setting<'_>, side: &Side<'_>| it.path.last().is_none_or(|it| side.at(*it).is_none());
    let mut changed: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for it in old.settings.iter().filter(|it| gone(it, new)) {
        changed.entry(it.parent()).or_default().0 += 1;
    }
    for it in new.settings.iter().filter(|it| gone(it, old)) {
        changed.entry(it.parent()).or_default().1 += 1;
    }
    changed
}

/// How well the places that read one setting are found among those that read another.
#[derive(Debug)]
struct Places {
    /// How well those of the old setting are found.
    forward: f64,
    /// How well those of the new setting are found.
    backward: f64,
    /// The best of all.
    best: f64,
    /// How well those of the old setting are found, whatever objects they are in.
    elsewhere: f64,
}

fn mean(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let all: f64 = weights.iter().sum();
    let sum: f64 = values.zip(weights).map(|(value, weight)| value * weight).sum();
    if all == 0.0 { 0.0 } else { sum / all }
}

/// How alike two places are, whatever objects they are in.
fn sinks_alike(old: &Use<'_>, new: &Use<'_>) -> f64 {
    let (a, b) = (&old.reference.sink, &new.reference.sink);
    let same_line = old.text == new.text;
    let fields = fields_alike(&old.field, &new.field);
    if fields == 0.0 && !same_line {
        return 0.0;
    }
    let guards = if a.guard == b.guard { 1.0 } else { 0.4 };
    let told = match (&old.env, &new.env) {
        (Some(a), Some(b)) if a.numbers == b.numbers => 1.0,
        (Some(a), Some(b)) => 0.8 * jaccard(&a.numbers, &b.numbers),
        (Some(a), None) if new.in_env => named(&a.words, new),
        (None, None) if !a.field.ends_with("[]") && !a.guard => 1.0,
        (None, None) if same_line => 1.0,
        (None, None) => jaccard(&old.line, &new.line),
        _ => 0.3,
    };
    let items = match (&old.item, &new.item) {
        (Some(a), Some(b)) => 0.6 + 0.4 * jaccard(a, b),
        (None, None) => 1.0,
        _ => 0.85,
    };
    // In variables, lines are alike whatever the variable is.
    let line = if same_line { 0.35 * told } else { 0.0 };
    let place = 0.9 * fields * told * items;
    guards * (place + line + 0.1 * jaccard(&old.line, &new.line)).min(1.0)
}

/// How much of a variable's name is found in the key that makes a variable, when the template does
/// not say how that one is called.
fn named(variable: &[String], new: &Use<'_>) -> f64 {
    let key = new.reference.key.to_lowercase();
    let found = variable.iter().filter(|it| key.contains(it.as_str())).count();
    super::ratio(found, variable.len())
}

/// How much of the ends of two paths is the same.
fn fields_alike(old: &[u64], new: &[u64]) -> f64 {
    if old.is_empty() || new.is_empty() {
        return if old.len() == new.len() { 0.5 } else { 0.0 };
    }
    if old == new {
        return 1.0;
    }
    let end = shared_end(old, new);
    0.8 * super::ratio(end, old.len().max(new.len()).min(end + 3))
}

fn shared_end(a: &[u64], b: &[u64]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count()
}

fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let shared = a.iter().filter(|it| b.contains(it)).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 1.0 } else { super::ratio(shared, all) }
}

/// Whether the new key is called like the environment variable that the old one fed.
fn names_variable(old: &Setting<'_>, new: &Setting<'_>) -> f64 {
    let last = new.ends.last();
    let named = |it: &Use<'_>| it.env.as_ref().map(|it| &it.name) == last;
    f64::from(u8::from(last.is_some() && old.uses.iter().any(named)))
}

/// Whether the new key is called like the field that the old one fed.
fn names_field(old: &Setting<'_>, new: &Setting<'_>) -> f64 {
    let last = new.ends.last();
    let named = |it: &Use<'_>| !it.reference.sink.guard && it.field.last() == last;
    f64::from(u8::from(last.is_some() && old.uses.iter().any(named)))
}

/// How much of a name is found in the last names of a setting.
fn contained(leaf: &[String], new: &Setting<'_>) -> f64 {
    let last = &new.folded[new.folded.len().saturating_sub(3)..];
    let found = leaf.iter().filter(|it| last.iter().any(|name| name.contains(it.as_str())));
    super::ratio(found.count(), leaf.len())
}

fn default_alike(old: Option<&ValueLeaf>, new: Option<&ValueLeaf>) -> f64 {
    let (Some(old), Some(new)) = (old, new) else { return 0.4 };
    if old.default != new.default {
        let alike = old.kind == new.kind && is_switch(old) == is_switch(new);
        return if alike { 0.25 } else { 0.0 };
    }
    if is_telling(old) { 1.0 } else { 0.6 }
}

/// Whether a value switches something, also as a text.
fn is_switch(leaf: &ValueLeaf) -> bool {
    leaf.kind == Kind::Bool || matches!(leaf.default.as_str(), Some("true" | "false"))
}

fn is_telling(leaf: &ValueLeaf) -> bool {
    match leaf.kind {
        Kind::String => leaf.default.as_str().is_some_and(|it| 3 < it.len()),
        Kind::Number => leaf.default.as_f64().is_some_and(|it| 10.0 < it),
        Kind::List => leaf.default.as_array().is_some_and(|it| !it.is_empty()),
        Kind::Null | Kind::Bool | Kind::Map => false,
    }
}
