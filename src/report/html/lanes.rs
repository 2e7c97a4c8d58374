//! Components as lanes over the hops.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::Page;
use super::runs::{Cell, cells, legend, table};
use super::words::{code, codes};
use crate::report::user_overrides::matrix::columns;
use crate::report::{ComponentsReport, HopReport, Report};

/// A class, a sign and what it says.
type Sign = (&'static str, &'static str, &'static str);

const UPGRADED: Sign = ("l-up", "↑", "upgraded");
const INSTALLED: Sign = ("l-new", "+", "installed");
const RENAMED: Sign = ("l-move", "→", "renamed");
const MOVED: Sign = ("l-move", "⇄", "moved to another namespace");
const LEFT: Sign = ("l-left", "◌", "left installed, nothing touches it");
const REMOVED: Sign = ("l-move", "⊖", "taken off the list, left installed");
const FAILS: Sign = ("l-fail", "✖", "its upgrade fails");
const ABSENT: Sign = ("l-none", "", "not there");

/// The names of all components that a report knows.
pub(super) fn names(report: &Report) -> BTreeSet<&str> {
    let own = report.user_overrides.iter().flatten().filter_map(|it| it.component.as_deref());
    report.hops.iter().flat_map(of_hop).chain(own).collect()
}

/// The components that a hop names.
fn of_hop(hop: &HopReport) -> impl Iterator<Item = &str> {
    let runs = hop.operator.iter().flat_map(|it| &it.components).map(|it| it.name.as_str());
    let lists = hop.components.iter().flat_map(|it| {
        let plain = it.added.iter().chain(&it.removed);
        let renamed = it.renamed.iter().flat_map(|it| [&it.from, &it.to]);
        plain.chain(renamed).chain(it.moved.iter().map(|it| &it.name)).map(String::as_str)
    });
    runs.chain(lists)
}

/// The section; none where no hop says anything about components.
pub(super) fn components(page: &Page<'_>) -> Option<Markup> {
    let report = page.report;
    let names: BTreeSet<&str> = report.hops.iter().flat_map(of_hop).collect();
    let rows = names.iter().map(|name| (*name, report.hops.iter().map(|hop| cell(hop, name))));
    let rows: BTreeMap<_, Vec<Cell>> = rows.map(|(name, row)| (name, row.collect())).collect();
    let plain = |row: &[Cell]| row.iter().all(|it| it.class == UPGRADED.0);
    let (calm, told): (Vec<_>, Vec<_>) = rows.into_iter().partition(|it| plain(&it.1));
    (!names.is_empty()).then(|| {
        html! {
            @if !told.is_empty() { (lanes(report, &told)) }
            @if !calm.is_empty() {
                p { (calm.len()) " components are upgraded at every hop: "
                    (codes(calm.iter().map(|it| it.0))) "." }
            }
        }
    })
}

fn lanes(report: &Report, rows: &[(&str, Vec<Cell>)]) -> Markup {
    let signs = [UPGRADED, INSTALLED, RENAMED, MOVED, REMOVED, LEFT, FAILS];
    let occurs = |sign: &Sign| rows.iter().flat_map(|it| &it.1).any(|it| it.sign == sign.1);
    let body = html! {
        tbody {
            @for (name, row) in rows {
                tr.row data-c=(name) { th scope="row" { (code(name)) } (cells(row)) }
            }
        }
    };
    html! {
        (legend(signs.into_iter().filter(occurs)))
        (table("Components, hop by hop", "Component", &columns(&report.hops), &body))
    }
}

/// What a hop does to a component: what changed on the list counts before what the operator does.
fn cell(hop: &HopReport, name: &str) -> Cell {
    let listed = hop.components.as_ref().and_then(|it| listed(it, name));
    let run = hop.operator.iter().flat_map(|it| &it.components).find(|it| it.name == name);
    let known = hop.operator.as_ref().is_some_and(|it| !it.components.is_empty());
    let action = run.map(|it| &*it.action);
    match (action, listed) {
        (Some("fails"), _) => event(FAILS, FAILS.2.to_owned()),
        (_, Some(cell)) => cell,
        (Some("install"), None) => event(INSTALLED, INSTALLED.2.to_owned()),
        (Some("left-installed"), None) => quiet(LEFT),
        (Some(_), None) => quiet(UPGRADED),
        (None, None) if known => quiet(ABSENT),
        (None, None) => Cell::quiet(ABSENT.0, "", "no change"),
    }
}

fn listed(components: &ComponentsReport, name: &str) -> Option<Cell> {
    let is = |it: &String| it == name;
    if let Some(it) = components.renamed.iter().find(|it| it.to == name) {
        return Some(event(RENAMED, format!("installed, takes the place of {}", it.from)));
    }
    if let Some(it) = components.renamed.iter().find(|it| it.from == name) {
        let words = format!("left installed, renamed to {}", it.to);
        return Some(event(REMOVED, words));
    }
    if let Some(it) = components.moved.iter().find(|it| it.name == name) {
        return Some(event(MOVED, format!("moved from namespace {} to {}", it.from, it.to)));
    }
    if components.added.iter().any(is) {
        return Some(event(INSTALLED, "added to the list and installed".to_owned()));
    }
    components.removed.iter().any(is).then(|| event(REMOVED, REMOVED.2.to_owned()))
}

fn event((class, sign, _): Sign, words: String) -> Cell {
    Cell::event(class, sign, words)
}

fn quiet((class, sign, words): Sign) -> Cell {
    Cell::quiet(class, sign, words)
}
