//! The operator's part of a hop: which Helm releases it installs, upgrades, fails at or leaves.
//!
//! # Decisions
//! * The operator visits what the simulated Installation lists, in its order, and knows a release by
//!   its name alone (Kyma, `pkg/steps/creator.go`).
//! * Where the state has records of Helm they say what is installed. Without any, everything on the
//!   list of the Installation is taken as deployed.
//! * A component that fails is told once. The plan goes on as if it had been mended, so by the next
//!   hop every release on the list is deployed.
//! * Charts are not rendered, so objects that two releases claim are not seen.

use std::collections::BTreeSet;

use semver::Version;
use serde_json::Value;

use super::prediction::Place;
use super::state::ClusterState;
use crate::manifest::ObjectKey;
use crate::procedure;
use crate::release::Operator;

mod decision;
mod records;
#[cfg(test)]
mod tests;
mod why;

use records::Release;
pub use records::{Record, Status};
pub use why::{Since, Why};

/// The finalizer of the Installation, which the operator itself removes (until 1.17).
const FINALIZER: &str = "finalizer.installer.kyma-project.io";

/// What the operator does with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It installs it.
    Install,
    /// It upgrades its release.
    Upgrade,
    /// It tries, and does not get it done.
    Fails,
    /// It does not visit it: the release stays as it is.
    LeftInstalled,
}

impl Action {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Fails => "fails",
            Self::LeftInstalled => "left-installed",
        }
    }
}

/// What the operator does at a hop.
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorRun {
    /// The components on the list in its order, then the releases that are not on it any more.
    pub components: Vec<ComponentRun>,
    /// What keeps releases of Helm 2 from being converted, where it is told first.
    pub unconverted: Option<Unconverted>,
    /// Whether the Installation has, from this hop on, a finalizer that no operator removes.
    pub keeps_finalizer: bool,
    /// Where the state has the Installation.
    pub installation: Option<Place>,
}

/// What the operator does with a component.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentRun {
    /// The name of its release.
    pub name: String,
    /// The namespace on the list; of a release that is left, the one it is in, empty if unknown.
    pub namespace: String,
    /// What is done.
    pub action: Action,
    /// Why, where it is not a matter of course.
    pub why: Option<Why>,
    /// The record of its release in the state, where that decided.
    pub record: Option<Record>,
    /// Whether the installed release lists it and somebody had taken it off the list.
    pub returns: bool,
}

/// Why releases of Helm 2 are not converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unconverted {
    /// The converter is there, but not these objects that it needs.
    Lacks(Vec<ObjectKey>),
    /// No later operator brings the converter; the records of the releases.
    Left(Vec<Record>),
}

/// A component on the list of the Installation in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) namespace: String,
}

/// The components that the Installation in the cluster lists, in its order.
pub(super) fn listed(state: &ClusterState) -> Vec<Listed> {
    let installation = state.get(&procedure::installation());
    let list = installation.as_ref().and_then(|it| it.pointer("/spec/components")?.as_array());
    list.into_iter().flatten().filter_map(component).collect()
}

fn component(item: &Value) -> Option<Listed> {
    let text = |field: &str| item[field].as_str().filter(|it| !it.is_empty());
    let name = text("release").or(text("name"))?.to_owned();
    Some(Listed { name, namespace: text("namespace").unwrap_or_default().to_owned() })
}

/// The Helm releases of a cluster on its way over the hops.
#[derive(Debug)]
pub(super) struct Releases {
    all: Vec<Release>,
    /// Whether the state is that of a cluster, not a clean install.
    given: bool,
    told_finalizer: bool,
}

/// What a run of the operator depends on beside the releases.
pub(super) struct Scene<'a> {
    /// The release that the hop leads to.
    pub(super) to: &'a Version,
    /// Its operator.
    pub(super) operator: &'a Operator,
    /// The state after everything is applied.
    pub(super) state: &'a ClusterState,
    /// The components that somebody had taken off the list.
    pub(super) taken_out: &'a BTreeSet<String>,
}

impl Releases {
    /// The releases before the first hop, in a cluster at whose release `installed` are the names on
    /// the list.
    pub(super) fn of(
        state: &ClusterState,
        operator: &Operator,
        installed: &BTreeSet<String>,
        given: bool,
    ) -> Self {
        let listed = listed(state);
        let mut releases = records::read(state, &listed, operator.helm);
        for it in &mut releases {
            let on_list = listed.iter().any(|listed| listed.name == it.name);
            it.listed = on_list || installed.contains(&it.name);
            it.left = (it.listed && !on_list).then_some(Since::Before);
        }
        Self { all: releases, given, told_finalizer: false }
    }

    /// What the operator does, and the releases afterwards.
    pub(super) fn run(&mut self, scene: &Scene<'_>) -> OperatorRun {
        let list = listed(scene.state);
        let unconverted = self.convert(scene);
        let mut components: Vec<_> = list.iter().map(|it| self.visit(it, scene)).collect();
        components.extend(self.leave(&list, scene.to));
        OperatorRun {
            components,
            unconverted,
            keeps_finalizer: self.keeps_finalizer(scene),
            installation: scene.state.place(&procedure::installation()),
        }
    }

    fn visit(&mut self, listed: &Listed, scene: &Scene<'_>) -> ComponentRun {
        let found = self.find(listed);
        let (action, why) = decision::decide(scene.operator, found.as_deref(), listed);
        let record = found.as_ref().and_then(|it| it.record.clone());
        match found {
            Some(release) => release.succeed(listed, scene.operator.helm),
            None => self.all.push(Release::deployed(listed, scene.operator.helm)),
        }
        ComponentRun {
            name: listed.name.clone(),
            namespace: listed.namespace.clone(),
            action,
            why,
            record,
            returns: scene.taken_out.contains(&listed.name),
        }
    }

    /// The release that the operator takes for a component: the one in its namespace before any
    /// other of the name.
    fn find(&mut self, listed: &Listed) -> Option<&mut Release> {
        let named = self.all.iter_mut().filter(|it| it.name == listed.name);
        named.min_by_key(|it| it.is_elsewhere(listed))
    }

    /// The releases of components that are not on the list.
    fn leave(&mut self, list: &[Listed], to: &Version) -> Vec<ComponentRun> {
        let off = |it: &&mut Release| it.listed && list.iter().all(|listed| listed.name != it.name);
        let left = self.all.iter_mut().filter(off).map(|it| {
            let since = it.left.get_or_insert_with(|| Since::Hop(to.clone()));
            ComponentRun {
                name: it.name.clone(),
                namespace: it.namespace.clone().unwrap_or_default(),
                action: Action::LeftInstalled,
                why: Some(Why::Left(since.clone())),
                record: None,
                returns: false,
            }
        });
        left.collect()
    }

    /// Turns releases of Helm 2 into those of Helm 3 where the operator needs that. What keeps it
    /// from being done is told once, and taken as mended afterwards.
    fn convert(&mut self, scene: &Scene<'_>) -> Option<Unconverted> {
        if scene.operator.helm == 2 {
            return None;
        }
        let old = self.all.iter_mut().filter(|it| it.helm == 2);
        let old: Vec<_> = old.collect();
        if old.is_empty() {
            return None;
        }
        let records: Vec<_> = old.iter().filter_map(|it| it.record.clone()).collect();
        for it in old {
            it.helm = 3;
        }
        if !scene.operator.converts_helm2 {
            return (!records.is_empty()).then_some(Unconverted::Left(records));
        }
        let lacking = |it: &ObjectKey| !scene.state.contains(it) && scene.state.covers_object(it);
        let lacking: Vec<_> = needs_of_converter().into_iter().filter(lacking).collect();
        (self.given && !lacking.is_empty()).then_some(Unconverted::Lacks(lacking))
    }

    fn keeps_finalizer(&mut self, scene: &Scene<'_>) -> bool {
        let installation = scene.state.get(&procedure::installation());
        let finalizers =
            installation.as_ref().and_then(|it| it.pointer("/metadata/finalizers")?.as_array());
        let mut names = finalizers.into_iter().flatten().filter_map(Value::as_str);
        let keeps = !scene.operator.removes_finalizer && names.any(|it| it == FINALIZER);
        keeps && !std::mem::replace(&mut self.told_finalizer, keeps)
    }
}

/// Without these the converter ends without an error and without converting anything.
fn needs_of_converter() -> [ObjectKey; 2] {
    [
        ObjectKey::namespaced("apps", "Deployment", "kube-system", "tiller-deploy"),
        ObjectKey::namespaced("", "Secret", "kyma-installer", "helm-secret"),
    ]
}
