//! The first screen: the decision, why, and what to do next.
//!
//! # Decisions
//! * One line for each kind of finding, with the hops: what blocks can be seen whole, however many
//!   blockers there are. They stand in full below.
//! * Notes ask for nothing, so they have no line here and tell their remedy with `-v` only.

use super::super::decision::{self, Risk};
use super::super::gates::gates;
use super::super::layout::{Page, sanitize};
use super::super::user_overrides::summary;
use super::super::{ClusterReport, Report};
use super::{Detail, simulation};
use crate::finding::Severity;
use crate::lint::Verdict;

/// The verdict with what it is about, why it is so, and what comes next.
pub(super) fn screen(page: &mut Page, report: &Report, detail: Detail) {
    head(page, report);
    let risks = decision::risks(report);
    let is_blocked = report.told_verdict() == Some(Verdict::Blocked);
    let open = |severity| risks.iter().filter(move |it| it.severity == severity && 0 < it.open);
    let blockers: Vec<&Risk> = open(Severity::Blocker).collect();
    let warnings: Vec<&Risk> = open(Severity::Warning).collect();
    let warnings_block = is_blocked && blockers.is_empty();
    match (is_blocked, warnings_block) {
        (_, true) => kinds(page, "Blocked by", &warnings),
        (true, _) => kinds(page, "Blocked by", &blockers),
        _ => kinds(page, "Blockers, which the policy lets pass", &blockers),
    }
    next(page, report);
    if !warnings_block {
        kinds(page, "Warnings", &warnings);
    }
    if detail == Detail::Summary {
        to_do(page, report);
    }
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
    if let Some(text) = cluster(report) {
        page.field("cluster", &text);
    }
    if let Some(sentence) = summary::sentence(report) {
        page.field("overrides", &sentence);
    }
}

/// The cluster; that a plan knows of none is told, too, because it then knows of no edit.
fn cluster(report: &Report) -> Option<String> {
    let assumed = || format!("none was read; a clean install of {} is assumed", report.from);
    let known: Option<&ClusterReport> = report.cluster.as_ref();
    known.map(simulation::cluster).or_else(|| report.is_plan().then(assumed))
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

/// Kinds of findings, one line each: code, title, hops.
fn kinds(page: &mut Page, heading: &str, risks: &[&Risk]) {
    if risks.is_empty() {
        return;
    }
    page.gap();
    page.heading(heading);
    let width = risks.iter().map(|it| it.name().len()).max().unwrap_or(0);
    for risk in risks {
        let name = risk.name();
        let gap = " ".repeat(width - name.len());
        let first = format!("  {}{gap}  ", page.tinted(risk.severity, &name));
        page.wrapped(&first, &format!("{}: {}", risk.code.info().title, risk.places()));
    }
}

fn next(page: &mut Page, report: &Report) {
    let steps = decision::next(report);
    if steps.is_empty() {
        return;
    }
    page.gap();
    page.heading("Next");
    for (step, number) in steps.iter().zip(1..) {
        page.wrapped(&format!("  {number}. "), step);
    }
}

/// How much people have to do before, between and after the hops.
fn to_do(page: &mut Page, report: &Report) {
    let gates = gates(report);
    let told = gates.iter().filter_map(|it| Some((it.title(), it.summary()?)));
    for ((title, summary), number) in told.zip(0..) {
        if number == 0 {
            page.gap();
            page.heading("To do");
        }
        page.wrapped("  ", &format!("{title}: {summary}"));
    }
}
