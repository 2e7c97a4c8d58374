//! The rules that turn differences into findings, and the policy that judges these.
//!
//! # Decisions
//! * A rule is a pure function of one hop. It knows no command line: severities are the code's or
//!   follow from the facts; what is accepted and what fails is decided afterwards, in one place.
//! * Findings of a hop are sorted by severity, code and subject, so that two runs agree.

use crate::analysis::Changes;
use crate::bundle::Bundle;
use crate::finding::Finding;
use crate::guide::HopGuide;
use crate::liveness::Story;
use crate::path::Hop;
use crate::release::{Deployment, Facts};
use crate::simulate::Simulated;

mod artifacts;
mod cluster;
mod components;
mod fates;
mod guides;
mod kubernetes;
mod objects;
mod operator;
mod overrides;
mod permissions;
mod policy;
mod procedure;
mod simulation;
mod user_overrides;

pub use cluster::{cluster_findings, incomplete, installed_version};
pub use guides::{Breaking, breaking_changes, uncovered_codes};
pub use kubernetes::{outside_windows, required_windows};
pub use overrides::rename_evidence;
pub use policy::{
    Accept, Effect, Entry, FailOn, NotAnAccept, Place, Policy, Verdict, is_about_policy,
};
pub use user_overrides::findings as user_override_findings;

/// What a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The hop.
    pub hop: &'a Hop,
    /// The release that it starts from.
    pub from: &'a Bundle,
    /// The release that it leads to.
    pub to: &'a Bundle,
    /// What differs between the two.
    pub changes: &'a Changes,
    /// The guides and release notes of the hop.
    pub guide: &'a HopGuide,
    /// What is known about the releases.
    pub facts: &'a Facts,
    /// Which installation is upgraded.
    pub deployment: Deployment,
    /// Whether it is the first hop, whose start no hop before has judged.
    pub is_first: bool,
    /// What becomes of the user's overrides on the whole path; none if none were given.
    pub stories: &'a [Story],
    /// The place of the hop's fate in each story, counted from 0.
    pub number: usize,
    /// What the hop does to the cluster; none where that cannot be told.
    pub simulated: Option<&'a Simulated>,
    /// The releases of the path before this hop.
    pub history: &'a [Bundle],
}

/// A rule: the findings of one hop.
pub type Rule = fn(&Context<'_>) -> Vec<Finding>;

/// The rules about releases.
pub const RULES: &[Rule] = &[
    artifacts::unusable,
    artifacts::image,
    artifacts::placeholders,
    procedure::changed,
    guides::published,
    guides::missing,
    guides::stale,
    guides::candidates,
    guides::uncovered,
    overrides::renamed,
    overrides::removed,
    components::removed,
    components::renamed,
    components::moved,
    objects::left_behind,
    permissions::widened,
    kubernetes::version,
    simulation::rejected,
    simulation::resets,
    simulation::not_triggered,
    operator::releases,
    operator::dropped,
    operator::returned,
    operator::unconverted,
    operator::readiness,
    operator::finalizer,
];

/// The rules that look at nothing but the overrides of the user.
const FATES: &[Rule] = &[
    fates::replaced,
    fates::removed,
    fates::type_changed,
    fates::cut,
    fates::dead,
    fates::default_changed,
    fates::empty,
];

/// The findings of one hop, worst first.
pub fn findings(context: &Context<'_>) -> Vec<Finding> {
    apply(context, RULES.iter().chain(FATES))
}

/// The findings of one hop about the overrides of the user, worst first, with the files that could
/// not be judged.
pub fn fate_findings(context: &Context<'_>) -> Vec<Finding> {
    apply(context, [&(artifacts::unusable as Rule)].into_iter().chain(FATES))
}

fn apply<'r>(context: &Context<'_>, rules: impl IntoIterator<Item = &'r Rule>) -> Vec<Finding> {
    let mut findings: Vec<_> = rules.into_iter().flat_map(|rule| rule(context)).collect();
    for finding in &mut findings {
        finding.hop = Some(context.hop.to.clone());
    }
    sort(&mut findings);
    findings
}

/// Sorts findings: worst first, then by code and subject.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let order = b.severity.cmp(&a.severity).then(a.code.cmp(&b.code));
        order.then_with(|| a.subject.cmp(&b.subject)).then_with(|| a.message.cmp(&b.message))
    });
}
