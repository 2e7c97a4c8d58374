//! What a hop does to the cluster, as text.

use super::Detail;
use super::changes::{counted, fields};
use crate::plan::PlannedMove;
use crate::report::layout::{Page, sanitize};
use crate::report::{ClusterReport, PredictionReport};

const VERBS: [&str; 6] =
    ["deleted", "created", "configured", "unchanged", "rejected", "left-behind"];

/// The predictions in one line: how many of each verb.
pub(super) fn line(predictions: &[PredictionReport]) -> String {
    let count = |verb| predictions.iter().filter(|it| it.verb == verb).count();
    counted(&VERBS.map(|it| (count(it), it)))
}

/// The edited keys that stay as they are; none where the plan keeps none.
pub(super) fn kept(predictions: &[PredictionReport]) -> Option<String> {
    let keys = predictions.iter().flat_map(|it| it.kept.iter().map(move |key| (key, &it.object)));
    let keys: Vec<_> = keys.map(|(key, object)| format!("{key} of {object}")).collect();
    (!keys.is_empty()).then(|| format!("your values of {}", some(&keys)))
}

/// The override keys that the plan moves itself; none where it moves none.
pub(super) fn moved(moves: &[PlannedMove]) -> Option<String> {
    let set = moves.iter().filter_map(|it| {
        let from = it.from.as_ref()?;
        Some(format!("{} → {} of {}", from.key, it.key, it.object))
    });
    let set: Vec<_> = set.collect();
    (!set.is_empty()).then(|| format!("the plan itself moves {}", some(&set)))
}

/// The first of many, and how many there are beside them.
fn some(all: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = all.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
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
