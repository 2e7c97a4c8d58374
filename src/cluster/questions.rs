//! What is asked of a cluster, and why.
//!
//! # Decisions
//! * The kinds are those of all objects in the release artifacts from 0.6 to 1.13 and in the manifest
//!   of Tiller, and the kinds that later artifacts add (`PodSecurityPolicy`, `PriorityClass`). Where
//!   the artifacts put such objects, the whole kind is read, so that what is left behind is seen.
//! * Versions of an API are given newest first; the first that the cluster serves is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::simulate::state::{Listing, Outcome};

/// One list that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) group: &'static str,
    pub(super) versions: &'static [&'static str],
    pub(super) kind: &'static str,
    pub(super) plural: &'static str,
    /// None: everywhere, or the kind has no namespace.
    pub(super) namespace: Option<&'static str>,
    pub(super) selector: Option<Selector>,
    /// Whether only the metadata of the objects is asked for.
    pub(super) metadata_only: bool,
    /// What is not known without it.
    pub(super) reason: &'static str,
}

/// Which objects of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selector {
    Labels(&'static str),
    Fields(&'static str),
}

impl Selector {
    /// The name of the parameter of a list, and its value.
    pub(super) fn parameter(self) -> (&'static str, &'static str) {
        match self {
            Self::Labels(labels) => ("labelSelector", labels),
            Self::Fields(fields) => ("fieldSelector", fields),
        }
    }
}

/// The versions of each API group that a server serves.
pub(super) type Served = BTreeMap<String, BTreeSet<String>>;

impl Question {
    /// The version to ask for: the newest that is served; none where the server has none of them.
    pub(super) fn version(&self, served: &Served) -> Option<&'static str> {
        if self.group.is_empty() {
            return self.versions.first().copied();
        }
        let served = served.get(self.group)?;
        self.versions.iter().copied().find(|it| served.contains(*it))
    }

    /// The `apiVersion` of the objects.
    pub(super) fn api_version(&self, version: &str) -> String {
        if self.group.is_empty() { version.to_owned() } else { format!("{}/{version}", self.group) }
    }

    /// The path of the list.
    pub(super) fn path(&self, version: &str) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let namespace = self.namespace.map(|it| format!("namespaces/{it}/")).unwrap_or_default();
        format!("{root}/{}/{namespace}{}", self.api_version(version), self.plural)
    }

    /// The question as a state keeps it.
    pub(super) fn listing(&self, outcome: Outcome) -> Listing {
        Listing {
            group: self.group.to_owned(),
            kind: self.kind.to_owned(),
            namespace: self.namespace.map(ToOwned::to_owned),
            selector: self.selector.map(|it| it.parameter().1.to_owned()),
            outcome,
        }
    }

    /// What a permission for it would be for: `secrets in the namespace kyma-installer`.
    pub(super) fn what(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let place = match self.namespace {
            Some(namespace) => format!(" in the namespace {namespace}"),
            None => String::new(),
        };
        format!("{}{group}{place}", self.plural)
    }
}

/// The namespace of the installer.
const INSTALLER: Option<&str> = Some("kyma-installer");

/// The namespace of Tiller.
const SYSTEM: Option<&str> = Some("kube-system");

const OPERATOR: &str = "what of the installer exists";
const TILLER: &str = "what of Tiller exists";
const RIGHTS: &str = "what the installer may do";

/// Everything that is asked for.
pub(super) fn questions() -> Vec<Question> {
    let mut all = everywhere();
    all.extend(installer());
    all.extend(tiller());
    all
}

const fn core(kind: &'static str, plural: &'static str) -> Question {
    Question {
        group: "",
        versions: &["v1"],
        kind,
        plural,
        namespace: None,
        selector: None,
        metadata_only: false,
        reason: OPERATOR,
    }
}

const fn rbac(kind: &'static str, plural: &'static str) -> Question {
    let group = "rbac.authorization.k8s.io";
    Question { group, versions: &["v1", "v1beta1"], reason: RIGHTS, ..core(kind, plural) }
}

/// Objects without a namespace, and those that may be in any.
fn everywhere() -> Vec<Question> {
    let namespaces = core("Namespace", "namespaces");
    let definitions = Question {
        group: "apiextensions.k8s.io",
        versions: &["v1", "v1beta1"],
        reason: "which custom kinds exist",
        ..core("CustomResourceDefinition", "customresourcedefinitions")
    };
    let policies = Question {
        group: "policy",
        versions: &["v1beta1"],
        ..core("PodSecurityPolicy", "podsecuritypolicies")
    };
    let priorities = Question {
        group: "scheduling.k8s.io",
        versions: &["v1", "v1beta1"],
        ..core("PriorityClass", "priorityclasses")
    };
    let overrides = Question {
        selector: Some(Selector::Labels("installer=overrides")),
        reason: "the overrides of Istio in other namespaces",
        ..core("ConfigMap", "configmaps")
    };
    let installations = Question {
        group: "installer.kyma-project.io",
        versions: &["v1alpha1"],
        reason: "the installed components and the state of the installation",
        ..core("Installation", "installations")
    };
    let releases = Question {
        group: "release.kyma-project.io",
        versions: &["v1alpha1"],
        reason: "the releases that the installer noted",
        ..core("Release", "releases")
    };
    let helm = Question {
        selector: Some(Selector::Fields("type=helm.sh/release.v1")),
        metadata_only: true,
        reason: "the releases of Helm 3",
        ..core("Secret", "secrets")
    };
    vec![
        Question { reason: "which namespaces exist", ..namespaces },
        definitions,
        policies,
        priorities,
        rbac("ClusterRole", "clusterroles"),
        rbac("ClusterRoleBinding", "clusterrolebindings"),
        overrides,
        installations,
        releases,
        helm,
    ]
}

/// What the artifacts put beside the installer.
fn installer() -> Vec<Question> {
    let overrides = "the overrides";
    let all = vec![
        Question { reason: overrides, ..core("ConfigMap", "configmaps") },
        Question { reason: overrides, ..core("Secret", "secrets") },
        core("LimitRange", "limitranges"),
        core("ResourceQuota", "resourcequotas"),
    ];
    all.into_iter().chain(workload()).map(|it| Question { namespace: INSTALLER, ..it }).collect()
}

/// What the manifest of Tiller holds, and the roles that old artifacts put beside it.
fn tiller() -> Vec<Question> {
    let records = Question {
        selector: Some(Selector::Labels("OWNER=TILLER")),
        metadata_only: true,
        reason: "the releases of Helm 2",
        ..core("ConfigMap", "configmaps")
    };
    let workload = workload().into_iter().map(|it| Question { reason: TILLER, ..it });
    workload.chain([records]).map(|it| Question { namespace: SYSTEM, ..it }).collect()
}

/// The kinds that run something, with the rights that it has.
fn workload() -> Vec<Question> {
    let (apps, batch) = ("apps", "batch");
    vec![
        Question { group: apps, ..core("Deployment", "deployments") },
        Question { group: batch, ..core("Job", "jobs") },
        core("Service", "services"),
        core("ServiceAccount", "serviceaccounts"),
        rbac("Role", "roles"),
        rbac("RoleBinding", "rolebindings"),
    ]
}
