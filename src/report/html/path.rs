//! The path: a drawing, and the same as a table.

use maud::{Markup, html};

use super::words::{link, prose};
use super::{Page, timeline};
use crate::finding::Severity;
use crate::guide::GuideStatus;
use crate::report::{GuideReport, HopReport, KubernetesWindow};

/// The section; none where two releases or files are compared, which is no path.
pub(super) fn path(page: &Page<'_>) -> Option<Markup> {
    let is_path = page.report.hops.iter().any(|it| !it.reason.is_empty());
    is_path.then(|| html! { (timeline::timeline(page.report)) (table(page)) })
}

/// A column of the table.
struct Column {
    name: &'static str,
    /// What a hop has to say there; none where it knows nothing.
    cell: fn(&HopReport) -> Option<Markup>,
}

const COLUMNS: [Column; 5] = [
    Column { name: "Release chosen", cell: |hop| Some(chosen(hop)) },
    Column { name: "Guide", cell: |hop| hop.guide.as_ref().map(guide) },
    Column { name: "Kubernetes", cell: kubernetes },
    Column { name: "No way back from", cell: no_return },
    Column { name: "Open findings", cell: findings },
];

fn table(page: &Page<'_>) -> Markup {
    let is_told = |it: &&Column| page.report.hops.iter().any(|hop| (it.cell)(hop).is_some());
    let columns: Vec<&Column> = COLUMNS.iter().filter(is_told).collect();
    html! {
        div.scroll role="region" tabindex="0" aria-label="The path as a table" {
            table.list {
                thead {
                    tr { th scope="col" { "Hop" } @for it in &columns { th scope="col" { (it.name) } } }
                }
                tbody {
                    @for (hop, id) in page.hops() {
                        tr {
                            th scope="row" { a href=(format!("#{id}")) { (hop.from) " → " (hop.to) } }
                            @for it in &columns { td { ((it.cell)(hop).unwrap_or_default()) } }
                        }
                    }
                }
            }
        }
    }
}

fn chosen(hop: &HopReport) -> Markup {
    html! { (prose(&hop.reason)) @if hop.prerelease { " (release candidate)" } }
}

fn no_return(hop: &HopReport) -> Option<Markup> {
    let step = &hop.point_of_no_return.as_ref()?.step;
    Some(html! { a href=(format!("#{}", super::steps::id(step))) { "step " (number(step)) } })
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

/// The window of a hop, and whether the cluster's version is in it.
pub(super) fn kubernetes(hop: &HopReport) -> Option<Markup> {
    let known = hop.kubernetes_window.as_ref()?;
    let own = hop.kubernetes_version.as_ref();
    Some(html! {
        (window(known))
        @if let Some(own) = own {
            "; yours is " (own)
            @if is_outside(hop) { " " strong.missing { "✖ outside" } } @else { " ✓" }
        }
    })
}

/// Whether the hop is known not to work on the cluster's version of Kubernetes.
pub(super) fn is_outside(hop: &HopReport) -> bool {
    let own = hop.kubernetes_version.as_deref().and_then(minor);
    hop.kubernetes_window.as_ref().zip(own).is_some_and(|(window, own)| {
        let bound = |it: &Option<String>| it.as_deref().and_then(minor);
        bound(&window.min).is_some_and(|it| own < it)
            || bound(&window.max).is_some_and(|it| it < own)
    })
}

/// The minor of `1.15` or `v1.15.3`.
pub(super) fn minor(version: &str) -> Option<u64> {
    version.split('.').nth(1)?.parse().ok()
}

/// The number of a step within its hop: the 6 of `1.1.0/6`.
pub(super) fn number(step: &str) -> &str {
    step.rsplit('/').next().unwrap_or(step)
}

fn findings(hop: &HopReport) -> Option<Markup> {
    let open =
        |severity| hop.findings.iter().filter(|it| it.severity == severity && !it.accepted).count();
    let parts =
        [(Severity::Blocker, "blocker"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let told = parts.map(|(severity, word)| (open(severity), word)).into_iter();
    let told: Vec<_> = told
        .filter(|it| 0 < it.0)
        .map(|(count, word)| super::words::counted(count, word))
        .collect();
    match told.as_slice() {
        [] => hop.steps.as_ref().map(|_| html! { "none" }),
        told => Some(html! { (told.join(", ")) }),
    }
}
