//! Sub-trees that move alike.

use std::collections::BTreeMap;

use super::hash::{hash, join};
use super::setting::{Setting, Side};

/// A place in the values of a component: keys that start with it move together.
type Place = u64;

/// What one name below a place can add: many keys in one map below it only tell where that went.
const MOST: f64 = 1.5;

/// Fewer votes say nothing.
const MINIMUM: f64 = 0.3;

/// The votes for a place, by the name below the old place that the key has.
#[derive(Debug, Default)]
struct Votes {
    parts: BTreeMap<Place, f64>,
}

impl Votes {
    /// All votes, without `own` ones of a part.
    fn sum(&self, part: Place, own: f64) -> f64 {
        let without = |it: (&Place, &f64)| if *it.0 == part { it.1 - own } else { *it.1 };
        self.parts.iter().map(|it| without(it).clamp(0.0, MOST)).sum()
    }
}

/// How often keys of one place were found at another.
#[derive(Debug, Default)]
pub(super) struct Rules {
    votes: BTreeMap<Place, BTreeMap<Place, Votes>>,
    lost: BTreeMap<Place, f64>,
    /// The most votes that any old place has for a new one.
    most: BTreeMap<Place, f64>,
}

impl Rules {
    /// Counts a lost key for every place above it.
    pub(super) fn lose(&mut self, old: &Setting<'_>) {
        for place in &old.path[..old.names.len()] {
            *self.lost.entry(*place).or_default() += 1.0;
        }
    }

    /// Counts a pair for every place above the names that both keys end with.
    pub(super) fn vote(&mut self, old: &Setting<'_>, new: &Setting<'_>, weight: f64) {
        for (from, to, part) in places(old, new) {
            let votes = self.votes.entry(from).or_default().entry(to).or_default();
            *votes.parts.entry(part).or_default() += weight;
            let sum = votes.sum(0, 0.0);
            let most = self.most.entry(to).or_default();
            *most = most.max(sum);
        }
    }

    /// How strongly other keys say that `old` became `new`, and how many of those that the place
    /// lost say so; both from 0 to 1.
    pub(super) fn strength(&self, old: &Setting<'_>, new: &Setting<'_>, own: f64) -> (f64, f64) {
        let one = |(from, to, part): (Place, Place, Place)| {
            let votes = self.votes.get(&from)?;
            let for_it = votes.get(&to).map_or(0.0, |it| it.sum(part, own));
            if for_it < MINIMUM {
                return None;
            }
            let others = votes.iter().filter(|it| *it.0 != to).map(|it| it.1.sum(0, 0.0));
            let all = for_it + others.sum::<f64>();
            let lost = self.lost.get(&from).copied().unwrap_or(1.0) - 1.0;
            let most = self.most.get(&to).copied().unwrap_or(for_it).max(for_it);
            let first = 0.2 + 0.8 * (1.5 * for_it / most).min(1.0);
            let strength = first * (for_it / all) * (for_it / (for_it + 1.0));
            let cover = for_it / lost.max(for_it);
            // That a few keys are called alike in an unrelated component says little.
            let near =
                if old.component() == new.component() { 1.0 } else { (3.0 * cover).min(1.0) };
            Some((near * strength, cover))
        };
        let found = places(old, new).filter_map(one);
        found.fold((0.0, 0.0), |a, b| if a.0 < b.0 { b } else { a })
    }

    /// The new settings that places above `old` lead to.
    pub(super) fn targets(&self, old: &Setting<'_>, new: &Side<'_>) -> Vec<usize> {
        let names: Vec<u64> = old.names.iter().map(|it| hash(it)).collect();
        let mut targets = Vec::new();
        for (place, at) in old.path[..names.len()].iter().zip(0..) {
            let led = self.votes.get(place).into_iter().flatten();
            let led = led.filter(|it| MINIMUM <= it.1.sum(0, 0.0));
            let keys = led.map(|(to, _)| names[at..].iter().fold(*to, |a, b| join(a, *b)));
            targets.extend(keys.filter_map(|it| new.at(it)));
        }
        targets
    }
}

/// The places of which moving one onto the other turns the old key into the new one, with the
/// place below each old one.
fn places(old: &Setting<'_>, new: &Setting<'_>) -> impl Iterator<Item = (Place, Place, Place)> {
    let shared = old.names.iter().rev().zip(new.names.iter().rev()).take_while(|(a, b)| a == b);
    let (a, b) = (old.path.iter().rev(), new.path.iter().rev());
    let pairs = a.clone().skip(1).zip(b.skip(1)).zip(a).take(shared.count());
    pairs.map(|((from, to), part)| (*from, *to, *part)).filter(|it| it.0 != it.1)
}
