//! Codes about what somebody accepted.

use super::Explanation;
use crate::finding::Code;

pub(super) static EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: Code::UnusedAccept,
        matters: "A slip in an entry is noticed only here; the finding that was meant to be accepted is \
                  still open, or somebody signs a risk that does not exist.",
        before: "--accept guide-missing@1.2.0",
        after: "--accept guide-missing@1.2.2",
        source: "this program compares each entry with all findings of the plan",
    },
    Explanation {
        code: Code::AcceptExpired,
        matters: "Somebody accepted a risk for a time, and nobody has looked at it since. Going on as if it \
                  were accepted is a decision that nobody took.",
        before: "accept:\n- code: guide-missing\n  reason: the guide is due in January\n  expires: 2026-01-31",
        after: "accept:\n- code: guide-missing\n  reason: read the notes instead, CHG-77\n  expires: 2026-06-30",
        source: "this program, with the date of today; the entry stands in the policy file",
    },
    Explanation {
        code: Code::AcceptExpiresSoon,
        matters: "An upgrade that is planned for a later day, or approved and waiting for its window, is \
                  refused on that day.",
        before: "$ date +%F     # 2026-01-20\nexpires: 2026-01-31",
        after: "$ date +%F     # 2026-01-20\nexpires: 2026-03-31",
        source: "this program tells it 14 days before the entry of the policy file ends",
    },
];
