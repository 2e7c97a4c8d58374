//! The objects that templates render, and how alike two of them are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::chart::Reference;
use crate::rename::words::words;

/// Kinds that run pods: one often takes the place of another.
const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"];

/// Folders that every chart has.
const FOLDERS: &[&str] = &["resources", "charts", "templates"];

/// What an object is known by.
#[derive(Debug)]
pub(super) struct ObjectId {
    component: String,
    source: Arc<str>,
    kind: Arc<str>,
    name: Arc<str>,
}

impl ObjectId {
    pub(super) fn new(component: &str, reference: &Reference) -> Self {
        Self {
            component: component.to_owned(),
            source: reference.source.clone(),
            kind: reference.sink.kind.clone(),
            name: reference.sink.name.clone(),
        }
    }
}

/// An object of a release.
#[derive(Debug)]
pub(super) struct Object {
    id: u64,
    /// Its kind.
    kind: Arc<str>,
    /// The folder that it is in, by its number.
    pub(super) home: usize,
    /// The words of its file and name: what it is about.
    subject: BTreeSet<String>,
    /// The same without those of its component.
    own_subject: BTreeSet<String>,
    /// The words of its component.
    component: BTreeSet<String>,
    /// What is read in it; in order once everything is there.
    content: Vec<u64>,
    /// How much each of these says, and all together, once that is known.
    weights: Vec<f64>,
    weight: f64,
}

impl Object {
    pub(super) fn new(named: &ObjectId, id: u64, home: usize) -> Self {
        let path = named.source.split('/').filter(|it| !FOLDERS.contains(it));
        let stem =
            |it: &str| it.rsplit_once('.').map_or(it.to_owned(), |(stem, _)| stem.to_owned());
        let mut subject: BTreeSet<String> = path.map(stem).flat_map(|it| words(&it)).collect();
        subject.extend(literal(&named.name).iter().flat_map(|it| words(it)));
        let mut idle: BTreeSet<String> = words(&named.kind).into_iter().collect();
        idle.insert(named.kind.to_lowercase());
        subject.retain(|it| !idle.contains(it));
        let component: BTreeSet<String> = words(&named.component).into_iter().collect();
        Self {
            id,
            kind: named.kind.clone(),
            home,
            own_subject: subject.difference(&component).cloned().collect(),
            subject,
            component,
            content: Vec::new(),
            weights: Vec::new(),
            weight: 0.0,
        }
    }

    /// Takes note of something that is read in it.
    pub(super) fn holds(&mut self, content: u64) {
        self.content.push(content);
    }

    /// Brings what is read in it in order, once everything is there.
    pub(super) fn close(&mut self) {
        self.content.sort_unstable();
        self.content.dedup();
    }

    /// Notes how much everything that is read in it says.
    pub(super) fn weigh(&mut self, rarity: &Rarity) {
        self.weights = self.content.iter().map(|it| rarity.weight(*it)).collect();
        self.weight = self.weights.iter().sum();
    }

    /// How alike it is to a new object, from 0 to 1; both have been weighed. `home` says how surely
    /// its folder went into that of the new one.
    pub(super) fn alike(&self, new: &Self, home: f64) -> f64 {
        if self.id == new.id {
            return 1.0;
        }
        let content = self.shared(new);
        let subject = subjects_alike(self, new);
        let own = (0.9 * content).max(0.5 * content + 0.5 * subject);
        let around = if home < 1.0 { 0.8 * home * (0.5 + 0.5 * subject) } else { 0.0 };
        kinds_alike(self, new) * own.max(around)
    }

    fn shared(&self, new: &Self) -> f64 {
        let items = self.content.iter().zip(&self.weights);
        let both = items.filter(|it| new.content.binary_search(it.0).is_ok());
        let shared: f64 = both.map(|it| it.1).sum();
        if shared == 0.0 {
            return 0.0;
        }
        // A few lines that many objects have say little.
        let enough = shared / (shared + 0.6);
        2.0 * shared / (self.weight + new.weight) * enough
    }
}

fn literal(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("{{") {
        parts.push(before);
        rest = after.split_once("}}").map_or("", |it| it.1);
    }
    parts.push(rest);
    parts
}

/// How rare things are that templates of two releases have: what is rare says more.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    weights: BTreeMap<u64, f64>,
}

impl Rarity {
    pub(super) fn of<'a>(objects: impl Iterator<Item = &'a Object>) -> Self {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for item in objects.flat_map(|it| &it.content) {
            *counts.entry(*item).or_default() += 1;
        }
        let weight = |count| 1.0 / (1.0 + f64::from(count)).log2();
        Self { weights: counts.into_iter().map(|(it, count)| (it, weight(count))).collect() }
    }

    fn weight(&self, item: u64) -> f64 {
        self.weights.get(&item).copied().unwrap_or(1.0)
    }
}

/// How alike what two objects are about is. Within a component, its name says nothing.
fn subjects_alike(old: &Object, new: &Object) -> f64 {
    if old.component != new.component {
        return overlap(&old.subject, &new.subject);
    }
    let (a, b) = (&old.own_subject, &new.own_subject);
    if a.is_empty() && b.is_empty() { 0.6 } else { overlap(a, b) }
}

fn kinds_alike(old: &Object, new: &Object) -> f64 {
    let (a, b) = (&*old.kind, &*new.kind);
    let workload = |it: &str| WORKLOADS.contains(&it);
    // What an operator runs is often described by an object whose kind is called like it.
    let run = |it: &str| {
        let kind = it.to_lowercase();
        workload(a) && (old.subject.contains(&kind) || old.component.contains(&kind))
    };
    match (a == b, workload(a) && workload(b)) {
        (true, _) => 1.0,
        (_, true) => 0.9,
        _ if run(b) => 0.8,
        _ => 0.5,
    }
}

fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let shared = a.intersection(b).count();
    super::ratio(2 * shared, a.len() + b.len())
}
