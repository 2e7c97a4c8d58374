//! Lists and mappings in brackets.

use super::cursor::Mark;
use super::entries::keep_last;
use super::parser::{Parser, Place, ends_document, node_at};
use super::token::Kind;
use super::{Entry, Error, Node, Problem, Value};

impl Parser<'_> {
    /// Reads a list in brackets.
    pub(super) fn flow_sequence(&mut self, open: Mark) -> Result<Value, Error> {
        self.scanner.next()?;
        let mut items = Vec::new();
        while self.another('[', open.line, items.is_empty())? {
            let item =
                if self.next_is(&Kind::Key)? { self.pair()? } else { self.node(Place::Flow)? };
            items.push(item);
        }
        Ok(Value::Sequence(items))
    }

    /// Reads a mapping of one entry that stands without braces in a list.
    fn pair(&mut self) -> Result<Node, Error> {
        let mark = self.scanner.next()?.mark;
        self.budget.add(1, mark.line)?;
        self.budget.enter(1, mark.line)?;
        let mut entries = Vec::new();
        self.entry(Place::Flow, &mut entries)?;
        self.budget.leave(1);
        Ok(node_at(mark, Value::Mapping(keep_last(entries))))
    }

    /// Reads a mapping in braces.
    pub(super) fn flow_mapping(&mut self, open: Mark) -> Result<Value, Error> {
        self.scanner.next()?;
        let next = self.scanner.peek()?;
        let adjacent = next.mark.line == open.line && next.mark.column == open.column + 1;
        if adjacent && next.kind == Kind::FlowMapping {
            return Err(Error::new(open.line, Problem::Template));
        }
        let mut entries = Vec::new();
        let mut first = true;
        while self.another('{', open.line, first)? {
            first = false;
            if self.next_is(&Kind::Key)? {
                self.scanner.next()?;
                self.entry(Place::Flow, &mut entries)?;
            } else {
                self.lone_key(&mut entries)?;
            }
        }
        Ok(self.mapping(entries))
    }

    /// Reads a key without a value.
    fn lone_key(&mut self, entries: &mut Vec<Entry>) -> Result<(), Error> {
        let mark = self.mark()?;
        let Some(key) = self.key(Place::Flow)? else {
            return Err(Error::new(mark.line, Problem::BadMerge));
        };
        let node = self.null(mark)?;
        let Mark { line, column } = mark;
        entries.push(Entry { key, line, column, node });
        Ok(())
    }

    /// Whether another entry follows in the brackets that open on `line`. Goes over the comma
    /// before it, or over the closing bracket.
    fn another(&mut self, open: char, line: u32, first: bool) -> Result<bool, Error> {
        let close = if open == '[' { Kind::FlowSequenceEnd } else { Kind::FlowMappingEnd };
        if !first && self.next_is(&Kind::FlowEntry)? {
            self.scanner.next()?;
        } else if !first && !self.next_is(&close)? {
            let token = self.scanner.peek()?;
            if !ends_document(&token.kind) {
                return Err(Error::new(token.mark.line, Problem::ExpectedComma(line)));
            }
        }
        if ends_document(&self.scanner.peek()?.kind) {
            return Err(Error::new(line, Problem::UnclosedBracket(open)));
        }
        let more = !self.next_is(&close)?;
        if !more {
            self.scanner.next()?;
        }
        Ok(more)
    }
}
