//! The plan of an upgrade: its steps, the file that is reviewed and applied, what it was concluded
//! from, and whether it still holds.
//!
//! # Decisions
//! * **The plan that was reviewed is the plan that runs.** The file holds the artifacts, byte for
//!   byte, the steps, and a digest over everything. Whoever applies it downloads nothing.
//! * **Staleness by read set.** For each object that a conclusion was read from, the plan has digests
//!   of the fields that the conclusion depends on. What else changes in the cluster does not matter;
//!   what matters is told with the object, the field and the conclusion. See [`ReadSet`].
//! * **What has to be true after each hop** has the same form: the read set as the simulation leaves
//!   it. So the hop after it starts from what the plan says, also when another machine goes on.
//! * A [`VerifiedPlan`] is made by [`verify`] only, and is the only thing that can be executed.

mod acceptance;
pub mod approval;
mod file;
mod overrides;
mod read_set;
mod steps;
mod verify;

pub use acceptance::PlannedAcceptance;
pub use approval::{Approval, GuideRead, Judged, NotAnApproval};
pub use file::{
    FORMAT, KIND, Plan, PlanError, PlanInput, PlannedCluster, PlannedFile, PlannedGuide,
    PlannedHop, PlannedPrediction, PlannedRelease, accepted_name,
};
pub use overrides::{PlannedKept, PlannedMove, PlannedPlace, override_object};
pub use read_set::{Drift, DriftKind, Entry, ReadSet, Shapes};
pub use steps::{Action, Step, StepsInput, steps};
pub use verify::{Demands, Observed, Refusal, VerifiedPlan, Withdrawn, ended, verify};
