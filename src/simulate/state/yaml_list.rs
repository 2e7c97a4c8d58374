//! A list in YAML to its items, unread.
//!
//! # Decisions
//! * Only the form in which kubectl prints a list is taken apart: `items:` at the margin, and each
//!   item starting with `- ` in the same column. Everything else is read as a whole.
//! * A text in quotes may, against kubectl's habit, go on with such a line. Then the item before it
//!   lacks the end of its quote and cannot be read, and the caller reads the whole document.

use std::borrow::Cow;

use crate::yaml::{self, Limits, Node, RawDocument, Syntax, Value};

/// The items of a list of kubectl as documents of their own; none if the document is something else.
pub(super) fn items<'a>(
    document: &'a RawDocument<'_>,
    limits: &Limits,
) -> Option<Vec<RawDocument<'a>>> {
    let text: &str = &document.text;
    let start = if text.starts_with("items:") { 0 } else { text.find("\nitems:")? + 1 };
    let (heading, list) = text[start..].split_once('\n')?;
    if heading.trim_end() != "items:" {
        return None;
    }
    let marker = marker(list)?;
    let end = end(list, marker);
    let rest = [&text[..start], &list[end..]].concat();
    let first = document.line + super::read::lines(&text[..start]) + 1;
    is_list(&rest, limits).then(|| split(&list[..end], marker, first))
}

/// What every item starts with: spaces and a dash.
fn marker(list: &str) -> Option<&str> {
    let length = list.len() - list.trim_start_matches(' ').len() + 1;
    list.get(..length).filter(|it| it.ends_with('-') && starts_item(list, it))
}

fn starts_item(line: &str, marker: &str) -> bool {
    let rest = line.strip_prefix(marker);
    rest.is_some_and(|it| it.starts_with([' ', '\n']) || it.starts_with("\r\n"))
}

/// Where the list ends: at the first line that is no further in than the items and starts none.
fn end(list: &str, marker: &str) -> usize {
    let mut at = 0;
    for line in list.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let inside = marker.len() <= indent || line.trim().is_empty();
        if !inside && !starts_item(line, marker) {
            break;
        }
        at += line.len();
    }
    at
}

/// Whether what is left without the items makes a list of any kinds.
fn is_list(rest: &str, limits: &Limits) -> bool {
    let document = RawDocument { text: Cow::Borrowed(rest), line: 1, syntax: Syntax::Yaml };
    let Ok(Some(node)) = yaml::parse(&document, limits) else {
        return false;
    };
    let is_mapping = matches!(node.value, Value::Mapping(_));
    let kind = node.get("kind").and_then(Node::as_str);
    is_mapping && kind == Some("List") && node.get("items").is_none()
}

fn split<'a>(list: &'a str, marker: &str, first: u32) -> Vec<RawDocument<'a>> {
    let mut starts = Vec::new();
    let mut at = 0;
    for (line, text) in (first..).zip(list.split_inclusive('\n')) {
        if starts_item(text, marker) {
            starts.push((at, line));
        }
        at += text.len();
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([list.len()]);
    let item = |((at, line), end): (&(usize, u32), usize)| {
        let text = format!("{:1$} {2}", "", marker.len() - 1, &list[at + marker.len()..end]);
        RawDocument { text: text.into(), line: *line, syntax: Syntax::Yaml }
    };
    starts.iter().zip(ends).map(item).collect()
}
