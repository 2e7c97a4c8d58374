//! What changes between two sets of objects, field by field.
//!
//! # Decisions
//! * An object that is on both sides is compared field by field; the fields that make its identity
//!   (`metadata.name`, `metadata.namespace`) are not.
//! * Items of lists are matched as the API server merges them, by their merge key. Other lists are
//!   compared as multisets, so an item that moved is no change; where nothing but the order
//!   changed, the order is the change.
//! * The text of a field that holds a script, a file, YAML or JSON comes as a unified diff as well.
//! * Withheld values read `(secret)` on both sides of a change, in JSON as in text. What looks like
//!   a credential inside a longer text is masked in the same way.
//! * Changed descriptions in the schemas of custom resource definitions are counted, not listed.
//! * Quantities are compared as they are written: `1024Mi` and `1Gi` differ.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::{Object, ObjectKey, ObjectSet};

mod components;
mod documents;
mod fields;
mod leaves;
mod lists;
mod mask;
mod merge_keys;
mod needs;
mod overrides;
mod pairing;
mod path;
mod sketch;
mod text;
mod twins;

pub use components::{ComponentDiff, Reordered};
pub use documents::{DocumentDiff, Unreadable, documents};
pub use overrides::OverrideDiff;

/// What changes from one set of objects to another. Everything is in the order of the keys, except
/// fields, which are in the order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ObjectDiff {
    /// The objects that are new, without those that are renamed.
    pub added: Vec<ObjectKey>,
    /// The objects that are gone, without those that are renamed.
    pub removed: Vec<ObjectKey>,
    /// The objects that are gone and live on under another name or in another namespace.
    pub renamed: Vec<Renamed>,
    /// The objects that are on both sides and differ.
    pub changed: Vec<Changed>,
    /// How many objects are the same on both sides.
    pub unchanged: usize,
}

impl ObjectDiff {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.renamed.is_empty()
            && self.changed.is_empty()
    }
}

/// An object that is on both sides and differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// The object.
    pub object: ObjectKey,
    /// What changes in it.
    pub fields: Vec<FieldChange>,
    /// How many descriptions in schemas change besides.
    pub descriptions: usize,
}

/// An object that lives on under another name or in another namespace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Renamed {
    /// The object as it was.
    pub from: ObjectKey,
    /// The object as it is now.
    pub to: ObjectKey,
    /// How much of the content is the same, from 0 to 1, rounded to two digits.
    pub similarity: f64,
    /// What changes besides name and namespace.
    pub fields: Vec<FieldChange>,
    /// How many descriptions in schemas change besides.
    pub descriptions: usize,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where the field is: `spec.template.spec.containers[web].image`. An item of a list is named
    /// by its merge key, or else by its index on the side where it is; a name that is no plain
    /// word is quoted: `data["a.b"]`. A change of order ends in ` (order)`.
    pub path: String,
    /// The old value; none where the field is new. For a change of order, the keys or items in
    /// their old order.
    pub from: Option<serde_json::Value>,
    /// The new value; none where the field is gone.
    pub to: Option<serde_json::Value>,
    /// The 1-based line of the field in the old file; none where the field is new.
    pub from_line: Option<u32>,
    /// The 1-based line of the field in the new file; none where the field is gone.
    pub to_line: Option<u32>,
    /// The change as a unified diff, where both sides are longer text, YAML or JSON.
    pub text: Option<String>,
    /// What the values alone do not say.
    pub note: Option<Note>,
}

/// What the values of a change alone do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The items are the same in another order.
    OrderChanged,
    /// A value changed that is withheld.
    SecretChanged,
}

impl Note {
    /// The note as a reader sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderChanged => "the order changed",
            Self::SecretChanged => "the secret value changed",
        }
    }
}

/// What changes from the objects `old` to the objects `new`.
pub fn objects(old: &ObjectSet, new: &ObjectSet) -> ObjectDiff {
    let mut diff = ObjectDiff::default();
    let mut removed = Vec::new();
    for object in old.iter() {
        match new.get(&object.key) {
            None => removed.push(object),
            Some(now) => match changed(object, now) {
                None => diff.unchanged += 1,
                Some(changed) => diff.changed.push(changed),
            },
        }
    }
    let mut added: Vec<_> = new.iter().filter(|it| old.get(&it.key).is_none()).collect();
    diff.renamed = renamed(&mut removed, &mut added);
    diff.removed = removed.iter().map(|it| it.key.clone()).collect();
    diff.added = added.iter().map(|it| it.key.clone()).collect();
    diff
}

fn changed(old: &Object, new: &Object) -> Option<Changed> {
    let fields::Comparison { fields, descriptions } = fields::compare(old, new);
    let same = fields.is_empty() && descriptions == 0;
    (!same).then(|| Changed { object: new.key.clone(), fields, descriptions })
}

/// Takes the objects out of both lists that are one object under two names.
fn renamed(removed: &mut Vec<&Object>, added: &mut Vec<&Object>) -> Vec<Renamed> {
    let pairs = pairing::pairs(removed, added);
    let renamed = pairs.iter().map(|pair| {
        let (old, new) = (removed[pair.old], added[pair.new]);
        let comparison = fields::compare(old, new);
        Renamed {
            from: old.key.clone(),
            to: new.key.clone(),
            similarity: pair.similarity(),
            fields: comparison.fields,
            descriptions: comparison.descriptions,
        }
    });
    let renamed = renamed.collect();
    without(removed, &pairs.iter().map(|it| it.old).collect());
    without(added, &pairs.iter().map(|it| it.new).collect());
    renamed
}

/// Drops the objects at these places.
fn without(objects: &mut Vec<&Object>, places: &BTreeSet<usize>) {
    let mut at = 0..;
    objects.retain(|_| at.next().is_some_and(|it| !places.contains(&it)));
}

#[cfg(test)]
mod tests;
