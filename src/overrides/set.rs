//! The overrides that a release itself brings.

use std::collections::BTreeMap;

use super::{NAMESPACE, Override, OverrideKey, data};
use crate::manifest::{Object, ObjectSet};

/// The overrides of a set of objects: the winning entry of every key.
#[derive(Debug, Clone, Default)]
pub struct OverrideSet {
    entries: BTreeMap<OverrideKey, Override>,
}

impl OverrideSet {
    /// The overrides that the operator reads from `objects`.
    pub fn of(objects: &ObjectSet) -> Self {
        let mut set = Self::default();
        for kind in ["ConfigMap", "Secret"] {
            for object in objects.iter().filter(|it| it.key.kind == kind && is_override(it)) {
                set.extend(object);
            }
        }
        set
    }

    fn extend(&mut self, object: &Object) {
        let component = object.label("component");
        for entry in data(object) {
            let it = Override::read(object, component, entry);
            self.entries.insert(it.key.clone(), it);
        }
    }

    /// The keys with their winning entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Override> {
        self.entries.values()
    }

    /// The winning entry of a key.
    pub fn get(&self, key: &OverrideKey) -> Option<&Override> {
        self.entries.get(key)
    }

    /// Whether a key is set.
    pub fn contains(&self, key: &OverrideKey) -> bool {
        self.entries.contains_key(key)
    }

    /// Whether no key is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl FromIterator<Override> for OverrideSet {
    fn from_iter<I: IntoIterator<Item = Override>>(entries: I) -> Self {
        Self { entries: entries.into_iter().map(|it| (it.key.clone(), it)).collect() }
    }
}

/// Whether the operator reads overrides from `object`.
pub fn is_override(object: &Object) -> bool {
    holds_overrides(object)
        && object.key.namespace.as_deref() == Some(NAMESPACE)
        && object.label("installer") == Some("overrides")
}

/// Whether an object is of a kind that can hold overrides.
pub(super) fn holds_overrides(object: &Object) -> bool {
    object.key.group.is_empty() && matches!(object.key.kind.as_str(), "ConfigMap" | "Secret")
}
