//! The renames of a path as moves that a plan can do by itself.
//!
//! # Decisions
//! * Renames only. A key whose place nothing takes stays: it has no effect any more, and whether its
//!   setting is missed is for a person to say.
//! * The release's own objects are not merged: `kubectl apply` does that when the plan is executed.

use std::collections::BTreeMap;

use super::hop::Hop;
use super::hops;
use super::state::State;
use super::wish::{self, Wish};
use crate::liveness::Story;
use crate::overrides::{Move, MoveKind, OverrideKey, Place, UserOverrides, When};

/// The moves of each hop: the new keys before it, and without the old ones after it.
pub fn moves(overrides: &UserOverrides, stories: &[Story]) -> Vec<Vec<Move>> {
    let mut state = State::of(overrides);
    let hops = hops(stories, &[]).into_iter().enumerate();
    let moves = hops.map(|(number, _)| {
        let hop = Hop::new(&state, renames(wish::wishes(stories, number)), None);
        let moves = of_hop(&state, &hop);
        state = hop.after.settled();
        moves
    });
    moves.collect()
}

/// The wishes without those that drop a key.
fn renames(mut wishes: BTreeMap<OverrideKey, Wish>) -> BTreeMap<OverrideKey, Wish> {
    for wish in wishes.values_mut().filter(|it| matches!(it, Wish::Drop { .. })) {
        *wish = Wish::Keep;
    }
    wishes
}

fn of_hop(start: &State, hop: &Hop) -> Vec<Move> {
    let mut moves = set(start, &hop.before);
    moves.extend(removed((start, &hop.before), hop, When::Before));
    moves.extend(removed((&hop.before, &hop.after), hop, When::After));
    moves
}

fn set(start: &State, before: &State) -> Vec<Move> {
    let mut moves = Vec::new();
    for (object, held) in &before.objects {
        for item in &held.items {
            let Some((from, key)) = &item.origin else { continue };
            let component = start.objects.get(from).and_then(|it| it.component.as_deref());
            let from = Place { object: from.clone(), key: OverrideKey::new(component, key) };
            let key = OverrideKey::new(held.component.as_deref(), &item.key);
            let at = Place { object: object.clone(), key };
            moves.push(Move { when: When::Before, at, what: MoveKind::Set { from } });
        }
    }
    moves
}

fn removed((old, new): (&State, &State), hop: &Hop, when: When) -> Vec<Move> {
    let mut moves = Vec::new();
    for (object, held) in &old.objects {
        let left = new.objects.get(object);
        for item in held.items.iter().filter(|it| left.is_none_or(|new| new.get(&it.key).is_none()))
        {
            let key = OverrideKey::new(held.component.as_deref(), &item.key);
            let Some(successor) = hop.renamed.get(&key) else { continue };
            let Some((home, _)) = hop.before.winner(successor) else { continue };
            let successor = Place { object: home.clone(), key: successor.clone() };
            let at = Place { object: object.clone(), key };
            moves.push(Move { when, at, what: MoveKind::Remove { successor } });
        }
    }
    moves
}
