//! What is wrong in a policy file.

use std::fmt;

/// Something that is wrong, and where. It quotes keys and no values, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The 1-based line.
    pub line: u32,
    /// The 1-based column; none where the whole line is meant.
    pub column: Option<u32>,
    /// What is wrong, and what is right.
    pub text: String,
}

impl Problem {
    /// A problem at a line and column.
    pub(super) fn at((line, column): (u32, u32), text: impl Into<String>) -> Self {
        Self { line, column: Some(column), text: text.into() }
    }

    /// A problem of a line.
    pub(super) fn line(line: u32, text: impl Into<String>) -> Self {
        Self { line, column: None, text: text.into() }
    }
}

impl fmt::Display for Problem {
    /// `12:3: what is wrong`, to follow the name of the file and a colon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{}:{column}: {}", self.line, self.text),
            None => write!(f, "{}: {}", self.line, self.text),
        }
    }
}
