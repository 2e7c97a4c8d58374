//! The settings of a release: its keys with their defaults and with what reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::home::Homes;
use super::object::{Object, ObjectId};
use crate::chart::{Chart, ChartIndex, Kind, Reach, Reference, ValueLeaf};
use crate::overrides::OverrideKey;
use crate::rename::words::{self, folded};

/// The words of a text, `enabled` and `enable` being one.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = words::words(text);
    for word in &mut words {
        if word == "enabled" || word == "disabled" {
            word.pop();
        }
    }
    words
}

/// How many of the places that read a setting are looked at. Some switches are tested in every
/// template of a chart; that says nothing more after the first few.
const USES: usize = 24;

/// Fields around what a pod is made of: other kinds that describe one do without.
const WRAPPERS: &[&str] = &["template", "containers"];

/// A place that reads a setting.
#[derive(Debug)]
pub(super) struct Use<'a> {
    /// The place.
    pub(super) reference: &'a Reference,
    /// The names of the field that it ends up in, down to the setting itself.
    pub(super) field: Vec<String>,
    /// The object that the field is in, by its number.
    pub(super) object: usize,
    /// The words of the line that are not values.
    pub(super) line: Vec<String>,
    /// The line and what of the setting is below the key that is read there.
    pub(super) text: String,
    /// The words of the environment variable and of the item of a list that it is in.
    pub(super) env: Option<Vec<String>>,
    pub(super) item: Option<Vec<String>>,
    /// The old settings that fed this very place.
    pub(super) fed_by: Vec<usize>,
}

impl Use<'_> {
    /// How much the place says about the setting: what is only tested is less than what is used.
    pub(super) fn weight(&self) -> f64 {
        if self.reference.sink.guard { 0.35 } else { 1.0 }
    }

    /// What makes the place this one.
    fn place(&self, objects: &[Object]) -> Place {
        let sink = &self.reference.sink;
        (objects[self.object].id.clone(), sink.field.clone(), sink.env.clone(), self.text.clone())
    }
}

type Place = (ObjectId, Arc<str>, Option<Arc<str>>, String);

/// A key of a component.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// The component, which is always there, and the key.
    pub(super) key: OverrideKey,
    /// Its names.
    pub(super) names: Vec<String>,
    /// Its names, without case and punctuation.
    pub(super) folded: Vec<String>,
    /// The words of its names.
    pub(super) words: BTreeSet<String>,
    /// The words of its last name.
    pub(super) leaf_words: Vec<String>,
    /// The words of the comment at its default.
    pub(super) comment: Vec<String>,
    /// Its default.
    pub(super) leaf: Option<&'a ValueLeaf>,
    /// What reads it.
    pub(super) uses: Vec<Use<'a>>,
    /// The folders of templates that it is read in, or that its default is in, by their numbers.
    pub(super) homes: BTreeSet<usize>,
    /// Whether anything reads it or something below it.
    pub(super) live: bool,
}

impl Setting<'_> {
    /// The component.
    pub(super) fn component(&self) -> &str {
        self.key.component.as_deref().unwrap_or_default()
    }
}

/// A release.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) index: &'a ChartIndex,
    pub(super) settings: Vec<Setting<'a>>,
    pub(super) objects: Vec<Object>,
    pub(super) homes: Homes,
    numbers: BTreeMap<OverrideKey, usize>,
}

impl<'a> Side<'a> {
    /// All settings of a release.
    pub(super) fn new(index: &'a ChartIndex) -> Self {
        let mut objects = Objects::default();
        let mut settings = Vec::new();
        for chart in index.iter() {
            let read = chart.references().iter().map(|it| &*it.key);
            let listed = chart.values.keys().map(String::as_str);
            let keys: BTreeSet<&str> = read.chain(listed).filter(|it| is_plain(it)).collect();
            settings.extend(keys.into_iter().map(|it| setting(chart, it, &mut objects)));
        }
        let numbers = settings.iter().zip(0..).map(|(it, at)| (it.key.clone(), at)).collect();
        let Objects { list: objects, homes, .. } = objects;
        Self { index, settings, objects, homes, numbers }
    }

    /// Notes for every place what fed it in an older release.
    pub(super) fn follow(&mut self, old: &Side<'_>) {
        let mut feeders: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (setting, at) in old.settings.iter().zip(0..) {
            for it in &setting.uses {
                feeders.entry(it.place(&old.objects)).or_default().push(at);
            }
        }
        let objects = &self.objects;
        for it in self.settings.iter_mut().flat_map(|it| &mut it.uses) {
            it.fed_by = feeders.get(&it.place(objects)).cloned().unwrap_or_default();
        }
    }

    /// The number of a setting.
    pub(super) fn find(&self, key: &OverrideKey) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The prefix of the innermost sub-chart that defines a setting; none for the component itself.
    pub(super) fn subchart(&self, setting: &Setting<'_>) -> Option<&'a str> {
        let chart = self.index.get(setting.component())?;
        let holds = |it: &&String| {
            setting.key.key.strip_prefix(it.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        chart.subcharts.iter().filter(holds).max_by_key(|it| it.len()).map(String::as_str)
    }

    /// Whether a component reads a key.
    pub(super) fn is_live(&self, component: &str, key: &str) -> bool {
        self.index.get(component).is_some_and(|it| it.is_live(key))
    }

    /// Whether templates of a component only read what is below a key.
    pub(super) fn is_map(&self, component: &str, key: &str) -> bool {
        let Some(chart) = self.index.get(component) else { return false };
        let readers = chart.readers(key);
        !readers.is_empty()
            && readers.iter().all(|it| it.1 == Reach::Part)
            && chart.kind(key) == Some(Kind::Map)
    }

    /// Whether the values of a component have a key or something below it.
    pub(super) fn lists(&self, component: &str, key: &str) -> bool {
        self.index.get(component).is_some_and(|it| it.kind(key).is_some())
    }
}

/// Whether a key is one that can be set: a pattern cannot.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && !key.split('.').any(|it| it == "*")
}

/// The names of a key. A dot inside a name is written `\.`.
pub(super) fn names(key: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in key.split('.') {
        match names.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.push('.');
                last.push_str(part);
            }
            _ => names.push(part.to_owned()),
        }
    }
    names
}

fn setting<'a>(chart: &'a Chart, key: &str, objects: &mut Objects) -> Setting<'a> {
    let names = names(key);
    let leaf = chart.values.get(key);
    let readers = chart.readers(key);
    let comment = leaf.and_then(|it| it.comment.as_deref()).map(words).unwrap_or_default();
    let live = !readers.is_empty();
    let uses = uses(chart, readers, &names, objects);
    let mut homes: BTreeSet<usize> = uses.iter().map(|it| objects.list[it.object].home).collect();
    if let Some(leaf) = leaf.filter(|_| homes.is_empty()) {
        homes.insert(objects.homes.number(&leaf.source));
    }
    Setting {
        key: OverrideKey::new(Some(&chart.name), key),
        folded: names.iter().map(|it| folded(it)).collect(),
        words: names.iter().flat_map(|it| words(it)).collect(),
        leaf_words: names.last().map(|it| words(it)).unwrap_or_default(),
        comment,
        leaf,
        live,
        uses,
        homes,
        names,
    }
}

fn uses<'a>(
    chart: &'a Chart,
    readers: Vec<(&'a Reference, Reach)>,
    key_names: &[String],
    objects: &mut Objects,
) -> Vec<Use<'a>> {
    let direct = readers.into_iter().filter(|it| it.1 != Reach::Part).map(|it| it.0);
    let one = |reference: &'a Reference| {
        let above = names(&reference.key).len();
        let rest = key_names.get(above..).unwrap_or_default();
        Use {
            reference,
            field: field(&reference.sink.field, rest),
            object: objects.number(&chart.name, reference),
            line: literals(&reference.sink.line),
            text: format!("{} {}", reference.sink.line, rest.join(".")),
            env: reference.sink.env.as_deref().map(words),
            item: reference.sink.item.as_deref().map(words),
            fed_by: Vec::new(),
        }
    };
    let mut direct: Vec<&Reference> = direct.collect();
    direct.sort_by_key(|it| it.sink.guard);
    direct.truncate(USES);
    direct.into_iter().map(one).collect()
}

fn field(path: &str, rest: &[String]) -> Vec<String> {
    let own = path.split('.').filter(|it| !it.is_empty());
    let own = own.map(|it| folded(it.trim_end_matches("[]")));
    own.filter(|it| !WRAPPERS.contains(&it.as_str()))
        .chain(rest.iter().map(|it| folded(it)))
        .collect()
}

/// The words of a template's line outside of its actions.
fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let end = rest.find("{{").unwrap_or(rest.len());
        found.extend(words(&rest[..end]));
        let Some(close) = rest[end..].find("}}") else { break };
        rest = &rest[end + close + 2..];
    }
    found.sort();
    found.dedup();
    found
}

/// The objects that were met.
#[derive(Debug, Default)]
struct Objects {
    numbers: BTreeMap<ObjectId, usize>,
    list: Vec<Object>,
    homes: Homes,
}

impl Objects {
    fn number(&mut self, component: &str, reference: &Reference) -> usize {
        let id = ObjectId::new(component, reference);
        let next = self.list.len();
        let number = *self.numbers.entry(id.clone()).or_insert(next);
        if number == next {
            let home = self.homes.number(&reference.source);
            self.list.push(Object::new(id, home));
        }
        self.list[number].holds(reference);
        self.homes.holds(self.list[number].home, reference);
        number
    }
}
