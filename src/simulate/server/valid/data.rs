//! The keys and the size of `ConfigMap`s and Secrets.

use serde_json::{Map, Value};

use super::Invalid;
use crate::simulate::server::is_sealed;

/// The values of an object together, without the keys.
const LIMIT: usize = 1024 * 1024;

pub(super) fn check(object: &Map<String, Value>, found: &mut Vec<Invalid>) {
    let entries = |field: &str| object.get(field).and_then(Value::as_object);
    let is_secret = object.get("kind").is_some_and(|it| it == "Secret");
    let mut size = 0;
    for field in ["data", "binaryData"] {
        for (key, value) in entries(field).into_iter().flatten() {
            size += length(value, is_secret || field == "binaryData");
            if !is_key(key) {
                found.push(Invalid::new(format!("{field}.{key}"), KEY));
            }
        }
    }
    let binary = entries("binaryData").into_iter().flat_map(Map::keys);
    for key in binary.filter(|it| entries("data").is_some_and(|data| data.contains_key(*it))) {
        found.push(Invalid::new(format!("binaryData.{key}"), "stands in data, too"));
    }
    if size > LIMIT {
        let why = format!("holds {size} bytes, more than the limit of {LIMIT}");
        found.push(Invalid::new("data", why));
    }
}

const KEY: &str =
    "the key may hold letters, digits, -, _ and . only, 253 at most, and may not start with ..";

fn is_key(text: &str) -> bool {
    let char = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(char)
        && text != "."
        && !text.starts_with("..")
}

/// The bytes that a value stands for. The length of a sealed one is not known.
fn length(value: &Value, is_base64: bool) -> usize {
    let text = value.as_str().unwrap_or_default();
    if is_sealed(text) {
        return 0;
    }
    if !is_base64 {
        return text.len();
    }
    let digits = text.bytes().filter(|it| !matches!(it, b'=' | b'\r' | b'\n')).count();
    digits * 3 / 4
}
