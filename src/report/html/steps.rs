//! What is to be done in a hop: steps, and the checklists of its guides.

use maud::{Markup, html};

use super::ids::{mark, slug};
use super::words::{code, command, prose, sentence, stopped};
use crate::plan::Step;
use crate::report::{ChecklistItem, HopReport};

/// What a step is called in links.
pub(super) fn id(step: &str) -> String {
    format!("s-{}", slug(step))
}

/// A box to tick, with its label. The parts tell it from others; a tick holds as long as they do.
pub(super) fn tick(parts: &[&str], label: &Markup) -> Markup {
    html! {
        label { input type="checkbox" data-t=(mark(parts)); span { (label) } }
    }
}

/// The steps of a hop in order.
pub(super) fn steps(hop: &HopReport, steps: &[Step]) -> Markup {
    let documented = hop.procedure.as_ref().and_then(|it| it.documented_command.as_ref());
    let no_return = hop.point_of_no_return.as_ref();
    html! {
        @if let Some(it) = documented {
            p { "The documentation of this release uses the Kyma CLI instead of the steps below:" }
            (command(it))
        }
        ol.steps {
            @for it in steps {
                li id=(id(&it.id)) {
                    @if let Some(why) = no_return.filter(|point| point.step == it.id).map(|it| &it.why) {
                        p.no-return {
                            "⚑ " b { "Point of no return." }
                            " From here on there is no way back but a backup: " (stopped(why))
                        }
                    }
                    (step(it))
                }
            }
        }
    }
}

fn step(it: &Step) -> Markup {
    let label = html! { b { (it.action.as_str()) } " " (code(&it.target)) };
    html! {
        (tick(&["step", &it.digest], &label))
        @if let Some(it) = &it.command { (command(it)) }
        @if let Some(it) = &it.wait { p { b { "Wait until: " } (prose(it)) } }
        @if let Some(it) = &it.note { p.note { (sentence(it)) } }
    }
}

/// The checklists of a hop's guides and release notes.
pub(super) fn checklist(items: &[ChecklistItem]) -> Markup {
    html! {
        @for of_source in items.chunk_by(|one, other| one.source == other.source) {
            p { "From " (code(&of_source[0].source)) }
            @for of_heading in of_source.chunk_by(|one, other| one.heading == other.heading) {
                @if !of_heading[0].heading.is_empty() { p.heading { b { (prose(&of_heading[0].heading)) } } }
                ul.ticks { @for it in of_heading { li { (item(it)) } } }
            }
        }
    }
}

fn item(it: &ChecklistItem) -> Markup {
    let label = html! {
        @if it.when != "unstated" { span.tag { (it.when) } " " }
        @if it.destructive { span.tag.blocker { "✖ destroys data" } " " }
        (prose(&it.text))
    };
    let is_remark = it.kind == "note" || it.kind == "caution";
    let (line, command_text) = (it.line.to_string(), it.command.as_deref().unwrap_or_default());
    html! {
        @if is_remark { p.remark { i aria-hidden="true" { "! " } (label) } }
        @else { (tick(&["item", &it.source, &line, &it.text, command_text], &label)) }
        @if let Some(it) = &it.command { (command(it)) }
    }
}
