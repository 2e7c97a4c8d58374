//! Which kinds live in a namespace, and which group a kind belongs to by now.
//!
//! # Decisions
//! * The cluster-scoped built-in kinds are those that `kubectl api-resources --namespaced=false`
//!   lists for Kubernetes 1.12 to 1.33. Every other built-in kind is namespaced.
//! * A custom kind has the scope that its `CustomResourceDefinition` gives it. Without one it
//!   counts as namespaced, as most custom kinds are.

use std::collections::{BTreeMap, BTreeSet};

use super::{Object, ObjectKey};
use crate::yaml::Node;

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// The scopes of kinds: the built-in ones, and custom ones by what their definitions say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    custom: BTreeMap<(String, String), Scope>,
}

impl Scopes {
    /// The scopes that the `CustomResourceDefinition`s among `objects` give.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let custom = objects.into_iter().filter_map(definition).collect();
        Self { custom }
    }

    /// These scopes, and those of `others` for the kinds that are unknown here.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        let mut both = others.clone();
        both.custom.extend(self.custom.clone());
        both
    }

    /// The custom kinds that have another scope in `other`.
    pub fn changed_kinds(&self, other: &Self) -> BTreeSet<String> {
        let changed = self.custom.iter().filter(|(of, scope)| {
            let there = other.custom.get(of);
            there.is_some_and(|it| it != *scope)
        });
        changed.map(|((_, kind), _)| kind.clone()).collect()
    }

    /// The scope of a kind.
    pub fn scope(&self, group: &str, kind: &str) -> Scope {
        if is_cluster_scoped(group, kind) {
            return Scope::Cluster;
        }
        let kind = (group.to_owned(), kind.to_owned());
        self.custom.get(&kind).copied().unwrap_or(Scope::Namespaced)
    }

    /// Corrects the namespace in the key of an object of a custom kind.
    pub(super) fn settle(&self, object: &mut Object) {
        if !self.custom.is_empty() {
            let scope = self.scope(&object.key.group, &object.key.kind);
            object.key.namespace = namespace(&object.node, scope);
        }
    }
}

/// The key of an object, where its kind is built in or namespaced.
pub(super) fn key(api_version: &str, kind: &str, name: &str, node: &Node) -> ObjectKey {
    let group = group(api_version, kind);
    let scope = Scopes::default().scope(group, kind);
    ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace(node, scope),
        name: name.to_owned(),
    }
}

fn namespace(node: &Node, scope: Scope) -> Option<String> {
    let named = || node.get("metadata")?.get("namespace")?.as_str();
    match scope {
        Scope::Cluster => None,
        Scope::Namespaced => {
            Some(named().filter(|it| !it.is_empty()).unwrap_or("default").to_owned())
        }
    }
}

/// The group of an `apiVersion`; of a kind that moved, the group that it moved to.
fn group<'a>(api_version: &'a str, kind: &str) -> &'a str {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    match (group, kind) {
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        ("extensions", "PodSecurityPolicy") => "policy",
        _ => group,
    }
}

fn definition(object: &Object) -> Option<((String, String), Scope)> {
    if object.key.kind != "CustomResourceDefinition" {
        return None;
    }
    let spec = object.node.get("spec")?;
    let group = spec.get("group")?.as_str()?;
    let kind = spec.get("names")?.get("kind")?.as_str()?;
    let scope = match spec.get("scope").and_then(Node::as_str) {
        Some("Cluster") => Scope::Cluster,
        _ => Scope::Namespaced,
    };
    Some(((group.to_owned(), kind.to_owned()), scope))
}

#[rustfmt::skip]
const CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("", &["ComponentStatus", "Namespace", "Node", "PersistentVolume"]),
    ("admissionregistration.k8s.io", &[
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    ]),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("auditregistration.k8s.io", &["AuditSink"]),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    ("authorization.k8s.io", &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("metrics.k8s.io", &["NodeMetrics"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"]),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
];

fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    CLUSTER_SCOPED.iter().any(|(of, kinds)| *of == group && kinds.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_kinds_count_as_of_the_group_that_they_moved_to() {
        assert_eq!(group("extensions/v1beta1", "Deployment"), "apps");
        assert_eq!(group("extensions/v1beta1", "Ingress"), "networking.k8s.io");
        assert_eq!(group("extensions/v1beta1", "PodSecurityPolicy"), "policy");
        assert_eq!(group("extensions/v1beta1", "Scale"), "extensions");
        assert_eq!(group("v1", "ConfigMap"), "");
    }

    #[test]
    fn a_kind_is_cluster_scoped_in_its_own_group_only() {
        let scopes = Scopes::default();
        assert_eq!(scopes.scope("", "Namespace"), Scope::Cluster);
        assert_eq!(scopes.scope("example.com", "Namespace"), Scope::Namespaced);
        assert_eq!(scopes.scope("", "ConfigMap"), Scope::Namespaced);
    }
}
