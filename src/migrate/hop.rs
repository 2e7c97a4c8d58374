//! One hop: the objects before it, those after it, and what is open.

use std::collections::BTreeMap;

use super::merge::Merge;
use super::moves::Moves;
use super::state::State;
use super::wish::Wish;
use super::{Change, KeyConflict, OwnObjects, Undecided};
use crate::liveness::Status;
use crate::overrides::OverrideKey;

/// What a hop asks of the objects.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hop {
    /// The objects to have before the hop.
    pub(super) before: State,
    /// The objects to have after it.
    pub(super) after: State,
    /// The old keys that have new ones.
    pub(super) renamed: BTreeMap<OverrideKey, OverrideKey>,
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<KeyConflict>,
    pub(super) undecided: Vec<Undecided>,
}

impl Hop {
    pub(super) fn new(
        start: &State,
        mut wishes: BTreeMap<OverrideKey, Wish>,
        own: Option<&OwnObjects<'_>>,
    ) -> Self {
        if let Some(own) = own {
            keep_what_the_release_sets(start, &mut wishes, own);
        }
        let moves = Moves::new(start, &wishes);
        let mut changes = Vec::new();
        let mut conflicts = moves.conflicts.clone();
        let mut undecided = open(start, &wishes);
        let mut before = start.clone();
        if let Some(own) = own {
            before.taken.extend(own.new.iter().map(|it| it.key.clone()));
        }
        moves.prepare(&mut before, &mut changes);
        if let Some(own) = own {
            let mut merge = Merge::new(&mut before, &moves, own);
            merge.run();
            changes.append(&mut merge.changes);
            conflicts.append(&mut merge.conflicts);
            undecided.append(&mut merge.undecided);
        }
        // What the release takes out itself, nobody has to decide about.
        undecided.retain(|it| is_missing(start, &it.key) || !is_missing(&before, &it.key));
        let mut after = before.clone();
        moves.finish(&mut after, &mut changes);
        let renamed = moves.renamed.clone();
        Self { before, after, renamed, changes, conflicts, undecided }
    }
}

/// A key that the release's own objects still set is left to the merge, even if nothing reads it.
fn keep_what_the_release_sets(
    state: &State,
    wishes: &mut BTreeMap<OverrideKey, Wish>,
    own: &OwnObjects<'_>,
) {
    for object in own.new.iter().filter(|it| state.objects.contains_key(&it.key)) {
        let held = super::state::Held::of(object);
        for item in &held.items {
            let key = OverrideKey::new(held.component.as_deref(), &item.key);
            if let Some(wish @ Wish::Drop { .. }) = wishes.get_mut(&key) {
                *wish = Wish::Keep;
            }
        }
    }
}

/// What a person has to decide: what this hop asks, and what an earlier one left open.
fn open(state: &State, wishes: &BTreeMap<OverrideKey, Wish>) -> Vec<Undecided> {
    let undecided = wishes.iter().filter_map(|(key, wish)| match wish {
        Wish::Ask(undecided) => Some(undecided.clone()),
        Wish::Move { to, .. } if is_missing(state, key) && is_missing(state, to) => {
            Some(Undecided {
                key: key.clone(),
                status: Status::Renamed,
                decide: format!("no object sets it, because an earlier hop is open: set `{to}`"),
                proposals: vec![to.clone()],
            })
        }
        _ => None,
    });
    undecided.collect()
}

fn is_missing(state: &State, key: &OverrideKey) -> bool {
    state.winner(key).is_none()
}
