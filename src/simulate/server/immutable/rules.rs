//! The fields, kind by kind.

use serde_json::Value;

use super::{Change, at, quantity};

/// A field that may not change.
pub(super) struct Rule {
    pub(super) kind: &'static str,
    pub(super) path: &'static str,
    /// When it holds.
    pub(super) holds: fn(&Change<'_>) -> bool,
    pub(super) answer: &'static str,
    pub(super) remedy: &'static str,
}

const fn rule(
    (kind, path): (&'static str, &'static str),
    holds: fn(&Change<'_>) -> bool,
    answer: &'static str,
    remedy: &'static str,
) -> Rule {
    Rule { kind, path, holds, answer, remedy }
}

const JOB: &str = "delete the Job, and apply creates it again; its Pods and their logs go with it, and the Job runs once more";
const WORKLOAD: &str = "delete the object, and apply creates it again; its Pods stop in between (with --cascade=orphan they go on, but nothing manages them any more)";
const SET: &str = "delete the StatefulSet with --cascade=orphan, and apply creates it again and takes its Pods over; claims and their data stay";
const BINDING: &str =
    "delete the binding, and apply creates it again; its subjects lack the permissions in between";
const SERVICE: &str = "delete the Service, and apply creates it again with another address; clients that hold the old address lose it";
const CLAIM: &str = "keep the old value, or back up the data, delete the claim and let apply create it again; the volume and its data are lost if its reclaim policy is Delete";
const VOLUME: &str = "keep the old value, or set the reclaim policy to Retain, delete the PersistentVolume and let apply create it again; the data itself stays only with Retain";
const CLASS: &str =
    "delete the object, and apply creates it again; volumes that exist are not affected";
const LOCKED: &str =
    "delete the object, and apply creates it again; Pods read the new data after their next start";
const PRIORITY: &str =
    "delete the PriorityClass, and apply creates it again; Pods that run keep their priority";
const DEFINITION: &str = "keep the old value, or back up all custom resources of this kind, delete the definition and let apply create it again; all custom resources of this kind are deleted with it";
const STORED: &str = "keep the version in the definition (served: false is allowed) until all custom resources are stored in another one and status.storedVersions names it no more";
const POD: &str = "delete the Pod, and apply creates it again; what it holds in memory and in emptyDir volumes is lost";
const AGAIN: &str = "delete the object, and apply creates it again";

fn always(_: &Change<'_>) -> bool {
    true
}

/// The selector of Deployments: free in the versions before apps/v1beta2.
fn fixed_selector(change: &Change<'_>) -> bool {
    !matches!(change.api_version(), "extensions/v1beta1" | "apps/v1beta1")
}

fn has_address(change: &Change<'_>) -> bool {
    let external = |it: &Value| at(it, "spec.type").is_some_and(|it| it == "ExternalName");
    !change.old_text("spec.clusterIP").is_empty() && !external(change.old) && !external(change.new)
}

fn address_since_20(change: &Change<'_>) -> bool {
    change.kubernetes.minor >= 20
        && has_address(change)
        && at(change.new, "spec.clusterIP").is_some()
}

fn no_address_since_20(change: &Change<'_>) -> bool {
    change.kubernetes.minor >= 20
        && has_address(change)
        && at(change.new, "spec.clusterIP").is_none()
}

fn address_before_20(change: &Change<'_>) -> bool {
    change.kubernetes.minor < 20 && has_address(change)
}

fn is_locked(change: &Change<'_>) -> bool {
    at(change.old, "immutable") == Some(&Value::Bool(true))
}

fn has_volume(change: &Change<'_>) -> bool {
    !change.old_text("spec.volumeName").is_empty()
}

/// A claim that is bound may ask for more.
fn resources_are_fixed(change: &Change<'_>) -> bool {
    const SIZE: &str = "spec.resources.requests.storage";
    let [old, new] = change.sides(SIZE).map(quantity);
    let grows = old.is_some() && old <= new;
    !(grows && change.old_text("status.phase") == "Bound")
}

fn has_affinity(change: &Change<'_>) -> bool {
    at(change.old, "spec.nodeAffinity").is_some()
}

fn before_1_15(change: &Change<'_>) -> bool {
    change.kubernetes.minor < 15
}

/// Whether a version in which objects are stored is missing in the new definition.
fn loses_stored_version(change: &Change<'_>) -> bool {
    let names = |it: &Value, stored: bool| -> Vec<String> {
        let versions = at(it, "spec.versions").and_then(Value::as_array);
        let versions = versions.into_iter().flatten();
        let wanted = versions.filter(|it| !stored || it.get("storage") == Some(&Value::Bool(true)));
        wanted.filter_map(|it| it.get("name")?.as_str().map(str::to_owned)).collect()
    };
    let told = at(change.old, "status.storedVersions").and_then(Value::as_array);
    let told = told.into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned));
    let mut stored: Vec<_> = told.collect();
    if stored.is_empty() {
        stored = names(change.old, true);
    }
    let kept = names(change.new, false);
    stored.iter().any(|it| !kept.contains(it))
}

/// Whether a Pod changes in more than images, tolerations and its deadline.
fn pod_changes(change: &Change<'_>) -> bool {
    let rest = |it: &Value| {
        let mut spec = at(it, "spec").cloned().unwrap_or_default();
        for list in ["containers", "initContainers"] {
            let items = spec.get_mut(list).and_then(Value::as_array_mut);
            for container in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                container.remove("image");
            }
        }
        if let Some(spec) = spec.as_object_mut() {
            spec.retain(|key, _| key != "tolerations" && key != "activeDeadlineSeconds");
        }
        spec
    };
    rest(change.old) != rest(change.new)
}

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    rule(("Job", "spec.completions"), always, "spec.completions: field is immutable", JOB),
    rule(("Job", "spec.completionMode"), always, "spec.completionMode: field is immutable", JOB),
    rule(("Job", "spec.selector"), always, "spec.selector: field is immutable", JOB),
    rule(("Job", "spec.template"), always, "spec.template: field is immutable", JOB),
    rule(("Deployment", "spec.selector"), fixed_selector, "spec.selector: field is immutable", WORKLOAD),
    rule(("DaemonSet", "spec.selector"), fixed_selector, "spec.selector: field is immutable", WORKLOAD),
    rule(("ReplicaSet", "spec.selector"), fixed_selector, "spec.selector: field is immutable", WORKLOAD),
    rule(("StatefulSet", "spec.serviceName"), always, STATEFUL_SET, SET),
    rule(("StatefulSet", "spec.selector"), always, STATEFUL_SET, SET),
    rule(("StatefulSet", "spec.podManagementPolicy"), always, STATEFUL_SET, SET),
    rule(("StatefulSet", "spec.revisionHistoryLimit"), always, STATEFUL_SET, SET),
    rule(("StatefulSet", "spec.volumeClaimTemplates"), always, STATEFUL_SET, SET),
    rule(("RoleBinding", "roleRef"), always, "roleRef: cannot change roleRef", BINDING),
    rule(("ClusterRoleBinding", "roleRef"), always, "roleRef: cannot change roleRef", BINDING),
    rule(("Service", "spec.clusterIP"), address_since_20, "spec.clusterIPs[0]: may not change once set", SERVICE),
    rule(("Service", "spec.clusterIP"), no_address_since_20, "spec.clusterIPs[0]: primary clusterIP can not be unset", SERVICE),
    rule(("Service", "spec.clusterIP"), address_before_20, "spec.clusterIP: field is immutable", SERVICE),
    rule(("PersistentVolumeClaim", "spec.accessModes"), always, PVC, CLAIM),
    rule(("PersistentVolumeClaim", "spec.dataSource"), always, PVC, CLAIM),
    rule(("PersistentVolumeClaim", "spec.resources"), resources_are_fixed, PVC, CLAIM),
    rule(("PersistentVolumeClaim", "spec.selector"), always, PVC, CLAIM),
    rule(("PersistentVolumeClaim", "spec.storageClassName"), always, PVC, CLAIM),
    rule(("PersistentVolumeClaim", "spec.volumeMode"), always, "volumeMode: field is immutable", CLAIM),
    rule(("PersistentVolumeClaim", "spec.volumeName"), has_volume, PVC, CLAIM),
    rule(("PersistentVolume", "spec.awsElasticBlockStore"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.azureDisk"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.azureFile"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.csi"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.gcePersistentDisk"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.hostPath"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.local"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.nfs"), always, PV, VOLUME),
    rule(("PersistentVolume", "spec.nodeAffinity"), has_affinity, "nodeAffinity: field is immutable", VOLUME),
    rule(("PersistentVolume", "spec.volumeMode"), always, "volumeMode: field is immutable", VOLUME),
    rule(("StorageClass", "parameters"), always, "parameters: updates to parameters are forbidden.", CLASS),
    rule(("StorageClass", "provisioner"), always, "provisioner: updates to provisioner are forbidden.", CLASS),
    rule(("StorageClass", "reclaimPolicy"), always, "reclaimPolicy: updates to reclaimPolicy are forbidden.", CLASS),
    rule(("StorageClass", "volumeBindingMode"), always, "volumeBindingMode: field is immutable", CLASS),
    rule(("ConfigMap", "immutable"), is_locked, "immutable: field is immutable when `immutable` is set", LOCKED),
    rule(("ConfigMap", "data"), is_locked, "data: field is immutable when `immutable` is set", LOCKED),
    rule(("ConfigMap", "binaryData"), is_locked, "binaryData: field is immutable when `immutable` is set", LOCKED),
    rule(("Secret", "immutable"), is_locked, "immutable: field is immutable when `immutable` is set", LOCKED),
    rule(("Secret", "data"), is_locked, "data: field is immutable when `immutable` is set", LOCKED),
    rule(("Secret", "type"), always, "type: field is immutable", LOCKED),
    rule(("PriorityClass", "value"), always, "Value: may not be changed in an update.", PRIORITY),
    rule(("PriorityClass", "preemptionPolicy"), always, "preemptionPolicy: field is immutable", PRIORITY),
    rule(("CustomResourceDefinition", "spec.group"), always, "spec.group: field is immutable", DEFINITION),
    rule(("CustomResourceDefinition", "spec.scope"), always, "spec.scope: field is immutable", DEFINITION),
    rule(("CustomResourceDefinition", "spec.names.kind"), always, "spec.names.kind: field is immutable", DEFINITION),
    rule(("CustomResourceDefinition", "spec.names.plural"), always, "spec.names.plural: field is immutable", DEFINITION),
    rule(("CustomResourceDefinition", "spec.versions"), loses_stored_version, "status.storedVersions[0]: must appear in spec.versions", STORED),
    rule(("PodDisruptionBudget", "spec"), before_1_15, "spec: updates to poddisruptionbudget spec are forbidden.", AGAIN),
    rule(("CSIDriver", "spec"), always, "spec: field is immutable", CLASS),
    rule(("VolumeAttachment", "spec"), always, "spec: field is immutable", AGAIN),
    rule(("RuntimeClass", "handler"), always, "handler: field is immutable", AGAIN),
    rule(("IngressClass", "spec.controller"), always, "spec.controller: field is immutable", AGAIN),
    rule(("ResourceQuota", "spec.scopes"), always, "spec.scopes: field is immutable", AGAIN),
    rule(("Pod", "spec"), pod_changes, "spec: pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)", POD),
];

const STATEFUL_SET: &str = "spec: updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden";
const PVC: &str =
    "spec: spec is immutable after creation except resources.requests for bound claims";
const PV: &str =
    "spec.persistentvolumesource: spec.persistentvolumesource is immutable after creation";
