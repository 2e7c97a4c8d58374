//! The files of a component to its charts: which sub-charts there are, and under which prefix.

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::yaml::{Limits, Node, Value, parse, split};

use super::key;
use super::{Files, Problem};

/// The deepest nesting of sub-charts that is read.
const DEEPEST: usize = 10;
/// The most charts of a component, with every alias counted. Kyma's have up to 20.
const MOST_CHARTS: usize = 100;

/// A chart of a component, under one of its prefixes.
#[derive(Debug)]
pub(super) struct Folder<'a> {
    /// Where its files are: `resources/core/charts/docs`.
    pub(super) path: String,
    /// What the chart is called: its alias, or else its name.
    pub(super) name: String,
    /// Where its values are in those of the component; empty for the component's own chart.
    pub(super) prefix: String,
    /// Its `values.yaml`.
    pub(super) values: Option<File<'a>>,
    /// What is below `templates/`.
    pub(super) templates: Vec<File<'a>>,
    /// What it says about its sub-charts.
    pub(super) dependencies: Vec<Dependency>,
    /// The places of its sub-charts in the list of all charts.
    pub(super) children: Vec<usize>,
}

/// A file with its path.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    /// Its path: `resources/core/values.yaml`.
    pub(super) path: &'a str,
    /// What it holds.
    pub(super) bytes: &'a [u8],
}

/// What a chart says about a sub-chart.
#[derive(Debug, Clone, Default)]
pub(super) struct Dependency {
    name: String,
    alias: Option<String>,
    /// The file that says it.
    pub(super) source: String,
    /// Keys in the chart's values that switch the sub-chart, with their lines.
    pub(super) conditions: Vec<(String, u32)>,
    /// Tags that do so, with their lines.
    pub(super) tags: Vec<(String, u32)>,
    /// Values of the sub-chart that appear in the chart: from where, to where, and the line.
    pub(super) imports: Vec<(String, String, u32)>,
}

impl Dependency {
    /// Under which name the chart's values hold those of the sub-chart.
    pub(super) fn prefix(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// The charts of a component, its own one first and every other behind its parent; none if the
/// folder holds no chart.
pub(super) fn charts<'a>(
    files: &'a Files,
    component: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Folder<'a>> {
    let mut reader = Reader { files, charts: Vec::new(), problems };
    let path = format!("resources/{component}");
    if reader.file(&path, "Chart.yaml").is_some() {
        reader.chart(&path, component, "", 0);
    }
    reader.charts
}

struct Reader<'a, 'p> {
    files: &'a Files,
    charts: Vec<Folder<'a>>,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Reader<'a, '_> {
    fn file(&self, folder: &str, name: &str) -> Option<File<'a>> {
        let (path, bytes) = self.files.get_key_value(&format!("{folder}/{name}"))?;
        Some(File { path, bytes })
    }

    fn yaml(&mut self, folder: &str, name: &str) -> Option<(String, Node)> {
        let file = self.file(folder, name)?;
        let node = read(file, self.problems)?;
        Some((file.path.to_owned(), node))
    }

    /// Reads the chart and its sub-charts; its place in the list.
    fn chart(&mut self, path: &str, name: &str, prefix: &str, depth: usize) -> usize {
        let place = self.charts.len();
        let dependencies = self.dependencies(path);
        self.charts.push(Folder {
            path: path.to_owned(),
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            values: self.file(path, "values.yaml"),
            templates: below(self.files, &format!("{path}/templates/")).collect(),
            dependencies: dependencies.clone(),
            children: Vec::new(),
        });
        let mut children = Vec::new();
        for (name, path) in self.subcharts(path) {
            if depth == DEEPEST || self.charts.len() >= MOST_CHARTS {
                let message = "there are too many sub-charts, or they are nested too deeply";
                self.problems.push(Problem::new(&path, 1, message));
                break;
            }
            for name in instances(&name, &dependencies) {
                let prefix = key::child(prefix, &name);
                children.push(self.chart(&path, &name, &prefix, depth + 1));
            }
        }
        self.charts[place].children = children;
        place
    }

    /// The sub-charts below `charts/`: names and folders. Helm skips names that start with `_` or
    /// `.`.
    fn subcharts(&mut self, path: &str) -> Vec<(String, String)> {
        let parent = format!("{path}/charts/");
        let names = below(self.files, &parent)
            .filter_map(|file| file.path[parent.len()..].strip_suffix("/Chart.yaml"))
            .filter(|name| !name.contains('/') && !name.starts_with(['_', '.']));
        let folders: Vec<&str> = names.collect();
        let mut charts = Vec::new();
        for folder in folders {
            let path = format!("{parent}{folder}");
            let chart = self.yaml(&path, "Chart.yaml");
            let name = chart.as_ref().and_then(|(_, node)| node.get("name")?.as_str());
            charts.push((name.unwrap_or(folder).trim().to_owned(), path));
        }
        charts
    }

    fn dependencies(&mut self, path: &str) -> Vec<Dependency> {
        let mut dependencies = Vec::new();
        for name in ["requirements.yaml", "Chart.yaml"] {
            let Some((source, node)) = self.yaml(path, name) else {
                continue;
            };
            let items = node.get("dependencies").map_or(&[][..], Node::items);
            dependencies.extend(items.iter().filter_map(|item| dependency(&source, item)));
        }
        dependencies
    }
}

/// Under which names a sub-chart is there: those of its dependencies, or its own if no dependency
/// names it.
fn instances(name: &str, dependencies: &[Dependency]) -> Vec<String> {
    let named = dependencies.iter().filter(|it| it.name == name);
    let mut names: Vec<String> = named.map(|it| it.prefix().to_owned()).collect();
    if names.is_empty() {
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    names
}

/// The files whose paths start with `start`, in order.
pub(super) fn below<'a>(files: &'a Files, start: &str) -> impl Iterator<Item = File<'a>> {
    let start = start.to_owned();
    let from = files.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
    from.take_while(move |(path, _)| path.starts_with(&start))
        .map(|(path, bytes)| File { path, bytes })
}

/// The first document of a YAML file, as Helm reads it. A file that cannot be read is a problem.
pub(super) fn read(file: File<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    let documents = split(file.bytes);
    let first = documents.map(|it| it.into_iter().next());
    let node = first.and_then(|it| it.map_or(Ok(None), |raw| parse(&raw, &Limits::default())));
    match node {
        Ok(node) => node,
        Err(error) => {
            let message = error.problem.to_string();
            problems.push(Problem::new(file.path, error.line, &message));
            None
        }
    }
}

fn dependency(source: &str, item: &Node) -> Option<Dependency> {
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    Some(Dependency {
        name: text("name")?.trim().to_owned(),
        alias: text("alias").map(|it| it.trim().to_owned()),
        source: source.to_owned(),
        conditions: conditions(item),
        tags: texts(item.get("tags")),
        imports: imports(item.get("import-values")),
    })
}

/// The keys of a condition, which separates them by commas.
fn conditions(item: &Node) -> Vec<(String, u32)> {
    let Some(node) = item.get("condition") else {
        return Vec::new();
    };
    let keys = node.as_str().unwrap_or_default().split(',').map(str::trim);
    keys.filter(|it| !it.is_empty()).map(|it| (it.to_owned(), node.line)).collect()
}

fn texts(list: Option<&Node>) -> Vec<(String, u32)> {
    let items = list.map_or(&[][..], Node::items);
    let text = |item: &Node| Some((item.as_str()?.to_owned(), item.line));
    items.iter().filter_map(text).collect()
}

/// What is imported: `{child, parent}`, or the name of something below `exports` for the root.
fn imports(list: Option<&Node>) -> Vec<(String, String, u32)> {
    let import = |item: &Node| {
        if let Value::String(name) = &item.value {
            return Some((format!("exports.{name}"), String::new(), item.line));
        }
        let part = |key: &str| item.get(key)?.as_str().map(str::to_owned);
        let parent = part("parent")?;
        let parent = if parent == "." { String::new() } else { parent };
        Some((part("child")?, parent, item.line))
    };
    let items = list.map_or(&[][..], Node::items);
    items.iter().filter_map(import).collect()
}

/// The components: the folders right below `resources/`.
pub(super) fn components(files: &Files) -> BTreeSet<&str> {
    let parts = files.keys().filter_map(|path| {
        let (component, rest) = path.strip_prefix("resources/")?.split_once('/')?;
        (rest == "Chart.yaml").then_some(component)
    });
    parts.collect()
}
