//! Documents that stand on both sides.

use std::collections::{BTreeMap, VecDeque};

/// The indices of two documents with the same text, old and new.
pub(super) type Pair = [usize; 2];

/// The text of a document, and whether it is JSON: the same text may read differently as YAML.
pub(super) type Text<'a> = (&'a str, bool);

/// The documents whose text stands on both sides, and the others.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// The indices of documents with the same text, old and new.
    pub(super) pairs: Vec<Pair>,
    /// The indices of the documents that stand on one side only, old and new.
    pub(super) rest: [Vec<usize>; 2],
    /// Whether the new documents of the pairs stand in another order than the old ones.
    pub(super) moved: bool,
}

impl Twins {
    /// Matches the texts of both sides, the first of several with the first.
    pub(super) fn of([old, new]: &[Vec<Text<'_>>; 2]) -> Self {
        let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let mut places: BTreeMap<&Text<'_>, VecDeque<usize>> = BTreeMap::new();
        for (at, text) in old.iter().enumerate().skip(same) {
            places.entry(text).or_default().push_back(at);
        }
        let mut twins = Self { pairs: (0..same).map(|at| [at, at]).collect(), ..Self::default() };
        for (at, text) in new.iter().enumerate().skip(same) {
            match places.get_mut(text).and_then(VecDeque::pop_front) {
                Some(twin) => twins.pairs.push([twin, at]),
                None => twins.rest[1].push(at),
            }
        }
        twins.rest[0] = places.into_values().flatten().collect();
        twins.rest[0].sort_unstable();
        twins.moved = !twins.pairs.is_sorted();
        twins
    }
}
