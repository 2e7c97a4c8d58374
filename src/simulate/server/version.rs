//! One object in several versions of its API.
//!
//! # Decisions
//! * The server keeps one object and shows it in every version that it serves. [`VERSIONS`] says
//!   which versions show the same kind; where it names no conversion, nothing but `apiVersion`
//!   changes (and fields go that the other version does not know).
//! * Defaults are not set again: the object has been stored, and has those of the version in which
//!   it was written.
//! * Versions of custom kinds are converted as their definition says, by a webhook perhaps: that is
//!   not known here.

use serde_json::{Map, Value};

use super::{crd, shape, types};
use crate::release::KubernetesVersion;

mod autoscaler;
mod ingress;
mod workload;

/// Fields are not dropped for the age of a server when an object is only shown.
const NEWEST: KubernetesVersion = KubernetesVersion { major: 1, minor: 24 };

/// What has to be done to an object on the way from one version to another.
type Conversion = fn(&mut Map<String, Value>, from: &str, to: &str) -> Option<()>;

/// The kinds, the versions that show the same objects, and what changes besides `apiVersion`.
#[rustfmt::skip]
const VERSIONS: &[(&[&str], &[&str], Option<Conversion>)] = &[
    (&["Deployment"], &["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2", "apps/v1"], Some(workload::deployment)),
    (&["DaemonSet"], &["extensions/v1beta1", "apps/v1beta2", "apps/v1"], Some(workload::daemon_set)),
    (&["ReplicaSet"], &["extensions/v1beta1", "apps/v1beta2", "apps/v1"], None),
    (&["StatefulSet"], &["apps/v1beta1", "apps/v1beta2", "apps/v1"], None),
    (&["CronJob"], &["batch/v1beta1", "batch/v1"], None),
    (&["Ingress"], &["extensions/v1beta1", "networking.k8s.io/v1beta1", "networking.k8s.io/v1"], Some(ingress::convert)),
    (&["NetworkPolicy"], &["extensions/v1beta1", "networking.k8s.io/v1"], None),
    (&["IngressClass"], &["networking.k8s.io/v1beta1", "networking.k8s.io/v1"], None),
    (&["PodSecurityPolicy"], &["extensions/v1beta1", "policy/v1beta1"], None),
    (&["PodDisruptionBudget"], &["policy/v1beta1", "policy/v1"], Some(workload::disruption_budget)),
    (&["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"],
        &["rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1"], None),
    (&["PriorityClass"], &["scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1"], None),
    (&["StorageClass", "VolumeAttachment", "CSIDriver"], &["storage.k8s.io/v1beta1", "storage.k8s.io/v1"], None),
    (&["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        &["admissionregistration.k8s.io/v1beta1", "admissionregistration.k8s.io/v1"], None),
    (&["APIService"], &["apiregistration.k8s.io/v1beta1", "apiregistration.k8s.io/v1"], None),
    (&["RuntimeClass"], &["node.k8s.io/v1beta1", "node.k8s.io/v1"], None),
    (&["Lease"], &["coordination.k8s.io/v1beta1", "coordination.k8s.io/v1"], None),
    (&["CustomResourceDefinition"], &["apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1"], Some(definition)),
    (&["HorizontalPodAutoscaler"], &["autoscaling/v1", "autoscaling/v2beta1", "autoscaling/v2beta2", "autoscaling/v2"], Some(autoscaler::convert)),
];

/// A stored object as the server returns it in `api_version`; none if it is not shown there, or if
/// the conversion is not known (custom kinds, metrics that autoscaling/v1 keeps in an annotation).
pub fn as_version(live: &Value, api_version: &str) -> Option<Value> {
    let from = live.get("apiVersion")?.as_str()?;
    let kind = live.get("kind")?.as_str()?;
    if from == api_version {
        return Some(live.clone());
    }
    let row = VERSIONS.iter().find(|(kinds, versions, _)| {
        kinds.contains(&kind) && versions.contains(&from) && versions.contains(&api_version)
    });
    let (_, _, convert) = row?;
    let mut given = shape::plain(types::root(from, kind)?, live.clone(), NEWEST);
    let fields = given.as_object_mut()?;
    if let Some(convert) = convert {
        convert(fields, from, api_version)?;
    }
    let name = types::root(api_version, kind)?;
    let mut shown = shape::plain(name, given, NEWEST);
    shape::write(name, &mut shown, NEWEST);
    let fields = shown.as_object_mut()?;
    fields.insert("apiVersion".to_owned(), api_version.into());
    fields.insert("kind".to_owned(), kind.into());
    super::without_time(fields);
    Some(shown)
}

fn definition(given: &mut Map<String, Value>, _: &str, to: &str) -> Option<()> {
    let spec = given.get_mut("spec")?.as_object_mut()?;
    if to == "apiextensions.k8s.io/v1" {
        crd::to_v1(spec);
    } else {
        crd::to_v1beta1(spec);
    }
    Some(())
}
