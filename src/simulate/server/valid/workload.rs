//! Pod templates and the selectors that have to find them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::names::{is_label, labels};
use super::{Invalid, text};

pub(super) fn check(kind: &str, object: &Map<String, Value>, found: &mut Vec<Invalid>) {
    let Some(spec) = object.get("spec") else { return };
    match kind {
        "Deployment" | "DaemonSet" | "ReplicaSet" => {
            template("spec.template", spec.get("template"), &["Always"], found);
            selector(spec, found);
        }
        // The server does not look at the containers of a StatefulSet.
        "StatefulSet" => selector(spec, found),
        "Service" => ports(spec, found),
        "Job" => template("spec.template", spec.get("template"), ONCE, found),
        "CronJob" => {
            let at = "spec.jobTemplate.spec.template";
            template(at, spec.pointer("/jobTemplate/spec/template"), ONCE, found);
        }
        "Pod" => containers("spec", spec, found),
        _ => {}
    }
}

/// Ports are needed, but not without an address. Where there are several, each has its own name.
fn ports(spec: &Value, found: &mut Vec<Invalid>) {
    let has_address = text(spec, "type") != "ExternalName" && text(spec, "clusterIP") != "None";
    if has_address && spec.get("ports").is_none() {
        found.push(Invalid::new("spec.ports", "is missing"));
    }
    let ports = spec.get("ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut names = BTreeSet::new();
    for (port, place) in ports.iter().zip(0..).filter(|_| 1 < ports.len()) {
        let at = format!("spec.ports.{place}.name");
        match text(port, "name") {
            "" => found.push(Invalid::new(at, "is missing, and there are several ports")),
            name if !names.insert(name) => found.push(Invalid::new(at, "stands there twice")),
            _ => {}
        }
    }
}

/// What a Job's Pods may do when they end.
const ONCE: &[&str] = &["OnFailure", "Never"];

fn template(path: &str, given: Option<&Value>, restart: &[&str], found: &mut Vec<Invalid>) {
    let given = given.unwrap_or(&Value::Null);
    labels(&format!("{path}.metadata"), given.get("metadata").unwrap_or(&Value::Null), found);
    let spec = given.get("spec").unwrap_or(&Value::Null);
    let at = format!("{path}.spec");
    containers(&at, spec, found);
    if !restart.contains(&text(spec, "restartPolicy")) {
        let why = format!("has to be {}", restart.join(" or "));
        found.push(Invalid::new(format!("{at}.restartPolicy"), why));
    }
}

fn containers(path: &str, spec: &Value, found: &mut Vec<Invalid>) {
    let list = |name: &str| spec.get(name).and_then(Value::as_array);
    if list("containers").is_none_or(Vec::is_empty) {
        found.push(Invalid::new(format!("{path}.containers"), "is missing"));
    }
    for name in ["containers", "initContainers"] {
        for (container, place) in list(name).into_iter().flatten().zip(0..) {
            let at = format!("{path}.{name}.{place}");
            if !is_label(text(container, "name")) {
                found.push(Invalid::new(format!("{at}.name"), "is missing or no DNS label"));
            }
            if text(container, "image").is_empty() {
                found.push(Invalid::new(format!("{at}.image"), "is missing"));
            }
        }
    }
}

fn selector(spec: &Value, found: &mut Vec<Invalid>) {
    let at = "spec.selector";
    let selector = spec.get("selector").unwrap_or(&Value::Null);
    let list = |name: &str| selector.get(name).and_then(Value::as_array);
    let wanted = selector.get("matchLabels").and_then(Value::as_object);
    let expressions = list("matchExpressions").map_or(&[][..], Vec::as_slice);
    if wanted.is_none_or(Map::is_empty) && expressions.is_empty() {
        return found.push(Invalid::new(at, "is missing: nothing says which Pods belong to it"));
    }
    let none = Map::new();
    let labels = spec.pointer("/template/metadata/labels").and_then(Value::as_object);
    let labels = labels.unwrap_or(&none);
    let differs = |(key, value): (&String, &Value)| labels.get(key) != Some(value);
    let differs = wanted.into_iter().flatten().any(differs);
    if differs || expressions.iter().any(|it| fails(it, labels)) {
        found.push(Invalid::new(at, "does not match the labels of the Pod template"));
    }
}

/// Whether labels do not meet an expression. An operator that is not known is met.
fn fails(expression: &Value, labels: &Map<String, Value>) -> bool {
    let label = labels.get(text(expression, "key"));
    let values = expression.get("values").and_then(Value::as_array);
    let is_one = || label.is_some_and(|it| values.is_some_and(|values| values.contains(it)));
    match text(expression, "operator") {
        "In" => !is_one(),
        "NotIn" => is_one(),
        "Exists" => label.is_none(),
        "DoesNotExist" => label.is_some(),
        _ => false,
    }
}
