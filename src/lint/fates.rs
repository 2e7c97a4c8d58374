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
use crate::finding::{Code, Evidence, Finding};
use crate::liveness::{Fate, Status, Story};
use crate::overrides::Override;

mod lost;
mod replaced;
mod value;
mod words;

pub(super) use lost::{dead, removed};
pub(super) use replaced::replaced;
pub(super) use value::{cut, default_changed, empty, type_changed};

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
    Evidence::at(&*entry.source, entry.line, &entry.key.key).column(entry.column)
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
        let mut known = BTreeSet::new();
        told.evidence.retain(|it| known.insert(it.clone()));
        told
    });
    told.collect()
}
