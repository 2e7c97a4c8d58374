//! The templates of a component to the values that they read.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::folder::{Dependency, File, Folder};
use super::key;
use super::{Files, Problem, Reference, Sink, ValueLeaf};
use abstract_value::{Abstract, Context};
use library::Library;

mod abstract_value;
mod condition;
mod content;
mod functions;
mod library;
mod operands;
mod run;
mod sink;
mod source;
#[cfg(test)]
mod tests;

/// The most nodes that are executed for a component. The largest of Kyma's needs 5,539.
const MOST_STEPS: usize = 200_000;
/// The name of the templates that render what Helm tells people, and no objects.
const NOTES: &str = "NOTES.txt";
/// How often a template may call itself before what it gets counts as read altogether: paths of
/// values have no end, unlike values.
const MOST_RECURSIONS: usize = 4;
/// The deepest nesting of blocks and calls.
const DEEPEST: usize = 150;

/// What is known of a component before its templates are followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) charts: &'a [Folder<'a>],
    pub(super) files: &'a Files,
    pub(super) values: &'a BTreeMap<String, ValueLeaf>,
    pub(super) subcharts: &'a [String],
}

/// All reads of a component, sorted.
pub(super) fn references(input: &Input<'_>, problems: &mut Vec<Problem>) -> Vec<Reference> {
    let library = Library::new(input.charts, problems);
    let mut evaluation = Evaluation {
        input: *input,
        library,
        file: "".into(),
        called: BTreeSet::new(),
        active: Vec::new(),
        found: BTreeMap::new(),
        steps: 0,
        depth: 0,
        exhausted: false,
    };
    for chart in input.charts {
        for dependency in &chart.dependencies {
            evaluation.dependency(chart, dependency);
        }
    }
    // Of several reads at one place the first counts. Those for notes say the least.
    for notes in [false, true] {
        for (place, chart) in input.charts.iter().enumerate() {
            evaluation.chart(place, chart, notes);
        }
    }
    if evaluation.exhausted {
        let path = input.charts.first().map_or("", |it| it.path.as_str());
        let message = "the templates call each other too often or too deeply to be followed";
        problems.push(Problem::new(path, 1, message));
    }
    evaluation.found.into_values().collect()
}

/// What tells two references apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    key: Arc<str>,
    source: Arc<str>,
    line: u32,
    guard: bool,
}

#[derive(Debug)]
struct Evaluation<'a> {
    input: Input<'a>,
    library: Library,
    /// The file that is rendered.
    file: Rc<str>,
    /// What was called already, with the context that it got.
    called: BTreeSet<(Rc<str>, Abstract)>,
    /// The names of the templates that are being executed.
    active: Vec<Rc<str>>,
    found: BTreeMap<Identity, Reference>,
    steps: usize,
    depth: usize,
    exhausted: bool,
}

impl Evaluation<'_> {
    /// Renders the templates of a chart: its notes, or everything else.
    fn chart(&mut self, place: usize, chart: &Folder<'_>, notes: bool) {
        let context = Abstract::Root(Rc::new(Context {
            chart: place,
            prefix: chart.prefix.as_str().into(),
            name: chart.name.as_str().into(),
        }));
        for file in &chart.templates {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            if name.starts_with('_') || notes != (name == NOTES) {
                continue;
            }
            if let Some(source) = self.library.file(file.path) {
                self.file = file.path.into();
                self.render(&source, &context);
            }
        }
    }

    /// Switches of a sub-chart, and what its parent imports from it, are reads too.
    fn dependency(&mut self, chart: &Folder<'_>, dependency: &Dependency) {
        let conditions = dependency.conditions.iter();
        for (condition, line) in conditions {
            let key = key::join(&chart.prefix, condition);
            self.switch(dependency, "condition", &key, *line);
        }
        for (tag, line) in &dependency.tags {
            // Tags of all charts are looked up at the top.
            self.switch(dependency, "tags", &key::child("tags", tag), *line);
        }
        let prefix = key::child(&chart.prefix, dependency.prefix());
        for (from, _, line) in &dependency.imports {
            self.switch(dependency, "import-values", &key::join(&prefix, from), *line);
        }
    }

    fn switch(&mut self, dependency: &Dependency, field: &str, key: &str, line: u32) {
        let identity = Identity {
            key: key::shared(key, self.input.subcharts).into(),
            source: dependency.source.as_str().into(),
            line,
            guard: field != "import-values",
        };
        let sink = Sink {
            field: format!("dependencies[].{field}").into(),
            item: Some(dependency.prefix().into()),
            line: format!("{field}: <>").into(),
            guard: identity.guard,
            ..Sink::default()
        };
        let whole = !identity.guard;
        self.add(identity, whole, format!("{field}: {key}").into(), sink);
    }

    /// Whether there is such a reference, and nothing to add to it. Of several reads at one place,
    /// the first tells what becomes of the value.
    fn is_known(&mut self, identity: &Identity, whole: bool) -> bool {
        let known = self.found.get_mut(identity);
        known.is_some_and(|known| {
            known.whole |= whole;
            true
        })
    }

    fn add(&mut self, identity: Identity, whole: bool, text: Arc<str>, sink: Sink) {
        if self.is_known(&identity, whole) {
            return;
        }
        let reference = Reference {
            key: identity.key.clone(),
            whole,
            source: identity.source.clone(),
            line: identity.line,
            text,
            sink,
        };
        self.found.insert(identity, reference);
    }

    /// Counts a piece of work; whether it may be done.
    fn step(&mut self) -> bool {
        self.steps += 1;
        self.exhausted |= self.steps > MOST_STEPS || self.depth > DEEPEST;
        self.steps <= MOST_STEPS && self.depth <= DEEPEST
    }

    /// The files of a chart that a pattern fits, without templates and sub-charts.
    fn contents(&self, chart: usize, pattern: &str) -> Vec<File<'_>> {
        let Some(chart) = self.input.charts.get(chart) else {
            return Vec::new();
        };
        let start = format!("{}/", chart.path);
        let files = super::folder::below(self.input.files, &start).filter(|file| {
            let name = &file.path[start.len()..];
            let own = !name.starts_with("charts/") && !name.starts_with("templates/");
            own && content::fits(pattern, name)
        });
        files.collect()
    }
}
