//! Changes of longer text as unified diffs.
//!
//! # Decisions
//! * JSON on one line is laid out first, so that the diff shows the part that changed.
//! * Beyond [`MOST_LINES`] lines there is no diff: it would help nobody, and its cost grows with the
//!   square of the lines.

use serde_json::Value;
use similar::TextDiff;

/// The most lines a side may have for a unified diff.
const MOST_LINES: usize = 5_000;

/// The lines of context around a change, as `diff -u` has them.
const CONTEXT: usize = 3;

/// The unified diff of two values, if both are text of several lines or hold JSON.
pub(super) fn unified(old: Option<&Value>, new: Option<&Value>) -> Option<String> {
    let (old, new) = (laid_out(old?.as_str()?)?, laid_out(new?.as_str()?)?);
    if old == new
        || [&old, &new]
            .iter()
            .any(|it| it.lines().count() > MOST_LINES)
    {
        return None;
    }
    let diff = TextDiff::from_lines(&old, &new);
    Some(diff.unified_diff().context_radius(CONTEXT).to_string())
}

/// The text in lines, or none if it is a single line that is no JSON.
fn laid_out(text: &str) -> Option<String> {
    if text.trim_end().contains('\n') {
        return Some(text.to_owned());
    }
    let value = embedded(text)?;
    serde_json::to_string_pretty(&value)
        .ok()
        .map(|it| it + "\n")
}

/// The JSON object or list that a text holds.
pub(super) fn embedded(text: &str) -> Option<Value> {
    let starts = text.trim_start().starts_with(['{', '[']);
    if starts {
        serde_json::from_str(text).ok()
    } else {
        None
    }
}
