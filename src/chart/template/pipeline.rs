//! The tokens of an action to a pipeline.

use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

use super::lexer::{Token, TokenKind};
use super::{Command, Operand, OperandKind, Pipeline};

/// The deepest nesting of parentheses that is read.
const DEEPEST: usize = 50;

/// Reads what stands behind the keyword of an action, if it has one.
pub(super) fn pipeline(
    tokens: &[Token<'_>],
    action: &Range<usize>,
) -> Result<Pipeline, &'static str> {
    let (variables, declares, length) = declaration(tokens);
    let mut reader = Reader { tokens: tokens[length..].iter().peekable(), action, depth: 0 };
    let pipeline =
        Pipeline { variables, declares, commands: reader.commands()?, span: action.clone() };
    match reader.tokens.next() {
        Some(_) => Err("a parenthesis is closed that was not opened"),
        None => Ok(pipeline),
    }
}

/// The variables in front of `:=` or `=`, whether it is the former, and how many tokens that is.
fn declaration(tokens: &[Token<'_>]) -> (Vec<String>, bool, usize) {
    let mut variables = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.kind {
            TokenKind::Variable(name) => variables.push((*name).to_owned()),
            TokenKind::Comma => {}
            TokenKind::Declare => return (variables, true, at + 1),
            TokenKind::Assign => return (variables, false, at + 1),
            _ => break,
        }
    }
    // `range $i, $v = …` apart, a list of variables without a sign is no declaration.
    (Vec::new(), false, 0)
}

struct Reader<'t, 'a> {
    tokens: Peekable<Iter<'t, Token<'a>>>,
    action: &'t Range<usize>,
    depth: usize,
}

impl Reader<'_, '_> {
    fn commands(&mut self) -> Result<Vec<Command>, &'static str> {
        let mut commands = vec![self.command()?];
        while self.tokens.next_if(|it| it.kind == TokenKind::Pipe).is_some() {
            commands.push(self.command()?);
        }
        Ok(commands)
    }

    fn command(&mut self) -> Result<Command, &'static str> {
        let mut operands = Vec::new();
        while let Some(token) = self.tokens.peek() {
            if matches!(token.kind, TokenKind::Pipe | TokenKind::Close) {
                break;
            }
            operands.push(self.operand()?);
        }
        if operands.is_empty() {
            return Err("a command is missing");
        }
        Ok(Command { operands })
    }

    fn operand(&mut self) -> Result<Operand, &'static str> {
        let token = self.tokens.next().ok_or("an operand is missing")?;
        let mut span = token.span.clone();
        let mut fields = Vec::new();
        let kind = match &token.kind {
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Field(name) => {
                fields.push((*name).to_owned());
                OperandKind::Dot
            }
            TokenKind::Variable(name) => OperandKind::Variable((*name).to_owned()),
            TokenKind::Word("true" | "false" | "nil") | TokenKind::Constant => {
                OperandKind::Constant
            }
            TokenKind::Word(name) => OperandKind::Function((*name).to_owned()),
            TokenKind::Text(text) => OperandKind::Text(text.clone()),
            TokenKind::Open => self.nested(&mut span)?,
            _ => return Err("a sign stands where an operand should"),
        };
        self.chain(&mut span, &mut fields);
        Ok(Operand { span, kind, fields })
    }

    fn nested(&mut self, span: &mut Range<usize>) -> Result<OperandKind, &'static str> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("parentheses are nested too deeply");
        }
        let pipeline = Pipeline {
            commands: self.commands()?,
            span: self.action.clone(),
            ..Pipeline::default()
        };
        self.depth -= 1;
        let close = self.tokens.next().ok_or("a parenthesis is not closed")?;
        span.end = close.span.end;
        Ok(OperandKind::Nested(Box::new(pipeline)))
    }

    /// The fields that stand right behind an operand, without a space.
    fn chain(&mut self, span: &mut Range<usize>, fields: &mut Vec<String>) {
        while let Some(token) = self.tokens.peek() {
            match &token.kind {
                TokenKind::Field(name) if token.span.start == span.end => {
                    fields.push((*name).to_owned());
                    span.end = token.span.end;
                    self.tokens.next();
                }
                _ => break,
            }
        }
    }
}
