//! The strategic merge patch, for kinds whose types are known.
//!
//! As `k8s.io/apimachinery/pkg/util/strategicpatch` 1.20.2 does it. A patch is made in two halves,
//! what the manifest changes in the live object and what it no longer has of the original, and the
//! first is merged into the second; the API server merges the whole into the live object by nearly
//! the same rules.

use serde_json::{Map, Value};

use super::types::Type;
use super::{MergeError, Trouble};

mod apply;
mod compare;
mod items;
mod lists;
mod order;

use apply::{At, Merger};
use compare::{Half, Place};

/// The name of a key that says what to do with the object that it stands in.
const DIRECTIVE: &str = "$patch";
/// The key that lists the keys of an object that stay.
const RETAIN_KEYS: &str = "$retainKeys";
/// The start of a key that lists which scalars a list loses; `/` and the list's name follow.
const DELETE_FROM: &str = "$deleteFromPrimitiveList";
/// The start of a key that gives the order of a list; `/` and the list's name follow.
const SET_ORDER: &str = "$setElementOrder";

/// The patch from what the manifest changes in `live` and what it no longer has of `original`.
pub(super) fn patch(
    ty: &'static Type,
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    live: &Map<String, Value>,
) -> Result<Map<String, Value>, MergeError> {
    let place = Place { ty, retain_keys: false };
    let changes = compare::objects(Half::Changes, place, live, modified)?;
    let deletions = compare::objects(Half::Deletions, place, original, modified)?;
    Merger { at: At::Client }.objects(deletions, changes, ty)
}

/// What the API server makes of the live object.
pub(super) fn apply(
    ty: &'static Type,
    live: Map<String, Value>,
    patch: Map<String, Value>,
) -> Result<Map<String, Value>, MergeError> {
    Merger { at: At::Server }.objects(live, patch, ty)
}

/// The type of a value as Go tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Null,
    Bool,
    Integer,
    Float,
    Text,
    List,
    Object,
}

impl Shape {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(number) if number.is_i64() => Self::Integer,
            Value::Number(_) => Self::Float,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }
}

/// The one shape that all items of the lists have.
fn shape_of_items(one: &[Value], other: &[Value]) -> Result<Shape, MergeError> {
    let mut shapes = one.iter().chain(other).map(Shape::of);
    let first = shapes.next().ok_or(Trouble::NoItems.here())?;
    match first {
        Shape::List => Err(Trouble::ListOfLists.here()),
        Shape::Null => Err(Trouble::MixedItems.here()),
        _ if shapes.any(|it| it != first) => Err(Trouble::MixedItems.here()),
        _ => Ok(first),
    }
}
