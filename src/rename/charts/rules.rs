//! Sub-trees that move alike.

use std::collections::BTreeMap;

use super::setting::Setting;
use crate::overrides::OverrideKey;

/// A place in the values of a component: keys that start with it move together.
type Place = (String, String);

/// What one name below a place can add: many keys in one map below it only tell where that went.
const MOST: f64 = 1.5;

/// The votes for a place, by the name below the old place that the key has.
#[derive(Debug, Default)]
struct Votes {
    parts: BTreeMap<String, f64>,
}

impl Votes {
    /// All votes, without `own` ones of a part.
    fn sum(&self, part: &str, own: f64) -> f64 {
        let without = |it: (&String, &f64)| if it.0 == part { it.1 - own } else { *it.1 };
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
        let component = old.component().to_owned();
        for at in 0..old.names.len() {
            let place = (component.clone(), old.names[..at].join("."));
            *self.lost.entry(place).or_default() += 1.0;
        }
    }

    /// Counts a pair for every place above the names that both keys end with.
    pub(super) fn vote(&mut self, old: &Setting<'_>, new: &Setting<'_>, weight: f64) {
        for (from, to, part) in places(old, new) {
            let votes = self.votes.entry(from).or_default().entry(to.clone()).or_default();
            *votes.parts.entry(part.to_owned()).or_default() += weight;
            let sum = votes.sum("", 0.0);
            let most = self.most.entry(to).or_default();
            *most = most.max(sum);
        }
    }

    /// How strongly other keys say that `old` became `new`, and how many of those that the place
    /// lost say so; both from 0 to 1.
    pub(super) fn strength(&self, old: &Setting<'_>, new: &Setting<'_>, own: f64) -> (f64, f64) {
        let one = |(from, to, part): (Place, Place, &str)| {
            let votes = self.votes.get(&from)?;
            let for_it = votes.get(&to).map_or(0.0, |it| it.sum(part, own));
            if for_it < 0.3 {
                return None;
            }
            let others = votes.iter().filter(|it| *it.0 != to).map(|it| it.1.sum("", 0.0));
            let all = for_it + others.sum::<f64>();
            let lost = self.lost.get(&from).copied().unwrap_or(1.0) - 1.0;
            let most = self.most.get(&to).copied().unwrap_or(for_it).max(for_it);
            let first = 0.2 + 0.8 * (1.5 * for_it / most).min(1.0);
            let strength = first * (for_it / all) * (for_it / (for_it + 1.0));
            let cover = for_it / lost.max(for_it);
            // That a few keys are called alike in an unrelated component says little.
            let near = if from.0 == to.0 { 1.0 } else { (3.0 * cover).min(1.0) };
            Some((near * strength, cover))
        };
        let found = places(old, new).into_iter().filter_map(one);
        found.fold((0.0, 0.0), |a, b| if a.0 < b.0 { b } else { a })
    }

    /// The keys that places above `old` would lead to.
    pub(super) fn targets(&self, old: &Setting<'_>) -> Vec<OverrideKey> {
        let component = old.component().to_owned();
        let mut targets = Vec::new();
        for at in 0..old.names.len() {
            let from = (component.clone(), old.names[..at].join("."));
            let rest = old.names[at..].join(".");
            for (component, prefix) in self.votes.get(&from).into_iter().flat_map(BTreeMap::keys) {
                let key = if prefix.is_empty() { rest.clone() } else { format!("{prefix}.{rest}") };
                targets.push(OverrideKey::new(Some(component), &key));
            }
        }
        targets
    }
}

/// The places of which moving one onto the other turns the old key into the new one, with the old
/// name below each.
fn places<'a>(old: &'a Setting<'_>, new: &Setting<'_>) -> Vec<(Place, Place, &'a str)> {
    let shared = old.names.iter().rev().zip(new.names.iter().rev()).take_while(|(a, b)| a == b);
    let place = |setting: &Setting<'_>, below: usize| {
        let names = &setting.names[..setting.names.len() - below];
        (setting.component().to_owned(), names.join("."))
    };
    let part = |below: usize| old.names[old.names.len() - below].as_str();
    let pairs =
        (1..=shared.count()).map(|below| (place(old, below), place(new, below), part(below)));
    pairs.filter(|it| it.0 != it.1).collect()
}
