//! Keyed digests in place of secret values.
//!
//! # Decisions
//! * What is secret is decided where manifests withhold values (`manifest::redact`), and nowhere
//!   else. Here a withheld value only becomes a text.
//! * The text is `(sealed:HEX)`, with an HMAC-SHA-256 over the sha-256 of the value. Under one key,
//!   two are equal exactly if the values were equal. Without the key nobody can test a guess.
//! * The copy of an object that kubectl keeps in an annotation is sealed by the same rule and written
//!   again as kubectl writes it, because the text of that annotation decides whether kubectl finds a
//!   difference. A copy that was not exactly what kubectl writes does not become it: it loses the
//!   line break at its end.
//! * A seal shows no key when it is printed for debugging.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use sha2::{Digest as _, Sha256};

use crate::manifest::{LAST_APPLIED, withhold};
use crate::simulate::merge::go_json;
use crate::yaml::{self, Digest, Limits, Nature, Node, RawDocument, Syntax, Value};

/// The start and the end of a sealed text.
const SEALED: (&str, &str) = ("(sealed:", ")");

/// The key with which the secret values of one state are sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    key: [u8; 32],
    is_random: bool,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(secret)")
    }
}

impl Seal {
    /// A seal with a random key. A snapshot with it holds the key.
    pub fn random(key: [u8; 32]) -> Self {
        Self { key, is_random: true }
    }

    /// A seal with a key that follows from the bytes of a file. It is never written.
    pub fn derived(bytes: &[u8]) -> Self {
        let key = Sha256::new().chain_update(b"kyma-upgrade state\0").chain_update(bytes);
        Self { key: key.finalize().into(), is_random: false }
    }

    /// A value as JSON, with each secret value that was withheld as `(sealed:HEX)`.
    pub fn value(&self, node: &Node) -> serde_json::Value {
        serde_json::to_value(Sealed { seal: self, node }).expect("keys and values are JSON's own")
    }

    /// The same as a text of JSON without spaces.
    pub(super) fn text(&self, node: &Node) -> String {
        serde_json::to_string(&Sealed { seal: self, node }).expect("keys and values are JSON's own")
    }

    /// The key in hexadecimal digits, if a snapshot may hold it.
    pub(super) fn written_key(&self) -> Option<String> {
        self.is_random.then(|| hex(&self.key))
    }

    /// The seal with a key that a snapshot holds.
    pub(super) fn of_written_key(digits: &str) -> Option<Self> {
        let mut key = [0; 32];
        if digits.len() != 2 * key.len() || !digits.is_ascii() {
            return None;
        }
        for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
        }
        Some(Self::random(key))
    }

    fn digest(&self, digest: &Digest) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key may have any length");
        mac.update(digest.sha256());
        // A text that is no base64 where base64 has to be is not the same as the text itself.
        mac.update(&[u8::from(digest.nature() == Nature::Malformed)]);
        format!("{}{}{}", SEALED.0, hex(&mac.finalize().into_bytes()), SEALED.1)
    }

    /// Withholds the secret values of an object, and seals those in the copy that kubectl keeps.
    pub(super) fn withhold(&self, kind: &str, object: &mut Node) {
        let copy = take_copy(object);
        withhold(kind, object);
        if let (Some(copy), Some(place)) = (copy, last_applied(object)) {
            *place = Value::String(self.copy(kind, copy));
        }
    }

    /// The text of kubectl's copy with its secret values sealed.
    fn copy(&self, kind: &str, text: String) -> String {
        let Some(mut node) = json_object(&text) else {
            // Not what kubectl writes, so nobody knows what in it is secret.
            return self.digest(&Digest::of(text.as_bytes()));
        };
        let is_kubectls = is_written_by_kubectl(&node, &text);
        withhold(kind, &mut node);
        if !has_withheld(&node) {
            return text;
        }
        let end = if is_kubectls { "\n" } else { "" };
        go_json::text(&self.value(&node)) + end
    }
}

/// Whether a text stands for a secret value.
pub fn is_sealed(text: &str) -> bool {
    let digits = text.strip_prefix(SEALED.0).and_then(|it| it.strip_suffix(SEALED.1));
    digits.is_some_and(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Whether an object of a snapshot has a secret value that is not sealed.
pub(super) fn has_open_value(kind: &str, object: &Node) -> bool {
    let mut object = object.clone();
    let copy = take_copy(&mut object);
    is_open(kind, object)
        || copy.is_some_and(|text| match json_object(&text) {
            Some(copy) => is_open(kind, copy),
            None => !is_sealed(&text),
        })
}

/// Whether anything is left to withhold once the sealed values are gone.
fn is_open(kind: &str, mut object: Node) -> bool {
    drop_sealed(&mut object);
    withhold(kind, &mut object);
    has_withheld(&object)
}

fn drop_sealed(node: &mut Node) {
    match &mut node.value {
        Value::String(text) if is_sealed(text) => node.value = Value::Null,
        Value::Sequence(items) => items.iter_mut().for_each(drop_sealed),
        Value::Mapping(entries) => entries.iter_mut().for_each(|it| drop_sealed(&mut it.node)),
        _ => {}
    }
}

/// A value as reports print it: `(secret)` in place of each text that stands for a secret value.
pub fn shown(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) if is_sealed(text) => "(secret)".into(),
        serde_json::Value::Array(items) => items.iter().map(shown).collect(),
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(key, it)| (key.clone(), shown(it))).collect()
        }
        other => other.clone(),
    }
}

/// A node as JSON with its withheld values sealed.
struct Sealed<'a> {
    seal: &'a Seal,
    node: &'a Node,
}

impl Serialize for Sealed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let below = |node| Sealed { seal: self.seal, node };
        match &self.node.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Redacted(digest) => serializer.serialize_str(&self.seal.digest(digest)),
            Value::Sequence(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&below(item))?;
                }
                list.end()
            }
            Value::Mapping(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for entry in entries {
                    map.serialize_entry(&entry.key, &below(&entry.node))?;
                }
                map.end()
            }
        }
    }
}

/// Where kubectl's copy stands in an object.
fn last_applied(object: &mut Node) -> Option<&mut Value> {
    let annotations = child(child(object, "metadata")?, "annotations")?;
    Some(&mut child(annotations, LAST_APPLIED)?.value)
}

/// Takes the text of kubectl's copy out of an object, and leaves its place empty.
fn take_copy(object: &mut Node) -> Option<String> {
    match std::mem::replace(last_applied(object)?, Value::Null) {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn child<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.iter_mut().find(|it| it.key == key).map(|it| &mut it.node)
        }
        _ => None,
    }
}

fn json_object(text: &str) -> Option<Node> {
    let document = RawDocument { text: text.into(), line: 1, syntax: Syntax::Json };
    let node = yaml::parse(&document, &Limits::default()).ok()??;
    matches!(node.value, Value::Mapping(_)).then_some(node)
}

fn has_withheld(node: &Node) -> bool {
    match &node.value {
        Value::Redacted(_) => true,
        Value::Sequence(items) => items.iter().any(has_withheld),
        Value::Mapping(entries) => entries.iter().any(|it| has_withheld(&it.node)),
        _ => false,
    }
}

fn is_written_by_kubectl(node: &Node, text: &str) -> bool {
    text.strip_suffix('\n').is_some_and(|it| it == go_json::text(&node.to_json()))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests;
