//! Which documents have to be read although they stand on both sides.

use std::collections::BTreeSet;

use super::sketch::Sketch;
use crate::manifest::{Object, Scopes};

/// Which documents that stand on both sides matter to what was read.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Kind and name of what was read, or stands in several places in another order: the later
    /// one wins.
    objects: BTreeSet<(String, String)>,
    /// The groups of what was read: a definition says where the objects of its group live.
    groups: BTreeSet<String>,
    /// The kinds that live elsewhere now.
    kinds: BTreeSet<String>,
}

impl Needs {
    /// What the objects that were read need, with the scopes of both sides.
    pub(super) fn of<'a>(read: impl Iterator<Item = &'a Object>, [old, new]: &[Scopes; 2]) -> Self {
        let mut needs = Self { kinds: old.changed_kinds(new), ..Self::default() };
        for key in read.map(|it| &it.key) {
            needs.objects.insert((key.kind.clone(), key.name.clone()));
            needs.groups.insert(key.group.clone());
        }
        needs
    }

    /// Adds what more than one of the documents is about.
    pub(super) fn add_repeated<'a>(&mut self, sketches: impl Iterator<Item = Sketch<'a>>) {
        let mut seen = BTreeSet::new();
        let repeated = sketches.filter(|it| !seen.insert(*it));
        self.objects.extend(repeated.map(Sketch::owned));
    }

    /// Whether a document is needed.
    pub(super) fn has(&self, sketch: &Sketch<'_>) -> bool {
        let group = sketch.name.split_once('.').map_or("", |(_, group)| group);
        let defines = sketch.kind == "CustomResourceDefinition" && self.groups.contains(group);
        defines || self.kinds.contains(sketch.kind) || self.objects.contains(&sketch.owned())
    }
}
