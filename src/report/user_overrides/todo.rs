//! What to do about the user's overrides: a list for every hop, before and after its apply.
//!
//! # Decisions
//! * What is said once for each new key is told once: overrides that merge into one key, and keys
//!   that several objects set, make one item.
//! * Keys to remove are one item for each component, because they stand in the same objects.
//! * A key that is set before the hop is not removed after it, even if it was another setting's old
//!   name.

use std::collections::BTreeMap;

use super::matrix::scope;
use crate::liveness::Status;
use crate::overrides::OverrideKey;
use crate::report::{ActionReport, Report, UserHop, UserOverride};

/// What holds for all items.
pub(in crate::report) const INTRODUCTION: &str = "Set new keys to the value of the old ones, unless \
     the finding at the hop says otherwise. Remove old keys only when the hop has succeeded.";

/// What to do before or after a hop.
#[derive(Debug)]
pub(in crate::report) struct Todo {
    /// The release that the hop leads to.
    pub(in crate::report) to: String,
    /// `before` or `after`.
    pub(in crate::report) when: &'static str,
    /// Common keys first, then by component.
    pub(in crate::report) items: Vec<Item>,
}

/// One thing to do.
#[derive(Debug)]
pub(in crate::report) struct Item {
    component: Option<String>,
    task: Task,
    keys: Vec<OverrideKey>,
    old: Vec<OverrideKey>,
    is_secret: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    /// Set the keys, and leave the old ones.
    Set,
    /// Set the keys and remove the old ones at once.
    Replace,
    /// As before, because a single value does not fit under the old key.
    Retype,
    /// Remove what has successors.
    Remove,
    /// Remove what has successors that the user's files set already.
    Prepared,
    /// Remove what has none; a later release may read it again.
    Lost { again: Option<String> },
}

/// What the items of one list are told apart by.
type Identity = (Option<String>, Task, Vec<OverrideKey>);

/// The lists in the order in which they are to be done; empty ones are left out.
pub(in crate::report) fn todos(report: &Report) -> Vec<Todo> {
    let mut all: Vec<&UserOverride> = report.user_overrides.iter().flatten().collect();
    all.sort_by_key(|it| it.name());
    let places = report.hops.iter().enumerate();
    let lists = places.flat_map(|(place, hop)| {
        let of = |when| Todo { to: hop.to.clone(), when, items: items(&all, place, when) };
        ["before", "after"].map(of)
    });
    lists.filter(|it| !it.items.is_empty()).collect()
}

fn items(all: &[&UserOverride], place: usize, when: &str) -> Vec<Item> {
    let mut items: BTreeMap<Identity, Item> = BTreeMap::new();
    let hops = || all.iter().filter_map(|it| Some((*it, it.hops.get(place)?)));
    let set = hops().flat_map(|(_, hop)| &hop.actions).filter(|it| it.action != "remove");
    let set: Vec<&OverrideKey> = set.flat_map(|it| &it.keys).collect();
    for (entry, hop) in hops() {
        for action in hop.actions.iter().filter(|it| it.when == when) {
            if action.action == "remove" {
                let kept = action.keys.iter().filter(|it| !set.contains(it));
                kept.for_each(|key| remove(&mut items, (entry, place), key));
            } else {
                change(&mut items, (entry, place), hop, action);
            }
        }
    }
    let mut items: Vec<Item> = items.into_values().collect();
    for item in items.iter_mut().filter(|it| it.old.is_empty()) {
        item.keys.sort();
    }
    items
}

fn remove(
    items: &mut BTreeMap<Identity, Item>,
    (entry, place): (&UserOverride, usize),
    key: &OverrideKey,
) {
    let hop = &entry.hops[place];
    let task = match hop.status {
        Status::Removed => {
            let later = entry.hops[place..].iter().find(|it| it.status == Status::Live);
            Task::Lost { again: later.map(|it| it.to.clone()) }
        }
        _ if hop.actions.iter().all(|it| it.action == "remove") => Task::Prepared,
        _ => Task::Remove,
    };
    let identity = (key.component.clone(), task.clone(), Vec::new());
    let new = || Item::new(key.component.clone(), task);
    let item = items.entry(identity).or_insert_with(new);
    add(&mut item.keys, key);
}

fn change(
    items: &mut BTreeMap<Identity, Item>,
    (entry, place): (&UserOverride, usize),
    hop: &UserHop,
    action: &ActionReport,
) {
    let old = old_keys(entry, place, hop);
    let task = match (&*action.action, hop.status) {
        (_, Status::TypeChanged) => Task::Retype,
        ("replace", _) => Task::Replace,
        _ => Task::Set,
    };
    let told_apart = if task == Task::Set { &action.keys } else { &old };
    let first = action.keys.first().or(old.first());
    let component = first.and_then(|it| it.component.clone());
    let identity = (component.clone(), task.clone(), told_apart.clone());
    let item = items.entry(identity).or_insert_with(|| Item::new(component, task));
    for key in &action.keys {
        add(&mut item.keys, key);
    }
    for key in &old {
        add(&mut item.old, key);
    }
    item.is_secret |= entry.secret;
}

fn add(keys: &mut Vec<OverrideKey>, key: &OverrideKey) {
    if !keys.contains(key) {
        keys.push(key.clone());
    }
}

/// The keys under which an override stands before a hop, as far as the report tells.
fn old_keys(entry: &UserOverride, place: usize, hop: &UserHop) -> Vec<OverrideKey> {
    let removed = hop.actions.iter().find(|it| it.action == "remove");
    if let Some(removed) = removed {
        return removed.keys.clone();
    }
    if let Some(rename) = &hop.rename {
        return vec![OverrideKey { component: rename.component.clone(), key: rename.key.clone() }];
    }
    let before = place.checked_sub(1).and_then(|it| entry.hops.get(it));
    vec![
        before
            .map_or_else(|| entry.name(), |it| OverrideKey::new(it.component.as_deref(), &it.key)),
    ]
}

impl Item {
    fn new(component: Option<String>, task: Task) -> Self {
        Self { component, task, keys: Vec::new(), old: Vec::new(), is_secret: false }
    }

    /// The item in words: `monitoring: set a.b (was a.c)`. `mark` is put around names.
    pub(in crate::report) fn words(&self, mark: impl Fn(&str) -> String) -> String {
        let list = |keys: &[OverrideKey], joint| self.list(keys, joint, &mark);
        let (new, old) = (list(&self.keys, " and "), list(&self.old, " and "));
        let many = 1 < self.keys.len();
        let what = match &self.task {
            Task::Set => {
                format!("set {new} (was {}{})", self.origin(old, &mark), self.secret_words())
            }
            Task::Retype if self.keys.is_empty() => {
                format!("remove {old}: no single value fits there any more")
            }
            Task::Retype if self.is_below() => {
                format!("replace {old} by keys below it, such as {}", list(&self.keys, ", "))
            }
            Task::Replace | Task::Retype => {
                format!("replace {old} by {new} in one step{}", self.secret_words())
            }
            Task::Remove => format!("remove {}", list(&self.keys, ", ")),
            Task::Prepared => {
                let what = if many { "what takes their place" } else { "what takes its place" };
                format!("remove {}: {what} is set already", list(&self.keys, ", "))
            }
            Task::Lost { again: None } => {
                let whose = if many { "their" } else { "its" };
                format!("remove {}: nothing takes {whose} place", list(&self.keys, ", "))
            }
            Task::Lost { again: Some(later) } => {
                let them = if many { "them" } else { "it" };
                let keys = list(&self.keys, ", ");
                format!("remove {keys}, or keep {them}: {later} reads {them} again")
            }
        };
        let scope = self.component.as_deref().map_or_else(|| scope(None).to_owned(), mark);
        format!("{scope}: {what}")
    }

    /// Where a key comes from: of one that only changes its component, the component.
    fn origin(&self, old: String, mark: impl Fn(&str) -> String) -> String {
        match (self.keys.as_slice(), self.old.as_slice()) {
            ([new], [was]) if new.key == was.key => match &was.component {
                Some(component) => format!("in {}", mark(component)),
                None => format!("in {}", scope(None)),
            },
            _ => old,
        }
    }

    fn secret_words(&self) -> &'static str {
        if self.is_secret { ", secret" } else { "" }
    }

    fn is_below(&self) -> bool {
        let below = |key: &OverrideKey| {
            self.old.iter().any(|old| {
                key.key.strip_prefix(old.key.as_str()).is_some_and(|it| it.starts_with('.'))
            })
        };
        self.keys.iter().all(below)
    }

    /// Keys of the item's own component by their name, others with theirs.
    fn list(&self, keys: &[OverrideKey], joint: &str, mark: impl Fn(&str) -> String) -> String {
        let name = |key: &OverrideKey| match &key.component {
            component if *component == self.component => mark(&key.key),
            Some(component) => format!("{} of {}", mark(&key.key), mark(component)),
            None => format!("{} of {}", mark(&key.key), scope(None)),
        };
        keys.iter().map(name).collect::<Vec<_>>().join(joint)
    }
}
