//! Where a template reads a value, and what becomes of it.
//!
//! # Decisions
//! * Texts are shared: a release has some ten thousand references to a few thousand places, and a
//!   path of upgrades holds many releases at once.

use std::sync::Arc;

/// A place in a chart that reads a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The key that is read, as the component's values have it. `*` stands for any name; a dot
    /// within a name is written `\.`.
    pub key: Arc<str>,
    /// Whether everything below the key is read with it.
    pub whole: bool,
    /// The file.
    pub source: Arc<str>,
    /// The 1-based line.
    pub line: u32,
    /// The line as it stands there, without white space around it and cut at 200 characters.
    pub text: Arc<str>,
    /// What becomes of the value.
    pub sink: Sink,
}

/// What a value becomes: the place in the rendered objects where it ends up.
///
/// Two references with equal sinks do the same, whatever their keys are called. Parts that the
/// text of the template does not tell are empty. `{}` stands for something printed by a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sink {
    /// The kind of the object.
    pub kind: Arc<str>,
    /// Its API version.
    pub api_version: Arc<str>,
    /// Its name, with template expressions in it.
    pub name: Arc<str>,
    /// The path of the field: `spec.template.spec.containers[].resources`.
    pub field: Arc<str>,
    /// The name of the environment variable, where it is in one.
    pub env: Option<Arc<str>>,
    /// The name of the innermost item of a list around it that has one: a container, a port.
    pub item: Option<Arc<str>>,
    /// The named template that reads it.
    pub template: Option<Arc<str>>,
    /// The line with `<>` for the reference, `<other>` for other references to values, and single
    /// spaces.
    pub line: Arc<str>,
    /// Whether the value is only tested: by `if` or `with`, or as a condition of a sub-chart.
    pub guard: bool,
}
