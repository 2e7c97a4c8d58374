//! The search for successors.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::{COMPONENT, COVER, Comparer, Features, MARGIN, MUTUAL, RULE};
use super::rules::Rules;
use super::setting::{Setting, Side, words};
use super::{KeyChange, Successor};
use crate::chart::{ChartIndex, Reach, Reference};
use crate::overrides::OverrideKey;
use crate::rename::words::folded;
use crate::rename::{Confidence, RenameKind};

/// From this score on, a key is a successor.
const ENOUGH: f64 = 0.0;

/// Parts of a split score alike.
const ALIKE: f64 = 0.3;

const OWN: Features = [
    1.04, 0.18, 2.31, 0.1, 0.1, 1.08, 0.22, 0.83, -2.41, 0.0, 0.83, 0.99, 1.36, 1.22, 0.82, 0.96,
    0.0, -0.8, 2.38, 0.0, 0.0,
];

/// What a pair of which nothing is known scores.
const OWN_START: f64 = -6.86;

/// What every feature adds to the score of a pair among all pairs.
const ALL: Features = [
    0.94, 0.32, 1.83, 0.05, 0.05, 0.77, 0.1, 0.36, -2.38, 3.44, 0.82, 0.1, 1.05, 0.49, 0.4, 0.0,
    1.96, 0.0, 1.58, 1.03, 1.7,
];

/// What a pair of which nothing is known scores among all pairs.
const ALL_START: f64 = -5.92;

/// Finds out what a hop does to keys.
#[derive(Debug)]
pub struct Comparison<'a> {
    comparer: Comparer<'a>,
    context: Context<'a>,
    postings: BTreeMap<String, Vec<usize>>,
    rules: Rules,
    related: BTreeSet<(String, String)>,
    heirs: BTreeSet<(String, String)>,
    /// The best score at which any lost key claims a new one.
    claims: BTreeMap<usize, (f64, OverrideKey)>,
    pairs: BTreeMap<usize, Vec<Pair>>,
}

/// What is known beside the charts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The components that the old release installs.
    pub old_components: &'a [String],
    /// The components that the new release installs.
    pub new_components: &'a [String],
}

#[derive(Debug, Clone)]
struct Pair {
    new: usize,
    features: Features,
    score: f64,
    /// Whether the new key was there before, in all the places that read it now.
    old: bool,
    /// Whether something speaks against it that nothing else outweighs.
    other: bool,
}

impl Pair {
    /// How likely it is, from 0 to 1, by what the two keys have in common alone.
    fn weight(&self) -> f64 {
        if self.old { 0.0 } else { sigmoid(2.0 * (own(&self.features) + 1.5)) }
    }
}

fn sigmoid(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

impl<'a> Comparison<'a> {
    /// Compares the charts of two releases.
    pub fn new(old: &'a ChartIndex, new: &'a ChartIndex, context: Context<'a>) -> Self {
        let comparer = Comparer::new(Side::new(old), Side::new(new));
        let postings = postings(&comparer.new);
        let mut comparison = Self {
            comparer,
            context,
            postings,
            rules: Rules::default(),
            related: BTreeSet::new(),
            heirs: BTreeSet::new(),
            claims: BTreeMap::new(),
            pairs: BTreeMap::new(),
        };
        let lost: Vec<usize> = comparison.lost().collect();
        comparison.propose(&lost);
        comparison.relate();
        comparison.propose(&lost);
        for _ in 0..3 {
            comparison.learn(&lost);
        }
        comparison
    }

    fn propose(&mut self, lost: &[usize]) {
        let pairs = lost.iter().map(|at| (*at, self.pairs(*at)));
        self.pairs = pairs.collect();
    }

    /// Finds out which components other components went into.
    fn relate(&mut self) {
        let mut votes: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (at, pairs) in &self.pairs {
            let Some(best) = pairs.first().filter(|it| 0.5 < it.weight()) else { continue };
            let component = |setting: &Setting<'_>| setting.key.component.clone().unwrap_or_default();
            let old = component(&self.comparer.old.settings[*at]);
            let new = component(&self.comparer.new.settings[best.new]);
            *votes.entry((old, new)).or_default() += 1;
        }
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        let mut lost: BTreeMap<String, usize> = BTreeMap::new();
        for ((old, _), votes) in &votes {
            *all.entry(old.clone()).or_default() += votes;
        }
        for at in self.pairs.keys() {
            let component = self.comparer.old.settings[*at].key.component.clone();
            *lost.entry(component.unwrap_or_default()).or_default() += 1;
        }
        let many = |((old, _), votes): &(&(String, String), &usize)| {
            all[old] <= 4 * **votes && lost[old] <= 8 * **votes
        };
        self.heirs = votes.iter().filter(many).map(|it| it.0.clone()).collect();
        self.related = votes.into_iter().filter(|it| 2 <= it.1).map(|it| it.0).collect();
    }

    /// All keys that lost what read them.
    pub fn changes(&self) -> Vec<KeyChange> {
        let settings = &self.comparer.old.settings;
        let lost = self.pairs.iter();
        let changes = lost.map(|(at, pairs)| self.change(&settings[*at], pairs));
        let mut changes: Vec<KeyChange> = changes.collect();
        let (old, new) = (self.comparer.old.index, self.comparer.new.index);
        super::kind::decide(&mut changes, old, new);
        changes
    }

    fn lost(&self) -> impl Iterator<Item = usize> {
        let settings = self.comparer.old.settings.iter().zip(0..);
        settings.filter(|(it, _)| self.is_lost(it)).map(|it| it.1)
    }

    fn is_lost(&self, setting: &Setting<'_>) -> bool {
        let component = setting.key.component.as_deref().unwrap_or_default();
        let key = &setting.key.key;
        let has = |list: &[String]| list.iter().any(|it| it == component);
        let stays = !has(self.context.old_components) || has(self.context.new_components);
        if stays && self.comparer.new.is_live(component, key) {
            return self.is_unlisted(component, key);
        }
        self.comparer.old.is_live(component, key) || !self.comparer.new.lists(component, key)
    }

    /// Whether a key left the values although something still passes on all that is around it: in
    /// a map that is passed on as a whole, a key can be renamed without a trace in the templates.
    fn is_unlisted(&self, component: &str, key: &str) -> bool {
        let (old, new) = (&self.comparer.old, &self.comparer.new);
        let whole = |it: &(&Reference, Reach)| it.1 == Reach::Whole || it.0.key.contains('*');
        let chart = new.index.get(component);
        old.lists(component, key)
            && !new.lists(component, key)
            && chart.is_some_and(|it| it.readers(key).iter().all(whole))
    }

    /// Scores all pairs again by what the others say.
    fn learn(&mut self, lost: &[usize]) {
        self.claims = self.claim();
        self.rules = self.vote(lost);
        let again = self.pairs.iter().map(|(at, pairs)| (*at, self.again(*at, pairs.clone())));
        self.pairs = again.collect();
    }

    /// Which lost key fits every new key best.
    fn claim(&self) -> BTreeMap<usize, (f64, OverrideKey)> {
        let mut claims: BTreeMap<usize, (f64, OverrideKey)> = BTreeMap::new();
        for (at, pairs) in &self.pairs {
            let Some(best) = pairs.first() else { continue };
            let claim = (own(&best.features), self.comparer.old.settings[*at].key.clone());
            let known = claims.entry(best.new).or_insert_with(|| claim.clone());
            if known.0 < claim.0 {
                *known = claim;
            }
        }
        claims
    }

    fn vote(&self, lost: &[usize]) -> Rules {
        let mut rules = Rules::default();
        for at in lost {
            let setting = &self.comparer.old.settings[*at];
            rules.lose(setting);
            let Some(best) = self.pairs.get(at).and_then(|it| it.first()) else { continue };
            let weight = self.weight(setting, best);
            if 0.1 < weight {
                rules.vote(setting, &self.comparer.new.settings[best.new], weight);
            }
        }
        rules
    }

    /// How much a pair says about where the keys around it went.
    fn weight(&self, old: &Setting<'_>, pair: &Pair) -> f64 {
        let ahead = self.ahead(old, pair);
        pair.weight() * if 0.5 < ahead { 0.15 } else { 1.0 }
    }

    /// How far ahead another key is that claims the new key.
    fn ahead(&self, old: &Setting<'_>, pair: &Pair) -> f64 {
        let claim = self.claims.get(&pair.new).filter(|it| it.1 != old.key);
        claim.map_or(0.0, |it| (it.0 - own(&pair.features)).max(0.0))
    }

    fn again(&self, at: usize, mut pairs: Vec<Pair>) -> Vec<Pair> {
        let setting = &self.comparer.old.settings[at];
        let known: BTreeSet<usize> = pairs.iter().map(|it| it.new).collect();
        for target in self.rules.targets(setting) {
            if let Some(new) = self.comparer.new.find(&target).filter(|it| !known.contains(it)) {
                pairs.extend(self.pair(at, new));
            }
        }
        let voted = pairs.first().map(|it| (it.new, self.weight(setting, it)));
        for pair in &mut pairs {
            let voted_for = voted.filter(|it| it.0 == pair.new).map_or(0.0, |it| it.1);
            let new = &self.comparer.new.settings[pair.new];
            let (strength, cover) = self.rules.strength(setting, new, voted_for);
            pair.features[RULE] = strength;
            pair.features[COVER] = cover;
            if self.belong(setting, new) {
                pair.features[COMPONENT] = 1.0;
            }
            let ahead = self.ahead(setting, pair);
            let shared = is_global(&new.key.key) && 0.75 <= pair.features[0];
            pair.features[MUTUAL] = if shared { 1.0 } else { 1.0 - (ahead / 1.5).min(1.0) };
            pair.other = (!shared && 0.3 < ahead)
                || is_elsewhere(&pair.features, setting, new)
                || self.is_common(setting, new)
                || self.is_stray(setting, new);
            pair.features[MARGIN] = 0.0;
            pair.score = score(pair);
        }
        sort(&mut pairs);
        let scores: Vec<f64> = pairs.iter().map(|it| it.score).collect();
        for (at, pair) in pairs.iter_mut().enumerate() {
            let other = scores.get(usize::from(at == 0)).copied().unwrap_or(ALL_START);
            pair.features[MARGIN] = ((pair.score - other) / 3.0).clamp(-1.0, 1.0);
            pair.score = score(pair);
        }
        sort(&mut pairs);
        pairs
    }

    /// Whether a component went into another one.
    fn belong(&self, old: &Setting<'_>, new: &Setting<'_>) -> bool {
        let component = |it: &Setting<'_>| it.key.component.clone().unwrap_or_default();
        let old = component(old);
        self.comparer.new.index.get(&old).is_none() && self.heirs.contains(&(old, component(new)))
    }

    /// Whether nothing read the old key, so that only its place tells what it was for, and the new
    /// one has another place: another chart.
    fn is_stray(&self, old: &Setting<'_>, new: &Setting<'_>) -> bool {
        let chart = |side: &Side<'_>, it: &Setting<'_>| {
            let chart = side.index.get(it.key.component.as_deref().unwrap_or_default());
            let prefixes = chart.iter().flat_map(|it| &it.subcharts);
            let above = prefixes.filter(|prefix| it.key.key.starts_with(&format!("{prefix}.")));
            above.max_by_key(|it| it.len()).cloned()
        };
        old.uses.is_empty() && chart(&self.comparer.old, old) != chart(&self.comparer.new, new)
    }

    /// Whether it is one global key that several components read already before.
    fn is_common(&self, old: &Setting<'_>, new: &Setting<'_>) -> bool {
        let key = &old.key.key;
        let (before, after) = (self.comparer.old.index, self.comparer.new.index);
        let others = before.iter().filter(|it| Some(&it.name) != old.key.component.as_ref());
        let stays = |name: &str| after.get(name).is_some_and(|it| it.is_live(key));
        let shared = || others.filter(|it| it.is_live(key)).any(|it| stays(&it.name));
        is_global(key) && *key == new.key.key && (old.leaf.is_none() || shared())
    }

    fn pair(&self, at: usize, new: usize) -> Option<Pair> {
        let old = &self.comparer.old.settings[at];
        let setting = &self.comparer.new.settings[new];
        let component = setting.key.component.as_deref().unwrap_or_default();
        if !self.comparer.new.is_live(component, &setting.key.key) || setting.key == old.key {
            return None;
        }
        let features = self.comparer.features(at, new);
        let old = self.is_old(setting);
        Some(Pair { new, features, score: own(&features), old, other: false })
    }

    /// Whether a setting was there before and has got no new use.
    fn is_old(&self, new: &Setting<'_>) -> bool {
        let before = self.comparer.old.find(&new.key);
        before.is_some_and(|at| {
            let old = &self.comparer.old.settings[at];
            let known = |text: &str| old.uses.iter().any(|it| it.text == text);
            !old.uses.is_empty()
                && new.uses.iter().all(|it| it.fed_by.contains(&at) || known(&it.text))
        })
    }

    fn pairs(&self, at: usize) -> Vec<Pair> {
        let old = &self.comparer.old.settings[at];
        let own = old.key.component.as_deref().unwrap_or_default();
        let mut numbers = BTreeSet::new();
        for feature in features(old) {
            let found = self.postings.get(&feature).map(Vec::as_slice).unwrap_or_default();
            let telling = found.len() <= 12;
            let near = |it: &&usize| {
                let component = self.comparer.new.settings[**it].key.component.as_deref();
                let fresh = self.comparer.old.index.get(component.unwrap_or_default()).is_none();
                let related = || {
                    let pair = (own.to_owned(), component.unwrap_or_default().to_owned());
                    self.related.contains(&pair)
                };
                telling || fresh || component == Some(own) || related()
            };
            numbers.extend(found.iter().filter(near).copied());
        }
        let mut pairs: Vec<Pair> = numbers.into_iter().filter_map(|it| self.pair(at, it)).collect();
        sort(&mut pairs);
        pairs.truncate(40);
        pairs
    }

    /// Whether all of the best candidates took the place of a key: they differ in one name, none
    /// of them was there before, and no other key claims any of them.
    fn is_split(&self, old: &Setting<'_>, chosen: &[&Pair]) -> bool {
        let setting = |it: &Pair| &self.comparer.new.settings[it.new];
        let Some(first) = chosen.first() else { return false };
        let names = &setting(first).names;
        let parallel = |it: &&Pair| {
            let other = &setting(it).names;
            let differ = names.iter().zip(other).filter(|(a, b)| a != b).count();
            names.len() == other.len() && differ <= 1 && setting(it).key.component == setting(first).key.component
        };
        let free = |it: &&Pair| {
            it.features[8] == 0.0 && self.claims.get(&it.new).is_none_or(|it| it.1 == old.key)
        };
        let placed = |it: &&Pair| 0.5 < it.features[0];
        (2..=4).contains(&chosen.len())
            && chosen.iter().all(parallel)
            && chosen.iter().all(free)
            && chosen.iter().all(placed)
    }

    fn change(&self, old: &Setting<'_>, pairs: &[Pair]) -> KeyChange {
        let key = |it: &Pair| self.comparer.new.settings[it.new].key.clone();
        let mut pairs: Vec<Pair> = pairs.to_vec();
        sort(&mut pairs);
        let best = pairs.first().map_or(f64::MIN, |it| it.score);
        let chosen = pairs.iter().filter(|it| ENOUGH <= it.score && best - ALIKE <= it.score);
        let mut chosen: Vec<&Pair> = chosen.collect();
        if !self.is_split(old, &chosen) {
            chosen.truncate(1);
        }
        let nearest = pairs.iter().filter(|it| -4.0 < it.score).take(3).map(key).collect();
        let to = chosen.iter().map(|it| Successor {
            key: key(it),
            confidence: Confidence::new(1.0 / (1.0 + (-it.score).exp())),
            features: it.features.to_vec(),
        });
        KeyChange {
            from: old.key.clone(),
            kind: (!chosen.is_empty()).then_some(RenameKind::Renamed),
            to: to.collect(),
            nearest,
        }
    }

    /// For tuning.
    pub fn explain(&self, key: &OverrideKey) -> Vec<(OverrideKey, f64, Vec<f64>)> {
        let Some(at) = self.comparer.old.find(key) else { return Vec::new() };
        let pairs = self.pairs.get(&at).map(Vec::as_slice).unwrap_or_default();
        pairs
            .iter()
            .map(|it| {
                let key = self.comparer.new.settings[it.new].key.clone();
                (key, it.score, it.features.to_vec())
            })
            .collect()
    }
}

fn own(features: &Features) -> f64 {
    OWN_START + features.iter().zip(OWN).map(|(a, b)| a * b).sum::<f64>()
}

fn score(pair: &Pair) -> f64 {
    let sum = ALL_START + pair.features.iter().zip(ALL).map(|(a, b)| a * b).sum::<f64>();
    if pair.other || (pair.old && pair.features[RULE] < 0.5) { sum.min(-2.0) } else { sum }
}

/// Whether the new key does to another object what the old one did, and nothing else speaks for it.
fn is_elsewhere(features: &Features, old: &Setting<'_>, new: &Setting<'_>) -> bool {
    let (place, other) = (features[0], features[17]);
    let kept = features[11] == 1.0 && 2 < old.names.len() && old.names.len() < new.names.len();
    (0.35 < other && place < 0.3 && !kept) || (0.5 < other && place < 0.45 && features[RULE] < 0.3)
}

fn is_global(key: &str) -> bool {
    key.starts_with("global.")
}

fn sort(pairs: &mut [Pair]) {
    pairs.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.new.cmp(&b.new)));
}

/// What a setting can be found by.
fn features(setting: &Setting<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let names: Vec<String> = setting.names.iter().map(|it| folded(it)).collect();
    if let Some(last) = setting.names.last() {
        found.insert(format!("leaf {}", folded(last)));
        let mut parts = words(last);
        parts.sort();
        found.insert(format!("words {}", parts.join(" ")));
    }
    if let [.., a, b] = names.as_slice() {
        found.insert(format!("end {a} {b}"));
    }
    for it in &setting.uses {
        let sink = &it.reference.sink;
        let item = sink.item.as_deref().unwrap_or_default();
        let field = it.field.join(".");
        if let Some(env) = &sink.env {
            found.insert(format!("env {env}"));
        }
        found.insert(format!("line {}", it.text));
        found.insert(format!("sink {} {field} {item}", sink.kind));
        found.insert(format!("field {} {field}", sink.kind));
        let tail = it.field.iter().rev().take(2).cloned().collect::<Vec<_>>().join(" ");
        found.insert(format!("tail {tail}"));
        found.insert(format!("flag {}", it.line.join(" ")));
    }
    found
}

fn postings(side: &Side<'_>) -> BTreeMap<String, Vec<usize>> {
    let mut postings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (setting, at) in side.settings.iter().zip(0..) {
        for feature in features(setting) {
            postings.entry(feature).or_default().push(at);
        }
    }
    postings
}

impl Comparison<'_> {
    /// What happens to one key, whether or not the charts list it; none if it is still read.
    pub fn fate(&self, key: &OverrideKey) -> Option<KeyChange> {
        if key.component.is_some() {
            return None;
        }
        let at =
            |component: &str| self.comparer.old.find(&OverrideKey::new(Some(component), &key.key));
        let mut to: BTreeMap<OverrideKey, Successor> = BTreeMap::new();
        let mut any = false;
        for chart in self.comparer.old.index.iter() {
            let Some(at) = at(&chart.name) else { continue };
            let Some(pairs) = self.pairs.get(&at) else { continue };
            any = true;
            for it in self.change(&self.comparer.old.settings[at], pairs).to {
                to.entry(it.key.clone()).or_insert(it);
            }
        }
        any.then(|| KeyChange {
            from: key.clone(),
            kind: Some(RenameKind::Renamed),
            to: to.into_values().collect(),
            nearest: Vec::new(),
        })
    }
}
