//! What the conclusions of a plan were read from, as digests.
//!
//! # Decisions
//! * Of an object that is applied, the fields count that `kubectl apply` looks at: those of the
//!   manifests of all releases on the path, and those of the manifest that was applied last. Fields
//!   that only the cluster has (replicas that somebody scaled where the manifest says nothing, a
//!   label of another tool) are no part of any patch and may change.
//! * Of an override object every key counts, and that no other one appears: the operator reads them
//!   all. A few are made by jobs of the releases themselves and may appear, see [`MADE_BY_JOBS`].
//! * Fields are told apart down to the third level (`spec.template.spec`, `data["a.b"]`); below that
//!   one digest stands for all. That names what changed and keeps plans small.
//! * **No secret goes into a digest**, not even a keyed one, which would let whoever has the plan test
//!   guesses. Where an object holds secret values its `resourceVersion` counts: it changes with any
//!   of them.
//! * An object is compared in the API version of the newest manifest that has it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle::Bundle;
use crate::digest;
use crate::manifest::ObjectKey;
use crate::overrides;
use crate::procedure;
use crate::simulate::state::{is_sealed, shown};
use crate::simulate::{ClusterState, merge, server};

mod drift;

pub use drift::{Drift, DriftKind};

/// The level below which one digest stands for all fields.
const LEVELS: usize = 3;

/// So many hexadecimal digits of a digest tell fields apart.
const DIGITS: usize = 16;

/// Override objects that jobs of the releases make while the operator runs (xip-patch,
/// velero-essentials, cluster-essentials).
const MADE_BY_JOBS: &[&str] =
    &["net-global-overrides", "velero-credentials-overrides", "application-connector-overrides"];

/// The field that stands for all secret values of an object.
const RESOURCE_VERSION: &str = "metadata.resourceVersion";

/// The field that stands for the manifest that was applied last.
const APPLIED: &str = "the manifest that was applied last";

/// Fields that say which object it is, and those that the API server or the operator writes.
const NOT_OURS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "status",
    "metadata.creationTimestamp",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.selfLink",
    "metadata.uid",
];

/// The digests of what was read of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadSet {
    /// The minor version of Kubernetes, where it is known.
    pub kubernetes: Option<String>,
    /// By object, as `Kind/namespace/name`.
    pub objects: BTreeMap<String, Entry>,
}

/// What was read of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whether it is there.
    pub present: bool,
    /// The digests of its fields, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// What was concluded from it, in a few words each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conclusions: Vec<String>,
}

/// The objects that a path applies, with the fields that their manifests have.
#[derive(Debug)]
pub struct Shapes {
    manifests: BTreeMap<ObjectKey, Shape>,
}

#[derive(Debug, Default)]
struct Shape {
    /// The API version of the newest manifest.
    api_version: String,
    manifests: Vec<Value>,
}

impl Shapes {
    /// What the releases of a path apply.
    pub fn of<'a>(bundles: impl IntoIterator<Item = &'a Bundle>) -> Self {
        let mut manifests: BTreeMap<ObjectKey, Shape> = BTreeMap::new();
        for bundle in bundles {
            for object in bundle.objects.iter().chain(bundle.tiller.iter()) {
                let shape = manifests.entry(object.key.clone()).or_default();
                shape.api_version.clone_from(&object.api_version);
                shape.manifests.push(object.node.to_json());
            }
        }
        Self { manifests }
    }

    /// The objects that a path applies.
    pub fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.manifests.keys()
    }

    /// What a state says about the objects of the path, its namespaces, and overrides.
    pub fn observe(&self, state: &ClusterState) -> ReadSet {
        let mut objects = BTreeMap::new();
        for (key, shape) in &self.manifests {
            if state.contains(key) || state.covers_object(key) {
                let entry = state.get(key).map(|live| shape.entry(key, &live));
                objects.insert(key.to_string(), entry.unwrap_or_default());
            }
        }
        for (key, live) in overrides_of(state) {
            objects.insert(key.to_string(), override_entry(&live));
        }
        for (key, entry) in self.namespaces(state) {
            objects.entry(key).or_insert(entry);
        }
        let kubernetes = state.kubernetes_version().map(minor);
        ReadSet { kubernetes, objects }
    }

    fn namespaces<'a>(
        &'a self,
        state: &'a ClusterState,
    ) -> impl Iterator<Item = (String, Entry)> + 'a {
        let names: BTreeSet<_> =
            self.manifests.keys().filter_map(|it| it.namespace.as_ref()).collect();
        let covered = names
            .into_iter()
            .map(|it| ObjectKey::of_namespace(it))
            .filter(|it| state.contains(it) || state.covers_object(it));
        covered.map(|key| {
            let entry = state.get(&key).map(|live| {
                let deleting = live.pointer("/metadata/deletionTimestamp").is_some();
                let field = ("metadata.deletionTimestamp".to_owned(), of_value(&deleting.into()));
                Entry { present: true, fields: [field].into(), conclusions: Vec::new() }
            });
            (key.to_string(), entry.unwrap_or_default())
        })
    }
}

/// The version of Kubernetes without its patch: `v1.20.2` is 1.20.
fn minor(version: &str) -> String {
    let parts: Vec<_> = version.trim_start_matches('v').split('.').take(2).collect();
    parts.join(".")
}

/// The objects from which the operator reads overrides.
fn overrides_of(state: &ClusterState) -> Vec<(ObjectKey, Value)> {
    let may = |key: &&ObjectKey| {
        key.group.is_empty()
            && matches!(&*key.kind, "ConfigMap" | "Secret")
            && key.namespace.as_deref() == Some(overrides::NAMESPACE)
    };
    let keys = state.keys().filter(may);
    let objects = keys.filter_map(|key| Some((key.clone(), state.get(key)?)));
    objects.filter(|(key, it)| is_override(key, it)).collect()
}

/// What is read of an override object: its labels and every key.
fn override_entry(live: &Value) -> Entry {
    let mut entry = Entry { present: true, ..Entry::default() };
    for label in ["installer", "component"] {
        let value = live.pointer(&format!("/metadata/labels/{label}")).unwrap_or(&Value::Null);
        entry.add(format!("metadata.labels.{label}"), value);
    }
    for (key, value) in live["data"].as_object().into_iter().flatten() {
        entry.add(child("data", key), value);
    }
    entry.add_resource_version(live);
    entry
}

impl Shape {
    fn entry(&self, key: &ObjectKey, live: &Value) -> Entry {
        let live = server::as_version(live, &self.api_version).unwrap_or_else(|| live.clone());
        let applied = merge::last_applied(&live).ok().flatten();
        let mut fields = Value::Null;
        for manifest in self.manifests.iter().chain(&applied) {
            let converted = server::as_version(manifest, &self.api_version);
            unite(&mut fields, converted.as_ref().unwrap_or(manifest));
        }
        let mut entry = Entry { present: true, ..Entry::default() };
        entry.read(&fields, &live, ("", 0));
        let deleting = live.pointer("/metadata/deletionTimestamp").is_some();
        entry.add("metadata.deletionTimestamp".to_owned(), &deleting.into());
        entry.add(APPLIED.to_owned(), &applied.unwrap_or(Value::Null));
        if *key == procedure::installer() {
            // An installer without a Pod does nothing, whatever the manifest says of replicas.
            let replicas = live.pointer("/spec/replicas").unwrap_or(&Value::Null);
            entry.add("spec.replicas".to_owned(), replicas);
        }
        if *key == procedure::installation() {
            // The label comes and goes with the runs of the operator.
            entry.fields.remove(&format!("metadata.labels.{}", procedure::TRIGGER.0));
        }
        if is_override(key, &live) {
            entry.fields.extend(override_entry(&live).fields);
        }
        entry.add_resource_version(&live);
        entry
    }
}

fn is_override(key: &ObjectKey, live: &Value) -> bool {
    key.namespace.as_deref() == Some(overrides::NAMESPACE)
        && live.pointer("/metadata/labels/installer") == Some(&"overrides".into())
}

/// Adds the fields of a manifest to those that are known. Lists are taken as a whole.
fn unite(fields: &mut Value, manifest: &Value) {
    let Some(added) = manifest.as_object() else {
        return;
    };
    if !fields.is_object() {
        *fields = Value::Object(serde_json::Map::new());
    }
    for (key, value) in added {
        unite(&mut fields[key.as_str()], value);
    }
}

/// What a live value has of these fields.
fn project(fields: &Value, live: &Value) -> Value {
    match (fields.as_object(), live.as_object()) {
        (Some(fields), Some(live)) => {
            let both = fields
                .iter()
                .filter_map(|(key, below)| Some((key.clone(), project(below, live.get(key)?))));
            both.collect()
        }
        _ => live.clone(),
    }
}

fn child(path: &str, key: &str) -> String {
    if key.contains(['.', '/']) {
        format!("{path}[\"{key}\"]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

impl Entry {
    /// Reads the fields of a live object, level by level.
    fn read(&mut self, fields: &Value, live: &Value, (path, level): (&str, usize)) {
        if NOT_OURS.contains(&path) || path.ends_with(&child("annotations", merge::LAST_APPLIED)) {
            return;
        }
        match fields.as_object() {
            Some(fields) if level < LEVELS => {
                for (key, below) in fields {
                    let value = live.get(key).unwrap_or(&Value::Null);
                    self.read(below, value, (&child(path, key), level + 1));
                }
            }
            _ => self.add(path.to_owned(), &project(fields, live)),
        }
    }

    fn add(&mut self, path: String, value: &Value) {
        self.fields.insert(path, of_value(value));
    }

    /// Where the object holds secret values, its version stands for them.
    fn add_resource_version(&mut self, live: &Value) {
        if has_secret(live) {
            let version = live.pointer("/metadata/resourceVersion").unwrap_or(&Value::Null);
            self.add(RESOURCE_VERSION.to_owned(), version);
        }
    }
}

fn has_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => is_sealed(text),
        Value::Array(items) => items.iter().any(has_secret),
        Value::Object(fields) => fields.values().any(has_secret),
        _ => false,
    }
}

/// The first digits of the digest of a value without its secrets.
fn of_value(value: &Value) -> String {
    let digest = digest::hex(without_empty(&shown(value)).to_string().as_bytes());
    digest[..DIGITS].to_owned()
}

/// A value without nulls and empty maps, which the API server shows or not as it likes.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_empty).collect(),
        Value::Object(fields) => {
            let kept = fields.iter().map(|(key, it)| (key.clone(), without_empty(it)));
            kept.filter(|(_, it)| !is_empty(it)).collect()
        }
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

impl ReadSet {
    /// What is expected now instead: these entries in place of their own.
    #[must_use]
    pub fn with(&self, changed: &Self) -> Self {
        let mut objects = self.objects.clone();
        for (object, entry) in &changed.objects {
            let conclusions = objects.get(object).map(|it| it.conclusions.clone());
            let conclusions = conclusions.unwrap_or_default();
            objects.insert(object.clone(), Entry { conclusions, ..entry.clone() });
        }
        let kubernetes = changed.kubernetes.clone().or_else(|| self.kubernetes.clone());
        Self { kubernetes, objects }
    }

    /// The entries that differ from those of `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let changed = self
            .objects
            .iter()
            .filter(|(object, entry)| before.objects.get(*object) != Some(*entry));
        let gone = before.objects.keys().filter(|it| !self.objects.contains_key(*it));
        let gone = gone.map(|it| (it.clone(), Entry::default()));
        let changed = changed.map(|(object, entry)| (object.clone(), entry.clone()));
        let objects = changed.chain(gone).collect();
        let kubernetes =
            self.kubernetes.clone().filter(|it| before.kubernetes.as_ref() != Some(it));
        Self { kubernetes, objects }
    }

    /// Forgets the versions of objects that are written: nobody can predict them.
    pub(super) fn forget_versions(&mut self, written: &BTreeSet<String>) {
        for object in written {
            if let Some(entry) = self.objects.get_mut(object) {
                entry.fields.remove(RESOURCE_VERSION);
            }
        }
    }
}

#[cfg(test)]
mod tests;
