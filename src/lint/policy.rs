//! What is accepted, and from which severity a plan is blocked.
//!
//! # Decisions
//! * Nothing lowers a severity without a reason: that is as strong as accepting the finding. An entry
//!   that gives no reason raises severities only.
//! * An entry counts through the day that it names, by the calendar of UTC, so that two machines
//!   agree. The day of today is a value from outside, and nothing depends on it where no entry has a
//!   day: equal inputs give equal reports.
//! * Of several entries about a finding the narrowest counts; of equally narrow ones, one with a
//!   reason. All of them count as used.
//! * Whether an entry of the policy file is unused is told of whole plans only. `path` or `guides`
//!   see a part of the findings, so they cannot know.
//! * Findings about the policy are judged by the policy, too. An entry about them is never called
//!   unused: whether there are any depends on the other entries.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Acceptance, Finding, Severity, SeverityChange};

mod accept;
mod entry;

pub use accept::{Accept, NotAnAccept};
pub use entry::{Effect, Entry, Place, is_about_policy};

/// Whether the upgrade may go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing stands against it.
    Ready,
    /// At least one finding does.
    Blocked,
}

impl Verdict {
    /// The verdict as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Blocked => "blocked",
        }
    }
}

/// From which severity a finding blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Blockers block.
    #[default]
    Blocker,
    /// Warnings block too.
    Warning,
    /// Nothing blocks.
    Never,
}

impl FailOn {
    fn blocks(self, severity: Severity) -> bool {
        match self {
            Self::Blocker => severity == Severity::Blocker,
            Self::Warning => Severity::Warning <= severity,
            Self::Never => false,
        }
    }
}

/// What a user accepts and what fails for them.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What is accepted, and which severities are others.
    pub entries: Vec<Entry>,
    /// From which severity the verdict is `blocked`.
    pub fail_on: FailOn,
    /// The day, for entries that end.
    pub today: Date,
    /// Whether a whole plan is judged, so that an entry without a finding is one too many.
    pub whole: bool,
}

impl Policy {
    /// Judges findings in place: severities, and what is accepted. Returns what there is to say about
    /// the policy itself. Judging again changes nothing.
    pub fn judge<'a>(&self, findings: impl IntoIterator<Item = &'a mut Finding>) -> Vec<Finding> {
        let mut covered = vec![0; self.entries.len()];
        let mut findings: Vec<_> = findings.into_iter().collect();
        for finding in &mut findings {
            self.apply(finding, &mut covered);
        }
        let about = self.entries.iter().zip(covered);
        let about = about.filter_map(|(entry, covered)| {
            let near = (covered == 0).then(|| entry.names.near(&findings)).flatten();
            entry::finding(entry, (covered, near), (self.today, self.whole))
        });
        let mut about: Vec<_> = about.collect();
        for finding in &mut about {
            self.apply(finding, &mut vec![0; self.entries.len()]);
        }
        about
    }

    fn apply(&self, finding: &mut Finding, covered: &mut [usize]) {
        reset(finding);
        let (mut accepting, mut changing) = (None, None);
        for (entry, covered) in self.entries.iter().zip(covered) {
            if !entry.names.matches(finding) {
                continue;
            }
            *covered += 1;
            let place = match entry.effect {
                _ if entry.is_over(self.today) => continue,
                Effect::Accept => &mut accepting,
                Effect::Severity(it) if it < finding.severity && entry.reason.is_none() => continue,
                Effect::Severity(_) => &mut changing,
            };
            *place = (*place).max(Some(entry::Ranked(entry)));
        }
        if let Some(entry) = changing {
            change(finding, entry.0);
        }
        finding.acceptance = accepting.map(|it| acceptance(it.0));
        finding.accepted = finding.acceptance.is_some();
    }

    /// The findings that blocked nothing as they were judged before, and do under this policy. What
    /// there was to say about the policy before does not count.
    pub fn withdrawn(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let blocks = |it: &Finding| !it.accepted && self.fail_on.blocks(it.severity);
        let passed = findings.into_iter().filter(|it| !blocks(it) && !is_about_policy(it.code));
        let mut passed: Vec<_> = passed.collect();
        self.judge(&mut passed);
        passed.retain(blocks);
        passed
    }

    /// The verdict on findings.
    pub fn verdict<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) -> Verdict {
        let mut open = findings.into_iter().filter(|it| !it.accepted);
        let blocked = open.any(|it| self.fail_on.blocks(it.severity));
        if blocked { Verdict::Blocked } else { Verdict::Ready }
    }
}

/// The finding as it was before it was judged.
fn reset(finding: &mut Finding) {
    if let Some(change) = finding.severity_changed.take() {
        finding.severity = change.from;
    }
    finding.acceptance = None;
    finding.accepted = false;
}

fn change(finding: &mut Finding, entry: &Entry) {
    let Effect::Severity(severity) = entry.effect else { return };
    if severity != finding.severity {
        finding.severity_changed = Some(SeverityChange {
            from: finding.severity,
            reason: entry.reason.clone(),
            expires: entry.expires.map(|it| it.to_string()),
            source: entry.place.to_string(),
        });
        finding.severity = severity;
    }
}

fn acceptance(entry: &Entry) -> Acceptance {
    Acceptance {
        reason: entry.reason.clone(),
        expires: entry.expires.map(|it| it.to_string()),
        source: entry.place.to_string(),
    }
}

#[cfg(test)]
mod tests;
