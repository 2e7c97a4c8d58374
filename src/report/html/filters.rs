//! What narrows the findings and rows that are shown. The script gives it life and shows it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::Page;
use super::finding::component;

/// The bar with the filters; empty where there is nothing to filter.
pub(super) fn bar(page: &Page<'_>) -> Markup {
    if page.report.all_findings().next().is_none() && page.report.user_overrides.is_none() {
        return html! {};
    }
    let of_findings = page.report.all_findings().filter_map(|it| component(page, it));
    let own = page.report.user_overrides.iter().flatten().filter_map(|it| it.component.as_deref());
    let names: BTreeSet<&str> = of_findings.chain(own).collect();
    html! {
        form.filters role="search" aria-label="Filter the report" {
            fieldset {
                legend { "Show" }
                @for (value, words) in [("blocker", "✖ blockers"), ("warning", "▲ warnings"), ("info", "● notes"), ("accepted", "✓ accepted")] {
                    label { input type="checkbox" name="show" value=(value) checked autocomplete="off"; " " (words) }
                }
            }
            label { "Component "
                select name="component" autocomplete="off" {
                    option value="" { "all" }
                    @for it in names { option value=(it) { (it) } }
                }
            }
            label { "Text " input type="search" name="text" autocomplete="off"; }
            span.buttons {
                button type="reset" { "Show all" }
                button type="button" data-do="open" { "Open everything" }
                button type="button" data-do="close" { "Close everything" }
            }
            p role="status" {}
        }
    }
}
