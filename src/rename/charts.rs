//! What a hop does to keys: which lose what reads them, what takes their place, and which mean
//! something else than before.
//!
//! # Decisions
//! * What a key is for is what templates do with it: the field of the object, the variable or the
//!   argument that it ends up in. The successor is the key that ends up there now. Names, defaults,
//!   comments and how the keys around it moved add to that.
//! * A key that nothing reads any more is lost, even if `values.yaml` still lists it.
//! * All charts count, whether or not the Installation CR lists them: people install others too.
//!   What the CR drops is lost even if its chart stays.
//! * A global key in one component is that component's. Where the key asked for is common to all,
//!   so are its successors, if they are global.
//! * What a document states beats what templates say.

use semver::Version;
use serde_json::Value;

use super::{Confidence, RenameKind};
use crate::chart::ChartIndex;
use crate::finding::Evidence;
use crate::overrides::OverrideKey;
use crate::release::DocumentedRename;

mod candidates;
mod comparison;
mod features;
mod kind;
mod object;
mod pair;
mod reject;
mod rules;
mod search;
mod setting;
mod values;

pub use comparison::Comparison;

/// What is known beside the charts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The components that the old release installs.
    pub old_components: &'a [String],
    /// The components that the new release installs.
    pub new_components: &'a [String],
    /// The renames that documents state of this hop.
    pub documented: &'a [&'a DocumentedRename],
    /// The texts of guides and release notes of this hop.
    pub texts: &'a [&'a str],
}

/// What a hop does to a key that loses what reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyChange {
    /// The old key.
    pub from: OverrideKey,
    /// How the successors relate to it; none if it was removed.
    pub kind: Option<RenameKind>,
    /// The successors, in order; several after a split.
    pub to: Vec<Successor>,
    /// The nearest new keys that are no successors: at most three, best first.
    pub nearest: Vec<OverrideKey>,
    /// Where the old release reads it and sets its default. The text of a default is its name.
    pub evidence: Vec<Evidence>,
    /// The document that states it, if one does.
    pub documented: Option<DocumentedRename>,
}

impl ChartChanges {
    /// The same changes with evidence that names the releases.
    #[must_use]
    pub fn located(mut self, old: &Version, new: &Version) -> Self {
        for changes in [&mut self.renamed, &mut self.removed] {
            for it in changes.iter_mut() {
                locate(&mut it.evidence, old);
                it.to.iter_mut().for_each(|it| locate(&mut it.evidence, new));
            }
        }
        self
    }
}

impl KeyChange {
    /// The same change with evidence that names the releases: files of charts are called alike in
    /// all of them.
    #[must_use]
    pub fn located(mut self, old: &Version, new: &Version) -> Self {
        locate(&mut self.evidence, old);
        self.to.iter_mut().for_each(|it| locate(&mut it.evidence, new));
        self
    }

    /// How sure the successors are, all together.
    pub fn confidence(&self) -> Confidence {
        self.to.iter().map(|it| it.confidence).min().unwrap_or(Confidence::new(0.0))
    }

    /// All lines that prove it: where the old key was read, where the new ones are.
    pub fn lines(&self) -> Vec<Evidence> {
        let new = self.to.iter().flat_map(|it| &it.evidence);
        self.evidence.iter().chain(new).cloned().collect()
    }

    /// Why the successors are the right ones, each reason once.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        for reason in self.to.iter().flat_map(|it| &it.reasons) {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        reasons
    }
}

fn locate(evidence: &mut [Evidence], version: &Version) {
    for it in evidence {
        it.source = format!("{version}/{}", it.source);
    }
}

/// A key that takes the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Successor {
    /// The new key.
    pub key: OverrideKey,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, in a few words each.
    pub reasons: Vec<String>,
    /// Where the new release reads it and sets its default. The text of a default is its name.
    pub evidence: Vec<Evidence>,
}

/// A key that is read in both releases and whose default changed.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultChange {
    /// The key.
    pub key: OverrideKey,
    /// The default in the old release; none for a map with something in it.
    pub old: Option<Value>,
    /// The default in the new release; likewise.
    pub new: Option<Value>,
    /// Where both stand.
    pub evidence: Vec<Evidence>,
}

/// What a hop does to all keys of all charts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartChanges {
    /// The keys that lost what reads them and have successors, in order.
    pub renamed: Vec<KeyChange>,
    /// Those that have none, in order.
    pub removed: Vec<KeyChange>,
    /// The keys that held a single value, a list or a map, and hold another of these now.
    pub type_changed: Vec<DefaultChange>,
    /// The keys with other defaults of the same type.
    pub defaults_changed: Vec<DefaultChange>,
}

/// What a hop from one release to another does to the keys of their charts.
pub fn chart_changes(old: &ChartIndex, new: &ChartIndex, context: Context<'_>) -> ChartChanges {
    Comparison::new(old, new, context).chart_changes()
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}

#[cfg(test)]
mod tests;
