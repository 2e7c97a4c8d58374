//! Renames of keys: which of them have one answer, and how they are made.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use super::state::{Held, Item, State, are_nested, same};
use super::wish::Wish;
use super::{Change, KeyConflict, Side};
use crate::liveness::Timing;
use crate::manifest::{ObjectKey, looks_like_credential};
use crate::overrides::OverrideKey;
use crate::yaml::{Digest, Node, Value};

/// What the wishes of a hop come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Moves {
    /// The new keys to set, with the old ones, the entry among which the operator takes last.
    pub(super) set: BTreeMap<OverrideKey, Vec<OverrideKey>>,
    /// Every old key that has a new one, set by the hop or before.
    pub(super) renamed: BTreeMap<OverrideKey, OverrideKey>,
    /// The old keys that go, and why.
    pub(super) gone: BTreeMap<OverrideKey, String>,
    pub(super) conflicts: Vec<KeyConflict>,
}

/// A rename that is wanted: old keys that are set, and the new one.
struct Wanted<'w> {
    to: &'w OverrideKey,
    from: Vec<(&'w OverrideKey, &'w str)>,
}

impl Moves {
    /// Sorts out the wishes by what the objects hold. What is in conflict keeps its old key, which
    /// may put others in conflict.
    pub(super) fn new(state: &State, wishes: &BTreeMap<OverrideKey, Wish>) -> Self {
        let wanted = wanted(state, wishes);
        let mut kept: BTreeSet<&OverrideKey> = BTreeSet::new();
        loop {
            let moves = Self::with(state, wishes, (&wanted, &kept));
            let before = kept.len();
            let failed = wanted.iter().filter(|it| moves.conflicts.iter().any(|c| c.key == *it.to));
            kept.extend(failed.flat_map(|it| it.from.iter().map(|from| from.0)));
            if kept.len() == before {
                return moves;
            }
        }
    }

    fn with(
        state: &State,
        wishes: &BTreeMap<OverrideKey, Wish>,
        (wanted, kept): (&[Wanted<'_>], &BTreeSet<&OverrideKey>),
    ) -> Self {
        let mut moves = Self::default();
        let targets: BTreeSet<_> = wanted.iter().map(|it| it.to).collect();
        for (key, wish) in wishes {
            if let Wish::Drop { why } = wish
                && state.winner(key).is_some()
                && !targets.contains(key)
            {
                moves.gone.insert(key.clone(), why.clone());
            }
        }
        let dropped = moves.gone.clone();
        let leaving = leaving(wanted, kept, &dropped);
        for it in wanted {
            match it.conflict(state, (&targets, &leaving)) {
                Some(conflict) => moves.conflicts.push(conflict),
                None => moves.take(it, state),
            }
        }
        moves
    }

    fn take(&mut self, wanted: &Wanted<'_>, state: &State) {
        let is_set = state.winner(wanted.to).is_some();
        for (from, why) in &wanted.from {
            let already = if is_set { ", which has the same value" } else { "" };
            let text = format!("it becomes `{}`{already} ({why})", wanted.to);
            self.gone.insert((*from).clone(), one_line(&text));
            self.renamed.insert((*from).clone(), wanted.to.clone());
        }
        if !is_set {
            let mut from: Vec<_> = wanted.from.iter().map(|it| it.0.clone()).collect();
            from.sort_by_key(|it| state.winner(it).map(|it| it.0.clone()));
            self.set.insert(wanted.to.clone(), from);
        }
    }

    /// Sets the new keys. Old keys that contradict a new one go at once.
    pub(super) fn prepare(&self, state: &mut State, changes: &mut Vec<Change>) {
        let start = state.clone();
        for (to, from) in &self.set {
            let Some((object, item)) = from.last().and_then(|it| start.winner(it)) else {
                continue;
            };
            let target = place(state, to, (object, from));
            let why = from.last().and_then(|it| self.gone.get(it)).map_or("", String::as_str);
            add(state, (&target, to), (object, item));
            let text = format!("added with the value of `{}` of {object}: {why}", item.key);
            changes.push(change(Timing::Before, &target, to, text));
        }
        let contradicts = |key: &OverrideKey| self.set.keys().any(|to| are_nested(key, to));
        for (key, why) in self.gone.iter().filter(|it| contradicts(it.0)) {
            let text = format!(
                "{}, at once: beside a key above or below it the operator's result is random",
                gone_text(why)
            );
            remove(state, key, (Timing::Before, &text), changes);
        }
    }

    /// Removes the old keys that are still there.
    pub(super) fn finish(&self, state: &mut State, changes: &mut Vec<Change>) {
        for (key, why) in &self.gone {
            remove(state, key, (Timing::After, &gone_text(why)), changes);
        }
    }
}

/// The object that gets a new key: that of the old key, or one of the right scope.
fn place(
    state: &mut State,
    to: &OverrideKey,
    (object, from): (&ObjectKey, &[OverrideKey]),
) -> ObjectKey {
    if from.last().is_some_and(|it| it.component == to.component) {
        return object.clone();
    }
    let component = to.component.as_deref();
    let target = names::target(state, object, component);
    let new = || Held::new(&target.kind, &target.name, component);
    state.objects.entry(target.clone()).or_insert_with(new);
    target
}

fn gone_text(why: &str) -> String {
    format!("taken out: {why}")
}

/// The renames that the wishes ask for, of keys that are set.
fn wanted<'w>(state: &State, wishes: &'w BTreeMap<OverrideKey, Wish>) -> Vec<Wanted<'w>> {
    let mut wanted: BTreeMap<&OverrideKey, Vec<_>> = BTreeMap::new();
    for (key, wish) in wishes {
        if let Wish::Move { to, why } = wish
            && state.winner(key).is_some()
        {
            wanted.entry(to).or_default().push((key, why.as_str()));
        }
    }
    wanted.into_iter().map(|(to, from)| Wanted { to, from }).collect()
}

/// The keys that will be gone after the hop.
fn leaving<'w>(
    wanted: &[Wanted<'w>],
    kept: &BTreeSet<&OverrideKey>,
    dropped: &'w BTreeMap<OverrideKey, String>,
) -> BTreeSet<&'w OverrideKey> {
    let moved = wanted.iter().flat_map(|it| it.from.iter().map(|from| from.0));
    moved.filter(|it| !kept.contains(it)).chain(dropped.keys()).collect()
}

impl Wanted<'_> {
    fn conflict(
        &self,
        state: &State,
        (targets, leaving): (&BTreeSet<&OverrideKey>, &BTreeSet<&OverrideKey>),
    ) -> Option<KeyConflict> {
        let values: Vec<_> = self.from.iter().filter_map(|it| state.winner(it.0)).collect();
        let existing = state.winner(self.to);
        let [first, rest @ ..] = &values[..] else { return None };
        let equals = |it: &Item| same(&it.value, &first.1.value);
        if existing.is_some() && leaving.contains(self.to) {
            return Some(
                self.listed(state, "the new key is set, and has to leave at the same hop"),
            );
        }
        if existing.is_some_and(|it| !equals(it.1)) {
            return Some(self.listed(state, "the new key is set already, to another value"));
        }
        if !rest.iter().all(|it| equals(it.1)) {
            return Some(self.listed(state, "the keys that become one have different values"));
        }
        let nested = state.nested(self.to);
        let mut nested: Vec<_> = nested.into_iter().filter(|it| !leaving.contains(it)).collect();
        nested.extend(targets.iter().filter(|it| are_nested(it, self.to)).map(|it| (*it).clone()));
        if existing.is_some() || nested.is_empty() {
            return None;
        }
        let text = "the new key stands above or below another key, so the operator's result would \
                    be random";
        let mut conflict = self.listed(state, text);
        conflict.sides.extend(nested.iter().filter_map(|it| state.winning_side(it)));
        Some(conflict)
    }

    fn listed(&self, state: &State, text: &str) -> KeyConflict {
        let keys = std::iter::once(self.to).chain(self.from.iter().map(|it| it.0));
        let sides: Vec<Side> = keys.filter_map(|it| state.winning_side(it)).collect();
        KeyConflict { key: self.to.clone(), text: text.to_owned(), sides }
    }
}

/// Adds a key with the value of another, next to it if both are in one object.
fn add(state: &mut State, (target, to): (&ObjectKey, &OverrideKey), from: (&ObjectKey, &Item)) {
    let (object, item) = from;
    let Some(held) = state.objects.get_mut(target) else { return };
    let added = Item {
        key: to.key.clone(),
        value: value(to, &item.value),
        line: None,
        origin: Some((object.clone(), item.key.clone())),
    };
    let behind = (target == object).then_some(item.key.as_str());
    held.insert(added, behind);
}

/// The value under its new key. Under the key of a credential it is withheld, as if it had been read
/// there.
fn value(to: &OverrideKey, value: &Node) -> Node {
    match &value.value {
        Value::String(text) if looks_like_credential(&to.key) => {
            Node { value: Value::Redacted(Digest::of(text.as_bytes())), ..value.clone() }
        }
        _ => value.clone(),
    }
}

fn remove(
    state: &mut State,
    key: &OverrideKey,
    (stage, text): (Timing, &str),
    changes: &mut Vec<Change>,
) {
    for object in state.remove(key) {
        changes.push(change(stage, &object, key, text.to_owned()));
    }
}

pub(super) fn change(stage: Timing, object: &ObjectKey, key: &OverrideKey, text: String) -> Change {
    Change { when: stage, object: object.clone(), key: key.clone(), text }
}

/// A text that cannot leave its line.
pub(super) fn one_line(text: &str) -> String {
    let plain =
        |it: char| if it.is_control() || matches!(it, '\u{2028}' | '\u{2029}') { ' ' } else { it };
    text.chars().map(plain).collect()
}
