//! What the charts of a release do with their values: which there are, with defaults, and where
//! templates read them.
//!
//! An index is built from the files of the release's `resources/`. A component is a folder right
//! below it. Keys are paths in the component's values as overrides write them, so the values of a
//! sub-chart have its prefix.
//!
//! # Decisions
//! * Templates are followed rather than rendered, with paths in place of values: through variables,
//!   `with` and `range`, named templates and what their callers pass, `index`, dictionaries, `tpl`.
//!   All branches count, because overrides decide which are taken. What cannot be followed counts
//!   as read, so that no key is called dead by mistake.
//! * A key is read if a template reads it, something below it, or all of something above it. That
//!   a template only tests a map (`if .Values.resources`) does not read what is in the map.
//! * Charts are untrusted: sizes, nesting and work are bounded, and what exceeds them is a
//!   [`Problem`] of the component.
//! * Helm's rules, as of versions 2 and 3: `requirements.yaml` or the dependencies in `Chart.yaml`
//!   give sub-charts aliases and switches; a sub-chart that they do not name is there all the same;
//!   files that start with `_` are not rendered; of several named templates with one name, the
//!   one of the outermost chart counts. Sub-charts that are archives themselves are not read, and
//!   neither are version ranges of dependencies: no release of Kyma has the first or needs the
//!   second.
//! * The stored form is postcard: defined byte by byte, without a schema to keep apart from the
//!   types, and 17 releases are read in a fraction of a second.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod evaluate;
mod folder;
mod identity;
mod interner;
mod key;
mod layout;
mod query;
mod reference;
mod store;
mod template;
mod values;

use interner::Interner;

pub use query::Reach;
pub use reference::{Reference, Sink};
pub use store::{FORMAT, StoreError};

/// Files by their paths: `resources/core/values.yaml`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The charts of a release.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartIndex {
    components: BTreeMap<String, Chart>,
}

/// The chart of a component with all its sub-charts.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The component: the name of the folder.
    pub name: String,
    /// The values by their keys: everything that is no map, and maps in which nothing is.
    pub values: BTreeMap<String, ValueLeaf>,
    /// The values that profiles set (`profile-evaluation.yaml` is `evaluation`), by their keys.
    pub profiles: BTreeMap<String, BTreeMap<String, ValueLeaf>>,
    /// The prefixes of the sub-charts: `docs`, `docs.content-ui`.
    pub subcharts: Vec<String>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The digest of all its files; none where it renders something else of the same values each
    /// time, so that equal files say nothing.
    pub identity: Option<[u8; 32]>,
    /// The reads: those whose key is a pattern, then the others, both sorted.
    references: Vec<Reference>,
    /// How many have a pattern.
    patterns: usize,
}

/// A value that a chart sets.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueLeaf {
    /// What it is set to.
    pub default: serde_json::Value,
    /// Of what kind that is.
    pub kind: Kind,
    /// The file that sets it.
    pub source: Arc<str>,
    /// The 1-based line of the key.
    pub line: u32,
    /// The comment at the key, in one line.
    pub comment: Option<String>,
}

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// `null`, or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    List,
    /// A map.
    Map,
}

/// Something in a chart that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file.
    pub source: String,
    /// The 1-based line.
    pub line: u32,
    /// What is wrong. It quotes nothing of the file.
    pub message: String,
}

impl Problem {
    fn new(source: &str, line: u32, message: &str) -> Self {
        Self { source: source.to_owned(), line, message: message.to_owned() }
    }
}

impl ChartIndex {
    /// The charts among the files of a release. Files outside of `resources/` are ignored; what
    /// cannot be read is a problem of its component.
    pub fn build(files: &Files) -> Self {
        let mut texts = Interner::default();
        let components = folder::components(files).into_iter().map(|name| {
            let mut chart = Chart::build(files, name);
            chart.references.iter_mut().for_each(|it| texts.share_reference(it));
            (name.to_owned(), chart)
        });
        Self { components: components.collect() }
    }

    /// The chart of a component.
    pub fn get(&self, component: &str) -> Option<&Chart> {
        self.components.get(component)
    }

    /// The charts of all components, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Chart> {
        self.components.values()
    }
}

impl Chart {
    fn build(files: &Files, name: &str) -> Self {
        let mut problems = Vec::new();
        let charts = folder::charts(files, name, &mut problems);
        let values = values::values(&charts, &mut problems);
        let subcharts: Vec<String> = charts.iter().skip(1).map(|it| it.prefix.clone()).collect();
        let input =
            evaluate::Input { charts: &charts, files, values: &values, subcharts: &subcharts };
        let mut references = evaluate::references(&input, &mut problems);
        references.sort_by_cached_key(|it| !key::is_pattern(&it.key));
        let patterns = references.partition_point(|it| key::is_pattern(&it.key));
        let profiles = profiles(files, name, &mut problems);
        problems.sort();
        problems.dedup();
        Self {
            name: name.to_owned(),
            values,
            profiles,
            subcharts,
            problems,
            identity: identity::of(files, name),
            references,
            patterns,
        }
    }
}

/// The profiles of a component's own chart.
fn profiles(
    files: &Files,
    name: &str,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, BTreeMap<String, ValueLeaf>> {
    let start = format!("resources/{name}/profile-");
    let mut profiles = BTreeMap::new();
    for file in folder::below(files, &start) {
        let profile = file.path[start.len()..].strip_suffix(".yaml");
        if let Some(profile) = profile.filter(|it| !it.contains('/')) {
            profiles.insert(profile.to_owned(), values::file(file, problems));
        }
    }
    profiles
}

#[cfg(test)]
mod tests;
