//! The report for a terminal: the verdict first, detail after it.

use super::layout::{Page, Style, sanitize, shorten};
use super::user_overrides::crowd::{Blockers, Gist, by_hop, gist};
use super::{HopReport, Report};
use crate::finding::{Evidence, Finding, Severity};

mod changes;
mod charts;
mod first;
mod operator;
mod overrides;
mod simulation;
mod steps;

use changes::{
    components_line, guide_line, objects_detail, objects_line, overrides_detail, overrides_line,
};
use steps::{artifacts, checklist, steps};

/// How much of the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The verdict, the findings that need somebody, and one paragraph for each hop.
    Summary,
    /// Everything but unified diffs and information-only evidence.
    #[default]
    Normal,
    /// Everything.
    Full,
}

/// The report as text of at most `style.width` columns, but for commands and URLs that are longer.
pub fn text(report: &Report, style: Style, detail: Detail) -> String {
    let mut page = Page::new(style);
    let blockers = Blockers::new(report);
    first::screen(&mut page, report, detail);
    blocking(&mut page, report, &blockers, detail);
    overrides::user_overrides(&mut page, report, detail);
    overrides::migrated(&mut page, report);
    let count = report.hops.len();
    for (hop, number) in report.hops.iter().zip(1..) {
        page.gap();
        hop_heading(&mut page, hop, number, count);
        hop_lines(&mut page, hop);
        if detail != Detail::Summary {
            hop_body(&mut page, hop, (&blockers, report.cluster.is_some()), detail);
        }
    }
    if detail != Detail::Summary {
        general_findings(&mut page, report, &blockers);
    }
    more(&mut page, report, detail);
    page.finish()
}

/// The blockers: in full or, where many share a code, as one line each. A summary has no evidence, and
/// has told how many there are of each code.
fn blocking(page: &mut Page, report: &Report, blockers: &Blockers<'_>, detail: Detail) {
    let is_summary = detail == Detail::Summary;
    if blockers.few.is_empty() && (blockers.crowds.is_empty() || is_summary) {
        return;
    }
    page.gap();
    page.heading("Blockers");
    for finding in &blockers.few {
        if is_summary {
            finding_head(page, finding);
            page.wrapped("          → ", &finding.remedy);
        } else {
            finding_lines(page, finding, true);
        }
    }
    for (code, findings) in blockers.crowds.iter().filter(|_| !is_summary) {
        crowd(page, report, code, findings);
    }
}

/// Blockers of one code, one line each.
fn crowd(page: &mut Page, report: &Report, code: &str, all: &[&Finding]) {
    let head = format!("  {} {} ", page.severity(Severity::Blocker), page.bold(code));
    let text = format!("{} times: {}; each in full at its hop", all.len(), by_hop(all));
    page.joined(&head, &text, 10);
    for finding in all {
        let hop = finding.hop.as_ref().map(ToString::to_string).unwrap_or_default();
        let gist = match gist(report, finding) {
            Gist::Successors(keys) => format!(" → {}", keys.join(" and ")),
            Gist::Message(message) => format!(": {message}"),
        };
        page.wrapped(&format!("          {hop:<6} "), &format!("{}{gist}", finding.subject));
    }
}

/// Where more is told.
fn more(page: &mut Page, report: &Report, detail: Detail) {
    let found = report.all_findings().next().is_some();
    let rest = match detail {
        Detail::Summary => "without -q the report has every finding, step and checklist",
        Detail::Normal => "-v shows all fields, all evidence, and what to do about notes",
        Detail::Full => "-o json has everything for scripts",
    };
    if found && report.is_plan() {
        page.gap();
        let text = format!("`kyma-upgrade explain CODE` says why a finding matters; {rest}.");
        page.wrapped("", &text);
    }
}

fn hop_heading(page: &mut Page, hop: &HopReport, number: usize, count: usize) {
    let place = if count == 1 { String::new() } else { format!("Hop {number} of {count}: ") };
    page.heading(&format!("{place}{} → {}", hop.from, hop.to));
    if !hop.reason.is_empty() {
        page.field("chosen", &hop.reason);
    }
    if !hop.skipped.is_empty() {
        page.field("skipped", &skipped(hop));
    }
}

/// The releases that were not chosen, grouped by the reason.
fn skipped(hop: &HopReport) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for it in &hop.skipped {
        match groups.iter_mut().find(|(why, _)| *why == it.why) {
            Some((_, versions)) => versions.push(&it.version),
            None => groups.push((&it.why, vec![&it.version])),
        }
    }
    let groups: Vec<_> =
        groups.iter().map(|(why, versions)| format!("{} ({why})", versions.join(", "))).collect();
    groups.join("; ")
}

fn hop_lines(page: &mut Page, hop: &HopReport) {
    if let Some(guide) = &hop.guide {
        page.field("guide", &guide_line(guide));
    }
    if let Some(components) = &hop.components {
        page.field("components", &components_line(components));
    }
    if let Some(overrides) = &hop.overrides {
        page.field("overrides", &overrides_line(overrides));
    }
    if let Some(objects) = &hop.objects {
        page.field("objects", &objects_line(objects));
    }
    if let Some(values) = &hop.chart_values {
        page.field("charts", &charts::line(values));
    }
    if let Some(predictions) = &hop.predictions {
        page.field("simulated", &simulation::line(predictions));
    }
    if let Some(operator) = &hop.operator {
        page.field("operator", &operator::line(operator));
    }
    let own = [
        ("keeps", simulation::kept(hop.predictions.as_deref().unwrap_or_default())),
        ("moves", simulation::moved(&hop.moves)),
    ];
    for (label, text) in own.iter().filter_map(|(label, text)| Some((label, text.as_ref()?))) {
        page.field(label, text);
    }
}

/// On a cluster, what happens there is told instead of what the release changed; on a clean install
/// that is the same.
fn hop_body(
    page: &mut Page,
    hop: &HopReport,
    (blockers, is_cluster): (&Blockers<'_>, bool),
    detail: Detail,
) {
    let everything = detail == Detail::Full;
    if let Some(objects) = hop.objects.as_ref().filter(|_| everything || !is_cluster) {
        objects_detail(page, objects, detail);
    }
    if let Some(overrides) = &hop.overrides {
        overrides_detail(page, overrides);
    }
    if let Some(values) = hop.chart_values.as_ref().filter(|_| detail == Detail::Full) {
        charts::lists(page, values);
    }
    if let Some(predictions) = hop.predictions.as_ref().filter(|_| everything || is_cluster) {
        simulation::detail(page, predictions, detail);
    }
    if let Some(operator) = hop.operator.as_ref().filter(|_| detail == Detail::Full) {
        operator::detail(page, operator);
    }
    for finding in hop.findings.iter().filter(|it| !blockers.tells(it)) {
        finding_lines(page, finding, detail == Detail::Full);
    }
    steps(page, hop);
    checklist(page, hop);
    artifacts(page, hop.artifacts.as_deref().unwrap_or_default());
}

/// A finding: what it is, what was found, what to do, and the proof. Of a note, which nobody has to
/// act on, one piece of evidence stands for all unless everything is asked for.
fn finding_lines(page: &mut Page, finding: &Finding, everything: bool) {
    finding_head(page, finding);
    let urgent = Severity::Info < finding.severity || everything;
    if urgent {
        page.wrapped("          → ", &finding.remedy);
    }
    let shown = if urgent { finding.evidence.len() } else { 1 };
    for it in finding.evidence.iter().take(shown) {
        evidence_line(page, it);
    }
}

/// What a finding is, and what was found.
fn finding_head(page: &mut Page, finding: &Finding) {
    let hop = finding.hop.as_ref().map(|it| format!("{it} "));
    let head = format!(
        "  {} {}{} ",
        page.severity(finding.severity),
        hop.unwrap_or_default(),
        page.bold(finding.code.as_str())
    );
    let accepted = if finding.accepted { " (accepted)" } else { "" };
    page.joined(&head, &format!("{}{accepted}", finding.subject), 10);
    page.wrapped("          ", &finding.message);
    for note in finding.policy_notes() {
        page.wrapped("          ", &note);
    }
}

fn evidence_line(page: &mut Page, evidence: &Evidence) {
    let line = evidence.line.map(|it| format!(":{it}")).unwrap_or_default();
    let text =
        format!("{}{line}  {}", sanitize(&evidence.source), shorten(&sanitize(&evidence.text), 70));
    let faint = page.faint("at");
    page.wrapped(&format!("          {faint} "), &text);
}

fn general_findings(page: &mut Page, report: &Report, blockers: &Blockers<'_>) {
    let rest: Vec<_> = report.findings.iter().filter(|it| !blockers.tells(it)).collect();
    if rest.is_empty() {
        return;
    }
    page.gap();
    page.heading("Findings about the plan as a whole");
    for finding in rest {
        finding_lines(page, finding, true);
    }
}
