//! The three-way merge of `kubectl apply`, client side.
//!
//! kubectl compares three objects: the one applied last, which it keeps in an annotation of the
//! live object, the manifest, and the live object. What the manifest no longer has of the first is
//! deleted, what it has otherwise than the live object is set, and everything else in the live
//! object stays. The patch that says so is `{}` if the object is unchanged.
//!
//! # Decisions
//! * The patch is the one that kubectl sends, key by key, with its directives: whether there is one
//!   decides between `configured` and `unchanged`, and the real thing sends it as it is. So oddities
//!   of kubectl are kept, each with a comment.
//! * The rules and the merge keys are those of Kubernetes 1.20.2. Merge keys belong to types, so
//!   they are found by the way from the kind down, never by the name of a field alone.
//! * kubectl of 1.20 knows a kind's types if its own scheme has the kind. Newer ones ask the server
//!   which patches it takes, so custom resource definitions get a strategic merge patch there.
//!   [`Kubectl`] tells them apart. Both were compared with the real programs.
//! * A field that the tables do not know is merged if it is an object, and replaced if it is a list.
//!   kubectl refuses there. Servers newer than the tables may have such fields.
//! * Numbers equal in value but not in kind (1 and 1.0) differ in a strategic merge, as in Go, and
//!   are equal in a JSON merge. What reads manifests has made 1.0 to 1 before.
//! * What the API server makes of a patch is told before its defaults: directives that it does not
//!   know where it does not expect them, and nulls, are dropped as its decoding drops them.
//! * Lists with a repeated merge key are merged as Go's sorting of up to 12 items happens to order
//!   the repeated ones; longer lists may differ from one build of kubectl to the next.
//! * `\b` and `\f` are written as `\u0008` and `\u000c` into the annotation, as by kubectl 1.20;
//!   what Go 1.22 or later has compiled writes `\b` and `\f`.

use serde_json::{Map, Value};
use thiserror::Error;

mod annotation;
mod changes;
pub(super) mod go_json;
mod json;
mod kept;
mod kinds;
mod strategic;
mod types;

#[cfg(test)]
mod tests;

pub use annotation::{LAST_APPLIED, annotated, last_applied};
pub use changes::{FieldChange, changed_fields};
pub use kept::undone_keys;

/// The kind of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// Merges lists by their merge keys (`application/strategic-merge-patch+json`).
    Strategic,
    /// Replaces lists (`application/merge-patch+json`, RFC 7386).
    Json,
}

impl Style {
    /// The content type of a request with such a patch.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Strategic => "application/strategic-merge-patch+json",
            Self::Json => "application/merge-patch+json",
        }
    }
}

/// Which kubectl applies, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kubectl {
    /// As kubectl 1.20: strategic for the kinds of its scheme.
    V1_20,
    /// As kubectl 1.32: strategic for the kinds that the server takes such patches for, which are
    /// all but custom resources. Which version was the first to do so was not looked for.
    V1_32,
}

/// A patch and its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Its kind.
    pub style: Style,
    /// The body of the request; an empty object if there is nothing to do.
    pub body: Value,
}

impl Patch {
    /// Whether kubectl says `unchanged` and sends nothing.
    pub fn is_empty(&self) -> bool {
        self.body.as_object().is_some_and(Map::is_empty)
    }

    /// Lets the patch fail where the object is not the very version of it that was read.
    pub fn only_for(&mut self, live: &Value) {
        self.body["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    }
}

/// Why there is no patch, or why the API server cannot apply it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// A document is no JSON object.
    #[error("the {0} is no JSON object")]
    NoObject(&'static str),
    /// The annotation of the live object has another text than a JSON object.
    #[error("the annotation {LAST_APPLIED} of the live object holds no JSON object")]
    LastApplied,
    /// The manifest is not for the live object. Only JSON merge patches are checked for it.
    #[error("at least one of apiVersion, kind and name differs between manifest and live object")]
    Identity,
    /// A list or a directive cannot be merged.
    #[error("{}: {trouble}", if path.is_empty() { "the object" } else { path })]
    Field {
        /// The field, as `spec.ports[80]`.
        path: String,
        /// What is wrong with it.
        trouble: Trouble,
    },
}

/// What is wrong with a field that is to be merged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Trouble {
    /// An item of a list that is merged lacks the field that tells items apart.
    #[error("an item has no `{0}`, by which the list is merged")]
    NoMergeKey(String),
    /// The items of a list that is merged are of several types, or of none.
    #[error("the items are not all of the same type")]
    MixedItems,
    /// A list that is merged holds lists.
    #[error("lists of lists cannot be merged")]
    ListOfLists,
    /// The patch orders a list that is empty on both sides.
    #[error("the list has an order but no items")]
    NoItems,
    /// The objects in a map differ, and kubectl does not know their type.
    #[error("the objects in this map differ, and their type is not known")]
    UntypedMap,
    /// A `$patch` or `$deleteFromPrimitiveList` that has no meaning.
    #[error("a patch directive has no meaning here")]
    BadDirective,
    /// A `$setElementOrder` that does not fit its list.
    #[error("$setElementOrder does not fit the list")]
    BadOrder,
    /// A `$retainKeys` that does not fit its object.
    #[error("$retainKeys does not fit the object")]
    BadRetainKeys,
}

impl Trouble {
    /// The error at the place that is being merged; those who pass it on say where that is.
    fn here(self) -> MergeError {
        MergeError::Field { path: String::new(), trouble: self }
    }
}

impl MergeError {
    fn inside(self, key: &str) -> Self {
        self.below(|path| match path {
            "" => key.to_owned(),
            _ if path.starts_with('[') => format!("{key}{path}"),
            _ => format!("{key}.{path}"),
        })
    }

    fn inside_item(self, key: &str) -> Self {
        self.below(|path| match path {
            "" => format!("[{key}]"),
            _ => format!("[{key}].{path}"),
        })
    }

    fn below(self, longer: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Field { path, trouble } => Self::Field { path: longer(&path), trouble },
            error => error,
        }
    }
}

impl Kubectl {
    /// The kind of patch that is tried first for an object.
    pub fn style(self, api_version: &str, kind: &str) -> Style {
        let is_known = kinds::in_scheme(api_version, kind)
            || (self == Self::V1_32 && kinds::only_served(api_version, kind));
        if is_known { Style::Strategic } else { Style::Json }
    }

    /// The patch that kubectl sends to turn the live object into what the manifest says. The
    /// manifest is as in the file, with its namespace; the live object as the API server shows it
    /// in the manifest's API version.
    ///
    /// # Errors
    /// If kubectl refuses: see [`MergeError`].
    pub fn patch(self, manifest: &Value, live: &Value) -> Result<Patch, MergeError> {
        let original = last_applied(live)?;
        let modified = annotated(manifest);
        let (api_version, kind) = identity(manifest);
        let first = self.style(api_version, kind);
        let merge = |style| {
            patch(style, original.as_ref(), &modified, live).map(|body| Patch { style, body })
        };
        // kubectl 1.32 goes back to what kubectl 1.20 does where the server's types do not help.
        let second = Self::V1_20.style(api_version, kind);
        merge(first).or_else(|error| if second == first { Err(error) } else { merge(second) })
    }
}

/// The kind of patch that kubectl 1.20 sends for an object, see [`Kubectl::style`].
pub fn style(api_version: &str, kind: &str) -> Style {
    Kubectl::V1_20.style(api_version, kind)
}

/// The patch that kubectl sends, an empty object if it sends none. `original` is what
/// [`last_applied`] finds in the live object, `modified` is the manifest as [`annotated`] makes it.
///
/// # Errors
/// If one of them is no object, or if kubectl refuses to merge them.
pub fn patch(
    style: Style,
    original: Option<&Value>,
    modified: &Value,
    live: &Value,
) -> Result<Value, MergeError> {
    let nothing = Map::new();
    let original = original.map_or(Ok(&nothing), |it| object(it, "object applied last"))?;
    let modified_object = object(modified, "manifest")?;
    let live = object(live, "live object")?;
    let patch = match style {
        Style::Strategic => {
            let ty = types::of_kind(identity(modified).1);
            strategic::patch(ty, original, modified_object, live)?
        }
        Style::Json => json::patch(original, modified_object, live)?,
    };
    Ok(patch.into())
}

/// The metadata that the API server keeps as it is, whatever a patch says.
const SERVER_OWNED: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// What the API server makes of the live object with a patch, before it sets defaults, counts
/// generations and versions, and puts back a status that is patched elsewhere.
///
/// # Errors
/// If one of them is no object, or if the API server refuses the patch. It takes every patch that
/// [`patch`] made for this object.
pub fn apply_patch(style: Style, live: &Value, patch: &Value) -> Result<Value, MergeError> {
    let (kind, patch) = (identity(live).1, object(patch, "patch")?.clone());
    let live = object(live, "live object")?;
    let mut patched = live.clone();
    match style {
        Style::Strategic => patched = strategic::apply(types::of_kind(kind), patched, patch)?,
        Style::Json => json::apply(&mut patched, patch),
    }
    keep_owned(live, &mut patched);
    Ok(patched.into())
}

fn keep_owned(live: &Map<String, Value>, patched: &mut Map<String, Value>) {
    let Some(metadata) = patched.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    for key in SERVER_OWNED {
        match live.get("metadata").and_then(|it| it.get(key)) {
            Some(value) => drop(metadata.insert((*key).to_owned(), value.clone())),
            None => drop(metadata.remove(*key)),
        }
    }
}

fn object<'v>(value: &'v Value, what: &'static str) -> Result<&'v Map<String, Value>, MergeError> {
    value.as_object().ok_or(MergeError::NoObject(what))
}

/// The API version and the kind of an object; empty where there is none.
fn identity(object: &Value) -> (&str, &str) {
    let text = |key| object.get(key).and_then(Value::as_str).unwrap_or_default();
    (text("apiVersion"), text("kind"))
}
