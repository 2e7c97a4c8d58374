//! Codes about overrides.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::OverrideRenamed,
        matters: "After the hop the component runs with the default, and neither kubectl, Helm nor the \
                  operator says so. It shows when somebody misses the setting.",
        before: "component: helm-broker\ndata:\n  config.isDevelopMode: \"true\"",
        after: "component: helm-broker\ndata:\n  global.isDevelopMode: \"true\"",
        source: "kyma@1.24.11 docs/kyma/05-03-overrides.md, and Helm, which accepts values that no \
                 template reads",
    },
    Explanation {
        code: Code::OverrideRemoved,
        matters: "What the key switched on or off goes back to what the release decides: a feature, a \
                  size, an address.",
        before: "data:\n  global.etcdBackup.enabled: \"true\"    # nothing in 1.3 reads it",
        after: "data: {}                               # removed after the hop",
        source: "the charts of both releases (resources/ of kyma-project/kyma), read by this program",
    },
    Explanation {
        code: Code::OverrideTypeChanged,
        matters: "The override takes the place of a whole map, so templates miss every value that was in \
                  it; often the component cannot be rendered, and the operator stops there.",
        before: "data:\n  resources: \"128Mi\"",
        after: "data:\n  resources.limits.memory: \"128Mi\"",
        source: "Helm, pkg/chartutil CoalesceTables; kyma@1.24.11 MergeMaps in \
                 components/kyma-operator/pkg/overrides/overrides.go",
    },
    Explanation {
        code: Code::OverrideDead,
        matters: "The cluster does not have what its overrides say. Whoever copies them, or plans with \
                  them, builds on a setting that never counted.",
        before: "data:\n  loki.nodeSelektor.disk: \"ssd\"",
        after: "data:\n  loki.nodeSelector.disk: \"ssd\"",
        source: "Helm, which accepts values that no template reads; the templates of the release, read by \
                 this program",
    },
    Explanation {
        code: Code::OverrideDefaultChanged,
        matters: "An override that was a fix for a small default may now hold the component below it.",
        before: "data:\n  persistence.size: \"15Gi\"      # over a default of 10Gi",
        after: "data: {}                         # the default is 20Gi now",
        source: "values.yaml of the component in both releases (resources/ of kyma-project/kyma)",
    },
    Explanation {
        code: Code::OverrideEmpty,
        matters: "Helm ends with the template's error, the component fails, and the operator does not \
                  reach those behind it on the list.",
        before: "data:\n  host: \"\"",
        after: "data:\n  host: \"kyma.example.com\"",
        source: "Helm's template function `required`; issue #12073, a cluster that an empty override left \
                 stuck",
    },
    Explanation {
        code: Code::OverrideConflict,
        matters: "Which value counts depends on the names of objects or on chance. Renaming one of them, or \
                  the next run of the operator, can turn the setting round.",
        before: "# ConfigMap one\ndata: {a.b: \"1\"}\n# ConfigMap two\ndata: {a.b: \"2\"}",
        after: "# ConfigMap one\ndata: {}\n# ConfigMap two\ndata: {a.b: \"2\"}",
        source: "kyma@1.24.11 docs/kyma/05-03-overrides.md, Merging and conflicting entries; \
                 joinOverridesMap in components/kyma-operator/pkg/overrides",
    },
    Explanation {
        code: Code::OverrideSecretInConfigmap,
        matters: "ConfigMaps end up in backups, dashboards and support bundles where nobody expects a \
                  credential.",
        before: "kind: ConfigMap\ndata:\n  global.adminPassword: …",
        after: "kind: Secret\nstringData:\n  global.adminPassword: …",
        source: "Kubernetes, Secrets: for confidential data; kyma@1.24.11 docs/kyma/05-03-overrides.md, \
                 which takes both kinds",
    },
    Explanation {
        code: Code::OverrideObjectIgnored,
        matters: "The file looks like a setting of the cluster and is none, so whoever reads it is misled \
                  about what runs.",
        before: "metadata:\n  namespace: default\n  labels: {installer: overrides}",
        after: "metadata:\n  namespace: kyma-installer\n  labels: {installer: overrides}",
        source: "kyma@1.24.11 components/kyma-operator/pkg/overrides/config-reader.go: namespace and \
                 labels that the operator asks for",
    },
    Explanation {
        code: Code::OverrideObjectLeftBehind,
        matters: "Values of an old release go on counting in the new one, where they were tested by nobody.",
        before: "configmap/knative-overrides        # left the files, still feeds Helm",
        after: "kubectl -n kyma-installer delete configmap knative-overrides",
        source: "Kubernetes, kubectl apply: without --prune nothing is deleted; kyma@1.24.11 \
                 components/kyma-operator/pkg/overrides/config-reader.go",
    },
    Explanation {
        code: Code::OverrideResetByArtifact,
        matters: "The edit is lost in the same second in which the operator starts, and the value in its \
                  place is that of the release: a domain, a password, a limit.",
        before: "# installation-config-overrides, edited in the cluster\nglobal.domainName: \"kyma.example.com\"",
        after: "# my-overrides, an object of your own, which sorts after it\n\
                global.domainName: \"kyma.example.com\"",
        source: "kyma@1.14.0 docs/kyma/04-10-upgrade.md, which asks to merge your changes into the file; \
                 Kubernetes, kubectl apply",
    },
    Explanation {
        code: Code::OverrideKept,
        matters: "A value that you keep stays also where the release changed its own for a reason, and \
                  `kubectl apply` by hand would undo it.",
        before: "kubectl apply -f kyma-config-local.yaml        # undoes the edit",
        after: "kyma-upgrade plan … --keep-overrides           # leaves the key out",
        source: "this program; Kubernetes, kubectl apply with kubectl.kubernetes.io/last-applied-configuration",
    },
];
