//! Codes about the files of releases.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::ArtifactMissing,
        matters: "The step that applies the file fails when the old installer is already deleted, so \
                  the cluster is left without one.",
        before: "kubectl apply -f …/download/1.4.0/kyma-installer-cluster.yaml    # 404",
        after: "kyma-upgrade plan --from 1.3 --to 1.5 --via 1.4.1",
        source: "kyma@1.14.0 installation/scripts/release-generate-kyma-installer-artifacts.sh, which \
                 makes the files of a release",
    },
    Explanation {
        code: Code::ArtifactImageMismatch,
        matters: "The cluster would be upgraded to the other version under this one's name, and the next \
                  hop would start from a version that is not there.",
        before: "# kyma-installer-cluster.yaml of 1.2.0\nimage: eu.gcr.io/kyma-project/kyma-installer:1.2.2",
        after: "# kyma-installer-cluster.yaml of 1.2.2\nimage: eu.gcr.io/kyma-project/kyma-installer:1.2.2",
        source: "kyma@1.14.0 tools/kyma-installer/kyma.Dockerfile, which copies the charts into the image",
    },
    Explanation {
        code: Code::ArtifactPlaceholder,
        matters: "kubectl applies the placeholder like any other text, and whatever reads it works with \
                  `__NAME__` as its value.",
        before: "global.domainName: \"__DOMAIN__\"",
        after: "global.domainName: \"kyma.example.com\"",
        source: "kyma@1.14.0 installation/scripts/release-generate-kyma-installer-artifacts.sh, which \
                 makes the files from templates",
    },
    Explanation {
        code: Code::ArtifactUnreadable,
        matters: "Nothing can be said about the hop, and kubectl would fail at the file, or apply only the \
                  part before the damage.",
        before: "<!DOCTYPE html><title>Proxy error</title>",
        after: "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kyma-installer",
        source: "this program reads the files as kubectl does (sigs.k8s.io/yaml of the Kubernetes project)",
    },
];
