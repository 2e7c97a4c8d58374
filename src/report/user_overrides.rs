//! What becomes of the user's overrides and of the values of charts, from the analysis to the view
//! model.

use super::{
    ActionReport, ChartValues, Migration, OpenKey, RenameReport, TypeChange, UserHop, UserOverride,
};
use crate::finding::Evidence;
use crate::liveness::{Fate, Status, Story};
use crate::manifest::without_literal_credential;
use crate::migrate::{HopMigration, KeyConflict, Undecided};
use crate::overrides::{Move, OverrideKey};
use crate::rename::RenameKind;
use crate::rename::charts::{ChartChanges, KeyChange};

pub(super) mod charts;
pub(super) mod crowd;
pub(super) mod matrix;
pub(super) mod migration;
pub(super) mod summary;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod todo;

/// The user's overrides in the order of the operator, with what every hop does to them.
pub fn user_overrides(stories: &[Story]) -> Vec<UserOverride> {
    let one = |story: &Story| UserOverride {
        component: story.entry.key.component.clone(),
        key: story.entry.key.key.clone(),
        object: story.entry.object.to_string(),
        secret: story.entry.is_secret(),
        hops: story.fates.iter().map(hop).collect(),
    };
    stories.iter().map(one).collect()
}

/// Takes out of what is to be done at a hop, by its number from 0 on, what the plan does itself.
pub fn take_out_moves(overrides: &mut [UserOverride], number: usize, moves: &[Move]) {
    let is_moved = |key: &OverrideKey| moves.iter().any(|it| it.at.key == *key);
    for hop in overrides.iter_mut().filter_map(|it| it.hops.get_mut(number)) {
        for action in &mut hop.actions {
            action.keys.retain(|it| !is_moved(it));
        }
        hop.actions.retain(|it| !it.keys.is_empty());
    }
}

fn hop(fate: &Fate) -> UserHop {
    let key = fate.after.first();
    let actions = fate.actions().into_iter().map(|it| ActionReport {
        when: it.when.as_str().into(),
        action: it.kind.as_str().into(),
        keys: it.keys,
    });
    UserHop {
        to: fate.to.to_string(),
        status: fate.status,
        component: key.and_then(|it| it.component.clone()),
        key: key.map(|it| it.key.clone()).unwrap_or_default(),
        rename: replaced(fate),
        actions: actions.collect(),
        default_changed: fate.default.is_some(),
        equals_default: fate.equals_default,
        note: fate.note.clone(),
    }
}

fn replaced(fate: &Fate) -> Option<RenameReport> {
    if !fate.status.breaks() || fate.status == Status::Removed {
        return None;
    }
    let change = fate.changes.iter().find(|it| !it.to.is_empty())?;
    Some(RenameReport { to: fate.after.clone(), ..rename(change)? })
}

fn rename(change: &KeyChange) -> Option<RenameReport> {
    if change.to.is_empty() {
        return None;
    }
    let mut evidence = change.lines();
    for line in &mut evidence {
        let shown = without_literal_credential(&line.text).len();
        line.text.truncate(shown);
    }
    Some(RenameReport {
        component: change.from.component.clone(),
        key: change.from.key.clone(),
        kind: change.kind.unwrap_or(RenameKind::Renamed).as_str().into(),
        to: change.to.iter().map(|it| it.key.clone()).collect(),
        confidence: change.confidence().value(),
        evidence,
    })
}

/// What a hop does to the values of charts, as the report shows it.
pub fn chart_values(changes: &ChartChanges) -> ChartValues {
    let types = changes.type_changed.iter().map(|it| {
        let OverrideKey { component, key } = it.key.clone();
        TypeChange {
            component,
            key,
            from: kind(it.old.as_ref()).into(),
            to: kind(it.new.as_ref()).into(),
        }
    });
    ChartValues {
        removed: changes.removed.iter().map(|it| it.from.clone()).collect(),
        renamed: changes.renamed.iter().filter_map(rename).collect(),
        type_changed: types.collect(),
        defaults_changed: changes.defaults_changed.len(),
    }
}

/// The type of a default; a map with something in it has none of its own.
fn kind(default: Option<&serde_json::Value>) -> &'static str {
    use serde_json::Value;
    match default {
        None | Some(Value::Object(_)) => "map",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "list",
    }
}

/// What a hop asks of the override objects, as the report shows it.
pub fn migration(hop: &HopMigration) -> Migration {
    Migration {
        to: hop.to.to_string(),
        files: hop.files.iter().map(|it| it.path.clone()).collect(),
        conflicts: hop.conflicts.iter().map(conflict).collect(),
        undecided: hop.undecided.iter().map(undecided).collect(),
    }
}

fn conflict(conflict: &KeyConflict) -> OpenKey {
    let OverrideKey { component, key } = conflict.key.clone();
    let places = conflict.sides.iter().filter_map(|it| {
        Some(Evidence::at(&*it.source, it.line?, format!("{} ({})", it.key, it.whose)))
    });
    OpenKey { component, key, text: conflict.text.clone(), evidence: places.collect() }
}

fn undecided(open: &Undecided) -> OpenKey {
    let OverrideKey { component, key } = open.key.clone();
    OpenKey { component, key, text: open.decide.clone(), evidence: Vec::new() }
}
