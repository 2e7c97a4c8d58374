//! A place in a document, with its line and column.

use super::{Error, Problem};

/// Stands for the end of the document; a document that holds this byte was rejected before.
pub(super) const END: u8 = 0;

/// A line and a column, both 1-based; the line counts from the start of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A place in a document.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pos: usize,
    line: u32,
    line_start: usize,
    /// Bytes since `line_start` that continue a character, so that columns count characters.
    wide: usize,
}

/// Whether a byte is a space or a tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'a> Cursor<'a> {
    /// The start of a text whose first line is `line`.
    pub(super) fn new(text: &'a str, line: u32) -> Self {
        Self { text, pos: 0, line, line_start: 0, wide: 0 }
    }

    /// The byte here, or [`END`].
    pub(super) fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    /// The byte `offset` bytes from here, or [`END`].
    pub(super) fn peek_at(&self, offset: usize) -> u8 {
        let byte = self.text.as_bytes().get(self.pos + offset);
        byte.copied().unwrap_or(END)
    }

    /// The character here, for an error text.
    pub(super) fn peek_char(&self) -> char {
        self.rest().chars().next().unwrap_or(' ')
    }

    /// Whether nothing is left.
    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    /// The byte offset in the text.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// The text from `from` to here.
    pub(super) fn since(&self, from: usize) -> &'a str {
        &self.text[from..self.pos]
    }

    /// The byte offset at which the line starts; it tells two lines apart.
    pub(super) fn line_start(&self) -> usize {
        self.line_start
    }

    /// The 1-based line in the file.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// How many characters of the line are before this place.
    pub(super) fn column(&self) -> usize {
        self.pos - self.line_start - self.wide
    }

    /// The line and column, as a person counts them.
    pub(super) fn mark(&self) -> Mark {
        Mark { line: self.line, column: u32::try_from(self.column() + 1).unwrap_or(u32::MAX) }
    }

    /// An error on this line.
    pub(super) fn error<T>(&self, problem: Problem) -> Result<T, Error> {
        Err(Error::new(self.line, problem))
    }

    /// The length of the line break at `offset`, 0 if there is none. YAML 1.1 has five of them.
    pub(super) fn break_at(&self, offset: usize) -> usize {
        match self.peek_at(offset) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.peek_at(offset + 1) == b'\n'),
            0xC2 if self.peek_at(offset + 1) == 0x85 => 2,
            0xE2 if self.peek_at(offset + 1) == 0x80
                && matches!(self.peek_at(offset + 2), 0xA8 | 0xA9) =>
            {
                3
            }
            _ => 0,
        }
    }

    /// Whether a blank, a line break or the end is at `offset`.
    pub(super) fn ends_word_at(&self, offset: usize) -> bool {
        let byte = self.peek_at(offset);
        is_blank(byte) || byte == END || self.break_at(offset) > 0
    }

    /// Whether `---` or `...` stands alone at the start of this line.
    pub(super) fn at_document_marker(&self) -> bool {
        self.pos == self.line_start
            && (self.rest().starts_with("---") || self.rest().starts_with("..."))
            && self.ends_word_at(3)
    }

    /// Goes forward over `bytes` bytes of ASCII that have no line break.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.pos += bytes;
    }

    /// Goes forward over one character, as if it were no line break.
    pub(super) fn advance_char(&mut self) {
        let bytes = self.peek_char().len_utf8();
        self.pos += bytes;
        self.wide += bytes - 1;
    }

    /// Goes over the line break here, if there is one, and returns what it means in a text.
    pub(super) fn eat_break(&mut self) -> &'a str {
        let eaten = &self.rest()[..self.break_at(0)];
        self.pos += eaten.len();
        self.line += u32::from(eaten.ends_with('\n'));
        self.start_line();
        match eaten {
            "" | "\u{2028}" | "\u{2029}" => eaten,
            _ => "\n",
        }
    }

    /// Counts columns from here.
    pub(super) fn start_line(&mut self) {
        self.line_start = self.pos;
        self.wide = 0;
    }

    /// Takes what stands before a byte for which `stop` holds, a line break or the end.
    pub(super) fn take(&mut self, stop: impl Fn(u8) -> bool) -> &'a str {
        let from = self.pos;
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.pos) {
            if stop(byte) || matches!(byte, b'\n' | b'\r') {
                break;
            }
            if !byte.is_ascii() {
                if self.break_at(0) > 0 {
                    break;
                }
                self.wide += usize::from(byte & 0xC0 == 0x80);
            }
            self.pos += 1;
        }
        self.since(from)
    }

    /// Goes over spaces and tabs.
    pub(super) fn skip_blanks(&mut self) {
        while is_blank(self.peek()) {
            self.pos += 1;
        }
    }

    /// Goes over a comment up to its line break.
    pub(super) fn skip_comment(&mut self) {
        if self.peek() == b'#' {
            self.take(|_| false);
        }
    }
}

/// Refuses characters that YAML does not allow: control characters but tab, line breaks and NEL,
/// and U+FFFE and U+FFFF.
pub(super) fn check_characters(text: &str, line: u32) -> Result<(), Error> {
    if !text.bytes().any(is_suspicious) {
        return Ok(());
    }
    let mut forbidden = text.char_indices().filter(|&(_, character)| is_forbidden(character));
    let Some((at, character)) = forbidden.next() else {
        return Ok(());
    };
    let problem = Problem::ControlCharacter(character.into());
    Err(Error::new(line + count_lines(&text.as_bytes()[..at]), problem))
}

/// How many line breaks there are.
pub(super) fn count_lines(bytes: &[u8]) -> u32 {
    let mut total = 0;
    for chunk in bytes.chunks(255) {
        let breaks = chunk.iter().fold(0u8, |sum, &byte| sum + u8::from(byte == b'\n'));
        total += u32::from(breaks);
    }
    total
}

/// Whether a byte is forbidden or may be part of a character that is.
fn is_suspicious(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || matches!(byte, 0x7F | 0xC2 | 0xEF)
}

fn is_forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => character.is_control(),
    }
}
