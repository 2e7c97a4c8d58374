//! One override at one hop.

use std::collections::BTreeSet;

use super::defaults::{default_change, equals_default, shape_change, value_above};
use super::stage::{Reader, Reading};
use super::{Caveat, Fate, ShapeChange, Status};
use crate::analysis::Ask;
use crate::finding::Evidence;
use crate::overrides::{IstioUse, Override, OverrideKey};
use crate::release::{Facts, Minor};
use crate::rename::charts::KeyChange;

/// A hop, and what is known for judging keys at it.
pub(super) struct Hop<'h, 'a, 'f> {
    pub(super) from: &'h Reading<'a, 'f>,
    pub(super) to: &'h Reading<'a, 'f>,
    pub(super) ask: Option<Ask<'h>>,
    pub(super) given: &'h BTreeSet<OverrideKey>,
    pub(super) facts: &'f Facts,
}

/// What becomes of one key.
struct Outcome {
    status: Status,
    after: Vec<OverrideKey>,
    change: Option<KeyChange>,
    shape: Option<ShapeChange>,
    caveat: Option<Caveat>,
    note: Option<String>,
}

impl Outcome {
    fn same(status: Status, key: &OverrideKey) -> Self {
        Self {
            status,
            after: vec![key.clone()],
            change: None,
            shape: None,
            caveat: None,
            note: None,
        }
    }
}

impl<'a> Hop<'_, 'a, '_> {
    /// What becomes of an override that stands under `keys` before the hop.
    pub(super) fn fate(&self, entry: &Override, keys: &[OverrideKey]) -> Fate {
        let outcomes = keys.iter().map(|it| self.outcome(entry, it));
        let outcomes: Vec<Outcome> = outcomes.collect();
        let mut after: Vec<OverrideKey> = Vec::new();
        for key in outcomes.iter().flat_map(|it| &it.after) {
            if !after.contains(key) {
                after.push(key.clone());
            }
        }
        let status = outcomes.iter().map(|it| it.status).max_by_key(|it| weight(*it));
        let status = status.unwrap_or(Status::Unknown);
        let mut fate = Fate {
            to: self.to.stage.version.clone(),
            status,
            before: keys.to_vec(),
            after,
            changes: Vec::new(),
            readers: Vec::new(),
            default: None,
            equals_default: false,
            required: None,
            shape: None,
            is_prepared: false,
            caveat: None,
            note: None,
        };
        for outcome in outcomes {
            fate.changes.extend(outcome.change);
            fate.shape = fate.shape.or(outcome.shape);
            fate.note = fate.note.or(outcome.note);
            fate.caveat = fate.caveat.or(outcome.caveat);
        }
        self.complete(&mut fate, entry);
        self.convert(&mut fate, entry);
        fate
    }

    fn complete(&self, fate: &mut Fate, entry: &Override) {
        if fate.status == Status::Unknown {
            return;
        }
        let both = (self.from, self.to);
        let gone = matches!(fate.status, Status::Removed | Status::Dead);
        let (side, keys) = if gone { (self.from, &fate.before) } else { (self.to, &fate.after) };
        let readers: Vec<Reader<'a>> = keys.iter().flat_map(|it| side.readers(it)).collect();
        fate.readers = side.evidence(&readers);
        if gone {
            return;
        }
        let pairs = || fate.before.iter().zip(&fate.after);
        fate.default = pairs().find_map(|(old, new)| default_change(both, old, new));
        let equal =
            |side, keys: &[OverrideKey]| keys.iter().all(|it| equals_default(side, entry, it));
        fate.equals_default = equal(self.to, &fate.after) && !equal(self.from, &fate.before);
        fate.required = self.required(entry, &readers);
        let successors = fate.status.has_successor();
        fate.is_prepared = successors && fate.after.iter().all(|it| self.given.contains(it));
    }

    /// Takes note of a job of the release that turns the override's Secret into another one.
    fn convert(&self, fate: &mut Fate, entry: &Override) {
        let of_user = entry.object.kind == "Secret" && fate.before == [entry.key.clone()];
        let at = Minor::of(self.to.stage.version);
        let fact = self.facts.converted_secret(at, &entry.object.name);
        if let Some(fact) = fact.filter(|_| of_user && fate.status.breaks()) {
            fate.caveat = Some(Caveat::Converted);
            fate.note = Some(format!(
                "{} turns this Secret into {} while {} is installed ({})",
                fact.by, fact.into, fate.to, fact.source
            ));
        }
    }

    /// The template that fails for want of a value.
    fn required(&self, entry: &Override, readers: &[Reader<'a>]) -> Option<Evidence> {
        let needs = |it: &&Reader<'a>| it.1.text.contains("required ");
        let reader = readers.iter().find(needs).filter(|_| entry.is_empty())?;
        Some(self.to.line(reader.1))
    }

    fn outcome(&self, entry: &Override, key: &OverrideKey) -> Outcome {
        let Some(ask) = self.ask else {
            return Outcome::same(Status::Unknown, key);
        };
        let entry = &Override { key: key.clone(), ..entry.clone() };
        let was_read = !self.from.readers(key).is_empty();
        let is_read = !self.to.readers(key).is_empty();
        let (old, new) = (self.from.script(entry), self.to.script(entry));
        let (was_scripted, is_scripted) = (is_script(&old), is_script(&new));
        if (was_scripted || was_read) && !is_read {
            let stated = ask(key).filter(|it| it.documented.is_some());
            if let Some(change) = stated {
                return Outcome {
                    caveat: is_scripted.then_some(Caveat::Fallback),
                    ..renamed(key, change)
                };
            }
        }
        match (was_read || was_scripted, is_read || is_scripted) {
            (_, true) => Outcome {
                caveat: Some(Caveat::Cut).filter(|_| is_cut(&new) && !was_scripted),
                ..self.kept(ask, key, was_read && is_read, &new)
            },
            (false, false) => self.idle(ask, key, &new),
            (true, false) => self.lost(ask, key, &new),
        }
    }

    fn kept(&self, ask: Ask<'_>, key: &OverrideKey, in_both: bool, script: &IstioUse) -> Outcome {
        let both = (self.from, self.to);
        let shape = shape_change(both, key, key).filter(|_| in_both);
        let known = || ask(key).filter(|it| self.can_follow(it));
        if shape.is_some() {
            let change = known();
            let after = change.as_ref().map_or_else(|| vec![key.clone()], keys);
            return Outcome { after, change, shape, ..Outcome::same(Status::TypeChanged, key) };
        }
        if in_both
            && self.from.lists(key)
            && !self.to.lists(key)
            && self.to.only_hands_on(key)
            && let Some(change) = known()
        {
            return Outcome { caveat: Some(Caveat::Unlisted), ..renamed(key, change) };
        }
        Outcome { note: script_note(script), ..Outcome::same(Status::Live, key) }
    }

    /// A key that nobody reads in either release. If the hop takes it off the values, what it was
    /// meant for may have another key.
    fn idle(&self, ask: Ask<'_>, key: &OverrideKey, script: &IstioUse) -> Outcome {
        let dropped = self.from.lists(key) && !self.to.lists(key);
        match ask(key).filter(|it| dropped && self.can_follow(it)) {
            Some(change) => Outcome { caveat: Some(Caveat::Idle), ..renamed(key, change) },
            None => {
                Outcome { note: self.why_dead(key, script), ..Outcome::same(Status::Dead, key) }
            }
        }
    }

    fn lost(&self, ask: Ask<'_>, key: &OverrideKey, script: &IstioUse) -> Outcome {
        if let Some(shape) = value_above((self.from, self.to), key) {
            return Outcome { shape: Some(shape), ..Outcome::same(Status::TypeChanged, key) };
        }
        let note = || self.why_dead(key, script);
        match ask(key) {
            Some(change) if self.can_follow(&change) => renamed(key, change),
            change => Outcome { change, note: note(), ..Outcome::same(Status::Removed, key) },
        }
    }

    /// Whether the successors are read by what the new release installs.
    fn can_follow(&self, change: &KeyChange) -> bool {
        let reaches = |key: &OverrideKey| match &key.component {
            Some(component) => self.to.has(component),
            None => true,
        };
        !change.to.is_empty() && change.to.iter().all(|it| reaches(&it.key))
    }

    /// Why nobody reads a key, where there is more to say than that.
    fn why_dead(&self, key: &OverrideKey, script: &IstioUse) -> Option<String> {
        let version = self.to.stage.version;
        if let IstioUse::Shadowed { by } = script {
            return Some(format!("{version} reads no single key of istio while `{by}` is set"));
        }
        let component = key.component.as_ref()?;
        if self.to.is_dropped(component) {
            return Some(format!(
                "{version} no longer lists the component {component}, so the operator does not \
                 visit it any more"
            ));
        }
        let (before, after) = (self.from.has(component), self.to.has(component));
        match (before, after) {
            (true, false) => Some(format!("{version} has no component {component} any more")),
            (false, false) => Some(format!("{version} has no component {component}")),
            _ => None,
        }
    }
}

/// What counts most where the keys of one override fare differently.
fn weight(status: Status) -> u8 {
    match status {
        Status::Dead => 0,
        Status::Live => 1,
        Status::Unknown => 2,
        Status::Removed => 3,
        Status::TypeChanged => 4,
        Status::Renamed | Status::Moved | Status::Split | Status::Merged => 5,
    }
}

fn keys(change: &KeyChange) -> Vec<OverrideKey> {
    change.to.iter().map(|it| it.key.clone()).collect()
}

fn renamed(key: &OverrideKey, change: KeyChange) -> Outcome {
    let status = change.kind.map_or(Status::Renamed, Status::from);
    let after = keys(&change);
    Outcome { after, change: Some(change), ..Outcome::same(status, key) }
}

fn is_script(script: &IstioUse) -> bool {
    matches!(script, IstioUse::Option { .. } | IstioUse::Document)
}

fn is_cut(script: &IstioUse) -> bool {
    matches!(script, IstioUse::Option { cut: Some(true), .. })
}

fn script_note(script: &IstioUse) -> Option<String> {
    match script {
        IstioUse::Option { option, .. } => {
            Some(format!("a script passes it to istioctl as {option}"))
        }
        _ => None,
    }
}
