//! The values of a component: its own chart's, and below them those of its sub-charts.
//!
//! # Decisions
//! * Helm's rules: the parent's value beats the sub-chart's, maps are merged, anything else is
//!   replaced. Global values of all charts are shown at `global`, where overrides reach them; of
//!   several charts that set one, the outermost wins, then the first by name. (For Helm, a global
//!   value of a sub-chart is visible only in that sub-chart.)
//! * A comment belongs to a value if it stands behind it on its line, or on the lines right above
//!   without an empty line in between.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use super::folder::{File, Folder, read};
use super::key;
use super::{Kind, Problem, ValueLeaf};
use crate::yaml::{Node, Value};

/// A value with everything below it.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(ValueLeaf),
    Map(Map),
}

#[derive(Debug, Clone, Default)]
struct Map {
    children: BTreeMap<String, Tree>,
    /// What the map is if nothing is in it; none if a chart only implies it.
    empty: Option<ValueLeaf>,
}

/// The values of a component by their paths.
pub(super) fn values(
    charts: &[Folder<'_>],
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, ValueLeaf> {
    let mut leaves = BTreeMap::new();
    if !charts.is_empty() {
        let (map, globals) = merged(charts, 0, problems);
        let mut root = Tree::Map(map);
        if let Some(globals) = globals {
            let globals = Tree::Map(Map::of("global", globals));
            merge(&mut root, globals);
        }
        flatten(root, String::new(), &mut leaves);
    }
    leaves
}

/// The leaves of a file of values alone, such as a profile.
pub(super) fn file(file: File<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, ValueLeaf> {
    let mut leaves = BTreeMap::new();
    flatten(Tree::Map(own(file, problems)), String::new(), &mut leaves);
    leaves
}

/// The values of a chart with those of its sub-charts, and the global ones.
fn merged(charts: &[Folder<'_>], at: usize, problems: &mut Vec<Problem>) -> (Map, Option<Tree>) {
    let chart = &charts[at];
    let mut map = match chart.values {
        Some(file) => own(file, problems),
        None => Map::default(),
    };
    let mut globals = map.children.remove("global");
    for child in &chart.children {
        let (values, inner) = merged(charts, *child, problems);
        let name = prefix(&charts[*child]);
        import(&mut map, &values, chart, &name);
        let mut part = Tree::Map(values);
        if let Some(mut own @ Tree::Map(_)) = map.children.remove(&name) {
            take_global(&mut own, &mut globals);
            merge(&mut own, part);
            part = own;
        }
        map.children.insert(name, part);
        add(&mut globals, inner);
    }
    (map, globals)
}

/// The last name of a sub-chart's prefix, unescaped names being what values have.
fn prefix(chart: &Folder<'_>) -> String {
    let names = key::names(&chart.prefix);
    names.last().map_or_else(String::new, |it| key::plain(it))
}

/// The values that a chart imports from a sub-chart appear as its own.
fn import(map: &mut Map, values: &Map, chart: &Folder<'_>, name: &str) {
    let mut dependencies = chart.dependencies.iter();
    let Some(dependency) = dependencies.find(|it| it.prefix() == name) else {
        return;
    };
    for (from, to, _) in &dependency.imports {
        let found = from.split('.').try_fold(values, |map, name| match map.children.get(name) {
            Some(Tree::Map(map)) => Some(map),
            _ => None,
        });
        if let Some(found) = found {
            let names: Vec<&str> = to.split('.').filter(|it| !it.is_empty()).collect();
            let part =
                names.iter().rev().fold(found.clone(), |map, name| Map::of(name, Tree::Map(map)));
            let mut whole = Tree::Map(std::mem::take(map));
            merge(&mut whole, Tree::Map(part));
            if let Tree::Map(merged) = whole {
                *map = merged;
            }
        }
    }
}

fn take_global(own: &mut Tree, globals: &mut Option<Tree>) {
    if let Tree::Map(map) = own {
        add(globals, map.children.remove("global"));
    }
}

fn add(globals: &mut Option<Tree>, more: Option<Tree>) {
    match (globals.as_mut(), more) {
        (Some(globals), Some(more)) => merge(globals, more),
        (None, Some(more)) => *globals = Some(more),
        (_, None) => {}
    }
}

/// Adds what `lower` has and `upper` lacks.
fn merge(upper: &mut Tree, lower: Tree) {
    if let (Tree::Map(upper), Tree::Map(lower)) = (upper, lower) {
        for (name, below) in lower.children {
            match upper.children.entry(name) {
                Slot::Vacant(entry) => {
                    entry.insert(below);
                }
                Slot::Occupied(mut entry) => {
                    merge(entry.get_mut(), below);
                }
            }
        }
    }
}

fn flatten(tree: Tree, path: String, leaves: &mut BTreeMap<String, ValueLeaf>) {
    match tree {
        Tree::Leaf(leaf) => {
            leaves.insert(path, leaf);
        }
        Tree::Map(map) => {
            if let (true, Some(leaf)) = (map.children.is_empty(), map.empty) {
                leaves.insert(path.clone(), leaf);
            }
            for (name, below) in map.children {
                flatten(below, key::child(&path, &name), leaves);
            }
        }
    }
}

impl Map {
    fn of(name: &str, tree: Tree) -> Self {
        Self { children: BTreeMap::from([(name.to_owned(), tree)]), empty: None }
    }
}

/// The values of one file.
fn own(file: File<'_>, problems: &mut Vec<Problem>) -> Map {
    let Some(node) = read(file, problems) else {
        return Map::default();
    };
    let text = String::from_utf8_lossy(file.bytes);
    let reader = Reader { source: file.path.into(), lines: text.lines().collect() };
    match reader.tree(&node, node.line) {
        Tree::Map(map) => Map { empty: None, ..map },
        Tree::Leaf(_) => {
            problems.push(Problem::new(file.path, node.line, "the values are no map"));
            Map::default()
        }
    }
}

struct Reader<'a> {
    source: Arc<str>,
    lines: Vec<&'a str>,
}

impl Reader<'_> {
    /// The value whose key stands on `line`.
    fn tree(&self, node: &Node, line: u32) -> Tree {
        let Value::Mapping(entries) = &node.value else {
            return Tree::Leaf(self.leaf(node, line));
        };
        let children = entries.iter().map(|entry| {
            let below = self.tree(&entry.node, entry.line);
            (entry.key.clone(), below)
        });
        let children: BTreeMap<_, _> = children.collect();
        let empty = children.is_empty().then(|| self.leaf(node, line));
        Tree::Map(Map { children, empty })
    }

    fn leaf(&self, node: &Node, line: u32) -> ValueLeaf {
        ValueLeaf {
            default: node.to_json(),
            kind: kind(&node.value),
            source: self.source.clone(),
            line,
            comment: self.comment(line, node),
        }
    }

    fn comment(&self, line: u32, node: &Node) -> Option<String> {
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        let above = self.lines.get(..at)?.iter().rev();
        let mut parts: Vec<&str> = above.map_while(|line| line.trim().strip_prefix('#')).collect();
        parts.reverse();
        // What looks like a comment inside of a text of several lines is none.
        if node.line == line {
            parts.extend(self.lines.get(at).and_then(|line| behind(line)));
        }
        let words = parts.iter().map(|it| it.trim_matches(['#', ' ', '\t']));
        let words: Vec<&str> = words.filter(|it| !it.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// The comment behind a value.
fn behind(line: &str) -> Option<&str> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return Some(&line[at + 1..]),
            (None, '"' | '\'') if matches!(before, ' ' | '[' | '{' | ',' | ':') => quote = Some(c),
            (Some(open), _) if open == c && before != '\\' => quote = None,
            _ => {}
        }
        before = c;
    }
    None
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Bool,
        Value::Number(_) => Kind::Number,
        Value::String(_) | Value::Redacted(_) => Kind::String,
        Value::Sequence(_) => Kind::List,
        Value::Mapping(_) => Kind::Map,
    }
}
