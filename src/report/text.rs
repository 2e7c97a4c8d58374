//! The report for a terminal: the verdict first, detail after it.

use super::layout::{Page, Style, sanitize, shorten};
use super::{
    ArtifactReport, ChangedObject, ChecklistItem, ComponentsReport, Field, GuideReport, HopReport,
    ObjectsReport, OverridesReport, Report,
};
use crate::finding::{Evidence, Finding, Severity};
use crate::guide::GuideStatus;
use crate::lint::Verdict;
use crate::overrides::OverrideKey;
use crate::plan::Step;

/// How much of the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The verdict, the findings that need somebody, and one paragraph for each hop.
    Summary,
    /// Everything but unified diffs and information-only evidence.
    #[default]
    Normal,
    /// Everything.
    Full,
}

/// The report as text of at most `style.width` columns, but for commands and URLs that are longer.
pub fn text(report: &Report, style: Style, detail: Detail) -> String {
    let mut page = Page::new(style);
    head(&mut page, report);
    urgent(&mut page, report);
    let count = report.hops.len();
    for (hop, number) in report.hops.iter().zip(1..) {
        page.gap();
        hop_heading(&mut page, hop, number, count);
        hop_body(&mut page, hop, detail);
    }
    general_findings(&mut page, report);
    page.finish()
}

fn head(page: &mut Page, report: &Report) {
    let title = format!("Kyma {} → {} ({})", report.from, report.to, report.deployment.as_str());
    let (severity, word) = match report.verdict {
        Verdict::Ready => (Severity::Info, "READY"),
        Verdict::Blocked => (Severity::Blocker, "BLOCKED"),
    };
    let verdict = page.tinted(severity, word);
    let title = page.bold(&sanitize(&title));
    page.line(&format!("{title}: {verdict}"));
    page.field("path", &report.versions().join(" → "));
    page.field("findings", &counts(report));
}

fn counts(report: &Report) -> String {
    let count = |severity, word: &str| {
        let count = report.count(severity);
        format!("{count} {word}{}", if count == 1 { "" } else { "s" })
    };
    let mut text = [
        count(Severity::Blocker, "blocker"),
        count(Severity::Warning, "warning"),
        count(Severity::Info, "note"),
    ]
    .join(", ");
    if 0 < report.accepted() {
        text = format!("{text}; {} accepted", report.accepted());
    }
    text
}

/// The findings that somebody has to act on, before anything else: blockers in full, warnings as
/// one line for each hop and code.
fn urgent(page: &mut Page, report: &Report) {
    let blockers =
        report.all_findings().filter(|it| it.severity == Severity::Blocker && !it.accepted);
    let blockers: Vec<_> = blockers.collect();
    if !blockers.is_empty() {
        page.gap();
        page.heading("Blockers");
        for finding in blockers {
            finding_lines(page, finding, true);
        }
    }
    let hops = report.hops.iter().filter(|hop| !warned(hop).is_empty());
    let lines: Vec<_> = hops.map(|hop| (hop.to.clone(), warned(hop))).collect();
    if !lines.is_empty() {
        page.gap();
        page.heading("Warnings by hop");
        for (to, warned) in lines {
            page.field(&to, &warned.join(", "));
        }
    }
}

/// The codes of a hop's open warnings with their number.
fn warned(hop: &HopReport) -> Vec<String> {
    let open = |it: &&Finding| it.severity == Severity::Warning && !it.accepted;
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for finding in hop.findings.iter().filter(open) {
        match counted.last_mut() {
            Some((code, count)) if *code == finding.code.as_str() => *count += 1,
            _ => counted.push((finding.code.as_str(), 1)),
        }
    }
    let text = |(code, count): (&str, usize)| {
        if count == 1 { code.to_owned() } else { format!("{code} ({count})") }
    };
    counted.into_iter().map(text).collect()
}

fn hop_heading(page: &mut Page, hop: &HopReport, number: usize, count: usize) {
    let place = if count == 1 { String::new() } else { format!("Hop {number} of {count}: ") };
    page.heading(&format!("{place}{} → {}", hop.from, hop.to));
    if !hop.reason.is_empty() {
        page.field("chosen", &hop.reason);
    }
    if !hop.skipped.is_empty() {
        page.field("skipped", &skipped(hop));
    }
}

/// The releases that were not chosen, grouped by the reason.
fn skipped(hop: &HopReport) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for it in &hop.skipped {
        match groups.iter_mut().find(|(why, _)| *why == it.why) {
            Some((_, versions)) => versions.push(&it.version),
            None => groups.push((it.why, vec![&it.version])),
        }
    }
    let groups: Vec<_> =
        groups.iter().map(|(why, versions)| format!("{} ({why})", versions.join(", "))).collect();
    groups.join("; ")
}

fn hop_body(page: &mut Page, hop: &HopReport, detail: Detail) {
    if let Some(guide) = &hop.guide {
        page.field("guide", &guide_line(guide));
    }
    if let Some(components) = &hop.components {
        page.field("components", &components_line(components));
    }
    if let Some(overrides) = &hop.overrides {
        page.field("overrides", &overrides_line(overrides));
    }
    if let Some(objects) = &hop.objects {
        page.field("objects", &objects_line(objects));
    }
    if detail == Detail::Summary {
        return;
    }
    if let Some(objects) = &hop.objects {
        objects_detail(page, objects, detail);
    }
    if let Some(overrides) = &hop.overrides {
        overrides_detail(page, overrides);
    }
    for finding in &hop.findings {
        if finding.severity != Severity::Blocker || finding.accepted {
            finding_lines(
                page,
                finding,
                detail == Detail::Full || Severity::Info < finding.severity,
            );
        }
    }
    steps(page, hop);
    checklist(page, hop);
    artifacts(page, hop.artifacts.as_deref().unwrap_or_default());
}

fn guide_line(guide: &GuideReport) -> String {
    let names: Vec<_> = guide.files.iter().map(|it| it.name.as_str()).collect();
    let mut text = match guide.status {
        GuideStatus::Published => format!("{} (read it before the hop)", names.join(", ")),
        GuideStatus::None => "none; nothing in artifacts or release notes needs one".to_owned(),
        GuideStatus::Missing => "MISSING".to_owned(),
    };
    if !guide.stale.is_empty() {
        text = format!("{text}; stale: {}", guide.stale.join(", "));
    }
    text
}

fn components_line(components: &ComponentsReport) -> String {
    let renamed = components.renamed.iter().map(|it| format!("{} → {}", it.from, it.to));
    let moved = components.moved.iter().map(|it| format!("{} ({} → {})", it.name, it.from, it.to));
    let reordered =
        components.reordered.iter().map(|it| format!("{} ({} → {})", it.name, it.from, it.to));
    let parts = [
        ("added", components.added.clone()),
        ("removed but left installed", components.removed.clone()),
        ("renamed", renamed.collect()),
        ("moved", moved.collect()),
        ("reordered", reordered.collect()),
    ];
    parts_line(&parts, "no change")
}

fn parts_line(parts: &[(&str, Vec<String>)], nothing: &str) -> String {
    let filled = parts.iter().filter(|(_, items)| !items.is_empty());
    let texts: Vec<_> =
        filled.map(|(label, items)| format!("{label}: {}", items.join(", "))).collect();
    if texts.is_empty() { nothing.to_owned() } else { texts.join("; ") }
}

fn overrides_line(overrides: &OverridesReport) -> String {
    let counts = [
        (overrides.renamed.len(), "renamed"),
        (overrides.removed.len(), "removed"),
        (overrides.added.len(), "added"),
        (overrides.changed.len(), "changed"),
    ];
    format!("{} among the release's own keys", counted(&counts))
}

fn objects_line(objects: &ObjectsReport) -> String {
    counted(&[
        (objects.added.len(), "added"),
        (objects.removed.len(), "removed"),
        (objects.renamed.len(), "renamed"),
        (objects.changed.len(), "changed"),
        (objects.unchanged, "unchanged"),
    ])
}

/// The counts that are not zero.
fn counted(counts: &[(usize, &str)]) -> String {
    let told = counts.iter().filter(|(count, _)| 0 < *count);
    let told: Vec<_> = told.map(|(count, word)| format!("{count} {word}")).collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", ") }
}

fn objects_detail(page: &mut Page, objects: &ObjectsReport, detail: Detail) {
    for name in &objects.added {
        page.wrapped("    + ", name);
    }
    for name in &objects.removed {
        page.wrapped("    - ", name);
    }
    for it in &objects.renamed {
        page.wrapped("    > ", &format!("{} → {} ({} alike)", it.from, it.to, it.similarity));
        fields(page, &it.fields, detail);
    }
    for object in &objects.changed {
        changed_object(page, object, detail);
    }
}

fn changed_object(page: &mut Page, object: &ChangedObject, detail: Detail) {
    page.wrapped("    ~ ", &object.object);
    fields(page, &object.fields, detail);
    if 0 < object.descriptions {
        page.wrapped("        ", &format!("{} schema descriptions differ", object.descriptions));
    }
}

fn fields(page: &mut Page, fields: &[Field], detail: Detail) {
    const SHOWN: usize = 6;
    let shown = if detail == Detail::Full { fields.len() } else { SHOWN };
    for field in fields.iter().take(shown) {
        field_lines(page, field, detail);
    }
    if shown < fields.len() {
        let rest = format!("… and {} more fields (-v shows them)", fields.len() - shown);
        page.wrapped("        ", &rest);
    }
}

fn field_lines(page: &mut Page, field: &Field, detail: Detail) {
    if let Some(note) = field.note {
        return page.wrapped("        ", &format!("{}: {}", field.path, note.as_str()));
    }
    let Some(diff) = &field.diff else {
        let text = format!("{}: {}", field.path, change(field));
        return page.wrapped("        ", &text);
    };
    let count = |sign| diff.lines().filter(|line| line.starts_with(sign)).count();
    let (plus, minus) = (count('+'), count('-'));
    page.wrapped("        ", &format!("{}: text, {minus} lines out, {plus} in", field.path));
    if detail == Detail::Full {
        for line in sanitize(diff).lines() {
            page.line(&format!("          {line}"));
        }
    }
}

fn change(field: &Field) -> String {
    let value = |it: &serde_json::Value| shorten(&it.to_string().replace('\n', " "), 60);
    match (&field.from, &field.to) {
        (Some(from), Some(to)) => format!("{} → {}", value(from), value(to)),
        (Some(from), None) => format!("{} → (gone)", value(from)),
        (None, Some(to)) => format!("(new) {}", value(to)),
        (None, None) => String::new(),
    }
}

fn overrides_detail(page: &mut Page, overrides: &OverridesReport) {
    for it in &overrides.renamed {
        let to: Vec<_> = it.to.iter().map(ToString::to_string).collect();
        let from = OverrideKey { component: it.component.clone(), key: it.key.clone() };
        page.wrapped("    > ", &format!("{from} → {} ({})", to.join(" and "), it.kind));
    }
    for key in &overrides.removed {
        page.wrapped("    - ", &key.to_string());
    }
    for key in &overrides.added {
        page.wrapped("    + ", &key.to_string());
    }
    for it in &overrides.changed {
        let key = OverrideKey { component: it.component.clone(), key: it.key.clone() };
        let values = format!("{} → {}", shorten(&it.from, 40), shorten(&it.to, 40));
        page.wrapped("    ~ ", &format!("{key}: {values}"));
    }
}

/// A finding: what it is, what was found, what to do, and the proof. Of a note, which nobody has to
/// act on, one piece of evidence stands for all unless everything is asked for.
fn finding_lines(page: &mut Page, finding: &Finding, everything: bool) {
    let hop = finding.hop.as_ref().map(|it| format!("{it} "));
    let head = format!(
        "  {} {}{} ",
        page.severity(finding.severity),
        hop.unwrap_or_default(),
        page.bold(finding.code.as_str())
    );
    let accepted = if finding.accepted { " (accepted)" } else { "" };
    page.joined(&head, &format!("{}{accepted}", finding.subject), 10);
    page.wrapped("          ", &finding.message);
    let urgent = Severity::Info < finding.severity || everything;
    if urgent {
        page.wrapped("          → ", &finding.remedy);
    }
    let shown = if urgent { finding.evidence.len() } else { 1 };
    for it in finding.evidence.iter().take(shown) {
        evidence_line(page, it);
    }
}

fn evidence_line(page: &mut Page, evidence: &Evidence) {
    let line = evidence.line.map(|it| format!(":{it}")).unwrap_or_default();
    let text =
        format!("{}{line}  {}", sanitize(&evidence.source), shorten(&sanitize(&evidence.text), 70));
    let faint = page.faint("at");
    page.wrapped(&format!("          {faint} "), &text);
}

fn steps(page: &mut Page, hop: &HopReport) {
    let Some(steps) = &hop.steps else { return };
    page.heading("  Steps");
    if let Some(command) = hop.procedure.as_ref().and_then(|it| it.documented_command.as_ref()) {
        page.wrapped(
            "    ",
            "The documentation of this release uses the Kyma CLI instead of the steps below:",
        );
        page.command(4, command);
    }
    for (step, number) in steps.iter().zip(1..) {
        step_lines(page, step, number);
    }
}

fn step_lines(page: &mut Page, step: &Step, number: usize) {
    let wait = step.wait.as_ref().map(|it| format!("; wait until: {it}")).unwrap_or_default();
    let text = format!("{} {}{wait}", step.action.as_str(), step.target);
    page.wrapped(&format!("    {number}. "), &text);
    if let Some(command) = &step.command {
        page.command(7, command);
    }
    if let Some(note) = &step.note {
        page.wrapped("       ", note);
    }
}

fn checklist(page: &mut Page, hop: &HopReport) {
    let items = hop.guide.as_ref().map(|it| it.checklist.as_slice()).unwrap_or_default();
    let mut source = "";
    let mut heading = "";
    for item in items {
        if source != item.source {
            page.heading(&format!("  Checklist of {}", item.source));
            source = &item.source;
        }
        if heading != item.heading {
            page.wrapped("    ", &item.heading);
            heading = &item.heading;
        }
        checklist_item(page, item);
    }
}

fn checklist_item(page: &mut Page, item: &ChecklistItem) {
    let sign = if item.kind == "note" || item.kind == "caution" { "  ! " } else { "[ ] " };
    let when = if item.when == "unstated" { String::new() } else { format!("{}: ", item.when) };
    let destroys = if item.destructive { "DESTROYS DATA: " } else { "" };
    page.wrapped(&format!("    {sign}"), &format!("{destroys}{when}{}", item.text));
    if let Some(command) = &item.command {
        page.command(8, command);
    }
}

fn artifacts(page: &mut Page, artifacts: &[ArtifactReport]) {
    if artifacts.is_empty() {
        return;
    }
    page.heading("  Files");
    for it in artifacts {
        let digest = it.sha256.get(..19).unwrap_or(&it.sha256);
        page.wrapped("    ", &format!("{} ({} bytes, {digest}…)", it.url, it.bytes));
    }
}

fn general_findings(page: &mut Page, report: &Report) {
    let open = |it: &&Finding| it.severity != Severity::Blocker || it.accepted;
    let rest: Vec<_> = report.findings.iter().filter(open).collect();
    if rest.is_empty() {
        return;
    }
    page.gap();
    page.heading("Findings about the plan as a whole");
    for finding in rest {
        finding_lines(page, finding, true);
    }
}
