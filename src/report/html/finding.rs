//! Findings on the page.

use maud::{Markup, html};

use super::Page;
use super::words::{code, counted, left_out, prose, stopped, value};
use crate::finding::{Evidence, Finding, Severity};
use crate::report::user_overrides::crowd::{Gist, by_hop, gist};

/// Where a finding stands, which decides the level of its heading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Below a heading of the page.
    Section,
    /// Below a heading of a hop.
    Hop,
}

/// The open blockers: few in full; where many share a code, a line for each.
pub(super) fn blockers(page: &Page<'_>) -> Option<Markup> {
    let blockers = &page.blockers;
    let none = blockers.few.is_empty() && blockers.crowds.is_empty();
    (!none).then(|| {
        html! {
            @for it in &blockers.few { (finding(page, it, Place::Section)) }
            @for (code, all) in &blockers.crowds { (crowd(page, code, all)) }
        }
    })
}

fn crowd(page: &Page<'_>, name: &str, all: &[&Finding]) -> Markup {
    html! {
        details.card.crowd {
            summary {
                h3 { (tag(Severity::Blocker)) " " (all.len()) " times " code { (name) } }
                span { (by_hop(all)) "; each in full at its hop" }
            }
            ul.lines {
                @for it in all {
                    li { a href=(format!("#{}", page.ids.of(it))) { (subject(it)) } (short(page, it)) }
                }
            }
        }
    }
}

fn short(page: &Page<'_>, it: &Finding) -> Markup {
    match gist(page.report, it) {
        Gist::Successors(keys) => html! {
            " → "
            @for (place, key) in keys.iter().enumerate() { @if 0 < place { " and " } (code(key)) }
        },
        Gist::Message(message) => html! { ": " (prose(message)) },
    }
}

fn subject(it: &Finding) -> Markup {
    html! { @if let Some(hop) = &it.hop { (hop) " " } (code(&it.subject)) }
}

/// The findings of no hop that are not told before.
pub(super) fn general(page: &Page<'_>) -> Option<Markup> {
    let rest: Vec<_> = page.report.findings.iter().filter(|it| !page.blockers.tells(it)).collect();
    (!rest.is_empty()).then(|| html! { @for it in rest { (finding(page, it, Place::Section)) } })
}

/// The findings of a hop; those that are told before are named with a link.
pub(super) fn of_hop(page: &Page<'_>, findings: &[Finding]) -> Markup {
    let (told, own): (Vec<_>, Vec<_>) = findings.iter().partition(|it| page.blockers.tells(it));
    html! {
        @if !told.is_empty() {
            p { "Told in full above:" }
            ul.lines {
                @for it in told {
                    li {
                        (tag(it.severity)) " "
                        a href=(format!("#{}", page.ids.of(it))) {
                            code { (it.code.as_str()) } " " (code(&it.subject))
                        }
                    }
                }
            }
        }
        @for it in own { (finding(page, it, Place::Hop)) }
    }
}

/// A finding with what to do and the proof.
pub(super) fn finding(page: &Page<'_>, it: &Finding, place: Place) -> Markup {
    let id = page.ids.of(it);
    let (name, accepted) =
        (html! { a href=(format!("#{id}")) { (it.code.as_str()) } }, accepted(it));
    html! {
        article.finding id=(id) data-s=(it.severity.as_str()) data-a[it.accepted]
            data-c=[component(page, it)] {
            @match place {
                Place::Section => h3 { (tag(it.severity)) " " (name) " " (subject(it)) (accepted) },
                Place::Hop => h5 { (tag(it.severity)) " " (name) " " (code(&it.subject)) (accepted) },
            }
            p { (stopped(&it.message)) }
            p { b { "What to do: " } (stopped(&it.remedy)) }
            (proof(&it.evidence, shown(page, it)))
        }
    }
}

fn accepted(it: &Finding) -> Markup {
    html! { @if it.accepted { " " span.tag.accepted { "✓ accepted" } } }
}

/// How many pieces of evidence are shown.
fn shown(page: &Page<'_>, it: &Finding) -> usize {
    match it.severity {
        Severity::Info => page.limits.proofs_of_notes,
        Severity::Warning | Severity::Blocker => page.limits.proofs,
    }
}

fn proof(all: &[Evidence], most: usize) -> Markup {
    let more = all.len().saturating_sub(most);
    html! {
        @if all.is_empty() {}
        @else if most == 0 { p.cut { (counted(all.len(), "line")) " of evidence in the JSON report" } }
        @else {
            details.proof {
                summary { "Evidence (" (all.len()) ")" }
                ul {
                    @for it in all.iter().take(most) { li { (evidence(it)) } }
                    @if 0 < more { li.cut { (counted(more, "more line")) " in the JSON report" } }
                }
            }
        }
    }
}

fn evidence(it: &Evidence) -> Markup {
    let (source, rest) = super::words::cut(&it.source, 300);
    html! {
        (source) (left_out(rest)) @if let Some(line) = it.line { ":" (line) }
        " " (value(&it.text, 200))
    }
}

/// A severity as a sign and a word.
pub(super) fn tag(severity: Severity) -> Markup {
    counted_tag(severity, severity.as_str())
}

/// The same with other words.
pub(super) fn counted_tag(severity: Severity, words: &str) -> Markup {
    let class = format!("tag {}", severity.as_str());
    html! { span class=(class) { (severity_sign(severity)) " " (words) } }
}

/// The sign of a severity.
pub(super) fn severity_sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "✖",
        Severity::Warning => "▲",
        Severity::Info => "●",
    }
}

/// The component that a finding is about, if it is about one: keys are written `component:key`.
pub(super) fn component<'f>(page: &Page<'_>, it: &'f Finding) -> Option<&'f str> {
    let before_key = it.subject.split_once(':').map_or(it.subject.as_str(), |it| it.0);
    page.components.contains(before_key).then_some(before_key)
}
