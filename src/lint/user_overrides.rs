//! Rules about the overrides of the user that hold whatever the releases are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Code, Evidence, Finding, Severity};
use crate::manifest::{ObjectKey, ProblemKind, names_certificate};
use crate::overrides::{
    Conflict, NAMESPACE, Override, OverrideKey, Reason, Refusal, Remark, RemarkKind, UserOverrides,
};

/// What is wrong with the overrides of the user by themselves: keys that contradict each other,
/// credentials in `ConfigMap`s, and what does not count. Evidence names keys and never values.
pub fn findings(overrides: &UserOverrides) -> Vec<Finding> {
    let conflicts = overrides.conflicts();
    let conflicts = conflicts.iter().map(conflict);
    let exposed = |it: &&Override| {
        it.object.kind == "ConfigMap" && it.holds_secret() && !names_certificate(&it.key.key)
    };
    let secrets = overrides.entries().filter(exposed).map(secret_in_config_map);
    let (unrelated, others): (Vec<_>, Vec<_>) =
        overrides.remarks().iter().partition(|it| is_unrelated(it));
    let remarks = others.into_iter().map(remark).chain(unrelated_findings(&unrelated));
    conflicts.chain(secrets).chain(remarks).collect()
}

fn place(entry: &Override) -> Evidence {
    Evidence::at(&*entry.source, entry.line, &entry.key.key).column(entry.column)
}

fn places(entries: &[&Override]) -> Vec<Evidence> {
    entries.iter().map(|it| place(it)).collect()
}

/// The key with its scope, as prose names it.
fn named(key: &OverrideKey) -> String {
    match &key.component {
        Some(component) => format!("`{}` of component {component}", key.key),
        None => format!("`{}` of all components", key.key),
    }
}

fn conflict(conflict: &Conflict<'_>) -> Finding {
    match conflict {
        Conflict::SameKey { winner, losers } => same_key(winner, losers),
        Conflict::Nested { value, below } => nested(value, below),
    }
}

fn same_key(winner: &Override, losers: &[&Override]) -> Finding {
    let beaten: Vec<_> = losers.iter().map(|it| it.object.to_string()).collect();
    let same = losers.iter().all(|it| has_same_value(winner, it));
    let (values, severity) =
        if same { (" to the same value", Severity::Info) } else { ("", Severity::Warning) };
    let message = format!(
        "{} is set{values} in {} and in {}; the operator takes {}, the last one in its order, but \
         Kyma's documentation calls the result undefined",
        named(&winner.key),
        beaten.join(", "),
        winner.object,
        winner.object
    );
    Finding::new(Code::OverrideConflict, winner.key.to_string(), message)
        .severity(severity)
        .remedy(format!(
            "Keep `{}` in one of the objects and remove it from the others.",
            winner.key.key
        ))
        .evidence(place(winner))
        .evidence_all(places(losers))
}

/// Whether two entries may be said to have the same value. Of a Secret and a `ConfigMap` nothing is
/// said, because it would tell the value of the Secret to those who know that of the other.
fn has_same_value(one: &Override, other: &Override) -> bool {
    one.object.kind == other.object.kind && one.value.same(&other.value)
}

fn nested(value: &Override, below: &[&Override]) -> Finding {
    const SHOWN: usize = 3;
    let mut keys: Vec<_> = below.iter().take(SHOWN).map(|it| format!("`{}`", it.key.key)).collect();
    if SHOWN < below.len() {
        keys.push(format!("{} more", below.len() - SHOWN));
    }
    let message = format!(
        "{} is set to a value, and {} below it; the operator keeps the one or the other at random, \
         so nobody can say what Helm gets",
        named(&value.key),
        keys.join(", ")
    );
    Finding::new(Code::OverrideConflict, value.key.to_string(), message)
        .remedy(format!("Remove `{}`, or all keys below it.", value.key.key))
        .evidence(place(value))
        .evidence_all(places(below))
}

fn secret_in_config_map(entry: &Override) -> Finding {
    let message = format!(
        "{} looks like a credential and has a value in {}",
        named(&entry.key),
        entry.object
    );
    Finding::new(Code::OverrideSecretInConfigmap, entry.key.to_string(), message)
        .evidence(place(entry))
}

/// Whether an object has so little to do with overrides that one finding for each file will do.
fn is_unrelated(remark: &Remark) -> bool {
    use Reason::{OtherKind, OtherNamespace};
    matches!(remark.kind, RemarkKind::Ignored(OtherKind | OtherNamespace { labelled: false, .. }))
}

fn unrelated_findings(remarks: &[&Remark]) -> Vec<Finding> {
    let mut files: BTreeMap<(Arc<str>, &str), Vec<&Remark>> = BTreeMap::new();
    for remark in remarks {
        let why = match remark.kind {
            RemarkKind::Ignored(Reason::OtherKind) => "neither a ConfigMap nor a Secret",
            _ => "in another namespace and not labelled as overrides",
        };
        files.entry((remark.source.clone(), why)).or_default().push(remark);
    }
    files.iter().map(|((source, why), remarks)| unrelated(source, why, remarks)).collect()
}

fn unrelated(source: &str, why: &str, remarks: &[&Remark]) -> Finding {
    const SHOWN: usize = 5;
    let mut names: Vec<_> = remarks.iter().take(SHOWN).map(|it| subject(it)).collect();
    if SHOWN < remarks.len() {
        names.push(format!("{} more", remarks.len() - SHOWN));
    }
    let message =
        format!("the operator reads no overrides from what is {why}: {}", names.join(", "));
    Finding::new(Code::OverrideObjectIgnored, source, message)
        .severity(Severity::Info)
        .remedy("Nothing to do, unless these objects were meant as overrides.")
        .evidence_all(remarks.iter().map(|it| evidence(it)))
}

fn subject(remark: &Remark) -> String {
    let place = || format!("{}:{}", remark.source, remark.line);
    remark.object.as_ref().map_or_else(place, ObjectKey::to_string)
}

fn evidence(remark: &Remark) -> Evidence {
    let evidence = Evidence::at(&*remark.source, remark.line, &remark.text);
    match remark.column {
        Some(column) => evidence.column(column),
        None => evidence,
    }
}

fn remark(remark: &Remark) -> Finding {
    let subject = subject(remark);
    let said = match &remark.kind {
        RemarkKind::Ignored(reason) => ignored(&subject, reason),
        RemarkKind::UnreadField { field, keys } => unread_field(&subject, field, keys),
        RemarkKind::NamespaceAssumed => namespace_assumed(&subject),
        RemarkKind::Replaces { source, line, same } => replaces(&subject, (source, *line), *same),
    };
    let finding = Finding::new(Code::OverrideObjectIgnored, subject, said.message);
    let same = matches!(remark.kind, RemarkKind::Replaces { same: true, .. });
    let severity = if same { Severity::Info } else { Severity::Warning };
    finding.remedy(said.remedy).severity(severity).evidence(evidence(remark))
}

/// The words of a finding.
struct Said {
    message: String,
    remedy: String,
}

fn say(message: impl Into<String>, remedy: impl Into<String>) -> Said {
    Said { message: message.into(), remedy: remedy.into() }
}

fn ignored(subject: &str, reason: &Reason) -> Said {
    match reason {
        Reason::NoObject(problem) => no_object(subject, problem),
        Reason::OtherKind => say(
            format!("{subject} is neither a ConfigMap nor a Secret and holds no overrides"),
            "Leave it out of the overrides.",
        ),
        Reason::OtherNamespace { namespace, .. } => say(
            format!(
                "{subject} is labelled as overrides, but the operator looks in the namespace \
                 {NAMESPACE} only (the Istio jobs of some releases look everywhere)"
            ),
            format!("Move it from namespace {namespace} to {NAMESPACE}, or leave it out."),
        ),
        Reason::NotLabelled { found } => not_labelled(subject, found.as_deref()),
        Reason::EmptyComponent => say(
            format!(
                "{subject} has an empty label `component`: its keys are not common, and no component \
                 has an empty name, so they reach nothing (`kyma upgrade -o` writes global Secrets so)"
            ),
            "Remove the label if the keys are common, or let it name a component.",
        ),
        Reason::Refused(refusal) => refused(subject, refusal),
    }
}

fn no_object(subject: &str, problem: &ProblemKind) -> Said {
    say(
        format!("{subject} is {problem} and holds no overrides"),
        "Give ConfigMaps and Secrets, as `kubectl get cm,secret -n kyma-installer -l \
         installer=overrides -o yaml` prints them; a file of Helm values is none.",
    )
}

fn not_labelled(subject: &str, found: Option<&str>) -> Said {
    let lacks = match found {
        Some(other) => format!("has the label installer={other} in place of installer=overrides"),
        None => "lacks the label installer=overrides".to_owned(),
    };
    say(
        format!("{subject} {lacks}, so the operator does not read it"),
        "Set the label installer=overrides if it is meant as overrides, or leave it out.",
    )
}

fn refused(subject: &str, refusal: &Refusal) -> Said {
    let quote = "Put the value in quotes.";
    let (what, remedy) = match refusal {
        Refusal::Label(label) => (format!("the label {label} is no text"), quote),
        Refusal::Namespace => ("the namespace is no text".to_owned(), quote),
        Refusal::NoText(key) => (format!("the value of {key} is no text"), quote),
        Refusal::NoBase64(key) => (
            format!("the value of {key} is no base64"),
            "Encode it with base64, or put it under `stringData` in place of `data`.",
        ),
        Refusal::Key(key) => (
            format!("the key {key:?} is none that Kubernetes takes"),
            "Use letters, digits, `-`, `_` and `.` only.",
        ),
    };
    say(format!("Kubernetes refuses {subject} as a whole, because {what}"), remedy)
}

fn unread_field(subject: &str, field: &str, keys: &[String]) -> Said {
    say(
        format!("the operator does not read {field} of {subject}, which holds {}", keys.join(", ")),
        "Move these keys to `data` as text.",
    )
}

fn namespace_assumed(subject: &str) -> Said {
    say(
        format!(
            "{subject} names no namespace: kubectl applies it to that of its context, and the \
             operator reads it in {NAMESPACE} only; here it counts as if it were there"
        ),
        format!("Set `metadata.namespace: {NAMESPACE}`, or apply it with `-n {NAMESPACE}`."),
    )
}

fn replaces(subject: &str, (source, line): (&str, u32), same: bool) -> Said {
    let how =
        if same { "and sets the same" } else { "and sets something else; the later one counts" };
    say(format!("{subject} stands at {source}:{line} already {how}"), "Give each object once.")
}

#[cfg(test)]
mod tests;
