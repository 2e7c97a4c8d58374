//! Files of kubectl to objects.
//!
//! # Decisions
//! * A list is read item by item, so that there is never a tree of more than one object. In JSON
//!   the ends of the items are found without making values of them.
//! * What is no object beside objects is told as a problem. A file without any object is an error
//!   that says what the file is.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::coverage::listings_of;
use super::error::{recognise, recognise_bytes};
use super::{Body, ClusterState, Seal, StateError, Stored, helm, snapshot, yaml_list};
use crate::manifest::{Object, ObjectKey, Problem, read_node};
use crate::yaml::{self, Entry, Limits, Node, RawDocument, Syntax, Value};

/// Reads a file of any form.
pub(super) fn read(
    source: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<ClusterState, StateError> {
    let file: Arc<str> = source.into();
    if let Some(what) = recognise_bytes(bytes) {
        return Err(StateError::Foreign { file, line: 1, what });
    }
    let documents = yaml::split(bytes);
    let documents = documents.map_err(|error| StateError::Yaml { file: file.clone(), error })?;
    if let [document] = &documents[..]
        && let Some(state) = snapshot::read(&file, document, limits)
    {
        return state;
    }
    let mut reader = Reader::new(ClusterState::new(source, Seal::derived(bytes)), limits);
    for document in &documents {
        match document.syntax {
            Syntax::Json => reader.json(document)?,
            Syntax::Yaml => reader.yaml(document)?,
        }
    }
    reader.finish()
}

/// The fields by which a list is known.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(rename = "apiVersion", default, borrow)]
    api_version: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    items: Option<&'a RawValue>,
}

/// The kind of a list whose items need not say theirs.
pub(super) struct ListKind<'a> {
    /// The `apiVersion` of list and items.
    pub(super) api_version: &'a str,
    /// The kind of the list.
    pub(super) kind: &'a str,
}

/// Collects the objects of a file.
struct Reader<'a> {
    state: ClusterState,
    limits: &'a Limits,
    /// What the first thing was that is no object, while there is no object.
    foreign: Option<(u32, &'static str)>,
}

impl<'a> Reader<'a> {
    fn new(state: ClusterState, limits: &'a Limits) -> Self {
        Self { state, limits, foreign: None }
    }

    fn finish(mut self) -> Result<ClusterState, StateError> {
        let file = self.state.source.clone();
        match self.foreign {
            Some((line, what)) if self.state.is_empty() => {
                Err(StateError::Foreign { file, line, what })
            }
            None if self.state.is_empty() => Err(StateError::Empty { file }),
            _ => {
                self.state.listings = Some(listings_of(self.state.keys()));
                Ok(self.state)
            }
        }
    }

    fn json(&mut self, document: &RawDocument<'_>) -> Result<(), StateError> {
        let outline = match serde_json::from_str::<Outline>(&document.text) {
            Ok(outline) => outline,
            Err(error) if error.classify() == Category::Data => return self.whole(document),
            Err(error) => return Err(not_json(&self.state.source, document.line, &error)),
        };
        let items = outline.items.and_then(|it| array(it.get()));
        let Some(items) = items else {
            return self.whole(document);
        };
        if items.is_empty() {
            self.foreign.get_or_insert((document.line, "a list without objects"));
        }
        let kind = outline.kind.as_deref().filter(|it| *it != "List" && !it.is_empty());
        let list = kind.map(|kind| {
            let api_version = outline.api_version.as_deref().unwrap_or_default();
            ListKind { api_version, kind }
        });
        for item in documents_of(document, &items) {
            let node = self.parse(&item)?;
            self.value(match &list {
                Some(list) => list.around(node),
                None => node,
            });
        }
        Ok(())
    }

    fn yaml(&mut self, document: &RawDocument<'_>) -> Result<(), StateError> {
        let Some(items) = yaml_list::items(document, self.limits) else {
            return self.whole(document);
        };
        let empty = ClusterState::new(&self.state.source, self.state.seal.clone());
        let mut part = Reader::new(empty, self.limits);
        for item in items {
            match yaml::parse(&item, self.limits) {
                Ok(node) => part.value(node.unwrap_or_else(|| null(item.line))),
                // What looks like an item may be the middle of a text in quotes.
                Err(_) => return self.whole(document),
            }
        }
        for (key, stored) in part.state.objects {
            self.state.insert(key, stored);
        }
        self.state.problems.extend(part.state.problems);
        self.foreign = self.foreign.or(part.foreign);
        Ok(())
    }

    /// Reads a document at once.
    fn whole(&mut self, document: &RawDocument<'_>) -> Result<(), StateError> {
        if document.text.len() > self.limits.bytes {
            let what = "one value, larger than any object";
            self.foreign.get_or_insert((document.line, what));
            return Ok(());
        }
        let node = self.parse(document)?;
        self.value(node);
        Ok(())
    }

    fn parse(&self, document: &RawDocument<'_>) -> Result<Node, StateError> {
        match yaml::parse(document, self.limits) {
            Ok(node) => Ok(node.unwrap_or_else(|| null(document.line))),
            Err(error) => Err(StateError::Yaml { file: self.state.source.clone(), error }),
        }
    }

    fn value(&mut self, node: Node) {
        if self.state.is_empty() && self.foreign.is_none() {
            self.foreign = Some((node.line, recognise(&node)));
        }
        let (objects, problems) = objects(&self.state.source, node, &self.state.seal);
        for (key, stored) in objects {
            self.state.insert(key, stored);
        }
        self.state.problems.extend(problems);
    }
}

impl ListKind<'_> {
    /// A list of this kind with one item.
    pub(super) fn around(&self, item: Node) -> Node {
        let (line, column) = (item.line, item.column);
        let node = |value| Node { line, column, value };
        let entry =
            |key: &str, value| Entry { key: key.to_owned(), line, column, node: node(value) };
        node(Value::Mapping(vec![
            entry("apiVersion", Value::String(self.api_version.to_owned())),
            entry("kind", Value::String(self.kind.to_owned())),
            entry("items", Value::Sequence(vec![item])),
        ]))
    }
}

/// The objects of a value, sealed.
pub(super) fn objects(
    source: &Arc<str>,
    node: Node,
    seal: &Seal,
) -> (Vec<(ObjectKey, Stored)>, Vec<Problem>) {
    let withhold = |kind: &str, object: &mut Node| {
        drop_managed_fields(object);
        helm::drop_data(kind, object);
        seal.withhold(kind, object);
    };
    let reading = read_node(source, node, &withhold);
    (reading.objects.into_iter().map(|it| stored(it, seal)).collect(), reading.problems)
}

/// An object as it is kept.
pub(super) fn stored(object: Object, seal: &Seal) -> (ObjectKey, Stored) {
    let body = Body::Text(seal.text(&object.node).into());
    let line = Some(object.line());
    (key(object), Stored { line, body })
}

/// The key of an object of a cluster.
fn key(object: Object) -> ObjectKey {
    let ObjectKey { group, kind, namespace, name } = object.key;
    let named = object.node.get("metadata").and_then(|it| it.get("namespace"));
    let is_named = named.and_then(Node::as_str).is_some_and(|it| !it.is_empty());
    let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
    let namespace = namespace.filter(|_| is_named || !is_custom);
    ObjectKey { group, kind, namespace, name }
}

fn drop_managed_fields(object: &mut Node) {
    let Value::Mapping(entries) = &mut object.value else {
        return;
    };
    let metadata = entries.iter_mut().find(|it| it.key == "metadata");
    if let Some(Value::Mapping(entries)) = metadata.map(|it| &mut it.node.value) {
        entries.retain(|it| it.key != "managedFields");
    }
}

fn null(line: u32) -> Node {
    Node { line, column: 1, value: Value::Null }
}

/// The items of a JSON array, unread; none if the text is something else.
pub(super) fn array(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

/// Parts of a document as documents of their own, with their lines.
pub(super) fn documents_of<'a>(
    document: &'a RawDocument<'_>,
    parts: &'a [&'a RawValue],
) -> impl Iterator<Item = RawDocument<'a>> {
    let (mut at, mut line) = (0, document.line);
    parts.iter().map(move |part| {
        let start = part.get().as_ptr() as usize - document.text.as_ptr() as usize;
        line += lines(&document.text[at..start]);
        at = start;
        RawDocument { text: part.get().into(), line, syntax: Syntax::Json }
    })
}

/// How many lines end in a text.
pub(super) fn lines(text: &str) -> u32 {
    let breaks = text.bytes().filter(|it| *it == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX)
}

/// The error of a text that is no JSON. The words of the parser are left out, because they may
/// quote it.
pub(super) fn not_json(file: &Arc<str>, first: u32, error: &serde_json::Error) -> StateError {
    let file = file.clone();
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX).saturating_sub(1);
    let line = first.saturating_add(line);
    match error.classify() {
        Category::Eof => StateError::Truncated { file, line },
        _ => StateError::Json { file, line, column: error.column() },
    }
}
