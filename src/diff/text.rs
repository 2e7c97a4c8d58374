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
    if old == new || [&old, &new].iter().any(|it| it.lines().count() > MOST_LINES) {
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
    serde_json::to_string_pretty(&value).ok().map(|it| it + "\n")
}

/// The JSON object or list that a text holds.
pub(super) fn embedded(text: &str) -> Option<Value> {
    let starts = text.trim_start().starts_with(['{', '[']);
    if starts { serde_json::from_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str) -> Option<String> {
        unified(Some(&old.into()), Some(&new.into()))
    }

    #[test]
    fn only_longer_text_has_a_unified_diff() {
        assert_eq!(diff("a", "b"), None);
        assert_eq!(diff("a\n", "b\n"), None);
        assert_eq!(diff("a\nb\n", "b"), None);
        assert_eq!(unified(None, Some(&"a\nb\n".into())), None);
        assert!(diff("a\nb\n", "a\nc\n").is_some());
        assert!(diff(r#"{"a":1}"#, r#"{"a":2}"#).is_some());
        assert_eq!(diff(r#"{"a":1}"#, r#"{"a": 1}"#), None);
    }

    #[test]
    fn three_lines_of_context_surround_a_change() {
        let text = |middle: &str| format!("1\n2\n3\n4\n5\n{middle}\n7\n8\n9\n10\n11\n");
        assert_eq!(
            diff(&text("6"), &text("six")).unwrap(),
            "@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n"
        );
    }

    #[test]
    fn texts_without_a_common_line_are_compared_soon() {
        let text = |word: &str| {
            (0..MOST_LINES).fold(String::new(), |text, it| text + &format!("{word} {it}\n"))
        };
        assert!(diff(&text("old"), &text("new")).is_some());
        assert_eq!(diff(&(text("old") + "one more"), &text("new")), None);
    }
}
