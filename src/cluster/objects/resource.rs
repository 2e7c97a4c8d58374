//! Where objects are on a server: plural names and scopes as the server tells them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

use crate::cluster::error::Cause;
use crate::manifest::ObjectKey;

/// The namespace of an object that names none.
pub(super) const DEFAULT: &str = "default";

/// What a server calls the objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) plural: String,
    pub(super) namespaced: bool,
}

/// The kinds of one version of an API.
pub(super) type Kinds = BTreeMap<String, Resource>;

/// What was looked up so far, by version of the API.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<BTreeMap<String, Kinds>>>);

impl Known {
    pub(super) fn get(&self, api_version: &str, kind: &str) -> Option<Resource> {
        self.lock().get(api_version)?.get(kind).cloned()
    }

    pub(super) fn put(&self, api_version: &str, kinds: Kinds) {
        self.lock().insert(api_version.to_owned(), kinds);
    }

    pub(super) fn forget(&self, api_version: &str) {
        self.lock().remove(api_version);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kinds>> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

/// The path of a version of an API.
pub(super) fn root(api_version: &str) -> String {
    let root = if api_version.contains('/') { "/apis" } else { "/api" };
    let parts: Vec<_> = api_version.split('/').map(segment).collect();
    format!("{root}/{}", parts.join("/"))
}

/// The kinds of a list of resources, without their subresources.
pub(super) fn kinds(list: &Value) -> Kinds {
    let resources = list["resources"].as_array().into_iter().flatten();
    let kind = |it: &Value| {
        let plural = it["name"].as_str().filter(|it| !it.contains('/'))?.to_owned();
        let namespaced = it["namespaced"].as_bool().unwrap_or_default();
        Some((it["kind"].as_str()?.to_owned(), Resource { plural, namespaced }))
    };
    resources.filter_map(kind).collect()
}

impl Resource {
    /// The path of all objects, or of those of one namespace.
    pub(super) fn all(&self, api_version: &str, namespace: Option<&str>) -> String {
        let root = root(api_version);
        let plural = segment(&self.plural);
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{root}/namespaces/{}/{plural}", segment(namespace)),
            None => format!("{root}/{plural}"),
        }
    }
}

/// A part of a path, in which nothing ends it.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The identity of an object in a version of its API.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
}

impl<'a> Target<'a> {
    pub(super) fn of(api_version: &'a str, key: &'a ObjectKey) -> Result<Self, Cause> {
        let namespace = key.namespace.as_deref();
        Self { api_version, kind: &key.kind, namespace, name: &key.name }.checked()
    }

    pub(super) fn of_object(object: &'a Value) -> Result<Self, Cause> {
        let text = |value: &'a Value| value.as_str().unwrap_or_default();
        let metadata = &object["metadata"];
        let target = Self {
            api_version: text(&object["apiVersion"]),
            kind: text(&object["kind"]),
            namespace: metadata["namespace"].as_str().filter(|it| !it.is_empty()),
            name: text(&metadata["name"]),
        };
        target.checked()
    }

    /// Without a name the path of an object is that of all of them: nothing may ever be sent there.
    fn checked(self) -> Result<Self, Cause> {
        let is_part = |it: &str| !matches!(it, "" | "." | "..") && !it.contains(['/', '%']);
        let parts = [("kind", self.kind), ("name", self.name)];
        let bad = parts.into_iter().find(|(_, part)| !is_part(part)).map(|it| it.0);
        let bad = bad.or((!self.namespace.is_none_or(is_part)).then_some("namespace"));
        let bad = bad.or((!self.api_version.split('/').all(is_part)).then_some("apiVersion"));
        match bad {
            Some(field) => Err(Cause::NoObject { what: self.to_string(), field }),
            None => Ok(self),
        }
    }

    /// The path of the collection that it is in.
    pub(super) fn siblings(&self, resource: &Resource) -> String {
        resource.all(self.api_version, Some(self.namespace.unwrap_or(DEFAULT)))
    }

    /// Its path.
    pub(super) fn path(&self, resource: &Resource) -> String {
        format!("{}/{}", self.siblings(resource), segment(self.name))
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}
