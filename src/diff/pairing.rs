//! Which object lives on under another name.
//!
//! # Decisions
//! * Objects of one kind are compared by the leaves of their content: path and value, with the lines
//!   of longer text as leaves of their own. Name and namespace are no content, and where the name
//!   stands inside a value it counts as the same for all.
//! * The similarity is a weighted Jaccard index: what both have over what either has. A leaf weighs
//!   more the longer it is and the fewer candidates share it, so that boilerplate says little.
//! * The best pair is taken first, then the best of the rest. Equal scores go by the likeness of the
//!   names, then by the places among the candidates, so the result is always the same.
//! * There is no cap on candidates. Two objects that are similar enough must share one of the rare
//!   leaves of the old one (the prefix filter of set similarity joins), so only those are scored.
//! * Labels and annotations count little, and what is shared besides them must weigh enough: two
//!   small objects with the same labels are no rename.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::leaves::{Leaf, leaves};
use crate::manifest::Object;

/// The similarity of two objects with the same content.
const WHOLE: u64 = 10_000;

/// The least similarity of a pair, in parts of [`WHOLE`].
const LEAST: u64 = 6_000;

/// The least that a pair has to share besides labels and annotations: about three leaves of a few
/// letters each.
const LEAST_SHARED: u64 = 8;

/// Two objects that are one, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) old: usize,
    pub(super) new: usize,
    score: u64,
}

impl Pair {
    /// The similarity from 0 to 1, rounded to two digits.
    pub(super) fn similarity(self) -> f64 {
        let hundredths = (self.score + WHOLE / 200) / (WHOLE / 100);
        f64::from(u32::try_from(hundredths).unwrap_or(100)) / 100.0
    }
}

/// The pairs of old and new objects that are one object under two names, in the order of the old
/// ones. Each object is in one pair at most.
pub(super) fn pairs(old: &[&Object], new: &[&Object]) -> Vec<Pair> {
    let mut kinds: BTreeMap<_, [Vec<usize>; 2]> = BTreeMap::new();
    for (side, objects) in [old, new].into_iter().enumerate() {
        for (at, object) in objects.iter().enumerate() {
            let kind = (&object.key.group, &object.key.kind);
            kinds.entry(kind).or_default()[side].push(at);
        }
    }
    let mut pairs = Vec::new();
    for [a, b] in kinds.into_values().filter(|[a, b]| !a.is_empty() && !b.is_empty()) {
        let candidates = Candidates::of(&pick(old, &a), &pick(new, &b));
        pairs.extend(candidates.pairs().into_iter().map(|it| Pair {
            old: a[it.old],
            new: b[it.new],
            ..it
        }));
    }
    pairs.sort_by_key(|it| it.old);
    pairs
}

fn pick<'a>(objects: &[&'a Object], at: &[usize]) -> Vec<&'a Object> {
    at.iter().map(|it| objects[*it]).collect()
}

/// The objects of one kind that are on one side only.
struct Candidates<'a> {
    old: Vec<Candidate<'a>>,
    new: Vec<Candidate<'a>>,
    leaves: Vec<Known>,
}

/// An object with its leaves, the rarest first.
struct Candidate<'a> {
    name: &'a str,
    /// Indices into the leaves of all candidates, ascending.
    leaves: Vec<usize>,
    /// The weight of all its leaves.
    weight: u64,
}

impl<'a> Candidate<'a> {
    fn of(object: &'a Object, of: &[Leaf], (ranks, known): (&Ranks, &[Known])) -> Self {
        let mut leaves: Vec<usize> = of.iter().map(|it| ranks[&it.hash]).collect();
        leaves.sort_unstable();
        leaves.dedup();
        Self {
            name: &object.key.name,
            weight: leaves.iter().map(|it| known[*it].weight).sum(),
            leaves,
        }
    }
}

/// The place of each leaf among all, by its hash.
type Ranks = BTreeMap<u64, usize>;

/// What is known of a leaf.
#[derive(Default)]
struct Known {
    weight: u64,
    /// Its own weight if it is content, whatever it is worth among these candidates.
    content: u64,
    /// The new candidates that have it.
    new: Vec<usize>,
}

impl<'a> Candidates<'a> {
    fn of(old: &[&'a Object], new: &[&'a Object]) -> Self {
        let sides = [old, new].map(|side| side.iter().map(|it| leaves(it)).collect::<Vec<_>>());
        let (ranks, mut leaves) = ranked(&sides);
        let [old, new] = [(old, &sides[0]), (new, &sides[1])].map(|(objects, of)| {
            let candidates = objects.iter().zip(of);
            candidates.map(|(it, of)| Candidate::of(it, of, (&ranks, &leaves))).collect::<Vec<_>>()
        });
        for (at, candidate) in new.iter().enumerate() {
            for leaf in &candidate.leaves {
                leaves[*leaf].new.push(at);
            }
        }
        Self { old, new, leaves }
    }

    /// Takes the best pair, then the best of the rest, and so on.
    fn pairs(&self) -> Vec<Pair> {
        let mut free = vec![true; self.new.len()];
        let mut queue: BinaryHeap<Rank> = BinaryHeap::new();
        queue.extend((0..self.old.len()).filter_map(|old| self.best(old, &free)));
        let mut pairs = Vec::new();
        while let Some(rank) = queue.pop() {
            let pair = rank.pair();
            if std::mem::take(&mut free[pair.new]) {
                pairs.push(pair);
            } else {
                queue.extend(self.best(pair.old, &free));
            }
        }
        pairs
    }

    /// The best free partner of an old object.
    fn best(&self, old: usize, free: &[bool]) -> Option<Rank> {
        let mut seen = vec![false; self.new.len()];
        let mut best = None;
        for leaf in self.prefix(&self.old[old]) {
            for new in &self.leaves[*leaf].new {
                let is_first = !std::mem::replace(&mut seen[*new], true);
                if is_first && free[*new] {
                    best = best.max(self.rank(old, *new));
                }
            }
        }
        best
    }

    /// The rare leaves of which a partner has to have one: the rest of them weigh too little.
    fn prefix<'b>(&self, candidate: &'b Candidate<'_>) -> &'b [usize] {
        let mut rest = candidate.weight;
        let end = candidate.leaves.iter().position(|leaf| {
            let is_enough = rest * WHOLE < candidate.weight * LEAST;
            rest -= self.leaves[*leaf].weight;
            is_enough
        });
        &candidate.leaves[..end.unwrap_or(candidate.leaves.len())]
    }

    fn rank(&self, old: usize, new: usize) -> Option<Rank> {
        let (a, b) = (&self.old[old], &self.new[new]);
        let (shared, content) = self.shared(&a.leaves, &b.leaves);
        let score = shared * WHOLE / (a.weight + b.weight - shared).max(1);
        let offset = (new + self.new.len() - old % self.new.len()) % self.new.len();
        let is_pair = score >= LEAST && content >= LEAST_SHARED;
        is_pair.then(|| Rank {
            score,
            likeness: likeness(a.name, b.name),
            offset: Reverse(offset),
            old: Reverse(old),
            new,
        })
    }

    /// What two candidates share: its weight among these candidates, and its own as content.
    fn shared(&self, a: &[usize], b: &[usize]) -> (u64, u64) {
        let (mut weight, mut content) = (0, 0);
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            let (left, right) = (a[i], b[j]);
            if left == right {
                let leaf = &self.leaves[left];
                weight += leaf.weight;
                content += leaf.content;
            }
            i += usize::from(left <= right);
            j += usize::from(right <= left);
        }
        (weight, content)
    }
}

/// A possible pair; the greatest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    score: u64,
    likeness: usize,
    /// How far the places among the candidates are apart, so that objects that are all alike do
    /// not all want the same partner.
    offset: Reverse<usize>,
    old: Reverse<usize>,
    new: usize,
}

impl Rank {
    fn pair(self) -> Pair {
        Pair { old: self.old.0, new: self.new, score: self.score }
    }
}

/// How many letters two names begin and end with alike.
fn likeness(a: &str, b: &str) -> usize {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    start + end
}

/// All leaves of old and new objects, the rarest first, with their weights.
fn ranked(sides: &[Vec<Vec<Leaf>>; 2]) -> (Ranks, Vec<Known>) {
    let mut counts: BTreeMap<u64, (Leaf, [usize; 2])> = BTreeMap::new();
    for (side, objects) in sides.iter().enumerate() {
        for leaf in objects.iter().flatten() {
            counts.entry(leaf.hash).or_insert((*leaf, [0; 2])).1[side] += 1;
        }
    }
    let counts = counts.into_values();
    let mut order: Vec<_> = counts.map(|(leaf, [a, b])| (a.max(b), leaf)).collect();
    order.sort_unstable();
    let ranks = order.iter().enumerate().map(|(at, (_, leaf))| (leaf.hash, at)).collect();
    let most = sides[0].len().max(sides[1].len());
    let known = order.into_iter().map(|(count, leaf)| Known {
        weight: leaf.weight * u64::from(1 + (most / count).max(1).ilog2()),
        content: if leaf.is_content { leaf.weight } else { 0 },
        new: Vec::new(),
    });
    (ranks, known.collect())
}
