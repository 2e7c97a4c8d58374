//! Defaults that depend on more than one field, on the kind or on the API version.
//!
//! # Decisions
//! * A default that depends on nothing stands in `types.txt`; here are the others, type by type, as
//!   the `SetDefaults_…` functions of Kubernetes 1.20 have them (for API versions that 1.20 no longer
//!   serves: as they are still in its source).

use serde_json::{Map, Value, json};

use crate::release::KubernetesVersion;

mod core;
mod others;
mod workload;

pub(super) use workload::workload;

type Fields = Map<String, Value>;

/// Sets the defaults of one struct, whose fields have theirs already.
pub(super) fn of_type(name: &str, given: &mut Fields, kubernetes: KubernetesVersion) {
    match name {
        "Container" | "EphemeralContainer" => core::container(given),
        "Volume" => core::volume(given),
        "PodSpec" => core::pod_spec(given),
        "ServiceSpec" => core::service(given, kubernetes),
        "ServicePort" => core::service_port(given),
        "LimitRangeItem" => core::limits(given),
        "Namespace" => core::namespace(given, kubernetes),
        "PersistentVolumeClaim" | "PersistentVolume" => core::pending(given),
        "Secret" => core::secret(given),
        "Pod" => core::pod(given),
        "Subject" => others::subject(given),
        "RoleRef" => set(given, "apiGroup", || "rbac.authorization.k8s.io".into()),
        "NetworkPolicySpec" => others::network_policy(given),
        "hpa.HorizontalPodAutoscaler" => others::autoscaler(given),
        "hpa21.HorizontalPodAutoscalerSpec" => others::metrics(given, others::V2BETA1),
        "hpa22.HorizontalPodAutoscalerSpec" => others::metrics(given, others::V2BETA2),
        "HorizontalPodAutoscalerBehavior" => others::behavior(given),
        "CustomResourceDefinitionNames" => others::crd_names(given),
        "crd1.CustomResourceDefinitionSpec" => others::crd_v1beta1(given),
        _ => {}
    }
}

/// Adds what the server adds to an object that is created.
pub(super) fn creation(given: &mut Fields) {
    let kind = text(given, "kind").to_owned();
    if kind == "Service" {
        return addresses(given);
    }
    let Some(metadata) = inner(given, "metadata") else { return };
    let finalizer = match kind.as_str() {
        "PersistentVolumeClaim" => "kubernetes.io/pvc-protection",
        "PersistentVolume" => "kubernetes.io/pv-protection",
        "DaemonSet" => return generation(metadata),
        _ => return,
    };
    if let Some(Value::Array(finalizers)) = metadata.get_mut("finalizers") {
        if !finalizers.iter().any(|it| it == finalizer) {
            finalizers.push(finalizer.into());
        }
    } else {
        metadata.insert("finalizers".to_owned(), json!([finalizer]));
    }
}

/// Since 1.20 the address stands in a list, too (older servers drop it).
fn addresses(given: &mut Fields) {
    if let Some(spec) = inner(given, "spec")
        && let Some(address) = spec.get("clusterIP").cloned()
        && !address.as_str().unwrap_or_default().is_empty()
    {
        set(spec, "clusterIPs", || json!([address]));
    }
}

fn generation(metadata: &mut Fields) {
    if let Some(annotations) = inner(metadata, "annotations") {
        annotations.insert("deprecated.daemonset.template.generation".to_owned(), "1".into());
    }
}

/// Sets a field that is absent.
fn set(given: &mut Fields, name: &str, value: impl FnOnce() -> Value) {
    if !given.contains_key(name) {
        given.insert(name.to_owned(), value());
    }
}

fn text<'a>(given: &'a Fields, name: &str) -> &'a str {
    given.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The struct in a field, which is made if it is not there.
fn inner<'a>(given: &'a mut Fields, name: &str) -> Option<&'a mut Fields> {
    given.entry(name).or_insert_with(|| json!({})).as_object_mut()
}

fn items<'a>(given: &'a mut Fields, name: &str) -> impl Iterator<Item = &'a mut Fields> {
    let list = given.get_mut(name).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}
