//! Answers of an API server to objects.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::read::{ListKind, array, documents_of, not_json, objects};
use super::{Seal, StateError, Stored};
use crate::manifest::{ObjectKey, Problem};
use crate::yaml::{self, Entry, Limits, Node, RawDocument, Syntax, Value};

/// One page of a list, its objects sealed.
#[derive(Debug)]
pub struct Page {
    /// Its objects.
    pub(super) objects: Vec<(ObjectKey, Stored)>,
    /// What of it is no proper object.
    pub(super) problems: Vec<Problem>,
    /// The token with which the next page is asked for; none on the last page.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(default, borrow)]
    items: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct ListMetadata {
    #[serde(rename = "continue", default)]
    next: Option<String>,
}

impl Page {
    /// Reads a page of objects of this API version and kind. The items need not say theirs, and what
    /// they say does not count: a list of metadata alone calls everything `PartialObjectMetadata`.
    ///
    /// # Errors
    /// When the text is no list in JSON.
    pub fn read(
        source: &str,
        text: &str,
        (api_version, kind): (&str, &str),
        seal: &Seal,
    ) -> Result<Self, StateError> {
        let file: Arc<str> = source.into();
        let answer: Answer =
            serde_json::from_str(text).map_err(|error| not_json(&file, 1, &error))?;
        let items = answer.items.map_or(Some(Vec::new()), |it| array(it.get()));
        let foreign =
            || StateError::Foreign { file: file.clone(), line: 1, what: "an unknown answer" };
        let items = items.ok_or_else(foreign)?;
        let next = answer.metadata.next.filter(|it| !it.is_empty());
        let mut page = Self { objects: Vec::new(), problems: Vec::new(), next };
        let list = ListKind { api_version, kind: &format!("{kind}List") };
        let document = RawDocument { text: text.into(), line: 1, syntax: Syntax::Json };
        for item in documents_of(&document, &items) {
            let node = yaml::parse(&item, &Limits::default());
            let node = node.map_err(|error| StateError::Yaml { file: file.clone(), error })?;
            page.objects(&file, list.around(untyped(node.ok_or_else(foreign)?)), seal);
        }
        Ok(page)
    }

    fn objects(&mut self, file: &Arc<str>, node: Node, seal: &Seal) {
        let (objects, problems) = objects(file, node, seal);
        // The lines of an answer that nobody keeps are no evidence.
        let objects = objects.into_iter().map(|(key, it)| (key, Stored { line: None, ..it }));
        self.objects.extend(objects);
        self.problems.extend(problems);
    }

    /// How many objects it has.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

/// An item without what it says about its kind.
fn untyped(mut item: Node) -> Node {
    if let Value::Mapping(entries) = &mut item.value {
        entries.retain(|it: &Entry| it.key != "apiVersion" && it.key != "kind");
    }
    item
}
