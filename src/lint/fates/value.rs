//! Overrides whose value does not fit, or not as before.

use super::replaced::is_doubtful;
use super::select;
use super::words::{named, short, subject, telling, with_note};
use crate::finding::{Code, Finding, Severity, excerpt};
use crate::lint::Context;
use crate::liveness::{Caveat, Fate, ShapeChange, Status};
use crate::manifest::looks_like_credential;

/// Overrides whose value cannot stand there any more.
pub(in crate::lint) fn type_changed(context: &Context<'_>) -> Vec<Finding> {
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
            let place = if fate.before.contains(&shape.key) {
                "there".to_owned()
            } else {
                format!("at {}", named(&shape.key))
            };
            let message = format!(
                "{} is set to a single value, but {} has a {} {place} in place of a {}{}",
                subject(story, fate),
                fate.to,
                if shape.new == "value" { "single value" } else { shape.new },
                shape.old,
                likely(fate).unwrap_or_else(|| below(&shape.below))
            );
            let lines = fate.changes.iter().flat_map(telling);
            finding(message, remedy_of_type(fate, shape))
                .evidence_all(shape.evidence.clone())
                .evidence_all(lines)
        },
    )
}

fn remedy_of_type(fate: &Fate, shape: &ShapeChange) -> String {
    const RANDOM: &str = "Left beside them, the old key would win or lose at random.";
    let (to, new) = (&fate.to, short(fate, &fate.after));
    match shape.new {
        _ if fate.after != fate.before && is_doubtful(fate) => format!(
            "Before the hop to {to}, replace the override by keys below it, such as {new}, once you \
             have made sure what they mean. {RANDOM}"
        ),
        _ if fate.after != fate.before => {
            format!("Before the hop to {to}, replace the override by {new}. {RANDOM}")
        }
        "list" => "Overrides cannot write lists: remove the override before the hop, and look for \
                   another way to set it."
            .to_owned(),
        "value" => format!(
            "Before the hop to {to}, replace the override by {}, and by nothing below it.",
            named(&shape.key)
        ),
        _ => format!("Before the hop to {to}, replace the override by keys below it. {RANDOM}"),
    }
}

/// The keys that took the place of the old value, where the charts tell.
fn likely(fate: &Fate) -> Option<String> {
    let change = fate.changes.iter().find(|it| !it.to.is_empty())?;
    let (keys, confidence) = (short(fate, &fate.after), change.confidence().percent());
    Some(if is_doubtful(fate) {
        format!("; {keys} may be what it set (confidence {confidence} %)")
    } else {
        format!("; what it set is {keys} now (confidence {confidence} %)")
    })
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
pub(in crate::lint) fn cut(context: &Context<'_>) -> Vec<Finding> {
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

/// Overrides over a default that changed.
pub(in crate::lint) fn default_changed(context: &Context<'_>) -> Vec<Finding> {
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
pub(super) fn default_words(fate: &Fate) -> Option<String> {
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
pub(in crate::lint) fn empty(context: &Context<'_>) -> Vec<Finding> {
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
