//! Override keys: which objects hold them, in which scope, which value wins, and what Helm gets.
//!
//! # Decisions
//! * The rules are the operator's, which are the same from Kyma 0.5 to 1.24
//!   (kyma@1.24.11 components/kyma-operator/pkg/overrides): namespace `kyma-installer`, label
//!   `installer=overrides`; a `component` label, whatever its value, makes a key that component's
//!   own; `ConfigMap`s first, then Secrets, each in name order, the last wins.
//! * Keys are split at every dot, without escapes, and empty segments stay. Exactly `true` and
//!   `false` become booleans, everything else stays text.
//! * Where a scope sets both `a` and `a.b`, the operator's result is random. [`Tree`] keeps every
//!   result that is possible and resolves none of them.
//! * The component's own values are merged over the common ones: maps merge, anything else takes
//!   the place of what was there. The layer of `versions.yaml` is empty in every released image.
//! * What does not count is told as a [`Remark`], never dropped. An object without a namespace
//!   counts, with a remark: people apply such files with `-n kyma-installer`.
//! * A value is secret if its object is a Secret or its key looks like a credential. The manifest
//!   reader withholds such values; here they exist only as a digest, which is enough to type them
//!   and to tell whether two are equal.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::{Object, ObjectKey};
use crate::yaml::{Digest, Entry, Nature, Node, Value};

mod istio;
mod judge;
mod layer;
mod moves;
mod set;
mod tree;
mod user;

pub use istio::{ISTIO, IstioReading, IstioUse};
pub use judge::{Reason, Refusal, Remark, RemarkKind};
pub use layer::{Conflict, Layer};
pub use moves::{Move, MoveKind, Place, When, new_object};
pub use set::{OverrideSet, is_override};
pub use tree::{Effective, Merged, Tree};
pub use user::UserOverrides;

/// The namespace in which the operator looks for overrides.
pub const NAMESPACE: &str = "kyma-installer";

/// A key and the charts that it reaches.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
    /// Its 1-based column, in characters.
    pub column: u32,
}

/// A value as the operator hands it to Helm.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed<'a> {
    /// Exactly `true` or `false`.
    Bool(bool),
    /// Everything else, the empty text and texts of several lines among it.
    Text(Cow<'a, str>),
    /// A value that is withheld; [`Override::is_bool`] and [`Override::is_empty`] know it still.
    Secret(&'a Digest),
}

impl Override {
    fn read(object: &Object, component: Option<&str>, entry: &Entry) -> Self {
        Self {
            key: OverrideKey::new(component, &entry.key),
            value: entry.node.clone(),
            object: object.key.clone(),
            source: object.source.clone(),
            line: entry.line,
            column: entry.column,
        }
    }

    /// Whether the value is withheld.
    pub fn is_secret(&self) -> bool {
        self.digest().is_some()
    }

    /// The digest of a value that is withheld.
    pub fn digest(&self) -> Option<&Digest> {
        match &self.value.value {
            Value::Redacted(digest) => Some(digest),
            _ => None,
        }
    }

    /// The value as reports print it: `(secret)` where it is withheld.
    pub fn shown(&self) -> String {
        self.text().into_owned()
    }

    fn text(&self) -> Cow<'_, str> {
        match &self.value.value {
            Value::String(text) => Cow::Borrowed(text),
            Value::Null => Cow::Borrowed(""),
            _ => match self.value.to_json() {
                serde_json::Value::String(text) => Cow::Owned(text),
                other => Cow::Owned(other.to_string()),
            },
        }
    }

    /// The value as Helm gets it.
    pub fn typed(&self) -> Typed<'_> {
        if let Some(digest) = self.digest() {
            return Typed::Secret(digest);
        }
        match self.text() {
            text if text == "true" => Typed::Bool(true),
            text if text == "false" => Typed::Bool(false),
            text => Typed::Text(text),
        }
    }

    /// The value as Helm gets it, as JSON; the text `(secret)` where it is withheld.
    pub fn to_json(&self) -> serde_json::Value {
        match self.typed() {
            Typed::Bool(value) => value.into(),
            Typed::Text(text) => text.into_owned().into(),
            Typed::Secret(_) => self.value.to_json(),
        }
    }

    /// Whether Helm gets a boolean, also where the value is withheld.
    pub fn is_bool(&self) -> bool {
        match self.typed() {
            Typed::Bool(_) => true,
            Typed::Text(_) => false,
            Typed::Secret(digest) => [&b"true"[..], b"false"].map(Digest::of).contains(digest),
        }
    }

    /// Whether a template's `if` takes the value for set: it is neither empty nor `false`.
    pub fn is_truthy(&self) -> bool {
        match self.typed() {
            Typed::Bool(value) => value,
            Typed::Text(text) => !text.is_empty(),
            Typed::Secret(digest) => ![&b""[..], b"false"].map(Digest::of).contains(digest),
        }
    }

    /// Whether the value is the empty text, also where it is withheld.
    pub fn is_empty(&self) -> bool {
        match self.typed() {
            Typed::Bool(_) => false,
            Typed::Text(text) => text.is_empty(),
            Typed::Secret(digest) => *digest == Digest::of(b""),
        }
    }

    /// Whether the value is withheld and stands for a real secret: neither empty nor marked as one
    /// to be filled in.
    pub fn holds_secret(&self) -> bool {
        let real = |it: &Digest| it.nature() != Nature::Placeholder;
        self.digest().is_some_and(real) && !self.is_empty()
    }

    /// The segments of the key, empty ones among them.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.key.key.split('.')
    }
}

/// The fields of an object in which the operator finds overrides. The API server puts `stringData`
/// over `data`.
fn data_fields(kind: &str) -> &'static [&'static str] {
    if kind == "Secret" { &["data", "stringData"] } else { &["data"] }
}

/// The entries of an object in which the operator finds overrides.
pub(crate) fn data(object: &Object) -> impl Iterator<Item = &Entry> {
    let fields = data_fields(&object.key.kind).iter();
    fields.filter_map(|field| object.node.get(field)).flat_map(Node::entries)
}

#[cfg(test)]
mod tests;
