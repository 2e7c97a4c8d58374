//! Comparing files of manifests, and reading no more of them than needed.
//!
//! # Decisions
//! * A document whose text stands on both sides says nothing about the difference, so it is not
//!   read, with three exceptions: another document may hold the same object (the later one wins),
//!   its text may not show which object it holds, and it may define the scope of a custom kind.
//! * The two sides are read in two threads. What they give is put in order afterwards.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::thread;

use super::sketch::{Sketch, sketch};
use super::{ObjectDiff, objects};
use crate::manifest::{self, Manifest, Object, ObjectSet, Problem, Reading, Scopes};
use crate::yaml::{self, Limits, RawDocument};

/// What changes between two lists of files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentDiff {
    /// The changes. A document that was not read counts as one unchanged object.
    pub objects: ObjectDiff,
    /// What is no proper object in the documents that were read, the old side first.
    pub problems: Vec<Problem>,
    /// How many documents of both sides were read.
    pub read: usize,
}

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("cannot read {file}: {reason}")]
pub struct Unreadable {
    /// The file, as evidence calls it.
    pub file: Arc<str>,
    /// Why, and where in the file.
    pub reason: yaml::Error,
}

/// What changes from the objects in `old` to those in `new`. Of several files, and of several
/// documents of a file, the later one wins.
///
/// # Errors
/// If a document that has to be read is no YAML or passes the limits.
pub fn documents(
    old: &[Manifest<'_>],
    new: &[Manifest<'_>],
    limits: &Limits,
) -> Result<DocumentDiff, Unreadable> {
    let sides = Sides {
        documents: [split(old)?, split(new)?],
        limits,
    };
    let twins = Twins::of(&sides.documents);
    let mut readings = Readings::default();
    sides.read(&twins.rest, &mut readings)?;
    if readings.is_empty() && !twins.moved {
        return Ok(unchanged(twins.pairs.len()));
    }
    let (doubtful, clear): (Vec<_>, Vec<_>) =
        (twins.pairs.iter()).partition(|[at, _]| sides.sketch(*at).is_none());
    sides.read(&indices(&doubtful), &mut readings)?;
    let clear: Vec<_> = clear
        .into_iter()
        .filter_map(|it| Some((it, sides.sketch(it[0])?)))
        .collect();
    let needed = needed(&clear, &readings, twins.moved);
    sides.read(&indices(&needed), &mut readings)?;
    Ok(compared(readings, clear.len() - needed.len()))
}

type Pair = [usize; 2];

fn unchanged(documents: usize) -> DocumentDiff {
    compared(Readings::default(), documents)
}

fn compared(readings: Readings, unread: usize) -> DocumentDiff {
    let read = readings.0.iter().map(BTreeMap::len).sum();
    let mut problems = Vec::new();
    let [old, new] = readings.0.map(|side| {
        let mut whole = Reading::default();
        for reading in side.into_values() {
            whole.append(reading);
        }
        problems.append(&mut whole.problems);
        whole.objects
    });
    let scopes = [Scopes::of(&old), Scopes::of(&new)];
    let (old, twice) = ObjectSet::scoped(old, &scopes[0].or(&scopes[1]));
    problems.extend(twice);
    let (new, twice) = ObjectSet::scoped(new, &scopes[1].or(&scopes[0]));
    problems.extend(twice);
    let mut objects = objects(&old, &new);
    objects.unchanged += unread;
    DocumentDiff {
        objects,
        problems,
        read,
    }
}

/// A document of a file.
#[derive(Debug)]
struct Document<'a> {
    source: Arc<str>,
    raw: RawDocument<'a>,
}

/// The documents of files that are not empty.
fn split<'a>(files: &[Manifest<'a>]) -> Result<Vec<Document<'a>>, Unreadable> {
    let mut documents = Vec::new();
    for file in files {
        let raw = yaml::split(file.bytes).map_err(|reason| unreadable(&file.source, reason))?;
        let raw = raw.into_iter().filter(|it| !is_blank(it.text));
        documents.extend(raw.map(|raw| Document {
            source: file.source.clone(),
            raw,
        }));
    }
    Ok(documents)
}

fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim_start_matches("---").trim();
        line.is_empty() || line.starts_with('#')
    })
}

fn unreadable(file: &Arc<str>, reason: yaml::Error) -> Unreadable {
    Unreadable {
        file: file.clone(),
        reason,
    }
}

/// The documents whose text stands on both sides, and the others.
#[derive(Debug, Default)]
struct Twins {
    /// The indices of documents with the same text, old and new.
    pairs: Vec<Pair>,
    /// The indices of the documents that stand on one side only, old and new.
    rest: [Vec<usize>; 2],
    /// Whether the new documents of the pairs stand in another order than the old ones.
    moved: bool,
}

impl Twins {
    fn of([old, new]: &[Vec<Document<'_>>; 2]) -> Self {
        let same = old
            .iter()
            .zip(new)
            .take_while(|(a, b)| a.raw.text == b.raw.text)
            .count();
        let mut places: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
        for (at, document) in old.iter().enumerate().skip(same) {
            places.entry(document.raw.text).or_default().push_back(at);
        }
        let mut twins = Self {
            pairs: (0..same).map(|at| [at, at]).collect(),
            ..Self::default()
        };
        for (at, document) in new.iter().enumerate().skip(same) {
            match places
                .get_mut(document.raw.text)
                .and_then(VecDeque::pop_front)
            {
                Some(twin) => twins.pairs.push([twin, at]),
                None => twins.rest[1].push(at),
            }
        }
        twins.rest[0] = places.into_values().flatten().collect();
        twins.rest[0].sort_unstable();
        twins.moved = !twins.pairs.is_sorted();
        twins
    }
}

/// What was read, by the index of the document, old and new.
#[derive(Debug, Default)]
struct Readings([BTreeMap<usize, Reading>; 2]);

impl Readings {
    fn is_empty(&self) -> bool {
        self.0.iter().all(BTreeMap::is_empty)
    }

    fn objects(&self) -> impl Iterator<Item = &Object> {
        self.0
            .iter()
            .flat_map(BTreeMap::values)
            .flat_map(|it| &it.objects)
    }
}

/// The documents of both sides.
#[derive(Debug)]
struct Sides<'a> {
    documents: [Vec<Document<'a>>; 2],
    limits: &'a Limits,
}

impl<'a> Sides<'a> {
    fn sketch(&self, old: usize) -> Option<Sketch<'a>> {
        sketch(self.documents[0][old].raw.text)
    }

    /// Reads documents of both sides, each side in a thread of its own.
    fn read(&self, indices: &[Vec<usize>; 2], readings: &mut Readings) -> Result<(), Unreadable> {
        let [old, new] = thread::scope(|scope| {
            let old = scope.spawn(|| self.read_side(0, &indices[0]));
            let new = self.read_side(1, &indices[1]);
            [old.join().expect("reading does not panic"), new]
        });
        readings.0[0].extend(old?);
        readings.0[1].extend(new?);
        Ok(())
    }

    fn read_side(
        &self,
        side: usize,
        indices: &[usize],
    ) -> Result<Vec<(usize, Reading)>, Unreadable> {
        let read = |at: &usize| {
            let document = &self.documents[side][*at];
            let reading = manifest::read_document(&document.source, &document.raw, self.limits);
            match reading {
                Ok(reading) => Ok((*at, reading)),
                Err(reason) => Err(unreadable(&document.source, reason)),
            }
        };
        indices.iter().map(read).collect()
    }
}

fn indices(pairs: &[&Pair]) -> [Vec<usize>; 2] {
    [0, 1].map(|side| pairs.iter().map(|it| it[side]).collect())
}

/// The pairs whose objects matter to what was read: because they may be the same objects, or
/// because they may say where those live. Where pairs `moved`, also those that may hold the same
/// object as another pair.
fn needed<'a>(pairs: &[(&'a Pair, Sketch<'_>)], readings: &Readings, moved: bool) -> Vec<&'a Pair> {
    let mut known = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for object in readings.objects() {
        let key = &object.key;
        known.insert(Sketch {
            kind: &key.kind,
            name: &key.name,
        });
        groups.insert(key.group.as_str());
    }
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<_> = (pairs.iter().map(|(_, it)| *it))
        .filter(|it| moved && !seen.insert(*it))
        .collect();
    let defines = |it: &Sketch<'_>| {
        let group = it.name.split_once('.').map_or("", |(_, group)| group);
        it.kind == "CustomResourceDefinition" && groups.contains(group)
    };
    let needed = |it: &Sketch<'_>| known.contains(it) || twice.contains(it) || defines(it);
    pairs
        .iter()
        .filter(|(_, it)| needed(it))
        .map(|(pair, _)| *pair)
        .collect()
}
