//! The simulation of a path.

use super::hops::Read;
use crate::bundle::Bundle;
use crate::event::{Event, Phase, console};
use crate::finding::Finding;
use crate::lint;
use crate::manifest::Reading;
use crate::overrides::Move;
use crate::plan::{PlannedCluster, ReadSet, Shapes};
use crate::procedure;
use crate::release::{Facts, KubernetesFacts, KubernetesVersion};
use crate::report::ClusterReport;
use crate::simulate::{ClusterState, Simulated, Simulator};

/// The cluster that a plan is made for.
pub(super) struct Cluster {
    /// Where its state comes from.
    pub(super) source: String,
    /// Its state.
    pub(super) state: ClusterState,
}

/// What the simulation of a path says.
#[derive(Default)]
pub(super) struct Simulation {
    /// What each hop does; none where it cannot be told.
    pub(super) hops: Vec<Option<Simulated>>,
    /// The version of Kubernetes at the start, where it is known.
    pub(super) kubernetes: Option<KubernetesVersion>,
    /// The cluster, where it was no clean install.
    pub(super) cluster: Option<ClusterReport>,
    /// What is found in the state before the first hop.
    pub(super) findings: Vec<Finding>,
    /// The state after each hop, in the form of a file, where it was asked for.
    pub(super) states: Vec<Vec<u8>>,
    /// What the plan depends on, before the first hop and after each, where it was asked for.
    pub(super) read_sets: Vec<ReadSet>,
    /// The cluster, where the state says which one it is.
    pub(super) identity: Option<PlannedCluster>,
}

/// What is simulated with.
pub(super) struct Knowledge<'a> {
    pub(super) facts: &'a Facts,
    pub(super) api: &'a KubernetesFacts,
    /// The version of Kubernetes, where it was given.
    pub(super) kubernetes: Option<KubernetesVersion>,
    /// The version of Kubernetes where the cluster does not say it either.
    pub(super) kubernetes_otherwise: Option<KubernetesVersion>,
    /// Whether edits of override objects stay as they are.
    pub(super) keep_overrides: bool,
    /// Whether the states after the hops are wanted.
    pub(super) keep_states: bool,
    /// Whether it is wanted what the plan depends on.
    pub(super) keep_read_sets: bool,
}

/// A simulation that is about to begin.
pub(super) struct Start<'a> {
    known: &'a Knowledge<'a>,
    simulator: Simulator<'a>,
    simulation: Simulation,
}

impl<'a> Start<'a> {
    /// The simulation on a cluster, or on a clean install of `first`.
    pub(super) fn new(
        cluster: Option<Cluster>,
        first: &'a Bundle,
        known: &'a Knowledge<'a>,
    ) -> Self {
        let mut simulation = Simulation::default();
        let mut simulator = match cluster {
            Some(Cluster { source, state }) => {
                simulation.findings = lint::cluster_findings(&source, &state, &first.version);
                let objects = state.len();
                simulation.identity = identity(&state);
                let simulator = Simulator::on(state, first, known.api);
                let assumed: Vec<_> = simulator.assumed().iter().cloned().collect();
                simulation.findings.extend(lint::incomplete(&source, &assumed));
                simulation.cluster = Some(ClusterReport { source, objects, assumed });
                simulator
            }
            None => Simulator::clean(first, known.api),
        };
        let otherwise = || simulator.kubernetes().is_none().then_some(known.kubernetes_otherwise);
        if let Some(version) = known.kubernetes.or_else(|| otherwise().flatten()) {
            simulator.set_kubernetes(version);
        }
        if known.keep_overrides {
            simulator.keep_overrides();
        }
        simulation.kubernetes = simulator.kubernetes();
        Self { known, simulator, simulation }
    }

    /// The overrides that the user has set in the cluster.
    pub(super) fn user_overrides(&self, first: &Bundle) -> Reading {
        self.simulator.user_overrides(first)
    }

    /// Simulates a path, at each hop of which these override keys are moved.
    pub(super) fn run(mut self, read: &'a Read, moves: Vec<Vec<Move>>) -> Simulation {
        let shapes = Shapes::of(&read.bundles);
        self.observe(&shapes);
        let mut moves = moves.into_iter();
        for (number, ends) in read.bundles.windows(2).enumerate() {
            console::tell(Event::Item {
                phase: Phase::Simulate,
                what: format!("{} to {}", ends[0].version, ends[1].version),
                number: (number + 1, read.bundles.len() - 1),
            });
            self.simulator.plan_moves(moves.next().unwrap_or_default());
            let simulated = self.simulator.hop(&ends[0], &ends[1], self.known.facts);
            self.simulation.hops.push(simulated);
            self.observe(&shapes);
            if self.known.keep_states {
                self.simulation.states.push(self.simulator.state().to_snapshot());
            }
        }
        self.simulation
    }

    fn observe(&mut self, shapes: &Shapes) {
        if self.known.keep_read_sets {
            let mut reads = shapes.observe(self.simulator.state());
            reads.kubernetes = self.simulator.kubernetes().map(|it| it.to_string());
            self.simulation.read_sets.push(reads);
        }
    }
}

/// The cluster of a state: the namespace `kube-system` is never made anew.
pub(super) fn identity(state: &ClusterState) -> Option<PlannedCluster> {
    let namespace = state.get(&procedure::system_namespace())?;
    let uid = namespace.pointer("/metadata/uid")?.as_str()?.to_owned();
    Some(PlannedCluster { uid, server: state.origin().map(|it| it.server.clone()) })
}
