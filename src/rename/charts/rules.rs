//! Sub-trees that move alike.

use std::collections::BTreeMap;

use super::setting::Setting;
use crate::overrides::OverrideKey;

/// A place in the values of a component: keys that start with it move together.
type Place = (String, String);

/// How often keys of one place were found at another.
#[derive(Debug, Default)]
pub(super) struct Rules {
    votes: BTreeMap<Place, BTreeMap<Place, f64>>,
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
        for (from, to) in places(old, new) {
            let votes = self.votes.entry(from).or_default().entry(to.clone()).or_default();
            *votes += weight;
            let most = self.most.entry(to).or_default();
            *most = most.max(*votes);
        }
    }

    /// How strongly other keys say that `old` became `new`, and how many of those that the place
    /// lost say so; both from 0 to 1.
    pub(super) fn strength(&self, old: &Setting<'_>, new: &Setting<'_>, own: f64) -> (f64, f64) {
        let one = |(from, to): (Place, Place)| {
            let votes = self.votes.get(&from)?;
            let for_it = votes.get(&to).copied().unwrap_or_default() - own;
            if for_it < 0.3 {
                return None;
            }
            let all = votes.values().sum::<f64>() - own;
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

/// The places of which moving one onto the other turns the old key into the new one.
fn places(old: &Setting<'_>, new: &Setting<'_>) -> Vec<(Place, Place)> {
    let shared = old.names.iter().rev().zip(new.names.iter().rev()).take_while(|(a, b)| a == b);
    let place = |setting: &Setting<'_>, below: usize| {
        let names = &setting.names[..setting.names.len() - below];
        (setting.component().to_owned(), names.join("."))
    };
    let pairs = (1..=shared.count()).map(|below| (place(old, below), place(new, below)));
    pairs.filter(|(from, to)| from != to).collect()
}
