//! What a plan does with the override objects of the user.
//!
//! # Decisions
//! * Names only: no value of an override is in it.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::ObjectKey;
use crate::overrides::{Move, MoveKind, NAMESPACE, Place, When};
use crate::simulate::Simulated;

/// Keys of an object that keep the values of the cluster when a file is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedKept {
    /// The object.
    pub object: String,
    /// The keys of its data.
    pub keys: BTreeSet<String>,
}

/// A key of an override object that is set or removed: it has either `from` or `successor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedMove {
    /// Before or after the hop.
    pub when: When,
    /// The object.
    pub object: String,
    /// The component that it reaches; none if all.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// The key whose value it gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PlannedPlace>,
    /// The key that has to be there before this one is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<PlannedPlace>,
}

/// A key of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedPlace {
    /// The object.
    pub object: String,
    /// The key.
    pub key: String,
}

impl From<&Place> for PlannedPlace {
    fn from(place: &Place) -> Self {
        Self { object: place.object.to_string(), key: place.key.key.clone() }
    }
}

impl From<&Move> for PlannedMove {
    fn from(it: &Move) -> Self {
        let (from, successor) = match &it.what {
            MoveKind::Set { from } => (Some(from.into()), None),
            MoveKind::Remove { successor } => (None, Some(successor.into())),
        };
        Self {
            when: it.when,
            object: it.at.object.to_string(),
            component: it.at.key.component.clone(),
            key: it.at.key.key.clone(),
            from,
            successor,
        }
    }
}

impl fmt::Display for PlannedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.key, self.object)
    }
}

impl fmt::Display for PlannedMove {
    /// Writes what happens to the key, without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.key, self.object)?;
        match (&self.from, &self.successor) {
            (Some(from), _) => write!(f, " gets the value of {from}"),
            (None, Some(successor)) => write!(f, " goes, if {successor} is there"),
            (None, None) => f.write_str(" goes"),
        }
    }
}

/// The object of this name, if the operator may read overrides from it.
pub fn override_object(name: &str) -> Option<ObjectKey> {
    let (kind, name) = name.split_once('/')?;
    let name = name.strip_prefix(NAMESPACE)?.strip_prefix('/')?;
    let is_one = matches!(kind, "ConfigMap" | "Secret");
    is_one.then(|| ObjectKey::namespaced("", kind, NAMESPACE, name))
}

/// The keys that a hop keeps, object by object.
pub(super) fn kept(simulated: &Simulated) -> Vec<PlannedKept> {
    let kept = simulated.predictions.iter().filter(|it| !it.kept.is_empty());
    let kept = kept.map(|it| PlannedKept { object: it.object.to_string(), keys: it.kept.clone() });
    kept.collect()
}

/// The keys that a hop moves.
pub(super) fn moves(simulated: &Simulated) -> Vec<PlannedMove> {
    simulated.moves.iter().map(PlannedMove::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_of_the_operators_namespace_are_override_objects() {
        let key = override_object("Secret/kyma-installer/mine.a").unwrap();
        assert_eq!(key.to_string(), "Secret/kyma-installer/mine.a");
        for other in ["Secret/default/mine", "Role/kyma-installer/a", "Secret/mine", "", "Secret"] {
            assert_eq!(override_object(other), None, "{other}");
        }
    }
}
