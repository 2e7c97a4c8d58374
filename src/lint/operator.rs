//! Rules about what the operator does at a hop.

use super::Context;
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::procedure;
use crate::release::Waits;
use crate::simulate::operator::{
    Action, ComponentRun, OperatorRun, Record, Since, Unconverted, Why,
};

#[cfg(test)]
mod tests;

fn run<'a>(context: &Context<'a>) -> Option<&'a OperatorRun> {
    context.simulated?.operator.as_ref()
}

fn components<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a ComponentRun> {
    run(context).into_iter().flat_map(|it| &it.components)
}

/// The command that removes a release with all its objects.
pub(super) fn uninstall(helm: u8, name: &str, namespace: &str) -> String {
    if helm == 2 {
        format!("helm delete --purge {name} --tls")
    } else {
        format!("helm uninstall {name}{}", option(namespace))
    }
}

fn rollback(record: &Record, name: &str, (revision, namespace): (u32, &str)) -> String {
    if record.helm == 2 {
        format!("helm rollback {name} {revision} --tls")
    } else {
        format!("helm rollback {name} {revision}{}", option(namespace))
    }
}

fn option(namespace: &str) -> String {
    if namespace.is_empty() { String::new() } else { format!(" -n {namespace}") }
}

/// Releases whose status leads the operator to the wrong choice.
pub(super) fn releases(context: &Context<'_>) -> Vec<Finding> {
    components(context).filter_map(|it| release(context, it)).collect()
}

fn release(context: &Context<'_>, component: &ComponentRun) -> Option<Finding> {
    let why = component.why.as_ref()?;
    let severity = match (component.action, why) {
        // What the simulation itself led to is less sure than a record.
        (Action::Fails, _) if component.record.is_none() => Severity::Warning,
        (Action::Fails, _) | (_, Why::Foreign) => Severity::Blocker,
        (_, Why::InstalledAnew(_) | Why::Unfinished(_)) => Severity::Warning,
        _ => return None,
    };
    let error = why.error(&component.name).map(|it| format!("; its error says `{it}`"));
    let message = format!("component {}: {why}{}", component.name, error.unwrap_or_default());
    let record = component.record.iter().map(record_evidence);
    let finding = Finding::new(Code::HelmReleaseNotDeployed, &component.name, message)
        .severity(severity)
        .remedy(remedy(component, why))
        .evidence_all(record)
        .evidence(context.facts.operator(&context.hop.to).evidence());
    Some(finding)
}

fn record_evidence(record: &Record) -> Evidence {
    let text = format!("{}: {}", record.object, record.status);
    match &record.place {
        Some(place) => Evidence::at(&place.source, place.line, text),
        None => Evidence::listing("cluster", text),
    }
}

fn remedy(component: &ComponentRun, why: &Why) -> String {
    let (name, namespace) = (&component.name, &component.namespace);
    match why {
        Why::NotInNamespace(other) => {
            return format!(
                "The operator goes by names alone. Before the hop, remove the release in {other}, with all \
                 its objects (`{}`), or install what it is under another name.",
                uninstall(3, name, other)
            );
        }
        Why::Foreign => {
            return "Find out whose release that is. If it is not Kyma's, install it under another \
                    name before the hop; the upgrade replaces all its objects."
                .to_owned();
        }
        _ => {}
    }
    let Some(record) = &component.record else {
        return Code::HelmReleaseNotDeployed.info().remedy.to_owned();
    };
    let first = if record.is_pending() {
        "Make sure that nothing is at work on it any more. Then, before the hop, "
    } else {
        "Before the hop, "
    };
    match record.good {
        Some(good) => format!(
            "{first}roll it back to the last revision that worked: `{}`.",
            rollback(record, name, (good, namespace))
        ),
        None => format!(
            "{first}delete it with all its objects, since no revision of it is known to have worked; \
             the operator installs it anew: `{}`.",
            uninstall(record.helm, name, namespace)
        ),
    }
}

/// Whether findings name the components by which the list of the cluster differs from the release's.
pub(super) fn tells_components(context: &Context<'_>) -> bool {
    components(context).any(|it| it.returns || is_dropped(context, it))
}

/// Components that were on the list of the cluster and not on that of the release before.
pub(super) fn dropped(context: &Context<'_>) -> Vec<Finding> {
    let dropped = components(context).filter(|it| is_dropped(context, it));
    dropped.map(|it| dropped_finding(context, it)).collect()
}

fn is_dropped(context: &Context<'_>, component: &ComponentRun) -> bool {
    let now = matches!(&component.why, Some(Why::Left(Since::Hop(at))) if *at == context.hop.to);
    let mut known = context.changes.components.removed.iter();
    now && known.all(|it| it.release_name() != component.name)
}

fn dropped_finding(context: &Context<'_>, component: &ComponentRun) -> Finding {
    let (name, namespace) = (&component.name, &component.namespace);
    let to = &context.hop.to;
    let message = format!(
        "{name} was added to the list of {} in the cluster; the hop puts the list of {to} in its place, \
         so the Helm release of {name} stays installed and no hop upgrades it any more",
        procedure::installation()
    );
    let helm = context.facts.operator(to).helm;
    let remedy = format!(
        "To keep it a component, apply a copy of the file with it on the list; to remove it with all its \
         objects after the hop: `{}`.",
        uninstall(helm, name, namespace)
    );
    Finding::new(Code::ComponentRemovedLeftInstalled, name, message)
        .remedy(remedy)
        .evidence(installation(context, &format!("spec.components: {name}")))
}

/// The Installation in the state of the cluster.
fn installation(context: &Context<'_>, text: &str) -> Evidence {
    match run(context).and_then(|it| it.installation.as_ref()) {
        Some(place) => Evidence::at(&place.source, place.line, text),
        None => Evidence::listing(procedure::installation().to_string(), text),
    }
}

/// Components that somebody had taken off the list and that come back.
pub(super) fn returned(context: &Context<'_>) -> Vec<Finding> {
    let returned = components(context).filter(|it| it.returns);
    returned.map(|it| returned_finding(context, &it.name)).collect()
}

fn returned_finding(context: &Context<'_>, name: &str) -> Finding {
    let (from, to) = (&context.hop.from, &context.hop.to);
    let message = format!(
        "{name} is on the list of {from}, but not on that of {} in the cluster: somebody took it off; \
         the hop puts the list of {to} in its place, and the operator brings {name} back",
        procedure::installation()
    );
    let components = context.to.components();
    let listed = components.iter().find(|it| it.release_name() == name);
    Finding::new(Code::EditResetByArtifact, name, message)
        .remedy(format!(
            "If it has to stay away, apply a copy of the file without {name} on the list."
        ))
        .evidence(installation(context, &format!("spec.components: no {name}")))
        .evidence_all(listed.map(|it| context.to.evidence(&it.source, it.line)))
}

/// Releases of Helm 2 that an operator with Helm 3 does not find.
pub(super) fn unconverted(context: &Context<'_>) -> Vec<Finding> {
    unconverted_finding(context).into_iter().collect()
}

fn unconverted_finding(context: &Context<'_>) -> Option<Finding> {
    let to = &context.hop.to;
    let operator = context.facts.operator(to);
    let (message, evidence) = match run(context)?.unconverted.as_ref()? {
        Unconverted::Lacks(keys) => {
            let names: Vec<_> = keys.iter().map(ToString::to_string).collect();
            let names = names.join(" and ");
            let message = format!(
                "the converter of {to} needs {names}, not there by then; without it ends in silence, \
                 and Helm 3 finds no release: every component is installed a second time"
            );
            (message, vec![Evidence::listing("cluster", format!("no {names}"))])
        }
        Unconverted::Left(records) => {
            let message = format!(
                "{} releases are recorded by Helm 2 alone; the operator of {to} uses Helm 3, does not \
                 find them, and installs their components a second time",
                records.len()
            );
            (message, records.iter().map(record_evidence).collect())
        }
    };
    let finding = Finding::new(Code::HelmConversionBlocked, "Helm 2", message)
        .evidence_all(evidence)
        .evidence(operator.evidence());
    Some(if operator.converts_helm2 {
        finding
    } else {
        finding.remedy("Convert each of them before the hop, with Helm 3 and its plugin 2to3: `helm 2to3 convert NAME`.")
    })
}

/// A release whose operator does not wait.
pub(super) fn readiness(context: &Context<'_>) -> Vec<Finding> {
    readiness_finding(context).into_iter().collect()
}

fn readiness_finding(context: &Context<'_>) -> Option<Finding> {
    let to = &context.hop.to;
    let operator = context.facts.operator(to);
    let message = format!(
        "the operator of {to} does not wait until what it installs is ready; the state `Installed` comes \
         as soon as all charts are sent"
    );
    let finding = Finding::new(Code::ReadinessNotWaited, "operator", message);
    (operator.waits == Waits::Never).then(|| finding.evidence(operator.evidence()))
}

/// An Installation whose finalizer no operator removes any more.
pub(super) fn finalizer(context: &Context<'_>) -> Vec<Finding> {
    finalizer_finding(context).into_iter().collect()
}

fn finalizer_finding(context: &Context<'_>) -> Option<Finding> {
    run(context).filter(|it| it.keeps_finalizer)?;
    let key = procedure::installation();
    let to = &context.hop.to;
    let message = format!(
        "{key} keeps finalizer.installer.kyma-project.io, which no operator from {to} on removes: the \
         upgrade works, but if the Installation is ever deleted, that never ends"
    );
    let finding = Finding::new(Code::FinalizerBlocksDeletion, key.to_string(), message)
        .severity(Severity::Warning)
        .remedy(
            "After the hop: `kubectl -n default patch installation kyma-installation --type=merge \
             -p '{\"metadata\":{\"finalizers\":null}}'`.",
        )
        .evidence(installation(context, "finalizer.installer.kyma-project.io"));
    Some(finding.evidence(context.facts.operator(to).evidence()))
}
