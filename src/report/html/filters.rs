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
        div.filters role="search" aria-label="Filter the report" {
            details {
                summary { "Filter" }
                form { (fields(&names)) }
            }
            p role="status" {}
        }
    }
}

fn fields(components: &BTreeSet<&str>) -> Markup {
    const SHOWN: [(&str, &str); 4] = [
        ("blocker", "✖ blockers"),
        ("warning", "▲ warnings"),
        ("info", "● notes"),
        ("accepted", "✓ accepted"),
    ];
    html! {
        fieldset {
            legend { "Show" }
            @for (value, words) in SHOWN {
                label { input type="checkbox" name="show" value=(value) checked; " " (words) }
            }
        }
        label {
            "Component "
            select name="component" {
                option value="" { "all" }
                @for it in components { option value=(it) { (it) } }
            }
        }
        label { "Text " input type="search" name="text"; }
        span.buttons {
            button type="reset" { "Show all" }
            button type="button" data-do="open" { "Open everything" }
            button type="button" data-do="close" { "Close everything" }
        }
    }
}
