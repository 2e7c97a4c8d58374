//! The report as one HTML file: to look at, to mail, to print, to tick off.
//!
//! # Decisions
//! * One file without network: style and script are inline, and the content security policy allows
//!   exactly these two by their digests. Whatever came from a release or a cluster is text: maud
//!   escapes it, and the finished page goes through [`sanitize`], so that no invisible character
//!   survives wherever it was written. Nothing but our style and script is taken as it is.
//! * Everything is in the markup. The script only adds comfort: filters, ticks that stay in the link,
//!   buttons that copy. What needs it is hidden until it runs.
//! * Colours never stand alone: every one comes with a sign and a word.
//! * What is long is cut with a note that says how much is missing; the JSON report is whole. Commands
//!   are whole or absent, because half a command is dangerous.
//! * A page of more than [`LARGE`] bytes is made again with less evidence, so that it can be mailed.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::layout::sanitize;
use super::user_overrides::crowd::Blockers;
use super::{HopReport, Report};
use crate::lint::Verdict;

mod changes;
mod filters;
mod finding;
mod hop;
mod ids;
mod lanes;
mod matrix;
mod path;
mod policy;
mod predictions;
mod runs;
mod sides;
mod steps;
mod summary;
#[cfg(test)]
mod tests;
mod timeline;
mod words;

use ids::Ids;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// From so many bytes on a page is made with less in it.
const LARGE: usize = 950_000;

/// How much of long lists a page shows.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Pieces of evidence of a finding.
    proofs: usize,
    /// The same of a note, on which nobody has to act.
    proofs_of_notes: usize,
    /// Keys of a list of chart values.
    keys: usize,
}

/// From everything that most reports have to what very large ones may show.
const LIMITS: [Limits; 5] = [
    Limits { proofs: 12, proofs_of_notes: 12, keys: 50 },
    Limits { proofs: 6, proofs_of_notes: 3, keys: 20 },
    Limits { proofs: 3, proofs_of_notes: 1, keys: 10 },
    Limits { proofs: 1, proofs_of_notes: 0, keys: 5 },
    Limits { proofs: 0, proofs_of_notes: 0, keys: 0 },
];

/// What the sections of a page share.
struct Page<'a> {
    report: &'a Report,
    ids: Ids,
    blockers: Blockers<'a>,
    /// The names of all components that the report knows.
    components: BTreeSet<&'a str>,
    limits: Limits,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, limits: Limits) -> Self {
        Self {
            report,
            ids: Ids::new(report),
            blockers: Blockers::new(report),
            components: lanes::names(report),
            limits,
        }
    }

    /// The hops with what they are called in links.
    fn hops(&self) -> impl Iterator<Item = (&'a HopReport, &str)> {
        self.report.hops.iter().zip(self.ids.hops())
    }
}

/// A part of the page with a heading of its own.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The report as a HTML document that needs no other file.
pub fn html(report: &Report) -> String {
    let mut page = String::new();
    for limits in LIMITS {
        page = document(report, limits);
        if page.len() < LARGE {
            break;
        }
    }
    page
}

fn document(report: &Report, limits: Limits) -> String {
    let page = Page::new(report, limits);
    let sections = sections(&page);
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            (head(report))
            body data-digest=(report.digest) {
                a.skip href="#main" { "Skip to the report" }
                (summary::header(&page))
                (contents(&sections))
                main #main tabindex="-1" {
                    (filters::bar(&page))
                    @for it in &sections {
                        section id=(it.id) aria-labelledby=(format!("{}-title", it.id)) {
                            h2 id=(format!("{}-title", it.id)) { (it.title) }
                            (it.body)
                        }
                    }
                }
                (footer(report))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    sanitize(&document.into_string())
}

fn head(report: &Report) -> Markup {
    let verdict = match report.told_verdict() {
        Some(Verdict::Ready) => ": ready",
        Some(Verdict::Blocked) => ": blocked",
        None => "",
    };
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy::policy(STYLE, SCRIPT));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content=(format!("{} {}", report.tool.name, report.tool.version));
            title { (report.title()) (verdict) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// The sections that the report can fill.
fn sections(page: &Page<'_>) -> Vec<Section> {
    let section = |id, title, body: Option<Markup>| body.map(|body| Section { id, title, body });
    let hops = if page.report.hops.len() == 1 { "The hop" } else { "Hop by hop" };
    let all = [
        section("blockers", "Blockers", finding::blockers(page)),
        section("path", "The path", path::path(page)),
        section("overrides", matrix::title(page.report), matrix::overrides(page)),
        section("components", "Components", lanes::components(page)),
        section("hops", hops, hop::hops(page)),
        section("general", "Findings about the plan as a whole", finding::general(page)),
    ];
    all.into_iter().flatten().collect()
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ul { @for it in sections { li { a href=(format!("#{}", it.id)) { (it.title) } } } }
        }
    }
}

fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "Made by " (report.tool.name) " " (report.tool.version) ". Report digest: "
                code { (report.digest) }
            }
            p { "The JSON report of the same command holds everything that is shortened here." }
        }
    }
}
