//! Findings as Markdown.

use super::syntax::{code, details, escape};
use crate::finding::{Evidence, Finding};
use crate::report::Report;
use crate::report::layout::shorten;
use crate::report::user_overrides::crowd::{Blockers, Gist, by_hop, gist};

/// So many lines of evidence of one finding are shown.
const EVIDENCE: usize = 5;

pub(super) fn findings_section<'a>(
    title: &str,
    findings: impl Iterator<Item = &'a Finding>,
) -> Option<String> {
    let texts: Vec<_> = findings.map(finding).collect();
    (!texts.is_empty()).then(|| format!("{title}\n\n{}", texts.join("\n")))
}

pub(super) fn finding(finding: &Finding) -> String {
    let accepted = if finding.accepted { " (accepted)" } else { "" };
    let hop = finding.hop.as_ref().map(|it| format!(" at {}", escape(&it.to_string())));
    let notes = finding.policy_notes().into_iter();
    let notes = notes.map(|it| format!("  - {}\n", escape(&it))).collect::<Vec<_>>().concat();
    let mut text = format!(
        "- **{}** {} {}{}{accepted}: {}\n{notes}  - remedy: {}\n",
        finding.severity.as_str(),
        code(finding.code.as_str()),
        code(&finding.subject),
        hop.unwrap_or_default(),
        escape(&finding.message),
        escape(&finding.remedy)
    );
    text.extend(finding.evidence.iter().take(EVIDENCE).map(evidence));
    let more = finding.evidence.len().saturating_sub(EVIDENCE);
    if 0 < more {
        text.push_str(&format!("  - and {more} more lines of evidence in the JSON report\n"));
    }
    text
}

fn evidence(evidence: &Evidence) -> String {
    let line = evidence.line.map(|it| format!(":{it}")).unwrap_or_default();
    let place = code(&format!("{}{line}", evidence.source));
    format!("  - evidence: {place} {}\n", code(&shorten(&evidence.text, 120)))
}

/// Few blockers in full; where many share a code, a line for each.
pub(super) fn blockers_section(report: &Report, blockers: &Blockers<'_>) -> Option<String> {
    let few = blockers.few.iter().map(|it| finding(it));
    let crowds = blockers.crowds.iter().map(|(code, all)| crowd(report, (code, all)));
    let texts: Vec<_> = few.chain(crowds).collect();
    (!texts.is_empty()).then(|| format!("## Blockers\n\n{}", texts.join("\n")))
}

fn crowd(report: &Report, (name, all): (&str, &[&Finding])) -> String {
    let counts = by_hop(all);
    let head = format!("{} blockers {name}: {counts}; each in full at its hop", all.len());
    let lines = all.iter().map(|it| {
        let gist = match gist(report, it) {
            Gist::Successors(keys) => {
                let keys: Vec<_> = keys.iter().map(|it| code(it)).collect();
                format!(" → {}", keys.join(" and "))
            }
            Gist::Message(message) => format!(": {}", escape(message)),
        };
        let hop = it.hop.as_ref().map(|it| format!("{it} ")).unwrap_or_default();
        format!("- {}{}{gist}\n", escape(&hop), code(&it.subject))
    });
    details(&head, &lines.collect::<String>())
}
