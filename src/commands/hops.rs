//! Reading everything of a path, and comparing it hop by hop.

use std::collections::{BTreeSet, VecDeque};

use super::load::{Documents, Gathered, Releases};
use crate::analysis::{self, Ask, Changes};
use crate::bundle::Bundle;
use crate::error::Error;
use crate::event::{Event, Phase, console};
use crate::liveness::{Follower, Stage, Story};
use crate::overrides::{OverrideKey, UserOverrides};
use crate::path::UpgradePath;
use crate::release::{Deployment, DocumentedRename, Facts, Minor};
use crate::rename::charts::{Comparison, Context};

/// So many hops are compared at a time.
const WORKERS: usize = 3;

/// Everything that was read of a path.
pub(super) struct Read {
    /// The releases, the first one included.
    pub(super) bundles: Vec<Bundle>,
    /// The documents of each hop.
    pub(super) documents: Vec<Documents>,
}

/// What is known of a path.
pub(super) struct Compared {
    /// What each hop changes.
    pub(super) changes: Vec<Changes>,
    /// What becomes of the user's overrides.
    pub(super) stories: Vec<Story>,
}

/// Whether all keys of the charts are compared, or those of the user only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    All,
    Given,
}

/// Reads a path: releases with their charts, guides and release notes.
pub(super) async fn read(
    releases: &Releases,
    path: &UpgradePath,
    deployment: Deployment,
) -> Result<Read, Error> {
    let mut gathered = Gathered::default();
    let versions: Vec<_> = path.versions().collect();
    releases.gather_files(&mut gathered, &versions, &[deployment]).await?;
    releases.gather_documents(&mut gathered, path).await?;
    let mut charts = releases.charts(&versions).await?;
    let bundle = |version| {
        releases.bundle(&gathered, version, deployment).with_charts(charts.remove(version))
    };
    Ok(Read {
        bundles: versions.iter().copied().map(bundle).collect(),
        documents: path.hops().iter().map(|hop| gathered.documents(hop)).collect(),
    })
}

/// Compares the releases of a path, and follows the user's overrides over it.
pub(super) fn compare(
    read: &Read,
    facts: &Facts,
    (overrides, keys): (&UserOverrides, Keys),
) -> Compared {
    let mut listed = BTreeSet::new();
    let stage = |bundle| {
        let stage = Stage::new(bundle, listed.clone(), overrides);
        listed.extend(stage.components.iter().map(|it| it.release_name().to_owned()));
        stage
    };
    let stages: Vec<Stage<'_>> = read.bundles.iter().map(stage).collect();
    let mut follower = Follower::new(overrides, facts);
    let hops = read.documents.iter().zip(read.bundles.windows(2));
    let pairs: Vec<_> =
        hops.map(|(documents, ends)| Pair::new((&ends[0], &ends[1]), documents, facts)).collect();
    let mut ends = stages.windows(2);
    let mut changes = Vec::new();
    each_compared(&pairs, |pair, comparison| {
        let ends = ends.next().expect("every pair lies between two stages");
        let tell = |ask: Option<Ask<'_>>| follower.advance(&ends[0], &ends[1], ask);
        changes.push(pair.changes(facts, keys, comparison, tell));
    });
    Compared { changes, stories: follower.finish() }
}

/// Takes the hops in order, each with the comparison of its charts. The next ones are compared
/// meanwhile: that is most of the work, and one hop does not depend on another.
fn each_compared<'a>(
    pairs: &'a [Pair<'_>],
    mut take: impl FnMut(&Pair<'_>, Option<&Comparison<'_>>),
) {
    std::thread::scope(|scope| {
        let start = |it: &'a Pair<'_>| scope.spawn(|| it.comparison());
        let mut rest = pairs.iter();
        let mut started: VecDeque<_> = rest.by_ref().take(WORKERS).map(start).collect();
        for (number, pair) in pairs.iter().enumerate() {
            console::tell(Event::Item {
                phase: Phase::Compare,
                what: format!("{} to {}", pair.from.version, pair.to.version),
                number: (number + 1, pairs.len()),
            });
            let work = started.pop_front().expect("every pair is started before it is taken");
            let comparison = work.join().unwrap_or_else(|it| std::panic::resume_unwind(it));
            take(pair, comparison.as_ref());
            drop(comparison);
            started.extend(rest.next().map(start));
        }
    });
}

/// What differs between two releases that need not follow one another.
pub(super) fn differences(from: &Bundle, to: &Bundle, facts: &Facts) -> Changes {
    let documents = Documents::default();
    let pair = Pair::new((from, to), &documents, facts);
    let comparison = pair.comparison();
    pair.changes(facts, Keys::All, comparison.as_ref(), |_| ())
}

/// Two releases, and what else is known of the hop between them.
struct Pair<'a> {
    from: &'a Bundle,
    to: &'a Bundle,
    old_components: Vec<String>,
    new_components: Vec<String>,
    documented: Vec<&'a DocumentedRename>,
    texts: Vec<&'a str>,
}

impl<'a> Pair<'a> {
    fn new(
        (from, to): (&'a Bundle, &'a Bundle),
        documents: &'a Documents,
        facts: &'a Facts,
    ) -> Self {
        let names = |bundle: &Bundle| bundle.components().into_iter().map(|it| it.name).collect();
        let (old, new) = (Minor::of(&from.version), Minor::of(&to.version));
        let between = |it: &&DocumentedRename| old < it.at && it.at <= new;
        let documented = facts.documented_renames.iter().filter(between);
        Self {
            from,
            to,
            old_components: names(from),
            new_components: names(to),
            documented: documented.collect(),
            texts: documents.texts.iter().map(String::as_str).collect(),
        }
    }

    /// What differs, with what `tell` is told about the charts on the way.
    fn changes(
        &self,
        facts: &Facts,
        keys: Keys,
        comparison: Option<&Comparison<'_>>,
        tell: impl FnOnce(Option<Ask<'_>>),
    ) -> Changes {
        let (old, new) = (&self.from.version, &self.to.version);
        let ask = |key: &OverrideKey| Some(comparison?.fate(key)?.located(old, new));
        let ask: Option<Ask<'_>> = if comparison.is_some() { Some(&ask) } else { None };
        let mut changes = match keys {
            Keys::All => Changes::between(self.from, self.to, facts, ask),
            Keys::Given => Changes::of_overrides(self.from, self.to, facts, None),
        };
        // What the charts do not tell, or not as a whole, the release's own override objects may:
        // they move alike.
        let either = |key: &OverrideKey| {
            let told = ask.and_then(|it| it(key));
            let own = changes.rename_of(key, self.from, self.to);
            let either = match (told, own) {
                (Some(told), Some(own)) if told.to.len() < own.to.len() => Some(own),
                (Some(told), _) if !told.to.is_empty() => Some(told),
                (told, own) => own.or(told),
            };
            either.map(|it| analysis::made_common(it, self.to))
        };
        tell(ask.map(|_| -> Ask<'_> { &either }));
        if keys == Keys::Given {
            return changes;
        }
        let charts = comparison.map(Comparison::chart_changes);
        let charts = charts.map(|it| it.located(old, new));
        changes.charts = charts.map(|it| analysis::without_scripted(it, facts, new));
        changes
    }

    fn comparison(&self) -> Option<Comparison<'_>> {
        let context = Context {
            old_components: &self.old_components,
            new_components: &self.new_components,
            documented: &self.documented,
            texts: &self.texts,
        };
        Some(Comparison::new(self.from.chart_index()?, self.to.chart_index()?, context))
    }
}
