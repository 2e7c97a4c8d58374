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

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::analysis::Ask;
use crate::finding::Evidence;
use crate::overrides::{Override, OverrideKey, UserOverrides};
use crate::release::Facts;
use crate::rename::RenameKind;
use crate::rename::charts::{DefaultChange, KeyChange};

mod defaults;
mod hop;
mod stage;

pub use stage::Stage;

/// Successors that are less sure than this percentage are for a person to look at.
pub const SURE: u8 = 70;

/// What becomes of a key at a hop.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
    /// How it is read less than it was, although somebody reads it still.
    pub caveat: Option<Caveat>,
    /// What else there is to know, in a sentence without a full stop.
    pub note: Option<String>,
}

/// How a key is read less than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// A script reads only the beginning of the value.
    Cut,
    /// It is read under its old key only while the new one is not set.
    Fallback,
    /// A job of the release turns the Secret that sets it into another one.
    Converted,
    /// It had no effect under its old key either.
    Idle,
    /// Its old key is handed on with all that stands beside it, but no longer listed there.
    Unlisted,
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

/// Follows all overrides of the user through the releases of a path, hop by hop.
#[derive(Debug)]
pub struct Follower<'f> {
    facts: &'f Facts,
    given: BTreeSet<OverrideKey>,
    stories: Vec<Story>,
    /// How many of the stories are of entries that the operator reads.
    counted: usize,
}

impl<'f> Follower<'f> {
    /// The overrides before the first hop: all entries that count, in the order of the operator,
    /// then those of labelled objects in other namespaces, which only scripts read.
    pub fn new(overrides: &UserOverrides, facts: &'f Facts) -> Self {
        let own: Vec<&Override> = overrides.entries().collect();
        let counted = own.len();
        let entries = own.into_iter().chain(overrides.elsewhere());
        let stories = entries.map(|it| Story { entry: it.clone(), fates: Vec::new() });
        Self {
            facts,
            given: overrides.entries().map(|it| it.key.clone()).collect(),
            stories: stories.collect(),
            counted,
        }
    }

    /// Takes the next hop. `ask` is there if both releases have charts.
    pub fn advance(&mut self, from: &Stage<'_>, to: &Stage<'_>, ask: Option<Ask<'_>>) {
        let (from, to) = (&from.reading(self.facts), &to.reading(self.facts));
        let hop = hop::Hop { from, to, ask, given: &self.given, facts: self.facts };
        for story in &mut self.stories {
            let fate = hop.fate(&story.entry, &story.keys());
            story.fates.push(fate);
        }
    }

    /// The whole stories. What nobody reads in another namespace has none.
    pub fn finish(mut self) -> Vec<Story> {
        let elsewhere = self.stories.split_off(self.counted);
        let read = |it: &Story| it.fates.iter().any(|fate| fate.status == Status::Live);
        self.stories.extend(elsewhere.into_iter().filter(read));
        self.stories
    }
}

/// When something has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// Before the release is applied. The operator reads overrides only when it is started, so what
    /// is set before counts from the hop on.
    Before,
    /// After the hop succeeded. Until then the old keys serve if the hop has to be repeated.
    After,
}

impl Timing {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// What has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// Set the keys.
    Set,
    /// Set the keys and remove the old ones in one step.
    Replace,
    /// Remove the keys.
    Remove,
}

impl ActionKind {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

/// Something to do about an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// When.
    pub when: Timing,
    /// What.
    pub kind: ActionKind,
    /// The keys to set or to remove; of a replacement the new ones.
    pub keys: Vec<OverrideKey>,
}

/// Whether one key switches off what the other switches on, by their last names.
pub fn is_inverted(old: &str, new: &str) -> bool {
    let disables = |key: &str| {
        let last = key.rsplit('.').next().unwrap_or(key).to_ascii_lowercase();
        last.contains("disable")
    };
    disables(old) != disables(new)
}

impl Fate {
    /// What to do about the override at this hop, in order.
    pub fn actions(&self) -> Vec<Action> {
        use {
            ActionKind::{Remove, Replace, Set},
            Timing::{After, Before},
        };
        let action = |when, kind, keys: Vec<OverrideKey>| Action { when, kind, keys };
        let gone = || self.before.iter().filter(|it| !self.after.contains(it)).cloned().collect();
        let new = || self.after.iter().filter(|it| !self.before.contains(it)).cloned().collect();
        match self.status {
            Status::Removed => vec![action(After, Remove, self.before.clone())],
            Status::TypeChanged if self.after != self.before => {
                vec![action(Before, Replace, self.after.clone())]
            }
            Status::TypeChanged => {
                let keys = self.shape.iter().flat_map(|it| match it.new {
                    "map" => it
                        .below
                        .iter()
                        .map(|key| OverrideKey::new(it.key.component.as_deref(), key))
                        .collect(),
                    "value" => vec![it.key.clone()],
                    _ => Vec::new(),
                });
                vec![action(Before, Replace, keys.collect())]
            }
            it if !it.has_successor() => Vec::new(),
            _ if self.is_nested() => vec![action(Before, Replace, new())],
            _ if self.is_prepared => vec![action(After, Remove, gone())],
            _ => vec![action(Before, Set, new()), action(After, Remove, gone())],
        }
    }

    /// Whether an old and a new key of one scope are a value and something below it: side by side
    /// the operator would keep one of them at random.
    pub fn is_nested(&self) -> bool {
        let below = |a: &OverrideKey, b: &OverrideKey| {
            a.component == b.component
                && a.key.strip_prefix(b.key.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        let pairs =
            |old: &OverrideKey| self.after.iter().any(|new| below(old, new) || below(new, old));
        self.before.iter().any(pairs)
    }
}

impl Story {
    /// Under which keys the setting stands after the hops so far.
    pub fn keys(&self) -> Vec<OverrideKey> {
        let last = self.fates.last().map(|it| it.after.clone());
        last.unwrap_or_else(|| vec![self.entry.key.clone()])
    }
}

#[cfg(test)]
mod tests;
