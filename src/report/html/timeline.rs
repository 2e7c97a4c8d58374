//! The path as a drawing. Everything in it stands in the table below it, too.
//!
//! # Decisions
//! * The drawing keeps its size and scrolls where the page is narrower: letters stay readable.
//! * Kubernetes is a scale from bottom to top; a hop's window is a band on it. A band that ends at an
//!   edge of the scale has no known bound there.

use maud::{Markup, html};

use super::path::{is_outside, minor, number, window};
use super::words::counted;
use crate::finding::Severity;
use crate::guide::GuideStatus;
use crate::report::{HopReport, Report};

const LEFT: usize = 136;
const RIGHT: usize = 44;
const LINE: usize = 44;
const ROW: usize = 26;
const FIRST_ROW: usize = 84;
const LEVEL: usize = 18;

/// The drawing of a path.
pub(super) fn timeline(report: &Report) -> Markup {
    let step = (880 / report.hops.len().max(1)).clamp(66, 290);
    let width = LEFT + RIGHT + step * report.hops.len();
    let rows = rows(report);
    let top = FIRST_ROW + ROW * rows.len();
    let scale = Scale::of(report, top);
    let height = scale.as_ref().map_or(top, Scale::bottom);
    let hops = report.hops.len();
    html! {
        figure.scroll role="region" tabindex="0" aria-label="The path as a drawing" {
            svg.timeline role="img" aria-labelledby="drawing drawn" width=(width) height=(height)
                viewBox=(format!("0 0 {width} {height}")) {
                title #drawing {
                    "The path from " (report.from) " to " (report.to) " in " (counted(hops, "hop"))
                }
                desc #drawn { "The table after this drawing says the same in words." }
                (line(report, step))
                @for (place, row) in rows.iter().enumerate() { (texts(row, FIRST_ROW + ROW * place, step)) }
                @if let Some(scale) = &scale { (bands(report, scale, step)) }
            }
        }
    }
}

/// The middle of a hop.
fn middle(place: usize, step: usize) -> usize {
    LEFT + step * place + step / 2
}

fn line(report: &Report, step: usize) -> Markup {
    html! {
        @for (place, hop) in report.hops.iter().enumerate() {
            @let x = LEFT + step * place;
            line class=(format!("way {}", worst(hop))) x1=(x) x2=(x + step) y1=(LINE) y2=(LINE) {}
        }
        @for (place, version) in report.versions().into_iter().enumerate() {
            circle.stop cx=(LEFT + step * place) cy=(LINE) r="7" {}
            text.version x=(LEFT + step * place) y=(LINE - 18) text-anchor="middle" { (version) }
        }
    }
}

/// The class of a hop's worst open finding.
fn worst(hop: &HopReport) -> &'static str {
    let open = hop.findings.iter().filter(|it| !it.accepted);
    open.map(|it| it.severity)
        .max()
        .filter(|it| *it != Severity::Info)
        .map_or("calm", Severity::as_str)
}

/// A row below the line: its name, and for each hop a class and a text.
struct Texts {
    name: &'static str,
    hops: Vec<(&'static str, String)>,
}

fn rows(report: &Report) -> Vec<Texts> {
    let row = |name, text: fn(&HopReport) -> (&'static str, String)| Texts {
        name,
        hops: report.hops.iter().map(text).collect(),
    };
    let all =
        [row("Guide", guide), row("No way back from", no_return), row("Open findings", findings)];
    all.into_iter().filter(|it| it.hops.iter().any(|it| !it.1.is_empty())).collect()
}

fn guide(hop: &HopReport) -> (&'static str, String) {
    match hop.guide.as_ref().map(|it| it.status) {
        Some(GuideStatus::Published) => ("good", "✓ guide".to_owned()),
        Some(GuideStatus::Missing) => ("blocker", "✖ missing".to_owned()),
        Some(GuideStatus::None) => ("faint", "– none".to_owned()),
        None => ("faint", String::new()),
    }
}

fn no_return(hop: &HopReport) -> (&'static str, String) {
    let step = hop.point_of_no_return.as_ref().map(|it| format!("⚑ step {}", number(&it.step)));
    ("plain", step.unwrap_or_default())
}

fn findings(hop: &HopReport) -> (&'static str, String) {
    let open =
        |severity| hop.findings.iter().filter(|it| it.severity == severity && !it.accepted).count();
    match (open(Severity::Blocker), open(Severity::Warning)) {
        (0, 0) => ("faint", if hop.steps.is_some() { "–".to_owned() } else { String::new() }),
        (0, warnings) => ("warning", format!("▲ {warnings}")),
        (blockers, 0) => ("blocker", format!("✖ {blockers}")),
        (blockers, warnings) => ("blocker", format!("✖ {blockers}  ▲ {warnings}")),
    }
}

fn texts(row: &Texts, y: usize, step: usize) -> Markup {
    html! {
        text.name x="0" y=(y) { (row.name) }
        @for (place, (class, text)) in row.hops.iter().enumerate() {
            text class=(class) x=(middle(place, step)) y=(y) text-anchor="middle" { (text) }
        }
    }
}

/// Kubernetes minors from bottom to top.
struct Scale {
    lowest: u64,
    highest: u64,
    top: usize,
}

impl Scale {
    /// One minor more than the bounds and versions that are known; none if none is.
    fn of(report: &Report, top: usize) -> Option<Self> {
        let known = report.hops.iter().flat_map(|hop| {
            let window = hop.kubernetes_window.as_ref();
            let bounds = window.into_iter().flat_map(|it| [it.min.as_deref(), it.max.as_deref()]);
            bounds.chain([hop.kubernetes_version.as_deref()]).flatten().filter_map(minor)
        });
        let (lowest, highest) = (known.clone().min()?, known.max()?);
        // A scale is drawn for what exists; whatever else a version says would make it endless.
        let highest = highest.min(lowest.saturating_add(30)).saturating_add(1);
        Some(Self { lowest: lowest.saturating_sub(1), highest, top: top + 4 })
    }

    /// The upper edge of a minor's level.
    fn y(&self, minor: u64) -> usize {
        let below = self.highest - minor.clamp(self.lowest, self.highest);
        self.top + LEVEL * usize::try_from(below).unwrap_or(0)
    }

    fn bottom(&self) -> usize {
        self.y(self.lowest) + LEVEL + 6
    }
}

fn bands(report: &Report, scale: &Scale, step: usize) -> Markup {
    let same =
        |one: &&HopReport, other: &&HopReport| one.kubernetes_window == other.kubernetes_window;
    let hops: Vec<&HopReport> = report.hops.iter().collect();
    let mut start = 0;
    let runs = hops.chunk_by(same).map(|run| {
        start += run.len();
        (start - run.len(), run)
    });
    html! {
        text.name x="0" y=(scale.y(scale.highest) + 13) { "Kubernetes" }
        @for it in scale.lowest..=scale.highest {
            text.minor x=(LEFT - 10) y=(scale.y(it) + 13) text-anchor="end" { "1." (it) }
        }
        @for (place, run) in runs { (band(run, scale, (place, step))) }
        @for (place, hop) in hops.iter().enumerate() { (cluster(hop, scale, (place, step))) }
    }
}

fn band(run: &[&HopReport], scale: &Scale, (place, step): (usize, usize)) -> Markup {
    let known = run.first().and_then(|it| it.kubernetes_window.as_ref());
    html! {
        @if let Some(it) = known {
            @let max = it.max.as_deref().and_then(minor).unwrap_or(scale.highest);
            @let min = it.min.as_deref().and_then(minor).unwrap_or(scale.lowest);
            @let (top, bottom) = (scale.y(max), scale.y(min) + LEVEL);
            @let (x, width) = (LEFT + step * place, step * run.len());
            rect.band x=(x + 2) y=(top) width=(width - 4) height=(bottom.saturating_sub(top)) rx="3" {}
            text.on x=(x + width / 2) y=(top + 13) text-anchor="middle" { (window(it)) }
        }
    }
}

fn cluster(hop: &HopReport, scale: &Scale, (place, step): (usize, usize)) -> Markup {
    let known = hop.kubernetes_version.as_deref().and_then(|it| Some((it, minor(it)?)));
    html! {
        @if let Some((version, level)) = known {
            @let (x, y) = (LEFT + step * place, scale.y(level) + LEVEL / 2);
            @let class = if is_outside(hop) { "cluster outside" } else { "cluster" };
            line class=(class) x1=(x) x2=(x + step) y1=(y) y2=(y) {}
            @if place == 0 { text.mine x=(x + 6) y=(y - 4) { "your cluster: " (version) } }
            @if is_outside(hop) { text.blocker x=(middle(place, step)) y=(y + 4) { "✖" } }
        }
    }
}
