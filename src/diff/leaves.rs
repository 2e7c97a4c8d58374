//! The content of an object as a set of weighted leaves.

use std::borrow::Cow;

use super::lists::hash;
use crate::manifest::Object;
use crate::yaml::{Node, Value};

/// A leaf of an object: a path with a value, or a line of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Leaf {
    /// Equal for equal leaves, whatever object they are of.
    pub(super) hash: u64,
    /// How much the leaf says: more the longer it is.
    pub(super) weight: u64,
    /// Whether it is content, and no label or annotation.
    pub(super) is_content: bool,
}

/// The leaves of an object, each once. Neither its name nor its namespace is among them.
pub(super) fn leaves(object: &Object) -> Vec<Leaf> {
    let mut collector = Collector { name: &object.key.name, leaves: Vec::new() };
    for entry in object.node.entries() {
        let path = hash(&entry.key);
        match entry.key.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => collector.metadata(path, &entry.node),
            "data" | "stringData" | "binaryData" => collector.data(path, &entry.node),
            _ => collector.node(path, &entry.node),
        }
    }
    collector.leaves.sort_unstable();
    collector.leaves.dedup();
    collector.leaves
}

struct Collector<'a> {
    name: &'a str,
    leaves: Vec<Leaf>,
}

impl Collector<'_> {
    fn metadata(&mut self, path: u64, metadata: &Node) {
        let first = self.leaves.len();
        for entry in metadata.entries() {
            if !matches!(entry.key.as_str(), "name" | "namespace") {
                self.node(hash(&(path, &entry.key)), &entry.node);
            }
        }
        for leaf in &mut self.leaves[first..] {
            leaf.weight = 1;
            leaf.is_content = false;
        }
    }

    /// The keys of data are chosen by people, so they say something by themselves.
    fn data(&mut self, path: u64, data: &Node) {
        for entry in data.entries() {
            self.text(path, &entry.key);
            self.node(hash(&(path, &entry.key)), &entry.node);
        }
    }

    fn node(&mut self, path: u64, node: &Node) {
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|it| self.node(path, it)),
            Value::Mapping(entries) => {
                for entry in entries {
                    self.node(hash(&(path, &entry.key)), &entry.node);
                }
            }
            Value::String(text) => {
                for line in text.trim().lines() {
                    self.text(path, line.trim());
                }
            }
            Value::Number(number) => self.text(path, &number.to_string()),
            Value::Bool(bool) => self.text(path, if *bool { "true" } else { "false" }),
            Value::Null | Value::Redacted(_) => self.text(path, ""),
        }
    }

    fn text(&mut self, path: u64, text: &str) {
        self.leaves.push(Leaf {
            hash: hash(&(path, unnamed(text, self.name))),
            weight: 1 + u64::try_from(text.len().min(32) / 4).unwrap_or(8),
            is_content: true,
        });
    }
}

/// A text with a placeholder for the name of the object, where that stands as a word.
fn unnamed<'a>(text: &'a str, name: &str) -> Cow<'a, str> {
    let mut rest = text;
    let mut whole = String::new();
    while let Some(at) = rest.find(name).filter(|_| !name.is_empty()) {
        let (before, behind) = (&rest[..at], &rest[at + name.len()..]);
        let is_word =
            !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        whole.push_str(before);
        whole.push_str(if is_word { "\0" } else { name });
        rest = behind;
    }
    if whole.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(whole + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_where_it_is_a_word() {
        assert_eq!(unnamed("web", "web"), "\0");
        assert_eq!(unnamed("http://web.web-system/web2", "web"), "http://\0.\0-system/web2");
        assert_eq!(unnamed("cobweb", "web"), "cobweb");
        assert_eq!(unnamed("", "web"), "");
        assert_eq!(unnamed("web", ""), "web");
    }
}
