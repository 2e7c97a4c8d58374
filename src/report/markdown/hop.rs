//! A hop as Markdown: findings, steps, checklist, and what changes, folded.

use std::fmt::Write as _;

use super::findings::findings_section;
use super::syntax::{code, details, escape, fenced};
use super::{charts, operator, simulation};
use crate::finding::Finding;
use crate::overrides::OverrideKey;
use crate::plan::Step;
use crate::report::layout::shorten;
use crate::report::{ChecklistItem, Field, HopReport, ObjectsReport, OverridesReport};

/// A hop with everything that is known; `is_told` says which findings stand elsewhere.
pub(super) fn section(
    hop: &HopReport,
    number: usize,
    is_told: impl Fn(&Finding) -> bool,
) -> String {
    let title = format!("## Hop {number}: {} → {}", escape(&hop.from), escape(&hop.to));
    let mut parts = vec![format!("{title}\n\nChosen: {}\n", escape(&hop.reason))];
    let rest = hop.findings.iter().filter(|it| !is_told(it));
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

pub(super) fn field(field: &Field) -> String {
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
