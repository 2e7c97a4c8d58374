//! What the operator does at a hop, as Markdown.

use super::syntax::{code, details, escape};
use crate::report::{ComponentReport, OperatorReport};

/// Start, waits, failures and every component, folded.
pub(super) fn section(operator: &OperatorReport) -> String {
    let head = format!(
        "{}.\n\n{}.\n\n{}\n\n",
        escape(&capital(&operator.starts)),
        escape(&capital(&operator.waits)),
        escape(&operator.on_failure)
    );
    let components: String = operator.components.iter().map(line).collect();
    let title = format!("What the operator does (Helm {})", operator.helm);
    details(&title, &format!("{head}{components}"))
}

fn line(it: &ComponentReport) -> String {
    let why = it.why.as_ref().map(|it| format!(": {}", escape(it))).unwrap_or_default();
    format!("- **{}** {}{why}\n", it.action, code(&it.name))
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}
