//! JSON documents to values, as Go's `encoding/json` and kubectl read them.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Number;

use super::budget::{Budget, Limits};
use super::cursor::{Cursor, Mark};
use super::entries::keep_last;
use super::resolve::{integer_text, json_number};
use super::{Entry, Error, Node, Problem, Value};

/// Reads the JSON document that a text consists of; `None` if it is null.
pub(super) fn parse(text: &str, line: u32, limits: &Limits) -> Result<Option<Node>, Error> {
    let mut reader = Reader { at: Cursor::new(text, line), budget: Budget::new(limits) };
    let node = reader.node()?;
    reader.skip_space();
    if !reader.at.at_end() {
        return reader.at.error(Problem::Json("text after the value"));
    }
    Ok(Some(node).filter(|node| node.value != Value::Null))
}

struct Reader<'a> {
    at: Cursor<'a>,
    budget: Budget,
}

impl<'a> Reader<'a> {
    /// Goes over white space. Line by line, so that lines are counted.
    fn skip_space(&mut self) {
        loop {
            match self.at.peek() {
                b' ' | b'\t' => self.at.advance(1),
                b'\n' | b'\r' => {
                    self.at.eat_break();
                }
                _ => return,
            }
        }
    }

    /// Goes over a character and the white space before it, if it comes next.
    fn eat(&mut self, character: u8) -> bool {
        self.skip_space();
        let found = self.at.peek() == character;
        if found {
            self.at.advance(1);
        }
        found
    }

    fn node(&mut self) -> Result<Node, Error> {
        self.skip_space();
        let mark = self.at.mark();
        self.budget.add(1, mark.line)?;
        let value = match self.at.peek() {
            b'{' => self.nested(Self::object)?,
            b'[' => self.nested(Self::array)?,
            b'"' => Value::String(self.string()?.into_owned()),
            b'-' | b'0'..=b'9' => Value::Number(self.number()?),
            _ => self.literal()?,
        };
        let (line, column) = (mark.line, mark.column);
        Ok(Node { line, column, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Error>) -> Result<Value, Error> {
        self.budget.enter(1, self.at.line())?;
        self.at.advance(1);
        let value = read(self)?;
        self.budget.leave(1);
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, Error> {
        let mut entries = Vec::new();
        while self.another(b'}', entries.is_empty())? {
            self.skip_space();
            let Mark { line, column } = self.at.mark();
            if self.at.peek() != b'"' {
                return self.at.error(Problem::Json("expected a key in double quotes"));
            }
            self.budget.add(1, line)?;
            let key = self.string()?.into_owned();
            if !self.eat(b':') {
                return self.at.error(Problem::Json("expected `:` after the key"));
            }
            let node = self.node()?;
            entries.push(Entry { key, line, column, node });
        }
        Ok(Value::Mapping(keep_last(entries)))
    }

    fn array(&mut self) -> Result<Value, Error> {
        let mut items = Vec::new();
        while self.another(b']', items.is_empty())? {
            items.push(self.node()?);
        }
        Ok(Value::Sequence(items))
    }

    /// Whether another entry follows; goes over the comma before it, or over the closing bracket.
    fn another(&mut self, close: u8, first: bool) -> Result<bool, Error> {
        if self.eat(close) {
            return Ok(false);
        }
        if !first && !self.eat(b',') {
            return self.at.error(Problem::Json("expected `,` or the end of the brackets"));
        }
        Ok(true)
    }

    /// Reads a text; this place is its quote.
    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let from = self.at.pos();
        self.at.advance(1);
        let mut escaped = false;
        loop {
            self.at.take(|byte| byte < b' ' || byte == b'"' || byte == b'\\');
            match self.at.peek() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at.advance(1);
                    if self.at.peek().is_ascii_graphic() {
                        self.at.advance(1);
                    }
                }
                0xC2 | 0xE2 => self.at.advance_char(),
                _ => return self.at.error(Problem::Json("a text without its end")),
            }
        }
        self.at.advance(1);
        let quoted = self.at.since(from);
        if !escaped {
            return Ok(Cow::Borrowed(&quoted[1..quoted.len() - 1]));
        }
        match serde_json::from_str::<String>(quoted) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(_) => self.at.error(Problem::Json("a text with an unknown escape sequence")),
        }
    }

    fn number(&mut self) -> Result<Number, Error> {
        let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let text = self.at.take(|byte| !is_part(byte));
        // serde_json knows the grammar, but rounds less well than the standard library.
        let number = match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) if text.contains(['.', 'e', 'E']) => text.parse().ok().and_then(json_number),
            Ok(_) => integer_text(text),
            Err(_) => None,
        };
        let Some(number) = number else {
            return self.at.error(Problem::Json("no number, or one that is too large"));
        };
        Ok(number)
    }

    fn literal(&mut self) -> Result<Value, Error> {
        match self.at.take(|byte| !byte.is_ascii_lowercase()) {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => self.at.error(Problem::Json("expected a value")),
        }
    }
}
