//! The places in templates that read settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::hash::{Once, hash, join};
use super::home::Homes;
use super::object::{Object, ObjectId};
use super::setting::{Readers, names, numbered, words};
use crate::chart::{Reach, Reference, Sink, ValueLeaf};
use crate::rename::words::folded;

/// How many of the places that read a setting are looked at. Some switches are tested in every
/// template of a chart; that says nothing more after the first few.
const USES: usize = 24;

/// Fields around what a pod is made of: other kinds that describe one do without.
const WRAPPERS: &[&str] = &["template", "containers"];

/// What makes a place this one, as a number.
pub(super) type Place = u64;

/// A place that reads a setting.
#[derive(Debug)]
pub(super) struct Use<'a> {
    /// The place.
    pub(super) reference: &'a Reference,
    /// The names of the field that it ends up in, down to the setting itself, as numbers.
    pub(super) field: Vec<u64>,
    /// Whether it is among environment variables.
    pub(super) in_env: bool,
    /// The object that the field is in, by its number.
    pub(super) object: usize,
    /// The words of the line that are not values, sorted.
    pub(super) line: Arc<[u64]>,
    /// The line and what of the setting is below the key that is read there.
    pub(super) text: u64,
    /// The environment variable.
    pub(super) env: Option<Arc<Variable>>,
    /// The words of the item of a list that it is in, sorted.
    pub(super) item: Option<Arc<[u64]>>,
    /// The object, the field and the text.
    pub(super) place: Place,
    /// The old settings that fed this very place.
    pub(super) fed_by: Vec<usize>,
}

impl Use<'_> {
    /// How much the place says about the setting: what is only tested is less than what is used.
    pub(super) fn weight(&self) -> f64 {
        if self.reference.sink.guard { 0.35 } else { 1.0 }
    }
}

/// An environment variable.
#[derive(Debug)]
pub(super) struct Variable {
    /// Its name without case and punctuation.
    pub(super) name: u64,
    /// Its words.
    pub(super) words: Vec<String>,
    /// The same as numbers, sorted.
    pub(super) numbers: Vec<u64>,
}

/// What a line says.
#[derive(Debug, Clone)]
struct Line {
    hash: u64,
    literals: Arc<[u64]>,
}

/// What a path of fields says.
#[derive(Debug, Clone)]
struct Field {
    hash: u64,
    names: Arc<[u64]>,
    in_env: bool,
}

/// Reads references, every text in them once.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) objects: Vec<Object>,
    pub(super) homes: Homes,
    numbers: BTreeMap<u64, usize>,
    texts: Once<u64>,
    names: Once<Option<u64>>,
    fields: Once<Field>,
    lines: Once<Line>,
    variables: Once<Arc<Variable>>,
    items: Once<Arc<[u64]>>,
}

impl Reader {
    /// Takes note of what a reference says about the object and the folder that it is in.
    pub(super) fn note(&mut self, component: &str, reference: &Reference) {
        let sink = &reference.sink;
        let line = self.lines.get(&sink.line, line).hash;
        let field = self.fields.get(&sink.field, field).hash;
        let env = sink.env.as_ref().map(|it| self.variables.get(it, |it| Arc::new(variable(it))));
        let env = env.map(|it| it.name);
        let (object, _) = self.object(component, reference);
        self.objects[object].holds(join(join(field, env.unwrap_or_default()), line));
        let last = *self.names.get(&reference.key, |it| names(it).pop().map(|it| hash(&it)));
        let field = join(*self.texts.get(&sink.kind, hash), field);
        self.homes.holds(self.objects[object].home, [Some(field), last, env]);
    }

    /// The uses of a key among what reads it: first what uses it, then what only tests it.
    pub(super) fn uses<'a>(
        &mut self,
        component: &str,
        readers: &Readers<'a>,
        key: (&str, &[u64]),
    ) -> Vec<Use<'a>> {
        let direct = readers.iter().filter(|it| it.1 != Reach::Part).map(|it| it.0);
        let mut direct: Vec<&Reference> = direct.collect();
        direct.sort_by_key(|it| it.sink.guard);
        direct.truncate(USES);
        direct.into_iter().map(|it| self.one(component, it, key)).collect()
    }

    fn one<'a>(
        &mut self,
        component: &str,
        reference: &'a Reference,
        (key, hashes): (&str, &[u64]),
    ) -> Use<'a> {
        let sink = &reference.sink;
        let above = if *reference.key == *key { hashes.len() } else { names(&reference.key).len() };
        let below = hashes.get(above..).unwrap_or_default();
        let line = self.lines.get(&sink.line, line).clone();
        let field = self.fields.get(&sink.field, field).clone();
        let text = below.iter().fold(line.hash, |a, b| join(a, *b));
        let env = sink.env.as_ref();
        let env = env.map(|it| self.variables.get(it, |it| Arc::new(variable(it))).clone());
        let item = sink.item.as_ref();
        let item = item.map(|it| self.items.get(it, |it| numbered(it).into()).clone());
        let (object, id) = self.object(component, reference);

        let variable = env.as_ref().map_or(0, |it| it.name);
        Use {
            reference,
            field: field.names.iter().copied().chain(below_folded(key, below.len())).collect(),
            in_env: field.in_env,
            object,
            line: line.literals,
            text,
            place: join(join(join(id, field.hash), variable), text),
            env,
            item,
            fed_by: Vec::new(),
        }
    }

    fn object(&mut self, component: &str, reference: &Reference) -> (usize, u64) {
        let sink: &Sink = &reference.sink;
        let parts = [&reference.source, &sink.kind, &sink.name].map(|it| *self.texts.get(it, hash));
        let id = parts.into_iter().fold(hash(component), join);
        let next = self.objects.len();
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            let home = self.homes.number(&reference.source);
            self.objects.push(Object::new(&ObjectId::new(component, reference), id, home));
        }
        (number, id)
    }

    /// The folders that settings are read in, or where the default is that nothing reads.
    pub(super) fn homes_of(
        &mut self,
        uses: &[Use<'_>],
        leaf: Option<&ValueLeaf>,
    ) -> BTreeSet<usize> {
        let mut homes: BTreeSet<usize> =
            uses.iter().map(|it| self.objects[it.object].home).collect();
        if let Some(leaf) = leaf.filter(|_| homes.is_empty()) {
            homes.insert(self.homes.number(&leaf.source));
        }
        homes
    }
}

/// The last names of a key, without case and punctuation.
fn below_folded(key: &str, count: usize) -> Vec<u64> {
    if count == 0 {
        return Vec::new();
    }
    let names = names(key);
    names[names.len().saturating_sub(count)..].iter().map(|it| hash(&folded(it))).collect()
}

fn variable(text: &str) -> Variable {
    Variable { name: hash(&folded(text)), words: words(text), numbers: numbered(text) }
}

fn field(path: &str) -> Field {
    let names = path.split('.').filter(|it| !it.is_empty());
    let names: Vec<String> = names.map(|it| folded(it.trim_end_matches("[]"))).collect();
    let told = names.iter().filter(|it| !WRAPPERS.contains(&it.as_str()));
    Field {
        hash: hash(path),
        names: told.map(|it| hash(it)).collect(),
        in_env: names.iter().any(|it| it == "env"),
    }
}

/// What a template's line says outside of its actions.
fn line(text: &str) -> Line {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find("{{").unwrap_or(rest.len());
        found.extend(numbered(&rest[..end]));
        let Some(close) = rest[end..].find("}}") else { break };
        rest = &rest[end + close + 2..];
    }
    found.sort_unstable();
    found.dedup();
    Line { hash: hash(text), literals: found.into() }
}
