//! Codes about the objects that a hop applies.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::EditResetByArtifact,
        matters: "Somebody edited the object because something did not work without it. After the hop it \
                  is as before the edit, and the old problem is back.",
        before: "kubectl apply -f kyma-installer-cluster.yaml",
        after: "kubectl diff -f kyma-installer-cluster.yaml\n\
                kubectl apply -f kyma-installer-cluster-with-my-edits.yaml",
        source: "Kubernetes, kubectl apply: fields of the file replace those of the cluster, lists \
                 without merge keys as a whole",
    },
    Explanation {
        code: Code::ApplyRejected,
        matters: "kubectl stops nothing: the other objects of the file are applied, and the cluster is \
                  between two releases until somebody mends the cause.",
        before: "namespaces \"kyma-installer\" is being terminated",
        after: "namespace/kyma-installer created, before the hop",
        source: "Kubernetes, validation and admission of the API server",
    },
    Explanation {
        code: Code::ImmutableFieldChanged,
        matters: "The object stays at the old release while everything around it is upgraded. For the \
                  installer's Deployment that means: nothing is upgraded at all.",
        before: "kubectl apply -f kyma-installer-cluster.yaml    # field is immutable",
        after: "kubectl -n kyma-installer delete deployment kyma-installer\n\
                kubectl apply -f kyma-installer-cluster.yaml",
        source: "Kubernetes, validation of updates; issues #11220 (StatefulSet logging-loki) and #12697 \
                 (clusterIP) show it in upgrades of Kyma",
    },
    Explanation {
        code: Code::ApiVersionRemoved,
        matters: "kubectl cannot send the object, and neither can Helm; what is running goes on, but can be \
                  neither changed nor upgraded.",
        before: "apiVersion: extensions/v1beta1     # Kubernetes 1.16\nkind: Deployment",
        after: "apiVersion: extensions/v1beta1     # Kubernetes 1.15\nkind: Deployment",
        source: "Kubernetes, Deprecated API Migration Guide (removed in 1.16 and 1.22)",
    },
    Explanation {
        code: Code::CrdVersionRemoved,
        matters: "The definition keeps its old schema, so new objects of the release are refused, and the \
                  operator may fail on them.",
        before: "status: {storedVersions: [v1alpha1, v1]}     # v1alpha1 leaves spec.versions",
        after: "status: {storedVersions: [v1]}               # after the objects were written again",
        source: "Kubernetes, Versions in CustomResourceDefinitions, Upgrade existing objects to a new \
                 stored version",
    },
    Explanation {
        code: Code::FinalizerBlocksDeletion,
        matters: "The command that deletes the object never returns, a namespace stays Terminating, and a \
                  new object of that name cannot be made.",
        before: "metadata:\n  deletionTimestamp: …\n  finalizers: [finalizer.installer.kyma-project.io]",
        after: "kubectl -n default patch installation kyma-installation --type=merge \\\n  \
                -p '{\"metadata\":{\"finalizers\":null}}'",
        source: "Kubernetes, Finalizers; kyma-project/kyma pull requests #9894 (1.18 drops it) and #9483",
    },
    Explanation {
        code: Code::ObjectLeftBehind,
        matters: "It does no harm by itself, but accounts and roles stay usable, and the next audit asks \
                  what they are for.",
        before: "serviceaccount/helm-certs-job-sa     # in no file any more",
        after: "kubectl -n kyma-installer delete serviceaccount helm-certs-job-sa",
        source: "Kubernetes, kubectl apply, which deletes nothing unless --prune is given",
    },
    Explanation {
        code: Code::PermissionsWidened,
        matters: "Everything that runs under the role gets the new rights when the file is applied, before \
                  anybody has looked at them.",
        before: "rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get]}]",
        after: "rules: [{apiGroups: [\"\"], resources: [secrets], verbs: [get, delete]}]   # confirmed",
        source: "Kubernetes, Using RBAC Authorization; this program compares the rules of both releases",
    },
];
