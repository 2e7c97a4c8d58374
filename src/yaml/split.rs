//! A file to documents, as kubectl splits it.

use std::borrow::Cow;

use super::cursor::count_lines;
use super::{Error, Problem};

/// A document of a file, not parsed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDocument<'a> {
    /// The document without the separators around it. Borrowed from the file unless that is
    /// UTF-16.
    pub text: Cow<'a, str>,
    /// 1-based line of the file on which `text` starts.
    pub line: u32,
    /// How it is written.
    pub syntax: Syntax,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.1.
    Yaml,
    /// JSON. Only whole files are: those that start with `{`.
    Json,
}

/// Splits a file into its documents, in their order. Those without anything but white space and
/// comments are left out.
///
/// # Errors
/// The text is not UTF-8 (or UTF-16 with a byte order mark), something follows a separator, or
/// something that is no JSON stands between JSON documents.
pub fn split(bytes: &[u8]) -> Result<Vec<RawDocument<'_>>, Error> {
    let documents = match decode(bytes)? {
        Cow::Borrowed(text) => split_text(text)?,
        Cow::Owned(text) => split_text(&text)?.into_iter().map(RawDocument::owned).collect(),
    };
    Ok(documents)
}

impl RawDocument<'_> {
    /// The same document, with a text of its own.
    fn owned(self) -> RawDocument<'static> {
        RawDocument {
            text: Cow::Owned(self.text.into_owned()),
            line: self.line,
            syntax: self.syntax,
        }
    }
}

/// The text of a file, without a byte order mark.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Ok(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Ok(utf16(rest, u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let (valid, wrong) = bytes.split_at(error.valid_up_to());
            let byte = wrong.first().copied().unwrap_or_default();
            Err(Error::new(1 + count_lines(valid), Problem::NotUtf8(byte)))
        }
    }
}

/// UTF-16, with what is not replaced by U+FFFD, as kubectl does.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [first, second] => unit([*first, *second]),
        _ => 0xFFFD,
    });
    let characters = char::decode_utf16(units);
    let text: String =
        characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text)
}

fn split_text(text: &str) -> Result<Vec<RawDocument<'_>>, Error> {
    if text.trim_start().starts_with('{') {
        return split_json(text);
    }
    let mut documents = Vec::new();
    let mut line = 1;
    let mut rest = text;
    let mut leading = false;
    loop {
        let (document, separator) = next_separator(rest);
        let content = first_content(document);
        // `...` ends the document that a leading separator starts.
        if content.is_some_and(|content| !leading || !content.starts_with("...")) {
            documents.push(RawDocument { text: document.into(), line, syntax: Syntax::Yaml });
        }
        let Some(separator) = separator else {
            return Ok(documents);
        };
        // A separator that nothing precedes, not even an empty line, does not end a document but
        // starts one: kubectl gives it to the parser, which is stricter.
        leading = !leading && document.is_empty();
        line += count_lines(document.as_bytes());
        let after = after_separator(separator, leading);
        rest = after.ok_or(Error::new(line, Problem::Separator))?;
        line += 1;
    }
}

/// The text before the first line that starts with `---`, and the text from there.
fn next_separator(text: &str) -> (&str, Option<&str>) {
    if text.starts_with("---") {
        return ("", Some(text));
    }
    match text.find("\n---") {
        Some(at) => (&text[..=at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// What stands on the lines after a separator, if it is one.
fn after_separator(text: &str, leading: bool) -> Option<&str> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let after = &line[3..];
    let valid = if leading {
        let comment = after.trim_matches([' ', '\t', '\r']);
        comment.is_empty() || comment.starts_with('#') && !after.starts_with('#')
    } else {
        let comment = after.trim();
        comment.is_empty() || comment.starts_with('#')
    };
    valid.then_some(rest)
}

/// The first line with more than spaces and comments. A tab counts as content, which `parse`
/// refuses, as kubectl does.
fn first_content(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().map(|line| line.trim_end_matches([' ', '\r']));
    lines.find(|line| {
        let content = line.trim_start_matches(' ');
        !content.is_empty() && !content.starts_with('#')
    })
}

/// Splits JSON documents that follow each other.
fn split_json(text: &str) -> Result<Vec<RawDocument<'_>>, Error> {
    let mut documents = Vec::new();
    let mut line = 1;
    let mut rest = text;
    loop {
        let trimmed = rest.trim_ascii_start();
        line += count_lines(&rest.as_bytes()[..rest.len() - trimmed.len()]);
        if trimmed.is_empty() {
            return Ok(documents);
        }
        if trimmed.starts_with("{{") {
            return Err(Error::new(line, Problem::Template));
        }
        let Some(length) = json_length(trimmed.as_bytes()) else {
            let what = "text between two documents; a file of YAML may not start with {";
            return Err(Error::new(line, Problem::Json(what)));
        };
        let (document, after) = trimmed.split_at(length);
        documents.push(RawDocument { text: document.into(), line, syntax: Syntax::Json });
        line += count_lines(document.as_bytes());
        rest = after;
    }
}

/// How long the JSON value at the start of a text is; all of the text if it does not end.
fn json_length(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'{' | b'[' => Some(bracket_length(text)),
        b'"' => Some(text_length(text)),
        b'a'..=b'z' | b'0'..=b'9' => {
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
            Some(text.iter().take_while(|byte| is_part(byte)).count())
        }
        _ => None,
    }
}

fn bracket_length(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0usize);
    while at < text.len() {
        match text[at] {
            b'"' => at += text_length(&text[at..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a text with its quotes.
fn text_length(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}
