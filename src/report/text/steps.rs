//! What is to be done in a hop, as text: steps, checklist, files.

use crate::plan::Step;
use crate::report::layout::Page;
use crate::report::{ArtifactReport, ChecklistItem, HopReport};

pub(super) fn steps(page: &mut Page, hop: &HopReport) {
    let Some(steps) = &hop.steps else { return };
    page.heading("  Steps");
    if let Some(command) = hop.procedure.as_ref().and_then(|it| it.documented_command.as_ref()) {
        page.wrapped(
            "    ",
            "The documentation of this release uses the Kyma CLI instead of the steps below:",
        );
        page.command(4, command);
    }
    for (step, number) in steps.iter().zip(1..) {
        step_lines(page, step, number);
    }
}

fn step_lines(page: &mut Page, step: &Step, number: usize) {
    let wait = step.wait.as_ref().map(|it| format!("; wait until: {it}")).unwrap_or_default();
    let text = format!("{} {}{wait}", step.action.as_str(), step.target);
    page.wrapped(&format!("    {number}. "), &text);
    if let Some(command) = &step.command {
        page.command(7, command);
    }
    if let Some(note) = &step.note {
        page.wrapped("       ", note);
    }
}

pub(super) fn checklist(page: &mut Page, hop: &HopReport) {
    let items = hop.guide.as_ref().map(|it| it.checklist.as_slice()).unwrap_or_default();
    let mut source = "";
    let mut heading = "";
    for item in items {
        if source != item.source {
            page.heading(&format!("  Checklist of {}", item.source));
            source = &item.source;
        }
        if heading != item.heading {
            page.wrapped("    ", &item.heading);
            heading = &item.heading;
        }
        checklist_item(page, item);
    }
}

fn checklist_item(page: &mut Page, item: &ChecklistItem) {
    let sign = if item.kind == "note" || item.kind == "caution" { "  ! " } else { "[ ] " };
    let when = if item.when == "unstated" { String::new() } else { format!("{}: ", item.when) };
    let destroys = if item.destructive { "DESTROYS DATA: " } else { "" };
    page.wrapped(&format!("    {sign}"), &format!("{destroys}{when}{}", item.text));
    if let Some(command) = &item.command {
        page.command(8, command);
    }
}

pub(super) fn artifacts(page: &mut Page, artifacts: &[ArtifactReport]) {
    if artifacts.is_empty() {
        return;
    }
    page.heading("  Files");
    for it in artifacts {
        let digest = it.sha256.get(..19).unwrap_or(&it.sha256);
        page.wrapped("    ", &format!("{} ({} bytes, {digest}…)", it.url, it.bytes));
    }
}
