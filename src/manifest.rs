//! Kubernetes objects of manifests, by identity.
//!
//! # Decisions
//! * An object is group, kind, namespace and name. The version of the API is a field: a change of
//!   it alters the object, it does not make another one.
//! * Kinds that moved from the group `extensions` count as of the group that they moved to, so a
//!   Deployment of `extensions/v1beta1` and one of `apps/v1` are the same object.
//! * A namespaced object that names no namespace lives in `default`, where kubectl puts it unless
//!   its context says otherwise.
//! * The later of two objects with one key wins, as with kubectl apply, and the fact is reported.
//! * Secret values are withheld while objects are read, so nothing behind this module can show
//!   them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::yaml::Node;

mod credential;
mod installation;
mod problem;
mod read;
mod redact;
mod scope;

pub use credential::{looks_like_credential, names_certificate, without_literal_credential};
pub use installation::{Component, Installation};
pub use problem::{Problem, ProblemKind};
pub use read::{Reading, read};
pub(crate) use read::{read_document, read_node};
pub(crate) use redact::{LAST_APPLIED, withhold};
pub use scope::{Scope, Scopes};

/// One file of manifests, unread.
#[derive(Debug, Clone)]
pub struct Manifest<'a> {
    /// What evidence calls the file: `1.1.0/kyma-installer-cluster.yaml`.
    pub source: Arc<str>,
    /// What the file holds.
    pub bytes: &'a [u8],
}

impl<'a> Manifest<'a> {
    /// A file that evidence calls `source`.
    pub fn new(source: impl Into<Arc<str>>, bytes: &'a [u8]) -> Self {
        Self { source: source.into(), bytes }
    }
}

/// What makes an object the same object in two releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// The API group without version, empty for the core group; of a kind that moved, the group
    /// that it moved to.
    pub group: String,
    /// The kind, such as `ConfigMap`.
    pub kind: String,
    /// The namespace; none for a cluster-scoped object.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// The key of an object in a namespace; the core group is the empty text.
    pub fn namespaced(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..Self::cluster_scoped(group, kind, name) }
    }

    /// The key of an object in no namespace.
    pub fn cluster_scoped(group: &str, kind: &str, name: &str) -> Self {
        let (group, kind, name) = (group.to_owned(), kind.to_owned(), name.to_owned());
        Self { group, kind, namespace: None, name }
    }

    /// The key of a namespace itself.
    pub fn of_namespace(name: &str) -> Self {
        Self::cluster_scoped("", "Namespace", name)
    }
}

impl fmt::Display for ObjectKey {
    /// Writes `Kind/namespace/name`, or `Kind/name` where there is no namespace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

impl Serialize for ObjectKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An object of a manifest, with the place where it stands. Its secret values are withheld.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its identity.
    pub key: ObjectKey,
    /// Its `apiVersion`, as written.
    pub api_version: String,
    /// The file, as evidence calls it.
    pub source: Arc<str>,
    /// The object itself, a mapping.
    pub node: Node,
}

impl Object {
    /// The 1-based line on which the object starts.
    pub fn line(&self) -> u32 {
        self.node.line
    }

    /// The value of a label; none where there is no such label.
    pub fn label(&self, name: &str) -> Option<&str> {
        label(&self.node, name)
    }
}

fn label<'a>(object: &'a Node, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get("labels")?.get(name)?.as_str()
}

/// Objects by key, in the order of their keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectSet {
    objects: BTreeMap<ObjectKey, Object>,
}

impl ObjectSet {
    /// The set of `objects`, and a problem for each one that replaces an earlier one. The scope of
    /// custom kinds is what the `CustomResourceDefinition`s among the objects say.
    pub fn new(objects: Vec<Object>) -> (Self, Vec<Problem>) {
        let scopes = Scopes::of(&objects);
        Self::scoped(objects, &scopes)
    }

    /// As [`ObjectSet::new`], with the scopes of custom kinds given.
    pub fn scoped(objects: Vec<Object>, scopes: &Scopes) -> (Self, Vec<Problem>) {
        let mut set = Self::default();
        let mut problems = Vec::new();
        for mut object in objects {
            scopes.settle(&mut object);
            problems.extend(set.insert(object));
        }
        (set, problems)
    }

    fn insert(&mut self, object: Object) -> Option<Problem> {
        let source = object.source.clone();
        let line = object.line();
        let earlier = self.objects.insert(object.key.clone(), object)?;
        Some(Problem {
            source,
            line,
            kind: ProblemKind::Twice {
                object: earlier.key.clone(),
                source: earlier.source.clone(),
                line: earlier.line(),
            },
        })
    }

    /// The object with this key.
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(key)
    }

    /// All objects, in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.objects.values()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}
