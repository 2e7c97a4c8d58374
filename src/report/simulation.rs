//! What the simulation predicts, as the view model has it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Field;
use crate::diff::Note;
use crate::simulate::merge::FieldChange;
use crate::simulate::{Prediction, Simulated, state};

/// The cluster that was simulated; absent where a clean install was.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ClusterReport {
    /// Where its state comes from: a file, or the context of a live cluster.
    pub source: String,
    /// How many objects are known of it.
    pub objects: usize,
    /// The kinds that the state says nothing about; they are simulated as a clean install has them.
    pub assumed: Vec<String>,
}

/// What happens to an object.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PredictionReport {
    /// The object.
    pub object: String,
    /// `created`, `configured`, `unchanged`, `deleted`, `rejected` or `left-behind`.
    pub verb: Cow<'static, str>,
    /// The file that is applied; absent where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The 1-based line of the object in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The fields that have another value afterwards. A configured object without any gets a patch
    /// that changes nothing, such as another spelling of a quantity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The paths of those fields that somebody had edited since the last hop: the edit is lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resets: Vec<String>,
    /// The edited keys of its data that stay as they are, because the plan says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Why it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The hop at which the same is rejected for the same reason first, if it is not this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
}

/// The predictions of a hop, in the order of its steps.
pub(super) fn predictions(simulated: &Simulated) -> Vec<PredictionReport> {
    simulated.predictions.iter().map(prediction).collect()
}

fn prediction(it: &Prediction) -> PredictionReport {
    let rejection = it.rejection.as_ref();
    let first = rejection.and_then(|it| it.first.as_ref());
    PredictionReport {
        object: it.object.to_string(),
        verb: it.verb.as_str().into(),
        source: it.place.as_ref().map(|it| it.source.clone()),
        line: it.place.as_ref().map(|it| it.line),
        fields: it.fields.iter().map(field).collect(),
        resets: it.resets.iter().map(|it| it.path.clone()).collect(),
        kept: it.kept.iter().cloned().collect(),
        reason: rejection.map(|it| it.why.to_string()),
        first_at: first.map(ToString::to_string),
    }
}

fn field(change: &FieldChange) -> Field {
    let shown = |it: &Option<serde_json::Value>| it.as_ref().map(state::shown);
    let (from, to) = (shown(&change.from), shown(&change.to));
    let secret = from != change.from || to != change.to;
    Field {
        path: change.path.clone(),
        from,
        to,
        note: secret.then_some(Note::SecretChanged),
        diff: None,
    }
}
