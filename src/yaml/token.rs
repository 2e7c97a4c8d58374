//! The tokens of YAML.

use std::borrow::Cow;

use super::cursor::Mark;

/// A token and where it starts.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) mark: Mark,
}

/// What a token is.
#[derive(Debug, PartialEq)]
pub(super) enum Kind<'a> {
    End,
    DocumentStart,
    DocumentEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    BlockEntry,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag(Tag),
    Scalar { text: Cow<'a, str>, plain: bool },
}

/// The tags that mean something; any other one makes a text of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    Timestamp,
    Merge,
    Other,
}

impl Tag {
    /// The tag of a text that starts with `!`; none if it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let verbatim = text.strip_prefix("!<").and_then(|name| name.strip_suffix('>'));
        let name = verbatim.unwrap_or(text);
        let escaped = name.split('%').skip(1).all(starts_with_two_digits);
        if name.is_empty() || name.contains(['<', '>']) || !escaped {
            return None;
        }
        if let Some(name) = verbatim {
            let core = name.strip_prefix("tag:yaml.org,2002:");
            return Some(core.map_or(Self::Other, Self::core));
        }
        if let Some(name) = text.strip_prefix("!!") {
            return (!name.is_empty()).then(|| Self::core(name));
        }
        // `!x!y` needs a directive that declares `!x!`, for which kubectl leaves no place.
        let after_name = text[1..].trim_start_matches(|c: char| c.is_ascii() && is_name(c as u8));
        (!after_name.starts_with('!')).then_some(Self::Other)
    }

    fn core(name: &str) -> Self {
        match name {
            "str" => Self::Str,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "null" => Self::Null,
            "binary" => Self::Binary,
            "timestamp" => Self::Timestamp,
            "merge" => Self::Merge,
            _ => Self::Other,
        }
    }
}

/// Whether a text starts as the rest of an escape sequence in a tag does.
fn starts_with_two_digits(text: &str) -> bool {
    let digits = text.as_bytes().get(..2);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a byte may stand in the name of an anchor.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
