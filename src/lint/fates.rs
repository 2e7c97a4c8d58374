//! Rules about what a hop does to the overrides of the user.
//!
//! # Decisions
//! * What makes a setting stop working although it lives on under another key, or makes Helm fail,
//!   blocks: nobody wants that to happen unseen. A setting that Kyma removed is a warning, because
//!   nothing can be set in its place.
//! * An override without effect is told once, at the first hop, and not at all if it gains its
//!   effect on the way: then it was set early.

use std::collections::BTreeSet;

use super::Context;
use crate::finding::{Code, Evidence, Finding, Severity, excerpt};
use crate::liveness::{Caveat, Fate, Status, Story};
use crate::manifest::{looks_like_credential, without_literal_credential};
use crate::overrides::{Override, OverrideKey};
use crate::rename::charts::KeyChange;

/// So many names are listed in a sentence.
const LISTED: usize = 4;

/// The code of what makes a setting stop working.
pub(super) fn code(status: Status) -> Option<Code> {
    match status {
        Status::Renamed | Status::Moved | Status::Split | Status::Merged => {
            Some(Code::OverrideRenamed)
        }
        Status::Removed => Some(Code::OverrideRemoved),
        Status::TypeChanged => Some(Code::OverrideTypeChanged),
        Status::Live | Status::Dead | Status::Unknown => None,
    }
}

/// The line of the user's file that sets an override, without its value.
pub(super) fn place(entry: &Override) -> Evidence {
    Evidence::at(&*entry.source, entry.line, &entry.key.key)
}

/// Fates at this hop. Overrides that stand under the same keys by now are told together: several
/// objects may set a key, and one may have become another.
fn fates<'a>(context: &Context<'a>) -> Vec<(&'a Story, &'a Fate, Vec<Evidence>)> {
    let mut found: Vec<(&Story, &Fate, Vec<Evidence>)> = Vec::new();
    for story in context.stories {
        let Some(fate) = story.fates.get(context.number) else { continue };
        let same = |it: &&mut (&Story, &Fate, Vec<Evidence>)| {
            it.1.before == fate.before && it.1.status == fate.status
        };
        let Some(known) = found.iter_mut().rev().find(same) else {
            found.push((story, fate, vec![place(&story.entry)]));
            continue;
        };
        known.2.push(place(&story.entry));
        if fate.before == [story.entry.key.clone()] {
            (known.0, known.1) = (story, fate);
        }
    }
    found
}

fn select(
    context: &Context<'_>,
    wanted: impl Fn(&Story, &Fate) -> bool,
    finding: impl Fn(&Story, &Fate) -> Finding,
) -> Vec<Finding> {
    let fates = fates(context).into_iter().filter(|it| wanted(it.0, it.1));
    let told = fates.map(|(story, fate, places)| {
        let mut told = finding(story, fate);
        told.evidence.splice(0..0, places);
        for line in &mut told.evidence {
            let shown = without_literal_credential(&line.text).len();
            line.text.truncate(shown);
        }
        let mut known = BTreeSet::new();
        told.evidence.retain(|it| known.insert(it.clone()));
        told
    });
    told.collect()
}

/// A key with its scope, as prose names it.
fn named(key: &OverrideKey) -> String {
    match &key.component {
        Some(component) => format!("`{}` of component {component}", key.key),
        None => format!("`{}` of all components", key.key),
    }
}

fn list(keys: &[OverrideKey]) -> String {
    keys.iter().map(named).collect::<Vec<_>>().join(" and ")
}

/// What the setting is called before the hop, and in the user's files if that differs.
fn subject(story: &Story, fate: &Fate) -> String {
    let own = &story.entry.key;
    match fate.before.as_slice() {
        [key] if key == own => named(key),
        keys => format!("{} (`{own}` in your files)", list(keys)),
    }
}

fn with_note(fate: &Fate) -> String {
    fate.note.as_ref().map(|it| format!("; {it}")).unwrap_or_default()
}

/// Overrides that live on under another key.
pub(super) fn replaced(context: &Context<'_>) -> Vec<Finding> {
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
                "{} {}; {} {verb} its place ({}{}){}",
                subject(story, fate),
                lost.replace("{}", &fate.to.to_string()),
                short(fate, &fate.after),
                fate.status.as_str(),
                proof(fate),
                default_words(fate).map(|it| format!("; {it}")).unwrap_or_default()
            );
            let finding = Finding::new(Code::OverrideRenamed, story.entry.key.to_string(), message);
            let lines = fate.changes.iter().flat_map(telling);
            finding
                .severity(severity_of_replaced(fate))
                .remedy(remedy_of_replaced(fate))
                .evidence_all(lines)
                .evidence_all(guide_lines(context, fate))
                .evidence_all(stated(fate))
        },
    )
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
    let how = match fate.status {
        _ if stated => "as its document describes",
        Status::Split => "each to the value that it needs",
        Status::Merged => "once, to the value that you need",
        _ => "to the same value",
    };
    if fate.is_nested() {
        return format!(
            "Before the hop to {}, set {new} {how} and remove {old} in the same step: side by side \
             the operator would keep the one or the other at random.",
            fate.to
        );
    }
    format!("Before the hop to {}, set {new} {how}; after it, remove {old}.", fate.to)
}

/// Keys as a sentence about this fate names them: without the component where all have the same.
fn short(fate: &Fate, keys: &[OverrideKey]) -> String {
    let scope = fate.before.first().map(|it| &it.component);
    let same = fate.before.iter().chain(&fate.after).all(|it| Some(&it.component) == scope);
    if !same {
        return list(keys);
    }
    keys.iter().map(|it| format!("`{}`", it.key)).collect::<Vec<_>>().join(" and ")
}

/// The lines of a change that tell most: of each key two that read it, and its default.
fn telling(change: &KeyChange) -> Vec<Evidence> {
    const READERS: usize = 2;
    let of_key = |lines: &[Evidence]| -> Vec<Evidence> {
        let (defaults, mut readers): (Vec<_>, Vec<_>) =
            lines.iter().cloned().partition(|it| it.source.ends_with("values.yaml"));
        let mut texts = BTreeSet::new();
        readers.retain(|it| texts.insert(it.text.clone()));
        readers.truncate(READERS);
        readers.into_iter().chain(defaults).collect()
    };
    let new = change.to.iter().flat_map(|it| of_key(&it.evidence));
    of_key(&change.evidence).into_iter().chain(new).collect()
}

/// Lines of guides that name the old key.
fn guide_lines(context: &Context<'_>, fate: &Fate) -> Vec<Evidence> {
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

/// Overrides that nothing takes the place of.
pub(super) fn removed(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.status == Status::Removed,
        |story, fate| {
            let later = story.fates[context.number..].iter().find(|it| it.status == Status::Live);
            let message = format!(
                "{} is no longer read by {}, and nothing takes its place{}{}{}",
                subject(story, fate),
                fate.to,
                with_note(fate),
                later.map(|it| format!("; {} reads it again", it.to)).unwrap_or_default(),
                nearest(fate)
            );
            let old = short(fate, &fate.before);
            let remedy = match later {
                Some(later) => format!(
                    "Make sure that everything before {} does without this setting; keep {old} if \
                     you want it back then.",
                    later.to
                ),
                None => format!(
                    "Make sure that {} does without this setting, then remove {old} after the hop.",
                    fate.to
                ),
            };
            Finding::new(Code::OverrideRemoved, story.entry.key.to_string(), message)
                .remedy(remedy)
                .evidence_all(fate.readers.clone())
                .evidence_all(guide_lines(context, fate))
        },
    )
}

fn nearest(fate: &Fate) -> String {
    let near: Vec<_> = fate.changes.iter().flat_map(|it| &it.nearest).take(LISTED).collect();
    if near.is_empty() {
        return String::new();
    }
    let near: Vec<_> = near.iter().map(|it| format!("`{it}`")).collect();
    format!("; the nearest keys are {}, but too little speaks for them", near.join(", "))
}

/// Keys of the component that are spelled alike.
fn alike(context: &Context<'_>, key: &OverrideKey) -> String {
    const SHOWN: usize = 3;
    const ALIKE: f32 = 0.85;
    let component = key.component.as_ref();
    let chart = component.and_then(|it| context.from.chart_index()?.get(it));
    let keys: Vec<&str> =
        chart.iter().flat_map(|it| it.values.keys().map(String::as_str)).collect();
    let close = similar::get_close_matches(key.key.as_str(), &keys, SHOWN, ALIKE);
    let close: Vec<_> = close.into_iter().map(|it| format!("`{it}`")).collect();
    if close.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", close.join(" or "))
}

/// Overrides whose value cannot stand there any more.
pub(super) fn type_changed(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.status == Status::TypeChanged,
        |story, fate| {
            let finding = |message, remedy| {
                Finding::new(Code::OverrideTypeChanged, story.entry.key.to_string(), message)
                    .remedy(remedy)
            };
            let Some(shape) = &fate.shape else {
                return finding(subject(story, fate), String::new());
            };
            let message = format!(
                "{} is set to a single value, but {} of {} {} where it held {}{}",
                subject(story, fate),
                named(&shape.key),
                fate.to,
                match shape.new {
                    "value" => "is a single value itself",
                    "list" => "is a list",
                    _ => "is a map",
                },
                article(shape.old),
                likely(fate).unwrap_or_else(|| below(&shape.below))
            );
            let remedy = match shape.new {
                _ if fate.after != fate.before => format!(
                    "Before the hop to {}, replace the override by {}; `a` beside `a.b` is \
                     resolved at random.",
                    fate.to,
                    short(fate, &fate.after)
                ),
                "list" => "Overrides cannot write lists: remove the override before the hop, and \
                           look for another way to set it."
                    .to_owned(),
                "value" => format!(
                    "Before the hop to {}, replace the override by {}, and by nothing below it.",
                    fate.to,
                    named(&shape.key)
                ),
                _ => format!(
                    "Before the hop to {}, replace the override by keys below it; `a` beside `a.b` \
                     is resolved at random.",
                    fate.to
                ),
            };
            let lines = fate.changes.iter().flat_map(telling);
            finding(message, remedy).evidence_all(shape.evidence.clone()).evidence_all(lines)
        },
    )
}

/// The keys that took the place of the old value, where the charts tell.
fn likely(fate: &Fate) -> Option<String> {
    let change = fate.changes.iter().find(|it| !it.to.is_empty())?;
    let confidence = change.confidence().percent();
    Some(format!("; what it set is {} now (confidence {confidence} %)", short(fate, &fate.after)))
}

fn article(shape: &str) -> String {
    format!("a {shape}")
}

fn below(keys: &[String]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let keys: Vec<_> = keys.iter().map(|it| format!("`{it}`")).collect();
    format!(" ({})", keys.join(", "))
}

/// Overrides of which a script reads the beginning only (kyma@1.10.0
/// resources/istio/files/job-script.sh).
pub(super) fn cut(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.caveat == Some(Caveat::Cut),
        |story, fate| {
            let message = format!(
                "{} is read by a script from {} on, which cuts values at a space and at a colon{}",
                subject(story, fate),
                fate.to,
                with_note(fate)
            );
            let remedy = "Write the value without spaces and colons, or look for another way to set \
                          it.";
            Finding::new(Code::OverrideTypeChanged, story.entry.key.to_string(), message)
                .severity(Severity::Warning)
                .remedy(remedy)
        },
    )
}

/// Overrides that have no effect before the first hop and gain none on the way.
pub(super) fn dead(context: &Context<'_>) -> Vec<Finding> {
    if context.number != 0 {
        return Vec::new();
    }
    select(
        context,
        |_, fate| fate.status == Status::Dead,
        |story, fate| {
            let gains = story.fates.iter().find(|it| it.status == Status::Live);
            let from = &context.hop.from;
            let message = match gains {
                Some(later) => format!(
                    "{} has no effect before {}; from then on it is read",
                    subject(story, fate),
                    later.to
                ),
                None => format!(
                    "{} has no effect: neither {from} nor any later release on the path reads it{}{}",
                    subject(story, fate),
                    with_note(fate),
                    alike(context, &story.entry.key)
                ),
            };
            let finding = Finding::new(Code::OverrideDead, story.entry.key.to_string(), message);
            match gains {
                Some(later) => finding
                    .severity(Severity::Info)
                    .remedy("Nothing to do, if it was set early on purpose.")
                    .evidence_all(later.readers.clone()),
                None => finding,
            }
        },
    )
}

/// Overrides over a default that changed.
pub(super) fn default_changed(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.status == Status::Live && (fate.default.is_some() || fate.equals_default),
        |story, fate| {
            let message = format!(
                "{} still counts, but {}",
                subject(story, fate),
                default_words(fate).unwrap_or_else(|| "its default changed".to_owned())
            );
            let mut finding =
                Finding::new(Code::OverrideDefaultChanged, story.entry.key.to_string(), message);
            if fate.equals_default {
                finding = finding.remedy(format!(
                    "After the hop to {} you can remove it: it sets the default.",
                    fate.to
                ));
            }
            let lines = fate.default.iter().flat_map(|it| it.evidence.clone());
            finding.evidence_all(lines)
        },
    )
}

/// What happens to the default under an override. A default may be a credential, too.
fn default_words(fate: &Fate) -> Option<String> {
    let change = fate.default.as_ref();
    let change = change.map(|it| {
        let secret = fate.after.iter().chain(&fate.before).any(|it| looks_like_credential(&it.key));
        let shown = |value: &Option<serde_json::Value>| match value {
            _ if secret => "(secret)".to_owned(),
            Some(value) => shorten(&value.to_string()),
            None => "a map".to_owned(),
        };
        if secret {
            return "the default under it changed".to_owned();
        }
        format!("the default under it changed from {} to {}", shown(&it.old), shown(&it.new))
    });
    match (change, fate.equals_default) {
        (Some(text), true) => Some(format!("{text}, which is what you set")),
        (None, true) => Some("the default is what you set now".to_owned()),
        (text, false) => text,
    }
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = excerpt(text);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

/// Overrides that are empty where a template insists on a value.
pub(super) fn empty(context: &Context<'_>) -> Vec<Finding> {
    select(
        context,
        |_, fate| fate.required.is_some(),
        |story, fate| {
            let message = format!(
                "{} is set to an empty text, but a template of {} fails without a value",
                subject(story, fate),
                fate.to
            );
            Finding::new(Code::OverrideEmpty, story.entry.key.to_string(), message)
                .evidence_all(fate.required.clone())
        },
    )
}
