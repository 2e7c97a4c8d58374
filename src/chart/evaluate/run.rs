//! Executing templates with paths in place of values.

use std::ops::Range;
use std::rc::Rc;

use super::abstract_value::Abstract;
use super::condition;
use super::source::{Body, Source};
use super::{Evaluation, MOST_RECURSIONS, NOTES};
use crate::chart::layout::Place;
use crate::chart::template::{Branch, BranchKind, Node, OperandKind, Pipeline};

/// The most variables of one execution of a template. Charts have up to 20.
const MOST_VARIABLES: usize = 1000;

/// What happens to the result of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is printed, or given to something that may do anything with it.
    Printed,
    /// It is only tested.
    Tested,
    /// Its entries are gone through.
    Ranged,
}

/// The execution of a body.
#[derive(Debug)]
pub(super) struct Frame {
    source: Rc<Source>,
    region: Range<usize>,
    /// Where the caller stands, and the name under which it called.
    caller: Option<Rc<Place>>,
    name: Option<Rc<str>>,
    variables: Vec<(String, Abstract)>,
    dot: Abstract,
    /// The action at hand, and where its `indent` function puts the result.
    action: Range<usize>,
    indent: Option<usize>,
}

/// A variable while a condition holds.
struct Narrowed {
    at: usize,
    wide: Abstract,
    narrow: Abstract,
}

impl Frame {
    pub(super) fn new(body: &Body, context: Abstract) -> Self {
        Self {
            source: body.source.clone(),
            region: body.region(),
            caller: None,
            name: None,
            variables: vec![(String::new(), context.clone())],
            dot: context,
            action: 0..0,
            indent: None,
        }
    }

    /// The execution of a body that the action at hand calls. `name` is that of a named template.
    pub(super) fn callee(&self, body: &Body, name: Option<Rc<str>>, context: Abstract) -> Self {
        let mut frame = Self::new(body, context);
        frame.caller = Some(Rc::new(self.place(self.action.start)));
        frame.name = name.or_else(|| self.name.clone());
        frame
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn action(&self) -> &Range<usize> {
        &self.action
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn dot(&self) -> &Abstract {
        &self.dot
    }

    /// Where a byte ends up in the rendered objects. Notes are no objects.
    pub(super) fn place(&self, byte: usize) -> Place {
        if self.source.path.rsplit('/').next() == Some(NOTES) {
            return Place::default();
        }
        let layout = self.source.layout();
        let inner = layout.place(byte, &self.region, self.indent);
        match &self.caller {
            Some(caller) => caller.enclose(inner),
            None => inner,
        }
    }

    /// Where what the action at hand guards ends up.
    pub(super) fn guarded(&self) -> Place {
        let layout = self.source.layout();
        let (byte, all) = layout.guarded(self.action.start, &self.region);
        let mut place = self.place(byte);
        if all {
            place.field = self.caller.as_ref().map_or_else(String::new, |it| it.field.clone());
        }
        place
    }

    pub(super) fn variable(&self, name: &str) -> Abstract {
        let mut known = self.variables.iter().rev();
        let found = known.find(|it| it.0 == name);
        found.map_or(Abstract::Other, |it| it.1.clone())
    }

    /// Gives a variable of a pipeline its value.
    fn set(&mut self, pipeline: &Pipeline, name: &str, value: Abstract) {
        if pipeline.declares && self.variables.len() < MOST_VARIABLES {
            self.variables.push((name.to_owned(), value));
        } else {
            self.assign(name, value);
        }
    }

    /// Sets a variable. Whether that happens may depend on values: the old one stays possible.
    pub(super) fn assign(&mut self, name: &str, value: Abstract) {
        let mut known = self.variables.iter_mut().rev();
        if let Some(variable) = known.find(|it| it.0 == name) {
            let old = std::mem::take(&mut variable.1);
            variable.1 = Abstract::union([old, value]);
        }
    }

    /// Takes into account that a condition holds: where it compares the name of an entry, that
    /// entry is the one of that name. What is to be taken back afterwards.
    fn narrow(&mut self, condition: &Pipeline) -> Vec<Narrowed> {
        let Some((name, texts)) = condition::names(condition) else {
            return Vec::new();
        };
        let Abstract::Name(path, _) = self.variable(name) else {
            return Vec::new();
        };
        self.dot = self.dot.narrowed(&path, &texts);
        let mut narrowed = Vec::new();
        for (at, (_, value)) in self.variables.iter_mut().enumerate() {
            let narrow = value.narrowed(&path, &texts);
            if narrow != *value {
                let wide = std::mem::replace(value, narrow.clone());
                narrowed.push(Narrowed { at, wide, narrow });
            }
        }
        narrowed
    }

    /// Takes it back.
    fn widen(&mut self, narrowed: Vec<Narrowed>) {
        for Narrowed { at, wide, narrow } in narrowed {
            if let Some((_, value)) = self.variables.get_mut(at) {
                let assigned = *value != narrow;
                let now = std::mem::replace(value, wide);
                if assigned {
                    *value = Abstract::union([now, std::mem::take(value)]);
                }
            }
        }
    }

    fn begin(&mut self, pipeline: &Pipeline) {
        self.action = pipeline.span.clone();
        self.indent = indent(pipeline, &self.source.text);
    }
}

/// How far the result of a pipeline is indented by a function, whatever the text in front of it.
fn indent(pipeline: &Pipeline, text: &str) -> Option<usize> {
    pipeline.commands.iter().rev().find_map(|command| {
        let inner = command.operands.iter().find_map(|it| match &it.kind {
            OperandKind::Nested(inner) => indent(inner, text),
            _ => None,
        });
        let [function, width, ..] = command.operands.as_slice() else {
            return inner;
        };
        match &function.kind {
            OperandKind::Function(name) if name == "indent" || name == "nindent" => {
                text[width.span.clone()].parse().ok()
            }
            _ => inner,
        }
    })
}

impl Evaluation<'_> {
    /// Renders a file.
    pub(super) fn render(&mut self, source: &Rc<Source>, context: &Abstract) {
        let body = Body { source: source.clone(), definition: None };
        self.execute(&body, Frame::new(&body, context.clone()));
    }

    pub(super) fn execute(&mut self, body: &Body, mut frame: Frame) {
        self.nodes(&mut frame, body.nodes());
    }

    fn nodes(&mut self, frame: &mut Frame, nodes: &[Node]) {
        self.depth += 1;
        for node in nodes {
            if !self.step() {
                break;
            }
            match node {
                Node::Action(pipeline) => self.action(frame, pipeline),
                Node::Branch(branch) => self.branch(frame, branch),
                Node::Call { name, context, span } => {
                    self.call_node(frame, name, context.as_ref(), span);
                }
            }
        }
        self.depth -= 1;
    }

    fn action(&mut self, frame: &mut Frame, pipeline: &Pipeline) {
        frame.begin(pipeline);
        let value = self.pipeline(frame, pipeline);
        match pipeline.variables.first() {
            None => self.consume(frame, &value, Use::Printed),
            Some(name) => frame.set(pipeline, name, value),
        }
    }

    fn call_node(
        &mut self,
        frame: &mut Frame,
        name: &str,
        context: Option<&Pipeline>,
        span: &Range<usize>,
    ) {
        frame.action = span.clone();
        frame.indent = None;
        let context = context.map(|it| self.pipeline(frame, it));
        self.call(frame, name, context.unwrap_or_default());
    }

    /// Executes the template that has a name.
    pub(super) fn call(&mut self, frame: &Frame, name: &str, context: Abstract) {
        let Some(body) = self.library.named(name) else {
            // What an unknown template does with its context is unknown.
            self.consume(frame, &context, Use::Printed);
            return;
        };
        if self.active.iter().filter(|it| it.as_ref() == name).count() >= MOST_RECURSIONS {
            self.consume(frame, &context, Use::Printed);
            return;
        }
        let name: Rc<str> = name.into();
        if self.called.insert((name.clone(), context.clone())) {
            let label = body.definition.map(|_| name.clone());
            let callee = frame.callee(&body, label, context);
            self.active.push(name);
            self.execute(&body, callee);
            self.active.pop();
        }
    }

    fn branch(&mut self, frame: &mut Frame, branch: &Branch) {
        frame.begin(&branch.pipeline);
        let (known, dot) = (frame.variables.len(), frame.dot.clone());
        let value = self.pipeline(frame, &branch.pipeline);
        match branch.kind {
            BranchKind::Range => {
                self.consume(frame, &value, Use::Ranged);
                range(frame, &branch.pipeline, &value);
            }
            kind => {
                self.consume(frame, &value, Use::Tested);
                for name in &branch.pipeline.variables {
                    frame.set(&branch.pipeline, name, value.clone());
                }
                if kind == BranchKind::With {
                    frame.dot = value;
                }
            }
        }
        let declared = frame.variables.len();
        let wide = match branch.kind {
            BranchKind::If => frame.narrow(&branch.pipeline),
            _ => Vec::new(),
        };
        self.nodes(frame, &branch.body);
        frame.dot = dot;
        frame.variables.truncate(declared);
        frame.widen(wide);
        self.nodes(frame, &branch.otherwise);
        frame.variables.truncate(known);
    }
}

/// Sets dot and variables for the body of a `range`.
fn range(frame: &mut Frame, pipeline: &Pipeline, value: &Abstract) {
    let entry = value.entry();
    let parts = match pipeline.variables.as_slice() {
        [] => vec![],
        [one] => vec![(one, entry.clone())],
        [name, one, ..] => vec![(name, value.name()), (one, entry.clone())],
    };
    for (variable, part) in parts {
        frame.set(pipeline, variable, part);
    }
    frame.dot = entry;
}
