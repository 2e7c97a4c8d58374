//! Rules about the override keys that the release itself sets.

use super::Context;
use crate::bundle::Bundle;
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::overrides::{Override, OverrideKey};
use crate::release::{Deployment, Facts};
use crate::rename::{Rename, RenameKind};

/// Keys that live on under another name.
pub(super) fn renamed(context: &Context<'_>) -> Vec<Finding> {
    let renames = context.changes.renames.iter().filter(|it| !is_told(context, &it.from));
    renames.map(|it| renamed_finding(context, it).severity(severity(context, &it.from))).collect()
}

/// Whether the user sets a key, so that findings about the user's own overrides tell of it.
fn is_told(context: &Context<'_>, key: &OverrideKey) -> bool {
    let fates = context.stories.iter().filter_map(|it| it.fates.get(context.number));
    fates.filter(|it| it.status.breaks()).any(|it| it.before.contains(key))
}

/// What matters to those who did not say what they set; to others only what they set does.
fn severity(context: &Context<'_>, key: &OverrideKey) -> Severity {
    let mut fates = context.stories.iter().filter_map(|it| it.fates.get(context.number));
    if context.stories.is_empty() || fates.any(|it| it.before.contains(key)) {
        Severity::Warning
    } else {
        Severity::Info
    }
}

fn renamed_finding(context: &Context<'_>, rename: &Rename) -> Finding {
    const REASONS: usize = 3;
    let targets: Vec<_> = rename.to.iter().map(|it| format!("`{}`", it.key)).collect();
    let targets = targets.join(" and ");
    let old = &rename.from;
    let scope = rename.to.first().filter(|it| it.component != old.component).map(scope);
    let reasons: Vec<_> = rename.reasons.iter().take(REASONS).map(String::as_str).collect();
    let message = format!(
        "`{}` {} is now {targets}{} ({}, confidence {} %: {})",
        old.key,
        self::scope(old),
        scope.map(|it| format!(" {it}")).unwrap_or_default(),
        rename.kind.as_str(),
        rename.confidence.percent(),
        reasons.join("; ")
    );
    let finding = Finding::new(Code::OverrideRenamed, rename.from.to_string(), message);
    finding.remedy(remedy(rename, &targets)).evidence_all(rename_evidence(
        context.from,
        context.to,
        rename,
    ))
}

fn scope(key: &OverrideKey) -> String {
    match &key.component {
        Some(component) => format!("of component {component}"),
        None => "for all components".to_owned(),
    }
}

fn remedy(rename: &Rename, targets: &str) -> String {
    let old = &rename.from.key;
    match rename.kind {
        RenameKind::Split => format!(
            "If you set `{old}`, set {targets} before the hop, each to the value that it needs, and \
             remove the old key after it."
        ),
        RenameKind::Merged => format!(
            "If you set `{old}`, set {targets} once before the hop, and remove this and the other old \
             keys after it."
        ),
        RenameKind::Renamed | RenameKind::Moved => format!(
            "If you set `{old}`, set {targets} to the same value before the hop, and remove the old \
             key after it."
        ),
    }
}

/// The lines that prove a rename: the old key, the new ones, and the fact that states it.
pub fn rename_evidence(from: &Bundle, to: &Bundle, rename: &Rename) -> Vec<Evidence> {
    let old = from.override_entry(&rename.from).map(|it| from.override_evidence(it));
    let new = rename.to.iter().filter_map(|key| to.override_entry(key));
    let new = new.map(|it| to.override_evidence(it));
    let stated = rename.documented.iter().map(|it| Facts::evidence(&format!("to: \"{}\"", it.to)));
    let charts = rename.lines.iter().cloned();
    old.into_iter().chain(new).chain(charts).chain(stated).collect()
}

/// Keys that nothing in the release's override objects replaces. On a cluster the local override
/// objects only hint at what happened.
pub(super) fn removed(context: &Context<'_>) -> Vec<Finding> {
    let removed = context.changes.overrides.removed.iter().zip(&context.changes.nearest);
    let removed = removed.filter(|it| !is_told(context, &it.0.key));
    removed.map(|(old, near)| removed_finding(context, old, near)).collect()
}

fn removed_finding(context: &Context<'_>, old: &Override, near: &[OverrideKey]) -> Finding {
    let near: Vec<_> = near.iter().map(|it| format!("`{it}`")).collect();
    let nearest = if near.is_empty() {
        String::new()
    } else {
        let near = near.join(", ");
        format!("; the nearest new keys are {near}, but too little speaks for them")
    };
    let message = format!(
        "{} does not set `{}` {} any more{nearest}",
        context.hop.to,
        old.key.key,
        scope(&old.key)
    );
    let severity = match context.deployment {
        Deployment::Local => severity(context, &old.key),
        Deployment::Cluster => Severity::Info,
    };
    Finding::new(Code::OverrideRemoved, old.key.to_string(), message)
        .severity(severity)
        .evidence(context.from.override_evidence(old))
}
