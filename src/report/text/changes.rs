//! What a hop changes, as text.

use super::Detail;
use crate::guide::GuideStatus;
use crate::overrides::OverrideKey;
use crate::report::layout::{Page, sanitize, shorten};
use crate::report::{
    ChangedObject, ComponentsReport, Field, GuideReport, ObjectsReport, OverridesReport,
};

pub(super) fn guide_line(guide: &GuideReport) -> String {
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

pub(super) fn components_line(components: &ComponentsReport) -> String {
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

pub(super) fn overrides_line(overrides: &OverridesReport) -> String {
    let counts = [
        (overrides.renamed.len(), "renamed"),
        (overrides.removed.len(), "removed"),
        (overrides.added.len(), "added"),
        (overrides.changed.len(), "changed"),
    ];
    format!("{} among the release's own keys", counted(&counts))
}

pub(super) fn objects_line(objects: &ObjectsReport) -> String {
    counted(&[
        (objects.added.len(), "added"),
        (objects.removed.len(), "removed"),
        (objects.renamed.len(), "renamed"),
        (objects.changed.len(), "changed"),
        (objects.unchanged, "unchanged"),
    ])
}

/// The counts that are not zero.
pub(super) fn counted(counts: &[(usize, &str)]) -> String {
    let told = counts.iter().filter(|(count, _)| 0 < *count);
    let told: Vec<_> = told.map(|(count, word)| format!("{count} {word}")).collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", ") }
}

pub(super) fn objects_detail(page: &mut Page, objects: &ObjectsReport, detail: Detail) {
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

pub(super) fn fields(page: &mut Page, fields: &[Field], detail: Detail) {
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

pub(super) fn overrides_detail(page: &mut Page, overrides: &OverridesReport) {
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
