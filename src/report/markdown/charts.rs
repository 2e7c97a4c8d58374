//! What a hop does to the values of charts, as Markdown.

use super::lean::counts_cell;
use super::syntax::{code, details};
use crate::overrides::OverrideKey;
use crate::report::ChartValues;
use crate::report::user_overrides::charts::{SHOWN, renamed, rest};

/// The counts, and the lists behind them folded away.
pub(super) fn section(values: &ChartValues) -> String {
    let counts = counts_cell(&values.counts());
    let renames = items(&values.renamed, |it| renamed(it, code));
    let removed = items(&values.removed, |it| format!("removed {}", code(&it.to_string())));
    let types = items(&values.type_changed, |it| {
        let key = OverrideKey { component: it.component.clone(), key: it.key.clone() };
        format!("{} takes a {} (was {})", code(&key.to_string()), it.to, it.from)
    });
    match counts.as_str() {
        "" => "Values of charts: no change\n".to_owned(),
        _ => details(&format!("Values of charts: {counts}"), &[renames, removed, types].concat()),
    }
}

/// The first items of a list, and how many there are beside them.
fn items<T>(all: &[T], words: impl Fn(&T) -> String) -> String {
    let shown = all.iter().take(SHOWN).map(words);
    let lines = shown.chain(rest(all.len())).map(|it| format!("- {it}\n"));
    lines.collect()
}
