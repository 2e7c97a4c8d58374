//! The evidence: findings with their lines, overrides, steps, checklists, predictions and files.
//!
//! # Decisions
//! * The document stays below what hosts show (GitHub cuts a job summary at 1 MiB). Where a plan is
//!   larger, whole hops are left out from the end and named; the JSON report has everything.

use super::way_back::of_components;
use crate::report::Report;
use crate::report::markdown::findings::findings_section;
use crate::report::markdown::syntax::{code, details, escape};
use crate::report::markdown::{hop, overrides};

/// The most bytes of the whole document.
const LONGEST: usize = 1_000_000;

/// The appendix of a document that has so many bytes before it.
pub(super) fn appendix(report: &Report, before: usize) -> String {
    let mut parts = vec![format!("Report digest: {}\n", code(&report.digest))];
    parts.extend(findings_section("### The plan as a whole", report.findings.iter()));
    parts.extend(overrides::section(report).map(|it| details("Your overrides", &it)));
    parts.extend(overrides::migrated(report));
    let mut length: usize = before + parts.iter().map(String::len).sum::<usize>();
    let mut left_out = Vec::new();
    for (it, number) in report.hops.iter().zip(1..) {
        let title = format!("Hop {number}: {} → {}", it.from, it.to);
        let downtime = of_components(it).unwrap_or_default();
        let whole = format!("{}\n{downtime}", hop::section(it, number, |_| false));
        let text = details(&title, &whole);
        if LONGEST < length + text.len() {
            left_out.push(escape(&it.to));
        } else {
            length += text.len();
            parts.push(text);
        }
    }
    if !left_out.is_empty() {
        parts.push(format!(
            "Left out, because the document would be too large: the hops to {}. The JSON report has \
             them.\n",
            left_out.join(", ")
        ));
    }
    parts.join("\n")
}
