//! Old and new side by side.
//!
//! # Decisions
//! * Texts and lists are compared line by line; of what stays, three lines around each change are shown.
//! * Of a pair of lines, the part that differs is marked: what both begin and end with is not.

use maud::{Markup, html};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::words::{cut, left_out};
use crate::report::Field;

/// The most characters of a value.
const VALUE: usize = 600;

/// The most lines of a difference.
const LINES: usize = 60;

/// The most characters of a text that is compared line by line.
const COMPARED: usize = 40_000;

/// What the sides are called.
#[derive(Clone, Copy)]
pub(super) struct Heads<'a> {
    /// The left one.
    pub(super) old: &'a str,
    /// The right one.
    pub(super) new: &'a str,
}

/// One line of both sides; none on a side that has no such line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    old: Option<String>,
    new: Option<String>,
    /// Whether lines are left out before it.
    is_after_gap: bool,
}

/// The fields that differ; nothing where there are none.
pub(super) fn fields(heads: Heads<'_>, fields: &[Field]) -> Markup {
    html! {
        @if !fields.is_empty() {
            table.sides {
                thead { tr { th scope="col" { (heads.old) } th scope="col" { (heads.new) } } }
                @for it in fields {
                    tbody {
                        tr { th scope="rowgroup" colspan="2" { (super::words::value(&it.path, 400)) } }
                        (field(it))
                    }
                }
            }
        }
    }
}

fn field(field: &Field) -> Markup {
    if let Some(note) = field.note {
        return html! { tr { td colspan="2" { (note.as_str()) } } };
    }
    let pairs = match (&field.diff, &field.from, &field.to) {
        (Some(diff), _, _) => unified(diff),
        (None, Some(from), Some(to)) => match (lines(from), lines(to)) {
            (Some(old), Some(new)) => compared(&old, &new),
            _ => vec![Pair { old: Some(plain(from)), new: Some(plain(to)), is_after_gap: false }],
        },
        (None, from, to) => vec![Pair {
            old: from.as_ref().map(plain),
            new: to.as_ref().map(plain),
            is_after_gap: false,
        }],
    };
    let more = pairs.len().saturating_sub(LINES);
    html! {
        @for it in pairs.iter().take(LINES) { (pair(it)) }
        @if 0 < more {
            tr { td.cut colspan="2" { (super::words::counted(more, "more line")) " in the JSON report" } }
        }
    }
}

/// A value on a line or, if it has a structure, on several.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).expect("a JSON value can be written")
        }
        _ => value.to_string(),
    }
}

/// A value whose lines can be compared: a structure, or a text of several lines.
fn lines(value: &Value) -> Option<String> {
    let text = plain(value);
    let is_short = text.len() < COMPARED;
    (is_short && text.contains('\n')).then_some(text)
}

fn compared(old: &str, new: &str) -> Vec<Pair> {
    let diff = TextDiff::from_lines(old, new);
    let mut pairs = Vec::new();
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        let lines = changes.map(|it| {
            let sign = match it.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            (sign, it.value().trim_end_matches('\n'))
        });
        paired(&mut pairs, lines, 0 < number);
    }
    pairs
}

/// The lines of a unified diff.
fn unified(diff: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let hunks: Vec<&str> = diff.lines().collect();
    let hunks = hunks.chunk_by(|_, next| !next.starts_with("@@")).enumerate();
    for (number, hunk) in hunks {
        let is_head = |it: &&&str| it.starts_with("@@") || it.starts_with('\\');
        let lines = hunk.iter().filter(|it| !is_head(it));
        let lines = lines.map(|it| match it.split_at_checked(1) {
            Some(("-", rest)) => ('-', rest),
            Some(("+", rest)) => ('+', rest),
            Some((" ", rest)) => (' ', rest),
            _ => (' ', *it),
        });
        paired(&mut pairs, lines, 0 < number);
    }
    pairs
}

/// Puts what goes beside what comes in its place.
fn paired<'t>(
    pairs: &mut Vec<Pair>,
    lines: impl Iterator<Item = (char, &'t str)>,
    mut is_after_gap: bool,
) {
    // The first pair that still waits for its right side.
    let mut waiting = pairs.len();
    for (sign, line) in lines {
        let line = Some(line.to_owned());
        let is_first = std::mem::take(&mut is_after_gap);
        match sign {
            '-' => pairs.push(Pair { old: line, new: None, is_after_gap: is_first }),
            '+' if waiting < pairs.len() => {
                pairs[waiting].new = line;
                waiting += 1;
            }
            '+' => {
                pairs.push(Pair { old: None, new: line, is_after_gap: is_first });
                waiting = pairs.len();
            }
            _ => {
                pairs.push(Pair { old: line.clone(), new: line, is_after_gap: is_first });
                waiting = pairs.len();
            }
        }
    }
}

fn pair(it: &Pair) -> Markup {
    let (old, new) = (it.old.as_deref(), it.new.as_deref());
    html! {
        @if it.is_after_gap { tr.gap { td colspan="2" { "⋯" } } }
        tr {
            @if old == new { td { (text(old.unwrap_or_default())) } td { (text(new.unwrap_or_default())) } }
            @else {
                @let (start, end) = common(old.unwrap_or_default(), new.unwrap_or_default());
                td.out { @if let Some(it) = old { del { (marked(it, start, end)) } } }
                td.in { @if let Some(it) = new { ins { (marked(it, start, end)) } } }
            }
        }
    }
}

fn text(text: &str) -> Markup {
    let (shown, rest) = cut(text, VALUE);
    html! { (shown) (left_out(rest)) }
}

/// A text of which the middle is marked; long ones are cut instead.
fn marked(whole: &str, start: usize, end: usize) -> Markup {
    let middle = whole.len() - end;
    html! {
        @if whole.chars().nth(VALUE).is_some() || start + end == 0 || middle <= start { (text(whole)) }
        @else { (whole[..start]) mark { (whole[start..middle]) } (whole[middle..]) }
    }
}

/// How many bytes two texts begin with and end with alike, never overlapping and never inside a
/// character.
fn common(one: &str, other: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(a, _): (char, char)| a.len_utf8();
    let start: usize = one.chars().zip(other.chars()).take_while(same).map(length).sum();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.chars().rev().zip(other.chars().rev()).take_while(same).map(length).sum();
    (start, end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sides(pairs: &[Pair]) -> Vec<String> {
        let side = |it: &Option<String>| it.clone().unwrap_or_else(|| "/".to_owned());
        pairs.iter().map(|it| format!("{}|{}", side(&it.old), side(&it.new))).collect()
    }

    #[test]
    fn a_unified_diff_is_put_side_by_side() {
        let pairs = unified("@@ -1,3 +1,4 @@\n a\n-b\n-c\n+B\n d\n@@ -9 +9,2 @@\n+e\n+f\n");
        assert_eq!(sides(&pairs), ["a|a", "b|B", "c|/", "d|d", "/|e", "/|f"]);
        assert!(pairs[4].is_after_gap && !pairs[0].is_after_gap);
    }

    #[test]
    fn structures_are_compared_line_by_line() {
        let list = |last: &str| {
            json!((0..20).map(|it| it.to_string()).chain([last.to_owned()]).collect::<Vec<_>>())
        };
        let (old, new) = (lines(&list("a")).unwrap(), lines(&list("b")).unwrap());
        let pairs = compared(&old, &new);
        assert_eq!(sides(&pairs)[3], "  \"a\"|  \"b\"");
        assert_eq!(pairs.len(), 5);
    }

    #[test]
    fn what_differs_between_two_values_is_marked() {
        let field = |from: &str, to: &str| {
            let (from, to) = (Some(json!(from)), Some(json!(to)));
            field(&Field { path: "a".into(), from, to, note: None, diff: None }).into_string()
        };
        assert!(field("kyma:1.0.0", "kyma:1.1.0").contains("<del>kyma:1.<mark>0</mark>.0</del>"));
        assert!(field("aé", "aü").contains("<ins>a<mark>ü</mark></ins>"));
        assert!(field("<b>", "").contains("<del>&lt;b&gt;</del>"));
        let long = field(&"x".repeat(5_000_000), "x");
        assert!(
            long.len() < 2000 && long.contains("4999400 more characters are left out"),
            "{long}"
        );
    }
}
