//! Overrides that live on under another key.

use super::select;
use super::value::default_words;
use super::words::{short, subject, telling, with_note};
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::lint::Context;
use crate::liveness::{Caveat, Fate, SURE, Status, is_inverted};
use crate::overrides::{MoveKind, OverrideKey};

/// Overrides that live on under another key.
pub(in crate::lint) fn replaced(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.status.has_successor(),
        |story, fate| {
            let verb = if fate.after.len() == 1 { "takes" } else { "take" };
            let lost = match fate.caveat {
                Some(Caveat::Fallback) => "is read by {} only while its successor is not set",
                Some(Caveat::Idle) => "has no effect, and {} drops it",
                Some(Caveat::Unlisted) => "is not among the values of {} any more",
                _ => "is no longer read by {}",
            };
            let message = format!(
                "{} {}; {} {verb} its place ({}{}){}{}",
                subject(story, fate),
                lost.replace("{}", &fate.to.to_string()),
                short(fate, &fate.after),
                fate.status.as_str(),
                proof(fate),
                default_words(fate).map(|it| format!("; {it}")).unwrap_or_default(),
                with_note(fate)
            );
            let finding = Finding::new(Code::OverrideRenamed, story.entry.key.to_string(), message);
            let lines = fate.changes.iter().flat_map(telling);
            let finding = if is_migrated(context, fate) {
                let message = format!("{}; the plan migrates it", finding.message);
                Finding { message, ..finding }
                    .severity(Severity::Info)
                    .remedy("Nothing to do: see the steps `migrate` of the hop.")
            } else {
                finding.severity(severity_of_replaced(fate)).remedy(remedy_of_replaced(fate))
            };
            finding
                .evidence_all(lines)
                .evidence_all(guide_lines(context, fate))
                .evidence_all(stated(fate))
        },
    )
}

/// Whether the plan itself sets the successors and removes the keys.
fn is_migrated(context: &Context<'_>, fate: &Fate) -> bool {
    let moves = context.simulated.map(|it| it.moves.as_slice()).unwrap_or_default();
    let is_moved = |key: &OverrideKey| {
        moves.iter().any(|it| match &it.what {
            MoveKind::Remove { successor } => {
                it.at.key == *key && fate.after.contains(&successor.key)
            }
            MoveKind::Set { .. } => false,
        })
    };
    let mut gone = fate.before.iter().filter(|it| !fate.after.contains(it)).peekable();
    gone.peek().is_some() && gone.all(is_moved)
}

fn severity_of_replaced(fate: &Fate) -> Severity {
    match (fate.is_prepared, fate.caveat) {
        (true, _) => Severity::Info,
        (_, Some(_)) => Severity::Warning,
        _ => Severity::Blocker,
    }
}

/// How sure the successors are, and why.
fn proof(fate: &Fate) -> String {
    const REASONS: usize = 3;
    let Some(change) = fate.changes.iter().find(|it| !it.to.is_empty()) else {
        return String::new();
    };
    if let Some(fact) = &change.documented {
        return format!(", documented: {}", fact.note);
    }
    let reasons = change.reasons();
    let reasons: Vec<_> = reasons.iter().take(REASONS).map(String::as_str).collect();
    let confidence = change.confidence().percent();
    if reasons.is_empty() {
        return format!(", confidence {confidence} %");
    }
    format!(", confidence {confidence} %: {}", reasons.join("; "))
}

fn remedy_of_replaced(fate: &Fate) -> String {
    let (old, new) = (short(fate, &fate.before), short(fate, &fate.after));
    if fate.is_prepared {
        return format!("Your files set {new} already; remove {old} after the hop to {}.", fate.to);
    }
    let stated = fate.changes.iter().any(|it| it.documented.is_some());
    let inverted =
        fate.before.iter().any(|a| fate.after.iter().any(|b| is_inverted(&a.key, &b.key)));
    let how = match fate.status {
        _ if stated => "as its document describes",
        _ if fate.caveat == Some(Caveat::Idle) => "if you want the effect that you lack today",
        _ if inverted => "to the opposite value, if it means that",
        _ if is_doubtful(fate) => "to the same value, if it means the same",
        Status::Split => "each to the value that it needs",
        Status::Merged => "once, to the value that you need",
        _ => "to the same value",
    };
    if fate.caveat == Some(Caveat::Converted) {
        return format!(
            "After the hop to {}, check that the Secret it made sets {new} as you need it, and add \
             what is missing.",
            fate.to
        );
    }
    if fate.is_nested() {
        return format!(
            "Before the hop to {}, set {new} {how} and remove {old} in the same step: side by side \
             the operator would keep the one or the other at random.",
            fate.to
        );
    }
    format!("Before the hop to {}, set {new} {how}; after it, remove {old}.", fate.to)
}

/// Whether a person ought to look at the successors before setting them.
pub(super) fn is_doubtful(fate: &Fate) -> bool {
    fate.changes.iter().any(|it| !it.to.is_empty() && it.confidence().percent() < SURE)
}

/// Lines of guides that name the old key.
pub(super) fn guide_lines(context: &Context<'_>, fate: &Fate) -> Vec<Evidence> {
    let texts = context.guide.guides.iter().map(|it| &it.text);
    let texts: Vec<_> = texts.chain(context.guide.notes.iter().map(|it| &it.text)).collect();
    let lines = fate.before.iter().flat_map(|key| {
        texts.iter().filter_map(|text| Some(text.evidence(text.mentions_key(&key.key)?)))
    });
    lines.collect()
}

fn stated(fate: &Fate) -> Vec<Evidence> {
    let facts = fate.changes.iter().filter_map(|it| it.documented.as_ref());
    let lines = facts.map(|it| crate::release::Facts::evidence(&format!("to: \"{}\"", it.to)));
    lines.collect()
}
