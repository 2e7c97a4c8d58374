//! What can be wrong with a document, in words.

/// Why a file or a document could not be read. It never quotes the document, whose values may be
/// secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Error {
    /// 1-based line in the file.
    pub line: u32,
    /// What is wrong there.
    pub problem: Problem,
}

impl Error {
    /// The problem at a line of the file.
    pub(super) fn new(line: u32, problem: Problem) -> Self {
        Self { line, problem }
    }
}

/// What is wrong at a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Bytes that no UTF-8 text has.
    #[error("byte 0x{0:02x} is not UTF-8 text; save the file as UTF-8")]
    NotUtf8(u8),
    /// A character that YAML forbids.
    #[error("the control character U+{0:04X} is not allowed in YAML")]
    ControlCharacter(u32),
    /// Text after a document separator.
    #[error("only white space or a comment may follow the document separator `---`")]
    Separator,
    /// The document is larger than [`super::Limits::bytes`].
    #[error("the document has more than {0} bytes, the limit `bytes`")]
    TooManyBytes(usize),
    /// The document is nested more deeply than [`super::Limits::depth`].
    #[error("the document is nested more than {0} levels deep, the limit `depth`")]
    TooDeep(usize),
    /// The document has more values than [`super::Limits::nodes`].
    #[error("the document has more than {0} keys and values, aliases expanded, the limit `nodes`")]
    TooManyNodes(usize),
    /// Nearly all of the document is copies of a few anchors, as in an alias bomb.
    #[error("nearly everything in the document comes from expanding aliases")]
    ExcessiveAliasing,
    /// A tab where only spaces can indent.
    #[error("a tab stands where only spaces may indent")]
    Tab,
    /// A quoted text without an end.
    #[error("the quote {0} that opens here is never closed")]
    UnclosedQuote(char),
    /// A list or map in brackets without an end.
    #[error("the bracket {0} that opens here is never closed")]
    UnclosedBracket(char),
    /// An expression of a template language instead of a value.
    #[error("`{{{{` starts a template expression, which is no YAML; put the value in quotes")]
    Template,
    /// `\` and a character that means nothing after it.
    #[error("`\\` starts an unknown escape sequence; write `\\\\` or use single quotes")]
    UnknownEscape,
    /// `\x`, `\u` or `\U` without the digits of a character.
    #[error("an escape sequence does not have the hexadecimal digits of a character")]
    BadEscape,
    /// A line that has to be a key.
    #[error("the key has no `:` after it (on the same line and within 1024 characters)")]
    MissingColon,
    /// `: ` inside a value.
    #[error("`: ` cannot stand inside this value; put the value in quotes or on a new line")]
    ValueNotAllowed,
    /// `- ` inside a value.
    #[error("a list item cannot start here; put it on a new line")]
    ItemNotAllowed,
    /// `? ` inside a value.
    #[error("a key cannot start here; put it on a new line")]
    KeyNotAllowed,
    /// A character that begins nothing.
    #[error("the character {0} cannot start a value; put the value in quotes")]
    CannotStart(char),
    /// A line that does not belong to the mapping around it, or text after a complete value.
    #[error(
        "expected a new key of the mapping that starts on line {0}; check indentation and quotes"
    )]
    ExpectedKey(u32),
    /// A line that does not belong to the list around it.
    #[error("expected a `-` of the list that starts on line {0}; check the indentation")]
    ExpectedItem(u32),
    /// Two entries in brackets without a comma.
    #[error("expected `,` or the end of the brackets that open on line {0}")]
    ExpectedComma(u32),
    /// Nothing where a value has to be.
    #[error("expected a value")]
    ExpectedValue,
    /// A line that starts with `%`.
    #[error("a directive (a line that starts with `%`) is not supported here")]
    Directive,
    /// A block scalar with a header that is not one.
    #[error("after `|` or `>` only an indentation digit 1 to 9, `+`, `-` or a comment may follow")]
    BlockHeader,
    /// An anchor or alias with a name that is not one.
    #[error("an anchor's name has letters, digits, `-` and `_` only; put the value in quotes")]
    AnchorName,
    /// An alias without an anchor before it.
    #[error("the alias names an anchor that is not defined before it")]
    UnknownAnchor,
    /// An alias inside of what it stands for.
    #[error("the alias stands inside of its own anchor")]
    RecursiveAnchor,
    /// A tag that is not one.
    #[error("this is no tag, or one with an unknown prefix")]
    BadTag,
    /// A tag and a value that do not go together.
    #[error("the value does not fit its tag {0}")]
    TagMismatch(&'static str),
    /// `<<` and something that cannot be merged.
    #[error("`<<` needs a mapping, or a list of mappings, to merge")]
    BadMerge,
    /// A key that JSON cannot have.
    #[error("{0} cannot be a key")]
    BadKey(&'static str),
    /// Infinity or NaN.
    #[error("an infinite number or NaN cannot be written as JSON")]
    NotFinite,
    /// The file starts with `{`, so it has to be JSON, and is not.
    #[error("not JSON, which a file that starts with {{ has to be: {0}")]
    Json(&'static str),
}
