//! Downtime, backup and the way back.

use crate::finding::Evidence;
use crate::report::markdown::syntax::{code, details, escape, some};
use crate::report::way_back::{SENTENCES, Standstill, no_return, standstill};
use crate::report::{HopReport, Report};

/// The most components that are restarted and named; the appendix names all.
const NAMED: usize = 12;

/// The most lines about downtime of one hop that are quoted.
const QUOTED: usize = 3;

/// What stands still at each hop. Reasons that come again and again are told once, with numbers.
pub(super) fn downtime(report: &Report) -> String {
    let reasons = reasons(report);
    let hops: String = report.hops.iter().map(|it| hop(it, &reasons)).collect();
    let legend = reasons.iter().zip(1..).map(|(why, number)| format!("({number}) {}", escape(why)));
    let legend: Vec<_> = legend.collect();
    let legend = match legend.as_slice() {
        [] => ".".to_owned(),
        _ => format!("; the others have a reason: {}.", legend.join("; ")),
    };
    let mut waits: Vec<&str> =
        report.hops.iter().filter_map(|it| Some(it.operator.as_ref()?.waits.as_str())).collect();
    waits.dedup();
    let waits = match waits.as_slice() {
        [one] => format!(" The operator works through the list one by one: {}.", escape(one)),
        _ => String::new(),
    };
    format!(
        "## Downtime\n\nCharts are read, not rendered, so how long Pods are away is not known. *Restart* \
         means that Helm upgrades the component and Pods whose templates changed are \
         replaced{legend}{waits}\n\n{hops}"
    )
}

/// Why something is not a plain restart.
fn reasons(report: &Report) -> Vec<&str> {
    let all = report.hops.iter().flat_map(standstill).filter(|it| it.expectation != "restart");
    let mut reasons: Vec<&str> = Vec::new();
    for group in all {
        if !reasons.contains(&group.why) {
            reasons.push(group.why);
        }
    }
    reasons
}

fn hop(hop: &HopReport, reasons: &[&str]) -> String {
    let groups: Vec<_> = standstill(hop).iter().map(|it| group(it, reasons)).collect();
    let groups = if groups.is_empty() { "not known".to_owned() } else { groups.join("; ") };
    let quotes = hop.guide.iter().flat_map(|it| &it.outages).take(QUOTED).map(quote);
    format!("- **{}**: {groups}\n{}", escape(&hop.to), quotes.collect::<String>())
}

/// What a document says about downtime, in its words.
fn quote(line: &Evidence) -> String {
    let number = line.line.map(|it| format!(":{it}")).unwrap_or_default();
    let place = code(&format!("{}{number}", line.source));
    format!("  - {place} says: {}\n", code(&line.text))
}

fn group(group: &Standstill<'_>, reasons: &[&str]) -> String {
    let names: Vec<_> = group.components.iter().map(|it| escape(it)).collect();
    let number = reasons.iter().position(|it| *it == group.why);
    let number = number.map(|it| format!(" ({})", it + 1)).unwrap_or_default();
    let is_many = NAMED < names.len() && group.expectation == "restart";
    let told = if is_many {
        format!("all {} others (appendix)", names.len())
    } else {
        some(&names, 5 * NAMED)
    };
    format!("*{}*{number}: {told}", escape(group.expectation))
}

/// What stands still at a hop, component by component; none where that is not known.
pub(in crate::report::markdown) fn of_components(hop: &HopReport) -> Option<String> {
    let all = hop.downtime.as_ref()?.iter();
    let lines = all.map(|it| {
        format!("- **{}** {}: {}\n", escape(&it.expectation), code(&it.component), escape(&it.why))
    });
    Some(details("Downtime", &lines.collect::<String>()))
}

/// What can be undone and until when.
pub(super) fn section(report: &Report) -> String {
    let points = no_return(report).into_iter().map(|it| {
        let steps: Vec<_> = it.steps.iter().map(|it| code(it)).collect();
        format!("- No return from {} on: {}.\n", steps.join(", "), escape(it.why))
    });
    let sentences = SENTENCES.iter().map(|it| format!("- {}\n", escape(it)));
    let lines: String = points.chain(sentences).collect();
    format!("## Backup and way back\n\n{lines}")
}
