//! What people have to do before the first hop, between hops and after the last one.
//!
//! # Decisions
//! * A gate lies between two hops: what follows the one and what precedes the other is done in the
//!   same pause, so it stands in one list.
//! * What a guide does not say the time of comes before its hop: too early is noticed, too late may
//!   be beyond repair.
//! * What the plan does itself (moved keys) is told as such and not as something to do.

use super::user_overrides::todo::{Todo, todos};
use super::{ChecklistItem, HopReport, Report};
use crate::finding::{Code, Severity};

/// A pause before, between or after hops.
#[derive(Debug)]
pub(super) struct Gate<'a> {
    /// The hop that was done.
    pub(super) after: Option<&'a HopReport>,
    /// The hop that comes next.
    pub(super) before: Option<&'a HopReport>,
    /// How Kubernetes has to be upgraded, in sentences.
    pub(super) kubernetes: Vec<&'a str>,
    /// The steps of guides and release notes.
    pub(super) guide: Vec<&'a ChecklistItem>,
    /// What to do about the user's overrides.
    pub(super) overrides: Vec<Todo>,
    /// The codes of open findings of the next hop that somebody has to look at, with their number.
    pub(super) findings: Vec<(Code, usize)>,
}

/// The gates of a plan in order: one more than it has hops.
pub(super) fn gates(report: &Report) -> Vec<Gate<'_>> {
    let mut todos = todos(report);
    let hops = || report.hops.iter().map(Some);
    let before = hops().chain([None]);
    let after = [None].into_iter().chain(hops());
    let gates = after.zip(before).map(|(after, before)| Gate {
        after,
        before,
        kubernetes: before.map(kubernetes).unwrap_or_default(),
        guide: guide(after, before),
        overrides: take(&mut todos, after, before),
        findings: before.map(findings).unwrap_or_default(),
    });
    gates.collect()
}

fn kubernetes(hop: &HopReport) -> Vec<&str> {
    let is_told = |code| matches!(code, Code::KubernetesTooOld | Code::KubernetesWindow);
    let told = hop.findings.iter().filter(|it| is_told(it.code) && !it.accepted);
    told.map(|it| it.remedy.as_str()).collect()
}

fn guide<'a>(
    after: Option<&'a HopReport>,
    before: Option<&'a HopReport>,
) -> Vec<&'a ChecklistItem> {
    let items = |hop: Option<&'a HopReport>| {
        hop.and_then(|it| it.guide.as_ref()).map(|it| it.checklist.as_slice()).unwrap_or_default()
    };
    let done = items(after).iter().filter(|it| it.when == "after");
    done.chain(items(before).iter().filter(|it| it.when != "after")).collect()
}

fn take(todos: &mut Vec<Todo>, after: Option<&HopReport>, before: Option<&HopReport>) -> Vec<Todo> {
    let here = |it: &mut Todo| {
        let hop = if it.when == "after" { after } else { before };
        hop.is_some_and(|hop| hop.to == it.to)
    };
    todos.extract_if(.., here).collect()
}

fn findings(hop: &HopReport) -> Vec<(Code, usize)> {
    let open = hop.findings.iter().filter(|it| Severity::Info < it.severity && !it.accepted);
    let mut counted: Vec<(Code, usize)> = Vec::new();
    for finding in open {
        match counted.iter_mut().find(|it| it.0 == finding.code) {
            Some((_, count)) => *count += 1,
            None => counted.push((finding.code, 1)),
        }
    }
    counted
}

impl Gate<'_> {
    /// When it is, as a heading.
    pub(super) fn title(&self) -> String {
        match (self.after, self.before) {
            (Some(after), Some(before)) => {
                format!("Between the hops to {} and {}", after.to, before.to)
            }
            (None, Some(before)) => format!("Before the first hop, to {}", before.to),
            (Some(after), None) => format!("After the last hop, to {}", after.to),
            (None, None) => "Nothing is upgraded".to_owned(),
        }
    }

    /// How much there is to do, in a few words; none where there is nothing.
    pub(super) fn summary(&self) -> Option<String> {
        let counted = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let asks = self.guide.iter().filter(|it| it.is_asked()).count();
        let overrides = self.overrides.iter().map(|it| it.items.len()).sum();
        let findings = self.findings.iter().map(|it| it.1).sum();
        let parts = [
            counted(self.kubernetes.len(), "upgrade of Kubernetes", "upgrades of Kubernetes"),
            counted(asks, "step of guides", "steps of guides"),
            counted(overrides, "change of overrides", "changes of overrides"),
            counted(findings, "finding to look at", "findings to look at"),
        ];
        let told: Vec<String> = parts.into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

impl ChecklistItem {
    /// Whether it asks for something; else it is to be known.
    pub(super) fn is_asked(&self) -> bool {
        !matches!(&*self.kind, "note" | "caution")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::guide::GuideStatus;
    use crate::report::GuideReport;
    use crate::report::user_overrides::tests::{key, replaced, report};

    fn item(when: &'static str, text: &str) -> ChecklistItem {
        ChecklistItem {
            when: when.into(),
            kind: "action".into(),
            heading: String::new(),
            text: text.to_owned(),
            command: None,
            destructive: false,
            source: "guide.md".to_owned(),
            line: 1,
        }
    }

    #[test]
    fn what_follows_a_hop_and_what_precedes_the_next_stand_in_one_gate() {
        let mut report = report(vec![replaced(&key("a", "x"), &key("a", "y"), 0)]);
        report.hops[0].guide = Some(GuideReport {
            status: GuideStatus::Published,
            files: Vec::new(),
            stale: Vec::new(),
            linked_from_notes: false,
            uncovered: Vec::new(),
            outages: Vec::new(),
            checklist: vec![
                item("after", "late"),
                item("unstated", "some time"),
                item("before", "early"),
            ],
        });
        report.hops[1].findings = vec![
            Finding::new(Code::KubernetesTooOld, "Kubernetes 1.15", "it is old")
                .remedy("Upgrade it."),
            Finding::new(Code::GuideMissing, "x", "none").remedy("Look."),
        ];
        let gates = gates(&report);
        let texts = |gate: &Gate<'_>| -> Vec<String> {
            gate.guide.iter().map(|it| it.text.clone()).collect()
        };
        assert_eq!(gates.len(), report.hops.len() + 1);
        assert_eq!(texts(&gates[0]), ["some time", "early"]);
        assert_eq!(texts(&gates[1]), ["late"]);
        assert_eq!(gates[1].kubernetes, ["Upgrade it."]);
        assert_eq!(gates[0].title(), "Before the first hop, to 1.1.0");
        assert_eq!(gates[1].title(), "Between the hops to 1.1.0 and 1.2.0");
        assert_eq!(gates[0].summary().unwrap(), "2 steps of guides, 1 change of overrides");
        let expected = "1 upgrade of Kubernetes, 1 step of guides, 1 change of overrides, 2 findings to \
                        look at";
        assert_eq!(gates[1].summary().unwrap(), expected);
        assert_eq!(gates[3].title(), "After the last hop, to 1.3.0");
        assert_eq!(gates[3].summary(), None);
    }
}
