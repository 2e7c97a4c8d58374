//! Rows of tables whose columns are hops: what stays the same over several hops is one wide cell.

use maud::{Markup, html};

use super::words::sign;

/// What a hop does to the thing of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The class, which gives the colour.
    pub(super) class: &'static str,
    /// The sign; empty where there is nothing to see.
    pub(super) sign: &'static str,
    /// The same in words.
    pub(super) words: String,
    /// Whether equal neighbours are one cell.
    pub(super) is_quiet: bool,
    /// The finding that says more.
    pub(super) link: Option<String>,
}

impl Cell {
    /// A cell like its neighbours.
    pub(super) fn quiet(class: &'static str, sign: &'static str, words: &str) -> Self {
        Self { class, sign, words: words.to_owned(), is_quiet: true, link: None }
    }

    /// A cell of its own.
    pub(super) fn event(class: &'static str, sign: &'static str, words: String) -> Self {
        Self { class, sign, words, is_quiet: false, link: None }
    }
}

/// The cells of a row.
pub(super) fn cells(cells: &[Cell]) -> Markup {
    html! {
        @for run in cells.chunk_by(|one, other| one.is_quiet && one == other) {
            td class=(run[0].class) colspan=[(1 < run.len()).then_some(run.len())] { (content(&run[0])) }
        }
    }
}

fn content(cell: &Cell) -> Markup {
    let inner = html! {
        @if cell.sign.is_empty() { b { (cell.words) } } @else { (sign(cell.sign, &cell.words)) }
    };
    html! { @if let Some(id) = &cell.link { a href=(format!("#{id}")) { (inner) } } @else { (inner) } }
}

/// A table that scrolls sideways where the page is too narrow for it.
pub(super) fn table(label: &str, first: &str, columns: &[String], body: &Markup) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(label) {
            table.runs {
                thead {
                    tr {
                        th scope="col" { (first) }
                        @for it in columns { th scope="col" { (it) } }
                    }
                }
                (body)
            }
        }
    }
}

/// What the signs of a table say.
pub(super) fn legend<'a>(signs: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Markup {
    html! {
        ul.legend {
            @for (class, sign, meaning) in signs {
                li { i class=(class) aria-hidden="true" { (sign) } " " (meaning) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_quiet_neighbours_are_one_cell_and_events_never_are() {
        let live = Cell::quiet("live", "·", "live");
        let event = Cell::event("gone", "✗", "removed".to_owned());
        let row = [live.clone(), live.clone(), event.clone(), event, live];
        let html = cells(&row).into_string();
        assert_eq!(html.matches("<td").count(), 4);
        assert!(html.starts_with("<td class=\"live\" colspan=\"2\"><i aria-hidden=\"true\">·</i>"));
    }
}
