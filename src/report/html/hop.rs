//! One hop: what was found, what to do, and what lies behind it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::finding::{self, counted_tag};
use super::path::{guide, kubernetes};
use super::words::{codes, counted, counts, link, prose, sentence};
use super::{Page, changes, predictions, steps};
use crate::finding::Severity;
use crate::report::{ArtifactReport, Downtime, GuideReport, HopReport, OperatorReport};

/// All hops; none where there is none.
pub(super) fn hops(page: &Page<'_>) -> Option<Markup> {
    let all: Vec<_> = page.hops().collect();
    let is_only = all.len() == 1;
    (!all.is_empty()).then(|| {
        html! { @for (number, (hop, id)) in (1..).zip(all) { (one(page, hop, (number, id, is_only))) } }
    })
}

fn one(page: &Page<'_>, hop: &HopReport, (number, id, is_only): (usize, &str, bool)) -> Markup {
    html! {
        details.hop.card id=(id) open[is_only] {
            summary {
                h3 { @if !is_only { "Hop " (number) ": " } (hop.from) " → " (hop.to) }
                span.badges { (badges(hop)) }
            }
            div.body {
                (facts(hop))
                @if !hop.findings.is_empty() {
                    div.found { h4 { "Findings" } (finding::of_hop(page, &hop.findings)) }
                }
                (parts(page, hop))
            }
        }
    }
}

/// How many findings a hop has, as signs with words.
fn badges(hop: &HopReport) -> Markup {
    let open =
        |severity| hop.findings.iter().filter(|it| it.severity == severity && !it.accepted).count();
    let parts =
        [(Severity::Blocker, "blocker"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    html! {
        @for (severity, word) in parts {
            @let count = open(severity);
            @if 0 < count {
                (counted_tag(severity, &counted(count, word))) " "
            }
        }
        @if let Some(it) = hop.steps.as_ref() { span.tag { (counted(it.len(), "step")) } }
    }
}

/// What a hop is, in a few lines.
fn facts(hop: &HopReport) -> Markup {
    let skipped = skipped(hop);
    html! {
        dl.facts {
            @if !hop.reason.is_empty() {
                div {
                    dt { "Chosen" }
                    dd { (prose(&hop.reason)) @if !skipped.is_empty() { "; skipped: " (skipped) } }
                }
            }
            @if let Some(it) = &hop.guide { div { dt { "Guide" } dd { (guide(it)) (guide_aside(it)) } } }
            @if let Some(it) = &hop.procedure {
                div { dt { "Procedure" } dd { (prose(&it.summary)) " (" (prose(&it.document)) ")" } }
            }
            @if let Some(it) = &hop.kubernetes_window {
                div {
                    dt { "Kubernetes" }
                    dd {
                        (kubernetes(hop).unwrap_or_default())
                        @for why in &it.reasons { br; small { (sentence(why)) } }
                    }
                }
            }
        }
    }
}

fn guide_aside(it: &GuideReport) -> Markup {
    html! {
        @if !it.stale.is_empty() { "; stale: " (it.stale.join(", ")) }
        @if !it.uncovered.is_empty() { "; not covered: " (it.uncovered.join(", ")) }
    }
}

/// The releases that were not chosen, grouped by the reason.
fn skipped(hop: &HopReport) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for it in &hop.skipped {
        groups.entry(&it.why).or_default().push(&it.version);
    }
    let groups = groups.iter().map(|(why, versions)| format!("{} ({why})", versions.join(", ")));
    groups.collect::<Vec<_>>().join("; ")
}

/// The parts of a hop that are folded, in the order in which they are needed.
fn parts(page: &Page<'_>, hop: &HopReport) -> Markup {
    let items = hop.guide.as_ref().map(|it| it.checklist.as_slice()).unwrap_or_default();
    html! {
        @if let Some(it) = hop.steps.as_ref().filter(|it| !it.is_empty()) {
            (part("Steps", &it.len().to_string(), &steps::steps(hop, it)))
        }
        @if !items.is_empty() {
            (part("Guide checklist", &counted(items.len(), "item"), &steps::checklist(items)))
        }
        @if let Some(it) = &hop.objects { (changes::objects(hop, it)) }
        @if let Some(it) = &hop.overrides { (changes::overrides(it)) }
        @if let Some(it) = &hop.chart_values { (changes::chart_values(it, page.limits.keys)) }
        @if let Some(it) = &hop.predictions { (predictions::predictions(it, page.report.cluster.is_some())) }
        @if let Some(it) = &hop.operator { (operator(it)) }
        @if let Some(it) = hop.downtime.as_ref().filter(|it| !it.is_empty()) { (downtime(it)) }
        @if let Some(it) = &hop.artifacts { (files(it)) }
    }
}

/// A folded part with a heading and, beside it, what is in it.
pub(super) fn part(title: &str, gist: &str, body: &Markup) -> Markup {
    html! {
        details.part {
            summary { h4 { (title) } @if !gist.is_empty() { " " span.gist { (gist) } } }
            div.body { (body) }
        }
    }
}

fn operator(operator: &OperatorReport) -> Markup {
    const ACTIONS: [(&str, &str); 4] = [
        ("upgrade", "upgraded"),
        ("install", "installed"),
        ("left-installed", "left installed"),
        ("fails", "fails"),
    ];
    let of = |action| operator.components.iter().filter(move |it| it.action == action);
    let gist = counts(&ACTIONS.map(|(action, word)| (of(action).count(), word)));
    let body = html! {
        p { (sentence(&operator.starts)) }
        p { (sentence(&operator.waits)) }
        p { (prose(&operator.on_failure)) }
        dl.facts {
            @for (action, word) in ACTIONS {
                @if 0 < of(action).count() {
                    div {
                        dt { (word) }
                        dd {
                            (codes(of(action).map(|it| it.name.as_str())))
                            @for it in of(action) {
                                @if let Some(why) = &it.why {
                                    br; small { (prose(&it.name)) ": " (prose(why)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    part(&format!("Operator (Helm {})", operator.helm), &gist, &body)
}

fn downtime(all: &[Downtime]) -> Markup {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for it in all {
        groups.entry((&it.expectation, &it.why)).or_default().push(&it.component);
    }
    let body = html! {
        dl.facts {
            @for ((expectation, why), names) in &groups {
                div {
                    dt { (expectation) }
                    dd { (sentence(why)) br; (codes(names.iter().copied())) }
                }
            }
        }
    };
    let mut gist: BTreeMap<&str, usize> = BTreeMap::new();
    for ((expectation, _), names) in &groups {
        *gist.entry(expectation).or_default() += names.len();
    }
    let gist: Vec<_> = gist.into_iter().map(|(word, count)| (count, word)).collect();
    part("Downtime", &counts(&gist), &body)
}

fn files(all: &[ArtifactReport]) -> Markup {
    let body = html! {
        ul.lines.files {
            @for it in all {
                li { (link(&it.url, &it.url)) br; small { (it.bytes) " bytes, " code { (it.sha256) } } }
            }
        }
    };
    html! { @if !all.is_empty() { (part("Files", &all.len().to_string(), &body)) } }
}
