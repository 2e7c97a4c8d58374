//! The snapshot file.
//!
//! # Decisions
//! * It is one JSON object with each list and each object on a line of its own, in the order of
//!   their keys: it can be compared, and evidence can name the line.
//! * It looks like no Kubernetes object and has no field `items`, so that `kubectl apply` refuses
//!   it: sealed values must never replace the real ones.
//! * **What the key means.** Equal secrets are known as equal only to who has the key, and `plan` has
//!   to compare those of the cluster with those of manifests. So the file holds the key, and who has
//!   the file can test guesses: a random password stays hidden, one from a list does not. It is
//!   written for its owner alone (mode 0600), and its note says so. A state that was read from a
//!   list of kubectl has a key that follows from the list; that one is not written.
//! * A secret value that is not sealed makes the file unusable, because it would be shown.
//! * The format is read as strictly as it is written. A reader of a newer format is a newer program.

use std::cell::Cell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::read::{documents_of, not_json, stored};
use super::seal::has_open_value;
use super::{Body, ClusterState, Listing, Origin, Seal, StateError};
use crate::manifest::read_node;
use crate::yaml::{self, Limits, Node, RawDocument, Syntax};

/// The format of snapshots that this program writes and reads.
pub const FORMAT: u64 = 1;

/// What a snapshot calls itself.
const KIND: &str = "KymaUpgradeSnapshot";

const NOTE: &str = "secret values are replaced by keyed digests; whoever has this file has the key, \
                    too, and can test guesses, so keep it to yourself";

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(default, borrow)]
    kind: Option<&'a RawValue>,
    #[serde(default)]
    format: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Head<'a> {
    kind: &'static str,
    format: u64,
    tool: &'static str,
    note: &'static str,
    origin: Option<&'a Origin>,
    kubernetes: Option<&'a str>,
    seal: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(rename = "format")]
    _format: u64,
    #[serde(rename = "tool")]
    _tool: String,
    #[serde(rename = "note")]
    _note: String,
    origin: Option<Origin>,
    kubernetes: Option<String>,
    seal: Option<String>,
    lists: Option<Vec<Listing>>,
    #[serde(borrow, rename = "items")]
    objects: Vec<&'a RawValue>,
}

/// The bytes of a snapshot.
pub(super) fn write(state: &ClusterState) -> Vec<u8> {
    let head = Head {
        kind: KIND,
        format: FORMAT,
        tool: concat!("kyma-upgrade ", env!("CARGO_PKG_VERSION")),
        note: NOTE,
        origin: state.origin.as_ref(),
        kubernetes: state.kubernetes.as_deref(),
        seal: state.seal.written_key(),
    };
    let head = json(&head);
    let lists = state.listings.as_ref().map(|it| lines(it.iter().map(json)));
    let objects = state.objects.values().map(|it| match &it.body {
        Body::Text(text) => text.to_string(),
        Body::Value(value) => value.to_string(),
    });
    let head = head.strip_suffix('}').unwrap_or(&head);
    let lists = lists.unwrap_or_else(|| "null".to_owned());
    format!("{head},\n\"lists\":{lists},\n\"items\":{}}}\n", lines(objects)).into_bytes()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a snapshot has only JSON types")
}

/// A JSON array with each value on a line.
fn lines(values: impl Iterator<Item = String>) -> String {
    format!("[\n{}\n]", values.collect::<Vec<_>>().join(",\n"))
}

/// Reads a document if it is a snapshot.
pub(super) fn read(
    file: &Arc<str>,
    document: &RawDocument<'_>,
    limits: &Limits,
) -> Option<Result<ClusterState, StateError>> {
    if document.syntax != Syntax::Json || !starts_as_snapshot(&document.text) {
        return None;
    }
    let outline = serde_json::from_str::<Outline>(&document.text);
    let outline = match outline {
        Ok(outline) => outline,
        Err(error) if error.classify() == Category::Data => return None,
        Err(error) => return Some(Err(not_json(file, document.line, &error))),
    };
    if outline.kind.is_none_or(|it| it.get().trim_matches('"') != KIND) {
        return None;
    }
    let format = outline.format.and_then(|it| it.as_u64()).unwrap_or_default();
    if FORMAT < format {
        return Some(Err(StateError::NewerFormat { file: file.clone(), format }));
    }
    Some(state(file, document, limits))
}

/// Whether the kind stands near the start, which spares going over files of other forms.
fn starts_as_snapshot(text: &str) -> bool {
    text.as_bytes().windows(KIND.len()).take(4096).any(|it| it == KIND.as_bytes())
}

fn state(
    file: &Arc<str>,
    document: &RawDocument<'_>,
    limits: &Limits,
) -> Result<ClusterState, StateError> {
    let damaged = |line, what| StateError::Damaged { file: file.clone(), line, what };
    let read: File = serde_json::from_str(&document.text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        damaged(line, "it has not the fields that it should have")
    })?;
    let key = read.seal.as_deref().map(Seal::of_written_key);
    let seal = match key {
        Some(key) => key.ok_or_else(|| damaged(1, "its key is none"))?,
        None => Seal::derived(document.text.as_bytes()),
    };
    let mut state = ClusterState::new(file, seal);
    state.origin = read.origin;
    state.kubernetes = read.kubernetes;
    state.listings = read.lists;
    for object in documents_of(document, &read.objects) {
        let node = yaml::parse(&object, limits);
        let node = node.map_err(|error| StateError::Yaml { file: file.clone(), error })?;
        let node = node.ok_or_else(|| damaged(object.line, "an object is null"))?;
        put(&mut state, node).map_err(|what| damaged(object.line, what))?;
    }
    Ok(state)
}

fn put(state: &mut ClusterState, node: Node) -> Result<(), &'static str> {
    let open = Cell::new(false);
    let check = |kind: &str, object: &mut Node| {
        open.set(open.get() || has_open_value(kind, object));
    };
    let reading = read_node(&state.source, node, &check);
    if open.get() {
        return Err("a secret value is not sealed");
    }
    if !reading.problems.is_empty() || reading.objects.is_empty() {
        return Err("an object lacks apiVersion, kind or name");
    }
    for object in reading.objects {
        let (key, stored) = stored(object, &state.seal);
        state.insert(key, stored);
    }
    Ok(())
}
