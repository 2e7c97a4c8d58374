//! The override objects of a user as they should be around each hop, and what a person has to
//! decide first.
//!
//! # Decisions
//! * Two states for each hop. Before it the new keys stand beside the old ones, so that the hop can
//!   be repeated; after it the old keys are gone. Where old and new key are nested (`a` and `a.b`)
//!   the operator's result would be random, so there the old key goes before the hop.
//! * A hop starts from the objects as the hop before left them.
//! * Only what has one answer is written. A split, a document, a map in the place of a value, two
//!   values for one key: these are listed, the objects stay as they are, and the proposal stands as
//!   a comment in the diff. What stays open at one hop stays open at later ones.
//! * A successor that is less than 70 % sure, or that switches off what the old key switches on, is
//!   proposed and not written.
//! * A removed key that a later release on the path reads again is kept.
//! * The reader withholds secret values, so an object with such values cannot be written. It is
//!   patched (RFC 6902): `copy` hands a value on where it is. To another object the API server
//!   copies nothing; commands pipe the value there without showing it.
//! * Objects are written with `kubectl replace`: `kubectl apply` would leave keys in place that it
//!   did not set itself. New objects are applied, because commands add keys to them.
//! * Of an object only data keys change. What the server sets is left out, and so is the copy that
//!   kubectl apply keeps, because it repeats all values.
//! * Only the entry that the operator takes is carried on. Entries that it beats are without effect
//!   and go with it.
//! * An object of a local deployment is merged key by key with what the release changed in it. Keys
//!   that the release renamed are renamed on both sides first. Where both sides changed a key, mine
//!   stays and the conflict is listed.

use std::sync::Arc;

use semver::Version;

use crate::liveness::{Status, Story, Timing};
use crate::manifest::{Object, ObjectKey};
use crate::overrides::{OverrideKey, UserOverrides};

mod changes;
mod commands;
mod emit;
mod files;
mod hop;
mod merge;
mod moves;
mod names;
mod planned;
mod state;
mod wish;

pub use planned::moves as planned_moves;

use hop::Hop;
use state::State;

/// The override objects that the releases of a hop bring themselves, for a local deployment.
#[derive(Debug, Clone)]
pub struct OwnObjects<'a> {
    /// The release that the hop leads to.
    pub to: Version,
    /// Those of the old release.
    pub old: Vec<&'a Object>,
    /// Those of the new release.
    pub new: Vec<&'a Object>,
}

/// What a hop asks of the override objects.
#[derive(Debug, Clone, PartialEq)]
pub struct HopMigration {
    /// The release that the hop leads to.
    pub to: Version,
    /// The files to write, by path; none if nothing changes and nothing is open.
    pub files: Vec<MigratedFile>,
    /// What changes and why, in the order of the stages and keys.
    pub changes: Vec<Change>,
    /// Keys with several values of which one has to be chosen.
    pub conflicts: Vec<KeyConflict>,
    /// Keys about which a person has to decide something else.
    pub undecided: Vec<Undecided>,
}

impl HopMigration {
    /// Whether the hop needs no change of any object. Something may still have to be decided.
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A file of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigratedFile {
    /// Where it belongs, relative to the folder of the migration: `1.2.0/before/commands.sh`. Its
    /// parts are plain names that no file system minds.
    pub path: String,
    /// What it holds. No secret is in it.
    pub text: String,
}

/// A change of one key of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it is due.
    pub when: Timing,
    /// The object.
    pub object: ObjectKey,
    /// The key.
    pub key: OverrideKey,
    /// What happens to it, and why, in a line without a full stop.
    pub text: String,
}

/// A key with several values. None is chosen; the objects keep what they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConflict {
    /// The key.
    pub key: OverrideKey,
    /// What is at odds, in a sentence without a full stop.
    pub text: String,
    /// The values.
    pub sides: Vec<Side>,
}

/// A value in a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Whose value it is: `mine`, `old release`, `new release`.
    pub whose: &'static str,
    /// The key that has the value: not always that of the conflict.
    pub key: OverrideKey,
    /// The object that sets it; of an absent value, the object that does not.
    pub object: ObjectKey,
    /// The file with the object, as evidence calls it.
    pub source: Arc<str>,
    /// The 1-based line of the value; none where it was written by an earlier hop or is absent.
    pub line: Option<u32>,
    /// The value, `(secret)` if it is withheld; none where it is absent.
    pub value: Option<String>,
}

/// A key about which a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The key.
    pub key: OverrideKey,
    /// What becomes of it at the hop.
    pub status: Status,
    /// What there is to decide, in a sentence without a full stop.
    pub decide: String,
    /// The keys that come into question.
    pub proposals: Vec<OverrideKey>,
}

/// Works out what each hop asks of the objects of a user. `stories` is what
/// [`crate::liveness::Follower`] says of the same overrides; `own` has an entry for each hop of a
/// local deployment, and is empty for any other.
pub fn migrate(
    overrides: &UserOverrides,
    stories: &[Story],
    own: &[OwnObjects<'_>],
) -> Vec<HopMigration> {
    let hops = hops(stories, own);
    let mut state = State::of(overrides);
    let mut migrations = Vec::new();
    for (number, to) in hops.into_iter().enumerate() {
        let wishes = wish::wishes(stories, number);
        let own = own.iter().find(|it| it.to == to);
        let hop = Hop::new(&state, wishes, own);
        migrations.push(files::migration(&to, &state, &hop));
        state = hop.after.settled();
    }
    migrations
}

/// The releases that the hops lead to.
fn hops(stories: &[Story], own: &[OwnObjects<'_>]) -> Vec<Version> {
    match stories.first() {
        Some(story) => story.fates.iter().map(|it| it.to.clone()).collect(),
        None => own.iter().map(|it| it.to.clone()).collect(),
    }
}

#[cfg(test)]
mod tests;
