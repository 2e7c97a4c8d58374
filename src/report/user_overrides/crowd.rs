//! Blockers that share a code with so many others that in full they would hide everything else.

use std::collections::BTreeMap;

use super::matrix::scope;
use crate::finding::{Code, Finding, Severity};
use crate::overrides::OverrideKey;
use crate::report::Report;

/// So many blockers of one code are told in full before anything else.
const MOST: usize = 10;

/// The open blockers of a report.
#[derive(Debug)]
pub(in crate::report) struct Blockers<'a> {
    /// Those that are few enough to be told in full.
    pub(in crate::report) few: Vec<&'a Finding>,
    /// The others by code: a line tells each, in full they stand where they belong.
    pub(in crate::report) crowds: BTreeMap<&'static str, Vec<&'a Finding>>,
}

impl<'a> Blockers<'a> {
    /// The blockers of all hops.
    pub(in crate::report) fn new(report: &'a Report) -> Self {
        let open = report.all_findings().filter(|it| is_open(it));
        let mut by_code: BTreeMap<&'static str, Vec<&Finding>> = BTreeMap::new();
        open.clone().for_each(|it| by_code.entry(it.code.as_str()).or_default().push(it));
        by_code.retain(|_, findings| MOST < findings.len());
        let few = open.filter(|it| !by_code.contains_key(it.code.as_str()));
        Self { few: few.collect(), crowds: by_code }
    }

    /// Whether a finding is told in full before the hops, and so not again where it belongs.
    pub(in crate::report) fn tells(&self, finding: &Finding) -> bool {
        is_open(finding) && !self.crowds.contains_key(finding.code.as_str())
    }
}

fn is_open(finding: &Finding) -> bool {
    finding.severity == Severity::Blocker && !finding.accepted
}

/// `2 at 1.2.2, 17 at 1.4.1`: how many findings each hop has.
pub(in crate::report) fn by_hop(findings: &[&Finding]) -> String {
    let groups = findings.chunk_by(|one, other| one.hop == other.hop);
    let groups = groups.map(|it| match it.first().and_then(|it| it.hop.as_ref()) {
        Some(hop) => format!("{} at {hop}", it.len()),
        None => format!("{} for the whole plan", it.len()),
    });
    groups.collect::<Vec<_>>().join(", ")
}

/// What a line about a finding says beside its subject.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) enum Gist<'a> {
    /// The keys that took the place of the subject.
    Successors(Vec<String>),
    /// The message.
    Message(&'a str),
}

/// The gist of a finding: for an override its new keys, else what the finding says.
pub(in crate::report) fn gist<'a>(report: &Report, finding: &'a Finding) -> Gist<'a> {
    let message = Gist::Message(&finding.message);
    if finding.code != Code::OverrideRenamed {
        return message;
    }
    let to = finding.hop.as_ref().map(ToString::to_string);
    let own = report.user_overrides.iter().flatten();
    let own = own.filter(|it| it.name().to_string() == finding.subject);
    let mut found = own.filter_map(|it| {
        let hop = it.hops.iter().find(|it| Some(&it.to) == to.as_ref())?;
        Some((it, hop.rename.as_ref()?))
    });
    match found.next() {
        Some((own, rename)) => Gist::Successors(
            rename.to.iter().map(|it| beside(own.component.as_ref(), it)).collect(),
        ),
        None => message,
    }
}

/// A key beside one of `component`, which is not named twice.
fn beside(component: Option<&String>, key: &OverrideKey) -> String {
    match &key.component {
        own if own.as_ref() == component => key.key.clone(),
        None => format!("{} of {}", key.key, scope(None)),
        Some(_) => key.to_string(),
    }
}
