//! The report for a terminal: the verdict first, detail after it.

use super::layout::{Page, Style, sanitize, shorten};
use super::{HopReport, Report};
use crate::finding::{Evidence, Finding, Severity};
use crate::lint::Verdict;

mod changes;
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
    head(&mut page, report);
    urgent(&mut page, report);
    let count = report.hops.len();
    for (hop, number) in report.hops.iter().zip(1..) {
        page.gap();
        hop_heading(&mut page, hop, number, count);
        hop_body(&mut page, hop, detail);
    }
    general_findings(&mut page, report);
    page.finish()
}

fn head(page: &mut Page, report: &Report) {
    let title = page.bold(&sanitize(&report.title()));
    let verdict = match report.told_verdict() {
        Some(Verdict::Ready) => format!(": {}", page.tinted(Severity::Info, "READY")),
        Some(Verdict::Blocked) => format!(": {}", page.tinted(Severity::Blocker, "BLOCKED")),
        None => String::new(),
    };
    page.line(&format!("{title}{verdict}"));
    page.field("path", &report.versions().join(" → "));
    page.field("findings", &counts(report));
}

fn counts(report: &Report) -> String {
    let count = |severity, word: &str| {
        let count = report.count(severity);
        format!("{count} {word}{}", if count == 1 { "" } else { "s" })
    };
    let mut text = [
        count(Severity::Blocker, "blocker"),
        count(Severity::Warning, "warning"),
        count(Severity::Info, "note"),
    ]
    .join(", ");
    if 0 < report.accepted() {
        text = format!("{text}; {} accepted", report.accepted());
    }
    text
}

/// The findings that somebody has to act on, before anything else: blockers in full, warnings as
/// one line for each hop and code.
fn urgent(page: &mut Page, report: &Report) {
    let blockers =
        report.all_findings().filter(|it| it.severity == Severity::Blocker && !it.accepted);
    let blockers: Vec<_> = blockers.collect();
    if !blockers.is_empty() {
        page.gap();
        page.heading("Blockers");
        for finding in blockers {
            finding_lines(page, finding, true);
        }
    }
    let whole = ("whole plan", warned(&report.findings));
    let hops = report.hops.iter().map(|hop| (hop.to.as_str(), warned(&hop.findings)));
    let lines: Vec<_> = std::iter::once(whole).chain(hops).filter(|it| !it.1.is_empty()).collect();
    if !lines.is_empty() {
        page.gap();
        page.heading("Warnings by hop");
        for (to, warned) in lines {
            page.field(to, &warned.join(", "));
        }
    }
}

/// The codes of open warnings with their number.
fn warned(findings: &[Finding]) -> Vec<String> {
    let open = |it: &&Finding| it.severity == Severity::Warning && !it.accepted;
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for finding in findings.iter().filter(open) {
        match counted.last_mut() {
            Some((code, count)) if *code == finding.code.as_str() => *count += 1,
            _ => counted.push((finding.code.as_str(), 1)),
        }
    }
    let text = |(code, count): (&str, usize)| {
        if count == 1 { code.to_owned() } else { format!("{code} ({count})") }
    };
    counted.into_iter().map(text).collect()
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
            None => groups.push((it.why, vec![&it.version])),
        }
    }
    let groups: Vec<_> =
        groups.iter().map(|(why, versions)| format!("{} ({why})", versions.join(", "))).collect();
    groups.join("; ")
}

fn hop_body(page: &mut Page, hop: &HopReport, detail: Detail) {
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
    if detail == Detail::Summary {
        return;
    }
    if let Some(objects) = &hop.objects {
        objects_detail(page, objects, detail);
    }
    if let Some(overrides) = &hop.overrides {
        overrides_detail(page, overrides);
    }
    for finding in &hop.findings {
        if finding.severity != Severity::Blocker || finding.accepted {
            finding_lines(
                page,
                finding,
                detail == Detail::Full || Severity::Info < finding.severity,
            );
        }
    }
    steps(page, hop);
    checklist(page, hop);
    artifacts(page, hop.artifacts.as_deref().unwrap_or_default());
}

/// A finding: what it is, what was found, what to do, and the proof. Of a note, which nobody has to
/// act on, one piece of evidence stands for all unless everything is asked for.
fn finding_lines(page: &mut Page, finding: &Finding, everything: bool) {
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
    let urgent = Severity::Info < finding.severity || everything;
    if urgent {
        page.wrapped("          → ", &finding.remedy);
    }
    let shown = if urgent { finding.evidence.len() } else { 1 };
    for it in finding.evidence.iter().take(shown) {
        evidence_line(page, it);
    }
}

fn evidence_line(page: &mut Page, evidence: &Evidence) {
    let line = evidence.line.map(|it| format!(":{it}")).unwrap_or_default();
    let text =
        format!("{}{line}  {}", sanitize(&evidence.source), shorten(&sanitize(&evidence.text), 70));
    let faint = page.faint("at");
    page.wrapped(&format!("          {faint} "), &text);
}

fn general_findings(page: &mut Page, report: &Report) {
    let open = |it: &&Finding| it.severity != Severity::Blocker || it.accepted;
    let rest: Vec<_> = report.findings.iter().filter(open).collect();
    if rest.is_empty() {
        return;
    }
    page.gap();
    page.heading("Findings about the plan as a whole");
    for finding in rest {
        finding_lines(page, finding, true);
    }
}
