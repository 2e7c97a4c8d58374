//! Literal (`|`) and folded (`>`) scalars.

use super::cursor::{Cursor, is_blank};
use super::{Error, Problem};

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    /// `-`: none stays.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl Cursor<'_> {
    /// Reads a block scalar; this place is its `|` or `>`. `floor` is the column from which the
    /// content may start.
    pub(super) fn block_scalar(&mut self, floor: usize) -> Result<String, Error> {
        let folded = self.peek() == b'>';
        let (chomp, digit) = self.block_header()?;
        let mut text = String::new();
        let mut blank_lines = String::new();
        let mut indent = digit.map_or(0, |digit| floor.saturating_sub(1) + digit);
        let deepest = self.blank_lines(indent, &mut blank_lines)?;
        if indent == 0 {
            indent = deepest.max(floor).max(1);
        }
        let mut line_break = "";
        let mut was_blank = false;
        while self.column() == indent && !self.at_end() {
            let blank = is_blank(self.peek());
            if !folded || blank || was_blank || line_break != "\n" {
                text.push_str(line_break);
            } else if blank_lines.is_empty() {
                text.push(' ');
            }
            text.push_str(&blank_lines);
            blank_lines.clear();
            was_blank = blank;
            text.push_str(self.take(|_| false));
            line_break = self.end_of_line();
            self.blank_lines(indent, &mut blank_lines)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(line_break);
        }
        if chomp == Chomp::Keep {
            text.push_str(&blank_lines);
        }
        Ok(text)
    }

    /// Goes over the line break here. kubectl ends the last line with one if the file does not.
    fn end_of_line(&mut self) -> &'static str {
        if self.at_end() {
            self.start_line();
            return "\n";
        }
        match self.eat_break() {
            "\u{2028}" => "\u{2028}",
            "\u{2029}" => "\u{2029}",
            _ => "\n",
        }
    }

    /// Reads the line of the `|` or `>`: how to chomp, and the indentation if it is given.
    fn block_header(&mut self) -> Result<(Chomp, Option<usize>), Error> {
        self.advance(1);
        let mut chomp = self.chomp();
        let digit = match self.peek() {
            digit @ b'1'..=b'9' => {
                self.advance(1);
                Some(usize::from(digit - b'0'))
            }
            _ => None,
        };
        chomp = chomp.or_else(|| self.chomp());
        self.skip_blanks();
        self.skip_comment();
        if !self.ends_word_at(0) {
            return self.error(Problem::BlockHeader);
        }
        self.end_of_line();
        Ok((chomp.unwrap_or(Chomp::Clip), digit))
    }

    /// Reads `+` or `-`.
    fn chomp(&mut self) -> Option<Chomp> {
        let chomp = match self.peek() {
            b'+' => Chomp::Keep,
            b'-' => Chomp::Strip,
            _ => return None,
        };
        self.advance(1);
        Some(chomp)
    }

    /// Goes over lines without content, and over the indentation of the line after them. Without
    /// a known indentation (0) it takes all spaces. Returns the deepest column that it saw.
    fn blank_lines(&mut self, indent: usize, breaks: &mut String) -> Result<usize, Error> {
        let mut deepest = 0;
        loop {
            while self.peek() == b' ' && (indent == 0 || self.column() < indent) {
                self.advance(1);
            }
            deepest = deepest.max(self.column());
            if self.peek() == b'\t' && (indent == 0 || self.column() < indent) {
                return self.error(Problem::Tab);
            }
            let unfinished_line = self.at_end() && self.column() > 0;
            if self.break_at(0) == 0 && !unfinished_line {
                return Ok(deepest);
            }
            breaks.push_str(self.end_of_line());
        }
    }
}
