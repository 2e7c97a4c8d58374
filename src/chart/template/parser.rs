//! Actions to the tree of a template.

use std::ops::Range;

use super::lexer::{Action, Token, TokenKind, actions};
use super::pipeline::pipeline;
use super::{ActionSpan, Branch, BranchKind, Definition, Flaw, Node, Template};

/// The deepest nesting of blocks that is read.
const DEEPEST: usize = 100;

/// Reads a template.
pub(in crate::chart) fn parse(text: &str) -> Template {
    let mut template = Template::default();
    let actions = actions(text, &mut template.flaws);
    let mut parser = Parser { template, open: Vec::new(), deeper: 0, nodes: Vec::new() };
    for action in &actions {
        if let Err(message) = parser.action(action) {
            let at = action.span.start;
            parser.template.flaws.push(Flaw { at, message });
        }
    }
    parser.finish(text.len())
}

/// A block whose end is still to come, with what was read in front of it.
struct Open {
    block: Block,
    /// What stands in front of the block.
    before: Vec<Node>,
    /// The first part of a branch, if `else` was read.
    body: Option<Vec<Node>>,
    /// Whether the `end` of the block around it ends this one too, as after `else if`.
    shares_end: bool,
    start: usize,
}

enum Block {
    Branch(BranchKind, super::Pipeline),
    Definition(String),
    /// A block that cannot be read: its content still counts.
    Broken,
}

struct Parser {
    template: Template,
    open: Vec<Open>,
    /// How many blocks are open within those, too deeply nested to be told apart.
    deeper: usize,
    nodes: Vec<Node>,
}

impl Parser {
    fn action(&mut self, action: &Action<'_>) -> Result<(), &'static str> {
        let span = &action.span;
        let word = match action.tokens.first().map(|it| &it.kind) {
            Some(TokenKind::Word(word)) => *word,
            _ => "",
        };
        let prints = !action.tokens.is_empty() && !is_control(word) && !declares(&action.tokens);
        let span_of_action = span.clone();
        self.template.actions.push(ActionSpan { span: span_of_action, prints });
        match word {
            "if" | "with" | "range" => self.branch(kind(word), &action.tokens[1..], span),
            "define" | "block" => self.definition(word, &action.tokens[1..], span),
            "template" => self.call(&action.tokens[1..], span),
            "else" => self.otherwise(&action.tokens[1..], span),
            "end" => self.end(span),
            "break" | "continue" => Ok(()),
            _ if action.tokens.is_empty() => Ok(()),
            _ => {
                let node = Node::Action(pipeline(&action.tokens, span)?);
                self.nodes.push(node);
                Ok(())
            }
        }
    }

    fn branch(
        &mut self,
        kind: BranchKind,
        tokens: &[Token<'_>],
        span: &Range<usize>,
    ) -> Result<(), &'static str> {
        let (block, flaw) = match pipeline(tokens, span) {
            Ok(pipeline) => (Block::Branch(kind, pipeline), Ok(())),
            Err(message) => (Block::Broken, Err(message)),
        };
        self.open(block, span.end, false)?;
        flaw
    }

    fn definition(
        &mut self,
        word: &str,
        tokens: &[Token<'_>],
        span: &Range<usize>,
    ) -> Result<(), &'static str> {
        let Some(name) = name(tokens) else {
            self.open(Block::Broken, span.end, false)?;
            return Err("the definition has no name");
        };
        if word == "block" {
            self.call(tokens, span)?;
        }
        self.open(Block::Definition(name.to_owned()), span.end, false)
    }

    fn call(&mut self, tokens: &[Token<'_>], span: &Range<usize>) -> Result<(), &'static str> {
        let name = name(tokens).ok_or("the call has no name")?.to_owned();
        let context = match &tokens[1..] {
            [] => None,
            tokens => Some(pipeline(tokens, span)?),
        };
        let span = span.clone();
        self.nodes.push(Node::Call { name, context, span });
        Ok(())
    }

    fn otherwise(&mut self, tokens: &[Token<'_>], span: &Range<usize>) -> Result<(), &'static str> {
        if self.deeper > 0 {
            return Ok(());
        }
        let open = self.open.last_mut().ok_or("`else` stands outside of a block")?;
        // A second `else` is an error in Go; both parts count here.
        let mut body = open.body.take().unwrap_or_default();
        body.append(&mut self.nodes);
        open.body = Some(body);
        let Some(TokenKind::Word(word)) = tokens.first().map(|it| &it.kind) else {
            return Ok(());
        };
        let (block, flaw) = match pipeline(&tokens[1..], span) {
            Ok(pipeline) => (Block::Branch(kind(word), pipeline), Ok(())),
            Err(message) => (Block::Broken, Err(message)),
        };
        self.open(block, span.end, true)?;
        flaw
    }

    fn open(&mut self, block: Block, start: usize, shares_end: bool) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            self.deeper += usize::from(!shares_end);
            return Err("blocks are nested too deeply");
        }
        self.open.push(Open {
            block,
            before: std::mem::take(&mut self.nodes),
            body: None,
            shares_end,
            start,
        });
        Ok(())
    }

    fn end(&mut self, span: &Range<usize>) -> Result<(), &'static str> {
        if self.deeper > 0 {
            self.deeper -= 1;
            return Ok(());
        }
        loop {
            let open = self.open.pop().ok_or("`end` stands outside of a block")?;
            let more = open.shares_end;
            self.close(open, span.start);
            if !more {
                return Ok(());
            }
        }
    }

    fn close(&mut self, open: Open, end: usize) {
        let last = std::mem::replace(&mut self.nodes, open.before);
        let (mut body, mut otherwise) = match open.body {
            Some(body) => (body, last),
            None => (last, Vec::new()),
        };
        match open.block {
            Block::Branch(kind, pipeline) => {
                self.nodes.push(Node::Branch(Box::new(Branch { kind, pipeline, body, otherwise })));
            }
            Block::Definition(name) => self.template.definitions.push(Definition {
                name,
                nodes: body,
                span: open.start..end,
            }),
            Block::Broken => {
                self.nodes.append(&mut body);
                self.nodes.append(&mut otherwise);
            }
        }
    }

    fn finish(mut self, length: usize) -> Template {
        while let Some(open) = self.open.pop() {
            let flaw = Flaw { at: open.start, message: "a block is not closed" };
            self.template.flaws.push(flaw);
            self.close(open, length);
        }
        self.template.nodes = self.nodes;
        self.template
    }
}

fn is_control(word: &str) -> bool {
    matches!(
        word,
        "if" | "with" | "range" | "define" | "block" | "else" | "end" | "break" | "continue"
    )
}

/// Whether the action sets a variable, so prints nothing.
fn declares(tokens: &[Token<'_>]) -> bool {
    let sign = tokens.get(1).map(|it| &it.kind);
    let variable = matches!(tokens[0].kind, TokenKind::Variable(_));
    variable && matches!(sign, Some(TokenKind::Declare | TokenKind::Assign))
}

fn kind(word: &str) -> BranchKind {
    match word {
        "range" => BranchKind::Range,
        "with" => BranchKind::With,
        _ => BranchKind::If,
    }
}

fn name<'t>(tokens: &'t [Token<'_>]) -> Option<&'t str> {
    match &tokens.first()?.kind {
        TokenKind::Text(name) => Some(name),
        _ => None,
    }
}
