//! What the Installation says about the run of the operator that a hop has started.
//!
//! # Decisions
//! * **Of this run.** Right after the trigger the status is still that of the last run, `Installed`
//!   among it. So the status before the trigger is kept (its digest, in the journal), and an
//!   Installation is `Installed` only if the label is gone, which nobody but the operator takes away
//!   at its end, and its status is another one than before. Every run changes it: the conditions have
//!   times. A version of the object that is not newer than the one before is an old answer and tells
//!   nothing.
//! * An error is the end where the operator takes the label away on failure (from 1.11 on). Before, it
//!   tries for ever, and the hop's timeout is the end.
//! * Texts of the operator's error log are not shown: Helm's errors quote values.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest;
use crate::procedure;
use crate::release::{OnFailure, Operator};
use crate::status::{Failure, failures};

/// How far the operator is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// It has not picked up the trigger: the status is that of the last run.
    Waiting,
    /// It is at work.
    Working,
    /// A component failed, and it tries again.
    Retrying(Vec<Failure>),
    /// It has given up.
    GaveUp(Vec<Failure>),
    /// It is done.
    Installed,
    /// The Installation is not there any more, or is being deleted.
    Gone,
}

/// What stands for the status of an Installation: equal exactly for equal statuses.
fn status_digest(installation: Option<&Value>) -> String {
    let status = installation.map_or(&Value::Null, |it| &it["status"]);
    digest::sha256(status.to_string().as_bytes())
}

/// The Installation before the trigger, as far as it has to be known later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The digest of its status.
    pub status: String,
    /// The version of the object; zero where there was none.
    pub version: u64,
}

impl Before {
    /// What has to be known of an Installation.
    pub fn of(installation: Option<&Value>) -> Self {
        let version = installation.and_then(version).unwrap_or_default();
        Self { status: status_digest(installation), version }
    }

    /// Whether an operator has written into an Installation since.
    pub fn is_over(&self, installation: &Value) -> bool {
        let newer = version(installation).is_none_or(|it| self.version < it);
        newer && status_digest(Some(installation)) != self.status
    }

    /// Whether somebody took the label away before an operator began.
    pub fn is_untriggered(&self, installation: &Value) -> bool {
        let newer = version(installation).is_some_and(|it| self.version < it);
        newer && !self.is_over(installation) && !procedure::is_triggered(installation)
    }
}

fn version(installation: &Value) -> Option<u64> {
    installation.pointer("/metadata/resourceVersion")?.as_str()?.parse().ok()
}

/// How far the operator is.
pub fn run_state(installation: Option<&Value>, before: &Before, operator: &Operator) -> RunState {
    let Some(installation) =
        installation.filter(|it| it.pointer("/metadata/deletionTimestamp").is_none())
    else {
        return RunState::Gone;
    };
    let triggered = procedure::is_triggered(installation);
    let changed = before.is_over(installation);
    match installation["status"]["state"].as_str().unwrap_or_default() {
        _ if !changed => RunState::Waiting,
        "Installed" if triggered => RunState::Working,
        "Installed" => RunState::Installed,
        "Error" if !triggered && operator.on_failure != OnFailure::Repeats => {
            RunState::GaveUp(failures(installation))
        }
        "Error" => RunState::Retrying(failures(installation)),
        _ => RunState::Working,
    }
}

/// What the operator is doing: `install component core (5 of 31)`.
pub fn doing(installation: &Value) -> String {
    let description = installation["status"]["description"].as_str().unwrap_or_default();
    let components = installation.pointer("/spec/components").and_then(Value::as_array);
    let names: Vec<_> = components
        .into_iter()
        .flatten()
        .filter_map(|it| it["release"].as_str().filter(|it| !it.is_empty()).or(it["name"].as_str()))
        .collect();
    let named = description.rsplit(' ').next().unwrap_or_default();
    match names.iter().position(|it| *it == named) {
        Some(place) => format!("{description} ({} of {})", place + 1, names.len()),
        None => description.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::release::Facts;

    fn installation(label: bool, status: impl Into<Value>) -> Value {
        let labels = if label { json!({"action": "install"}) } else { json!({}) };
        let components = json!([{"name": "a"}, {"name": "b", "release": "c"}]);
        json!({"metadata": {"labels": labels}, "spec": {"components": components}, "status": status.into()})
    }

    fn state(version: &str, now: &Value, before: &Value) -> RunState {
        let facts = Facts::builtin();
        let before = Before::of(Some(before));
        run_state(Some(now), &before, facts.operator(&version.parse().unwrap()))
    }

    fn status(state: &str, time: u32) -> Value {
        json!({"state": state, "conditions": [{"lastTransitionTime": time}]})
    }

    #[test]
    fn installed_before_the_trigger_is_never_taken_for_success() {
        let before = installation(false, status("Installed", 1));
        let triggered = installation(true, status("Installed", 1));
        assert_eq!(state("1.11.1", &triggered, &before), RunState::Waiting);
        // Somebody took the label away; the operator did nothing.
        assert_eq!(state("1.11.1", &before, &before), RunState::Waiting);
    }

    #[test]
    fn an_old_answer_is_never_taken_for_success() {
        let of = |version: u32, time: u32| {
            let mut it = installation(false, status("Installed", time));
            it["metadata"]["resourceVersion"] = version.to_string().into();
            it
        };
        let before = of(20, 2);
        assert_eq!(state("1.11.1", &of(10, 1), &before), RunState::Waiting);
        assert_eq!(state("1.11.1", &of(21, 2), &before), RunState::Waiting);
        assert_eq!(state("1.11.1", &of(22, 3), &before), RunState::Installed);
        let before = Before::of(Some(&before));
        assert!(!before.is_untriggered(&of(10, 1)) && !before.is_untriggered(&of(20, 2)));
        assert!(before.is_untriggered(&of(21, 2)) && !before.is_untriggered(&of(22, 3)));
    }

    #[test]
    fn a_run_is_done_when_the_status_is_new_and_the_label_gone() {
        let before = installation(false, status("Installed", 1));
        let working = installation(true, status("InProgress", 2));
        let almost = installation(true, status("Installed", 3));
        let done = installation(false, status("Installed", 3));
        assert_eq!(state("1.10.0", &working, &before), RunState::Working);
        assert_eq!(state("1.10.0", &almost, &before), RunState::Working);
        assert_eq!(state("1.10.0", &done, &before), RunState::Installed);
    }

    #[test]
    fn an_error_is_the_end_only_for_operators_that_stop() {
        let before = installation(false, status("Installed", 1));
        let log = json!([{"component": "core", "log": "hunter2", "occurrences": 3}]);
        let error = json!({"state": "Error", "errorLog": log});
        let failure = vec![Failure { component: "core".to_owned(), occurrences: 3 }];
        let kept = installation(true, error.clone());
        let gone = installation(false, error);
        assert_eq!(state("1.10.0", &kept, &before), RunState::Retrying(failure.clone()));
        assert_eq!(state("1.12.0", &kept, &before), RunState::Retrying(failure.clone()));
        assert_eq!(state("1.10.0", &gone, &before), RunState::Retrying(failure.clone()));
        assert_eq!(state("1.12.0", &gone, &before), RunState::GaveUp(failure.clone()));
        assert_eq!(failure[0].to_string(), "core (3 times)");
    }

    #[test]
    fn an_installation_that_goes_is_no_success() {
        let mut going = installation(false, status("Installed", 2));
        going["metadata"]["deletionTimestamp"] = "2020-01-01T00:00:00Z".into();
        let before = installation(false, status("Installed", 1));
        assert_eq!(state("1.12.0", &going, &before), RunState::Gone);
    }

    #[test]
    fn the_place_of_the_component_is_told() {
        let at = |text: &str| doing(&installation(true, json!({"description": text})));
        assert_eq!(at("install component c"), "install component c (2 of 2)");
        assert_eq!(at("Processing component a"), "Processing component a (1 of 2)");
        assert_eq!(at("Verify installed components"), "Verify installed components");
    }
}
