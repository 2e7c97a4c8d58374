//! Overrides × hops. Where no overrides of the user are known, the release's own keys.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Page;
use super::runs::{Cell, cells, legend, table};
use super::steps::tick;
use super::words::{code, prose};
use crate::overrides::OverrideKey;
use crate::report::user_overrides::matrix::{Mark, Matrix, Row, columns, groups, scope};
use crate::report::user_overrides::migration;
use crate::report::user_overrides::summary;
use crate::report::user_overrides::todo::{INTRODUCTION, Todo, todos};
use crate::report::{OverridesReport, Report};

/// The heading of the section.
pub(super) fn title(report: &Report) -> &'static str {
    if report.user_overrides.is_some() { "Your overrides" } else { "Override keys of the releases" }
}

/// The section; none where the report knows no overrides.
pub(super) fn overrides(page: &Page<'_>) -> Option<Markup> {
    if page.report.user_overrides.is_none() {
        return own_keys(page.report);
    }
    let matrix = Matrix::new(page.report);
    let todos = todos(page.report);
    Some(html! {
        @if let Some(sentence) = summary::sentence(page.report) { p { (prose(&sentence)) } }
        @if let Some(matrix) = &matrix { (marks(page, matrix)) }
        @if !todos.is_empty() {
            h3 { "What to do about your overrides" }
            p { (INTRODUCTION) }
            @for it in &todos { (todo(it)) }
        }
        (migrated(page.report))
    })
}

fn marks(page: &Page<'_>, matrix: &Matrix<'_>) -> Markup {
    let links = Links::new(page);
    let signs = matrix.legend().into_iter().map(|it| (class(it), it.symbol(), it.meaning()));
    let body = html! {
        @for rows in groups(&matrix.rows) {
            tbody {
                tr { th.group scope="rowgroup" colspan=(matrix.columns.len() + 1) {
                    (scope(rows[0].own.component.as_deref()))
                } }
                @for row in rows { (line(row, matrix, &links)) }
            }
        }
    };
    html! {
        @if !matrix.rows.is_empty() {
            (legend(signs))
            (table("Your overrides, hop by hop", "Override", &matrix.columns, &body))
        }
        @if !matrix.live.is_empty() {
            details.part {
                summary { (matrix.others()) }
                ul.lines {
                    @for it in &matrix.live {
                        li { (scope(it.own.component.as_deref())) ": " (code(&it.own.key)) (it.suffix()) }
                    }
                }
            }
        }
    }
}

fn line(row: &Row<'_>, matrix: &Matrix<'_>, links: &Links<'_>) -> Markup {
    let name = row.own.name().to_string();
    let hops = row.own.hops.iter().zip(&row.marks).zip(&matrix.columns);
    let all = hops.map(|((hop, mark), column)| match mark {
        Mark::Live | Mark::Dead | Mark::Unknown => {
            Cell::quiet(class(*mark), mark.symbol(), mark.meaning())
        }
        Mark::Replaced => {
            let to = hop.rename.iter().flat_map(|it| &it.to).map(ToString::to_string);
            let to: Vec<_> = to.collect();
            let words = format!("{} at {column}: {}", hop.status.as_str(), to.join(" and "));
            links.to(Cell::event(class(*mark), mark.symbol(), words), &hop.to, &name)
        }
        _ => {
            let words = format!("{} at {column}", mark.meaning());
            links.to(Cell::event(class(*mark), mark.symbol(), words), &hop.to, &name)
        }
    });
    let all: Vec<_> = all.collect();
    html! {
        tr.row data-c=[row.own.component.as_deref()] {
            th scope="row" { (code(&row.own.key)) (row.suffix()) }
            (cells(&all))
        }
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Live => "m-live",
        Mark::OtherDefault | Mark::NowDefault => "m-note",
        Mark::Replaced | Mark::TypeChanged => "m-stop",
        Mark::Removed => "m-lost",
        Mark::Dead | Mark::Unknown => "m-none",
    }
}

/// The findings about overrides by hop and key.
struct Links<'a>(BTreeMap<(String, &'a str), &'a str>);

impl<'a> Links<'a> {
    fn new(page: &'a Page<'_>) -> Self {
        let all = page.report.all_findings();
        let all = all.filter(|it| it.code.as_str().starts_with("override-"));
        let mut links = BTreeMap::new();
        for it in all {
            let hop = it.hop.as_ref().map(ToString::to_string).unwrap_or_default();
            links.entry((hop, it.subject.as_str())).or_insert_with(|| page.ids.of(it));
        }
        Self(links)
    }

    fn to(&self, cell: Cell, hop: &str, name: &'a str) -> Cell {
        let link = self.0.get(&(hop.to_owned(), name)).map(|it| (*it).to_owned());
        Cell { link, ..cell }
    }
}

fn todo(todo: &Todo) -> Markup {
    html! {
        h4 { (todo.when) " " (todo.to) }
        ul.ticks {
            @for it in &todo.items {
                @let words = it.words(|key| format!("`{key}`"));
                li { (tick(&["todo", &todo.to, todo.when, &words], &prose(&words))) }
            }
        }
    }
}

fn migrated(report: &Report) -> Markup {
    let hops = migration::hops(report, |key| format!("`{key}`"));
    html! {
        @if !hops.is_empty() {
            h3 { (migration::TITLE) }
            p { (migration::INTRODUCTION) }
            ul.lines {
                @for hop in &hops {
                    li {
                        (hop.to) ": " (hop.files)
                        @if !hop.open.is_empty() { ul { @for it in &hop.open { li { (prose(it)) } } } }
                    }
                }
            }
        }
    }
}

/// What the hops do to the keys that the releases set themselves.
fn own_keys(report: &Report) -> Option<Markup> {
    const SIGNS: [(&str, &str, &str); 4] = [
        ("m-new", "+", "added"),
        ("m-note", "~", "set to another value"),
        ("m-stop", "→", "renamed, moved, split or merged"),
        ("m-lost", "✗", "removed"),
    ];
    let names = columns(&report.hops);
    let mut rows: BTreeMap<OverrideKey, Vec<Cell>> = BTreeMap::new();
    let quiet = || vec![Cell::quiet("m-none", "", "no change"); names.len()];
    for (place, overrides) in report.hops.iter().map(|it| &it.overrides).enumerate() {
        for (key, (class, sign, words)) in overrides.iter().flat_map(changed) {
            let words = format!("{words} at {}", names[place]);
            rows.entry(key).or_insert_with(quiet)[place] = Cell::event(class, sign, words);
        }
    }
    let body = html! {
        tbody {
            @for (key, all) in &rows {
                tr.row data-c=[key.component.as_deref()] {
                    th scope="row" { (code(&key.to_string())) }
                    (cells(all))
                }
            }
        }
    };
    (!rows.is_empty()).then(|| {
        html! {
            p { "These keys stand in the releases' own files. Give your override files with "
                code { "-f" } " to see what becomes of yours." }
            (legend(SIGNS.into_iter()))
            (table("Override keys of the releases, hop by hop", "Key", &names, &body))
        }
    })
}

type Sign = (&'static str, &'static str, String);

fn changed(overrides: &OverridesReport) -> Vec<(OverrideKey, Sign)> {
    let key = |component: &Option<String>, key: &str| OverrideKey::new(component.as_deref(), key);
    let added = overrides.added.iter().map(|it| (it.clone(), ("m-new", "+", "added".to_owned())));
    let removed =
        overrides.removed.iter().map(|it| (it.clone(), ("m-lost", "✗", "removed".to_owned())));
    let changed = overrides.changed.iter().map(|it| {
        (key(&it.component, &it.key), ("m-note", "~", "set to another value".to_owned()))
    });
    let renamed = overrides.renamed.iter().map(|it| {
        let to: Vec<_> = it.to.iter().map(ToString::to_string).collect();
        let words = format!("{} to {}", it.kind, to.join(" and "));
        (key(&it.component, &it.key), ("m-stop", "→", words))
    });
    added.chain(removed).chain(changed).chain(renamed).collect()
}
