//! What a hop does to the values of charts, in words.

use crate::overrides::OverrideKey;
use crate::report::{ChartValues, RenameReport};

/// So many keys of a list are shown; the JSON report has them all.
pub(in crate::report) const SHOWN: usize = 50;

impl ChartValues {
    /// The lengths of the lists with their words.
    pub(in crate::report) fn counts(&self) -> [(usize, &'static str); 4] {
        [
            (self.removed.len(), "removed"),
            (self.renamed.len(), "renamed"),
            (self.type_changed.len(), "with another type"),
            (self.defaults_changed, "with another default"),
        ]
    }
}

/// A new key: `a.b (monitoring, 97 %)`; those of other components with their component.
pub(in crate::report) fn renamed(rename: &RenameReport, mark: impl Fn(&str) -> String) -> String {
    let name = |key: &OverrideKey| {
        let is_own = key.component == rename.component;
        if is_own { mark(&key.key) } else { mark(&key.to_string()) }
    };
    let to: Vec<_> = rename.to.iter().map(name).collect();
    let scope = super::matrix::scope(rename.component.as_deref());
    let percent = rename.confidence * 100.0;
    format!("{} → {} ({}, {percent:.0} %)", mark(&rename.key), to.join(" and "), mark(scope))
}

/// What stands for the items of a list that are not shown; none if all are.
pub(in crate::report) fn rest(length: usize) -> Option<String> {
    let more = length.checked_sub(SHOWN).filter(|it| 0 < *it)?;
    Some(format!("… and {more} more; the JSON report lists all"))
}
