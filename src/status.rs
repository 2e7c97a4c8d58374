//! What an installation is doing: the state that the operator writes, read as it is meant.
//!
//! # Decisions
//! * The state alone misleads: `Installed` stands there until the operator takes up the next run, and
//!   `Error` may pass by itself or never. So the state is read together with the label that starts
//!   the operator, and with what the operator of the installed release does after a failure.
//! * The version is the tag of the installer's image, because the Installation does not say it.
//! * Of the operator's error log only the component and the count are shown: Helm's errors may quote
//!   values. The command that shows the text is named instead.
//! * The time of the reading comes from the caller.

use std::fmt;

use jiff::Timestamp;
use semver::Version;
use serde::Serialize;
use serde_json::Value;

use crate::release::Facts;

mod installer;
mod meaning;
mod phase;
mod text;
mod upgrade;

pub use installer::Pod;
pub use phase::Phase;
pub use upgrade::{Holder, Upgrade};

/// What was read of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// The Installation; none where there is none.
    pub installation: Option<Value>,
    /// The Deployment of the installer.
    pub deployment: Option<Value>,
    /// The Pods of the installer.
    pub pods: Vec<Value>,
    /// The ConfigMap to which `apply` copies its journal.
    pub journal: Option<Value>,
    /// The Lease, or the ConfigMap in its place, that says who applies a plan.
    pub lock: Option<Value>,
}

/// What an installation is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// The version of the JSON shape.
    pub format: u32,
    /// The version of the installer, where its image says one.
    pub version: Option<Version>,
    /// The image of the installer; none where no installer is deployed.
    pub image: Option<String>,
    /// What all of it means.
    pub phase: Phase,
    /// The state as the operator writes it; none where it writes none.
    pub state: Option<String>,
    /// Since when that is so.
    pub since: Option<Timestamp>,
    /// For how many seconds, at the time of the reading.
    pub seconds: Option<i64>,
    /// What the operator says about it.
    pub description: Option<String>,
    /// The component at work, or the one that failed.
    pub component: Option<Progress>,
    /// Whether the label is set that starts the operator.
    pub triggered: bool,
    /// What it means and how to go on, in sentences.
    pub meaning: String,
    /// The operator's error log, without its texts.
    pub errors: Vec<Failure>,
    /// When which condition changed.
    pub conditions: Vec<Condition>,
    /// The Pods of the installer.
    pub pods: Vec<Pod>,
    /// The plan that is being applied, or was applied last.
    pub upgrade: Option<Upgrade>,
}

/// A place on the component list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The Helm release of the component.
    pub name: String,
    /// Its 1-based place on the list; none where it is not on it.
    pub number: Option<usize>,
    /// How many the list has.
    pub of: usize,
}

/// An entry of the operator's error log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The component.
    pub component: String,
    /// How often it failed in a row.
    pub occurrences: u64,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.occurrences {
            1 => write!(f, "{} (once)", self.component),
            many => write!(f, "{} ({many} times)", self.component),
        }
    }
}

/// A condition of the Installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// What it is about: `Installed`, `InProgress`, `Error` and others.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Since when it has this status.
    pub since: Option<Timestamp>,
    /// When the operator looked last.
    pub looked: Option<Timestamp>,
}

/// Reads what was seen at the time `now`.
pub fn status(seen: &Seen, facts: &Facts, now: Timestamp) -> Status {
    let image = installer::image(seen);
    let version = image.as_deref().and_then(crate::procedure::version_of);
    let installation = seen.installation.as_ref();
    let field = |name: &str| installation.and_then(|it| text_at(it, &format!("/status/{name}")));
    let (state, description) = (field("state"), field("description"));
    let triggered = installation.is_some_and(crate::procedure::is_triggered);
    let operator = version.as_ref().map(|it| facts.operator(it));
    let phase = Phase::of(installation);
    let conditions = installation.map(conditions).unwrap_or_default();
    let since = since(&conditions, state.as_deref());
    let component = match (installation, &description) {
        (Some(it), Some(text)) if phase.has_component() => progress(it, text, facts),
        _ => None,
    };
    let pods = installer::pods(seen);
    Status {
        format: 1,
        meaning: meaning::meaning(phase, triggered, operator, &pods),
        version,
        image,
        phase,
        seconds: since.map(|it| now.as_second() - it.as_second()),
        since,
        state,
        description,
        component,
        triggered,
        errors: installation.map(failures).unwrap_or_default(),
        conditions,
        pods,
        upgrade: upgrade::upgrade(seen, now),
    }
}

impl Status {
    /// Whether the operator is done and nothing has started it again.
    pub fn is_done(&self) -> bool {
        self.phase == Phase::Installed
    }

    /// The status as JSON with a line break at its end.
    pub fn json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("a status has only JSON types");
        format!("{json}\n")
    }

    /// The same in one line, as `--watch` prints it.
    pub fn json_line(&self) -> String {
        let json = serde_json::to_string(self).expect("a status has only JSON types");
        format!("{json}\n")
    }
}

/// The text at a place of an object; none where it is empty.
fn text_at(object: &Value, pointer: &str) -> Option<String> {
    let text = object.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn time_at(object: &Value, pointer: &str) -> Option<Timestamp> {
    object.pointer(pointer)?.as_str()?.parse().ok()
}

fn list<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    object.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn conditions(installation: &Value) -> Vec<Condition> {
    let read = |it: &Value| {
        Some(Condition {
            kind: text_at(it, "/type")?,
            status: text_at(it, "/status").unwrap_or_default(),
            since: time_at(it, "/lastTransitionTime"),
            looked: time_at(it, "/lastProbeTime"),
        })
    };
    list(installation, "/status/conditions").filter_map(read).collect()
}

/// Since when the state is what it is: the condition of its name says it.
fn since(conditions: &[Condition], state: Option<&str>) -> Option<Timestamp> {
    let of_state = |it: &&Condition| Some(it.kind.as_str()) == state && it.status == "True";
    conditions.iter().find(of_state)?.since
}

/// The operator's error log, without its texts. A component that it does not name is `?`.
pub fn failures(installation: &Value) -> Vec<Failure> {
    let read = |it: &Value| Failure {
        component: text_at(it, "/component").unwrap_or_else(|| "?".to_owned()),
        occurrences: it["occurrences"].as_u64().unwrap_or(1),
    };
    list(installation, "/status/errorLog").map(read).collect()
}

/// The component that a description names. Which words stand before its name depends on the release,
/// and all that are known are tried: the installer may be gone.
fn progress(installation: &Value, description: &str, facts: &Facts) -> Option<Progress> {
    let mut steps = facts.operators.iter().map(|it| it.step.as_str());
    let name = steps.find_map(|it| description.strip_prefix(it)?.strip_prefix(' '))?;
    let releases: Vec<_> = list(installation, "/spec/components")
        .map(|it| text_at(it, "/release").or_else(|| text_at(it, "/name")).unwrap_or_default())
        .collect();
    let place = releases.iter().position(|it| it == name);
    Some(Progress { name: name.to_owned(), number: place.map(|it| it + 1), of: releases.len() })
}

#[cfg(test)]
mod tests;
