//! Reading an object into the shape of its type, and writing it again: what the server's decoder
//! drops, and what its encoder adds and leaves out.
//!
//! # Decisions
//! * In between stands a *plain* object: no unknown field, no null, no empty list or map, no zero
//!   where a zero means absent; every struct that is no pointer is there. Defaults work on it.
//! * A value of the wrong type is kept as it is: [`super::valid`] tells of it.

use serde_json::{Map, Value};

use super::quantity::{self, Quantity};
use super::types::{Field, Shape, fields};
use crate::release::KubernetesVersion;

/// The plain form of a value that has the type `name`.
pub(super) fn plain(name: &str, value: Value, kubernetes: KubernetesVersion) -> Value {
    let Value::Object(mut given) = value else { return value };
    let mut kept = Map::new();
    for field in fields(name).iter().filter(|it| it.is_known(kubernetes)) {
        let value = given.remove(field.name).unwrap_or(Value::Null);
        if let Some(value) = plain_field(&field.shape, value, kubernetes) {
            kept.insert(field.name.to_owned(), value);
        }
    }
    Value::Object(kept)
}

fn plain_field(shape: &Shape, value: Value, kubernetes: KubernetesVersion) -> Option<Value> {
    let value = match (shape, value) {
        (Shape::Struct(name), Value::Null) => {
            return Some(plain(name, Value::Object(Map::new()), kubernetes));
        }
        (Shape::Quantity, Value::Null) => return Some(Value::from("0")),
        (_, Value::Null) => return None,
        (Shape::Pointer(inner), value) => return Some(plain_value(inner, value, kubernetes)),
        (_, value) => plain_value(shape, value, kubernetes),
    };
    let kept =
        matches!(shape, Shape::Struct(_) | Shape::Quantity | Shape::Any) || !is_empty(&value);
    kept.then_some(value)
}

/// Whether a value is what an absent one is read as.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
    }
}

fn plain_value(shape: &Shape, value: Value, kubernetes: KubernetesVersion) -> Value {
    match (shape, value) {
        (Shape::Struct(name), value) => plain(name, value, kubernetes),
        (Shape::List(inner), Value::Array(items)) => {
            let item = |it| plain_item(inner, it, kubernetes);
            Value::Array(items.into_iter().map(item).collect())
        }
        (Shape::Map(inner), Value::Object(entries)) => {
            let entry = |(key, it)| (key, plain_entry(inner, it, kubernetes));
            Value::Object(entries.into_iter().map(entry).collect())
        }
        (Shape::Loose(name), value) => plain_loose(name, value, kubernetes),
        (Shape::Quantity, value) => canonical_quantity(value),
        (Shape::Number, Value::Number(number)) => whole(number),
        (_, value) => value,
    }
}

/// An item of a list or a map; null is read as the zero of its type.
fn plain_item(shape: &Shape, value: Value, kubernetes: KubernetesVersion) -> Value {
    match value {
        Value::Null => zero(shape, kubernetes),
        value => plain_value(shape, value, kubernetes),
    }
}

/// An entry of a map. The quantities of resource lists are rounded up to thousandths.
fn plain_entry(shape: &Shape, value: Value, kubernetes: KubernetesVersion) -> Value {
    let value = plain_item(shape, value, kubernetes);
    match (shape, &value) {
        (Shape::Quantity, Value::String(text)) => text.parse().map_or(value, |mut it: Quantity| {
            it.round_up(-3);
            Value::from(it.to_string())
        }),
        _ => value,
    }
}

fn plain_loose(name: &str, value: Value, kubernetes: KubernetesVersion) -> Value {
    match value {
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|it| plain(name, it, kubernetes)).collect())
        }
        value => plain(name, value, kubernetes),
    }
}

fn canonical_quantity(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(quantity::canonical(&text)),
        Value::Number(number) => Value::from(quantity::canonical(&number.to_string())),
        value => value,
    }
}

/// 1.0 is 1.
fn whole(number: serde_json::Number) -> Value {
    let text = number.to_string();
    match text.strip_suffix(".0").and_then(|it| it.parse::<i64>().ok()) {
        Some(whole) => Value::from(whole),
        None => Value::Number(number),
    }
}

fn zero(shape: &Shape, kubernetes: KubernetesVersion) -> Value {
    match shape {
        Shape::Text => Value::from(""),
        Shape::Number | Shape::NumberOrText => Value::from(0),
        Shape::Bool => Value::from(false),
        Shape::Quantity => Value::from("0"),
        Shape::Struct(name) => plain(name, Value::Object(Map::new()), kubernetes),
        _ => Value::Null,
    }
}

/// Fills absent fields with their defaults, and lets `more` do the rest, struct by struct from the
/// inside out.
pub(super) fn fill(name: &str, value: &mut Value, kubernetes: KubernetesVersion, more: Defaults) {
    let Value::Object(given) = value else { return };
    for field in fields(name).iter().filter(|it| it.is_known(kubernetes)) {
        default(given, field);
        if let Some(value) = given.get_mut(field.name) {
            fill_value(&field.shape, value, kubernetes, more);
        }
    }
    more(name, given, kubernetes);
}

/// What sets the defaults of a type that depend on more than one field.
pub(super) type Defaults = fn(&str, &mut Map<String, Value>, KubernetesVersion);

fn default(given: &mut Map<String, Value>, field: &Field) {
    if let Some(default) = &field.default
        && !given.contains_key(field.name)
    {
        given.insert(field.name.to_owned(), default.clone());
    }
}

fn fill_value(shape: &Shape, value: &mut Value, kubernetes: KubernetesVersion, more: Defaults) {
    match (shape, value) {
        (Shape::Struct(name) | Shape::Loose(name), value @ Value::Object(_)) => {
            fill(name, value, kubernetes, more);
        }
        (Shape::Pointer(inner), value) => fill_value(inner, value, kubernetes, more),
        (Shape::List(inner), Value::Array(items)) => {
            for it in items {
                fill_value(inner, it, kubernetes, more);
            }
        }
        (Shape::Map(inner), Value::Object(entries)) => {
            for it in entries.values_mut() {
                fill_value(inner, it, kubernetes, more);
            }
        }
        _ => {}
    }
}

/// Writes what the encoder writes for fields that are empty.
pub(super) fn write(name: &str, value: &mut Value, kubernetes: KubernetesVersion) {
    let Value::Object(given) = value else { return };
    for field in fields(name).iter().filter(|it| it.is_known(kubernetes)) {
        match given.get_mut(field.name) {
            Some(value) => write_value(&field.shape, value, kubernetes),
            None if field.always || field.shape == Shape::Time => {
                given.insert(field.name.to_owned(), zero(&field.shape, kubernetes));
            }
            None => {}
        }
    }
}

fn write_value(shape: &Shape, value: &mut Value, kubernetes: KubernetesVersion) {
    match (shape, value) {
        (Shape::Struct(name) | Shape::Loose(name), value @ Value::Object(_)) => {
            write(name, value, kubernetes);
        }
        (Shape::Loose(name), Value::Array(items)) => {
            for it in items {
                write(name, it, kubernetes);
            }
        }
        (Shape::Pointer(inner), value) => write_value(inner, value, kubernetes),
        (Shape::List(inner), Value::Array(items)) => {
            for it in items {
                write_value(inner, it, kubernetes);
            }
        }
        (Shape::Map(inner), Value::Object(entries)) => {
            for it in entries.values_mut() {
                write_value(inner, it, kubernetes);
            }
        }
        _ => {}
    }
}
