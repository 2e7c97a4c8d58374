//! What a hop changes: objects, the releases' own override keys, values of charts.

use maud::{Markup, html};

use super::hop::part;
use super::sides::{Heads, fields};
use super::words::{code, counted, counts, prose, value};
use crate::overrides::OverrideKey;
use crate::report::user_overrides::charts::renamed;
use crate::report::{ChartValues, HopReport, ObjectsReport, OverridesReport};

/// The objects that differ, side by side.
pub(super) fn objects(hop: &HopReport, objects: &ObjectsReport) -> Markup {
    let gist = counts(&[
        (objects.added.len(), "added"),
        (objects.removed.len(), "removed"),
        (objects.renamed.len(), "renamed"),
        (objects.changed.len(), "changed"),
        (objects.unchanged, "unchanged"),
    ]);
    let heads = Heads { old: &hop.from, new: &hop.to };
    let body = html! {
        (names("Added", &objects.added))
        (names("Removed from the artifacts", &objects.removed))
        @for it in &objects.renamed {
            h5 { (code(&it.from)) " → " (code(&it.to)) }
            p { "The same object under another name (" (it.similarity) " alike)." }
            (fields(heads, &it.fields))
        }
        @for it in &objects.changed {
            h5 { (code(&it.object)) }
            (fields(heads, &it.fields))
            @if 0 < it.descriptions { p { (counted(it.descriptions, "schema description")) " differ, too." } }
        }
    };
    part("What the artifacts change", &gist, &body)
}

fn names(title: &str, all: &[String]) -> Markup {
    html! {
        @if !all.is_empty() { h5 { (title) } ul.lines { @for it in all { li { (code(it)) } } } }
    }
}

/// What becomes of the releases' own override keys.
pub(super) fn overrides(overrides: &OverridesReport) -> Markup {
    let gist = counts(&[
        (overrides.renamed.len(), "renamed"),
        (overrides.removed.len(), "removed"),
        (overrides.added.len(), "added"),
        (overrides.changed.len(), "changed"),
    ]);
    let body = html! {
        ul.lines {
            @for it in &overrides.renamed {
                li {
                    (it.kind) " " (key(it.component.as_deref(), &it.key)) " → "
                    @for (place, to) in it.to.iter().enumerate() {
                        @if 0 < place { " and " } (code(&to.to_string()))
                    }
                }
            }
            @for it in &overrides.removed { li { "removed " (code(&it.to_string())) } }
            @for it in &overrides.added { li { "added " (code(&it.to_string())) } }
            @for it in &overrides.changed {
                li {
                    "changed " (key(it.component.as_deref(), &it.key)) " from " (value(&it.from, 200))
                    " to " (value(&it.to, 200))
                }
            }
        }
    };
    html! { @if !gist.is_empty() { (part("Override keys of the release", &gist, &body)) } }
}

fn key(component: Option<&str>, key: &str) -> Markup {
    code(&OverrideKey::new(component, key).to_string())
}

/// What the charts make of their values; of long lists the first `most` keys.
pub(super) fn chart_values(values: &ChartValues, most: usize) -> Markup {
    let gist = counts(&values.counts());
    let body = html! {
        ul.lines {
            @for it in values.renamed.iter().take(most) {
                li { (prose(&renamed(it, |key| format!("`{key}`")))) }
            }
            (more(values.renamed.len(), most))
            @for it in values.removed.iter().take(most) { li { "removed " (code(&it.to_string())) } }
            (more(values.removed.len(), most))
            @for it in values.type_changed.iter().take(most) {
                li { (key(it.component.as_deref(), &it.key)) " takes a " (it.to) " (was " (it.from) ")" }
            }
            (more(values.type_changed.len(), most))
        }
        @if 0 < values.defaults_changed {
            p { (counted(values.defaults_changed, "default")) " changed and kept the type of value." }
        }
    };
    html! { @if !gist.is_empty() { (part("Values of charts", &gist, &body)) } }
}

fn more(length: usize, most: usize) -> Markup {
    let more = length.saturating_sub(most);
    html! { @if 0 < more { li.cut { "… and " (more) " more; the JSON report lists all" } } }
}
