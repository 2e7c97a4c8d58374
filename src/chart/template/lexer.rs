//! The text of a template to actions, an action to tokens.

use std::ops::Range;

use super::Flaw;

/// The longest action that is read, in bytes. The longest of Kyma's charts has 2,828.
const LONGEST_ACTION: usize = 64 << 10;

/// What goes on to the end of the text.
const UNENDED: [&str; 2] = ["the comment has no end", "a string in backquotes has no end"];

/// An action of a text.
#[derive(Debug)]
pub(super) struct Action<'a> {
    /// Its bytes, with the braces.
    pub(super) span: Range<usize>,
    /// What is in it; nothing for a comment.
    pub(super) tokens: Vec<Token<'a>>,
}

/// A token with its place.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) span: Range<usize>,
    pub(super) kind: TokenKind<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// `.` alone.
    Dot,
    /// `.name`, without the dot.
    Field(&'a str),
    /// `$name`, without the dollar.
    Variable(&'a str),
    /// A keyword or the name of a function.
    Word(&'a str),
    /// A string, unquoted.
    Text(String),
    /// A number or character.
    Constant,
    Open,
    Close,
    Pipe,
    Declare,
    Assign,
    Comma,
}

/// All actions of `text`. Text outside of actions says nothing, whatever it holds.
pub(super) fn actions<'a>(text: &'a str, flaws: &mut Vec<Flaw>) -> Vec<Action<'a>> {
    let mut actions = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find("{{") {
        let start = at + offset;
        match action(text, start) {
            Ok(action) => {
                at = action.span.end;
                actions.push(action);
            }
            Err(message) => {
                flaws.push(Flaw { at: start, message });
                // Behind something without an end there is nothing.
                at = if UNENDED.contains(&message) { text.len() } else { start + 2 };
            }
        }
    }
    actions
}

fn action(text: &str, start: usize) -> Result<Action<'_>, &'static str> {
    let mut lexer = Lexer { text, at: start + 2 };
    if lexer.rest().starts_with('-') && lexer.rest()[1..].starts_with(char::is_whitespace) {
        lexer.at += 1;
    }
    if lexer.skip_white().starts_with("/*") {
        return comment(text, start, lexer.at);
    }
    let mut tokens = Vec::new();
    loop {
        if let Some(end) = lexer.end() {
            let span = start..end;
            return Ok(Action { span, tokens });
        }
        if lexer.at - start > LONGEST_ACTION {
            return Err("the action is too long");
        }
        tokens.push(lexer.token()?);
    }
}

fn comment(text: &str, start: usize, at: usize) -> Result<Action<'_>, &'static str> {
    let close = text[at..].find("*/").ok_or(UNENDED[0])?;
    let mut lexer = Lexer { text, at: at + close + 2 };
    let end = lexer.end().ok_or("something follows the comment")?;
    let tokens = Vec::new();
    Ok(Action { span: start..end, tokens })
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_white(&mut self) -> &'a str {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.rest()
    }

    /// The byte behind the action, if this is its end. Moves on to the next token otherwise.
    fn end(&mut self) -> Option<usize> {
        let rest = self.skip_white();
        let close = rest.strip_prefix('-').unwrap_or(rest);
        close.starts_with("}}").then(|| self.text.len() - close.len() + 2)
    }

    fn token(&mut self) -> Result<Token<'a>, &'static str> {
        let start = self.at;
        let kind = self.kind()?;
        Ok(Token { span: start..self.at, kind })
    }

    fn kind(&mut self) -> Result<TokenKind<'a>, &'static str> {
        let rest = self.rest();
        let first = rest.chars().next().ok_or("the action has no end")?;
        match first {
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => self.character(),
            '$' => Ok(TokenKind::Variable(self.name(1))),
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => Ok(self.field()),
            c if c.is_alphabetic() || c == '_' => Ok(TokenKind::Word(self.name(0))),
            c if c.is_ascii_digit() || matches!(c, '.' | '+' | '-') => Ok(self.number()),
            _ => self.mark(rest),
        }
    }

    fn mark(&mut self, rest: &str) -> Result<TokenKind<'a>, &'static str> {
        let (length, kind) = match rest.as_bytes() {
            [b':', b'=', ..] => (2, TokenKind::Declare),
            [b'=', ..] => (1, TokenKind::Assign),
            [b'(', ..] => (1, TokenKind::Open),
            [b')', ..] => (1, TokenKind::Close),
            [b'|', ..] => (1, TokenKind::Pipe),
            [b',', ..] => (1, TokenKind::Comma),
            _ => return Err("the action holds a character that means nothing"),
        };
        self.at += length;
        Ok(kind)
    }

    /// The letters, digits and underscores behind `skip` bytes.
    fn name(&mut self, skip: usize) -> &'a str {
        let start = self.at + skip;
        let rest = &self.text[start..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at = start + length;
        &rest[..length]
    }

    fn field(&mut self) -> TokenKind<'a> {
        match self.name(1) {
            "" => TokenKind::Dot,
            name => TokenKind::Field(name),
        }
    }

    fn number(&mut self) -> TokenKind<'a> {
        let rest = &self.rest()[1..];
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(rest.len());
        self.at += 1 + length;
        TokenKind::Constant
    }

    fn raw(&mut self) -> Result<TokenKind<'a>, &'static str> {
        let rest = &self.rest()[1..];
        let length = rest.find('`').ok_or(UNENDED[1])?;
        self.at += length + 2;
        Ok(TokenKind::Text(rest[..length].to_owned()))
    }

    fn character(&mut self) -> Result<TokenKind<'a>, &'static str> {
        self.until('\'')?;
        Ok(TokenKind::Constant)
    }

    fn quoted(&mut self) -> Result<TokenKind<'a>, &'static str> {
        let text = self.until('"')?;
        Ok(TokenKind::Text(unescape(text)))
    }

    /// What stands in front of the next `quote` that has no backslash.
    fn until(&mut self, quote: char) -> Result<&'a str, &'static str> {
        let rest = &self.rest()[1..];
        let mut escaped = false;
        for (offset, c) in rest.char_indices() {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => {
                    self.at += offset + 2;
                    return Ok(&rest[..offset]);
                }
                _ => {}
            }
        }
        Err("a string has no end")
    }
}

/// A quoted string without its escapes. Those with a number stay as they are: no key has them.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => plain.push(c),
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(c @ ('"' | '\\' | '\'')) => plain.push(c),
                Some(other) => plain.extend(['\\', other]),
                None => plain.push('\\'),
            },
        }
    }
    plain
}
