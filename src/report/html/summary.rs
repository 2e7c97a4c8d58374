//! The first screen: the verdict, and what it rests on.

use maud::{Markup, html};

use super::Page;
use super::words::{counted, prose};
use crate::finding::Severity;
use crate::lint::Verdict;
use crate::report::user_overrides::summary;
use crate::report::{ClusterReport, Report};

/// The head of the page.
pub(super) fn header(page: &Page<'_>) -> Markup {
    let report = page.report;
    html! {
        header.top {
            p.kind { "Kyma upgrade report" }
            h1 { (report.title()) }
            (verdict(report))
            (counts(report))
            dl.facts { @for (name, text) in facts(report) { div { dt { (name) } dd { (text) } } } }
        }
    }
}

fn verdict(report: &Report) -> Markup {
    let (blockers, warnings) = (report.count(Severity::Blocker), report.count(Severity::Warning));
    html! {
        @match report.told_verdict() {
            Some(Verdict::Blocked) => {
                p.verdict.blocked { strong { "✖ Blocked" } " " span { (against(blockers, warnings)) } }
            }
            Some(Verdict::Ready) => {
                p.verdict.ready { strong { "✓ Ready" } " " span { (in_favour(blockers, warnings)) } }
            }
            None => {}
        }
    }
}

fn against(blockers: usize, warnings: usize) -> String {
    match (blockers, warnings) {
        (0, _) => format!("{} open, which the policy does not let pass.", are(warnings, "warning")),
        (1, _) => {
            "1 blocker stands against the upgrade. Solve it, or accept it by name, before the \
                   upgrade starts."
                .to_owned()
        }
        _ => format!(
            "{blockers} blockers stand against the upgrade. Solve each, or accept it by name, before \
             the upgrade starts."
        ),
    }
}

fn in_favour(blockers: usize, warnings: usize) -> String {
    match (blockers, warnings) {
        (0, 0) => "Nothing stands against the upgrade.".to_owned(),
        (0, _) => {
            format!("No blocker stands against the upgrade; {} to be looked at.", have(warnings))
        }
        _ => format!("The policy lets {} pass.", counted(blockers, "blocker")),
    }
}

fn are(count: usize, word: &str) -> String {
    format!("{} {}", counted(count, word), if count == 1 { "is" } else { "are" })
}

fn have(warnings: usize) -> String {
    format!("{} {}", counted(warnings, "warning"), if warnings == 1 { "has" } else { "have" })
}

fn counts(report: &Report) -> Markup {
    let parts = [
        (Severity::Blocker, "✖", "blocker"),
        (Severity::Warning, "▲", "warning"),
        (Severity::Info, "●", "note"),
    ];
    html! {
        ul.counts aria-label="Findings" {
            @for (severity, sign, word) in parts {
                @let count = report.count(severity);
                li class=(if count == 0 { "zero" } else { severity.as_str() }) {
                    i aria-hidden="true" { (sign) } " " b { (count) } " " (word) @if count != 1 { "s" }
                }
            }
            li.zero { i aria-hidden="true" { "✓" } " " b { (report.accepted()) } " accepted" }
        }
    }
}

/// What the report is about, as names and texts.
fn facts(report: &Report) -> Vec<(&'static str, Markup)> {
    let versions = report.versions();
    let hops = report.hops.len();
    let is_path = report.hops.iter().any(|it| !it.reason.is_empty());
    let path = html! { (counted(hops, "hop")) ": " (versions.join(" → ")) };
    let version = report.kubernetes_version.as_ref().map(|it| html! { (it) });
    let all = [
        ("Path", is_path.then_some(path)),
        ("Kubernetes", version),
        ("Cluster", report.cluster.as_ref().map(cluster)),
        ("Overrides", summary::sentence(report).map(|it| prose(&it))),
        ("Way back", way_back(report)),
    ];
    all.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

fn cluster(it: &ClusterReport) -> Markup {
    html! {
        (it.source) " (" (it.objects) " objects)"
        @if !it.assumed.is_empty() { "; as a clean install has them: " (it.assumed.join(", ")) }
    }
}

/// What a backup is needed for; none where no hop has steps.
fn way_back(report: &Report) -> Option<Markup> {
    let first = report.hops.iter().find_map(|it| it.point_of_no_return.as_ref())?;
    Some(html! {
        "Only a restored backup: Kyma has no downgrade. The first point of no return is "
        a href=(format!("#{}", super::steps::id(&first.step))) { "step " (first.step) } "."
    })
}
