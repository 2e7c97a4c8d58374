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

// STAND-IN: everything below is replaced by the real reader.

/// Budgets for reading.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes.
    pub bytes: usize,
    /// Depth.
    pub depth: usize,
    /// Nodes.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 100,
            nodes: 1_000_000,
        }
    }
}

/// Why bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Error {
    /// 1-based line.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// One document of a file, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawDocument<'a> {
    /// Its text.
    pub text: &'a str,
    /// The line in the file on which the text starts.
    pub line: u32,
}

/// Splits a file into documents.
///
/// # Errors
/// If the bytes are no UTF-8.
pub fn split(bytes: &[u8]) -> Result<Vec<RawDocument<'_>>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| Error {
        line: 1,
        message: error.to_string(),
    })?;
    let mut documents = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        if line.starts_with("---") {
            documents.push(RawDocument {
                text: &text[start..at - line.len()],
                line: first,
            });
            start = at;
            first = u32::try_from(index + 2).unwrap_or(0);
        }
    }
    documents.push(RawDocument {
        text: &text[start..],
        line: first,
    });
    Ok(documents)
}

/// Reads one document.
///
/// # Errors
/// If it is no YAML.
pub fn parse(document: &RawDocument<'_>, _limits: &Limits) -> Result<Option<Node>, Error> {
    let value: serde_yaml::Value = serde_yaml::from_str(document.text).map_err(|error| Error {
        line: document.line,
        message: error.to_string(),
    })?;
    Ok((!value.is_null()).then(|| convert(value, document.line)))
}

fn convert(value: serde_yaml::Value, line: u32) -> Node {
    let value = match value {
        serde_yaml::Value::Null | serde_yaml::Value::Tagged(_) => Value::Null,
        serde_yaml::Value::Bool(it) => Value::Bool(it),
        serde_yaml::Value::Number(it) => Value::Number(
            serde_json::to_value(it)
                .ok()
                .and_then(|it| match it {
                    serde_json::Value::Number(it) => Some(it),
                    _ => None,
                })
                .unwrap_or_else(|| 0.into()),
        ),
        serde_yaml::Value::String(it) => Value::String(it),
        serde_yaml::Value::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|it| convert(it, line)).collect())
        }
        serde_yaml::Value::Mapping(entries) => Value::Mapping(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key: key
                        .as_str()
                        .map_or_else(|| format!("{key:?}"), str::to_owned),
                    line,
                    node: convert(value, line),
                })
                .collect(),
        ),
    };
    Node {
        line,
        column: 1,
        value,
    }
}

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|it| &it.node)
    }

    /// The entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|it| it.key == key)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(it) => Some(it),
            _ => None,
        }
    }

    /// The items of a list; none for others.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(it) => it,
            _ => &[],
        }
    }

    /// The entries of a mapping; none for others.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(it) => it,
            _ => &[],
        }
    }

    /// JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(it) => (*it).into(),
            Value::Number(it) => it.clone().into(),
            Value::String(it) => it.as_str().into(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|it| (it.key.clone(), it.node.to_json()))
                .collect(),
            Value::Redacted(_) => "(secret)".into(),
        }
    }

    /// Equal apart from places.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(a), Value::Sequence(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Value::Mapping(a), Value::Mapping(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|it| other.get(&it.key).is_some_and(|o| it.node.same(o)))
            }
            (a, b) => a == b,
        }
    }
}
