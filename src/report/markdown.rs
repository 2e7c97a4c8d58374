//! The report as Markdown for a change request: a table first, hops after it.
//!
//! # Decisions
//! * Names and texts come from releases and are untrusted: they stand in code spans or are escaped,
//!   so that none of them becomes markup.

use std::fmt::Write as _;

use super::layout::{sanitize, shorten};
use super::user_overrides::crowd::{Blockers, Gist, by_hop, gist};
use super::user_overrides::summary;
use super::{
    ChecklistItem, ComponentsReport, Field, HopReport, ObjectsReport, OverridesReport, Report,
};
use crate::finding::{Evidence, Finding, Severity};
use crate::guide::GuideStatus;
use crate::lint::Verdict;
use crate::overrides::OverrideKey;
use crate::plan::Step;

mod charts;
mod operator;
mod overrides;
mod simulation;

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let blockers = Blockers::new(report);
    let mut parts = vec![head(report), table(report)];
    parts.extend(blockers_section(report, &blockers));
    parts.extend(overrides::section(report));
    parts.extend(overrides::migrated(report));
    let hops = report.hops.iter().zip(1..);
    parts.extend(hops.map(|(hop, number)| hop_section(hop, number, &blockers)));
    let general = report.findings.iter().filter(|it| !blockers.tells(it));
    parts.extend(findings_section("## The plan as a whole", general));
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
        writeln!(text, "| {} |", cells.join(" | ")).expect("writing to a string cannot fail");
    }
    text
}

fn guide_cell(hop: &HopReport) -> String {
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

fn counts_cell(parts: &[(usize, &str)]) -> String {
    let filled = parts.iter().filter(|(count, _)| 0 < *count);
    let texts: Vec<_> = filled.map(|(count, word)| format!("{count} {word}")).collect();
    texts.join(", ")
}

fn findings_section<'a>(
    title: &str,
    findings: impl Iterator<Item = &'a Finding>,
) -> Option<String> {
    let texts: Vec<_> = findings.map(finding).collect();
    (!texts.is_empty()).then(|| format!("{title}\n\n{}", texts.join("\n")))
}

fn finding(finding: &Finding) -> String {
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
    text.extend(finding.evidence.iter().map(evidence));
    text
}

fn evidence(evidence: &Evidence) -> String {
    let line = evidence.line.map(|it| format!(":{it}")).unwrap_or_default();
    let place = code(&format!("{}{line}", evidence.source));
    format!("  - evidence: {place} {}\n", code(&shorten(&evidence.text, 120)))
}

/// Few blockers in full; where many share a code, a line for each.
fn blockers_section(report: &Report, blockers: &Blockers<'_>) -> Option<String> {
    let few = blockers.few.iter().map(|it| finding(it));
    let crowds = blockers.crowds.iter().map(|(code, all)| crowd(report, (code, all)));
    let texts: Vec<_> = few.chain(crowds).collect();
    (!texts.is_empty()).then(|| format!("## Blockers\n\n{}", texts.join("\n")))
}

fn crowd(report: &Report, (name, all): (&str, &[&Finding])) -> String {
    let counts = escape(&by_hop(all));
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

fn hop_section(hop: &HopReport, number: usize, blockers: &Blockers<'_>) -> String {
    let title = format!("## Hop {number}: {} → {}", escape(&hop.from), escape(&hop.to));
    let mut parts = vec![format!("{title}\n\nChosen: {}\n", escape(&hop.reason))];
    let rest = hop.findings.iter().filter(|it| !blockers.tells(it));
    parts.extend(findings_section("### Findings", rest));
    parts.extend(hop.steps.as_ref().map(|it| steps(hop, it)));
    let items = hop.guide.as_ref().map(|it| it.checklist.as_slice()).unwrap_or_default();
    parts.extend((!items.is_empty()).then(|| checklist(items)));
    let changes = changes(hop);
    parts.extend((!changes.is_empty()).then(|| details("What changes", &changes)));
    parts.extend(hop.predictions.as_ref().map(|it| simulation::section(it)));
    parts.extend(hop.operator.as_ref().map(operator::section));
    parts.extend(hop.chart_values.as_ref().map(charts::section));
    parts.extend(hop.artifacts.as_ref().map(|it| {
        let rows = it
            .iter()
            .map(|it| format!("- {} {} bytes {}\n", code(&it.url), it.bytes, code(&it.sha256)));
        details("Files", &rows.collect::<String>())
    }));
    parts.join("\n")
}

fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{body}\n</details>\n")
}

fn steps(hop: &HopReport, steps: &[Step]) -> String {
    let mut text = "### Steps\n\n".to_owned();
    let documented = hop.procedure.as_ref().and_then(|it| it.documented_command.as_ref());
    if let Some(command) = documented {
        let note =
            "The documentation of this release uses the Kyma CLI instead of the steps below:";
        text.extend([note, " ", &code(command), "\n\n"]);
    }
    for (step, number) in steps.iter().zip(1..) {
        let wait = step.wait.as_ref().map(|it| format!("; wait until: {}", escape(it)));
        let note = step.note.as_ref().map(|it| format!("\n   {}", escape(it)));
        let command = step.command.as_ref().map(|it| format!("\n\n{}", fenced("   ", it)));
        let parts = [wait, note, command].map(Option::unwrap_or_default).concat();
        let target = code(&step.target);
        writeln!(text, "{number}. {} {target}{parts}", step.action.as_str())
            .expect("writing to a string cannot fail");
    }
    text
}

fn checklist(items: &[ChecklistItem]) -> String {
    let mut text = String::new();
    let mut source = "";
    for item in items {
        if source != item.source {
            write!(text, "### Checklist of {}\n\n", code(&item.source))
                .expect("writing to a string cannot fail");
            source = &item.source;
        }
        text.push_str(&checklist_item(item));
    }
    text
}

fn checklist_item(item: &ChecklistItem) -> String {
    let when = if item.when == "unstated" { String::new() } else { format!("**{}** ", item.when) };
    let destroys = if item.destructive { "**destroys data** " } else { "" };
    let command = item.command.as_ref().map(|it| format!("\n{}", fenced("  ", it)));
    format!("- [ ] {when}{destroys}{}\n{}", escape(&item.text), command.unwrap_or_default())
}

fn changes(hop: &HopReport) -> String {
    let overrides = hop.overrides.as_ref().map(override_changes).unwrap_or_default();
    let objects = hop.objects.as_ref().map(object_changes).unwrap_or_default();
    format!("{overrides}{objects}")
}

fn override_changes(overrides: &OverridesReport) -> String {
    let renamed = overrides.renamed.iter().map(|it| {
        let to: Vec<_> = it.to.iter().map(|key| code(&key.to_string())).collect();
        let from = OverrideKey { component: it.component.clone(), key: it.key.clone() };
        format!("- {} {} → {}\n", it.kind, code(&from.to_string()), to.join(" and "))
    });
    let removed =
        overrides.removed.iter().map(|it| format!("- removed {}\n", code(&it.to_string())));
    let added = overrides.added.iter().map(|it| format!("- added {}\n", code(&it.to_string())));
    let changed = overrides.changed.iter().map(|it| {
        format!("- changed {} from {} to {}\n", code(&it.key), code(&it.from), code(&it.to))
    });
    renamed.chain(removed).chain(added).chain(changed).collect()
}

fn object_changes(objects: &ObjectsReport) -> String {
    let added = objects.added.iter().map(|it| format!("- added {}\n", code(it)));
    let removed = objects.removed.iter().map(|it| format!("- removed {}\n", code(it)));
    let renamed = objects
        .renamed
        .iter()
        .map(|it| format!("- renamed {} → {}\n", code(&it.from), code(&it.to)));
    let changed = objects.changed.iter().map(|it| {
        let fields: String = it.fields.iter().map(field).collect();
        format!("- changed {}\n{fields}", code(&it.object))
    });
    added.chain(removed).chain(renamed).chain(changed).collect()
}

fn field(field: &Field) -> String {
    if let Some(note) = field.note {
        return format!("  - {}: {}\n", code(&field.path), note.as_str());
    }
    if let Some(diff) = &field.diff {
        return format!("  - {}\n\n{}", code(&field.path), fenced("    ", diff));
    }
    let value = |it: &Option<serde_json::Value>| {
        it.as_ref().map_or_else(|| "(none)".to_owned(), |it| code(&shorten(&it.to_string(), 80)))
    };
    format!("  - {}: {} → {}\n", code(&field.path), value(&field.from), value(&field.to))
}

/// Text in a code span, whatever back quotes it holds (`CommonMark` 6.1). Line breaks become spaces.
fn code(text: &str) -> String {
    let text = sanitize(text).replace('\n', " ").replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { "(empty)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// Text in a fenced block, whatever back quotes it holds (`CommonMark` 4.5).
fn fenced(indent: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let mut block = format!("{indent}{fence}\n");
    for line in sanitize(text).lines() {
        block.extend([indent, line, "\n"]);
    }
    format!("{block}{indent}{fence}\n")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// Prose of which no character is markup; code spans of our own wording survive.
fn escape(text: &str) -> String {
    let clean = sanitize(text).replace('\n', " ");
    let mut escaped = String::with_capacity(clean.len());
    for (part, is_code) in clean.split('`').zip([false, true].into_iter().cycle()) {
        if is_code && 1 < clean.matches('`').count() {
            escaped.push_str(&code(part));
        } else {
            escaped.extend(part.chars().map(escaped_char));
        }
    }
    escaped
}

fn escaped_char(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\\' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' | '@' => format!("\\{c}"),
        _ => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_harmless() {
        assert_eq!(escape("<script>*a*|b"), "&lt;script&gt;\\*a\\*\\|b");
        assert_eq!(escape("set `a*b` now"), "set `a*b` now");
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(fenced("", "```\nx"), "````\n```\nx\n````\n");
    }
}
