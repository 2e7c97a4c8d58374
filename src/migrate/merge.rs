//! The three-way merge of a local deployment: what the release changed in its objects, and what the
//! user did.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::{Moves, change};
use super::state::{Held, Item, State, is_withheld, same, shown};
use super::{Change, KeyConflict, OwnObjects, Side, Undecided};
use crate::liveness::{Status, Timing};
use crate::manifest::{Object, ObjectKey};
use crate::overrides::OverrideKey;
use crate::yaml::Node;

/// A merge at work on the objects before the hop.
pub(super) struct Merge<'m> {
    state: &'m mut State,
    moves: &'m Moves,
    old: BTreeMap<ObjectKey, Held>,
    new: BTreeMap<ObjectKey, Held>,
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<KeyConflict>,
    pub(super) undecided: Vec<Undecided>,
}

/// What the three sides have under a key.
struct Sides<'s> {
    base: Option<&'s Node>,
    theirs: Option<&'s Node>,
    mine: Option<&'s Node>,
}

/// What becomes of a key.
#[derive(Debug, PartialEq)]
enum Verdict {
    Mine,
    Theirs,
    Conflict,
}

impl Sides<'_> {
    fn verdict(&self) -> Verdict {
        if equal(self.base, self.theirs) || equal(self.mine, self.theirs) {
            Verdict::Mine
        } else if equal(self.base, self.mine) {
            Verdict::Theirs
        } else {
            Verdict::Conflict
        }
    }
}

fn equal(one: Option<&Node>, other: Option<&Node>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

impl<'m> Merge<'m> {
    pub(super) fn new(state: &'m mut State, moves: &'m Moves, own: &OwnObjects<'_>) -> Self {
        let held = |it: &&Object| (it.key.clone(), Held::of(it));
        Self {
            state,
            moves,
            old: own.old.iter().map(held).collect(),
            new: own.new.iter().map(held).collect(),
            changes: Vec::new(),
            conflicts: Vec::new(),
            undecided: Vec::new(),
        }
    }

    /// Merges every object of the user that the old or the new release has, and adds those that
    /// the new release is the first to have, if the user keeps a copy of the release's objects.
    pub(super) fn run(&mut self) {
        let keys: BTreeSet<_> = self.old.keys().chain(self.new.keys()).cloned().collect();
        let is_copy = self.old.keys().any(|it| self.state.objects.contains_key(it));
        for object in keys {
            if self.state.objects.contains_key(&object) {
                self.object(&object);
            } else if is_copy && !self.old.contains_key(&object) {
                self.adopt(&object);
            }
        }
    }

    fn object(&mut self, object: &ObjectKey) {
        let Some(held) = self.state.objects.get(object) else { return };
        let component = held.component.clone();
        let mine = values(held);
        let base = self.old.get(object).map(|it| self.renamed(it)).unwrap_or_default();
        let theirs = self.new.get(object).map(values).unwrap_or_default();
        let keys: BTreeSet<_> =
            [&base, &theirs, &mine].into_iter().flat_map(BTreeMap::keys).collect();
        let keys = keys.into_iter().map(|it| OverrideKey::new(component.as_deref(), it));
        let keys = keys.filter(|it| !self.moves.gone.contains_key(it));
        let sides = |it: &OverrideKey| Sides {
            base: base.get(&it.key),
            theirs: theirs.get(&it.key),
            mine: mine.get(&it.key),
        };
        // What goes makes room for what comes.
        let (gone, rest): (Vec<_>, Vec<_>) = keys.partition(|it| !theirs.contains_key(&it.key));
        for key in gone.iter().chain(&rest) {
            match sides(key).verdict() {
                Verdict::Mine => {}
                Verdict::Theirs => self.take(object, key, theirs.get(&key.key)),
                Verdict::Conflict => {
                    let text =
                        "both you and the new release changed it, differently; yours is kept";
                    self.conflict(object, key, (text, &sides(key)));
                }
            }
        }
    }

    /// The values of the release's object under the names that its keys have after the hop.
    fn renamed(&self, held: &Held) -> BTreeMap<String, Node> {
        let mut values = values(held);
        let key = |it: &str| OverrideKey::new(held.component.as_deref(), it);
        let renamed = self.moves.renamed.iter().filter(|it| it.0.component == held.component);
        for (from, to) in renamed {
            let old = values.remove(&from.key).filter(|_| to.component == held.component);
            if let Some(old) = old {
                values.entry(to.key.clone()).or_insert(old);
            }
        }
        values.retain(|it, _| !self.moves.gone.contains_key(&key(it)));
        values
    }

    fn take(&mut self, object: &ObjectKey, key: &OverrideKey, theirs: Option<&Node>) {
        let Some(held) = self.state.objects.get_mut(object) else { return };
        let Some(theirs) = theirs else {
            held.remove(&key.key);
            let text = "taken out: the new release no longer sets it, and you had not changed it"
                .to_owned();
            return self.changes.push(change(Timing::Before, object, key, text));
        };
        if is_withheld(theirs) {
            return self.ask_for_value(object, key);
        }
        if self.would_beat(object, key, theirs) {
            let sides = Sides { base: None, theirs: Some(theirs), mine: None };
            let text = "the new release sets it here, which would beat the value that you set \
                        elsewhere; yours is kept";
            return self.conflict(object, key, (text, &sides));
        }
        let is_nested = self.state.nested(key).iter().any(|it| !self.moves.gone.contains_key(it));
        if is_nested {
            let sides = Sides { base: None, theirs: Some(theirs), mine: None };
            let text =
                "the new release sets it, and you set a key above or below it; yours is kept";
            return self.conflict(object, key, (text, &sides));
        }
        if let Some(held) = self.state.objects.get_mut(object) {
            held.set(&key.key, theirs.clone(), None);
        }
        let text = "gets the value of the new release: you had not changed it".to_owned();
        self.changes.push(change(Timing::Before, object, key, text));
    }

    /// Whether a key that is new to an object would take the place of another value of mine.
    fn would_beat(&self, object: &ObjectKey, key: &OverrideKey, theirs: &Node) -> bool {
        let is_new = self.state.objects.get(object).is_none_or(|it| it.get(&key.key).is_none());
        let beaten =
            |(mine, item): (&ObjectKey, &Item)| mine < object && !same(&item.value, theirs);
        is_new && self.state.winner(key).is_some_and(beaten)
    }

    /// A withheld value of the release cannot be written.
    fn ask_for_value(&mut self, object: &ObjectKey, key: &OverrideKey) {
        let place = self.new.get(object).map(|it| {
            let line = it.get(&key.key).and_then(|it| it.line).unwrap_or(1);
            format!("{}:{line}", it.source)
        });
        self.undecided.push(Undecided {
            key: key.clone(),
            status: Status::Live,
            decide: format!(
                "the new release changed it and its value is withheld: take it into {object} from {}",
                place.unwrap_or_default()
            ),
            proposals: Vec::new(),
        });
    }

    fn conflict(&mut self, object: &ObjectKey, key: &OverrideKey, found: (&str, &Sides<'_>)) {
        let (text, values) = found;
        let side = |whose, held: Option<&Held>, value: Option<&Node>| {
            Some(Side {
                whose,
                key: key.clone(),
                object: object.clone(),
                source: held?.source.clone(),
                line: held?.get(&key.key).and_then(|it| it.line),
                value: value.map(shown),
            })
        };
        let sides = [
            side("old release", self.old.get(object), values.base),
            side("new release", self.new.get(object), values.theirs),
            side("mine", self.state.objects.get(object), values.mine),
        ];
        let mut sides: Vec<_> = sides.into_iter().flatten().collect();
        let elsewhere = self.state.winning_side(key).filter(|it| it.object != *object);
        sides.extend(elsewhere);
        self.conflicts.push(KeyConflict { key: key.clone(), text: text.to_owned(), sides });
    }

    /// Adds an object that the new release is the first to have.
    fn adopt(&mut self, object: &ObjectKey) {
        let Some(held) = self.new.get(object).cloned() else { return };
        let component = held.component.clone();
        let (withheld, plain): (Vec<Item>, Vec<Item>) =
            held.items.iter().cloned().partition(|it| is_withheld(&it.value));
        let frame = Held { items: Vec::new(), is_new: true, ..held };
        self.state.objects.insert(object.clone(), frame);
        for item in plain {
            let key = OverrideKey::new(component.as_deref(), &item.key);
            self.take(object, &key, Some(&item.value));
        }
        for item in withheld {
            self.ask_for_value(object, &OverrideKey::new(component.as_deref(), &item.key));
        }
    }
}

fn values(held: &Held) -> BTreeMap<String, Node> {
    held.items.iter().map(|it| (it.key.clone(), it.value.clone())).collect()
}
