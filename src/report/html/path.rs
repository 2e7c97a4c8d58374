//! The path: a drawing, and the same as a table.

use maud::{Markup, html};

use super::words::{link, prose};
use super::{Page, timeline};
use crate::finding::{Finding, Severity};
use crate::guide::GuideStatus;
use crate::report::{GuideReport, HopReport, KubernetesWindow, Report};

/// The section; none where two releases or files are compared, which is no path.
pub(super) fn path(page: &Page<'_>) -> Option<Markup> {
    let is_path = page.report.hops.iter().any(|it| !it.reason.is_empty());
    is_path.then(|| html! { (timeline::timeline(page.report)) (table(page)) })
}

fn table(page: &Page<'_>) -> Markup {
    let columns = Columns::of(page.report);
    html! {
        div.scroll role="region" tabindex="0" aria-label="The path as a table" {
            table.list {
                thead {
                    tr {
                        th scope="col" { "Hop" }
                        th scope="col" { "Release chosen" }
                        @if columns.guide { th scope="col" { "Guide" } }
                        @if columns.window { th scope="col" { "Kubernetes" } }
                        @if columns.no_return { th scope="col" { "No way back from" } }
                        @if columns.findings { th scope="col" { "Open findings" } }
                    }
                }
                tbody { @for (hop, id) in page.hops() { (row(hop, id, &columns)) } }
            }
        }
    }
}

/// Which columns have something in them.
struct Columns {
    guide: bool,
    window: bool,
    no_return: bool,
    findings: bool,
}

impl Columns {
    fn of(report: &Report) -> Self {
        let any = |has: fn(&HopReport) -> bool| report.hops.iter().any(has);
        Self {
            guide: any(|it| it.guide.is_some()),
            window: any(|it| it.kubernetes_window.is_some()),
            no_return: any(|it| it.point_of_no_return.is_some()),
            findings: any(|it| it.steps.is_some() || !it.findings.is_empty()),
        }
    }
}

fn row(hop: &HopReport, id: &str, columns: &Columns) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(format!("#{id}")) { (hop.from) " → " (hop.to) } }
            td { (prose(&hop.reason)) @if hop.prerelease { " (release candidate)" } }
            @if columns.guide { td { @if let Some(it) = &hop.guide { (guide(it)) } } }
            @if columns.window { td { (hop.kubernetes_window.as_ref().map(window).unwrap_or_default()) } }
            @if columns.no_return {
                td {
                    @if let Some(it) = &hop.point_of_no_return {
                        a href=(format!("#{}", super::steps::id(&it.step))) { "step " (number(&it.step)) }
                    } @else { "–" }
                }
            }
            @if columns.findings { td { (findings(&hop.findings)) } }
        }
    }
}

/// The guides of a hop, in a few words.
pub(super) fn guide(guide: &GuideReport) -> Markup {
    html! {
        @match guide.status {
            GuideStatus::Published => {
                @for (place, it) in guide.files.iter().enumerate() {
                    @if 0 < place { ", " } (link(&it.url, &it.name))
                }
            }
            GuideStatus::None => { "none needed" }
            GuideStatus::Missing => { strong.missing { "missing" } }
        }
    }
}

/// A window in words: `1.12 to 1.15`, `up to 1.15`.
pub(super) fn window(window: &KubernetesWindow) -> String {
    match (&window.min, &window.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} or newer"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => "any".to_owned(),
    }
}

/// The number of a step within its hop: the 6 of `1.1.0/6`.
pub(super) fn number(step: &str) -> &str {
    step.rsplit('/').next().unwrap_or(step)
}

fn findings(all: &[Finding]) -> String {
    let count = |severity| all.iter().filter(|it| it.severity == severity && !it.accepted).count();
    let words = [Severity::Blocker, Severity::Warning, Severity::Info].map(|it| {
        let word = if it == Severity::Info { "note" } else { it.as_str() };
        (count(it), word)
    });
    let told = words.into_iter().filter(|it| 0 < it.0);
    let told: Vec<_> = told.map(|(count, word)| super::words::counted(count, word)).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}
