//! Rules about migration guides and release notes.

use super::Context;
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::guide::{Guide, GuideStatus, When};
use crate::liveness::{Fate, Story};
use crate::release::{GUIDE_FOLDER, Minor};

/// A change that people have to react to.
#[derive(Debug, Clone)]
pub struct Breaking {
    /// The code of its own finding.
    pub code: Code,
    /// What it is about, as prose names it.
    pub subject: String,
    /// The name that a guide would have to contain.
    name: Name,
    evidence: Evidence,
}

#[derive(Debug, Clone)]
enum Name {
    Key(String),
    Component(String),
}

impl Breaking {
    fn is_mentioned_in(&self, guide: &Guide) -> bool {
        match &self.name {
            Name::Key(key) => guide.text.mentions_key(key),
            Name::Component(name) => guide.text.mentions_component(name),
        }
        .is_some()
    }
}

/// The changes of a hop that people have to react to, in the order of their findings.
pub fn breaking_changes(context: &Context<'_>) -> Vec<Breaking> {
    let changes = context.changes;
    let key = |code, key: &crate::overrides::OverrideKey, evidence| Breaking {
        code,
        subject: format!("override {key}"),
        name: Name::Key(key.key.clone()),
        evidence,
    };
    let entry = |key: &crate::overrides::OverrideKey| {
        context.from.override_entry(key).map(|it| context.from.override_evidence(it))
    };
    let renamed = changes
        .renames
        .iter()
        .filter_map(|it| Some(key(Code::OverrideRenamed, &it.from, entry(&it.from)?)));
    let removed = changes.overrides.removed.iter();
    let removed =
        removed.map(|it| key(Code::OverrideRemoved, &it.key, context.from.override_evidence(it)));
    let component = |code, it: &crate::manifest::Component| Breaking {
        code,
        subject: format!("component {}", it.release_name()),
        name: Name::Component(it.release_name().to_owned()),
        evidence: context.from.evidence(&it.source, it.line),
    };
    let gone = changes.components.removed.iter().map(|it| {
        let renamed = context.guide.renamed_component(it.release_name()).is_some();
        let code =
            if renamed { Code::ComponentRenamed } else { Code::ComponentRemovedLeftInstalled };
        component(code, it)
    });
    let moved = changes.components.moved.iter();
    let moved = moved.map(|(old, _)| component(Code::ComponentNamespaceMoved, old));
    let mut breaking: Vec<Breaking> = renamed.chain(removed).collect();
    for it in own_overrides(context) {
        if breaking.iter().all(|known| known.subject != it.subject) {
            breaking.push(it);
        }
    }
    breaking.extend(gone.chain(moved));
    breaking
}

/// The overrides of the user that stop working at the hop.
fn own_overrides(context: &Context<'_>) -> Vec<Breaking> {
    let fates = context.stories.iter().filter_map(|it| Some((it, it.fates.get(context.number)?)));
    let broken = fates.filter(|(_, fate)| fate.status.breaks());
    let one = |(story, fate): (&Story, &Fate)| {
        let key = fate.before.first()?;
        Some(Breaking {
            code: super::fates::code(fate.status)?,
            subject: format!("override {key}"),
            name: Name::Key(key.key.clone()),
            evidence: super::fates::place(&story.entry),
        })
    };
    broken.filter_map(one).collect()
}

/// The breaking changes that no guide of the hop mentions.
fn undocumented(context: &Context<'_>) -> Vec<Breaking> {
    let mentioned =
        |it: &Breaking| context.guide.guides.iter().any(|guide| it.is_mentioned_in(guide));
    breaking_changes(context).into_iter().filter(|it| !mentioned(it)).collect()
}

/// The codes of the changes that no guide of the hop mentions, each once.
pub fn uncovered_codes(context: &Context<'_>) -> Vec<&'static str> {
    let mut codes: Vec<_> = undocumented(context).iter().map(|it| it.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Guides that have to be followed, and those among them that cover several hops.
pub(super) fn published(context: &Context<'_>) -> Vec<Finding> {
    let guides = &context.guide.guides;
    let required = guides.iter().map(required);
    let ranges = guides.iter().filter(|it| it.coverage.is_range(context.facts));
    required.chain(ranges.map(several_hops)).collect()
}

fn required(guide: &Guide) -> Finding {
    let count = |when| guide.steps.iter().filter(|it| it.when == when).count();
    let counts = [
        (count(When::Before), "before the upgrade"),
        (count(When::During), "during it"),
        (count(When::After), "after it"),
        (count(When::Unstated) + guide.more_steps, "without a stated time"),
    ];
    let told = counts.iter().filter(|(count, _)| 0 < *count);
    let told: Vec<_> = told.map(|(count, when)| format!("{count} {when}")).collect();
    let message = format!("{} asks for these items: {}", guide.name, told.join(", "));
    let finding = Finding::new(Code::GuideRequired, &guide.name, message);
    let first = guide.steps.first().map(|it| guide.evidence(it));
    finding.evidence_all(first.or_else(|| Some(guide.text.evidence(1))))
}

fn several_hops(guide: &Guide) -> Finding {
    let message = format!(
        "{} covers everything from {} to {}; its items belong to several hops",
        guide.name, guide.coverage.from, guide.coverage.to
    );
    Finding::new(Code::GuideCoversSeveralHops, &guide.name, message)
        .evidence(guide.text.evidence(1))
}

/// A guide that ought to be there.
pub(super) fn missing(context: &Context<'_>) -> Vec<Finding> {
    if context.guide.status != GuideStatus::Missing {
        return Vec::new();
    }
    let (from, to) = context.guide.minors;
    let breaking = breaking_changes(context);
    let branch = format!("{}/{GUIDE_FOLDER}", to.branch());
    let promised = context.guide.linked_from_notes();
    let message = format!(
        "no guide on branch {} covers {from} to {to}, although {}",
        to.branch(),
        reasons(context, &breaking, promised)
    );
    let severity = if promised { Severity::Blocker } else { Severity::Warning };
    let listed = match context.guide.stale.as_slice() {
        [] => "no migration guide in the folder".to_owned(),
        stale => {
            let names: Vec<_> = stale.iter().map(|it| it.name.as_str()).collect();
            format!("the folder holds only {}", names.join(", "))
        }
    };
    let finding = Finding::new(Code::GuideMissing, format!("{from}-{to}.md"), message);
    vec![
        finding
            .severity(severity)
            .evidence_all(notes_evidence(context))
            .evidence_all(breaking.into_iter().map(|it| it.evidence))
            .evidence(Evidence::listing(branch, listed)),
    ]
}

fn reasons(context: &Context<'_>, breaking: &[Breaking], promised: bool) -> String {
    let mut reasons = Vec::new();
    if promised {
        reasons.push("the release notes link one".to_owned());
    }
    if !breaking.is_empty() {
        let subjects: Vec<_> = breaking.iter().map(|it| it.subject.as_str()).collect();
        reasons.push(format!("these changes need one: {}", subjects.join(", ")));
    }
    if notes_evidence(context).next().is_some() && !promised {
        reasons.push("the release notes warn of the upgrade".to_owned());
    }
    reasons.join("; ")
}

/// Lines of the release notes that link a guide for the hop or warn of the upgrade.
fn notes_evidence<'a>(context: &'a Context<'_>) -> impl Iterator<Item = Evidence> + 'a {
    let (from, to) = context.guide.minors;
    context.guide.notes.iter().flat_map(move |notes| {
        let links = notes.guide_links.iter().filter(move |it| it.coverage.covers(from, to));
        let cautions = notes.cautions.iter().filter(|it| it.about_upgrade);
        let lines = links.map(|it| it.line).chain(cautions.map(|it| it.line));
        lines.map(|line| notes.text.evidence(line))
    })
}

/// Guides in the folder that cover another hop.
pub(super) fn stale(context: &Context<'_>) -> Vec<Finding> {
    let (from, to) = context.guide.minors;
    let finding = |guide: &Guide| {
        let name = &guide.name;
        let message = format!(
            "{name} on branch {} covers {} to {}, not {from} to {to}",
            to.branch(),
            guide.coverage.from,
            guide.coverage.to
        );
        Finding::new(Code::GuideStale, name, message).evidence(guide.text.evidence(1))
    };
    context.guide.stale.iter().map(finding).collect()
}

/// Guides that name another candidate than the one on the path.
pub(super) fn candidates(context: &Context<'_>) -> Vec<Finding> {
    let ends = [&context.hop.from, &context.hop.to];
    let chosen: Vec<_> = ends.into_iter().filter(|it| !it.pre.is_empty()).collect();
    let mut findings = Vec::new();
    for guide in &context.guide.guides {
        for (named, line) in guide.text.candidates() {
            let other =
                chosen.iter().find(|it| Minor::of(it) == Minor::of(&named) && ***it != named);
            findings.extend(other.map(|chosen| {
                let message = format!("{} says {named}; this path uses {chosen}", guide.name);
                let subject = named.to_string();
                Finding::new(Code::PrereleaseDiffersFromGuide, subject, message)
                    .evidence(guide.text.evidence(line))
            }));
        }
    }
    findings.dedup_by(|a, b| a.subject == b.subject);
    findings
}

/// Breaking changes that the guides of the hop do not mention.
pub(super) fn uncovered(context: &Context<'_>) -> Vec<Finding> {
    let names: Vec<_> = context.guide.guides.iter().map(|it| it.name.as_str()).collect();
    let missing = undocumented(context);
    if names.is_empty() || missing.is_empty() {
        return Vec::new();
    }
    let subjects: Vec<_> = missing.iter().map(|it| it.subject.as_str()).collect();
    let message = format!(
        "{} of {} changes that need a reaction stand in no line of {}: {}",
        missing.len(),
        breaking_changes(context).len(),
        names.join(", "),
        subjects.join(", ")
    );
    let finding = Finding::new(Code::BreakingChangeWithoutGuide, names.join(", "), message);
    vec![finding.evidence_all(missing.into_iter().map(|it| it.evidence))]
}
