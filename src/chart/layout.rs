//! Where in the rendered YAML a place of a template ends up.
//!
//! # Decisions
//! * The text around a place tells, by its indentation: rendering would need values, and would
//!   show only the branches that those take. Of several branches, the nearest above counts.
//! * What `indent` and `nindent` print stands where they say, whatever the indentation of the
//!   action is.
//! * Templates that render into a text of several lines (a configuration file in a ConfigMap)
//!   continue the path of that text with their own.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::template::ActionSpan;

/// What stands for an action that prints something.
const HOLE: &str = "{}";
/// How much of a line is looked at for what stands behind a key, in bytes.
const LONGEST: usize = 500;
/// How many lines are looked at around a place.
const FARTHEST: usize = 2000;

/// A template's text, line by line, with its actions masked.
#[derive(Debug)]
pub(super) struct Layout {
    text: Rc<str>,
    actions: Vec<ActionSpan>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Its first byte in the text.
    start: usize,
    /// What is on it, found when it is needed: most lines of large templates are far from actions.
    content: OnceCell<Content>,
}

#[derive(Debug)]
struct Content {
    /// What opens on the line: `- a:` opens an item and, deeper, a key.
    opens: Vec<(usize, Opening)>,
    /// Whether nothing is on it apart from actions.
    only_actions: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Opening {
    Item,
    Key(String),
}

/// Where a place ends up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The object's API version, kind and name as the template writes them.
    pub(super) object: Option<Object>,
    /// The path of the field: `spec.containers[].resources`.
    pub(super) field: String,
    /// The name of the innermost item of a list that has one.
    pub(super) item: Option<String>,
    /// The name of the environment variable, if the field is in one.
    pub(super) env: Option<String>,
}

/// What a template says about the object that it renders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

impl Place {
    /// The place of something in a named template, whose caller stands at `self`.
    pub(super) fn enclose(&self, inner: Self) -> Self {
        let inner_is_root = inner.object.is_some();
        let field = match (self.field.as_str(), inner.field.as_str()) {
            (outer, _) if inner_is_root || outer.is_empty() => inner.field,
            (outer, "") => outer.to_owned(),
            (outer, inner) if inner.starts_with("[]") => format!("{outer}{inner}"),
            (outer, inner) => format!("{outer}.{inner}"),
        };
        Self {
            object: inner.object.or_else(|| self.object.clone()),
            field,
            item: inner.item.or_else(|| self.item.clone()),
            env: inner.env.or_else(|| self.env.clone()),
        }
    }
}

impl Layout {
    /// The layout of a text with these actions.
    pub(super) fn new(text: Rc<str>, actions: &[ActionSpan]) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks.filter(|at| *at < text.len()));
        let lines = starts.map(|start| Line { start, content: OnceCell::new() });
        Self { lines: lines.collect(), actions: actions.to_vec(), text }
    }

    fn content(&self, at: usize) -> &Content {
        let make = || Content::new(&self.masked(at));
        self.lines[at].content.get_or_init(make)
    }

    /// A line with a hole for each action that prints, and nothing for the others.
    fn masked(&self, line: usize) -> String {
        let (start, end) = self.span(line);
        let first = self.actions.partition_point(|it| it.span.end <= start);
        let mut masked = String::new();
        let mut at = start;
        for action in &self.actions[first..] {
            if action.span.start >= end {
                break;
            }
            // An action of several lines counts on its first.
            if action.span.start >= start {
                masked.push_str(&self.text[at..action.span.start]);
                masked.push_str(if action.prints { HOLE } else { "" });
            }
            at = action.span.end.min(end);
        }
        masked.push_str(&self.text[at..end]);
        masked.truncate(masked.trim_end().len());
        masked
    }

    /// The place of `byte`, in the part of the text that `region` is: a named template or all.
    /// `indent` is where an `indent` function puts it.
    pub(super) fn place(&self, byte: usize, region: &Range<usize>, indent: Option<usize>) -> Place {
        let first = self.line(region.start);
        let (first, last) = self.document(self.line(byte), first, self.line(region.end) + 1);
        let mut place =
            Place { object: self.object(self.line(byte), first, last), ..Place::default() };
        let path = self.path(byte, first, indent);
        self.name_items(&path, last, &mut place);
        place.field = field(&path);
        place
    }

    /// The 0-based line of a byte.
    pub(super) fn line(&self, byte: usize) -> usize {
        let after = self.lines.partition_point(|line| line.start <= byte);
        after.saturating_sub(1)
    }

    /// The lines of the YAML document around `line` within others.
    fn document(&self, line: usize, first: usize, end: usize) -> (usize, usize) {
        let separates = |at: &usize| self.text[self.lines[*at].start..].starts_with("---");
        let end = end.min(self.lines.len()).min(line + FARTHEST);
        let first = first.max(line.saturating_sub(FARTHEST));
        let above = (first..line).rev().find(separates).map_or(first, |at| at + 1);
        let below = (line + 1..end).find(separates).unwrap_or(end);
        (above, below)
    }

    /// The keys and items that hold the place, from the outside, each with its line.
    fn path(&self, byte: usize, first: usize, indent: Option<usize>) -> Vec<(usize, Opening)> {
        let at = self.line(byte);
        if at >= self.lines.len() {
            return Vec::new();
        }
        let column = byte.saturating_sub(self.lines[at].start);
        let line = self.content(at);
        let mut path = Vec::new();
        let mut inside = match indent {
            Some(indent) if line.only_actions => indent,
            _ => line.opens.first().map_or(column, |it| it.0),
        };
        let mut item = false;
        for (column, opening) in line.opens.iter().rev() {
            item = *opening == Opening::Item;
            inside = *column;
            path.push((at, opening.clone()));
        }
        for at in (first..at).rev() {
            for (column, opening) in self.content(at).opens.iter().rev() {
                let is_item = *opening == Opening::Item;
                // A list may stand at the column of the key that holds it.
                if *column < inside || (*column == inside && item && !is_item) {
                    (inside, item) = (*column, is_item);
                    path.push((at, opening.clone()));
                }
            }
            if inside == 0 && !item {
                break;
            }
        }
        path.reverse();
        path
    }

    fn name_items(&self, path: &[(usize, Opening)], last: usize, place: &mut Place) {
        let mut holder = "";
        for (at, opening) in path {
            match opening {
                Opening::Key(key) => holder = key,
                Opening::Item if holder == "env" => place.env = self.item_name(*at, last),
                Opening::Item => place.item = self.item_name(*at, last).or(place.item.take()),
            }
        }
    }

    /// The `name:` of the item that opens on a line.
    fn item_name(&self, at: usize, last: usize) -> Option<String> {
        let opens = &self.content(at).opens;
        let item = opens.iter().rposition(|it| it.1 == Opening::Item)?;
        let (dash, column) = (opens[item].0, opens.get(item + 1)?.0);
        for below in at..last {
            let line = self.content(below);
            let leaves = line.opens.first().is_some_and(|it| it.0 <= dash);
            if below > at && leaves {
                break;
            }
            let inner = line.opens.iter().find(|it| it.0 == column);
            if inner.is_some_and(|it| it.1.is_key("name")) {
                return Some(self.value(below)).filter(|it| !it.is_empty());
            }
        }
        None
    }

    fn object(&self, line: usize, first: usize, last: usize) -> Option<Object> {
        let top = |name: &str| {
            let is = |at: &usize| self.opens_top(*at, name);
            let above = (first..=line.min(last.saturating_sub(1))).rev().find(is);
            above.or_else(|| (line..last).find(is))
        };
        let text = |at: Option<usize>| at.map_or_else(String::new, |at| self.value(at));
        let kind = text(Some(top("kind")?));
        let metadata = top("metadata");
        let inner = metadata.map(|at| at + 1..last).unwrap_or_default();
        let name = inner
            .take_while(|at| self.content(*at).opens.first().is_none_or(|it| it.0 > 0))
            .find(|at| {
                let first = self.content(*at).opens.first();
                first.is_some_and(|it| it.1.is_key("name"))
            });
        Some(Object { api_version: text(top("apiVersion")), kind, name: text(name) })
    }

    /// What stands behind the key of a line, with its actions.
    fn value(&self, at: usize) -> String {
        let line = self.raw(at);
        let line = &line[..boundary(line, LONGEST)];
        let (_, value) = line.split_once(':').unwrap_or_default();
        plain(value.trim().trim_matches(['"', '\'']))
    }

    /// A line as it stands in the text, without white space around it.
    pub(super) fn raw(&self, at: usize) -> &str {
        let (start, end) = self.span(at);
        self.text[start..end].trim()
    }

    /// The first byte of the line on which `byte` stands, and the first byte behind it.
    pub(super) fn bounds(&self, byte: usize) -> (usize, usize) {
        self.span(self.line(byte))
    }

    fn span(&self, at: usize) -> (usize, usize) {
        let start = self.lines.get(at).map_or(0, |it| it.start);
        let next = self.lines.get(at + 1);
        (start, next.map_or(self.text.len(), |it| it.start))
    }

    /// The first byte of the content that the action at `byte` guards: if nothing else is on its
    /// line, the next line that opens something. And whether that is at the margin, so that whole
    /// objects are guarded.
    pub(super) fn guarded(&self, byte: usize, region: &Range<usize>) -> (usize, bool) {
        let at = self.line(byte);
        let last = self.line(region.end).min(at + FARTHEST);
        if at >= self.lines.len() || !self.content(at).only_actions {
            return (byte, false);
        }
        let opens = |at: usize| self.content(at).opens.first().map(|it| (at, it.0));
        let next = (at + 1..=last).find_map(opens);
        next.map_or((byte, false), |(at, column)| (self.lines[at].start + column, column == 0))
    }

    fn opens_top(&self, at: usize, name: &str) -> bool {
        match self.content(at).opens.as_slice() {
            [(0, Opening::Key(key))] => key == name,
            _ => false,
        }
    }
}

impl Content {
    fn new(masked: &str) -> Self {
        Self { opens: openings(masked), only_actions: masked.replace(HOLE, "").trim().is_empty() }
    }
}

impl Opening {
    fn is_key(&self, name: &str) -> bool {
        matches!(self, Self::Key(key) if key == name)
    }
}

/// What a line opens, with columns.
fn openings(line: &str) -> Vec<(usize, Opening)> {
    let mut opens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(inner) = rest.strip_prefix('-') {
        if !inner.is_empty() && !inner.starts_with(' ') {
            break;
        }
        opens.push((line.len() - rest.len(), Opening::Item));
        rest = inner.trim_start();
    }
    if let Some(key) = key(rest) {
        opens.push((line.len() - rest.len(), Opening::Key(key)));
    }
    opens
}

/// The key at the start of a text.
fn key(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, rest) = match quote {
        Some(quote) => text[1..].split_once(quote)?,
        None => text.find(": ").map_or_else(
            || text.strip_suffix(':').map(|it| (it, ":")),
            |at| Some((&text[..at], &text[at..])),
        )?,
    };
    let odd = key.is_empty() || key.starts_with(['#', '{', '[']) && !key.starts_with(HOLE);
    (!odd && rest.starts_with(':')).then(|| key.to_owned())
}

fn field(path: &[(usize, Opening)]) -> String {
    let mut field = String::new();
    for (_, opening) in path {
        match opening {
            Opening::Item => field.push_str("[]"),
            Opening::Key(key) => {
                if !field.is_empty() {
                    field.push('.');
                }
                field.push_str(key);
            }
        }
    }
    field
}

/// The last byte up to `at` at which a text can be cut.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A text with its actions in their plainest form: no trim markers, single spaces.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("{{-", "{{").replace("-}}", "}}");
    let text = text.replace("{{", "{{ ").replace("}}", " }}");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
