//! Where a template reads a value, and what becomes of it.

use serde::{Deserialize, Serialize};

/// A place in a chart that reads a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The key that is read, as the component's values have it. `*` stands for any name; a dot
    /// within a name is written `\.`.
    pub key: String,
    /// Whether everything below the key is read with it.
    pub whole: bool,
    /// The file.
    pub source: String,
    /// The 1-based line.
    pub line: u32,
    /// The line as it stands there, without white space around it and cut at 200 characters.
    pub text: String,
    /// What becomes of the value.
    pub sink: Sink,
}

/// What a value becomes: the place in the rendered objects where it ends up.
///
/// Two references with equal sinks do the same, whatever their keys are called. Parts that the
/// text of the template does not tell are empty. `{}` stands for something printed by a template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sink {
    /// The kind of the object.
    pub kind: String,
    /// Its API version.
    pub api_version: String,
    /// Its name, with template expressions in it.
    pub name: String,
    /// The path of the field: `spec.template.spec.containers[].resources`.
    pub field: String,
    /// The name of the environment variable, where it is in one.
    pub env: Option<String>,
    /// The name of the innermost item of a list around it that has one: a container, a port.
    pub item: Option<String>,
    /// The named template that reads it.
    pub template: Option<String>,
    /// The line with `<>` for the reference, `<other>` for other references to values, and single
    /// spaces.
    pub line: String,
    /// Whether the value is only tested: by `if` or `with`, or as a condition of a sub-chart.
    pub guard: bool,
}
