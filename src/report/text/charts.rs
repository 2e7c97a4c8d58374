//! What a hop does to the values of charts, as text.

use super::changes::counted;
use crate::report::ChartValues;
use crate::report::layout::Page;
use crate::report::user_overrides::charts::{SHOWN, renamed, rest};
use crate::report::user_overrides::matrix::scope;

pub(super) fn line(values: &ChartValues) -> String {
    let text = counted(&values.counts());
    if text == "no change" { text } else { format!("values: {text}") }
}

/// The lists behind the counts, each up to a length.
pub(super) fn lists(page: &mut Page, values: &ChartValues) {
    for it in values.renamed.iter().take(SHOWN) {
        page.wrapped("    > ", &renamed(it, ToOwned::to_owned));
    }
    more(page, values.renamed.len());
    for keys in values.removed[..SHOWN.min(values.removed.len())]
        .chunk_by(|one, other| one.component == other.component)
    {
        let names: Vec<_> = keys.iter().map(|it| it.key.as_str()).collect();
        let scope = scope(keys[0].component.as_deref());
        page.wrapped("    - ", &format!("{scope}: {}", names.join(", ")));
    }
    more(page, values.removed.len());
    for it in values.type_changed.iter().take(SHOWN) {
        let scope = scope(it.component.as_deref());
        page.wrapped("    ~ ", &format!("{scope}: {} takes a {} (was {})", it.key, it.to, it.from));
    }
    more(page, values.type_changed.len());
}

fn more(page: &mut Page, length: usize) {
    if let Some(rest) = rest(length) {
        page.wrapped("      ", &rest);
    }
}
