//! How the operator of a release works, and what that means for whoever watches it.
//!
//! # Decisions
//! * Whether applying the Installation CR starts the operator is no fact of this list: the label is
//!   in the artifact or it is not.
//! * The sentences about waits and failures stand beside the facts, so that the steps of a plan and
//!   its report say the same.

use semver::Version;
use serde::Deserialize;

use crate::finding::Evidence;

use super::{Facts, has_begun};

#[cfg(test)]
mod tests;

/// The command that starts the operator again.
pub const RESUME: &str =
    "kubectl -n default label installation/kyma-installation action=install --overwrite";

/// The operator of a range of releases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The first release of the range.
    pub from: Version,
    /// The version of Helm: 2 or 3.
    pub helm: u8,
    /// How it chooses between installing and upgrading a component.
    pub decides: Decides,
    /// Whether its Helm refuses to upgrade a release with an operation in progress.
    #[serde(default)]
    pub refuses_pending: bool,
    /// What the description of the Installation says before the name of the component at work.
    pub step: String,
    /// Where the text of an error stands.
    pub error_in: ErrorIn,
    /// What it does when a component fails.
    pub on_failure: OnFailure,
    /// The seconds between its tries; where it repeats, the last one for ever.
    pub pauses: Vec<u32>,
    /// What it says when tries do not help.
    pub gives_up: String,
    /// Whether it waits until what it installs is ready.
    pub waits: Waits,
    /// The limit of an installation in minutes, where there is one.
    #[serde(default)]
    pub install_minutes: Option<u32>,
    /// The limit of an upgrade in minutes, where there is one.
    #[serde(default)]
    pub upgrade_minutes: Option<u32>,
    /// How the installer Deployment replaces its Pod.
    pub rollout: Rollout,
    /// Whether an init container turns releases of Helm 2 into those of Helm 3.
    #[serde(default)]
    pub converts_helm2: bool,
    /// Whether it removes its finalizer from an Installation that is being deleted.
    #[serde(default)]
    pub removes_finalizer: bool,
    /// Where all that is known from.
    pub source: String,
}

/// How an operator chooses between installing and upgrading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decides {
    /// It upgrades a release that is DEPLOYED and installs anything else.
    Deployed,
    /// By the status and the history of the release.
    Status,
}

/// Where the text of an error stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorIn {
    /// In the log of the operator's Pod.
    PodLog,
    /// In `status.errorLog` of the Installation.
    ErrorLog,
}

/// What an operator does when a component fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It begins the whole list again, for ever.
    Repeats,
    /// It tries the component again, then removes the label and stops.
    Stops,
    /// The same; before each try it undoes what the failed one left.
    MendsAndStops,
}

/// Whether an operator waits until what it installs is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waits {
    /// Until it is ready, or a limit is reached.
    Limited,
    /// Until it is ready.
    Unlimited,
    /// Not at all.
    Never,
}

/// How the installer Deployment replaces its Pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rollout {
    /// The new Pod starts while the old one is at work.
    Rolling,
    /// The old Pod ends first.
    Recreate,
}

impl Facts {
    /// The operator of `release`, with the earliest one for anything older. A release candidate has
    /// the operator of its release.
    pub fn operator(&self, release: &Version) -> &Operator {
        let fits = self.operators.iter().rev().find(|it| has_begun(&it.from, release));
        fits.or(self.operators.first()).expect("the facts file has operators")
    }
}

impl Operator {
    /// The line of the facts file that says where its entry is known from.
    pub fn evidence(&self) -> Evidence {
        Facts::evidence(&format!("source: \"{}\"", self.source))
    }

    /// How long it waits for each component, in a sentence without a full stop.
    pub fn waiting(&self) -> String {
        match self.waits {
            Waits::Never => "it does not wait until anything is ready: `Installed` means that all \
                             charts were sent"
                .to_owned(),
            Waits::Unlimited => "it waits for each component until all of it is ready, without a \
                                 limit: a Pod that never gets ready keeps the state `InProgress` \
                                 for ever, so look at the Pods when nothing moves"
                .to_owned(),
            Waits::Limited => {
                let (install, upgrade) = (self.install_minutes, self.upgrade_minutes);
                let (install, upgrade) = (install.unwrap_or_default(), upgrade.unwrap_or_default());
                let limit = if install == upgrade {
                    format!("{upgrade} minutes")
                } else {
                    format!("{upgrade} minutes where it upgrades, {install} where it installs")
                };
                format!(
                    "it waits for each component until all of it is ready, {limit} at most; the \
                     state stays `InProgress` meanwhile"
                )
            }
        }
    }

    /// What to know while it is at work, in sentences: how long it may take, what a failure looks
    /// like, and how to go on then.
    pub fn watching(&self) -> String {
        let takes = match (self.waits, self.install_minutes.max(self.upgrade_minutes)) {
            (Waits::Never, _) => {
                "`Installed` comes before anything is ready: look at the Pods, too.".to_owned()
            }
            (_, None) => {
                "A component that never gets ready holds everything up without an error: look at the \
                 Pods when the description stays the same."
                    .to_owned()
            }
            (_, Some(limit)) => format!("A component may take {limit} minutes before it fails."),
        };
        let error = match self.error_in {
            ErrorIn::PodLog => "`kubectl -n kyma-installer logs deployment/kyma-installer`",
            ErrorIn::ErrorLog => "`status.errorLog`",
        };
        let goes_on = match self.on_failure {
            OnFailure::Repeats => "the operator begins again by itself, for ever".to_owned(),
            OnFailure::Stops | OnFailure::MendsAndStops => {
                format!("the operator stops after {} tries", self.pauses.len() + 1)
            }
        };
        format!(
            "{takes} After a failure the state is `Error`, the reason is in {error}, and {goes_on}. {}",
            self.resume()
        )
    }

    /// What happens when a component fails and how to go on, in sentences.
    pub fn failing(&self) -> String {
        format!("{} {} {}", self.failed_status(), self.goes_on(), self.resume())
    }

    /// What the Installation shows.
    fn failed_status(&self) -> String {
        let error = match self.error_in {
            ErrorIn::PodLog => {
                "the error itself is in the log of the Pod (`kubectl -n kyma-installer logs \
                 deployment/kyma-installer`)"
            }
            ErrorIn::ErrorLog => "the error itself is in `status.errorLog`",
        };
        format!(
            "The Installation shows the state `Error` and the description `{} NAME`; {error}. \
             Components further down the list are not touched.",
            self.step
        )
    }

    /// What it does by itself after a failure, in sentences.
    pub fn goes_on(&self) -> String {
        let pauses: Vec<_> = self.pauses.iter().map(ToString::to_string).collect();
        let pauses = pauses.join(", ");
        let tries = self.pauses.len() + 1;
        let mends = match self.on_failure {
            OnFailure::Repeats => {
                return format!(
                    "The label stays, and the operator begins the whole list again by itself, \
                     after {pauses} seconds and so on, for ever; its log says `{}`.",
                    self.gives_up
                );
            }
            OnFailure::Stops => "",
            OnFailure::MendsAndStops => {
                "; before each it rolls back an upgrade that failed, or deletes the release of an \
                 installation that failed"
            }
        };
        format!(
            "The operator tries the component {tries} times, with pauses of {pauses} seconds{mends}. \
             Then it says `{} …`, removes the label and stops; nothing goes on by itself after that.",
            self.gives_up
        )
    }

    /// How to go on after a failure, in a sentence.
    pub fn resume(&self) -> String {
        match self.on_failure {
            OnFailure::Repeats => {
                "To go on, mend the cause: the next round takes it up, no command is needed."
                    .to_owned()
            }
            OnFailure::Stops | OnFailure::MendsAndStops => format!(
                "To go on, mend the cause and set the label again (`{RESUME}`); the operator begins \
                 at the first component."
            ),
        }
    }
}
