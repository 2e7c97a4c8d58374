//! Overrides that nothing reads.

use super::replaced::guide_lines;
use super::select;
use super::words::{short, subject, with_note};
use crate::finding::{Code, Finding, Severity};
use crate::lint::Context;
use crate::liveness::{Fate, Status};
use crate::overrides::OverrideKey;

/// So many names are listed in a sentence.
const LISTED: usize = 4;

/// Overrides that nothing takes the place of.
pub(in crate::lint) fn removed(context: &Context<'_>) -> Vec<Finding> {
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
    let (near, they) = match near.as_slice() {
        [one] => (format!("key is {one}"), "it"),
        more => (format!("keys are {}", more.join(", ")), "them"),
    };
    format!("; the nearest new {near}, but too little speaks for {they}")
}

/// Overrides that have no effect before the first hop and gain none on the way.
pub(in crate::lint) fn dead(context: &Context<'_>) -> Vec<Finding> {
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
