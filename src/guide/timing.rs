//! When a step is to be done, told by the words around it.
//!
//! # Decisions
//! * What the text does not say stays [`When::Unstated`]; nothing is guessed from the kind of
//!   work.
//! * Where a text says both before and after, before wins: doing something too early is noticed,
//!   doing it too late may be beyond repair.
//! * What the upgrade "does not do automatically" is left for after it.
//! * What must be ensured "during the upgrade" must be true before it starts.

use serde::Serialize;

use super::words::Words;

/// When a step is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Before the upgrade.
    Before,
    /// While it runs.
    During,
    /// After it.
    After,
    /// The text does not say.
    Unstated,
}

impl When {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
            Self::Unstated => "unstated",
        }
    }
}

const BEFORE: &[&str] = &[
    "before|prior ~5 upgrade|upgrading",
    "before|prior ~2 updating kyma",
    "before|prior ~3 kyma|the update",
    "before|prior ~3 migration|migrating",
    "before|prior ~1 installing|deploying kyma",
    "before you start using kyma",
];

const BEFORE_IN_OTHER_WORDS: &[&str] = &[
    "pre-upgrade|pre-update|pre-migration|preupgrade",
    "to avoid ~3 issues|problems|errors|downtime ~3 upgrade|migration",
    "to perform|ensure|guarantee ~4 upgrade",
    "ready for ~2 upgrade|migration",
    "prepare ~5 upgrade|migration",
];

const AFTER: &[&str] = &[
    "after ~5 upgrade|upgrading",
    "after ~2 updating kyma",
    "after ~3 kyma|the update",
    "after ~4 migration|migrating",
    "once|when ~3 upgrade|update|migration ~3 complete*",
    "once|when ~3 upgrade|update|migration ~3 finish*|done|end*|succe*",
    "once you ~2 upgraded|updated|migrated",
    "post upgrade|update|migration",
    "post-upgrade|post-update|post-migration|postupgrade",
    "migration|upgrade ~2 was|is successful",
    "verify|check ~1 migration",
    "upgrade|update ~3 not ~5 automatically",
    "not ~5 automatically ~5 upgrade|update",
];

const DURING: &[&str] = &[
    "during|while|when ~4 upgrade|upgrading|migration",
    "during ~2 kyma|the update",
    "part of ~2 upgrade|update",
    "proceed with ~2 upgrade|update",
    "upgrade kyma from|to",
    "must upgrade kyma",
];

/// What the words of a text say about the time.
pub(super) fn of_text(text: &str) -> Option<When> {
    let words = Words::of(text);
    if is_before(&words) {
        return Some(When::Before);
    }
    if is_after(&words) {
        return Some(When::After);
    }
    if !words.has_any(DURING) {
        return None;
    }
    let ensures = words.has_any(&["make|be sure", "ensure"]);
    Some(if ensures { When::Before } else { When::During })
}

/// What a heading says about the time of everything below it.
pub(super) fn of_heading(text: &str) -> Option<When> {
    let words = Words::of(text);
    if words.has("prerequisite*") {
        return Some(When::Before);
    }
    let upgrade_itself = words.starts("upgrade|update|upgrading") && words.count() <= 2;
    of_text(text).or(upgrade_itself.then_some(When::During))
}

/// Things that were "created before the upgrade" are old things, not things to do before it.
fn is_before(words: &Words) -> bool {
    let mut places = BEFORE.iter().flat_map(|it| words.find(it));
    let told = places.any(|at| !is_about_old_things(words, at));
    told || words.has_any(BEFORE_IN_OTHER_WORDS)
}

fn is_about_old_things(words: &Words, before: usize) -> bool {
    let past = words.before(before).ends_with("ed");
    let auxiliary = words.before(before.saturating_sub(1));
    past && !matches!(auxiliary, "be" | "is" | "are" | "get")
}

/// "The following upgrade steps" is not "following the upgrade".
fn is_after(words: &Words) -> bool {
    let mut following = words.find("following a|the|your|successful ~4 upgrade|migration|update");
    words.has_any(AFTER) || following.any(|at| words.before(at) != "the")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_all(expected: Option<When>, texts: &[&str]) {
        for text in texts {
            assert_eq!(of_text(text), expected, "{text}");
        }
    }

    #[test]
    fn what_comes_before_is_recognised() {
        assert_all(
            Some(When::Before),
            &[
                "Before you upgrade to 1.2, save the bucket.",
                "Delete the job prior to upgrading Kyma.",
                "Before starting the upgrade, look at the pods.",
                "All leftovers must be deleted before the upgrade.",
                "To avoid problems with the upgrade, check the name.",
                "To ensure a smooth upgrade, stop all writers.",
                "See whether your cluster is ready for the migration.",
                "Make sure there is enough memory during the upgrade.",
            ],
        );
    }

    #[test]
    fn what_comes_after_is_recognised() {
        assert_all(
            Some(When::After),
            &[
                "After the upgrade process completes, restart it.",
                "Following a successful upgrade, the address may be another one.",
                "The following post update steps must be done.",
                "Drop the volume when the migration ends successfully.",
                "Look whether the migration process was successful.",
                "The upgrade job does not grow the disks automatically.",
                "Old kinds are not deleted automatically during the upgrade.",
                "Delete the Secret after you upgrade.",
            ],
        );
    }

    #[test]
    fn what_happens_meanwhile_is_recognised() {
        assert_all(
            Some(When::During),
            &[
                "Messages sent during the migration may vanish.",
                "When upgrading from 1.4 to 1.5, a service is down.",
                "New ones are made as a part of the upgrade.",
            ],
        );
    }

    #[test]
    fn other_uses_of_the_words_say_nothing() {
        assert_all(
            None,
            &[
                "Before 1.11, the proxy had another certificate.",
                "Change the policies that existed before you upgraded Kyma.",
                "The objects created before the upgrade keep their name.",
                "Perform the following upgrade steps.",
                "Wait 30 seconds after you add it.",
            ],
        );
    }

    #[test]
    fn before_wins_over_after() {
        assert_all(
            Some(When::Before),
            &["Before you upgrade, save it, as it is gone after the upgrade."],
        );
    }

    #[test]
    fn headings_speak_for_their_section() {
        assert_eq!(of_heading("Prerequisites"), Some(When::Before));
        assert_eq!(of_heading("Post-upgrade actions"), Some(When::After));
        assert_eq!(of_heading("Upgrade"), Some(When::During));
        assert_eq!(of_heading("Upgrade of the database schema"), None);
        assert_eq!(of_heading("Verify migration"), Some(When::After));
    }
}
