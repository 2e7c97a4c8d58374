//! What the operator does at a hop, as text.

use super::changes::counted;
use crate::report::OperatorReport;
use crate::report::layout::Page;

const ACTIONS: [(&str, &str); 4] = [
    ("upgrade", "upgraded"),
    ("install", "installed"),
    ("left-installed", "left installed"),
    ("fails", "FAILED"),
];

/// The names of the components with this action that `keep` keeps.
fn names<'a>(operator: &'a OperatorReport, action: &str, remarked: bool) -> Vec<&'a str> {
    let components = operator.components.iter();
    let found = components.filter(|it| it.action == action && it.why.is_some() == remarked);
    found.map(|it| it.name.as_str()).collect()
}

/// How many components are installed and upgraded, and which do not fit, in one line.
pub(super) fn line(operator: &OperatorReport) -> String {
    if operator.components.is_empty() {
        return operator.starts.clone();
    }
    let count = |action| operator.components.iter().filter(|it| it.action == action).count();
    let counts = counted(&ACTIONS.map(|(action, word)| (count(action), word)));
    let mut text = format!("Helm {}: {counts}", operator.helm);
    let fails = names(operator, "fails", true);
    if !fails.is_empty() {
        text = format!("{text}: {}", fails.join(", "));
    }
    let told: Vec<_> =
        ["install", "upgrade"].iter().flat_map(|it| names(operator, it, true)).collect();
    if !told.is_empty() {
        text = format!("{text}; -v says more about {}", told.join(", "));
    }
    text
}

/// Every component, and what to know about start, waits and failures.
pub(super) fn detail(page: &mut Page, operator: &OperatorReport) {
    page.heading("  Operator");
    page.wrapped("    start    ", &operator.starts);
    page.wrapped("    waits    ", &operator.waits);
    page.wrapped("    failure  ", &operator.on_failure);
    for (action, word) in ACTIONS {
        let plain = names(operator, action, false);
        if !plain.is_empty() {
            page.wrapped(&format!("    {word}: "), &plain.join(", "));
        }
        let told = operator.components.iter().filter(|it| it.action == action);
        for (it, why) in told.filter_map(|it| Some((it, it.why.as_ref()?))) {
            page.wrapped(&format!("    {word}: "), &format!("{}: {why}", it.name));
        }
    }
}
