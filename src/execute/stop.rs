//! Why an execution stopped part-way.

use crate::cluster::{Cause, Lost};
use crate::execute::LogError;
use crate::finding::Finding;
use crate::journal::JournalError;
use crate::plan::Drift;
use crate::status::Failure;

/// Why an execution stopped part-way. Whatever it is, the journal can resume it.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Somebody wanted it to stop.
    #[error("stopped as you wanted")]
    Wanted,
    /// The lock is lost.
    #[error("{0}")]
    Lock(#[from] Lost),
    /// The journal cannot be kept.
    #[error("{0}")]
    Log(#[from] LogError),
    /// The journal is not that of the plan.
    #[error("the journal does not fit the plan: {0}")]
    Journal(#[from] JournalError),
    /// The cluster does not do what it was asked.
    #[error("{what}: {cause}")]
    Cluster {
        /// What was being done.
        what: String,
        /// Why it failed.
        cause: Cause,
    },
    /// The cluster cannot be read.
    #[error(transparent)]
    Read(#[from] crate::cluster::Error),
    /// Something stands against the next hop.
    #[error("the next hop cannot begin:\n{}", findings(.0))]
    Preflight(Vec<Finding>),
    /// Something is not as it was when the step was begun.
    #[error("{0}")]
    Changed(String),
    /// The operator has given up.
    #[error("the operator gave up for good{}, and does not try again by itself", failed(.0))]
    GaveUp(Vec<Failure>),
    /// Somebody took the label away that starts the operator.
    #[error("the operator has not begun, and somebody took its label action=install away")]
    Untriggered,
    /// The Installation went away while the operator was at work.
    #[error("the Installation default/kyma-installation is gone or being deleted")]
    Gone,
    /// The hop took too long.
    #[error("step {step} was not done within {seconds} s of its hop: {what}")]
    OutOfTime {
        /// The step.
        step: String,
        /// What was waited for.
        what: String,
        /// The limit.
        seconds: u64,
    },
    /// The cluster is not as predicted after a hop.
    #[error("the cluster is not as the plan predicts after the hop to {to}:\n{}", drifts(drift))]
    Different {
        /// The release that the hop led to.
        to: String,
        /// The differences.
        drift: Vec<Drift>,
    },
}

fn findings(findings: &[Finding]) -> String {
    let lines: Vec<_> =
        findings.iter().map(|it| format!("  {}: {}", it.code.as_str(), it.message)).collect();
    lines.join("\n")
}

fn failed(failures: &[Failure]) -> String {
    let texts: Vec<_> = failures.iter().map(ToString::to_string).collect();
    if texts.is_empty() { String::new() } else { format!(" at {}", texts.join(", ")) }
}

fn drifts(drifts: &[Drift]) -> String {
    let lines: Vec<_> = drifts.iter().map(|it| format!("  {it}")).collect();
    lines.join("\n")
}

impl Stop {
    /// That the cluster did not do something.
    pub(super) fn of(what: impl Into<String>, cause: Cause) -> Self {
        match cause {
            Cause::Unlocked(lost) => Self::Lock(lost),
            Cause::Exhausted { last, .. } if matches!(*last, Cause::Unlocked(_)) => {
                Self::of(what, *last)
            }
            cause => Self::Cluster { what: what.into(), cause },
        }
    }

    /// What to do about it, before the same command is run again.
    pub fn hint(&self) -> String {
        match self {
            Self::Wanted => "run the same command again to go on where it stopped".to_owned(),
            Self::Lock(_) => {
                "somebody else is at work, or this machine was cut off: look with `kyma-upgrade \
                 status`, then run the same command again"
                    .to_owned()
            }
            Self::GaveUp(_) => {
                "read why (`kubectl -n default get installation kyma-installation -o \
                 jsonpath='{.status.errorLog}'`), mend it, and run the same command again: it starts \
                 the operator once more"
                    .to_owned()
            }
            Self::Untriggered => {
                "find out who did that; the same command, run again, sets the label again".to_owned()
            }
            Self::Different { .. } => {
                "find out who changed it; put it back and run the same command again, or make a new \
                 plan from here"
                    .to_owned()
            }
            Self::Preflight(_) => "settle this, then run the same command again".to_owned(),
            Self::OutOfTime { .. } => {
                "run the same command again to wait on, with a longer --timeout".to_owned()
            }
            _ => "mend the cause, then run the same command again to go on where it stopped".to_owned(),
        }
    }
}
