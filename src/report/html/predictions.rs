//! What happens to every object in the cluster.

use maud::{Markup, html};

use super::hop::part;
use super::sides::{Heads, fields};
use super::words::{code, codes, counts, sentence};
use crate::report::PredictionReport;

const VERBS: [&str; 6] =
    ["rejected", "deleted", "created", "configured", "left-behind", "unchanged"];

/// The predictions of a hop, for a cluster or for a clean install.
pub(super) fn predictions(all: &[PredictionReport], is_cluster: bool) -> Markup {
    let count = |verb| all.iter().filter(|it| it.verb == verb).count();
    let gist = counts(&VERBS.map(|it| (count(it), it)));
    let unchanged = all.iter().filter(|it| it.verb == "unchanged").map(|it| it.object.as_str());
    let body = html! {
        @if !is_cluster { p { "This is what happens to a clean install; no state of a cluster was given." } }
        ul.lines { @for it in all.iter().filter(|it| it.verb != "unchanged") { li { (line(it)) } } }
        @if 0 < count("unchanged") { p { "Unchanged: " (codes(unchanged)) } }
    };
    part("What happens in the cluster", &gist, &body)
}

fn names(all: &[String]) -> Markup {
    codes(all.iter().map(String::as_str))
}

fn line(it: &PredictionReport) -> Markup {
    let heads = Heads { old: "before", new: "after" };
    html! {
        b { (it.verb) } " " (code(&it.object))
        @if let Some(why) = &it.reason {
            ": " (sentence(why))
            @if let Some(first) = &it.first_at { " The same happens first at " (first) "." }
        }
        @if it.verb == "configured" && it.fields.is_empty() { ", to the same values otherwise written" }
        @if !it.resets.is_empty() { p { "Undoes your edits of " (names(&it.resets)) "." } }
        @if !it.kept.is_empty() { p { "Keeps your values of " (names(&it.kept)) "." } }
        (fields(heads, &it.fields))
    }
}
