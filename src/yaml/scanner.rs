//! A document to tokens, by the grammar of libyaml as go-yaml v2 has it.
//!
//! The difficulty of YAML is here: `a` becomes a key only when the `:` after it is seen. The
//! scanner therefore remembers for each level of brackets where a key may have started, holds the
//! tokens back while that is open, and puts a `Key` token before them when the `:` comes.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::cursor::{Cursor, Mark};
use super::token::{Kind, Tag, Token, is_name};
use super::{Error, Problem};

/// Where a key may have started.
#[derive(Debug, Clone, Copy)]
struct MaybeKey {
    /// The number of the token that starts it.
    token: usize,
    /// Tells its line.
    line_start: usize,
    column: usize,
    mark: Mark,
    /// Whether the line makes no sense unless it is a key.
    required: bool,
}

/// How many characters a key may have.
const LONGEST_KEY: usize = 1024;

/// Reads tokens.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    at: Cursor<'a>,
    depth: usize,
    tokens: VecDeque<Token<'a>>,
    /// Whether the first token is sure to be the next one.
    ready: bool,
    /// How many tokens were taken from `tokens`.
    taken: usize,
    /// One for the block and one for each bracket that is open.
    keys: Vec<Option<MaybeKey>>,
    key_allowed: bool,
    /// The column from which the content of the innermost block may start: its indentation plus
    /// one, or 0 outside of all blocks.
    floor: usize,
    outer_floors: Vec<usize>,
}

impl<'a> Scanner<'a> {
    /// Starts to read a text whose first line is `line`. Brackets deeper than `depth` are refused.
    pub(super) fn new(text: &'a str, line: u32, depth: usize) -> Self {
        Self {
            at: Cursor::new(text, line),
            depth,
            tokens: VecDeque::new(),
            ready: false,
            taken: 0,
            keys: vec![None],
            key_allowed: true,
            floor: 0,
            outer_floors: Vec::new(),
        }
    }

    /// The next token, which stays; after the last one `End` for ever.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, Error> {
        while !self.ready {
            self.ready = !self.needs_more()?;
            if !self.ready {
                self.fetch()?;
            }
        }
        Ok(&self.tokens[0])
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Error> {
        self.peek()?;
        self.ready = false;
        self.taken += 1;
        Ok(self.tokens.pop_front().expect("peek leaves a token"))
    }

    /// Takes the next token, which is a scalar: its text, and whether it is plain.
    pub(super) fn next_scalar(&mut self) -> Result<(Cow<'a, str>, bool), Error> {
        let token = self.next()?;
        match token.kind {
            Kind::Scalar { text, plain } => Ok((text, plain)),
            _ => Err(Error::new(token.mark.line, Problem::ExpectedValue)),
        }
    }

    /// Whether the first token is unknown, or may yet turn out to be the start of a key.
    fn needs_more(&mut self) -> Result<bool, Error> {
        if self.tokens.is_empty() {
            return Ok(true);
        }
        for level in 0..self.keys.len() {
            if self.keys[level].is_some_and(|key| key.token == self.taken) {
                return Ok(self.live_key(level)?.is_some());
            }
        }
        Ok(false)
    }

    /// The possible key of a level of brackets, dropped if its line or its length is over.
    fn live_key(&mut self, level: usize) -> Result<Option<MaybeKey>, Error> {
        let Some(key) = self.keys[level] else {
            return Ok(None);
        };
        let same_line = key.line_start == self.at.line_start();
        if same_line && self.at.column() <= key.column + LONGEST_KEY {
            return Ok(Some(key));
        }
        self.keys[level] = None;
        if key.required {
            return Err(Error::new(key.mark.line, Problem::MissingColon));
        }
        Ok(None)
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn level(&self) -> usize {
        self.keys.len() - 1
    }

    fn push(&mut self, kind: Kind<'a>, mark: Mark) {
        self.tokens.push_back(Token { kind, mark });
    }

    /// Reads at least one token.
    fn fetch(&mut self) -> Result<(), Error> {
        self.skip_to_token();
        self.close_blocks(self.at.column());
        let mark = self.at.mark();
        if self.at.at_end() {
            return self.end();
        }
        if self.at.at_document_marker() {
            return self.document_marker();
        }
        match self.at.peek() {
            b'%' if self.at.column() == 0 => self.at.error(Problem::Directive),
            b'[' => self.open_bracket(Kind::FlowSequence),
            b'{' => self.open_bracket(Kind::FlowMapping),
            b']' => self.close_bracket(Kind::FlowSequenceEnd),
            b'}' => self.close_bracket(Kind::FlowMappingEnd),
            b',' => self.comma(),
            b'-' if self.at.ends_word_at(1) => self.dash(),
            b'?' if self.in_flow() || self.at.ends_word_at(1) => self.question_mark(),
            b':' if self.in_flow() || self.at.ends_word_at(1) => self.colon(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if !self.in_flow() => self.block(mark),
            b'\'' | b'"' => self.quoted(mark),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                let character = self.at.peek_char();
                self.at.error(Problem::CannotStart(character))
            }
            b'\t' => self.at.error(Problem::Tab),
            _ => self.plain(mark),
        }
    }

    /// Goes over blanks, comments and line breaks. A tab is no blank where a key may start.
    fn skip_to_token(&mut self) {
        loop {
            while self.at.peek() == b' ' || self.at.peek() == b'\t' && self.tab_allowed() {
                self.at.advance(1);
            }
            self.at.skip_comment();
            if self.at.break_at(0) == 0 {
                return;
            }
            self.at.eat_break();
            self.key_allowed |= !self.in_flow();
        }
    }

    fn tab_allowed(&self) -> bool {
        self.in_flow() || !self.key_allowed
    }

    fn end(&mut self) -> Result<(), Error> {
        // The line is over, also for keys that may have started in it.
        self.at.start_line();
        self.close_blocks_all();
        self.forget_key()?;
        self.key_allowed = false;
        self.push(Kind::End, self.at.mark());
        Ok(())
    }

    fn document_marker(&mut self) -> Result<(), Error> {
        let mark = self.at.mark();
        let start = self.at.peek() == b'-';
        self.close_blocks_all();
        self.forget_key()?;
        self.key_allowed = false;
        self.at.advance(3);
        let kind = if start { Kind::DocumentStart } else { Kind::DocumentEnd };
        self.push(kind, mark);
        Ok(())
    }

    /// Closes the blocks that are indented more than `column`.
    fn close_blocks(&mut self, column: usize) {
        while !self.in_flow() && self.floor > column + 1 {
            self.close_block();
        }
    }

    fn close_blocks_all(&mut self) {
        while !self.in_flow() && self.floor > 0 {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        self.floor = self.outer_floors.pop().unwrap_or_default();
        self.push(Kind::BlockEnd, self.at.mark());
    }

    /// Opens a block at `column` unless one is open there; its token goes to place `index`.
    fn open_block(&mut self, column: usize, index: usize, token: Token<'a>) {
        if !self.in_flow() && self.floor <= column {
            self.outer_floors.push(self.floor);
            self.floor = column + 1;
            self.tokens.insert(index, token);
        }
    }

    /// Notes that a key may start here.
    fn save_key(&mut self) -> Result<(), Error> {
        if !self.key_allowed {
            return Ok(());
        }
        self.forget_key()?;
        let column = self.at.column();
        let level = self.level();
        self.keys[level] = Some(MaybeKey {
            token: self.taken + self.tokens.len(),
            line_start: self.at.line_start(),
            column,
            mark: self.at.mark(),
            required: !self.in_flow() && self.floor == column + 1,
        });
        Ok(())
    }

    /// Notes that what may have been a key is none.
    fn forget_key(&mut self) -> Result<(), Error> {
        let level = self.level();
        match self.keys[level].take() {
            Some(key) if key.required => Err(Error::new(key.mark.line, Problem::MissingColon)),
            _ => Ok(()),
        }
    }

    fn open_bracket(&mut self, kind: Kind<'a>) -> Result<(), Error> {
        self.save_key()?;
        if self.keys.len() > self.depth {
            return self.at.error(Problem::TooDeep(self.depth));
        }
        self.keys.push(None);
        self.single(kind, true);
        Ok(())
    }

    fn close_bracket(&mut self, kind: Kind<'a>) -> Result<(), Error> {
        self.forget_key()?;
        if self.in_flow() {
            self.keys.pop();
        }
        self.single(kind, false);
        Ok(())
    }

    /// Reads a token of one character, after which a key may or may not start.
    fn single(&mut self, kind: Kind<'a>, key_allowed: bool) {
        self.push(kind, self.at.mark());
        self.at.advance(1);
        self.key_allowed = key_allowed;
    }

    fn comma(&mut self) -> Result<(), Error> {
        self.forget_key()?;
        self.single(Kind::FlowEntry, true);
        Ok(())
    }

    fn dash(&mut self) -> Result<(), Error> {
        if !self.in_flow() && !self.key_allowed {
            return self.at.error(Problem::ItemNotAllowed);
        }
        self.open_block_here(Kind::BlockSequence);
        self.forget_key()?;
        self.single(Kind::BlockEntry, true);
        Ok(())
    }

    fn question_mark(&mut self) -> Result<(), Error> {
        if !self.in_flow() && !self.key_allowed {
            return self.at.error(Problem::KeyNotAllowed);
        }
        self.open_block_here(Kind::BlockMapping);
        self.forget_key()?;
        self.single(Kind::Key, !self.in_flow());
        Ok(())
    }

    fn open_block_here(&mut self, kind: Kind<'a>) {
        let mark = self.at.mark();
        let (column, index) = (self.at.column(), self.tokens.len());
        self.open_block(column, index, Token { kind, mark });
    }

    fn colon(&mut self) -> Result<(), Error> {
        if let Some(key) = self.live_key(self.level())? {
            let (mark, index) = (key.mark, key.token - self.taken);
            let kind = Kind::Key;
            self.tokens.insert(index, Token { kind, mark });
            let kind = Kind::BlockMapping;
            self.open_block(key.column, index, Token { kind, mark });
            let level = self.level();
            self.keys[level] = None;
            self.single(Kind::Value, false);
        } else {
            if !self.in_flow() && !self.key_allowed {
                return self.at.error(Problem::ValueNotAllowed);
            }
            self.open_block_here(Kind::BlockMapping);
            self.single(Kind::Value, !self.in_flow());
        }
        Ok(())
    }

    fn anchor(&mut self) -> Result<(), Error> {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.at.mark();
        let alias = self.at.peek() == b'*';
        self.at.advance(1);
        let name = self.at.take(|byte| !is_name(byte));
        if name.is_empty() || !self.at.ends_word_at(0) && !b"?:,]}%@`".contains(&self.at.peek()) {
            return self.at.error(Problem::AnchorName);
        }
        let kind = if alias { Kind::Alias(name) } else { Kind::Anchor(name) };
        self.push(kind, mark);
        Ok(())
    }

    fn tag(&mut self) -> Result<(), Error> {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.at.mark();
        let text =
            self.at.take(|byte| !is_name(byte) && !b"!<>;/?:@&=+$,.~*'()[]%".contains(&byte));
        let Some(tag) = Tag::parse(text).filter(|_| self.at.ends_word_at(0)) else {
            return self.at.error(Problem::BadTag);
        };
        self.push(Kind::Tag(tag), mark);
        Ok(())
    }

    fn block(&mut self, mark: Mark) -> Result<(), Error> {
        self.forget_key()?;
        self.key_allowed = true;
        let text = Cow::Owned(self.at.block_scalar(self.floor)?);
        self.push(Kind::Scalar { text, plain: false }, mark);
        Ok(())
    }

    fn quoted(&mut self, mark: Mark) -> Result<(), Error> {
        self.save_key()?;
        self.key_allowed = false;
        let text = self.at.quoted()?;
        self.push(Kind::Scalar { text, plain: false }, mark);
        Ok(())
    }

    fn plain(&mut self, mark: Mark) -> Result<(), Error> {
        self.save_key()?;
        self.key_allowed = false;
        let in_flow = self.in_flow();
        let (text, at_line_start) = self.at.plain(self.floor, in_flow)?;
        self.key_allowed = at_line_start;
        self.push(Kind::Scalar { text, plain: true }, mark);
        Ok(())
    }
}
