//! Masking what looks like a credential inside longer text.
//!
//! Values that are secrets by their place are withheld when they are read. A `ConfigMap` can also
//! hold a whole file with a password in it; that file is shown in diffs, the password is not.
//!
//! # Decisions
//! * JSON is masked by its keys. Other text is masked line by line: what follows a credential-like
//!   key and a colon to the end of the line, what follows one and an equals sign to the next space,
//!   and all lines that are indented below such a key.
//! * Rather too much is masked than too little: a text that only mentions where a password comes
//!   from is masked as well.

use std::borrow::Cow;

use super::text::embedded;
use crate::manifest::looks_like_credential;
use crate::yaml::{Node, Value};

/// What is shown instead of a secret.
const SECRET: &str = "(secret)";

/// A value as JSON, masked.
pub(super) fn shown(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::String(text) => masked(text).into_owned().into(),
        Value::Sequence(items) => items.iter().map(shown).collect(),
        Value::Mapping(entries) => {
            entries.iter().map(|it| (it.key.clone(), shown(&it.node))).collect()
        }
        _ => node.to_json(),
    }
}

/// A text without what looks like credentials in it.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    if !text.contains([':', '=']) {
        return Cow::Borrowed(text);
    }
    if let Some(mut json) = embedded(text) {
        let changed = mask_json(&mut json, "");
        return if changed { Cow::Owned(json.to_string()) } else { Cow::Borrowed(text) };
    }
    let mut lines = Lines::default();
    let masked: Vec<Cow<'_, str>> = text.split('\n').map(|it| lines.mask(it)).collect();
    if masked.iter().all(|it| matches!(it, Cow::Borrowed(_))) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(masked.join("\n"))
}

/// Masks the values of credential-like keys; says whether there were any.
fn mask_json(json: &mut serde_json::Value, path: &str) -> bool {
    match json {
        serde_json::Value::Object(fields) => {
            let named = fields.get("name").and_then(|it| it.as_str()).map(str::to_owned);
            let mut any = false;
            for (key, value) in fields {
                let variable =
                    key == "value" && named.as_deref().is_some_and(looks_like_credential);
                any |=
                    mask_json(value, &if variable { SECRET.to_owned() } else { join(path, key) });
            }
            any
        }
        serde_json::Value::Array(items) => {
            items.iter_mut().fold(false, |any, it| mask_json(it, path) | any)
        }
        serde_json::Value::Null => false,
        _ if looks_like_credential(path) => {
            *json = SECRET.into();
            true
        }
        _ => false,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Masks line after line, with the keys that the lines so far are indented below.
#[derive(Debug, Default)]
struct Lines {
    parents: Vec<(usize, String)>,
    named_secret: bool,
}

impl Lines {
    fn mask<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let body = line.trim_start_matches([' ', '\t', '-', '#']);
        let indent = line.len() - body.len();
        if body.trim().is_empty() {
            return Cow::Borrowed(line);
        }
        self.parents.retain(|(of, _)| *of < indent);
        let parents: Vec<&str> = self.parents.iter().map(|(_, key)| key.as_str()).collect();
        let path = parents.join(".");
        let Some((key, at)) = key_and_value(body) else {
            let secret = looks_like_credential(&path);
            return if secret { cut(line, indent) } else { mask_words(line) };
        };
        let value = &body[at..];
        let secret = self.is_secret(&join(&path, key), key, value);
        self.parents.push((indent, key.to_owned()));
        match (goes_on(value), secret) {
            (true, _) => Cow::Borrowed(line),
            (_, true) => cut(line, indent + at),
            _ => mask_words(line),
        }
    }

    fn is_secret(&mut self, path: &str, key: &str, value: &str) -> bool {
        let variable = key == "value" && self.named_secret;
        if key == "name" {
            self.named_secret = looks_like_credential(unquoted(value));
        }
        variable || looks_like_credential(path)
    }
}

/// Whether a value stands in the lines below.
fn goes_on(value: &str) -> bool {
    matches!(value.trim(), "" | "|" | ">" | "|-" | ">-" | "|+" | ">+" | "{" | "[")
}

/// A line whose end, from the byte `at`, is masked.
fn cut(line: &str, at: usize) -> Cow<'_, str> {
    Cow::Owned(format!("{}{SECRET}", &line[..at]))
}

/// The key of a line `key: value`, and where its value starts.
fn key_and_value(body: &str) -> Option<(&str, usize)> {
    let colon = body.match_indices(':').map(|(at, _)| at).find(|at| {
        body[at + 1..].is_empty() || body[at + 1..].starts_with([' ', '"', '\'', '\t'])
    })?;
    let key = unquoted(body[..colon].trim_start_matches('{'));
    let is_key = !key.is_empty() && !key.contains([' ', '=', '(', '$']);
    let value = body[colon + 1..].trim_start();
    is_key.then_some((key, body.len() - value.len()))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches([' ', '"', '\'', ','])
}

/// Masks what stands behind the equals sign in words such as `--password=1234`, and to the end of
/// the line what stands behind a colon inside it, as in `{user: a, password: b}`.
fn mask_words(line: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find([':', '=']) {
        let (head, value) = rest.split_at(at + 1);
        masked.push_str(head);
        rest = value;
        let assigns = head.ends_with('=') || value.starts_with([' ', '\t', '"', '\'']);
        let has_value = assigns && !value.trim().is_empty();
        if has_value && looks_like_credential(last_word(&head[..at])) {
            masked.push_str(SECRET);
            rest = behind_value(head, value);
        }
    }
    if masked.contains(SECRET) { Cow::Owned(masked + rest) } else { Cow::Borrowed(line) }
}

/// The word that a text ends in.
fn last_word(text: &str) -> &str {
    let words = text.rsplit([' ', '\t', '{', ',', '[', '(', '&', '?', ';']);
    unquoted(words.into_iter().next().unwrap_or(text))
}

/// What stands behind a value: what is behind the next space after `=`, nothing after a colon.
fn behind_value<'a>(head: &str, value: &'a str) -> &'a str {
    let end = value.find([' ', '\t', '&', ';']).filter(|_| head.ends_with('='));
    &value[end.unwrap_or(value.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_wherever_they_stand_in_a_text() {
        for (text, expected) in [
            ("user: a\npassword: b", "user: a\npassword: (secret)"),
            ("  - password: \"b\"", "  - password: (secret)"),
            ("password: |\n  b\n  c\nuser: d", "password: |\n  (secret)\n  (secret)\nuser: d"),
            ("tls.key: |\n  -----BEGIN", "tls.key: |\n  -----(secret)"),
            ("credentials:\n  user: a\nuser: b", "credentials:\n  user: (secret)\nuser: b"),
            ("\"token\": \"a\",\n\"b\": 1", "\"token\": (secret)\n\"b\": 1"),
            ("# password: a", "# password: (secret)"),
            ("run --password=a --user=b", "run --password=(secret) --user=b"),
            ("export DB_PASSWORD=a", "export DB_PASSWORD=(secret)"),
            ("{user: a, password: b}", "{user: a, password:(secret)"),
            ("- name: DB_PASSWORD\n  value: a", "- name: DB_PASSWORD\n  value: (secret)"),
            ("secret:\n  secretName: a", "secret:\n  secretName: a"),
            ("no secret here", "no secret here"),
            ("eu.gcr.io/token:v1", "eu.gcr.io/token:v1"),
            ("http://token:80/", "http://token:80/"),
            ("échó: ü\nsecret: ä", "échó: ü\nsecret: (secret)"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn json_is_masked_by_its_keys() {
        for (text, expected) in [
            (r#"{"password":"a","user":"b"}"#, r#"{"password":"(secret)","user":"b"}"#),
            (r#"[{"a":{"tokens":["b"]}}]"#, r#"[{"a":{"tokens":["(secret)"]}}]"#),
            (r#"{"name":"API_KEY","value":1}"#, r#"{"name":"API_KEY","value":"(secret)"}"#),
            (r#"{"secretName" : "a"}"#, r#"{"secretName" : "a"}"#),
        ] {
            assert_eq!(masked(text), expected);
        }
    }
}
