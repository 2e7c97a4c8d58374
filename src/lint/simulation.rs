//! Rules about what the simulation predicts for a hop.

use super::{Context, operator};
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::manifest::ObjectKey;
use crate::overrides;
use crate::procedure;
use crate::simulate::merge::FieldChange;
use crate::simulate::{Origin, Place, Prediction, Refused, Simulated, Verb, state};

/// The predictions of the hop, where there are any.
fn predictions<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a Prediction> {
    let simulated: Option<&Simulated> = context.simulated;
    simulated.into_iter().flat_map(|it| &it.predictions)
}

/// Objects that will be rejected, each where it happens first.
pub(super) fn rejected(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for prediction in predictions(context) {
        let Some(rejection) = prediction.rejection.as_ref().filter(|it| it.first.is_none()) else {
            continue;
        };
        let finding = rejected_finding(context, prediction, &rejection.why);
        // A version of an API is one finding, however many objects are written in it.
        let same = |it: &&mut Finding| it.code == finding.code && it.subject == finding.subject;
        match findings.iter_mut().find(same) {
            Some(told) => told.evidence.extend(finding.evidence),
            None => findings.push(finding),
        }
    }
    findings
}

fn rejected_finding(context: &Context<'_>, prediction: &Prediction, why: &Refused) -> Finding {
    let object = &prediction.object;
    let (code, subject, message) = match why {
        Refused::NotServed { api_version, .. } => {
            (Code::ApiVersionRemoved, format!("{api_version} {}", object.kind), why.to_string())
        }
        Refused::Immutable(_) => {
            (Code::ImmutableFieldChanged, object.to_string(), told(prediction, why))
        }
        Refused::StoredVersion(_) => {
            (Code::CrdVersionRemoved, object.to_string(), told(prediction, why))
        }
        Refused::Finalizers(_) => {
            (Code::FinalizerBlocksDeletion, object.to_string(), told(prediction, why))
        }
        _ => (Code::ApplyRejected, object.to_string(), told(prediction, why)),
    };
    let finding = Finding::new(code, subject, message).evidence_all(evidence(context, prediction));
    match why.remedy(object) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    }
}

/// The reason with what brought the object into its form, where a hop did.
fn told(prediction: &Prediction, why: &Refused) -> String {
    match &prediction.origin {
        Some(Origin::Hop(version, _)) => {
            format!("{why}; the hop to {version} gave the object the form that it has by then")
        }
        _ => why.to_string(),
    }
}

/// Where the manifest has the object, and where the cluster has it from.
fn evidence(context: &Context<'_>, prediction: &Prediction) -> Vec<Evidence> {
    let origin = prediction.origin.as_ref().and_then(|it| match it {
        Origin::Hop(_, place) | Origin::Before(Some(place)) => Some(place),
        Origin::Before(None) => None,
    });
    let places = prediction.place.iter().chain(origin);
    places.map(|it| line(context, it, &prediction.object)).collect()
}

/// The line of a release's file, or that of the object in the state of the cluster.
fn line(context: &Context<'_>, place: &Place, object: &ObjectKey) -> Evidence {
    let bundles = context.history.iter().chain([context.from, context.to]);
    let told = bundles.map(|it| it.evidence(&place.source, place.line));
    let found = told.into_iter().find(|it| !it.text.is_empty());
    found.unwrap_or_else(|| Evidence::at(&place.source, place.line, object.name.as_str()))
}

/// Edits that applying the artifacts undoes, and objects that come back.
pub(super) fn resets(context: &Context<'_>) -> Vec<Finding> {
    predictions(context).flat_map(|it| reset(context, it)).collect()
}

fn reset(context: &Context<'_>, prediction: &Prediction) -> Vec<Finding> {
    let key = &prediction.object;
    let object = context.to.objects.get(key);
    let is_override = object.is_some_and(overrides::is_override);
    if prediction.returns && *key != procedure::installer() {
        return vec![returned(context, prediction, is_override)];
    }
    let kept = prediction.kept.iter().map(|it| kept_finding(context, prediction, it));
    if prediction.verb != Verb::Configured {
        return kept.collect();
    }
    let resets = prediction.resets.iter();
    // A component that drops out of the list or comes back has a finding of its own.
    let named = *key == procedure::installation() && operator::tells_components(context);
    let own = resets.filter(|it| !is_override || it.path.starts_with("data"));
    let own = own.filter(|it| !(named && it.path.starts_with("spec.components")));
    let lost = own.map(|it| reset_finding(context, prediction, it, is_override));
    kept.chain(lost).collect()
}

fn kept_finding(context: &Context<'_>, prediction: &Prediction, key: &str) -> Finding {
    let file = prediction.place.as_ref().map_or("the artifact", |it| &it.source);
    let message = format!(
        "`{key}` was edited in the cluster and stays as it is there; {file} has something else"
    );
    let subject = format!("{} {key}", prediction.object);
    Finding::new(Code::OverrideKept, subject, message).evidence_all(evidence(context, prediction))
}

fn reset_finding(
    context: &Context<'_>,
    prediction: &Prediction,
    change: &FieldChange,
    is_override: bool,
) -> Finding {
    let (code, what) = if is_override {
        (Code::OverrideResetByArtifact, "and the operator installs with that value")
    } else {
        (Code::EditResetByArtifact, "and the edit is lost")
    };
    let file = prediction.place.as_ref().map_or("the artifact", |it| &it.source);
    let message = format!(
        "was edited in the cluster: it is {} there; applying {file} makes it {}, {what}",
        shown(change.from.as_ref()),
        shown(change.to.as_ref())
    );
    let subject = format!("{} {}", prediction.object, change.path);
    Finding::new(code, subject, message).evidence_all(evidence(context, prediction))
}

fn returned(context: &Context<'_>, prediction: &Prediction, is_override: bool) -> Finding {
    let key = &prediction.object;
    let before = &context.hop.from;
    let (code, what) = if is_override {
        let keys = context.to.objects.get(key).map_or(0, |it| overrides::data(it).count());
        let keys =
            if keys == 1 { "its key takes".to_owned() } else { format!("its {keys} keys take") };
        (Code::OverrideResetByArtifact, format!("creates it again, and {keys} effect"))
    } else {
        (Code::EditResetByArtifact, "creates it again".to_owned())
    };
    let message = format!(
        "{key} is in the artifacts up to {before}, but not in the cluster: somebody deleted it; the hop {what}"
    );
    Finding::new(code, key.to_string(), message)
        .severity(if is_override { Severity::Warning } else { Severity::Info })
        .remedy("If it has to stay away, apply a copy of the file without it.")
        .evidence_all(evidence(context, prediction))
}

fn shown(value: Option<&serde_json::Value>) -> String {
    const LENGTH: usize = 60;
    let Some(value) = value else {
        return "no value".to_owned();
    };
    let text = state::shown(value).to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether the simulation knows that an object is not in the cluster by the end of the hop, so that
/// nothing of it is left behind.
pub(super) fn is_gone(context: &Context<'_>, key: &ObjectKey) -> bool {
    context.simulated.is_some_and(|it| it.of(key).all(|it| it.verb != Verb::LeftBehind))
}

/// A hop at whose end nothing starts the operator.
pub(super) fn not_triggered(context: &Context<'_>) -> Vec<Finding> {
    let Some(simulated) = context.simulated.filter(|it| !it.triggered) else {
        return Vec::new();
    };
    let key = procedure::installation();
    let applied = simulated.of(&key).find(|it| it.place.is_some());
    let message = match applied.and_then(|it| it.rejection.as_ref()) {
        Some(it) => {
            format!("{key} is rejected ({}), so nothing sets the label `action=install`", it.why)
        }
        None => {
            format!("after all files are applied, {key} does not carry the label `action=install`")
        }
    };
    let files: Vec<_> = context.to.files.iter().map(crate::bundle::File::name).collect();
    let listing =
        || Evidence::listing(context.hop.to.to_string(), format!("files: {}", files.join(", ")));
    let evidence = applied.map_or_else(|| vec![listing()], |it| evidence(context, it));
    vec![Finding::new(Code::OperatorNotTriggered, key.to_string(), message).evidence_all(evidence)]
}
