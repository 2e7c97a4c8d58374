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
    if values.renamed.is_empty() && values.removed.is_empty() && values.type_changed.is_empty() {
        return;
    }
    page.heading("  Values of charts");
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

#[cfg(test)]
mod tests {
    use super::super::{Detail, text};
    use crate::report::user_overrides::tests::{key, replaced, report};
    use crate::report::{ChartValues, Style, TypeChange};

    #[test]
    fn the_lists_behind_the_counts_are_shown_on_demand_and_bounded() {
        let renamed = replaced(&key("a", "old"), &key("b", "new"), 0).hops[0].rename.clone();
        let values = ChartValues {
            removed: (0..52).map(|it| key("a", &format!("key{it}"))).collect(),
            renamed: renamed.into_iter().collect(),
            type_changed: vec![TypeChange {
                component: None,
                key: "global.x".to_owned(),
                from: "list".into(),
                to: "map".into(),
            }],
            defaults_changed: 7,
        };
        let mut report = report(Vec::new());
        report.hops[0].chart_values = Some(values);
        let print = |detail| text(&report, Style { width: 100, color: false }, detail);
        let line = "  charts      values: 52 removed, 1 renamed, 1 with another type, 7 with another \
                    default\n";
        for detail in [Detail::Summary, Detail::Normal] {
            let text = print(detail);
            assert!(text.contains(line) && !text.contains("key0"), "{text}");
        }
        let text = print(Detail::Full);
        for expected in [
            "\n  Values of charts\n    > old → b:new (a, 97 %)\n    - a: key0, key1,",
            " key49\n      … and 2 more; the JSON report lists all\n",
            "\n    ~ all components: global.x takes a map (was list)\n",
        ] {
            assert!(text.contains(expected), "{text}");
        }
    }
}
