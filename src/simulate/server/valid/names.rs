//! Names, labels and annotations.

use serde_json::{Map, Value};

use super::{Invalid, text};

const LABEL_LENGTH: usize = 63;
const NAME_LENGTH: usize = 253;
/// All annotations of an object together.
const ANNOTATIONS: usize = 256 * 1024;

pub(super) fn metadata(kind: &str, object: &Map<String, Value>, found: &mut Vec<Invalid>) {
    let metadata = object.get("metadata").unwrap_or(&Value::Null);
    let name = text(metadata, "name");
    // The server makes up the name of a LimitRange that has none.
    let needs_name = text(metadata, "generateName").is_empty() && kind != "LimitRange";
    if name.is_empty() && needs_name {
        found.push(Invalid::new("metadata.name", "is missing"));
    } else if !name.is_empty()
        && let Some(why) = wrong_name(kind, name, object)
    {
        found.push(Invalid::new("metadata.name", why));
    }
    let namespace = text(metadata, "namespace");
    if !namespace.is_empty() && !is_label(namespace) {
        found.push(Invalid::new("metadata.namespace", LABEL));
    }
    labels("metadata", metadata, found);
    annotations("metadata", metadata, found);
}

const LABEL: &str = "is no DNS label: at most 63 lower-case letters, digits and -, with a letter or digit at both ends";
const SUBDOMAIN: &str = "is no DNS subdomain: at most 253 lower-case letters, digits, - and ., with a letter or digit at both ends of each part";
const SERVICE: &str = "is no name of a Service: at most 63 lower-case letters, digits and -, with a letter first and a letter or digit last";
const SEGMENT: &str = "may not be . or .. nor hold / or %";

fn wrong_name(kind: &str, name: &str, object: &Map<String, Value>) -> Option<String> {
    let (fine, why) = match kind {
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
            (is_segment(name), SEGMENT)
        }
        "Namespace" => (is_label(name), LABEL),
        "Service" => (is_label(name) && !name.starts_with(|c: char| c.is_ascii_digit()), SERVICE),
        "APIService" => return None,
        "CustomResourceDefinition" => return wrong_definition(name, object),
        _ => (is_subdomain(name), SUBDOMAIN),
    };
    (!fine).then(|| why.to_owned())
}

fn wrong_definition(name: &str, object: &Map<String, Value>) -> Option<String> {
    let spec = object.get("spec")?;
    let plural = text(spec.get("names")?, "plural");
    let wanted = format!("{plural}.{}", text(spec, "group"));
    (name != wanted).then(|| format!("has to be spec.names.plural and spec.group: {wanted}"))
}

/// A DNS-1123 label.
pub(super) fn is_label(text: &str) -> bool {
    let inner = |it: &u8| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let closed = ends.iter().all(|it| it.is_some_and(|it| *it != b'-'));
    text.len() <= LABEL_LENGTH && closed && bytes.iter().all(inner)
}

/// A DNS-1123 subdomain. Its parts may be longer than labels.
fn is_subdomain(text: &str) -> bool {
    let part = |it: &str| {
        let chars = it.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        !it.is_empty() && chars && !it.starts_with('-') && !it.ends_with('-')
    };
    text.len() <= NAME_LENGTH && text.split('.').all(part)
}

fn is_segment(text: &str) -> bool {
    text != "." && text != ".." && !text.contains(['/', '%'])
}

/// The name part of a key, or the value of a label.
fn is_word(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let end = |it: Option<&u8>| it.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    text.len() <= LABEL_LENGTH && text.bytes().all(inner) && end(bytes.first()) && end(bytes.last())
}

/// `name` or `prefix/name`.
fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_word(name),
        None => is_word(text),
    }
}

const KEY: &str = "the key is no label key: at most 63 letters, digits, -, _ and ., with a letter or digit at both ends, and perhaps a domain and / before it";
const VALUE: &str = "is no label value: at most 63 letters, digits, -, _ and ., with a letter or digit at both ends";

/// The labels in the metadata that stands at `path`.
pub(super) fn labels(path: &str, metadata: &Value, found: &mut Vec<Invalid>) {
    let labels = metadata.get("labels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flatten() {
        let at = format!("{path}.labels.{key}");
        if !is_key(key) {
            found.push(Invalid::new(at.clone(), KEY));
        }
        let value = value.as_str().unwrap_or_default();
        if !value.is_empty() && !is_word(value) {
            found.push(Invalid::new(at, VALUE));
        }
    }
}

fn annotations(path: &str, metadata: &Value, found: &mut Vec<Invalid>) {
    let annotations = metadata.get("annotations").and_then(Value::as_object);
    let mut size = 0;
    for (key, value) in annotations.into_iter().flatten() {
        size += key.len() + value.as_str().map_or(0, str::len);
        if !is_key(&key.to_lowercase()) {
            found.push(Invalid::new(format!("{path}.annotations.{key}"), KEY));
        }
    }
    if size > ANNOTATIONS {
        let why = format!("are {size} bytes, more than the limit of {ANNOTATIONS}");
        found.push(Invalid::new(format!("{path}.annotations"), why));
    }
}
