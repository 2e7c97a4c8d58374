//! Which objects of a user hold overrides, and why the others do not.

use std::sync::Arc;

use super::set::holds_overrides;
use super::{NAMESPACE, data_fields};
use crate::manifest::{Object, ObjectKey, Problem, ProblemKind};
use crate::yaml::{Entry, Nature, Node, Value};

/// Something in a user's files that is not read as overrides, or not as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// The file, as evidence calls it.
    pub source: Arc<str>,
    /// The 1-based line of `text`.
    pub line: u32,
    /// Its 1-based column, in characters; none for a document that is no object.
    pub column: Option<u32>,
    /// What stands there: a name, a label, a field, a key, never a value. Of a document that is no
    /// object, what is wrong with it.
    pub text: String,
    /// The object; none for a document that is no object.
    pub object: Option<ObjectKey>,
    /// What there is to say.
    pub kind: RemarkKind,
}

/// What there is to say about an object of a user's files.
#[derive(Debug, Clone, PartialEq)]
pub enum RemarkKind {
    /// It does not count: the operator reads nothing of it.
    Ignored(Reason),
    /// It counts, but the operator does not read this field of it.
    UnreadField {
        /// The field.
        field: &'static str,
        /// The keys in it.
        keys: Vec<String>,
    },
    /// It names no namespace, and counts as if it were in `kyma-installer`.
    NamespaceAssumed,
    /// It takes the place of an earlier object of the same name.
    Replaces {
        /// The file of the earlier one.
        source: Arc<str>,
        /// The line of the earlier one.
        line: u32,
        /// Whether both set the same keys to the same values.
        same: bool,
    },
}

/// Why an object holds no overrides for the operator.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It is no Kubernetes object.
    NoObject(ProblemKind),
    /// It is neither a `ConfigMap` nor a Secret.
    OtherKind,
    /// It lives in a namespace in which the operator does not look.
    OtherNamespace {
        /// The namespace.
        namespace: String,
        /// Whether it is labelled as overrides.
        labelled: bool,
    },
    /// It lacks the label `installer=overrides`.
    NotLabelled {
        /// What the label `installer` says instead, if it is there.
        found: Option<String>,
    },
    /// Its label `component` is empty: it is not common, and no component has an empty name.
    EmptyComponent,
    /// Kubernetes does not take it as it is written.
    Refused(Refusal),
}

/// Why Kubernetes does not take an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// A label that is no text.
    Label(String),
    /// A namespace that is no text.
    Namespace,
    /// A value that is no text: `replicas: 3` where `replicas: "3"` is meant.
    NoText(String),
    /// A value of a Secret's `data` that is no base64.
    NoBase64(String),
    /// A key with other characters than letters, digits, `-`, `_` and `.`, or one that is too long.
    Key(String),
}

impl Remark {
    /// A remark about an object, at a place in it.
    pub(super) fn new(object: &Object, place: Place, kind: RemarkKind) -> Self {
        Self {
            source: object.source.clone(),
            line: place.line,
            column: Some(place.column),
            text: place.text,
            object: Some(object.key.clone()),
            kind,
        }
    }

    /// A remark about a document that is no object.
    pub(super) fn problem(problem: Problem) -> Self {
        let Problem { source, line, kind } = problem;
        let text = kind.to_string();
        let kind = RemarkKind::Ignored(Reason::NoObject(kind));
        Self { source, line, column: None, text, object: None, kind }
    }
}

/// A place in a file, with the text that stands there.
#[derive(Debug, Clone)]
pub(super) struct Place {
    line: u32,
    column: u32,
    text: String,
}

impl Place {
    pub(super) fn of_key(entry: &Entry) -> Self {
        Self { line: entry.line, column: entry.column, text: entry.key.clone() }
    }

    fn of_value(node: &Node) -> Self {
        let text = node.as_str().unwrap_or_default().to_owned();
        Self { line: node.line, column: node.column, text }
    }

    /// The place of an object's name.
    pub(super) fn of_name(object: &Object) -> Self {
        let name = object.node.get("metadata").and_then(|it| it.get("name"));
        let start = || Self { text: String::new(), ..Self::of_value(&object.node) };
        name.map_or_else(start, Self::of_value)
    }
}

/// The namespace as it is written; none where there is none.
pub(super) fn written_namespace(object: &Object) -> Option<&Node> {
    let namespace = object.node.get("metadata")?.get("namespace")?;
    let none = matches!(&namespace.value, Value::Null) || namespace.as_str() == Some("");
    (!none).then_some(namespace)
}

/// Why an object does not count, and where that stands; none if it counts.
pub(super) fn reason(object: &Object) -> Option<(Place, Reason)> {
    let name = || Place::of_name(object);
    if !holds_overrides(object) {
        return Some((name(), Reason::OtherKind));
    }
    let found = object.label("installer");
    let labelled = found == Some("overrides");
    if let Some(node) = written_namespace(object).filter(|it| it.as_str() != Some(NAMESPACE)) {
        let reason = match node.as_str() {
            Some(it) => Reason::OtherNamespace { namespace: it.to_owned(), labelled },
            None => Reason::Refused(Refusal::Namespace),
        };
        return Some((Place::of_value(node), reason));
    }
    if let Some((entry, refusal)) = refused(object) {
        return Some((Place::of_key(entry), Reason::Refused(refusal)));
    }
    if !labelled {
        return Some((name(), Reason::NotLabelled { found: found.map(ToOwned::to_owned) }));
    }
    let component = labels(object).iter().find(|it| it.key == "component");
    let empty = component.filter(|it| it.node.as_str() == Some(""));
    empty.map(|it| (Place::of_key(it), Reason::EmptyComponent))
}

fn labels(object: &Object) -> &[Entry] {
    let labels = object.node.get("metadata").and_then(|it| it.get("labels"));
    labels.map(Node::entries).unwrap_or_default()
}

/// The first thing in an object that Kubernetes does not take.
fn refused(object: &Object) -> Option<(&Entry, Refusal)> {
    let label = labels(object).iter().find(|it| it.node.as_str().is_none());
    if let Some(entry) = label {
        return Some((entry, Refusal::Label(entry.key.clone())));
    }
    data_fields(&object.key.kind).iter().find_map(|&field| {
        let base64 = object.key.kind == "Secret" && field == "data";
        let entries = object.node.get(field).map(Node::entries).unwrap_or_default();
        entries.iter().find_map(|entry| Some((entry, refused_entry(entry, base64)?)))
    })
}

fn refused_entry(entry: &Entry, base64: bool) -> Option<Refusal> {
    let key = entry.key.clone();
    match &entry.node.value {
        _ if !is_data_key(&key) => Some(Refusal::Key(key)),
        Value::String(_) => None,
        Value::Redacted(digest) if digest.nature() != Nature::Malformed => None,
        _ if base64 => Some(Refusal::NoBase64(key)),
        _ => Some(Refusal::NoText(key)),
    }
}

/// Whether Kubernetes takes a key of data (apimachinery `IsConfigMapKey`).
fn is_data_key(key: &str) -> bool {
    const LONGEST: usize = 253;
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    let sized = !key.is_empty() && key.len() <= LONGEST;
    sized && key.bytes().all(plain) && key != "." && !key.starts_with("..")
}

/// The fields with data that the operator does not read.
pub(super) fn unread_fields(object: &Object) -> impl Iterator<Item = Remark> {
    const FIELDS: [&str; 2] = ["binaryData", "stringData"];
    let read = data_fields(&object.key.kind);
    FIELDS.into_iter().filter(|it| !read.contains(it)).filter_map(|field| {
        let entry = object.node.entry(field)?;
        let keys: Vec<_> = entry.node.entries().iter().map(|it| it.key.clone()).collect();
        let kind = RemarkKind::UnreadField { field, keys };
        let any = !entry.node.entries().is_empty();
        any.then(|| Remark::new(object, Place::of_key(entry), kind))
    })
}
