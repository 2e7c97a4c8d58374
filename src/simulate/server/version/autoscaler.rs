//! Autoscalers: each version writes metrics in its own way.
//!
//! Everything goes through autoscaling/v2beta2, whose form autoscaling/v2 kept.

use serde_json::{Map, Value, json};

type Fields = Map<String, Value>;

pub(super) fn convert(given: &mut Fields, from: &str, to: &str) -> Option<()> {
    let is_old = |version| matches!(version, "autoscaling/v1" | "autoscaling/v2beta1");
    if is_old(from) && has_annotation(given) || is_old(to) && has_behavior(given) {
        return None;
    }
    match from {
        "autoscaling/v1" => from_v1(given)?,
        "autoscaling/v2beta1" => each_metric(given, from_v2beta1)?,
        _ => {}
    }
    match to {
        "autoscaling/v1" => to_v1(given),
        "autoscaling/v2beta1" => each_metric(given, to_v2beta1),
        _ => Some(()),
    }
}

/// Whether something stands in annotations because the version has no field for it. That is not
/// read.
fn has_annotation(given: &Fields) -> bool {
    let annotations = given.get("metadata").and_then(|it| it.get("annotations"));
    let mut keys = annotations.and_then(Value::as_object).into_iter().flat_map(Map::keys);
    keys.any(|it| it.starts_with("autoscaling.alpha.kubernetes.io/"))
}

fn has_behavior(given: &Fields) -> bool {
    given.get("spec").is_some_and(|it| it.get("behavior").is_some())
}

fn from_v1(given: &mut Fields) -> Option<()> {
    let spec = given.get_mut("spec")?.as_object_mut()?;
    let percent = spec.remove("targetCPUUtilizationPercentage")?;
    let target = json!({"type": "Utilization", "averageUtilization": percent});
    let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
    spec.insert("metrics".to_owned(), json!([metric]));
    Some(())
}

fn to_v1(given: &mut Fields) -> Option<()> {
    let spec = given.get_mut("spec")?.as_object_mut()?;
    let metrics = spec.remove("metrics")?;
    let [metric] = metrics.as_array()?.as_slice() else { return None };
    let is_cpu = metric.pointer("/resource/name")?.as_str()? == "cpu";
    let percent = metric.pointer("/resource/target/averageUtilization")?.clone();
    is_cpu.then(|| {
        spec.insert("targetCPUUtilizationPercentage".to_owned(), percent);
    })
}

fn each_metric(given: &mut Fields, change: fn(&str, &mut Fields) -> Option<()>) -> Option<()> {
    let spec = given.get_mut("spec")?.as_object_mut()?;
    let metrics = spec.get_mut("metrics").and_then(Value::as_array_mut);
    for metric in metrics.into_iter().flatten() {
        let metric = metric.as_object_mut()?;
        let kind = metric.get("type")?.as_str()?.to_lowercase();
        if let Some(source) = metric.get_mut(&kind).and_then(Value::as_object_mut) {
            change(&kind, source)?;
        }
    }
    Some(())
}

/// The names of a value, an average and a percentage in autoscaling/v2beta1, by kind of metric.
fn names(kind: &str) -> [&'static str; 3] {
    match kind {
        "object" => ["targetValue", "averageValue", ""],
        _ => ["targetValue", "targetAverageValue", "targetAverageUtilization"],
    }
}

const NAMES: [&str; 3] = ["value", "averageValue", "averageUtilization"];

fn from_v2beta1(kind: &str, source: &mut Fields) -> Option<()> {
    if kind == "object" {
        let object = source.remove("target")?;
        source.insert("describedObject".to_owned(), object);
    }
    let mut target = Map::new();
    for (name, there) in names(kind).iter().zip(NAMES) {
        if let Some(value) = source.remove(*name) {
            target.insert(there.to_owned(), value);
        }
    }
    let has = |name: &str| target.contains_key(name);
    let what = match kind {
        "resource" if has("averageUtilization") => "Utilization",
        "external" if has("value") => "Value",
        "object" if !has("averageValue") => "Value",
        _ => "AverageValue",
    };
    target.insert("type".to_owned(), what.into());
    source.insert("target".to_owned(), target.into());
    if kind != "resource" {
        let mut metric = json!({"name": source.remove("metricName")?});
        let selector =
            source.remove(if kind == "external" { "metricSelector" } else { "selector" });
        if let Some(selector) = selector {
            metric["selector"] = selector;
        }
        source.insert("metric".to_owned(), metric);
    }
    Some(())
}

fn to_v2beta1(kind: &str, source: &mut Fields) -> Option<()> {
    let Some(Value::Object(mut target)) = source.remove("target") else { return None };
    for (name, there) in names(kind).iter().zip(NAMES) {
        if let Some(value) = target.remove(there) {
            source.insert((*name).to_owned(), value);
        }
    }
    if let Some(object) = source.remove("describedObject") {
        source.insert("target".to_owned(), object);
    }
    if let Some(Value::Object(mut metric)) = source.remove("metric") {
        source.insert("metricName".to_owned(), metric.remove("name")?);
        if let Some(selector) = metric.remove("selector") {
            let name = if kind == "external" { "metricSelector" } else { "selector" };
            source.insert(name.to_owned(), selector);
        }
    }
    Some(())
}
