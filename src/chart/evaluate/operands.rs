//! Pipelines, commands and operands to what they denote.

use super::Evaluation;
use super::abstract_value::Abstract;
use super::run::Frame;
use crate::chart::template::{Command, Operand, OperandKind, Pipeline};

impl Evaluation<'_> {
    /// What a pipeline denotes.
    pub(super) fn pipeline(&mut self, frame: &mut Frame, pipeline: &Pipeline) -> Abstract {
        let mut piped = None;
        for command in &pipeline.commands {
            piped = Some(self.command(frame, command, piped));
        }
        piped.unwrap_or_default()
    }

    fn command(
        &mut self,
        frame: &mut Frame,
        command: &Command,
        piped: Option<Abstract>,
    ) -> Abstract {
        let [first, rest @ ..] = command.operands.as_slice() else {
            return Abstract::Other;
        };
        let function = match &first.kind {
            OperandKind::Function(name) if first.fields.is_empty() => Some(name.as_str()),
            _ => None,
        };
        let receiver = match function {
            Some(_) => Abstract::Other,
            None => self.operand(frame, first),
        };
        let arguments = rest.iter().map(|it| self.operand(frame, it));
        let mut arguments: Vec<Abstract> = arguments.collect();
        arguments.extend(piped);
        let Some(name) = function else {
            return method(receiver, &arguments);
        };
        if name == "set" {
            return self.set(frame, rest.first(), &arguments);
        }
        let last = rest.last().unwrap_or(first);
        let whole = (&(first.span.start..last.span.end)).into();
        match name {
            "index" | "get" | "dig" => self.function(frame, name, &arguments).at(whole),
            _ => self.function(frame, name, &arguments),
        }
    }

    fn operand(&mut self, frame: &mut Frame, operand: &Operand) -> Abstract {
        let base = match &operand.kind {
            OperandKind::Dot => frame.dot().clone(),
            OperandKind::Variable(name) => frame.variable(name),
            OperandKind::Function(name) => self.function(frame, name, &[]),
            OperandKind::Text(text) => return Abstract::Text(text.as_str().into()),
            OperandKind::Constant => return Abstract::Other,
            OperandKind::Nested(pipeline) => self.pipeline(frame, pipeline),
        };
        let fields = operand.fields.iter();
        let value = fields.fold(base, |value, name| value.field(name));
        let nested = matches!(operand.kind, OperandKind::Nested(_));
        match value {
            Abstract::TemplateName => Abstract::Text(self.file.clone()),
            Abstract::TemplateFolder => Abstract::Text(folder(&self.file)),
            value if nested && operand.fields.is_empty() => value,
            value => value.at((&operand.span).into()),
        }
    }

    /// `set` changes the dictionary that it gets.
    fn set(
        &mut self,
        frame: &mut Frame,
        target: Option<&Operand>,
        arguments: &[Abstract],
    ) -> Abstract {
        let [dictionary, name, value] = arguments else {
            return Abstract::derived(arguments);
        };
        let Abstract::Text(name) = name else {
            self.consume(frame, value, super::run::Use::Printed);
            return dictionary.clone();
        };
        let changed = dictionary.with(name, value);
        match target.map(|it| (&it.kind, it.fields.is_empty())) {
            Some((OperandKind::Variable(variable), true)) => {
                frame.assign(variable, changed.clone());
            }
            // Who else holds the dictionary is not followed.
            _ => self.consume(frame, value, super::run::Use::Printed),
        }
        changed
    }
}

/// The folder `templates` that holds a file.
fn folder(file: &str) -> std::rc::Rc<str> {
    const FOLDER: &str = "/templates/";
    let end = file.rfind(FOLDER).map_or(0, |at| at + FOLDER.len() - 1);
    file[..end].into()
}

/// A method with its arguments, or just a value if there are none.
fn method(receiver: Abstract, arguments: &[Abstract]) -> Abstract {
    match (&receiver, arguments) {
        (_, []) => receiver,
        (Abstract::FilesMethod(chart), [pattern, ..]) => {
            let pattern = match pattern {
                Abstract::Text(pattern) | Abstract::FileName(pattern) => pattern.clone(),
                _ => "**".into(),
            };
            Abstract::Content(*chart, pattern)
        }
        _ => {
            let mut parts = vec![receiver];
            parts.extend_from_slice(arguments);
            Abstract::derived(&parts)
        }
    }
}
