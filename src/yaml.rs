//! Bytes to located values, as kubectl reads them.

use std::fmt;

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// 1-based line in the file (not in the document).
    pub line: u32,
    /// 1-based column.
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
    /// The value.
    pub node: Node,
}

/// The sha-256 of a withheld value. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
