//! The report of a part of a plan (`path`, `diff`, `guides`, `overrides`): a table, then what is known.

use super::findings::{blockers_section, findings_section};
use super::hop;
use super::overrides;
use super::syntax::{code, escape, row};
use crate::finding::Severity;
use crate::guide::GuideStatus;
use crate::lint::Verdict;
use crate::report::user_overrides::crowd::Blockers;
use crate::report::user_overrides::summary;
use crate::report::{ComponentsReport, HopReport, ObjectsReport, OverridesReport, Report};

/// The report.
pub(super) fn document(report: &Report) -> String {
    let blockers = Blockers::new(report);
    let mut parts = vec![head(report), table(report)];
    parts.extend(blockers_section(report, &blockers));
    parts.extend(overrides::section(report));
    parts.extend(overrides::migrated(report));
    let hops = report.hops.iter().zip(1..);
    parts.extend(hops.map(|(it, number)| hop::section(it, number, |it| blockers.tells(it))));
    let general = report.findings.iter().filter(|it| !blockers.tells(it));
    parts.extend(findings_section("## The whole path", general));
    parts.push(format!("Report digest: {}\n", code(&report.digest)));
    parts.join("\n")
}

fn head(report: &Report) -> String {
    let verdict = match report.told_verdict() {
        Some(Verdict::Ready) => "**Verdict: ready**: ",
        Some(Verdict::Blocked) => "**Verdict: BLOCKED**: ",
        None => "",
    };
    let path: Vec<_> = report.versions().into_iter().map(escape).collect();
    let overrides = summary::sentence(report).map(|it| format!("{}\n\n", escape(&it)));
    format!(
        "# {}\n\n{verdict}{}, {}, {}, {} accepted\n\n{}Path: {}\n",
        escape(&report.title()),
        counted(report, Severity::Blocker, "blocker"),
        counted(report, Severity::Warning, "warning"),
        counted(report, Severity::Info, "note"),
        report.accepted(),
        overrides.unwrap_or_default(),
        path.join(" → ")
    )
}

fn counted(report: &Report, severity: Severity, word: &str) -> String {
    let count = report.count(severity);
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn table(report: &Report) -> String {
    let mut text = "| hop | guide | components | overrides | objects | blockers | warnings |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for hop in &report.hops {
        let count = |severity| {
            hop.findings.iter().filter(|it| it.severity == severity && !it.accepted).count()
        };
        let cells = [
            format!("{} → {}", escape(&hop.from), escape(&hop.to)),
            guide_cell(hop),
            hop.components.as_ref().map(components_cell).unwrap_or_default(),
            hop.overrides.as_ref().map(overrides_cell).unwrap_or_default(),
            hop.objects.as_ref().map(objects_cell).unwrap_or_default(),
            count(Severity::Blocker).to_string(),
            count(Severity::Warning).to_string(),
        ];
        text.push_str(&row(&cells));
    }
    text
}

pub(super) fn guide_cell(hop: &HopReport) -> String {
    let Some(guide) = &hop.guide else {
        return String::new();
    };
    let names: Vec<_> = guide.files.iter().map(|it| escape(&it.name)).collect();
    match guide.status {
        GuideStatus::Published => names.join(", "),
        GuideStatus::None => "none needed".to_owned(),
        GuideStatus::Missing => "**missing**".to_owned(),
    }
}

fn components_cell(components: &ComponentsReport) -> String {
    let renamed = components.renamed.iter().map(|it| format!("{}→{}", it.from, it.to));
    let all = components.added.iter().map(|it| format!("+{it}"));
    let all = all.chain(components.removed.iter().map(|it| format!("-{it}"))).chain(renamed);
    let all: Vec<_> =
        all.chain(components.moved.iter().map(|it| format!("~{}", it.name))).collect();
    escape(&all.join(", "))
}

fn overrides_cell(overrides: &OverridesReport) -> String {
    let parts = [(overrides.renamed.len(), "renamed"), (overrides.removed.len(), "removed")];
    counts_cell(&parts)
}

fn objects_cell(objects: &ObjectsReport) -> String {
    let renamed = (objects.renamed.len(), "renamed");
    let changed = (objects.changed.len(), "changed");
    counts_cell(&[
        (objects.added.len(), "added"),
        (objects.removed.len(), "removed"),
        renamed,
        changed,
    ])
}

pub(super) fn counts_cell(parts: &[(usize, &str)]) -> String {
    let filled = parts.iter().filter(|(count, _)| 0 < *count);
    let texts: Vec<_> = filled.map(|(count, word)| format!("{count} {word}")).collect();
    texts.join(", ")
}
