//! Defaults of Deployments and their like, which differ by API version.

use serde_json::{Value, json};

use super::{Fields, inner, set, text};
use crate::release::KubernetesVersion;

/// Sets what the kind of a whole object asks for.
pub(in crate::simulate::server) fn workload(
    (api_version, kind): (&str, &str),
    given: &mut Fields,
    kubernetes: KubernetesVersion,
) {
    let group = api_version.split_once('/').map_or("", |it| it.0);
    match (group, kind) {
        ("apps" | "extensions", "Deployment") => deployment(api_version, given),
        ("apps" | "extensions", "DaemonSet") => daemon_set(api_version, given, kubernetes),
        ("apps" | "extensions", "ReplicaSet") => replica_set(api_version, given),
        ("apps", "StatefulSet") => stateful_set(api_version, given, kubernetes),
        ("batch", "Job") => job(given, kubernetes),
        ("", "ReplicationController") => replication_controller(given),
        _ => {}
    }
}

fn spec(given: &mut Fields) -> Option<&mut Fields> {
    inner(given, "spec")
}

/// The labels of the Pod template, where it has any.
fn template_labels(given: &Fields) -> Option<Value> {
    given.get("spec")?.pointer("/template/metadata/labels").cloned()
}

/// Before apps/v1beta2, the template's labels are the selector's and the object's own.
fn take_labels(given: &mut Fields) {
    let Some(labels) = template_labels(given) else { return };
    if let Some(spec) = spec(given) {
        set(spec, "selector", || json!({"matchLabels": labels}));
    }
    own_labels(given, labels);
}

fn own_labels(given: &mut Fields, labels: Value) {
    if let Some(metadata) = inner(given, "metadata") {
        set(metadata, "labels", || labels);
    }
}

fn takes_labels(api_version: &str) -> bool {
    matches!(api_version, "extensions/v1beta1" | "apps/v1beta1")
}

fn deployment(api_version: &str, given: &mut Fields) {
    if takes_labels(api_version) {
        take_labels(given);
    }
    let Some(spec) = spec(given) else { return };
    let (step, history, deadline): (Value, i64, i64) = match api_version {
        "extensions/v1beta1" => (1.into(), i64::from(i32::MAX), i64::from(i32::MAX)),
        "apps/v1beta1" => ("25%".into(), 2, 600),
        _ => ("25%".into(), 10, 600),
    };
    set(spec, "replicas", || 1.into());
    set(spec, "revisionHistoryLimit", || history.into());
    set(spec, "progressDeadlineSeconds", || deadline.into());
    let Some(strategy) = inner(spec, "strategy") else { return };
    set(strategy, "type", || "RollingUpdate".into());
    let has_steps = api_version == "extensions/v1beta1" && strategy.contains_key("rollingUpdate");
    if (text(strategy, "type") == "RollingUpdate" || has_steps)
        && let Some(rolling) = inner(strategy, "rollingUpdate")
    {
        set(rolling, "maxUnavailable", || step.clone());
        set(rolling, "maxSurge", || step);
    }
}

fn daemon_set(api_version: &str, given: &mut Fields, kubernetes: KubernetesVersion) {
    let is_old = api_version == "extensions/v1beta1";
    if is_old {
        take_labels(given);
    }
    let Some(spec) = spec(given) else { return };
    set(spec, "revisionHistoryLimit", || 10.into());
    let Some(strategy) = inner(spec, "updateStrategy") else { return };
    set(strategy, "type", || if is_old { "OnDelete" } else { "RollingUpdate" }.into());
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = inner(strategy, "rollingUpdate")
    {
        set(rolling, "maxUnavailable", || 1.into());
        if kubernetes.minor >= 22 {
            set(rolling, "maxSurge", || 0.into());
        }
    }
}

fn replica_set(api_version: &str, given: &mut Fields) {
    if api_version == "extensions/v1beta1" {
        take_labels(given);
    }
    if let Some(spec) = spec(given) {
        set(spec, "replicas", || 1.into());
    }
}

fn stateful_set(api_version: &str, given: &mut Fields, kubernetes: KubernetesVersion) {
    let is_old = api_version == "apps/v1beta1";
    if is_old {
        take_labels(given);
    }
    let Some(spec) = spec(given) else { return };
    set(spec, "podManagementPolicy", || "OrderedReady".into());
    set(spec, "replicas", || 1.into());
    set(spec, "revisionHistoryLimit", || 10.into());
    claims(spec, kubernetes);
    let Some(strategy) = inner(spec, "updateStrategy") else { return };
    if !strategy.contains_key("type") {
        let kind = if is_old { "OnDelete" } else { "RollingUpdate" };
        strategy.insert("type".into(), kind.into());
        if !is_old {
            set(strategy, "rollingUpdate", || json!({}));
        }
    }
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = strategy.get_mut("rollingUpdate").and_then(Value::as_object_mut)
    {
        set(rolling, "partition", || 0.into());
    }
}

/// Since 1.16 the claims in a template are written with their kind.
fn claims(spec: &mut Fields, kubernetes: KubernetesVersion) {
    for claim in super::items(spec, "volumeClaimTemplates").filter(|_| kubernetes.minor >= 16) {
        set(claim, "apiVersion", || "v1".into());
        set(claim, "kind", || "PersistentVolumeClaim".into());
    }
}

fn job(given: &mut Fields, kubernetes: KubernetesVersion) {
    if let Some(labels) = template_labels(given) {
        own_labels(given, labels);
    }
    let Some(spec) = spec(given) else { return };
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        set(spec, "completions", || 1.into());
    }
    set(spec, "parallelism", || 1.into());
    set(spec, "backoffLimit", || 6.into());
    if kubernetes.minor >= 22 {
        set(spec, "completionMode", || "NonIndexed".into());
        set(spec, "suspend", || false.into());
    }
}

fn replication_controller(given: &mut Fields) {
    if let Some(labels) = template_labels(given) {
        if let Some(spec) = spec(given) {
            set(spec, "selector", || labels.clone());
        }
        own_labels(given, labels);
    }
    if let Some(spec) = spec(given) {
        set(spec, "replicas", || 1.into());
    }
}
