//! The diff of a hop, with the reasons.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use semver::Version;
use similar::TextDiff;

use super::files::same_items;
use super::hop::Hop;
use super::moves::one_line;
use super::state::{Held, State};
use super::{Change, KeyConflict, Side, Undecided, emit};
use crate::liveness::Timing;
use crate::manifest::ObjectKey;
use crate::yaml::{Entry, Node, Value};

/// The lines of context around a change, as `diff -u` has them.
const CONTEXT: usize = 3;

/// The most characters of a value that a comment shows.
const EXCERPT: usize = 100;

/// The fields of a Secret that are shown. Others (annotations) may repeat its values.
const SECRET_FIELDS: [&str; 4] = ["apiVersion", "kind", "metadata", "data"];
const SECRET_METADATA: [&str; 3] = ["name", "namespace", "labels"];

/// What changes, why, and what is open, as a unified diff with comments before it.
pub(super) fn text(to: &Version, start: &State, hop: &Hop) -> String {
    let mut lines = vec![format!("The override objects around the hop to {to}.")];
    for stage in [Timing::Before, Timing::After] {
        let changes: Vec<_> = hop.changes.iter().filter(|it| it.when == stage).collect();
        if !changes.is_empty() {
            lines.push(String::new());
            lines.push(format!("To do {} the hop:", stage.as_str()));
            lines.extend(changes.into_iter().map(reason));
        }
    }
    lines.extend(hop.conflicts.iter().flat_map(conflict));
    lines.extend(hop.undecided.iter().flat_map(undecided));
    let mut text = String::new();
    for line in lines {
        let line = one_line(&line);
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
    }
    text.push_str(&stage_diff(Timing::Before, (start, &hop.before)));
    text.push_str(&stage_diff(Timing::After, (&hop.before, &hop.after)));
    text
}

fn reason(change: &Change) -> String {
    format!("- {} {}: {}", change.object, change.key, change.text)
}

fn conflict(conflict: &KeyConflict) -> Vec<String> {
    let mut lines = vec![String::new(), format!("Conflict: {}: {}", conflict.key, conflict.text)];
    lines.extend(conflict.sides.iter().map(side));
    lines
}

fn side(side: &Side) -> String {
    let value = match &side.value {
        Some(value) if value.chars().count() <= EXCERPT => format!("{value:?}"),
        Some(value) => format!("{:?} and so on", value.chars().take(EXCERPT).collect::<String>()),
        None => "not set".to_owned(),
    };
    let line = side.line.map(|it| format!(":{it}")).unwrap_or_default();
    let place = format!("{} {}{line}", side.object, side.source);
    format!("- {}: {} = {value} in {}", side.whose, side.key, place.trim_end())
}

fn undecided(undecided: &Undecided) -> Vec<String> {
    let Undecided { key, status, decide, proposals } = undecided;
    let mut lines =
        vec![String::new(), format!("Undecided: {key} ({}): {decide}", status.as_str())];
    lines.extend(proposals.iter().map(|it| format!("- proposed, not written: {it}")));
    lines
}

fn stage_diff(stage: Timing, (old, new): (&State, &State)) -> String {
    let objects: BTreeSet<_> = old.objects.keys().chain(new.objects.keys()).collect();
    let mut diff = String::new();
    for object in objects {
        let (old, new) = (old.objects.get(object), new.objects.get(object));
        let is_same = matches!((old, new), (Some(old), Some(new)) if same_items(old, new));
        if !is_same {
            diff.push_str(&object_diff(stage, object, (old, new)));
        }
    }
    diff
}

fn object_diff(stage: Timing, object: &ObjectKey, sides: (Option<&Held>, Option<&Held>)) -> String {
    let shown = |held: Option<&Held>| held.map(|it| shown(object, it)).unwrap_or_default();
    let (old, new) = (shown(sides.0), shown(sides.1));
    let name = one_line(&object.to_string());
    let (from, to) = match stage {
        Timing::Before => ("now", "before"),
        Timing::After => ("before", "after"),
    };
    let from = if sides.0.is_some() { format!("{from}/{name}") } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(&old, &new);
    let mut unified = diff.unified_diff();
    let text = unified.context_radius(CONTEXT).header(&from, &format!("{to}/{name}")).to_string();
    format!("\n{text}")
}

/// An object as the diff shows it. Withheld values are `(secret)`.
fn shown(object: &ObjectKey, held: &Held) -> String {
    let mut node = held.whole(held.items.iter());
    if object.kind == "Secret"
        && let Value::Mapping(fields) = &mut node.value
    {
        fields.retain(|it| SECRET_FIELDS.contains(&it.key.as_str()));
        fields.iter_mut().for_each(plain_metadata);
    }
    masked(&mut node);
    emit::document(&node)
}

fn plain_metadata(field: &mut Entry) {
    if let ("metadata", Value::Mapping(entries)) = (field.key.as_str(), &mut field.node.value) {
        entries.retain(|it| SECRET_METADATA.contains(&it.key.as_str()));
    }
}

fn masked(node: &mut Node) {
    match &mut node.value {
        Value::Redacted(_) => *node = text_of_secret(),
        Value::Sequence(items) => items.iter_mut().for_each(masked),
        Value::Mapping(entries) => entries.iter_mut().for_each(|it| masked(&mut it.node)),
        _ => {}
    }
}

fn text_of_secret() -> Node {
    super::state::text("(secret)")
}
