//! Bytes to located values, exactly as kubectl reads them.
//!
//! `split` makes documents of a file without parsing them, so that equal documents can be told by
//! their bytes; `parse` makes values of one document, with the lines on which they stand.
//!
//! # Decisions
//! * **A reader of its own.** The oracle is kubectl, which reads YAML 1.1 by the grammar of libyaml
//!   (go-yaml v2). No crate has that grammar. saphyr-parser 0.3 (YAML 1.2) accepts or refuses
//!   otherwise in a quarter of 120 small probes, among them common ones: a text in quotes or a list
//!   in brackets that goes on at the margin, a tab after `key:`, a comment glued to a quote. Its
//!   events alone come at 33 to 49 MB/s; here the finished values come at 67 MB/s from the same file.
//!   libyaml-safer 0.3 is closer, but panics on `[!x,y]`, needs 15 seconds for 100,000 brackets and
//!   still differs on `?` in brackets and on `\/`. The maintained fork of `serde_yaml` knows no
//!   lines. So the scanner and the parser are here: `scanner` and the scalar modules follow
//!   libyaml's rules, `parser`, `brackets` and `resolve` those of go-yaml's decoder. Tests compare
//!   them with kubectl itself, on broken files too.
//! * **The oracle decides, not the specification.** Plain `y`, `on` and `NO` are booleans, `0644`
//!   is 420, `1_000` is 1000, `0o14` is 12, `1:30` is a text, a date is a text. A key after `<<`
//!   wins over a merged one; a key before it loses. Of equal keys the last one wins. `...` ends
//!   what is read of a document. A file that starts with `{` is JSON and nothing else.
//! * **Numbers are what kubectl prints**: 1.0 is 1, an integer beyond 63 bits is the nearest float.
//!   A float as a key is rounded to 32 bits, as sigs.k8s.io/yaml does.
//! * **Deviations**, all on purpose. Bytes that are not UTF-8 are an error (kubectl puts U+FFFD in
//!   their place and goes on), and so is half a surrogate pair in JSON. A line that starts with `%`
//!   is an error also where kubectl ignores it, after the end of a document. Equal keys of different
//!   types (`1` and `"1"`) are decided by their order (in kubectl by chance). A float as a key that
//!   is exactly between two shortest decimals is rounded up (in Go to the even one). Nesting is
//!   limited to 200 levels (10,000 in kubectl). An unreadable document spoils neither those before
//!   it nor those after it: the caller decides (kubectl stops there).
//! * Error texts name the place and never the text: it may be a secret.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

mod block_scalar;
mod brackets;
mod budget;
mod cursor;
mod entries;
mod error;
mod flow_scalar;
mod json;
mod parser;
mod resolve;
mod scanner;
mod split;
mod token;

pub use budget::Limits;
pub use error::{Error, Problem};
pub use split::{RawDocument, Syntax, split};

/// Reads a document. `None` is an empty one: nothing, comments or `null`.
///
/// # Errors
/// The document is not what kubectl accepts, or is larger than the limits allow.
pub fn parse(document: &RawDocument<'_>, limits: &Limits) -> Result<Option<Node>, Error> {
    let text = &*document.text;
    if text.len() > limits.bytes {
        let problem = Problem::TooManyBytes(limits.bytes);
        return Err(Error::new(document.line, problem));
    }
    match document.syntax {
        Syntax::Json => json::parse(text, document.line, limits),
        Syntax::Yaml => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            cursor::check_characters(text, document.line)?;
            parser::parse(text, document.line, limits)
        }
    }
}

/// The keys of a YAML document that stand twice in a mapping, where the last one wins: what a file
/// that people write should not have. None of a file in JSON is told.
///
/// # Errors
/// As [`parse`].
pub fn repeated_keys(
    document: &RawDocument<'_>,
    limits: &Limits,
) -> Result<Vec<RepeatedKey>, Error> {
    let text = document.text.strip_prefix('\u{feff}').unwrap_or(&document.text);
    match document.syntax {
        Syntax::Json => Ok(Vec::new()),
        Syntax::Yaml => parser::repeated_keys(text, document.line, limits),
    }
}

/// A key that stands in its mapping again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedKey {
    /// The key.
    pub key: String,
    /// The 1-based line where it stands again.
    pub line: u32,
    /// The 1-based line where it stands first.
    pub first: u32,
}

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// 1-based line in the file (not in the document).
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// What stands there.
    pub value: Value,
}

/// What a node holds, typed as sigs.k8s.io/yaml types it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A YAML 1.1 boolean.
    Bool(bool),
    /// An integer or a float.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A map with its entries in the order of the file; keys are unique (the last one wins).
    Mapping(Vec<Entry>),
    /// A secret value that was withheld when the manifest was read. Two are equal exactly if their
    /// values were equal; it prints as `(secret)`.
    Redacted(Digest),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as JSON would have it.
    pub key: String,
    /// 1-based line of the key.
    pub line: u32,
    /// 1-based column of the key, in characters; of a key in quotes that of the quote.
    pub column: u32,
    /// The value.
    pub node: Node,
}

/// The sha-256 of a withheld value, and of what nature the value is. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest {
    sha256: [u8; 32],
    nature: Nature,
}

/// What may be known about a withheld value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It is a text.
    Text,
    /// It is a text that stands for one to be filled in.
    Placeholder,
    /// It is not what its place demands: no text, or no base64.
    Malformed,
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET)
    }
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value without its places. A withheld value becomes the text `(secret)`.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => number.clone().into(),
            Value::String(text) => text.clone().into(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
            }
            Value::Redacted(_) => SECRET.into(),
        }
    }

    /// Whether the values are equal, wherever they stand and in whatever order the keys are.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(left), Value::Sequence(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.same(r))
            }
            (Value::Mapping(left), Value::Mapping(right)) => same_entries(left, right),
            (left, right) => left == right,
        }
    }
}

fn same_entries(left: &[Entry], right: &[Entry]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left.iter().zip(right).all(|(l, r)| l.key == r.key) {
        return left.iter().zip(right).all(|(l, r)| l.node.same(&r.node));
    }
    let right: BTreeMap<_, _> = right.iter().map(|entry| (&entry.key, &entry.node)).collect();
    let same = |entry: &Entry| right.get(&entry.key).is_some_and(|node| entry.node.same(node));
    left.iter().all(same)
}

impl Digest {
    /// The digest of a text that is withheld.
    pub fn of(value: &[u8]) -> Self {
        Self { sha256: Sha256::digest(value).into(), nature: Nature::Text }
    }

    /// The same digest of a value of another nature.
    #[must_use]
    pub fn with(self, nature: Nature) -> Self {
        Self { nature, ..self }
    }

    /// The sha-256. It may be tested against guesses, so it is for keyed digests only.
    pub(crate) fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// Of what nature the value is.
    pub fn nature(&self) -> Nature {
        self.nature
    }
}

/// What is shown instead of a withheld value.
const SECRET: &str = "(secret)";

#[cfg(test)]
mod tests;
