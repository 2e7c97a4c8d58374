//! What a hop does to the cluster, as Markdown.

use super::hop::field;
use super::syntax::{code, details, escape};
use crate::report::PredictionReport;

/// The objects that do not stay as they are, folded.
pub(super) fn section(predictions: &[PredictionReport]) -> String {
    let told = predictions.iter().filter(|it| it.verb != "unchanged").map(line);
    let unchanged = predictions.iter().filter(|it| it.verb == "unchanged").count();
    let rest = format!("- {unchanged} objects stay as they are\n");
    details("What happens in the cluster", &told.chain([rest]).collect::<String>())
}

fn line(it: &PredictionReport) -> String {
    let reason = it.reason.as_ref().map(|it| format!(": {}", escape(it))).unwrap_or_default();
    let undone = |it: &String| ["  - undoes your edit of ", &code(it), "\n"].concat();
    let resets: String = it.resets.iter().map(undone).collect();
    let fields: String = it.fields.iter().map(field).collect();
    format!("- **{}** {}{reason}\n{resets}{fields}", it.verb, code(&it.object))
}
