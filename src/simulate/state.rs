//! The state of a cluster: its objects, as far as a source tells them, with secret values sealed.
//!
//! # Decisions
//! * **One type, three sources**: a snapshot file or any list that kubectl prints
//!   ([`ClusterState::read`]), the pages of a live cluster ([`Page`]), and a cluster with nothing
//!   installed ([`ClusterState::empty`]).
//! * **Objects are kept as text** without spaces and parsed when they are asked for. A tree of
//!   values takes about ten times the bytes of its text. The text is shared by copies of a state, so
//!   that the state after each hop costs little more than what the hop changes.
//! * **Secret values are sealed as they are read** ([`Seal`]); nothing here can show one. Records of
//!   Helm releases keep only their metadata, because their data holds whole manifests with every
//!   value that was set.
//! * `metadata.managedFields` is dropped: it is large, and client-side apply never looks at it.
//! * An object's key has the namespace that the object names. One without a namespace lives in
//!   `default` if it is of a built-in namespaced kind, else in none: what a cluster says of a
//!   namespaced object always names the namespace.
//! * Of two objects with one key the later wins, and the fact is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Place;
use crate::manifest::{ObjectKey, Problem, ProblemKind};
use crate::yaml::Limits;

mod coverage;
mod error;
mod helm;
mod page;
mod read;
mod seal;
mod search;
mod snapshot;
mod yaml_list;

pub use coverage::{Coverage, Listing, Outcome};
pub use error::StateError;
pub use helm::HelmRelease;
pub use page::Page;
pub use seal::{Seal, is_sealed, shown};
pub(crate) use search::finalizers;
pub use snapshot::FORMAT;

/// How large a file of a state may be: 256 MiB. One of 5,000 objects has about 10 MB.
pub const MAX_BYTES: u64 = 256 << 20;

/// Where a state was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The context of the kubeconfig; none inside of a cluster.
    pub context: Option<String>,
    /// The URL of the API server.
    pub server: String,
}

/// The objects of a cluster, and what is known about how complete they are.
#[derive(Debug, Clone)]
pub struct ClusterState {
    source: Arc<str>,
    origin: Option<Origin>,
    kubernetes: Option<String>,
    seal: Seal,
    /// What was asked for; none where everything that exists is here.
    listings: Option<Vec<Listing>>,
    objects: BTreeMap<ObjectKey, Stored>,
    problems: Vec<Problem>,
}

/// An object with the line on which it stands in its source, if it stands in one.
#[derive(Debug, Clone)]
struct Stored {
    line: Option<u32>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    /// JSON without spaces, which is known to be a readable object.
    Text(Arc<str>),
    Value(Arc<Value>),
}

impl Stored {
    fn value(&self) -> Value {
        match &self.body {
            Body::Text(text) => {
                serde_json::from_str(text).expect("a text is kept after it was read as JSON")
            }
            Body::Value(value) => Value::clone(value),
        }
    }
}

impl ClusterState {
    /// Reads a snapshot, or the objects that kubectl prints with `-o json` or `-o yaml`: a list, a
    /// typed list, single objects, several of these after each other. `source` is what evidence
    /// calls the file. The limits are those of one object.
    ///
    /// # Errors
    /// When the file is none of these, is damaged, or holds no object.
    pub fn read(source: &str, bytes: &[u8], limits: &Limits) -> Result<Self, StateError> {
        read::read(source, bytes, limits)
    }

    /// A cluster of this version of Kubernetes in which nothing is installed: it has the namespaces
    /// with which Kubernetes starts. It is known to have nothing else.
    pub fn empty(kubernetes: Option<&str>) -> Self {
        let mut state = Self::new("clean cluster", Seal::derived(b""));
        state.kubernetes = kubernetes.map(ToOwned::to_owned);
        state.listings = None;
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let key = ObjectKey::of_namespace(name);
            let object = json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            });
            state.put(key, object);
        }
        state
    }

    /// A cluster in which nothing is installed, with secret values sealed as here, so that they can
    /// be compared.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let mut empty = Self::empty(self.kubernetes.as_deref());
        empty.seal = self.seal.clone();
        empty
    }

    /// A state without objects, about which nothing is known yet. It is filled from pages.
    pub fn new(source: &str, seal: Seal) -> Self {
        Self {
            source: source.into(),
            origin: None,
            kubernetes: None,
            seal,
            listings: Some(Vec::new()),
            objects: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// The same state, said to come from a cluster.
    #[must_use]
    pub fn of_cluster(self, origin: Origin, kubernetes: Option<String>) -> Self {
        Self { origin: Some(origin), kubernetes, ..self }
    }

    /// Adds the answer to one question: its objects, on as many pages as they took.
    pub fn add(&mut self, listing: Listing, pages: Vec<Page>) {
        for page in pages {
            for (key, stored) in page.objects {
                self.insert(key, stored);
            }
            self.problems.extend(page.problems);
        }
        self.listings.get_or_insert_default().push(listing);
    }

    fn insert(&mut self, key: ObjectKey, stored: Stored) {
        let line = stored.line;
        let earlier = self.objects.insert(key.clone(), stored);
        // A cluster may give the same object to two questions.
        let Some((line, earlier)) = line.zip(earlier.and_then(|it| it.line)) else {
            return;
        };
        let source = self.source.clone();
        let kind = ProblemKind::Twice { object: key, source, line: earlier };
        self.problems.push(Problem { source: self.source.clone(), line, kind });
    }

    /// An object in the version of its API in which it was read or put.
    pub fn get(&self, key: &ObjectKey) -> Option<Value> {
        Some(self.objects.get(key)?.value())
    }

    /// Whether there is such an object.
    pub fn contains(&self, key: &ObjectKey) -> bool {
        self.objects.contains_key(key)
    }

    /// Sets an object. One that was read keeps the line on which it stood.
    pub fn put(&mut self, key: ObjectKey, object: Value) {
        let line = self.line(&key);
        self.objects.insert(key, Stored { line, body: Body::Value(Arc::new(object)) });
    }

    /// Removes an object, and says whether it was there.
    pub fn remove(&mut self, key: &ObjectKey) -> bool {
        self.objects.remove(key).is_some()
    }

    /// The keys of all objects, in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &ObjectKey> {
        self.objects.keys()
    }

    /// All objects with their keys, in the order of the keys. Each is parsed as it is asked for.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = (&ObjectKey, Value)> {
        self.objects.iter().map(|(key, stored)| (key, stored.value()))
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// What evidence calls the file or cluster.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The 1-based line of the source on which an object starts; none for one that a hop created,
    /// or that was read from a cluster.
    pub fn line(&self, key: &ObjectKey) -> Option<u32> {
        self.objects.get(key)?.line
    }

    /// Where an object stands in the source, if it does.
    pub fn place(&self, key: &ObjectKey) -> Option<Place> {
        Some(Place { source: self.source.to_string(), line: self.line(key)? })
    }

    /// The cluster that the state was read from, if it says one.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The version of Kubernetes, such as `v1.20.2`, if the source says it. Lists of kubectl do not.
    pub fn kubernetes_version(&self) -> Option<&str> {
        self.kubernetes.as_deref()
    }

    /// The seal of the secret values, with which those of manifests can be compared.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Of which objects of a kind the state knows whether they exist.
    pub fn covers(&self, group: &str, kind: &str) -> Coverage {
        match &self.listings {
            None => Coverage::Everywhere,
            Some(listings) => Coverage::of(listings, group, kind),
        }
    }

    /// Whether an object that is not here is known not to exist.
    pub fn covers_object(&self, key: &ObjectKey) -> bool {
        self.covers(&key.group, &key.kind).includes(key.namespace.as_deref())
    }

    /// What was asked for, and what came of it; nothing where everything that exists is here.
    pub fn listings(&self) -> &[Listing] {
        self.listings.as_deref().unwrap_or_default()
    }

    /// What in the source is no proper object, or stands there twice.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The records of Helm releases, in the order of namespace, name and revision.
    pub fn helm_releases(&self) -> Vec<HelmRelease> {
        helm::releases(self)
    }

    /// The state as a snapshot file, which [`ClusterState::read`] takes.
    pub fn to_snapshot(&self) -> Vec<u8> {
        snapshot::write(self)
    }
}

#[cfg(test)]
mod tests;
