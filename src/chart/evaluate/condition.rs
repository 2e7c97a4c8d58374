//! Conditions that compare a variable with constants.

use crate::chart::template::{Command, Operand, OperandKind, Pipeline};

/// The variable that a condition compares, and the texts one of which it must be. Charts write
/// `if or (eq $key "policy") (eq $key "telemetry")` inside of a `range` to choose entries.
pub(super) fn names(condition: &Pipeline) -> Option<(&str, Vec<&str>)> {
    let [command] = condition.commands.as_slice() else {
        return None;
    };
    of_command(command)
}

fn of_command(command: &Command) -> Option<(&str, Vec<&str>)> {
    let [first, operands @ ..] = command.operands.as_slice() else {
        return None;
    };
    match &first.kind {
        OperandKind::Nested(inner) if operands.is_empty() => names(inner),
        OperandKind::Function(name) if name == "eq" => equal(operands),
        OperandKind::Function(name) if name == "and" => operands.iter().find_map(of_operand),
        OperandKind::Function(name) if name == "or" => either(operands),
        _ => None,
    }
}

fn of_operand(operand: &Operand) -> Option<(&str, Vec<&str>)> {
    match &operand.kind {
        OperandKind::Nested(inner) => names(inner),
        _ => None,
    }
}

fn equal(operands: &[Operand]) -> Option<(&str, Vec<&str>)> {
    let mut variable = None;
    let mut texts = Vec::new();
    for operand in operands {
        match &operand.kind {
            OperandKind::Variable(name) if operand.fields.is_empty() && variable.is_none() => {
                variable = Some(name.as_str());
            }
            OperandKind::Text(text) => texts.push(text.as_str()),
            _ => return None,
        }
    }
    Some((variable?, texts)).filter(|it| !it.1.is_empty())
}

fn either(operands: &[Operand]) -> Option<(&str, Vec<&str>)> {
    let mut parts = operands.iter().map(of_operand);
    let (variable, mut texts) = parts.next()??;
    for part in parts {
        let (other, more) = part?;
        if other != variable {
            return None;
        }
        texts.extend(more);
    }
    Some((variable, texts))
}
