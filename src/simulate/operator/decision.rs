//! Whether the operator installs or upgrades a component, and whether it gets that done.

use super::records::{Release, Status};
use super::{Action, Listed, Why};
use crate::release::{Decides, Operator};

/// What the operator does with a listed component whose release is `release`.
pub(super) fn decide(
    operator: &Operator,
    release: Option<&Release>,
    listed: &Listed,
) -> (Action, Option<Why>) {
    let Some(release) = release else {
        return (Action::Install, None);
    };
    let (action, why) = match operator.decides {
        Decides::Deployed => by_deployed(release),
        Decides::Status => by_status(operator, release),
    };
    let elsewhere = release.namespace.clone().filter(|_| release.is_elsewhere(listed));
    match (elsewhere, action) {
        // Helm 3 keeps releases by namespace: there is none of the name where it looks.
        (Some(namespace), Action::Upgrade) if operator.helm == 3 => {
            (Action::Fails, Some(Why::NotInNamespace(namespace)))
        }
        (Some(_), Action::Install) if operator.helm == 3 => (Action::Install, None),
        (elsewhere, Action::Upgrade) => {
            (action, why.or_else(|| remark(release, listed, elsewhere)))
        }
        _ => (action, why),
    }
}

/// Until 1.12: DEPLOYED is upgraded, for anything else `helm install` is run, which refuses a name
/// that any record has.
fn by_deployed(release: &Release) -> (Action, Option<Why>) {
    match release.status {
        Status::Deployed => (Action::Upgrade, None),
        _ => (Action::Fails, Some(Why::Exists(release.told_status()))),
    }
}

/// From 1.13 on (`IsUpgradeStep`).
fn by_status(operator: &Operator, release: &Release) -> (Action, Option<Why>) {
    let status = release.told_status();
    match release.status {
        Status::Deployed => (Action::Upgrade, None),
        Status::PendingInstall => (Action::Install, Some(Why::InstalledAnew(status))),
        Status::PendingUpgrade | Status::PendingRollback if operator.refuses_pending => {
            (Action::Fails, Some(Why::InProgress(status)))
        }
        Status::PendingUpgrade | Status::PendingRollback => {
            (Action::Upgrade, Some(Why::Unfinished(status)))
        }
        Status::Failed | Status::Unknown | Status::Uninstalled | Status::Uninstalling => {
            if release.revision <= 1 {
                (Action::Install, Some(Why::InstalledAnew(status)))
            } else if release.has_deployed {
                (Action::Upgrade, Some(Why::UpgradedAfter(status)))
            } else {
                (Action::Fails, Some(Why::NoDeployedRevision(status)))
            }
        }
        Status::Superseded | Status::Other => (Action::Fails, Some(Why::UnexpectedStatus(status))),
    }
}

/// What is to be said about an upgrade that works.
fn remark(release: &Release, listed: &Listed, elsewhere: Option<String>) -> Option<Why> {
    if !release.listed {
        return Some(Why::Foreign);
    }
    let back = release.left.clone().map(Why::BackSince);
    // Told when the list changes, not at every hop after that.
    let moves = release.expected.as_ref() != Some(&listed.namespace);
    back.or_else(|| elsewhere.filter(|_| moves).map(Why::StaysIn))
}
