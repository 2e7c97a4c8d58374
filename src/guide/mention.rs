//! Whether a text names an override key, a component or an object.
//!
//! # Decisions
//! * Addresses (link targets, URLs) name nothing: a guide that links a file below
//!   `resources/core` does not speak of the component `core`.
//! * **Keys** count as whole words: `global.foo` is not in `global.foobar`, `global.foo.bar` or
//!   `my.global.foo`. Other notations count: `**global.foo**`, `data['global\.foo']`,
//!   `.Values.global.foo`, `--set global.foo=x`, `global.*`, and nested YAML. A key of one plain
//!   word (`enabled`) counts only where it is marked as code, bold or quoted.
//! * **Components** with a hyphen count as whole words, also as a proper name (`event-bus` as
//!   "Event Bus"), but not as a namespace (`-n knative-eventing`). A component of one word counts
//!   where it is marked as code, bold or quoted; beside "component", "chart", "release", "Helm";
//!   as a heading of its own; as the value of a `component` label; or, unless it is an English
//!   word, as a capitalised name inside a sentence. So "back up all data", "core features" and
//!   "the testing of it" are no mentions.
//! * **Names** (objects, kinds, definitions) that look like identifiers (with a hyphen, dot,
//!   digit or inner capital) count as whole words; others only as code, bold or quoted.

use super::markdown;
use super::text::Text;

mod yaml_keys;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Prose,
    Heading,
    Code,
}

/// The lines of a text, prepared for looking things up.
#[derive(Debug, Clone)]
pub(super) struct Index {
    lines: Vec<Indexed>,
    /// Keys that YAML in code blocks spells by nesting, with their lines.
    nested: Vec<(String, u32)>,
}

#[derive(Debug, Clone)]
struct Indexed {
    number: u32,
    shape: Shape,
    /// The line without addresses and backslashes.
    text: String,
    /// The same in ASCII lower case, byte for byte.
    lower: String,
}

/// Names of Kyma components that are English words, for which a capital letter proves nothing.
const ENGLISH: &[&str] = &[
    "backup",
    "compass",
    "connectivity",
    "console",
    "core",
    "dashboard",
    "eventing",
    "gateway",
    "installer",
    "logging",
    "messaging",
    "monitoring",
    "observability",
    "registry",
    "security",
    "serverless",
    "settings",
    "testing",
    "tracing",
];

impl Index {
    pub(super) fn new(lines: &[String]) -> Self {
        let mut open: Option<&str> = None;
        let mut indexed = Vec::with_capacity(lines.len());
        for (line, number) in lines.iter().zip(1..) {
            let inner = line.trim_start_matches(['>', ' ']);
            let shape = match open {
                Some(marker) if markdown::closes(inner, marker) => {
                    open = None;
                    Shape::Code
                }
                Some(_) => Shape::Code,
                None => {
                    open = markdown::fence(inner).map(|(marker, _)| marker);
                    shape(inner, open.is_some())
                }
            };
            let text = without_addresses(line).replace('\\', "");
            let lower = text.to_ascii_lowercase();
            indexed.push(Indexed { number, shape, text, lower });
        }
        let code = indexed.iter().filter(|it| it.shape == Shape::Code);
        let nested = yaml_keys::paths(code.map(|it| (it.number, it.text.as_str())));
        Self { lines: indexed, nested }
    }

    fn first(&self, mentions: impl Fn(&Indexed) -> bool) -> Option<u32> {
        self.lines.iter().find(|it| mentions(it)).map(|it| it.number)
    }
}

fn shape(line: &str, opens_code: bool) -> Shape {
    if opens_code {
        Shape::Code
    } else if line.starts_with('#') {
        Shape::Heading
    } else {
        Shape::Prose
    }
}

impl Text {
    /// The 1-based line that first names the override key; none if no line does.
    pub fn mentions_key(&self, key: &str) -> Option<u32> {
        if key.is_empty() {
            return None;
        }
        let single = !key.contains('.');
        let line = self.index.first(|it| {
            if single {
                names_word(it, key)
            } else {
                occurrences(&it.text, key).any(|at| is_whole_key(&it.text, at, key))
            }
        });
        let pattern = self.index.first(|it| names_pattern(&it.text, key));
        let nested = self.index.nested.iter().find(|(path, _)| spells(path, key));
        let nested = nested.filter(|_| !single).map(|(_, line)| *line);
        [line, pattern, nested].into_iter().flatten().min()
    }

    /// The 1-based line that first names the component; none if no line does.
    pub fn mentions_component(&self, name: &str) -> Option<u32> {
        if name.is_empty() {
            return None;
        }
        self.index.first(|it| {
            if name.contains('-') {
                names_compound(it, name)
            } else {
                names_component_word(it, name)
            }
        })
    }

    /// The 1-based line that first names an object, a kind or a custom resource definition.
    pub fn mentions_name(&self, name: &str) -> Option<u32> {
        if name.is_empty() {
            return None;
        }
        self.index.first(|it| names_word(it, name))
    }
}

/// The line with blanks in place of link targets and URLs.
fn without_addresses(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = next_address(rest) {
        let (before, address) = rest.split_at(at);
        let scheme = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        let target = address.starts_with("](");
        kept.push_str(if target { before } else { scheme });
        kept.push(' ');
        let body = &address[if target { 2 } else { 3 }..];
        let end = body.find(|c: char| c.is_whitespace() || ")\"'`<>|".contains(c));
        rest = &body[end.unwrap_or(body.len())..];
    }
    kept.push_str(rest);
    kept
}

fn next_address(text: &str) -> Option<usize> {
    let begins = |at: &usize| text[*at..].starts_with("](") || text[*at..].starts_with("://");
    let mut places = text.match_indices([']', ':']).map(|(at, _)| at);
    places.find(begins)
}

/// Where `needle` begins in `text`.
fn occurrences<'t>(text: &'t str, needle: &'t str) -> impl Iterator<Item = usize> + use<'t> {
    text.match_indices(needle).map(|(at, _)| at)
}

fn char_before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Whether what stands before `at` and after the word ends there: no letter, and no dot with a
/// letter behind it.
fn is_whole(text: &str, at: usize, word: &str) -> bool {
    let after = &text[at + word.len()..];
    let continues = |mut rest: std::str::Chars<'_>| match rest.next() {
        Some('.') => rest.next().is_some_and(is_key_char),
        Some(c) => is_key_char(c),
        None => false,
    };
    let before = &text[..at];
    let preceded = match char_before(text, at) {
        Some('.') => char_before(before, at - 1).is_some_and(is_key_char),
        Some(c) => is_key_char(c),
        None => false,
    };
    !preceded && !continues(after.chars())
}

/// A key is whole also below `.Values` and `.data`.
fn is_whole_key(text: &str, at: usize, key: &str) -> bool {
    let before = &text[..at];
    let root =
        [".Values.", ".data.", "{data.", " data.", "Values."].iter().any(|it| before.ends_with(it));
    if !root {
        return is_whole(text, at, key);
    }
    is_whole(&text[at..], 0, key)
}

/// Whether a pattern such as `global.foo.*` covers the key.
fn names_pattern(text: &str, key: &str) -> bool {
    text.match_indices(".*").any(|(end, _)| {
        let outside = |c: char| !is_key_char(c) && c != '.';
        let prefix = text[..end].rsplit(outside).next().unwrap_or_default();
        let rest = key.strip_prefix(prefix).filter(|_| !prefix.is_empty());
        rest.is_some_and(|it| it.starts_with('.'))
    })
}

/// Whether nested YAML spells the key, from the top or below what holds values.
fn spells(path: &str, key: &str) -> bool {
    let below = ["data.", "stringData.", "values."];
    path == key || below.iter().any(|it| path.strip_prefix(it) == Some(key))
}

/// A word that looks like an identifier counts anywhere, another one only where it is marked.
fn names_word(line: &Indexed, word: &str) -> bool {
    let inner = word.chars().skip(1);
    let identifier =
        word.contains(|c: char| !c.is_alphabetic()) || inner.clone().any(char::is_uppercase);
    let mut places = occurrences(&line.text, word).filter(|at| is_whole(&line.text, *at, word));
    places.any(|at| identifier || is_marked(&line.text, at, word))
}

/// Whether the word stands alone in backticks, in bold or in quotation marks.
fn is_marked(text: &str, at: usize, word: &str) -> bool {
    let (before, after) = (&text[..at], &text[at + word.len()..]);
    let marks = [("`", "`"), ("**", "**"), ("\"", "\""), ("'", "'"), ("“", "”")];
    marks.iter().any(|(open, close)| before.ends_with(open) && after.starts_with(close))
}

fn names_compound(line: &Indexed, name: &str) -> bool {
    let mut plain = occurrences(&line.text, name).filter(|at| is_whole(&line.text, *at, name));
    plain.any(|at| !is_namespace(&line.text[..at])) || names_properly(line, name)
}

fn is_namespace(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '=', ':', '"', '\'', '`']);
    ["-n", "namespace", "Namespace"].iter().any(|it| before.ends_with(it))
}

/// Whether the words of a hyphenated name stand there capitalised: "Event Bus".
fn names_properly(line: &Indexed, name: &str) -> bool {
    let spaced = name.replace('-', " ");
    let lower = &line.lower;
    let mut places = occurrences(lower, &spaced).filter(|at| is_whole(lower, *at, &spaced));
    places.any(|at| {
        let words = line.text[at..at + spaced.len()].split(' ');
        words.clone().all(|it| it.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}

fn names_component_word(line: &Indexed, name: &str) -> bool {
    if line.shape == Shape::Heading && is_title(&line.text, name) {
        return true;
    }
    let lower = &line.lower;
    let mut places = occurrences(lower, name).filter(|at| is_whole(lower, *at, name));
    places.any(|at| match line.shape {
        Shape::Code => is_component_in_code(lower, at),
        _ => is_component_in_prose(&line.text, at, name),
    })
}

fn is_title(heading: &str, name: &str) -> bool {
    let title = heading.trim_start_matches(['>', ' ', '#']);
    title.trim_matches([' ', '#', '*', '`']).eq_ignore_ascii_case(name)
}

fn is_component_in_code(lower: &str, at: usize) -> bool {
    let before = lower[..at].trim_end_matches(['"', '\'', ' ', ':', '=']);
    let helm = ["helm delete", "helm uninstall", "helm upgrade", "helm rollback", "--purge"];
    before.ends_with("component") || helm.iter().any(|it| before.ends_with(it))
}

fn is_component_in_prose(text: &str, at: usize, name: &str) -> bool {
    is_marked(text, at, &text[at..at + name.len()])
        || is_beside_its_kind(text, at, name)
        || is_proper_name(text, at, name)
}

/// "the core component", "component core", "the Helm release core"; not "a core component".
fn is_beside_its_kind(text: &str, at: usize, name: &str) -> bool {
    let words = |part: &str| -> Vec<String> {
        let bare = |it: &str| it.trim_matches(['*', '`', '"', '(', '\'']).to_ascii_lowercase();
        part.split_whitespace().map(bare).collect()
    };
    let (before, after) = (words(&text[..at]), words(&text[at + name.len()..]));
    let last = before.last().map_or("", String::as_str);
    let next = after.first().map_or("", |it| it.trim_end_matches(['.', ',', ';', ':', ')']));
    let kinds = ["component", "chart", "sub-chart", "subchart", "module"];
    let is_named = kinds.contains(&next)
        || next == "helm" && after.len() > 1
        || next == "release" && matches!(last, "the" | "helm");
    let of_kind = ["component", "components", "chart", "charts"].contains(&last)
        || last == "release" && before.iter().rev().nth(1).is_some_and(|it| it == "helm");
    is_named && !matches!(last, "a" | "an") || of_kind
}

/// A capital letter inside a sentence makes a name, unless the word is English.
fn is_proper_name(text: &str, at: usize, name: &str) -> bool {
    let capital = text[at..].starts_with(|c: char| c.is_ascii_uppercase());
    let before = text[..at].trim_end_matches([' ', '*', '`', '"', '(']);
    let inside = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '/' | ')'));
    capital && inside && !ENGLISH.contains(&name)
}

#[cfg(test)]
mod tests;
