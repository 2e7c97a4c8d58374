//! What has to be decided about a plan: what is asked, what speaks against it, what was accepted, and
//! what to do next. The text report begins with it, and the approval document is made of it.
//!
//! # Decisions
//! * Findings are grouped by severity and code: a plan over many hops repeats few kinds of them.
//! * What is asked follows from the verdict alone. A plan that the policy lets pass may be approved,
//!   whatever warnings it has; they are told as what the approval takes on.

use crate::finding::{Code, Finding, Severity};
use crate::guide::GuideStatus;
use crate::lint::Verdict;
use crate::report::Report;

/// The findings of one code and severity.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Risk {
    /// How much they matter.
    pub(super) severity: Severity,
    /// What they are.
    pub(super) code: Code,
    /// How many nobody accepted.
    pub(super) open: usize,
    /// How many somebody did.
    pub(super) accepted: usize,
    /// The hops of those that are open, or of all if none is, each with their number.
    hops: Vec<(String, usize)>,
}

impl Risk {
    /// The code, with how many are open where that is not one: `override-renamed (3)`.
    pub(super) fn name(&self) -> String {
        match self.open {
            1 => self.code.to_string(),
            open => format!("{} ({open})", self.code),
        }
    }

    /// The hops: `1.1.0, 1.2.1 (3)`.
    pub(super) fn places(&self) -> String {
        let place = |(hop, count): &(String, usize)| match count {
            1 => hop.clone(),
            count => format!("{hop} ({count})"),
        };
        self.hops.iter().map(place).collect::<Vec<_>>().join(", ")
    }
}

/// All findings by severity and code, the worst first.
pub(super) fn risks(report: &Report) -> Vec<Risk> {
    let mut risks: Vec<Risk> = Vec::new();
    let open = report.all_findings().filter(|it| !it.accepted);
    for finding in open.chain(report.all_findings().filter(|it| it.accepted)) {
        let of_kind = |it: &&mut Risk| it.code == finding.code && it.severity == finding.severity;
        if let Some(risk) = risks.iter_mut().find(of_kind) {
            add(risk, finding);
        } else {
            let (severity, code) = (finding.severity, finding.code);
            let mut risk = Risk { severity, code, open: 0, accepted: 0, hops: Vec::new() };
            add(&mut risk, finding);
            risks.push(risk);
        }
    }
    risks.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.open == 0, it.code));
    risks
}

fn add(risk: &mut Risk, finding: &Finding) {
    if finding.accepted {
        risk.accepted += 1;
        if 0 < risk.open {
            return;
        }
    } else {
        risk.open += 1;
    }
    let hop = place(finding);
    match risk.hops.iter_mut().find(|it| it.0 == hop) {
        Some((_, count)) => *count += 1,
        None => risk.hops.push((hop, 1)),
    }
}

/// The hop of a finding, or that it is about the plan as a whole.
pub(super) fn place(finding: &Finding) -> String {
    finding.hop.as_ref().map_or_else(|| "the whole plan".to_owned(), ToString::to_string)
}

/// Findings that were accepted for the same reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Accepted<'a> {
    /// What they are.
    pub(super) code: Code,
    /// How much they matter.
    pub(super) severity: Severity,
    /// The hops.
    pub(super) hops: Vec<String>,
    /// What they are about.
    pub(super) subjects: Vec<&'a str>,
    /// Why, or that nobody said.
    pub(super) reason: String,
    /// Until when, and where that stands.
    pub(super) terms: String,
}

/// What was accepted, the worst first; of notes, which ask for nothing, none.
pub(super) fn accepted(report: &Report) -> Vec<Accepted<'_>> {
    let mut groups: Vec<Accepted<'_>> = Vec::new();
    let risky = |it: &&Finding| it.accepted && Severity::Info < it.severity;
    for finding in report.all_findings().filter(risky) {
        let new = acceptance(finding);
        let same = |it: &&mut Accepted<'_>| {
            (it.code, it.severity, &it.reason, &it.terms)
                == (new.code, new.severity, &new.reason, &new.terms)
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.subjects.extend(new.subjects);
                group.hops.extend(new.hops);
                group.hops.dedup();
            }
            None => groups.push(new),
        }
    }
    groups.sort_by_key(|it| std::cmp::Reverse(it.severity));
    groups
}

fn acceptance(finding: &Finding) -> Accepted<'_> {
    let given = finding.acceptance.as_ref();
    let reason = given.and_then(|it| it.reason.clone());
    let source = given.map_or("command line", |it| it.source.as_str());
    let terms = match given.and_then(|it| it.expires.as_ref()) {
        Some(day) => format!("until {day}; {source}"),
        None => source.to_owned(),
    };
    Accepted {
        code: finding.code,
        severity: finding.severity,
        hops: vec![place(finding)],
        subjects: vec![&finding.subject],
        reason: reason.unwrap_or_else(|| "no reason was given".to_owned()),
        terms,
    }
}

/// What is asked of whoever approves, in sentences.
pub(super) fn asked(report: &Report) -> String {
    let (blockers, warnings) = (report.count(Severity::Blocker), report.count(Severity::Warning));
    if report.verdict == Verdict::Blocked {
        let open = match (blockers, warnings) {
            (0, _) => format!("{} open, and the policy lets none pass", are(warnings, "warning")),
            (_, _) => format!("{} open", are(blockers, "blocker")),
        };
        return format!(
            "Do not approve it yet: {open}. Each has to be mended, or accepted by name; then the plan is \
             made again."
        );
    }
    let takes_on: Vec<String> = [
        (warnings, format!("{} open, each with what to do", are(warnings, "warning"))),
        (report.accepted(), format!("{} accepted", are(report.accepted(), "finding"))),
    ]
    .into_iter()
    .filter(|(count, _)| 0 < *count)
    .map(|(_, words)| words)
    .collect();
    if takes_on.is_empty() {
        return "Approve it or not: nothing was found that speaks against it.".to_owned();
    }
    format!("Approve it or not: no blocker is open; {}.", takes_on.join("; "))
}

/// `1 warning is`, `3 warnings are`.
fn are(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word} is") } else { format!("{count} {word}s are") }
}

/// What to do next with a plan, in order; nothing for other reports.
pub(super) fn next(report: &Report) -> Vec<String> {
    if !report.is_plan() {
        return Vec::new();
    }
    if report.verdict == Verdict::Blocked {
        return mend(report);
    }
    let mut steps = Vec::new();
    if report.cluster.is_none() {
        steps.push(
            "Plan for your cluster, with `--context NAME` or `--cluster-state FILE`: without one, a clean \
             install is assumed, and the plan cannot be applied."
                .to_owned(),
        );
    }
    if 0 < report.count(Severity::Warning) {
        steps.push("Go through the warnings: each says at its hop what to do.".to_owned());
    }
    let guides = guides(report);
    if !guides.is_empty() {
        let names = guides.join(", ");
        steps.push(format!("Read {names}: the checklist at each hop has the steps."));
    }
    steps.push(
        "Save the plan with `--save-plan FILE`, have it approved with `kyma-upgrade approve FILE --as \
         NAME`, and take a backup before each hop."
            .to_owned(),
    );
    steps
}

fn mend(report: &Report) -> Vec<String> {
    let risks = risks(report);
    let mut open = risks.iter().filter(|it| 0 < it.open);
    let is_moved = |it: &Risk| it.code == Code::OverrideRenamed && it.severity == Severity::Blocker;
    let mut steps =
        vec!["Do what each of these findings says below (→), before its hop.".to_owned()];
    if open.clone().any(is_moved) {
        steps.push(
            "Of renamed overrides, `kyma-upgrade overrides --migrate DIR` writes the objects as they have \
             to be; for those of a cluster `plan --migrate-overrides` makes it steps of the plan."
                .to_owned(),
        );
    }
    if let Some(risk) = open.next() {
        let hop = risk.hops.first().map(|it| it.0.as_str());
        let at = hop.filter(|it| !it.contains(' ')).map(|it| format!("@{it}")).unwrap_or_default();
        steps.push(format!(
            "What is meant to be so, accept in a policy file with a reason, or by name: `--accept \
             {code}{at}`. `kyma-upgrade explain {code}` says what that means.",
            code = risk.code
        ));
    }
    steps.push("Plan again.".to_owned());
    steps
}

/// The names of the guides of all hops.
pub(super) fn guides(report: &Report) -> Vec<&str> {
    let told = report.hops.iter().filter_map(|it| it.guide.as_ref());
    let published = told.filter(|it| it.status == GuideStatus::Published);
    let mut names: Vec<&str> =
        published.flat_map(|it| &it.files).map(|it| it.name.as_str()).collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;
    use crate::finding::Acceptance;
    use crate::release::Deployment;
    use crate::report::HopReport;

    fn report(findings: Vec<Finding>) -> Report {
        let mut hop = HopReport::new("1.0.0", "1.1.0", "it is next");
        hop.steps = Some(Vec::new());
        hop.findings = findings;
        Report::new("1.0.0", "1.1.0", Deployment::Cluster, vec![hop])
    }

    fn found(code: Code) -> Finding {
        Finding::new(code, "it", "it is so").hop(&Version::new(1, 1, 0))
    }

    fn accept(mut finding: Finding, reason: Option<&str>) -> Finding {
        finding.accepted = true;
        finding.acceptance = Some(Acceptance {
            reason: reason.map(ToOwned::to_owned),
            expires: reason.map(|_| "2027-01-01".to_owned()),
            source: "kyma-upgrade.yaml:3".to_owned(),
        });
        finding
    }

    #[test]
    fn risks_are_counted_by_kind_with_the_worst_first() {
        let accepted = accept(found(Code::ArtifactMissing), None);
        let report = report(vec![
            found(Code::GuideMissing),
            accepted,
            found(Code::GuideMissing),
            found(Code::OverrideEmpty),
        ]);
        let told: Vec<_> = risks(&report)
            .iter()
            .map(|it| format!("{} {} {} {}", it.name(), it.places(), it.open, it.accepted))
            .collect();
        assert_eq!(
            told,
            [
                "override-empty 1.1.0 1 0",
                "artifact-missing (0) 1.1.0 0 1",
                "guide-missing (2) 1.1.0 (2) 2 0"
            ]
        );
    }

    #[test]
    fn what_was_accepted_is_told_with_its_reason_and_once_for_each() {
        let report = report(vec![
            accept(found(Code::GuideMissing), Some("we know the hop")),
            accept(found(Code::GuideMissing), Some("we know the hop")),
            accept(found(Code::ArtifactMissing), None),
        ]);
        let told = accepted(&report);
        assert_eq!(told.len(), 2);
        assert_eq!(
            (told[0].reason.as_str(), told[0].code),
            ("no reason was given", Code::ArtifactMissing)
        );
        assert_eq!(
            (told[1].subjects.len(), told[1].hops.as_slice()),
            (2, &["1.1.0".to_owned()][..])
        );
        assert_eq!(told[1].terms, "until 2027-01-01; kyma-upgrade.yaml:3");
    }

    #[test]
    fn what_is_asked_follows_the_verdict() {
        let mut blocked = report(vec![found(Code::ArtifactMissing), found(Code::GuideMissing)]);
        blocked.verdict = Verdict::Blocked;
        assert!(asked(&blocked).starts_with("Do not approve it yet: 1 blocker is open."));
        assert!(next(&blocked)[1].contains("`--accept artifact-missing@1.1.0`"));
        let mut strict = report(vec![found(Code::GuideMissing), found(Code::GuideMissing)]);
        strict.verdict = Verdict::Blocked;
        assert!(asked(&strict).contains("2 warnings are open, and the policy lets none pass"));
        let clean = report(Vec::new());
        assert_eq!(asked(&clean), "Approve it or not: nothing was found that speaks against it.");
        let warned =
            report(vec![found(Code::GuideMissing), accept(found(Code::ArtifactMissing), None)]);
        let expected = "Approve it or not: no blocker is open; 1 warning is open, each with what to do; \
                        1 finding is accepted.";
        assert_eq!(asked(&warned), expected);
    }
}
