//! Values as YAML that kubectl reads back exactly.
//!
//! # Decisions
//! * A text stands plain only if nothing that reads YAML could take it for anything else: it starts
//!   with a letter, holds nothing but letters, digits and `_`, `.`, `/`, `-`, and is none of the
//!   words that YAML 1.1 or any reader knows. Everything else is in double quotes.
//! * A text of several lines is a literal block where that is exact without further ado: printable
//!   characters, no white space at the end of a line, none at the start of the first.

use crate::yaml::{Entry, Node, Value};

/// The longest key before a plain colon; libyaml allows 1,024 characters.
const LONGEST_KEY: usize = 500;

/// A mapping as a document.
pub(super) fn document(node: &Node) -> String {
    let mut text = String::new();
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => mapping(&mut text, entries, 0),
        _ => value(&mut text, node, 0),
    }
    text.trim_start_matches([' ', '\n']).to_owned()
}

fn mapping(text: &mut String, entries: &[Entry], indent: usize) {
    for (number, entry) in entries.iter().enumerate() {
        if 0 < number {
            pad(text, indent);
        }
        let key = scalar(&entry.key);
        if LONGEST_KEY < key.len() {
            text.push_str("? ");
            text.push_str(&key);
            text.push('\n');
            pad(text, indent);
        } else {
            text.push_str(&key);
        }
        text.push(':');
        value(text, &entry.node, indent + 2);
    }
}

/// Writes what follows a colon or a dash, to the end of the line or below it.
fn value(text: &mut String, node: &Node, indent: usize) {
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            text.push('\n');
            pad(text, indent);
            mapping(text, entries, indent);
        }
        Value::Sequence(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                pad(text, indent);
                text.push('-');
                self::item(text, item, indent + 2);
            }
        }
        Value::String(it) if is_literal(it) => literal(text, it, indent),
        other => {
            text.push(' ');
            text.push_str(&flat(other));
            text.push('\n');
        }
    }
}

/// Writes what follows a dash: a mapping starts on its line.
fn item(text: &mut String, node: &Node, indent: usize) {
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            text.push(' ');
            mapping(text, entries, indent);
        }
        _ => value(text, node, indent),
    }
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn flat(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.to_string(),
        Value::String(it) => scalar(it),
        Value::Sequence(_) => "[]".to_owned(),
        Value::Mapping(_) => "{}".to_owned(),
        Value::Redacted(_) => "(secret)".to_owned(),
    }
}

fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"_./-".contains(&it);
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.bytes().all(plain)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// The text in double quotes. JSON's escapes are YAML's.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_printable(letter) => quoted.push(letter),
            _ => quoted.push_str(&escape(letter)),
        }
    }
    quoted.push('"');
    quoted
}

/// The escape of a character, in YAML and in Go.
pub(super) fn escape(letter: char) -> String {
    let number = u32::from(letter);
    if number < 0x1_0000 { format!("\\u{number:04X}") } else { format!("\\U{number:08X}") }
}

/// Whether a character can stand as it is: YAML allows it, and no reader takes it for a line break
/// or a byte order mark.
fn is_printable(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn is_literal(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    let starts_blank = |line: &str| line.starts_with('\t');
    let ends_blank = |line: &str| line.ends_with(char::is_whitespace);
    text.contains('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && !body.is_empty()
        && body.split('\n').all(|line| line.chars().all(|it| it == '\t' || is_printable(it)))
        && !body.split('\n').any(|line| starts_blank(line) || ends_blank(line))
}

fn literal(text: &mut String, content: &str, indent: usize) {
    let body = content.trim_end_matches('\n');
    let breaks = content.len() - body.len();
    text.push_str([" |-\n", " |\n", " |+\n"][breaks.min(2)]);
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(text, indent);
            text.push_str(line);
        }
        text.push('\n');
    }
    text.extend(std::iter::repeat_n('\n', breaks.saturating_sub(1)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::{Limits, parse, split};

    fn node(value: Value) -> Node {
        Node { line: 1, column: 1, value }
    }

    fn string(text: &str) -> Node {
        node(Value::String(text.to_owned()))
    }

    fn map(entries: Vec<(String, Node)>) -> Node {
        let entries =
            entries.into_iter().map(|(key, node)| Entry { key, line: 1, column: 1, node });
        node(Value::Mapping(entries.collect()))
    }

    fn read_back(text: &str) -> Node {
        let documents = split(text.as_bytes()).unwrap();
        let nodes = documents.iter().map(|it| parse(it, &Limits::default()));
        let nodes: Vec<_> =
            nodes.map(|it| it.unwrap_or_else(|e| panic!("{e}: {text:?}"))).collect();
        assert_eq!(nodes.len(), 1, "{text:?}");
        nodes[0].clone().unwrap()
    }

    fn check(node: &Node) {
        let text = document(node);
        assert!(read_back(&text).same(node), "{text:?} is not {node:?}");
    }

    #[test]
    fn texts_that_other_readers_mistake_are_quoted() {
        for text in [
            "0644",
            "yes",
            "No",
            "y",
            "null",
            "~",
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "---",
            "...",
            "1e3",
            "1:30",
            "2001-12-14",
            "0x1F",
            "<<",
            "=",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "'",
            "\"",
            "\r",
            "a\r\nb",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "\u{7f}",
            "\0",
            "NaN",
            ".inf",
            "? a",
            "[a]",
        ] {
            assert!(scalar(text).starts_with('"'), "{text:?}");
            check(&map(vec![("a".to_owned(), string(text)), (text.to_owned(), string("b"))]));
        }
        assert_eq!(scalar("example.com/path-1_a"), "example.com/path-1_a");
    }

    #[test]
    fn texts_of_several_lines_are_blocks_where_that_is_exact() {
        let shown = |text: &str| document(&map(vec![("a".to_owned(), string(text))]));
        assert_eq!(shown("x:\n  - y\n\nz\n"), "a: |\n  x:\n    - y\n\n  z\n");
        assert_eq!(shown("x\ny"), "a: |-\n  x\n  y\n");
        assert_eq!(shown("x\ny\n\n"), "a: |+\n  x\n  y\n\n");
        for text in ["x \ny", " x\ny", "\nx", "x\r\ny", "x\n\ty", "\n\n", "x\n   \ny"] {
            assert!(shown(text).starts_with("a: \""), "{text:?}");
        }
    }

    #[test]
    fn values_of_all_types_are_read_back() {
        let numbers =
            [serde_json::json!(7), serde_json::json!(-0.5), serde_json::json!(1_u64 << 60)];
        let mut items: Vec<Node> = numbers
            .into_iter()
            .filter_map(|it| it.as_number().cloned())
            .map(|it| node(Value::Number(it)))
            .collect();
        items.extend([Value::Null, Value::Bool(true), Value::Mapping(vec![])].map(node));
        items.push(node(Value::Sequence(vec![string("a\nb\n"), node(Value::Sequence(vec![]))])));
        items.push(map(vec![("k".repeat(2000), string("a\nb")), ("l".to_owned(), string("c"))]));
        let list = node(Value::Sequence(items));
        check(&map(vec![("list".to_owned(), list.clone()), ("more".to_owned(), list)]));
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-z0-9:#\\-|> ]{0,6}",
            4 => Just("\n".to_owned()),
            1 => any::<String>(),
            1 => any::<char>().prop_map(String::from),
            1 => "[\\x00-\\x20\\x7f\u{80}-\u{a0}\u{2028}\u{2029}\u{feff}\u{fffe}]{1,3}",
            1 => prop_oneof![Just("0644"), Just("yes"), Just(": "), Just("\r\n"), Just("---"), Just("\t")]
                .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|it| it.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_is_read_back_exactly(texts in proptest::collection::vec(text(), 1..4), key in text()) {
            let strings: Vec<_> = texts.iter().map(|it| string(it)).collect();
            let mut entries: Vec<_> =
                strings.iter().enumerate().map(|(at, it)| (format!("k{at}"), it.clone())).collect();
            entries.push((format!("!{key}"), node(Value::Sequence(strings))));
            let inner = map(entries.clone());
            entries.push(("inner".to_owned(), inner));
            check(&map(entries));
        }
    }
}
