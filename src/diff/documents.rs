//! Comparing files of manifests, and reading no more of them than needed.
//!
//! # Decisions
//! * A document whose text stands on both sides says nothing about the difference, so it is not
//!   read, with three exceptions: another document may hold the same object (the later one wins),
//!   its text may not show which object it holds, and it may define the scope of a custom kind.
//! * The two sides are read in two threads. What they give is put in order afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use super::needs::Needs;
use super::sketch::{Sketch, sketch};
use super::twins::{Pair, Text, Twins};
use super::{ObjectDiff, objects};
use crate::manifest::{self, Manifest, Object, ObjectSet, Problem, Reading, Scopes};
use crate::yaml::{self, Limits, RawDocument, Syntax};

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
    let sides = Sides { documents: [split(old)?, split(new)?], limits };
    let twins = Twins::of(&sides.documents.each_ref().map(|it| texts(it)));
    let mut readings = Readings::default();
    sides.read(&twins.rest, &mut readings)?;
    if readings.is_empty() && !twins.moved {
        return Ok(compared(readings, twins.pairs.len()));
    }
    let (doubtful, mut unread) = sides.sketches(twins.pairs);
    sides.read(&indices(&doubtful), &mut readings)?;
    loop {
        let (needed, rest) = needed(unread, &readings, twins.moved);
        unread = rest;
        if needed.is_empty() {
            return Ok(compared(readings, unread.len()));
        }
        sides.read(&indices(&needed), &mut readings)?;
    }
}

type Sketched<'a> = (Pair, Sketch<'a>);

/// Takes out the pairs whose objects matter to what was read.
fn needed<'a>(
    pairs: Vec<Sketched<'a>>,
    readings: &Readings,
    moved: bool,
) -> (Vec<Pair>, Vec<Sketched<'a>>) {
    let mut needs = Needs::of(readings.objects(), &readings.scopes());
    if moved {
        needs.add_repeated(pairs.iter().map(|(_, sketch)| *sketch));
    }
    let (needed, rest): (Vec<_>, _) = pairs.into_iter().partition(|(_, it)| needs.has(it));
    (needed.into_iter().map(|(pair, _)| pair).collect(), rest)
}

fn compared(readings: Readings, unread: usize) -> DocumentDiff {
    let scopes = readings.scopes();
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
    let (old, twice) = ObjectSet::scoped(old, &scopes[0]);
    problems.extend(twice);
    let (new, twice) = ObjectSet::scoped(new, &scopes[1]);
    problems.extend(twice);
    let mut objects = objects(&old, &new);
    objects.unchanged += unread;
    DocumentDiff { objects, problems, read }
}

/// A document of a file.
#[derive(Debug)]
struct Document<'a> {
    source: Arc<str>,
    raw: RawDocument<'a>,
}

/// What two documents have in common if they read the same.
fn texts<'a>(documents: &'a [Document<'_>]) -> Vec<Text<'a>> {
    let text = |it: &'a Document<'_>| (&*it.raw.text, it.raw.syntax == Syntax::Json);
    documents.iter().map(text).collect()
}

/// The documents of files, without the empty ones.
fn split<'a>(files: &[Manifest<'a>]) -> Result<Vec<Document<'a>>, Unreadable> {
    let mut documents = Vec::new();
    for file in files {
        let raw = yaml::split(file.bytes).map_err(|reason| unreadable(&file.source, reason))?;
        documents.extend(raw.into_iter().map(|raw| Document { source: file.source.clone(), raw }));
    }
    Ok(documents)
}

fn unreadable(file: &Arc<str>, reason: yaml::Error) -> Unreadable {
    Unreadable { file: file.clone(), reason }
}

/// What was read, by the index of the document, old and new.
#[derive(Debug, Default)]
struct Readings([BTreeMap<usize, Reading>; 2]);

impl Readings {
    fn is_empty(&self) -> bool {
        self.0.iter().all(BTreeMap::is_empty)
    }

    /// The scopes of both sides; what only one side defines holds for both.
    fn scopes(&self) -> [Scopes; 2] {
        let of = |side: usize| Scopes::of(self.0[side].values().flat_map(|it| &it.objects));
        let [old, new] = [of(0), of(1)];
        [old.or(&new), new.or(&old)]
    }

    fn objects(&self) -> impl Iterator<Item = &Object> {
        self.0.iter().flat_map(BTreeMap::values).flat_map(|it| &it.objects)
    }
}

/// The documents of both sides.
#[derive(Debug)]
struct Sides<'a> {
    documents: [Vec<Document<'a>>; 2],
    limits: &'a Limits,
}

impl Sides<'_> {
    /// The pairs without a sketch, and those with their sketch.
    fn sketches(&self, pairs: Vec<Pair>) -> (Vec<Pair>, Vec<Sketched<'_>>) {
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for pair in pairs {
            match sketch(&self.documents[0][pair[0]].raw.text) {
                None => without.push(pair),
                Some(sketch) => with.push((pair, sketch)),
            }
        }
        (without, with)
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

fn indices(pairs: &[Pair]) -> [Vec<usize>; 2] {
    [0, 1].map(|side| pairs.iter().map(|it| it[side]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, value: u8) -> String {
        format!(
            "---\napiVersion: v1\nkind: Thing\nmetadata:\n  name: {name}\nspec:\n  a: {value}\n"
        )
    }

    fn diff(old: &str, new: &str) -> DocumentDiff {
        let [old, new] = [old, new].map(|it| [Manifest::new("a.yaml", it.as_bytes())]);
        documents(&old, &new, &Limits::default()).unwrap()
    }

    fn changed(diff: &DocumentDiff) -> Vec<String> {
        diff.objects.changed.iter().map(|it| it.object.to_string()).collect()
    }

    #[test]
    fn identical_files_are_not_read() {
        let text = object("a", 1) + "---\n# nothing\n" + &object("b", 1) + "---\n{no: [yaml\n";
        let diff = diff(&text, &text);
        assert_eq!((diff.read, diff.objects.unchanged), (0, 3));
        assert!(diff.objects.is_empty());
    }

    #[test]
    fn only_documents_that_differ_are_read() {
        let old = [object("a", 1), object("b", 1), object("c", 1)].concat();
        let new = [object("c", 1), object("b", 2), object("a", 1)].concat();
        let diff = diff(&old, &new);
        assert_eq!((diff.read, diff.objects.unchanged), (2, 2));
        assert_eq!(changed(&diff), ["Thing/default/b"]);
    }

    #[test]
    fn an_identical_document_is_read_where_another_one_holds_the_same_object() {
        let old = [object("a", 1), object("b", 1)].concat();
        let new = [object("a", 1), object("b", 1), object("a", 2)].concat();
        let diff = diff(&old, &new);
        assert_eq!(changed(&diff), ["Thing/default/a"]);
        assert_eq!((diff.read, diff.objects.unchanged), (3, 1));
        assert_eq!(diff.problems.len(), 1);
    }

    #[test]
    fn identical_documents_in_another_order_may_make_a_difference() {
        let old = [object("a", 1), object("a", 2)].concat();
        let new = [object("a", 2), object("a", 1)].concat();
        assert_eq!(changed(&diff(&old, &new)), ["Thing/default/a"]);
    }

    #[test]
    fn an_identical_document_that_does_not_show_its_object_is_read() {
        let list = "---\n{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Thing, \
                    metadata: {name: a}}]}\n";
        let diff = diff(list, &(list.to_owned() + &object("a", 1)));
        assert_eq!(changed(&diff), ["Thing/default/a"]);
    }

    #[test]
    fn an_identical_definition_still_says_where_objects_live() {
        let definition = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata:\n  name: wholes.example.com\n\
             spec: {group: example.com, scope: Cluster, names: {kind: Whole}}\n";
        let whole = |version: u8| {
            format!("---\napiVersion: example.com/v{version}\nkind: Whole\nmetadata:\n  name: a\n")
        };
        let diff = diff(&(definition.to_owned() + &whole(1)), &(whole(2) + definition));
        assert_eq!(changed(&diff), ["Whole/a"]);
    }

    #[test]
    fn several_files_count_as_one_and_the_later_one_wins() {
        let (first, second) = (object("a", 1), object("a", 2));
        let old = [Manifest::new("a.yaml", first.as_bytes())];
        let new =
            [Manifest::new("a.yaml", first.as_bytes()), Manifest::new("b.yaml", second.as_bytes())];
        let diff = documents(&old, &new, &Limits::default()).unwrap();
        assert_eq!(changed(&diff), ["Thing/default/a"]);
        assert_eq!(&*diff.problems[0].source, "b.yaml");
    }

    #[test]
    fn an_unreadable_document_is_an_error_that_names_its_file() {
        let old = [Manifest::new("1.1.0/a.yaml", b"a: [b\n")];
        let error = documents(&old, &[], &Limits::default()).unwrap_err();
        assert!(error.to_string().starts_with("cannot read 1.1.0/a.yaml: "), "{error}");
    }
}
