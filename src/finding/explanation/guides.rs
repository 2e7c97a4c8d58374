//! Codes about migration guides.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::GuideRequired,
        matters: "A guide holds what the upgrade does not do by itself. Some of its steps can only be done \
                  before the hop, because the hop deletes or changes what they need.",
        before: "kyma-upgrade approve upgrade.plan --as alice",
        after: "kyma-upgrade approve upgrade.plan --as alice --guide 1.2-1.3.md",
        source: "kyma@1.14.0 docs/kyma/04-10-upgrade.md: do what the migration guide says before the \
                 upgrade",
    },
    Explanation {
        code: Code::GuideMissing,
        matters: "Somebody who looks for a guide, finds none and concludes that nothing is to be done \
                  loses a setting or leaves a component behind.",
        before: "[ ] no guide, so nothing to do",
        after: "[ ] set global.isDevelopMode of helm-broker before the hop to 1.1",
        source: "the folder docs/migration-guides of release branches of kyma-project/kyma; of 1.0 to \
                 1.1, 1.4 to 1.5 and 1.6 to 1.7, among others, there is none",
    },
    Explanation {
        code: Code::GuideStale,
        matters: "Its steps belong to a hop that is done or not part of the path. Done again, they can \
                  delete what the later release needs.",
        before: "docs/migration-guides/1.22-1.23.md   followed for 1.23 to 1.24",
        after: "docs/migration-guides/1.22-1.23.md   followed for 1.22 to 1.23 only",
        source: "issue #11821: 1.22-1.23.md was still in the folder of 1.24.0 to 1.24.2",
    },
    Explanation {
        code: Code::GuideCoversSeveralHops,
        matters: "A step that is meant for the second hop can fail at the first, or be forgotten after it.",
        before: "[ ] 1.16.0-rc4: all of 1.15-1.17.md",
        after: "[ ] 1.16.0-rc4: first part of 1.15-1.17.md\n[ ] 1.17.1: second part of 1.15-1.17.md",
        source: "kyma@1.17.1 docs/migration-guides/1.15-1.17.md",
    },
    Explanation {
        code: Code::BreakingChangeWithoutGuide,
        matters: "Whoever follows the guide to the letter believes to be done, and still runs into this \
                  change.",
        before: "[x] everything in 1.2-1.3.md",
        after: "[x] everything in 1.2-1.3.md\n[x] configurations-generator.minikubeIP set under its new key",
        source: "this program compares the guide's lines with what the hop changes; of the hops at which \
                 many keys left the charts, kyma@1.20.0 alone explains them in its guide",
    },
];
