//! Codes about the operator and its components.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::HelmReleaseNotDeployed,
        matters: "Up to 1.10 the operator begins the whole list again for ever; from 1.11 on it gives up, \
                  with the components behind this one at the old version.",
        before: "helm list     # istio  3  FAILED",
        after: "helm rollback istio 2\nhelm list     # istio  4  DEPLOYED",
        source: "kyma@1.13.0 components/kyma-operator/pkg/kymahelm/release.go; issue #3467",
    },
    Explanation {
        code: Code::HelmConversionBlocked,
        matters: "Helm 3 does not see the old releases. It refuses objects that it does not own, or makes \
                  a second set of them.",
        before: "1.13.0 → 1.14.0     # Secret helm-secret is gone",
        after: "kubectl -n kyma-installer get secret helm-secret     # is there\n1.13.0 → 1.14.0",
        source: "kyma@1.14.0, the container 2to3 of the installer; kyma-project/kyma pull request #9244 \
                 took it out",
    },
    Explanation {
        code: Code::OperatorNotTriggered,
        matters: "kubectl reports success, the state still says Installed, and everybody believes that the \
                  upgrade is done. Nothing was upgraded.",
        before: "kubectl apply -f kyma-installer-cluster.yaml     # of 1.1: without the label",
        after: "kubectl apply -f kyma-installer-cluster.yaml\n\
                kubectl -n default label installation/kyma-installation action=install --overwrite",
        source: "kyma@1.0.0 ShouldInstall in types.go of the Installation looks at the label alone; \
                 releases carry it from 1.2.0 on (pull request #4097)",
    },
    Explanation {
        code: Code::ReadinessNotWaited,
        matters: "The next hop can start over components that do not run, and their failure is then taken \
                  for one of that hop.",
        before: "kyma-upgrade plan --from 1.23 --to 1.24 --via 1.24.1",
        after: "kyma-upgrade plan --from 1.23 --to 1.24",
        source: "kyma@1.24.1 kyma-helm-client.go, which sets Wait to false",
    },
    Explanation {
        code: Code::ComponentRemovedLeftInstalled,
        matters: "It runs on without fixes, uses memory and ports, and may break when what it calls is \
                  upgraded around it.",
        before: "helm list     # backup  1.12.0  DEPLOYED, on no list any more",
        after: "helm delete --purge backup     # Helm 3: helm uninstall -n NAMESPACE backup",
        source: "kyma-project/kyma docs/kyma/04-08-update.md: components are not removed as a part of the \
                 update",
    },
    Explanation {
        code: Code::ComponentRenamed,
        matters: "Two copies of the component run side by side, and the new one runs with defaults, because \
                  your overrides still carry the old name.",
        before: "labels: {installer: overrides, component: jaeger}",
        after: "labels: {installer: overrides, component: tracing}",
        source: "kyma@1.24.11 components/kyma-operator/pkg/overrides: the label is compared with the name \
                 of the Helm release",
    },
    Explanation {
        code: Code::ComponentNamespaceMoved,
        matters: "Whoever looks in the new namespace finds nothing, and network policies, secrets and \
                  certificates there miss their component.",
        before: "{name: application-connector, namespace: kyma-system}",
        after: "{name: application-connector, namespace: kyma-integration}     # checked after the hop",
        source: "kyma@1.24.11 components/kyma-operator/pkg/steps/creator.go: releases are known by their \
                 name alone",
    },
];
