//! Defaults of RBAC, network policies, autoscalers and definitions of custom resources.

use serde_json::{Value, json};

use super::{Fields, inner, set, text};
use crate::simulate::server::crd;

pub(super) fn subject(given: &mut Fields) {
    if matches!(text(given, "kind"), "User" | "Group") {
        set(given, "apiGroup", || "rbac.authorization.k8s.io".into());
    }
}

pub(super) fn network_policy(given: &mut Fields) {
    let types = if given.contains_key("egress") {
        json!(["Ingress", "Egress"])
    } else {
        json!(["Ingress"])
    };
    set(given, "policyTypes", || types);
}

const UTILIZATION: i64 = 80;

/// An autoscaler of autoscaling/v1 that says nothing, not even in the annotation that holds what
/// this version has no field for, goes by the use of CPU.
pub(super) fn autoscaler(given: &mut Fields) {
    const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
    let annotations = given.get("metadata").and_then(|it| it.get("annotations"));
    let has_metrics = annotations.is_some_and(|it| it.get(METRICS).is_some());
    if let Some(spec) = inner(given, "spec").filter(|_| !has_metrics) {
        set(spec, "targetCPUUtilizationPercentage", || UTILIZATION.into());
    }
}

/// How the use of CPU is written in autoscaling/v2beta1.
pub(super) const V2BETA1: fn() -> Value =
    || json!({"name": "cpu", "targetAverageUtilization": UTILIZATION});
/// How the use of CPU is written since autoscaling/v2beta2.
pub(super) const V2BETA2: fn() -> Value =
    || json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": UTILIZATION}});

pub(super) fn metrics(given: &mut Fields, cpu: fn() -> Value) {
    set(given, "metrics", || json!([{"type": "Resource", "resource": cpu()}]));
}

pub(super) fn behavior(given: &mut Fields) {
    let policy =
        |kind: &str, value: i64| json!({"type": kind, "value": value, "periodSeconds": 15});
    if let Some(up) = inner(given, "scaleUp") {
        set(up, "stabilizationWindowSeconds", || 0.into());
        set(up, "selectPolicy", || "Max".into());
        set(up, "policies", || json!([policy("Pods", 4), policy("Percent", 100)]));
    }
    if let Some(down) = inner(given, "scaleDown") {
        set(down, "selectPolicy", || "Max".into());
        set(down, "policies", || json!([policy("Percent", 100)]));
    }
}

pub(super) fn crd_names(given: &mut Fields) {
    let kind = text(given, "kind").to_owned();
    if !kind.is_empty() {
        set(given, "singular", || kind.to_lowercase().into());
        set(given, "listKind", || format!("{kind}List").into());
    }
}

/// `version` and the first of `versions` stand for each other; what all versions share stands once.
pub(super) fn crd_v1beta1(given: &mut Fields) {
    if let Some(name) = given.get("version").cloned() {
        set(given, "versions", || json!([{"name": name, "served": true, "storage": true}]));
    }
    if let Some(conversion) = inner(given, "conversion")
        && text(conversion, "strategy") == "Webhook"
    {
        set(conversion, "conversionReviewVersions", || json!(["v1beta1"]));
    }
    crd::raise_shared(given);
}
