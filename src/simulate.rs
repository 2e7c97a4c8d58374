//! What every hop does to a cluster: the state before, what `kubectl apply` and `delete` do to it,
//! what the operator leaves, and the state after.
//!
//! # Decisions
//! * One fold over the path: a [`Simulator`] holds the state, and each hop is judged on the simulated
//!   result of the ones before.
//! * Objects are JSON values, as the API has them. Secret values in them are sealed: equal exactly
//!   where the values were equal, and shown by nobody.
//! * The simulated operator succeeds. What it may fail at is a finding; a plan that goes on after a
//!   failed hop is none.
//! * What a state says nothing about is as a clean install of the release would have it, and the
//!   finding `cluster-state-incomplete` says so.
//! * Charts are not rendered: Helm's own objects are no part of the state.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde_json::json;

use crate::bundle::Bundle;
use crate::manifest::ObjectKey;
use crate::overrides::Move;
use crate::procedure;
use crate::release::{KubernetesFacts, KubernetesVersion, Strength};

mod apply;
mod custom;
mod hop;
pub mod merge;
mod moves;
pub mod operator;
mod prediction;
pub mod server;
pub mod state;
mod user_overrides;

pub use operator::OperatorRun;
pub use prediction::{Origin, Place, Prediction, Refused, Rejection, Verb};
pub use state::ClusterState;

/// The version of Kubernetes that the model of the API server was compared with.
const MODEL: KubernetesVersion = KubernetesVersion { major: 1, minor: 20 };

/// What a hop does.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// To which object what happens, in the order of the steps; what is left behind comes last.
    pub predictions: Vec<Prediction>,
    /// Whether the operator starts at the end.
    pub triggered: bool,
    /// What it does then.
    pub operator: Option<OperatorRun>,
    /// The override keys that are moved.
    pub moves: Vec<Move>,
    /// The version of Kubernetes that was assumed, where one is known.
    pub kubernetes: Option<KubernetesVersion>,
    /// The version before the hop, where it is too old for it and an upgrade was assumed.
    pub upgraded_from: Option<KubernetesVersion>,
}

impl Simulated {
    /// The predictions of an object, in order.
    pub fn of<'a>(&'a self, key: &'a ObjectKey) -> impl Iterator<Item = &'a Prediction> {
        self.predictions.iter().filter(move |it| it.object == *key)
    }
}

/// The state of a cluster on its way over the hops.
#[derive(Debug)]
pub struct Simulator<'a> {
    state: ClusterState,
    api: &'a KubernetesFacts,
    kubernetes: Option<KubernetesVersion>,
    /// The release that the cluster is at.
    before: Option<&'a Bundle>,
    /// What any release so far has brought.
    brought: BTreeSet<ObjectKey>,
    origins: BTreeMap<ObjectKey, Origin>,
    /// What was rejected so far, why, and at which hop first.
    rejected: Vec<(ObjectKey, Refused, Version)>,
    /// The kinds that the state says nothing about.
    assumed: BTreeSet<String>,
    /// Versions and kinds that are served whatever definitions the state has.
    presumed: BTreeSet<(String, String)>,
    /// The Helm releases, once the first hop has begun.
    releases: Option<operator::Releases>,
    /// Whether the state is that of a cluster, not a clean install.
    given: bool,
    /// Whether edits of override objects stay when an artifact would undo them.
    keeps_overrides: bool,
    /// The override keys that the next hop moves.
    moves: Vec<Move>,
}

impl<'a> Simulator<'a> {
    /// A cluster on which `release` was installed and nothing else was done.
    pub fn clean(release: &'a Bundle, api: &'a KubernetesFacts) -> Self {
        Self::installed(ClusterState::empty(None), release, api)
    }

    fn installed(state: ClusterState, release: &'a Bundle, api: &'a KubernetesFacts) -> Self {
        let mut simulator = Self::over(state, api);
        simulator.install(release);
        simulator
    }

    /// A cluster in this state, which runs `release`.
    pub fn on(state: ClusterState, release: &'a Bundle, api: &'a KubernetesFacts) -> Self {
        // Sealed with the same key, so that secrets of both compare.
        let clean = Self::installed(state.emptied(), release, api);
        let mut simulator = Self { given: true, ..Self::over(state, api) };
        for key in clean.state.keys() {
            if !simulator.state.covers_object(key)
                && !simulator.state.contains(key)
                && let Some(value) = clean.state.get(key)
            {
                simulator.state.put(key.clone(), value);
                simulator.assumed.insert(match &key.namespace {
                    Some(namespace) => format!("{} in {namespace}", key.kind),
                    None => key.kind.clone(),
                });
            }
        }
        if !custom::are_covered(&simulator.state) {
            simulator.presumed = clean.presumed;
        }
        simulator
    }

    fn over(state: ClusterState, api: &'a KubernetesFacts) -> Self {
        Self {
            kubernetes: state.kubernetes_version().and_then(|it| it.parse().ok()),
            state,
            api,
            before: None,
            brought: BTreeSet::new(),
            origins: BTreeMap::new(),
            rejected: Vec::new(),
            assumed: BTreeSet::new(),
            presumed: BTreeSet::new(),
            releases: None,
            given: false,
            keeps_overrides: false,
            moves: Vec::new(),
        }
    }

    /// Puts a release into the cluster. It was installed somehow: what its files need and do not
    /// bring themselves, namespaces and definitions, was there.
    fn install(&mut self, release: &'a Bundle) {
        for file in procedure::applied(release) {
            for object in release.objects_of(file) {
                let after =
                    server::created(merge::annotated(&self.manifest(object)), self.api_server());
                self.state.put(object.key.clone(), after);
                let place = Place { source: object.source.to_string(), line: object.line() };
                self.origins.insert(object.key.clone(), Origin::Before(Some(place)));
                self.presumed.insert((object.api_version.clone(), object.key.kind.clone()));
                if let Some(namespace) = &object.key.namespace {
                    self.create_namespace(namespace);
                }
            }
        }
        self.finish_installation();
    }

    fn create_namespace(&mut self, name: &str) {
        let key = ObjectKey::of_namespace(name);
        if !self.state.contains(&key) {
            let namespace =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            let namespace = server::created(namespace, self.api_server());
            self.state.put(key, namespace);
        }
    }

    /// The Kubernetes whose API server is modelled. Where nothing is known, it is 1.20.
    fn api_server(&self) -> KubernetesVersion {
        self.kubernetes.unwrap_or(MODEL)
    }

    /// The state as it is now.
    pub fn state(&self) -> &ClusterState {
        &self.state
    }

    /// The kinds that the state said nothing about.
    pub fn assumed(&self) -> &BTreeSet<String> {
        &self.assumed
    }

    /// The Kubernetes version that is assumed now, where one is known.
    pub fn kubernetes(&self) -> Option<KubernetesVersion> {
        self.kubernetes
    }

    /// Says which version of Kubernetes the cluster has, where its state does not.
    pub fn set_kubernetes(&mut self, version: KubernetesVersion) {
        self.kubernetes = Some(version);
    }

    /// Says that override objects are applied without what would undo somebody's edits of them.
    pub fn keep_overrides(&mut self) {
        self.keeps_overrides = true;
    }

    /// Upgrades Kubernetes to the version that a hop needs at least, if it is older. Gives the older
    /// version.
    fn upgrade_kubernetes(&mut self, from: &Version, to: &Version) -> Option<KubernetesVersion> {
        let windows = self.api.windows(from).chain(self.api.windows(to));
        let required = windows.filter(|it| it.strength == Strength::Required);
        let needed = required.filter_map(|it| it.min).max()?;
        let old = self.kubernetes.filter(|it| *it < needed)?;
        self.kubernetes = Some(needed);
        Some(old)
    }
}
