//! What becomes of each override of the user at each hop.
//!
//! # Decisions
//! * Every hop is judged on the keys as they stand after the hops before: whoever follows the plan
//!   has set the successor of a key by then.
//! * A key is live where a template of an installed component reads it, for a common key that of
//!   any. Installed is what the Installation CR lists. A component that no release on the path has
//!   listed so far is one that people added by hand, so its chart counts.
//! * A component that left the list is no longer visited by the operator: its overrides are lost,
//!   even if the release still has its chart.
//! * What is read as before is live, whatever similar keys are new; only for a key that lost its
//!   readers a successor is looked for.
//! * Without the charts of a release nothing is said: unknown is not dead.

use std::collections::BTreeSet;

use semver::Version;
use serde::Serialize;

use crate::finding::Evidence;
use crate::overrides::{Override, OverrideKey, UserOverrides};
use crate::release::Facts;
use crate::rename::RenameKind;
use crate::rename::charts::{Comparison, DefaultChange, KeyChange};

mod defaults;
mod hop;
mod stage;

pub use stage::Stage;

/// What becomes of a key at a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is read after the hop.
    Live,
    /// The same setting has another key.
    Renamed,
    /// The part above the setting changed, the rest did not.
    Moved,
    /// Several keys took its place.
    Split,
    /// It became one key with others.
    Merged,
    /// It was live and has no successor.
    Removed,
    /// A single value cannot stand there any more, or nothing below it can.
    TypeChanged,
    /// It was without effect before the hop already.
    Dead,
    /// The charts of a release are not there.
    Unknown,
}

impl Status {
    /// The status as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Removed => "removed",
            Self::TypeChanged => "type-changed",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the key has successors.
    pub fn has_successor(self) -> bool {
        matches!(self, Self::Renamed | Self::Moved | Self::Split | Self::Merged)
    }

    /// Whether the setting stops working at the hop unless somebody reacts.
    pub fn breaks(self) -> bool {
        self.has_successor() || matches!(self, Self::Removed | Self::TypeChanged)
    }
}

impl From<RenameKind> for Status {
    fn from(kind: RenameKind) -> Self {
        match kind {
            RenameKind::Renamed => Self::Renamed,
            RenameKind::Moved => Self::Moved,
            RenameKind::Split => Self::Split,
            RenameKind::Merged => Self::Merged,
        }
    }
}

/// An override with what becomes of it, hop by hop.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The override as the user's files hold it.
    pub entry: Override,
    /// One fate for each hop.
    pub fates: Vec<Fate>,
}

/// What a hop does to an override.
#[derive(Debug, Clone, PartialEq)]
pub struct Fate {
    /// The release that the hop leads to.
    pub to: Version,
    /// What becomes of it.
    pub status: Status,
    /// Under which keys the setting stood before the hop: several after a split.
    pub before: Vec<OverrideKey>,
    /// Under which keys it stands after the hop.
    pub after: Vec<OverrideKey>,
    /// What is known of each of the keys before the hop that is not read any more.
    pub changes: Vec<KeyChange>,
    /// Lines that show who reads the setting after the hop, or who read it before if nobody does.
    pub readers: Vec<Evidence>,
    /// The default under it, where that changed.
    pub default: Option<DefaultChange>,
    /// Whether the release's own default is what the override sets, and was not before.
    pub equals_default: bool,
    /// The template that fails without a value, where the override is empty.
    pub required: Option<Evidence>,
    /// The value that takes the place of a map, or the map that takes the place of a value.
    pub shape: Option<ShapeChange>,
    /// Whether the user's files set all successors already.
    pub is_prepared: bool,
    /// What else there is to know, in a sentence without a full stop.
    pub note: Option<String>,
}

/// A key that holds another type of value than before.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeChange {
    /// The key that changed: that of the override, or one above it.
    pub key: OverrideKey,
    /// What it held: `value`, `list` or `map`.
    pub old: &'static str,
    /// What it holds.
    pub new: &'static str,
    /// Keys that the map has now: at most five.
    pub below: Vec<String>,
    /// Where that stands.
    pub evidence: Vec<Evidence>,
}

/// Follows all overrides of the user through the releases of a path. `comparisons` answers for the
/// hop from the stage of that number to the next, if both have charts.
pub fn follow<'a, 'c: 'a>(
    overrides: &UserOverrides,
    stages: &[Stage<'_>],
    comparisons: impl Fn(usize) -> Option<&'a Comparison<'c>>,
    facts: &Facts,
) -> Vec<Story> {
    let given: BTreeSet<&OverrideKey> = overrides.entries().map(|it| &it.key).collect();
    let readings: Vec<_> = stages.iter().map(|it| it.reading(facts)).collect();
    let elsewhere = overrides.elsewhere().iter();
    let elsewhere = elsewhere.filter(|it| readings.iter().any(|stage| stage.script_reads(it)));
    let entries = overrides.entries().chain(elsewhere);
    let story = |entry: &Override| {
        let mut keys = vec![entry.key.clone()];
        let mut fates: Vec<Fate> = Vec::new();
        for (number, pair) in readings.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let hop = hop::Hop { from, to, comparison: comparisons(number), given: &given };
            let fate = hop.fate(entry, &keys);
            keys.clone_from(&fate.after);
            fates.push(fate);
        }
        Story { entry: entry.clone(), fates }
    };
    entries.map(story).collect()
}

#[cfg(test)]
mod tests;
