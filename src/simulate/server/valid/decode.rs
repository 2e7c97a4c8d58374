//! Values of the wrong type, which the server's decoder refuses.

use serde_json::Value;

use super::Invalid;
use crate::release::KubernetesVersion;
use crate::simulate::server::is_sealed;
use crate::simulate::server::quantity::{NotAQuantity, Quantity};
use crate::simulate::server::types::{Shape, fields};

/// The values in an object of the type `name` that are not of the type of their field.
pub(super) fn mismatches(
    name: &str,
    object: &Value,
    kubernetes: KubernetesVersion,
) -> Vec<Invalid> {
    let mut reader = Reader { kubernetes, path: Vec::new(), found: Vec::new() };
    reader.read_struct(name, object);
    reader.found
}

struct Reader {
    kubernetes: KubernetesVersion,
    path: Vec<String>,
    found: Vec<Invalid>,
}

impl Reader {
    fn tell(&mut self, why: &str) {
        self.found.push(Invalid::new(self.path.join("."), why));
    }

    fn read_struct(&mut self, name: &str, value: &Value) {
        let Value::Object(given) = value else { return self.tell("is no map") };
        let kubernetes = self.kubernetes;
        for field in fields(name).iter().filter(|it| it.is_known(kubernetes)) {
            if let Some(value) = given.get(field.name) {
                self.below(field.name.to_owned(), &field.shape, value);
            }
        }
    }

    fn below(&mut self, step: String, shape: &Shape, value: &Value) {
        if !value.is_null() {
            self.path.push(step);
            self.read(shape, value);
            self.path.pop();
        }
    }

    fn read(&mut self, shape: &Shape, value: &Value) {
        match shape {
            Shape::Pointer(inner) => self.read(inner, value),
            Shape::Struct(name) => self.read_struct(name, value),
            Shape::List(inner) => match value {
                Value::Array(items) => {
                    items
                        .iter()
                        .enumerate()
                        .for_each(|(n, it)| self.below(n.to_string(), inner, it));
                }
                _ => self.tell("is no list"),
            },
            Shape::Map(inner) => match value {
                Value::Object(entries) => {
                    entries.iter().for_each(|(key, it)| self.below(key.clone(), inner, it));
                }
                _ => self.tell("is no map"),
            },
            _ => {
                if let Some(why) = wrong_scalar(shape, value) {
                    self.tell(why);
                }
            }
        }
    }
}

fn wrong_scalar(shape: &Shape, value: &Value) -> Option<&'static str> {
    match (shape, value) {
        (Shape::Text | Shape::Time, Value::String(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Bool, Value::Bool(_))
        | (Shape::NumberOrText, Value::String(_) | Value::Number(_))
        | (Shape::Any | Shape::Loose(_), _) => None,
        (Shape::Quantity, Value::String(text)) => wrong_quantity(text),
        (Shape::Quantity, Value::Number(number)) => wrong_quantity(&number.to_string()),
        (Shape::Base64, Value::String(text)) => {
            (!is_sealed(text) && !is_base64(text)).then_some("is not base64")
        }
        (Shape::Text | Shape::Time | Shape::Base64, _) => Some("is no string: put it in quotes"),
        (Shape::Number, _) => Some("is no number"),
        (Shape::Bool, _) => Some("is neither true nor false"),
        (Shape::NumberOrText, _) => Some("is neither a number nor a string"),
        _ => Some("is not a quantity"),
    }
}

fn wrong_quantity(text: &str) -> Option<&'static str> {
    match text.trim().parse::<Quantity>() {
        Err(NotAQuantity::Malformed) => Some("is not a quantity such as 500m, 128Mi or 1.5"),
        _ => None,
    }
}

/// Base64 with padding, as Go reads it: line breaks may stand anywhere.
fn is_base64(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|it| !matches!(it, b'\r' | b'\n')).collect();
    let padding = digits.iter().rev().take_while(|it| **it == b'=').count();
    let data = &digits[..digits.len() - padding];
    let is_digit = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/');
    digits.len().is_multiple_of(4) && padding <= 2 && data.iter().all(is_digit)
}
