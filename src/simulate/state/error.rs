//! Why a state could not be read, and what a file is that holds none.

use std::sync::Arc;

use crate::yaml::{self, Node, Value};

/// Why a state could not be read. No text of it quotes the file, whose values may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Nothing but white space, or nothing at all.
    #[error("{file} is empty")]
    Empty {
        /// The file, as evidence calls it.
        file: Arc<str>,
    },
    /// JSON that stops in the middle.
    #[error("{file}:{line}: the JSON ends in the middle of a value")]
    Truncated {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// The 1-based line at the end.
        line: u32,
    },
    /// What is neither JSON nor YAML.
    #[error("{file}:{line}: not JSON (column {column})")]
    Json {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// The 1-based line.
        line: u32,
        /// The 1-based column.
        column: usize,
    },
    /// A document that kubectl does not read either.
    #[error("{file}: {error}")]
    Yaml {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// Where and why.
        error: yaml::Error,
    },
    /// Something else than objects of a cluster.
    #[error("{file}:{line}: {what}, not objects of a cluster")]
    Foreign {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// The 1-based line where it starts.
        line: u32,
        /// What it is.
        what: &'static str,
    },
    /// A snapshot that a newer version of this program wrote.
    #[error("{file} is a snapshot of format {format}; this program reads format {}", super::FORMAT)]
    NewerFormat {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// The format that it says.
        format: u64,
    },
    /// A snapshot that was changed.
    #[error("{file}:{line}: the snapshot was changed or damaged: {what}")]
    Damaged {
        /// The file, as evidence calls it.
        file: Arc<str>,
        /// The 1-based line.
        line: u32,
        /// What is wrong.
        what: &'static str,
    },
}

impl StateError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NewerFormat { .. } => "use the version of kyma-upgrade that took the snapshot",
            Self::Damaged { .. } => "take it again with kyma-upgrade snapshot",
            Self::Truncated { .. } => {
                "the command that wrote the file did not finish, or a download stopped; \
                 take the snapshot again"
            }
            _ => {
                "give a file that kyma-upgrade snapshot wrote, or the output of \
                 kubectl get KINDS -o json (or -o yaml)"
            }
        }
    }
}

/// What a file is that is no text, or none that objects could be read from, as far as its first
/// bytes tell.
pub(super) fn recognise_bytes(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\x1f\x8b", "a file compressed with gzip"),
        (b"PK\x03\x04", "a zip archive"),
        (b"SQLite format 3", "a database"),
        (b"-----BEGIN ", "a key or certificate"),
    ];
    let is_tar = bytes.get(257..262).is_some_and(|it| it == b"ustar");
    let known = STARTS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what);
    let html = || bytes.trim_ascii_start().starts_with(b"<").then_some("an HTML or XML page");
    let is_utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let binary = || bytes.iter().take(4096).any(|it| *it == 0).then_some("a binary file");
    let tar = is_tar.then_some("a tar archive");
    tar.or(known).or_else(html).or_else(|| binary().filter(|_| !is_utf16))
}

/// What a value is that holds no object of a cluster.
pub(super) fn recognise(node: &Node) -> &'static str {
    let has = |key: &str| node.get(key).is_some();
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or_default();
    match &node.value {
        Value::Mapping(_) if kind == "Config" && (has("clusters") || has("contexts")) => {
            "a kubeconfig"
        }
        Value::Mapping(_) if has("terraform_version") => "a state of Terraform",
        Value::Mapping(_) if has("verdict") && has("hops") => "a report of kyma-upgrade",
        Value::Mapping(_) if kind == "Status" => "an error message of an API server",
        Value::Mapping(_) if kind == "Table" => "a table that kubectl prints",
        Value::Mapping(_) if has("items") => "a list without objects",
        Value::Mapping(_) if !has("apiVersion") && !has("kind") => {
            "a mapping without apiVersion and kind (the values of a chart?)"
        }
        Value::Mapping(_) => "an object without apiVersion, kind or name",
        Value::Sequence(_) => "a list without apiVersion and kind",
        _ => "plain text (of kubectl without -o json?)",
    }
}
