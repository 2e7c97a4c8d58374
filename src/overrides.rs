//! Override keys: which objects hold them, in which scope, and which value wins.
//!
//! # Decisions
//! * The rules are the operator's (kyma@1.0.0 components/installer/pkg/overrides): namespace
//!   `kyma-installer`, label `installer=overrides`; a `component` label, whatever its value, makes a
//!   key that component's own; ConfigMaps first, then Secrets, each in name order, the last wins.
//! * A value is secret if its object is a Secret or its key looks like a credential. The manifest
//!   reader withholds such values; here they exist only as a digest.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::manifest::{Object, ObjectKey, ObjectSet};
use crate::yaml::{Entry, Node, Value};

/// The namespace in which the operator looks for overrides.
pub const NAMESPACE: &str = "kyma-installer";

/// A key and the charts that it reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OverrideKey {
    /// The component whose chart it reaches; none if it is common to all.
    pub component: Option<String>,
    /// The path in the chart's values, segments separated by dots.
    pub key: String,
}

impl OverrideKey {
    /// A key of `component`, or a common one.
    pub fn new(component: Option<&str>, key: &str) -> Self {
        Self { component: component.map(ToOwned::to_owned), key: key.to_owned() }
    }
}

impl fmt::Display for OverrideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.component {
            Some(component) => write!(f, "{component}:{}", self.key),
            None => f.write_str(&self.key),
        }
    }
}

/// What a key is set to, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The key.
    pub key: OverrideKey,
    /// The value, located; withheld if it is secret.
    pub value: Node,
    /// The object that sets it.
    pub object: ObjectKey,
    /// The file that holds the object, as evidence names it.
    pub source: Arc<str>,
    /// The 1-based line of the key.
    pub line: u32,
}

impl Override {
    /// Whether the value is withheld.
    pub fn is_secret(&self) -> bool {
        matches!(self.value.value, Value::Redacted(_))
    }

    /// The value as reports print it: `(secret)` where it is withheld.
    pub fn shown(&self) -> String {
        match &self.value.value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            _ => self
                .value
                .to_json()
                .as_str()
                .map_or_else(|| self.value.to_json().to_string(), ToOwned::to_owned),
        }
    }
}

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
        let component = label(object, "component");
        for entry in data(object) {
            let it = read(object, component, entry);
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
    let holds = matches!(object.key.kind.as_str(), "ConfigMap" | "Secret");
    holds
        && object.key.group.is_empty()
        && object.key.namespace.as_deref() == Some(NAMESPACE)
        && label(object, "installer") == Some("overrides")
}

fn label<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.node.get("metadata")?.get("labels")?.get(name)?.as_str()
}

fn data(object: &Object) -> impl Iterator<Item = &Entry> {
    let fields = ["data", "stringData"].into_iter();
    fields.filter_map(|field| object.node.get(field)).flat_map(Node::entries)
}

fn read(object: &Object, component: Option<&str>, entry: &Entry) -> Override {
    Override {
        key: OverrideKey::new(component, &entry.key),
        value: entry.node.clone(),
        object: object.key.clone(),
        source: object.source.clone(),
        line: entry.line,
    }
}
