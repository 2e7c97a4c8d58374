//! Fields that later versions keep in annotations.

use serde_json::{Map, Value, json};

const ROLLBACK: &str = "deprecated.deployment.rollback.to";
const GENERATION: &str = "deprecated.daemonset.template.generation";
const EMPTY_SELECTOR: &str = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

pub(super) fn deployment(given: &mut Map<String, Value>, _: &str, to: &str) -> Option<()> {
    if matches!(to, "apps/v1" | "apps/v1beta2") {
        let rollback = given.get_mut("spec")?.as_object_mut()?.remove("rollbackTo");
        if let Some(rollback) = rollback {
            let revision = rollback.get("revision").and_then(Value::as_i64).unwrap_or(0);
            annotate(given, ROLLBACK, revision)?;
        }
    } else if let Some(revision) = annotation(given, ROLLBACK) {
        let spec = given.get_mut("spec")?.as_object_mut()?;
        spec.insert("rollbackTo".to_owned(), json!({"revision": revision}));
    }
    Some(())
}

pub(super) fn daemon_set(given: &mut Map<String, Value>, from: &str, to: &str) -> Option<()> {
    const OLD: &str = "extensions/v1beta1";
    if from == OLD {
        let spec = given.get_mut("spec")?.as_object_mut()?;
        let generation = spec.remove("templateGeneration");
        annotate(given, GENERATION, generation.and_then(|it| it.as_i64()).unwrap_or(0))?;
    } else if to == OLD
        && let Some(generation) = annotation(given, GENERATION)
    {
        let spec = given.get_mut("spec")?.as_object_mut()?;
        spec.insert("templateGeneration".to_owned(), generation.into());
    }
    Some(())
}

fn annotate(given: &mut Map<String, Value>, key: &str, value: i64) -> Option<()> {
    let metadata = given.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    annotations.as_object_mut()?.insert(key.to_owned(), value.to_string().into());
    Some(())
}

/// Takes a number from the annotations.
fn annotation(given: &mut Map<String, Value>, key: &str) -> Option<i64> {
    let annotations = given.get_mut("metadata")?.get_mut("annotations")?.as_object_mut()?;
    let number = annotations.get(key)?.as_str()?.parse().ok()?;
    annotations.remove(key);
    Some(number)
}

/// An empty selector matches nothing in policy/v1beta1 and everything in policy/v1; the other
/// version shows it with an expression of that meaning.
pub(super) fn disruption_budget(given: &mut Map<String, Value>, _: &str, to: &str) -> Option<()> {
    let spec = given.get_mut("spec")?.as_object_mut()?;
    let Some(selector) = spec.get_mut("selector") else { return Some(()) };
    let expression =
        |operator| json!({"matchExpressions": [{"key": EMPTY_SELECTOR, "operator": operator}]});
    let (here, there) = match to {
        "policy/v1" => (expression("DoesNotExist"), expression("Exists")),
        _ => (expression("Exists"), expression("DoesNotExist")),
    };
    if *selector == json!({}) {
        *selector = there;
    } else if *selector == here {
        *selector = json!({});
    }
    Some(())
}
