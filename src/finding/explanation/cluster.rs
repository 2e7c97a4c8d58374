//! Codes about the cluster, its Kubernetes and what is known of it.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::KubernetesTooNew,
        matters: "The stored Helm releases of the old Kyma cannot be upgraded any more, and Kubernetes \
                  cannot be taken back: the cluster is stuck on the old Kyma.",
        before: "1. Kubernetes 1.15 → 1.16\n2. Kyma 1.9 → 1.10",
        after: "1. Kyma 1.9 → 1.10\n2. Kubernetes 1.15 → 1.16",
        source: "Kubernetes, Deprecated API Migration Guide; the APIs in the files and charts of each \
                 release; issue #12558 (no Kyma 1.x on Kubernetes 1.22)",
    },
    Explanation {
        code: Code::KubernetesTooOld,
        matters: "The hop fails half-way with an error that names an API or a field, not Kubernetes.",
        before: "Kyma 1.16.0-rc4 → 1.17.1 on Kubernetes 1.15",
        after: "Kubernetes 1.15 → 1.16, then Kyma 1.16.0-rc4 → 1.17.1",
        source: "kyma@1.17.1 docs/migration-guides/1.15-1.17.md, which requires Kubernetes 1.16; issue #9622",
    },
    Explanation {
        code: Code::KubernetesWindow,
        matters: "The upgrade of Kubernetes has to fit between two hops. Too early or too late, one side \
                  cannot be upgraded any more.",
        before: "kyma-upgrade plan --from 1.9 --to 1.17",
        after: "kyma-upgrade plan --from 1.9 --to 1.17 --kubernetes-version 1.15",
        source: "Kubernetes, Deprecated API Migration Guide; kyma@1.17.1 \
                 docs/migration-guides/1.15-1.17.md",
    },
    Explanation {
        code: Code::InstallationNotReady,
        matters: "A failed component fails again under the new version, now with two causes mixed, and \
                  operators up to 1.12 take its Helm release for one that is not there.",
        before: "status: {state: Error, description: install component istio}",
        after: "status: {state: Installed, description: Kyma installed}",
        source: "kyma@1.24.11 components/kyma-operator/pkg/apis/installer/v1alpha1/types.go (the states); \
                 issue #3467",
    },
    Explanation {
        code: Code::InstalledVersionDiffers,
        matters: "Every difference, guide and override is judged for the wrong hop, and a minor may be \
                  skipped.",
        before: "kyma-upgrade plan --from 1.10.0 --to 1.11 --context production   # runs 1.9.0",
        after: "kyma-upgrade plan --to 1.11 --context production",
        source: "kyma@1.14.0 docs/kyma/04-10-upgrade.md: the image of the installer tells the version",
    },
    Explanation {
        code: Code::ClusterDrifted,
        matters: "What was approved is no longer what would happen: an edit may be undone, or a rejection \
                  be new.",
        before: "kyma-upgrade apply upgrade.plan --context production     # refused",
        after: "kyma-upgrade plan --to 1.13 --context production --save-plan upgrade.plan\n\
                kyma-upgrade approve upgrade.plan --as alice",
        source: "this program: a plan has digests of the fields that its conclusions depend on",
    },
    Explanation {
        code: Code::SourceChanged,
        matters: "A release that was published again may mend a fault or bring one, and a mended guide may \
                  ask for one more step before the hop.",
        before: "kyma-upgrade verify upgrade.plan     # the guide has another digest",
        after: "kyma-upgrade plan --to 1.11 --context production --save-plan upgrade.plan",
        source: "this program compares digests; kyma@1.6.0 was published again after 1.7.0, to add its \
                 guide",
    },
    Explanation {
        code: Code::PermissionMissing,
        matters: "The step that needs it fails after others were done, and the cluster waits between two \
                  releases until somebody has the right.",
        before: "kubectl auth can-i delete deployments.apps -n kyma-installer    # no",
        after: "kyma-upgrade roles upgrade.plan | kubectl apply -f -            # by an administrator",
        source: "Kubernetes, SelfSubjectAccessReview, asked for every step of the plan",
    },
    Explanation {
        code: Code::BackupMissing,
        matters: "From the point of no return on, a hop that fails cannot be undone by anything but a \
                  restore. Without a backup the way forward is the only one.",
        before: "kyma-upgrade apply upgrade.plan --context production",
        after: "velero backup create before-1.13 --wait\n\
                kyma-upgrade apply upgrade.plan --context production --backup-done before-1.13",
        source: "kyma@1.13.0 docs/kyma/04-10-upgrade.md: take a backup; there is no downgrade",
    },
    Explanation {
        code: Code::ClusterStateIncomplete,
        matters: "For the kinds that are missing the plan is as good as one for a fresh cluster: an edit \
                  that the hop undoes is not told.",
        before: "kubectl get configmaps -A -o json > state.json",
        after: "kyma-upgrade snapshot --context production --write state.json",
        source: "this program: what a list of kubectl does not hold, it does not say",
    },
];
