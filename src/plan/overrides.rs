//! What a plan does with the override objects of the user.
//!
//! # Decisions
//! * Names only: no value of an override is in it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::simulate::Simulated;

/// Keys of an object that keep the values of the cluster when a file is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedKept {
    /// The object.
    pub object: String,
    /// The keys of its data.
    pub keys: BTreeSet<String>,
}

/// The keys that a hop keeps, object by object.
pub(super) fn kept(simulated: &Simulated) -> Vec<PlannedKept> {
    let kept = simulated.predictions.iter().filter(|it| !it.kept.is_empty());
    let kept = kept.map(|it| PlannedKept { object: it.object.to_string(), keys: it.kept.clone() });
    kept.collect()
}
