//! The search for successors.
//!
//! # Decisions
//! * All lost keys are looked at together. A key's best candidate says where the keys around it
//!   went, as much as it is likely by itself; that counts for all of them in the next round.
//! * A new key has one predecessor unless several fit it alike: a lost key that another one beats
//!   by far is no predecessor.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::changed::{changed, is_uninstalled};
use super::features::{ALL_START, Features};
use super::pair::Comparer;
use super::rules::Rules;
use super::setting::{Setting, Side};
use super::{Context, reject};
use crate::chart::{ChartIndex, Kind, Reach, Reference, ValueLeaf};

/// What speaks so strongly against a pair that nothing outweighs it leaves it at this score.
const REJECTED: f64 = -2.0;
/// The moves of other keys that make it plausible that a key went where another one was before.
const ROOM: f64 = 0.5;
/// So many pairs of a key are kept.
const KEPT: usize = 40;
/// How often pairs are judged again by what others say.
const ROUNDS: usize = 3;

/// An old key and a new one that may be its successor.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// The number of the new setting.
    pub(super) new: usize,
    pub(super) features: Features,
    pub(super) score: f64,
    /// Whether the new key was there before, in all the places that read it now.
    old: bool,
}

/// The pairs of two releases.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) comparer: Comparer<'a>,
    context: Context<'a>,
    rules: Rules,
    /// The components that other components went into, in part.
    related: BTreeSet<(String, String)>,
    /// Those that they went into for a good deal.
    heirs: BTreeSet<(String, String)>,
    /// The old key that fits a new one best, and how well.
    claims: BTreeMap<usize, (f64, usize)>,
    /// The texts that name a lost key, if any does.
    texts: BTreeMap<usize, Vec<&'a str>>,
    /// The candidates of every lost key, best first.
    pub(super) pairs: BTreeMap<usize, Vec<Pair>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(old: &'a ChartIndex, new: &'a ChartIndex, context: Context<'a>) -> Self {
        let (before, after) = changed(old, new, context);
        let mut search = Self {
            comparer: Comparer::new(Side::new(old, &before), Side::new(new, &after)),
            context,
            rules: Rules::default(),
            related: BTreeSet::new(),
            heirs: BTreeSet::new(),
            claims: BTreeMap::new(),
            texts: BTreeMap::new(),
            pairs: BTreeMap::new(),
        };
        let settings = search.comparer.old.settings.iter().zip(0..);
        let lost = settings.filter(|it| search.is_lost(it.0)).map(|it| (it.1, Vec::new()));
        search.pairs = lost.collect();
        search.texts = search.pairs.keys().map(|at| (*at, search.texts_naming(*at))).collect();
        let candidates = Candidates::of(&search.comparer.new);
        search.propose(&candidates, |_| true);
        search.relate();
        // Only what other components went into has come nearer.
        let from: BTreeSet<String> = search.related.iter().map(|it| it.0.clone()).collect();
        search.propose(&candidates, |component| from.contains(component));
        for _ in 0..ROUNDS {
            search.learn();
        }
        search
    }

    /// The setting of a number in the old release.
    pub(super) fn old(&self, at: usize) -> &Setting<'a> {
        &self.comparer.old.settings[at]
    }

    /// The setting of a number in the new release.
    pub(super) fn new_setting(&self, at: usize) -> &Setting<'a> {
        &self.comparer.new.settings[at]
    }

    /// Whether a component that the old release installs is not among those of the new one.
    fn is_uninstalled(&self, component: &str) -> bool {
        is_uninstalled(self.context, component)
    }

    fn is_lost(&self, setting: &Setting<'_>) -> bool {
        let (component, key) = (setting.component(), setting.key.key.as_str());
        let (new, read) = (&self.comparer.new, self.comparer.new.read(setting));
        if read.part && setting.leaf.is_some_and(is_single) && new.is_map(component, key) {
            return true;
        }
        if read.live && !self.is_uninstalled(component) {
            return self.is_unlisted(component, key);
        }
        setting.read.live || !new.lists(component, key)
    }

    /// Whether a key left the values although something still passes on all that is around it: in
    /// a map that is passed on as a whole, a key can be renamed without a trace in the templates.
    pub(super) fn is_unlisted(&self, component: &str, key: &str) -> bool {
        let (old, new) = (&self.comparer.old, &self.comparer.new);
        let whole = |it: &(&Reference, Reach)| it.1 == Reach::Whole || it.0.key.contains('*');
        let chart = new.index.get(component).filter(|_| !self.is_uninstalled(component));
        old.lists(component, key)
            && !new.lists(component, key)
            && chart.is_some_and(|it| it.is_live(key) && it.readers(key).iter().all(whole))
    }

    /// Adds candidates for the lost keys of some components.
    fn propose(&mut self, candidates: &Candidates, of: impl Fn(&str) -> bool) {
        let pairs = std::mem::take(&mut self.pairs).into_iter();
        let pairs = pairs.map(|(at, known)| {
            if of(self.old(at).component()) {
                (at, self.proposed(at, known, candidates))
            } else {
                (at, known)
            }
        });
        self.pairs = pairs.collect();
    }

    fn proposed(&self, at: usize, known: Vec<Pair>, candidates: &Candidates) -> Vec<Pair> {
        let own = self.old(at).component();
        let near = |component: &str| {
            let fresh = self.comparer.old.index.get(component).is_none();
            fresh
                || component == own
                || self.related.contains(&(own.to_owned(), component.to_owned()))
        };
        let near: Vec<bool> = self.comparer.new.index.iter().map(|it| near(&it.name)).collect();
        let near = |new: usize| near[self.new_setting(new).chart];
        let mut found = candidates.find(self.old(at), near);
        found.retain(|new| !known.iter().any(|it| it.new == *new));
        let mut pairs = known;
        pairs.extend(found.into_iter().filter_map(|new| self.pair(at, new)));
        sort(&mut pairs);
        pairs.truncate(KEPT);
        pairs
    }

    /// The texts that name an old key.
    fn texts_naming(&self, at: usize) -> Vec<&'a str> {
        let texts = self.context.texts.iter().copied();
        texts.filter(|it| reject::names(it, self.old(at))).collect()
    }

    fn pair(&self, at: usize, new: usize) -> Option<Pair> {
        let (old, setting) = (self.old(at), self.new_setting(new));
        if !setting.read.live || setting.path.last() == old.path.last() {
            return None;
        }
        let mut features = self.comparer.features(at, new);
        let texts = self.texts.get(&at);
        let named = texts.is_some_and(|it| it.iter().any(|it| reject::names(it, setting)));
        features.documents = f64::from(u8::from(named));
        Some(Pair { new, features, score: features.own(), old: self.is_old(new) })
    }

    /// Whether a setting was there before and has got no new use.
    fn is_old(&self, new: usize) -> bool {
        let Some(at) = self.comparer.before(new) else { return false };
        let uses = &self.old(at).uses;
        let known = |text: u64| uses.iter().any(|it| it.text == text);
        let new = self.new_setting(new);
        !uses.is_empty() && new.uses.iter().all(|it| it.fed_by.contains(&at) || known(it.text))
    }

    /// Finds out which components other components went into.
    fn relate(&mut self) {
        let mut votes: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        let mut lost: BTreeMap<String, usize> = BTreeMap::new();
        for (at, pairs) in &self.pairs {
            let old = self.old(*at).component().to_owned();
            *lost.entry(old.clone()).or_default() += 1;
            let likely = |it: &&Pair| !it.old && 0.5 < it.features.likely();
            let Some(best) = pairs.first().filter(likely) else { continue };
            *all.entry(old.clone()).or_default() += 1;
            let new = self.new_setting(best.new).component().to_owned();
            *votes.entry((old, new)).or_default() += 1;
        }
        let much = |(pair, votes): &(&(String, String), &usize)| {
            all[&pair.0] <= 4 * **votes && lost[&pair.0] <= 8 * **votes
        };
        self.heirs = votes.iter().filter(much).map(|it| it.0.clone()).collect();
        self.related = votes.into_iter().filter(|it| 2 <= it.1).map(|it| it.0).collect();
    }

    /// Judges all pairs again by what the others say.
    fn learn(&mut self) {
        self.claims = self.claim();
        self.rules = self.vote();
        let pairs = std::mem::take(&mut self.pairs).into_iter();
        self.pairs = pairs.map(|(at, pairs)| (at, self.again(at, pairs))).collect();
    }

    /// Which lost key fits every new key best.
    fn claim(&self) -> BTreeMap<usize, (f64, usize)> {
        let mut claims: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for (at, pairs) in &self.pairs {
            let Some(best) = pairs.first() else { continue };
            let claim = (best.features.own(), *at);
            let known = claims.entry(best.new).or_insert(claim);
            if known.0 < claim.0 {
                *known = claim;
            }
        }
        claims
    }

    fn vote(&self) -> Rules {
        let mut rules = Rules::default();
        for (at, pairs) in &self.pairs {
            rules.lose(self.old(*at));
            let Some(best) = pairs.first() else { continue };
            let weight = self.weight(*at, best);
            if 0.1 < weight {
                rules.vote(self.old(*at), self.new_setting(best.new), weight);
            }
        }
        rules
    }

    /// How much a pair says about where the keys around it went.
    fn weight(&self, at: usize, pair: &Pair) -> f64 {
        let likely = if pair.old { 0.0 } else { pair.features.likely() };
        likely * if 0.5 < self.ahead(at, pair) { 0.15 } else { 1.0 }
    }

    /// How far ahead another key is that claims the new key.
    fn ahead(&self, at: usize, pair: &Pair) -> f64 {
        let claim = self.claims.get(&pair.new).filter(|it| it.1 != at);
        claim.map_or(0.0, |it| (it.0 - pair.features.own()).max(0.0))
    }

    /// Whether several keys may well have become the new one: a global key that feeds the same
    /// fields, or one of a chart that several charts went into, where all of them had such a key.
    fn is_merged(&self, at: usize, pair: &Pair) -> bool {
        let (old, new) = (self.old(at), self.new_setting(pair.new));
        let Some((_, rival)) = self.claims.get(&pair.new) else { return false };
        let rival = self.old(*rival);
        let went = |home: f64| (0.75..1.0).contains(&home);
        let chart = went(pair.features.home)
            && went(self.comparer.home(rival, new))
            && old.homes.is_disjoint(&rival.homes)
            && old.names.last() == rival.names.last();
        chart || reject::is_shared(&pair.features, new)
    }

    /// Whether no other lost key has the new one as its best candidate.
    pub(super) fn is_free(&self, at: usize, new: usize) -> bool {
        self.claims.get(&new).is_none_or(|it| it.1 == at)
    }

    fn again(&self, at: usize, mut pairs: Vec<Pair>) -> Vec<Pair> {
        let known: BTreeSet<usize> = pairs.iter().map(|it| it.new).collect();
        let led: BTreeSet<usize> =
            self.rules.targets(self.old(at), &self.comparer.new).into_iter().collect();
        pairs.extend(led.difference(&known).filter_map(|it| self.pair(at, *it)));
        let voted = pairs.first().map(|it| (it.new, self.weight(at, it)));
        for pair in &mut pairs {
            let own = voted.filter(|it| it.0 == pair.new).map_or(0.0, |it| it.1);
            self.judge(at, pair, own);
        }
        sort(&mut pairs);
        let scores: Vec<f64> = pairs.iter().map(|it| it.score).collect();
        for (pair, place) in pairs.iter_mut().zip(0_usize..) {
            let other = scores.get(usize::from(place == 0)).copied().unwrap_or(ALL_START);
            pair.features.margin = ((pair.score - other) / 3.0).clamp(-1.0, 1.0);
            pair.score = self.score(at, pair);
        }
        sort(&mut pairs);
        pairs
    }

    fn judge(&self, at: usize, pair: &mut Pair, own: f64) {
        let (old, new) = (self.old(at), self.new_setting(pair.new));
        (pair.features.rule, pair.features.cover) = self.rules.strength(old, new, own);
        if self.belong(old.component(), new.component()) {
            pair.features.component = 1.0;
        }
        let ahead = if self.is_merged(at, pair) { 0.0 } else { self.ahead(at, pair) };
        pair.features.mutual = 1.0 - (ahead / 1.5).min(1.0);
        pair.features.margin = 0.0;
        pair.score = self.score(at, pair);
    }

    fn score(&self, at: usize, pair: &Pair) -> f64 {
        let (old, new) = (self.old(at), self.new_setting(pair.new));
        let sides = (&self.comparer.old, &self.comparer.new);
        let beaten = !self.is_merged(at, pair) && 0.3 < self.ahead(at, pair);
        let rejected = beaten
            || (pair.old && pair.features.rule < ROOM)
            || reject::is_elsewhere(&pair.features, old, new)
            || reject::is_other_type(old, new)
            || reject::is_common(sides, old, new)
            || reject::is_stray(sides, old, new);
        let score = pair.features.all();
        if rejected { score.min(REJECTED) } else { score }
    }

    /// Whether a component that is gone went into another one.
    fn belong(&self, old: &str, new: &str) -> bool {
        self.comparer.new.index.get(old).is_none()
            && self.heirs.contains(&(old.to_owned(), new.to_owned()))
    }
}

fn is_single(leaf: &ValueLeaf) -> bool {
    matches!(leaf.kind, Kind::Bool | Kind::Number | Kind::String)
}

fn sort(pairs: &mut [Pair]) {
    pairs.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.new.cmp(&b.new)));
}
