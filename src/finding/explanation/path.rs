//! Codes about the path.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::VersionExcluded,
        matters: "A tool that trusts the order of tags would plan a hop through a build that never was \
                  a release, and install something old.",
        before: "kyma-upgrade plan --from 0.90.0 --to 1.0",
        after: "kyma-upgrade plan --from 0.9.1 --to 1.0",
        source: "tag 0.90.0 of kyma-project/kyma: published on 2018-07-25, before 0.4.0, with the image \
                 installer:0.1.4",
    },
    Explanation {
        code: Code::PrereleaseHop,
        matters: "A candidate was tested less than a release, and no patch ever follows it. The longer a \
                  cluster stays on it, the longer it runs without fixes.",
        before: "1.15.1 → 1.17.1                a minor is skipped: not supported",
        after: "1.15.1 → 1.16.0-rc4 → 1.17.1   both hops in one maintenance window",
        source: "kyma@1.17.1 docs/migration-guides/1.15-1.17.md, which leads through the candidate in \
                 two steps",
    },
    Explanation {
        code: Code::PrereleaseDiffersFromGuide,
        matters: "The guide's commands were written for the candidate that it names; the newest one has \
                  fixes that the named one lacks. Nobody but you has decided which counts.",
        before: "kyma-upgrade plan --from 1.15 --to 1.17",
        after: "kyma-upgrade plan --from 1.15 --to 1.17 --via 1.16.0-rc3   # as the guide says",
        source: "docs/migration-guides/1.15-1.17.md: kyma@1.17.0 names 1.16.0-rc3, kyma@1.17.1 names \
                 1.16.0-rc4",
    },
    Explanation {
        code: Code::ProcedureChanged,
        matters: "Whoever repeats the commands of the last hop leaves out a step (Tiller, the label, a \
                  second file) or does one that is gone.",
        before: "kubectl apply -f kyma-installer-cluster.yaml      # as for 1.14",
        after: "kubectl apply -f kyma-installer.yaml              # from 1.15 on: two files\n\
                kubectl apply -f kyma-installer-cr-cluster.yaml",
        source: "the Update and Upgrade documents: kyma@1.2.2 docs/kyma/04-10-update.md, kyma@1.14.0 \
                 docs/kyma/04-10-upgrade.md, kyma@1.15.0 docs/kyma/04-07-upgrade.md",
    },
];
