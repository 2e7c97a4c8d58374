//! Plain and quoted scalars.

use std::borrow::Cow;

use super::cursor::{Cursor, is_blank};
use super::{Error, Problem};

/// White space between two words of a scalar.
enum Gap<'a> {
    /// None at all.
    None,
    /// Blanks, which stay as they are.
    Blanks,
    /// Line breaks, folded.
    Lines(Cow<'a, str>),
}

/// Appends without copying as long as there is only one piece.
fn push<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

/// Appends what may have been made up.
fn push_cow<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    match piece {
        Cow::Borrowed(piece) => push(text, piece),
        Cow::Owned(piece) => text.to_mut().push_str(&piece),
    }
}

impl<'a> Cursor<'a> {
    /// Reads a plain scalar. `floor` is the column from which its lines may start. Returns the
    /// text and whether the reading stopped at the start of a line.
    pub(super) fn plain(
        &mut self,
        floor: usize,
        in_flow: bool,
    ) -> Result<(Cow<'a, str>, bool), Error> {
        let start = self.pos();
        let mut end = start;
        let mut text = Cow::Borrowed("");
        let mut gap = Gap::None;
        while !self.at_document_marker() && self.peek() != b'#' {
            let from = self.pos();
            self.skip_word(in_flow);
            if self.pos() == from {
                break;
            }
            match (gap, &mut text) {
                (Gap::Lines(fold), text) => {
                    text.to_mut().push_str(&fold);
                    text.to_mut().push_str(self.since(from));
                }
                (_, Cow::Owned(text)) => text.push_str(self.since(end)),
                (_, text) => *text = Cow::Borrowed(self.since(start)),
            }
            end = self.pos();
            gap = self.gap(false, floor)?;
            if matches!(gap, Gap::None) || !in_flow && self.column() < floor {
                break;
            }
        }
        Ok((text, matches!(gap, Gap::Lines(_))))
    }

    /// Goes to the end of a word of a plain scalar. In brackets `?` ends one too: go-yaml v2 is
    /// older than the rule that would allow it.
    fn skip_word(&mut self, in_flow: bool) {
        loop {
            if in_flow {
                self.take(|byte| is_blank(byte) || b":,?[]{}".contains(&byte));
            } else {
                self.take(|byte| is_blank(byte) || byte == b':');
            }
            if self.peek() != b':' || self.ends_word_at(1) {
                return;
            }
            self.advance(1);
        }
    }

    /// Reads blanks and line breaks and folds them. `escaped` says that the first line break was
    /// escaped and is behind us. A tab left of column `floor` is an error.
    fn gap(&mut self, escaped: bool, floor: usize) -> Result<Gap<'a>, Error> {
        let from = self.pos();
        let mut first = None;
        let mut rest = String::new();
        loop {
            let at_line_start = escaped || first.is_some();
            if is_blank(self.peek()) {
                if at_line_start && self.peek() == b'\t' && self.column() < floor {
                    return self.error(Problem::Tab);
                }
                self.advance(1);
            } else if self.break_at(0) == 0 {
                break;
            } else if at_line_start {
                rest.push_str(self.eat_break());
            } else {
                first = Some(self.eat_break());
            }
        }
        Ok(match first {
            None if escaped => Gap::Lines(Cow::Owned(rest)),
            None if self.pos() == from => Gap::None,
            None => Gap::Blanks,
            Some("\n") if rest.is_empty() => Gap::Lines(Cow::Borrowed(" ")),
            Some("\n") => Gap::Lines(Cow::Owned(rest)),
            Some(other) => Gap::Lines(Cow::Owned(format!("{other}{rest}"))),
        })
    }

    /// Reads a scalar in quotes; this place is the opening quote.
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, Error> {
        let quote = self.peek();
        let line = self.line();
        let mut text = Cow::Borrowed("");
        self.advance(1);
        loop {
            if self.at_end() || self.at_document_marker() {
                return Err(Error::new(line, Problem::UnclosedQuote(quote.into())));
            }
            let piece = self.take(|byte| byte == quote || byte == b'\\' && quote == b'"');
            if self.break_at(0) > 0 {
                push(&mut text, piece.trim_end_matches([' ', '\t']));
                self.push_folded(&mut text, false)?;
                continue;
            }
            push(&mut text, piece);
            if self.peek() == b'\\' && quote == b'"' {
                self.escape(&mut text)?;
            } else if quote == b'\'' && self.rest().starts_with("''") {
                self.advance(2);
                push(&mut text, "'");
            } else if self.peek() == quote {
                self.advance(1);
                return Ok(text);
            }
        }
    }

    /// Reads line breaks within quotes.
    fn push_folded(&mut self, text: &mut Cow<'a, str>, escaped: bool) -> Result<(), Error> {
        if let Gap::Lines(fold) = self.gap(escaped, 0)? {
            push_cow(text, fold);
        }
        Ok(())
    }

    /// Reads an escape sequence; this place is its backslash.
    fn escape(&mut self, text: &mut Cow<'a, str>) -> Result<(), Error> {
        self.advance(1);
        if self.break_at(0) > 0 {
            self.eat_break();
            return self.push_folded(text, true);
        }
        let meaning = match self.peek() {
            b'0' => "\0",
            b'a' => "\u{7}",
            b'b' => "\u{8}",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\u{b}",
            b'f' => "\u{c}",
            b'r' => "\r",
            b'e' => "\u{1b}",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{a0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            b'x' => return self.hexadecimal(2, text),
            b'u' => return self.hexadecimal(4, text),
            b'U' => return self.hexadecimal(8, text),
            _ => return self.error(Problem::UnknownEscape),
        };
        self.advance(1);
        push(text, meaning);
        Ok(())
    }

    /// Reads a character that is given by `digits` digits; this place is the letter before them.
    fn hexadecimal(&mut self, digits: usize, text: &mut Cow<'a, str>) -> Result<(), Error> {
        let code = self.rest().get(1..=digits);
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        let Some(character) = code.and_then(char::from_u32) else {
            return self.error(Problem::BadEscape);
        };
        self.advance(1 + digits);
        text.to_mut().push(character);
        Ok(())
    }
}
