//! The settings of a release: its keys with their defaults and with what reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::hash::{hash, join};
use super::home::Homes;
use super::object::Object;
use super::uses::{Place, Reader, Use};
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

/// The words of a text as numbers, sorted.
pub(super) fn numbered(text: &str) -> Vec<u64> {
    let mut numbers: Vec<u64> = words(text).iter().map(|it| hash(it)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The places that read a key, each with how it does so.
pub(super) type Readers<'a> = Vec<(&'a Reference, Reach)>;

/// Keys of a component, with what reads them.
pub(super) type Keys<'a> = BTreeMap<&'a str, Readers<'a>>;

/// All keys of a component that can be set: those that it lists and those that it reads.
pub(super) fn keys(chart: &Chart) -> Keys<'_> {
    let read = chart.references().iter().map(|it| &*it.key);
    let listed = chart.values.keys().map(String::as_str);
    let keys: BTreeSet<&str> = read.chain(listed).filter(|it| is_plain(it)).collect();
    keys.into_iter().map(|it| (it, chart.readers(it))).collect()
}

/// What reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Read {
    /// Something does.
    pub(super) live: bool,
    /// Something does, and all of it only reads what is below the key.
    pub(super) part: bool,
}

impl Read {
    fn of(readers: &[(&Reference, Reach)]) -> Self {
        let live = !readers.is_empty();
        Self { live, part: live && readers.iter().all(|it| it.1 == Reach::Part) }
    }
}

/// A key of a component.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// The component, which is always there, and the key.
    pub(super) key: OverrideKey,
    /// The component's number in the release.
    pub(super) chart: usize,
    /// Its names.
    pub(super) names: Vec<String>,
    /// Its names, without case and punctuation.
    pub(super) folded: Vec<String>,
    /// The same as numbers.
    pub(super) ends: Vec<u64>,
    /// The places above it as numbers, from the component down to the key itself.
    pub(super) path: Vec<u64>,
    /// The words of its names, and these with those of the component.
    pub(super) words: Vec<u64>,
    pub(super) all_words: Vec<u64>,
    /// The words of its last name.
    pub(super) leaf_words: Vec<String>,
    /// The words of the comment at its default.
    pub(super) comment: Vec<u64>,
    /// Its default.
    pub(super) leaf: Option<&'a ValueLeaf>,
    /// What reads it.
    pub(super) uses: Vec<Use<'a>>,
    /// The folders of templates that it is read in, or that its default is in, by their numbers.
    pub(super) homes: BTreeSet<usize>,
    /// Whether anything reads it or something below it.
    pub(super) read: Read,
}

impl Setting<'_> {
    /// The component.
    pub(super) fn component(&self) -> &str {
        self.key.component.as_deref().unwrap_or_default()
    }

    /// The map that it is in.
    pub(super) fn parent(&self) -> u64 {
        self.path[self.path.len().saturating_sub(2)]
    }
}

/// A release.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) index: &'a ChartIndex,
    pub(super) settings: Vec<Setting<'a>>,
    pub(super) objects: Vec<Object>,
    pub(super) homes: Homes,
    /// The settings by their places.
    numbers: BTreeMap<u64, usize>,
}

impl<'a> Side<'a> {
    /// The settings of a release with the given keys.
    pub(super) fn new(index: &'a ChartIndex, keys: &BTreeMap<&str, Keys<'a>>) -> Self {
        let mut reader = Reader::default();
        let mut settings = Vec::new();
        let charts = index.iter().zip(0..);
        let charts = charts.filter_map(|(it, at)| Some((it, at, keys.get(it.name.as_str())?)));
        for (chart, number, keys) in charts {
            chart.references().iter().for_each(|it| reader.note(&chart.name, it));
            let chart = Named { chart, number, words: numbered(&chart.name) };
            let one = |(key, readers): (&&str, &Readers<'a>)| {
                setting(&chart, (key, readers), &mut reader)
            };
            settings.extend(keys.iter().map(one));
        }
        let place = |it: &Setting<'_>| it.path.last().copied().unwrap_or_default();
        let numbers = settings.iter().zip(0..).map(|(it, at)| (place(it), at)).collect();
        let Reader { mut objects, mut homes, .. } = reader;
        objects.iter_mut().for_each(Object::close);
        homes.close();
        Self { index, settings, objects, homes, numbers }
    }

    /// Notes for every place what fed it in an older release.
    pub(super) fn follow(&mut self, old: &Side<'_>) {
        let mut feeders: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (setting, at) in old.settings.iter().zip(0..) {
            for it in &setting.uses {
                feeders.entry(it.place).or_default().push(at);
            }
        }
        for it in self.settings.iter_mut().flat_map(|it| &mut it.uses) {
            it.fed_by = feeders.get(&it.place).cloned().unwrap_or_default();
        }
    }

    /// The number of a setting.
    pub(super) fn find(&self, key: &OverrideKey) -> Option<usize> {
        let component = hash(key.component.as_deref()?);
        let place = names(&key.key).iter().fold(component, |a, b| join(a, hash(b)));
        self.at(place)
    }

    /// The number of the setting at a place.
    pub(super) fn at(&self, place: u64) -> Option<usize> {
        self.numbers.get(&place).copied()
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

    /// What reads the key of a setting of another release.
    pub(super) fn read(&self, setting: &Setting<'_>) -> Read {
        let known = setting.path.last().and_then(|it| self.at(*it));
        let Some(chart) = self.index.get(setting.component()) else { return Read::default() };
        match known {
            Some(at) => self.settings[at].read,
            None => Read::of(&chart.readers(&setting.key.key)),
        }
    }

    /// Whether a key is a map in the values of a component.
    pub(super) fn is_map(&self, component: &str, key: &str) -> bool {
        self.index.get(component).is_some_and(|it| it.kind(key) == Some(Kind::Map))
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

/// A chart with its number in the release and the words of its name.
struct Named<'a> {
    chart: &'a Chart,
    number: usize,
    words: Vec<u64>,
}

fn setting<'a>(
    named: &Named<'a>,
    (key, readers): (&str, &Readers<'a>),
    reader: &mut Reader,
) -> Setting<'a> {
    let chart = named.chart;
    let names = names(key);
    let leaf = chart.values.get(key);
    let read = Read::of(readers);
    let hashes: Vec<u64> = names.iter().map(|it| hash(it)).collect();
    let uses = reader.uses(&chart.name, readers, (key, &hashes));
    let folded: Vec<String> = names.iter().map(|it| folded(it)).collect();
    let words = numbered(key);
    let mut all_words = named.words.clone();
    all_words.extend(&words);
    all_words.sort_unstable();
    all_words.dedup();
    Setting {
        key: OverrideKey::new(Some(&chart.name), key),
        chart: named.number,
        ends: folded.iter().map(|it| hash(it)).collect(),
        folded,
        path: path(&chart.name, &hashes),
        words,
        all_words,
        leaf_words: names.last().map(|it| self::words(it)).unwrap_or_default(),
        comment: leaf.and_then(|it| it.comment.as_deref()).map(numbered).unwrap_or_default(),
        homes: reader.homes_of(&uses, leaf),
        leaf,
        uses,
        read,
        names,
    }
}

/// The places above a key, and the key itself.
fn path(component: &str, names: &[u64]) -> Vec<u64> {
    let mut path = vec![hash(component)];
    for name in names {
        path.push(join(path[path.len() - 1], *name));
    }
    path
}
