//! The open blockers: few in full, many as counts.

use crate::finding::{Finding, Severity};
use crate::lint::Verdict;
use crate::report::Report;
use crate::report::decision::place;
use crate::report::layout::shorten;
use crate::report::markdown::syntax::{code, escape};
use crate::report::user_overrides::crowd::{Blockers, by_hop};

/// So many are told in full, over all codes.
const MOST: usize = 24;

/// What blocks; none where nothing does.
pub(super) fn section(report: &Report) -> Option<String> {
    if report.verdict == Verdict::Ready && report.count(Severity::Blocker) == 0 {
        return None;
    }
    let blockers = Blockers::new(report);
    let few = blockers.few.iter().take(MOST).map(|it| one(it));
    let crowds = blockers.crowds.iter().map(|(name, all)| crowd(name, all));
    let more = match blockers.few.len().saturating_sub(MOST) {
        0 => None,
        more => Some(format!("- … and {more} more, each in the appendix\n")),
    };
    let texts: Vec<String> = crowds.chain(few).chain(more).collect();
    (!texts.is_empty()).then(|| format!("## Blockers\n\n{}", texts.concat()))
}

fn one(finding: &Finding) -> String {
    format!(
        "- {} at {}, {}: {}\n  - **do**: {}\n",
        code(finding.code.as_str()),
        escape(&place(finding)),
        code(&shorten(&finding.subject, 120)),
        escape(&shorten(&finding.message, 300)),
        escape(&shorten(&finding.remedy, 300))
    )
}

fn crowd(name: &str, all: &[&Finding]) -> String {
    let remedy = all.first().map(|it| it.code.info().remedy).unwrap_or_default();
    format!(
        "- {} {} times: {}\n  - **do**, for each as the appendix says: {}\n",
        code(name),
        all.len(),
        escape(&by_hop(all)),
        escape(remedy)
    )
}
