//! What a plan accepts, and until when.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::{Plan, accepted_name};
use crate::finding::{Finding, Severity};

/// A finding that is accepted, or that the policy made smaller than it was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedAcceptance {
    /// The finding, as `--accept` names it.
    pub finding: String,
    /// How much it matters.
    pub severity: Severity,
    /// How much it mattered when it was found, if the policy lowered that. Such a finding is not
    /// accepted, but counts less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_from: Option<Severity>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where it stands: `command line`, or the policy file and its line.
    pub source: String,
}

impl PlannedAcceptance {
    /// In words: `guide-missing@1.9.2:x until 2027-01-01: reason (kyma-upgrade.yaml:12)`.
    pub fn words(&self) -> String {
        let lowered = self
            .lowered_from
            .map(|from| format!(" as {} instead of {}", self.severity.as_str(), from.as_str()));
        let until = self.expires.as_ref().map(|it| format!(" until {it}"));
        let reason = self.reason.as_ref().map(|it| format!(": {it}"));
        // What stands alone on the command line needs no more words.
        let is_plain = lowered.is_none() && until.is_none() && reason.is_none();
        let source = (!is_plain).then(|| format!(" ({})", self.source));
        let parts = [lowered, until, reason, source].map(Option::unwrap_or_default);
        format!("{}{}", self.finding, parts.concat())
    }

    /// Whether it has ended before a day. What is no day has.
    fn is_over(&self, today: Date) -> bool {
        let day = |it: &String| it.parse::<Date>().ok();
        self.expires.as_ref().is_some_and(|it| day(it).is_none_or(|it| it < today))
    }
}

/// What a plan with these findings accepts, each once.
pub(super) fn acceptances(findings: &[&Finding]) -> Vec<PlannedAcceptance> {
    let accepting = findings.iter().filter_map(|it| {
        let acceptance = it.acceptance.clone()?;
        Some(PlannedAcceptance {
            finding: accepted_name(it),
            severity: it.severity,
            lowered_from: None,
            reason: acceptance.reason,
            expires: acceptance.expires,
            source: acceptance.source,
        })
    });
    let lowering = findings.iter().filter_map(|it| {
        let change = it.severity_changed.clone().filter(|change| it.severity < change.from)?;
        Some(PlannedAcceptance {
            finding: accepted_name(it),
            severity: it.severity,
            lowered_from: Some(change.from),
            reason: change.reason,
            expires: change.expires,
            source: change.source,
        })
    });
    let mut all: Vec<_> = accepting.chain(lowering).collect();
    all.sort();
    all.dedup();
    all
}

impl Plan {
    /// What the plan accepts that has ended by a time; none where nothing has.
    pub fn ended_acceptance(&self, now: Timestamp) -> Option<&PlannedAcceptance> {
        let today = now.to_zoned(TimeZone::UTC).date();
        self.acceptances.iter().find(|it| it.is_over(today))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acceptance(expires: Option<&str>) -> PlannedAcceptance {
        PlannedAcceptance {
            finding: "guide-missing@1.9.2:x".to_owned(),
            severity: Severity::Warning,
            lowered_from: None,
            reason: None,
            expires: expires.map(ToOwned::to_owned),
            source: "p.yaml:3".to_owned(),
        }
    }

    #[test]
    fn it_counts_through_its_last_day_and_what_is_no_day_never_does() {
        let over = |expires| acceptance(expires).is_over(Date::constant(2026, 6, 15));
        assert!(!over(None) && !over(Some("2026-06-15")) && !over(Some("9999-12-31")));
        assert!(over(Some("2026-06-14")) && over(Some("soon")) && over(Some("")));
    }

    #[test]
    fn it_is_told_in_words() {
        assert_eq!(acceptance(None).words(), "guide-missing@1.9.2:x");
        let lowered = PlannedAcceptance {
            lowered_from: Some(Severity::Blocker),
            reason: Some("why".to_owned()),
            ..acceptance(Some("2027-01-01"))
        };
        let words = "guide-missing@1.9.2:x as warning instead of blocker until 2027-01-01: why \
                     (p.yaml:3)";
        assert_eq!(lowered.words(), words);
    }
}
