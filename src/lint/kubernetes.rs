//! Rules about the version of Kubernetes.

use std::sync::LazyLock;

use semver::Version;

use super::Context;
use crate::finding::{Code, Finding};
use crate::release::{KubernetesFacts, KubernetesVersion, Strength, Window};

/// Read once: every hop asks.
static FACTS: LazyLock<KubernetesFacts> = LazyLock::new(KubernetesFacts::builtin);

/// A version that is too new or too old for the hop, or bounds that no version keeps on the whole
/// path. What holds for the release that the hop starts from was told at the hop before.
pub(super) fn version(context: &Context<'_>) -> Vec<Finding> {
    let facts = &*FACTS;
    let known = context.simulated.and_then(|it| it.upgraded_from.or(it.kubernetes));
    match known {
        Some(version) => new_windows(context, facts)
            .filter(|it| !it.holds(version))
            .map(|it| outside(context, facts, it, version))
            .collect(),
        None => contradiction(context, facts).into_iter().collect(),
    }
}

/// The windows that Kubernetes has to be in at a hop between two releases.
pub fn required_windows((from, to): (&Version, &Version)) -> Vec<&'static Window> {
    required(&FACTS, from).chain(required(&FACTS, to)).collect()
}

/// The windows of a hop in which the version of a live cluster is not.
pub fn outside_windows(hop: (&Version, &Version), version: KubernetesVersion) -> Vec<Finding> {
    let windows = required_windows(hop).into_iter().filter(|it| !it.holds(version));
    windows.map(|it| missed(hop, it, version).hop(hop.1)).collect()
}

/// The windows that have to be kept from this hop on.
fn new_windows<'a>(
    context: &Context<'_>,
    facts: &'a KubernetesFacts,
) -> impl Iterator<Item = &'a Window> {
    let before: Vec<_> = required(facts, &context.hop.from).collect();
    let after: Vec<_> =
        required(facts, &context.hop.to).filter(|it| !before.contains(it)).collect();
    let before = if context.is_first { before } else { Vec::new() };
    before.into_iter().chain(after)
}

fn required<'a>(facts: &'a KubernetesFacts, release: &Version) -> impl Iterator<Item = &'a Window> {
    facts.windows(release).filter(|it| it.strength == Strength::Required)
}

fn outside(
    context: &Context<'_>,
    facts: &KubernetesFacts,
    window: &Window,
    version: KubernetesVersion,
) -> Finding {
    let finding = missed((&context.hop.from, &context.hop.to), window, version);
    match window.min.filter(|it| version < *it) {
        Some(min) => finding.remedy(upgrade(context, facts, version, min)),
        None => finding,
    }
}

fn missed(
    (from, to): (&Version, &Version),
    window: &Window,
    version: KubernetesVersion,
) -> Finding {
    // Which release of the hop the window is about.
    let minor = crate::release::Minor::of(to);
    let kyma = if window.from <= minor && minor <= window.to { to } else { from };
    let (code, bound) = match window.min.filter(|it| version < *it) {
        Some(min) => (Code::KubernetesTooOld, format!("{min} or newer")),
        None => (Code::KubernetesTooNew, format!("{} or older", window.max.unwrap_or(version))),
    };
    let message = format!("Kyma {kyma} needs Kubernetes {bound}: {}", window.reason);
    Finding::new(code, format!("Kubernetes {version}"), message).evidence(window.evidence())
}

/// When Kubernetes can be upgraded: at a release from which on all hops allow the new version.
fn upgrade(
    context: &Context<'_>,
    facts: &KubernetesFacts,
    old: KubernetesVersion,
    new: KubernetesVersion,
) -> String {
    let from = &context.hop.from;
    let first = earliest(context, facts, new);
    let at = if first == from { format!("{from}") } else { format!("{first} to {from}") };
    format!(
        "Upgrade Kubernetes from {old} to {new} while Kyma is at {at}, before the hop to {}. The rest of \
         the plan is simulated on {new}.",
        context.hop.to
    )
}

/// The earliest release of the path from which on a version is allowed.
fn earliest<'a>(
    context: &'a Context<'_>,
    facts: &KubernetesFacts,
    version: KubernetesVersion,
) -> &'a Version {
    let allowed = |it: &Version| required(facts, it).all(|it| it.holds(version));
    let before = context.history.iter().rev().map(|it| &it.version);
    let before = before.take_while(|it| allowed(it));
    before.last().unwrap_or(&context.hop.from)
}

/// A bound that begins at this hop and excludes what a release before needs.
fn contradiction(context: &Context<'_>, facts: &KubernetesFacts) -> Option<Finding> {
    let (window, min) = new_windows(context, facts).find_map(|it| Some((it, it.min?)))?;
    let path = context.history.iter().map(|it| &it.version).chain([&context.hop.from]);
    let mut windows = path.flat_map(|it| required(facts, it));
    let older = windows.find(|it| it.max.is_some_and(|max| max < min))?;
    let max = older.max?;
    let first = earliest(context, facts, min);
    let message = format!(
        "no version of Kubernetes fits the whole path: releases up to {} need {max} or older, {} needs \
         {min} or newer",
        older.to, context.hop.to
    );
    let remedy = format!(
        "Upgrade Kubernetes to {min} while Kyma is at {first} to {}, and have the versions checked: \
         `--kubernetes-version`, or the state of the cluster.",
        context.hop.from
    );
    let finding = Finding::new(Code::KubernetesWindow, "Kubernetes", message).remedy(remedy);
    Some(finding.evidence(older.evidence()).evidence(window.evidence()))
}
