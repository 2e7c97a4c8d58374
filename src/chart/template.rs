//! Go templates to a tree, as far as it takes to follow values through them.
//!
//! # Decisions
//! * Reading never fails: what cannot be read becomes a [`Flaw`], and the rest is read on. Helm
//!   would refuse such a chart, so a flaw in a released chart is most likely one of this reader.
//! * The tree owns its text. A template is small, and trees outlive what they were read from.

use std::ops::Range;

mod lexer;
mod parser;
mod pipeline;

pub(super) use parser::parse;

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct Template {
    /// What is executed, apart from definitions.
    pub(super) nodes: Vec<Node>,
    /// The named templates that the file defines.
    pub(super) definitions: Vec<Definition>,
    /// The actions, in the order of the text.
    pub(super) actions: Vec<ActionSpan>,
    /// What could not be read.
    pub(super) flaws: Vec<Flaw>,
}

/// A named template.
#[derive(Debug)]
pub(super) struct Definition {
    /// What callers call it.
    pub(super) name: String,
    /// Its body.
    pub(super) nodes: Vec<Node>,
    /// The body's bytes in the file.
    pub(super) span: Range<usize>,
}

/// Where an action stands.
#[derive(Debug, Clone)]
pub(super) struct ActionSpan {
    /// Its bytes in the file, with the braces.
    pub(super) span: Range<usize>,
    /// Whether it prints something.
    pub(super) prints: bool,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Its first byte in the file.
    pub(super) at: usize,
    /// What is wrong with it.
    pub(super) message: &'static str,
}

/// What a template executes.
#[derive(Debug)]
pub(super) enum Node {
    /// A pipeline whose result is printed or assigned.
    Action(Pipeline),
    /// `if`, `with` or `range`.
    Branch(Box<Branch>),
    /// `template "name" pipeline`.
    Call {
        /// The name of what is called.
        name: String,
        /// What it gets as its dot.
        context: Option<Pipeline>,
        /// The bytes of the action.
        span: Range<usize>,
    },
}

/// A control structure.
#[derive(Debug)]
pub(super) struct Branch {
    /// Which one.
    pub(super) kind: BranchKind,
    /// What it looks at.
    pub(super) pipeline: Pipeline,
    /// What it executes then.
    pub(super) body: Vec<Node>,
    /// What it executes otherwise.
    pub(super) otherwise: Vec<Node>,
}

/// The control structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BranchKind {
    /// `if`.
    If,
    /// `with`.
    With,
    /// `range`.
    Range,
}

/// Commands, each of which gets the result of the one before as its last argument.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    /// The variables that get the result.
    pub(super) variables: Vec<String>,
    /// Whether those are declared here (`:=`) rather than set (`=`).
    pub(super) declares: bool,
    /// The commands.
    pub(super) commands: Vec<Command>,
    /// The bytes of the action that holds it.
    pub(super) span: Range<usize>,
}

/// A function or value with its arguments.
#[derive(Debug)]
pub(super) struct Command {
    /// The operands; at least one.
    pub(super) operands: Vec<Operand>,
}

/// An operand of a command.
#[derive(Debug)]
pub(super) struct Operand {
    /// Its bytes in the file.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) kind: OperandKind,
    /// The fields that are read of it: `.a.b`.
    pub(super) fields: Vec<String>,
}

/// What an operand is, without its fields.
#[derive(Debug)]
pub(super) enum OperandKind {
    /// `.`, also in front of fields.
    Dot,
    /// `$` (without a name) or `$name`.
    Variable(String),
    /// The name of a function.
    Function(String),
    /// A string.
    Text(String),
    /// A number, character, boolean or `nil`.
    Constant,
    /// A pipeline in parentheses.
    Nested(Box<Pipeline>),
}
