//! What the hop asks of each key, by its stories.

use std::collections::BTreeMap;

use super::{Undecided, moves};
use crate::liveness::{Caveat, Fate, SURE, ShapeChange, Status, Story, is_inverted};
use crate::overrides::{NAMESPACE, OverrideKey};
use crate::rename::RenameKind;
use crate::rename::charts::{KeyChange, Successor};

/// Keys of the component istio that hold a whole document of a kind of their own. What becomes of
/// one in the other is nothing that a rename could do.
const DOCUMENTS: [&str; 2] = ["kyma_istio_control_plane", "kyma_istio_operator"];

/// What is to become of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    /// It stays. This beats everything else that other stories say of the key.
    Keep,
    /// A person has to decide.
    Ask(Undecided),
    /// Another key takes its place.
    Move { to: OverrideKey, why: String },
    /// Nothing takes its place.
    Drop { why: String },
    /// It was without effect before.
    Nothing,
}

impl Wish {
    fn weight(&self) -> u8 {
        match self {
            Self::Keep => 4,
            Self::Ask(_) => 3,
            Self::Move { .. } => 2,
            Self::Drop { .. } => 1,
            Self::Nothing => 0,
        }
    }
}

/// What hop `number` asks of each key. Where the objects that set a key fare differently, what
/// changes least counts.
pub(super) fn wishes(stories: &[Story], number: usize) -> BTreeMap<OverrideKey, Wish> {
    let mut wishes: BTreeMap<OverrideKey, Wish> = BTreeMap::new();
    for story in stories {
        let Some(fate) = story.fates.get(number) else { continue };
        for key in &fate.before {
            let wish = wish(story, number, (fate, key));
            let weight = wish.weight();
            let known = wishes.entry(key.clone()).or_insert_with(|| wish.clone());
            if known.weight() < weight {
                *known = wish;
            }
        }
    }
    wishes
}

fn wish(story: &Story, number: usize, (fate, key): (&Fate, &OverrideKey)) -> Wish {
    let is_elsewhere = story.entry.object.namespace.as_deref() != Some(NAMESPACE);
    if is_elsewhere {
        let decide = format!(
            "it stands in {}, where the operator does not look: change it by hand",
            story.entry.object
        );
        let proposals = fate.after.iter().filter(|it| *it != key).cloned().collect();
        return if fate.status.breaks() {
            ask(fate, key, &decide, proposals)
        } else {
            Wish::Nothing
        };
    }
    if let Some(change) = change(fate, key) {
        return moved(fate, key, change);
    }
    match fate.status {
        Status::Dead => Wish::Nothing,
        Status::Unknown => {
            let decide = "whether it is still read is unknown: there are no charts to look in";
            ask(fate, key, decide, Vec::new())
        }
        Status::TypeChanged => match &fate.shape {
            Some(shape) => retyped(fate, key, shape),
            None => Wish::Keep,
        },
        Status::Removed if is_lost(fate, key) => removed(story, number, (fate, key)),
        _ => Wish::Keep,
    }
}

/// What is known of a key that has successors.
fn change<'a>(fate: &'a Fate, key: &OverrideKey) -> Option<&'a KeyChange> {
    let is_taken = |it: &&KeyChange| {
        !it.to.is_empty() && it.to.iter().all(|successor| fate.after.contains(&successor.key))
    };
    let changes = fate.changes.iter().filter(|it| it.from == *key).find(is_taken);
    changes.filter(|_| fate.status.has_successor() && !fate.after.contains(key))
}

fn moved(fate: &Fate, key: &OverrideKey, change: &KeyChange) -> Wish {
    let proposals: Vec<_> = change.to.iter().map(|it| it.key.clone()).collect();
    let is_document = |it: &OverrideKey| DOCUMENTS.contains(&it.key.as_str());
    let states = change.documented.as_ref().filter(|_| change.kind == Some(RenameKind::Merged));
    match &change.to[..] {
        [only] if states.is_some() || is_document(&only.key) => {
            let note = states.map(|it| format!(" ({})", it.note)).unwrap_or_default();
            let decide = format!("write it into the document that `{}` holds{note}", only.key.key);
            ask(fate, key, &decide, proposals)
        }
        [only] if fate.caveat == Some(Caveat::Converted) => {
            let note = fate.note.clone().unwrap_or_default();
            let decide = format!("check after the hop that `{}` is set: {note}", only.key);
            ask(fate, key, &decide, proposals)
        }
        [only] if fate.caveat == Some(Caveat::Idle) => {
            let decide = format!(
                "`{}` would give the setting the effect that it does not have today: set it if you \
                 want that",
                only.key
            );
            ask(fate, key, &decide, proposals)
        }
        [only] if only.confidence.percent() < SURE || is_inverted(&key.key, &only.key.key) => {
            let why = why(fate, only, change.kind);
            let decide = format!("set `{}` if it means the same ({why})", only.key);
            ask(fate, key, &decide, proposals)
        }
        [only] => Wish::Move { to: only.key.clone(), why: why(fate, only, change.kind) },
        _ => {
            let decide = "several keys took its place: choose a value for each of them";
            ask(fate, key, decide, proposals)
        }
    }
}

fn why(fate: &Fate, successor: &Successor, kind: Option<RenameKind>) -> String {
    let status = kind.map_or(fate.status, Status::from);
    let sure = successor.confidence.percent();
    let reasons = successor.reasons.join(", ");
    let reasons = if reasons.is_empty() { reasons } else { format!(": {reasons}") };
    format!("{} at {}, {sure} % sure{reasons}", status.as_str(), fate.to)
}

fn retyped(fate: &Fate, key: &OverrideKey, shape: &ShapeChange) -> Wish {
    let below = shape.below.iter().map(|it| OverrideKey { key: it.clone(), ..key.clone() });
    let at = if shape.key == *key { "there".to_owned() } else { format!("at `{}`", shape.key.key) };
    let decide = format!(
        "{} expects a {} {at} where a {} was: choose keys and values that fit",
        fate.to, shape.new, shape.old
    );
    ask(fate, key, &decide, below.collect())
}

/// Whether this key is one that lost its readers, if the setting stands under several.
fn is_lost(fate: &Fate, key: &OverrideKey) -> bool {
    fate.before.len() == 1 || fate.changes.iter().any(|it| it.from == *key)
}

fn removed(story: &Story, number: usize, (fate, key): (&Fate, &OverrideKey)) -> Wish {
    let later = story.fates.iter().skip(number + 1).filter(|it| it.before.contains(key));
    let idle = [Status::Dead, Status::Removed, Status::Unknown];
    let mut again = later.filter(|it| !idle.contains(&it.status));
    if again.next().is_some() {
        return Wish::Keep;
    }
    let note = fate.note.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    Wish::Drop {
        why: moves::one_line(&format!(
            "from {} on nothing reads it, and nothing takes its place{note}",
            fate.to
        )),
    }
}

fn ask(fate: &Fate, key: &OverrideKey, decide: &str, proposals: Vec<OverrideKey>) -> Wish {
    let decide = moves::one_line(decide);
    Wish::Ask(Undecided { key: key.clone(), status: fate.status, decide, proposals })
}
