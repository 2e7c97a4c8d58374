//! What a hop does to the cluster, as text.

use super::Detail;
use super::changes::{counted, fields};
use crate::report::layout::{Page, sanitize};
use crate::report::{ClusterReport, PredictionReport};

const VERBS: [&str; 6] =
    ["deleted", "created", "configured", "unchanged", "rejected", "left-behind"];

/// The predictions in one line: how many of each verb.
pub(super) fn line(predictions: &[PredictionReport]) -> String {
    let count = |verb| predictions.iter().filter(|it| it.verb == verb).count();
    counted(&VERBS.map(|it| (count(it), it)))
}

/// The objects that do not stay as they are, with the fields that change.
pub(super) fn detail(page: &mut Page, predictions: &[PredictionReport], detail: Detail) {
    for it in predictions.iter().filter(|it| it.verb != "unchanged") {
        page.wrapped(&format!("    {:<11} ", it.verb), &format!("{}{}", it.object, aside(it)));
        if detail == Detail::Full || !it.resets.is_empty() {
            fields(page, &it.fields, detail);
        }
    }
}

fn aside(it: &PredictionReport) -> String {
    if let Some(reason) = &it.reason {
        let first = it.first_at.as_ref().map(|it| format!(" (as at {it})")).unwrap_or_default();
        return format!(": {}{first}", sanitize(reason));
    }
    let resets = it.resets.len();
    match (&*it.verb, it.fields.len()) {
        (_, _) if 0 < resets => {
            format!(", undoes {resets} edit{}", if resets == 1 { "" } else { "s" })
        }
        ("configured", 0) => ", to the same values otherwise written".to_owned(),
        ("configured", 1) => ", 1 field".to_owned(),
        ("configured", count) => format!(", {count} fields"),
        _ => String::new(),
    }
}

/// The cluster that was simulated.
pub(super) fn cluster(cluster: &ClusterReport) -> String {
    let objects = format!("{} ({} objects)", cluster.source, cluster.objects);
    if cluster.assumed.is_empty() {
        return objects;
    }
    format!("{objects}; as a clean install has them: {}", cluster.assumed.join(", "))
}
