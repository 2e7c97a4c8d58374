//! The document with which a change is approved: what is asked, what speaks against it, what has to be
//! done and when, the way back, the sign-off, and the evidence in an appendix.
//!
//! # Decisions
//! * What comes before the appendix names kinds and counts where there are many of a thing, so it
//!   stays short enough for a comment, whatever the plan ([`FRONT`]). The appendix has all of it.
//! * Rows that a person fills in are empty; nothing is signed here. `kyma-upgrade approve` records who
//!   said yes to which digest.

use super::syntax::{code, details, escape, some, table};
use crate::finding::Severity;
use crate::lint::Verdict;
use crate::release::Deployment;
use crate::report::decision::{self, Risk};
use crate::report::user_overrides::summary;
use crate::report::{HopReport, PlanFile, Report};

mod appendix;
mod blockers;
mod todo;
mod way_back;

/// Fewer bytes than GitHub takes in a comment (65,536 characters) come before the appendix.
#[cfg(test)]
const FRONT: usize = 60_000;

/// The document of a plan.
pub(super) fn document(report: &Report, plan: Option<&PlanFile>) -> String {
    let front = front(report, plan);
    let appendix = appendix::appendix(report, front.len());
    format!("{front}\n{}", details("Appendix: evidence", &appendix))
}

fn front(report: &Report, plan: Option<&PlanFile>) -> String {
    let mut parts = vec![head(report), scope(report), risks(report)];
    parts.extend(blockers::section(report));
    parts.extend(accepted(report));
    parts.push(hops(report));
    parts.push(todo::section(report));
    parts.push(way_back::downtime(report));
    parts.push(way_back::section(report));
    parts.push(sign_off(report, plan));
    parts.join("\n")
}

fn head(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Ready => "READY",
        Verdict::Blocked => "BLOCKED",
    };
    let title = escape(&report.title());
    format!("# Change approval: {title}\n\n**{verdict}.** {}\n", escape(&decision::asked(report)))
}

fn scope(report: &Report) -> String {
    let path: Vec<_> = report.versions().into_iter().map(escape).collect();
    let deployment = match report.deployment {
        Deployment::Cluster => "cluster",
        Deployment::Local => "local (Minikube)",
    };
    let mut rows = vec![
        ("Path", path.join(" → ")),
        ("Cluster", cluster(report)),
        ("Deployment", deployment.to_owned()),
        ("Kubernetes", kubernetes(report)),
    ];
    rows.extend(summary::sentence(report).map(|it| ("Overrides", escape(&it))));
    let rows = rows.into_iter().map(|(label, text)| vec![label.to_owned(), text]);
    table(&["scope", ""], rows)
}

fn cluster(report: &Report) -> String {
    match &report.cluster {
        Some(it) => format!("{} ({} objects read)", code(&it.source), it.objects),
        None => format!(
            "none was read: a clean install of {} is assumed, edits are not known, and the plan cannot \
             be applied",
            escape(&report.from)
        ),
    }
}

fn kubernetes(report: &Report) -> String {
    let known = report.kubernetes_version.as_ref();
    let known = known.map_or_else(|| "version not known".to_owned(), |it| escape(it));
    let mut needs: Vec<String> = report.hops.iter().filter_map(needed).collect();
    needs.dedup();
    match needs.as_slice() {
        [] => known,
        [one] => format!("{known}; every hop needs {one}"),
        _ => format!("{known}; the hops need different ones (below)"),
    }
}

/// The versions of Kubernetes that a hop needs: `1.12 to 1.15`, `1.15 or older`.
fn needed(hop: &HopReport) -> Option<String> {
    let window = hop.kubernetes_window.as_ref()?;
    Some(match (&window.min, &window.max) {
        (Some(min), Some(max)) => format!("{} to {}", escape(min), escape(max)),
        (Some(min), None) => format!("{} or newer", escape(min)),
        (None, Some(max)) => format!("{} or older", escape(max)),
        (None, None) => return None,
    })
}

fn risks(report: &Report) -> String {
    let risks = decision::risks(report);
    let told = risks.iter().filter(|it| Severity::Info < it.severity);
    let rows: Vec<_> = told.map(risk).collect();
    let notes: usize = risks
        .iter()
        .filter(|it| it.severity == Severity::Info)
        .map(|it| it.open + it.accepted)
        .sum();
    let notes = match notes {
        0 => String::new(),
        1 => "\n1 note, which asks for nothing, is in the appendix.\n".to_owned(),
        count => format!("\n{count} notes, which ask for nothing, are in the appendix.\n"),
    };
    if rows.is_empty() {
        return format!("## Risks\n\nNo blocker and no warning was found.\n{notes}");
    }
    format!(
        "## Risks\n\n{}{notes}",
        table(&["risk", "open", "accepted", "at", "what it says"], rows)
    )
}

fn risk(risk: &Risk) -> Vec<String> {
    vec![
        format!("**{}** {}", risk.severity.as_str(), code(risk.code.as_str())),
        risk.open.to_string(),
        risk.accepted.to_string(),
        escape(&risk.places()),
        escape(risk.code.info().title),
    ]
}

/// The most rows for people who approve.
const APPROVALS: u32 = 20;

/// The most rows of accepted findings.
const ACCEPTED: usize = 40;

fn accepted(report: &Report) -> Option<String> {
    let all = decision::accepted(report);
    let rows: Vec<_> = all.iter().take(ACCEPTED).map(accepted_row).collect();
    if rows.is_empty() {
        return None;
    }
    let more = match all.len() - rows.len() {
        0 => String::new(),
        more => format!("\n… and {more} more rows; each finding says in the appendix why.\n"),
    };
    let heading = ["accepted", "at", "about", "reason", "terms"];
    Some(format!("## Accepted risks\n\n{}{more}", table(&heading, rows)))
}

fn accepted_row(it: &decision::Accepted<'_>) -> Vec<String> {
    let subjects: Vec<_> = it.subjects.iter().map(|it| code(&brief(it))).collect();
    vec![
        format!("{} {}", it.severity.as_str(), code(it.code.as_str())),
        escape(&it.hops.join(", ")),
        some(&subjects, 3),
        escape(&brief(&it.reason)),
        escape(&it.terms),
    ]
}

/// A text for a cell.
fn brief(text: &str) -> String {
    crate::report::layout::shorten(text, 120)
}

fn hops(report: &Report) -> String {
    let rows = report.hops.iter().map(|hop| {
        let return_at = hop.point_of_no_return.as_ref();
        vec![
            format!("{} → {}", escape(&hop.from), escape(&hop.to)),
            escape(&hop.reason),
            super::lean::guide_cell(hop),
            needed(hop).unwrap_or_else(|| "any".to_owned()),
            changed(hop),
            return_at.map_or_else(|| "not known".to_owned(), |it| code(&it.step)),
        ]
    });
    let heading = ["hop", "chosen", "guide", "Kubernetes", "components", "no return from step"];
    format!("## Hops\n\n{}", table(&heading, rows))
}

/// What a hop does to components, in counts.
fn changed(hop: &HopReport) -> String {
    let Some(operator) = &hop.operator else { return String::new() };
    let actions = [
        ("upgrade", "upgraded"),
        ("install", "new"),
        ("left-installed", "left as they are"),
        ("fails", "**expected to fail**"),
    ];
    let counts = actions.map(|(action, word)| {
        (operator.components.iter().filter(|it| it.action == action).count(), word)
    });
    super::lean::counts_cell(&counts)
}

fn sign_off(report: &Report, plan: Option<&PlanFile>) -> String {
    let what = match plan {
        Some(plan) => format!(
            "Signed is the plan {} with the digest\n{}, which covers the artifacts, the steps and this \
             report.",
            code(&plan.name),
            code(&plan.digest)
        ),
        None => format!(
            "The plan is not saved. Save it with `--save-plan FILE` and sign its digest, which covers the \
             artifacts, the steps and this report. The digest of this report alone is\n{}.",
            code(&report.digest)
        ),
    };
    let file = plan.map_or("FILE", |it| it.name.as_str());
    let guides = decision::guides(report).into_iter().map(|it| format!(" --guide {it}"));
    let command = format!("kyma-upgrade approve {file} --as NAME{}", guides.collect::<String>());
    let record = match report.verdict {
        Verdict::Ready => format!("An approval is recorded by {}.", code(&command)),
        Verdict::Blocked => "`kyma-upgrade approve` takes no plan that is blocked.".to_owned(),
    };
    let approvals = plan.map_or(1, |it| it.approvals).clamp(1, APPROVALS);
    let approve = std::iter::repeat_n("approved by", approvals as usize);
    let empty = |role: &str| vec![role.to_owned(), String::new(), String::new(), String::new()];
    let rows = ["requested by", "checked by"].into_iter().chain(approve).map(empty);
    let table = table(&["role", "name", "date", "decision"], rows);
    format!("## Sign-off\n\n{what} {record}\n\n{table}")
}

#[cfg(test)]
mod tests;
