//! Moves of override keys that the plan does itself.
//!
//! # Decisions
//! * A move is done if it can be predicted, and else left to a person: where its source is not there
//!   any more, where the new key has another value or stands in a further object, which might win,
//!   and where nobody here knows the value. The last is a value of a `ConfigMap` that was sealed for
//!   its old key and is not for the new one.
//! * A value stays in its kind: that of a Secret goes to a Secret.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::merge;
use super::prediction::{Prediction, Verb};
use super::state::is_sealed;
use super::{Simulator, server};
use crate::bundle::Bundle;
use crate::manifest::{ObjectKey, looks_like_credential, withhold};
use crate::overrides::{self, Move, MoveKind, NAMESPACE, Place, When};
use crate::yaml::{Entry, Node, Value};

impl Simulator<'_> {
    /// Says which override keys the next hop moves. Those that cannot be are left out.
    pub fn plan_moves(&mut self, moves: Vec<Move>) {
        self.moves = moves;
    }

    /// Those of the planned moves that can be done at a hop to `to`.
    pub(super) fn take_moves(&mut self, to: &Bundle) -> Vec<Move> {
        let mut moves = std::mem::take(&mut self.moves);
        let fails = |it: &&Move| match &it.what {
            MoveKind::Set { from } => !self.can_set((from, &it.at), to),
            MoveKind::Remove { .. } => false,
        };
        let failed: BTreeSet<Place> = moves.iter().filter(fails).map(|it| it.at.clone()).collect();
        let set: BTreeSet<Place> = moves
            .iter()
            .filter(|it| matches!(it.what, MoveKind::Set { .. }) && !failed.contains(&it.at))
            .map(|it| it.at.clone())
            .collect();
        moves.retain(|it| match &it.what {
            MoveKind::Set { .. } => set.contains(&it.at),
            MoveKind::Remove { successor } => {
                let there = set.contains(successor) || self.value(successor).is_some();
                there && !failed.contains(successor) && self.value(&it.at).is_some()
            }
        });
        moves
    }

    /// The text under a key of an override object.
    fn value(&self, place: &Place) -> Option<String> {
        let live = self.state.get(&place.object)?;
        live["data"].get(&place.key.key)?.as_str().map(ToOwned::to_owned)
    }

    fn can_set(&self, (from, at): (&Place, &Place), to: &Bundle) -> bool {
        let Some(carried) = self.carried(from, at) else {
            return false;
        };
        let fits = self.state.get(&at.object).is_none_or(|it| is_of_scope(&it, at));
        let is_free = self.value(at).is_none_or(|it| it == carried);
        fits && is_free && !self.stands_elsewhere(at, to)
    }

    /// Whether another object sets the key, or will.
    fn stands_elsewhere(&self, at: &Place, to: &Bundle) -> bool {
        let sets =
            |object: &Json| is_of_scope(object, at) && object["data"].get(&at.key.key).is_some();
        let keys = self.state.keys().filter(|it| is_home(it) && **it != at.object);
        let mut live = keys.filter_map(|it| self.state.get(it));
        let brought = to.objects.iter().filter(|it| it.key != at.object);
        let mut brought = brought.filter(|it| {
            it.label("component") == at.key.component.as_deref()
                && overrides::is_override(it)
                && overrides::data(it).any(|entry| entry.key == at.key.key)
        });
        live.any(|it| sets(&it)) || brought.next().is_some()
    }

    /// The value of one key under another, sealed where it has to be there. None where it cannot be
    /// told.
    fn carried(&self, from: &Place, at: &Place) -> Option<String> {
        let text = self.value(from)?;
        if from.object.kind != at.object.kind {
            return None;
        }
        if at.object.kind == "Secret" {
            return Some(text);
        }
        match (is_sealed(&text), looks_like_credential(&at.key.key)) {
            (true, true) | (false, false) => Some(text),
            (true, false) => None,
            (false, true) => self.sealed(&at.key.key, text),
        }
    }

    /// A value of a `ConfigMap` as it reads under a key.
    fn sealed(&self, key: &str, text: String) -> Option<String> {
        let node = |value| Node { line: 1, column: 1, value };
        let entry = |key: &str, node| Entry { key: key.to_owned(), line: 1, column: 1, node };
        let data = node(Value::Mapping(vec![entry(key, node(Value::String(text)))]));
        let mut object = node(Value::Mapping(vec![entry("data", data)]));
        withhold("ConfigMap", &mut object);
        let object = self.state.seal().value(&object);
        object["data"].get(key)?.as_str().map(ToOwned::to_owned)
    }

    /// Moves keys, and tells what happens to each object.
    pub(super) fn migrate(&mut self, moves: &[Move], when: When) -> Vec<Prediction> {
        let mut objects: BTreeMap<ObjectKey, Json> = BTreeMap::new();
        for it in moves.iter().filter(|it| it.when == when) {
            let value = match &it.what {
                MoveKind::Set { from } => self.carried(from, &it.at),
                MoveKind::Remove { .. } => None,
            };
            let live = || self.state.get(&it.at.object).unwrap_or_else(|| empty(&it.at));
            let object = objects.entry(it.at.object.clone()).or_insert_with(live);
            let Some(fields) = object.as_object_mut() else { continue };
            let data = fields.entry("data").or_insert_with(|| json!({}));
            match (value, data.as_object_mut()) {
                (Some(value), Some(data)) => drop(data.insert(it.at.key.key.clone(), value.into())),
                (None, Some(data)) => drop(data.remove(&it.at.key.key)),
                (_, None) => {}
            }
        }
        objects.into_iter().filter_map(|(key, object)| self.write(&key, object)).collect()
    }

    fn write(&mut self, key: &ObjectKey, object: Json) -> Option<Prediction> {
        let live = self.state.get(key);
        let (verb, after) = match &live {
            Some(live) => (Verb::Configured, server::updated(live, object, self.api_server())),
            None => (Verb::Created, server::created(object, self.api_server())),
        };
        let fields = live.map(|it| merge::changed_fields(&it, &after)).unwrap_or_default();
        let origin = (verb == Verb::Configured).then(|| self.origin(key));
        self.state.put(key.clone(), after);
        let is_same = verb == Verb::Configured && fields.is_empty();
        (!is_same).then(|| Prediction { fields, origin, ..Prediction::new(key, verb) })
    }
}

/// A new override object for the scope of a key.
fn empty(at: &Place) -> Json {
    overrides::new_object(&at.object, at.key.component.as_deref())
}

/// Whether the operator may read overrides from such an object.
fn is_home(key: &ObjectKey) -> bool {
    key.group.is_empty()
        && matches!(&*key.kind, "ConfigMap" | "Secret")
        && key.namespace.as_deref() == Some(NAMESPACE)
}

/// Whether an object sets overrides of the scope of a key.
fn is_of_scope(object: &Json, at: &Place) -> bool {
    let label = |name: &str| object.pointer(&format!("/metadata/labels/{name}"))?.as_str();
    label("installer") == Some("overrides") && label("component") == at.key.component.as_deref()
}

#[cfg(test)]
mod tests;
