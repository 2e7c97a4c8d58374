//! What is wrong with a manifest that can be read as YAML.

use std::fmt;
use std::sync::Arc;

use super::ObjectKey;

/// Something in a manifest that is no proper object, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as evidence calls it.
    pub source: Arc<str>,
    /// The 1-based line.
    pub line: u32,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// What can be wrong with a document that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// A document or a list item that is no mapping.
    NoObject,
    /// An object without a field that every object needs; kubectl refuses it.
    Missing(&'static str),
    /// An object that stands in the manifests already; this later one wins.
    Twice {
        /// The object.
        object: ObjectKey,
        /// The file of the earlier one.
        source: Arc<str>,
        /// The line of the earlier one.
        line: u32,
    },
}

impl fmt::Display for Problem {
    /// Writes file, line and what is wrong, as one lower-case fragment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.source, self.line, self.kind)
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObject => f.write_str("no Kubernetes object"),
            Self::Missing(field) => write!(f, "an object without {field}"),
            Self::Twice { object, source, line } => {
                write!(f, "{object} replaces the one at {source}:{line}")
            }
        }
    }
}
