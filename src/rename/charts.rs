//! Which keys lose what reads them between two releases, and what takes their place.

use super::{Confidence, RenameKind};
use crate::overrides::OverrideKey;

mod kind;
mod object;
mod pair;
mod rules;
mod search;
mod setting;

pub use search::{Comparison, Context};

/// What a hop does to a key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyChange {
    /// The old key.
    pub from: OverrideKey,
    /// How the successors relate to it; none if it has none.
    pub kind: Option<RenameKind>,
    /// The successors, in order.
    pub to: Vec<Successor>,
    /// The nearest keys that are no successors, best first.
    pub nearest: Vec<OverrideKey>,
}

/// A key that takes the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Successor {
    /// The new key.
    pub key: OverrideKey,
    /// How sure that is.
    pub confidence: Confidence,
    /// What was found.
    pub features: Vec<f64>,
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}
