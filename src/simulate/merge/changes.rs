//! What differs between two states of an object, field by field.
//!
//! # Decisions
//! * Paths read as those of [`crate::diff`]: `spec.containers[web].args[0]`.
//! * Items of a list are matched by the key that the API server merges by; in other lists by their
//!   `name`, `type`, `key` or `id` where it tells all items of both sides apart, else by content.
//! * Items that only moved are no change, but a list that has nothing else but another order is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::annotation::LAST_APPLIED;
use super::types::{self, Type};
use super::{Kubectl, Style, identity};

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where it is; ` (order)` follows if nothing but the order of a list differs.
    pub path: String,
    /// What was there, if anything.
    pub from: Option<Value>,
    /// What is there, if anything.
    pub to: Option<Value>,
}

/// The fields that differ, in the order of their keys. The annotation of kubectl is left out.
/// Values stand as they are, those of Secrets too.
pub fn changed_fields(before: &Value, after: &Value) -> Vec<FieldChange> {
    let (api_version, kind) = identity(after);
    let ty = match Kubectl::V1_32.style(api_version, kind) {
        Style::Strategic => types::of_kind(kind),
        Style::Json => &types::PLAIN,
    };
    let mut walk = Walk::default();
    walk.both("", before, after, ty);
    walk.changes
}

#[derive(Debug, Default)]
struct Walk {
    changes: Vec<FieldChange>,
}

/// What both sides have in one place.
type Sides<'v> = [Option<&'v Value>; 2];

impl Walk {
    fn both(&mut self, path: &str, before: &Value, after: &Value, ty: &'static Type) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => {
                let mut keys: BTreeMap<&String, Sides<'_>> = BTreeMap::new();
                before.iter().for_each(|(key, it)| keys.entry(key).or_default()[0] = Some(it));
                after.iter().for_each(|(key, it)| keys.entry(key).or_default()[1] = Some(it));
                for (key, sides) in keys {
                    self.field(path, key, sides, ty);
                }
            }
            _ if before == after => {}
            _ => self.change(path.to_owned(), [Some(before), Some(after)]),
        }
    }

    fn field(&mut self, path: &str, key: &str, sides: Sides<'_>, ty: &'static Type) {
        if path == "metadata.annotations" && key == LAST_APPLIED {
            return;
        }
        let path = inside(path, key);
        let field = ty.field(key);
        match sides {
            [Some(Value::Array(before)), Some(Value::Array(after))] => {
                self.list(&path, [before, after], field.merge_key, field.inner);
            }
            // Annotations that come or go as a whole may be kubectl's alone.
            _ if path == "metadata.annotations" => {
                let none = Value::Object(serde_json::Map::new());
                let [before, after] = sides.map(|it| it.unwrap_or(&none));
                self.both(&path, before, after, field.inner);
            }
            [Some(before), Some(after)] => self.both(&path, before, after, field.inner),
            _ => self.change(path, sides),
        }
    }

    fn list(
        &mut self,
        path: &str,
        lists: [&[Value]; 2],
        merge_key: Option<&str>,
        inner: &'static Type,
    ) {
        if lists[0] == lists[1] {
            return;
        }
        let count = self.changes.len();
        match keys(lists, merge_key) {
            Some(keys) => self.keyed(path, lists, &keys, inner),
            None => self.unkeyed(path, lists),
        }
        if self.changes.len() == count {
            let [before, after] = lists.map(|it| Value::from(it.to_vec()));
            self.change(format!("{path} (order)"), [Some(&before), Some(&after)]);
        }
    }

    fn keyed(
        &mut self,
        path: &str,
        lists: [&[Value]; 2],
        keys: &[Vec<String>; 2],
        inner: &'static Type,
    ) {
        let mut items: BTreeMap<&str, Sides<'_>> = BTreeMap::new();
        for side in [0, 1] {
            for (key, item) in keys[side].iter().zip(lists[side]) {
                items.entry(key).or_default()[side] = Some(item);
            }
        }
        for (key, sides) in items {
            let path = item_path(path, key);
            match sides {
                [Some(before), Some(after)] => self.both(&path, before, after, inner),
                _ => self.change(path, sides),
            }
        }
    }

    /// Leaves out the items that both lists have, and compares the others place by place.
    fn unkeyed(&mut self, path: &str, [before, after]: [&[Value]; 2]) {
        let mut places: BTreeMap<usize, Sides<'_>> = BTreeMap::new();
        let mut left: Vec<(usize, &Value)> = before.iter().enumerate().collect();
        for (place, item) in after.iter().enumerate() {
            match left.iter().position(|(_, it)| *it == item) {
                Some(twin) => drop(left.remove(twin)),
                None => places.entry(place).or_default()[1] = Some(item),
            }
        }
        for (place, item) in left {
            places.entry(place).or_default()[0] = Some(item);
        }
        for (place, sides) in places {
            self.change(format!("{path}[{place}]"), sides);
        }
    }

    fn change(&mut self, path: String, sides: Sides<'_>) {
        let [from, to] = sides.map(Option::<&Value>::cloned);
        self.changes.push(FieldChange { path, from, to });
    }
}

/// What tells the items apart where a merge key alone does not.
const SECOND: &[&str] = &["protocol", "whenUnsatisfiable", "address"];
/// What may tell items apart that have no merge key.
const UNTAGGED: &[&str] = &["name", "type", "key", "id"];

/// The keys of the items of both lists, if something tells all items of each list apart.
fn keys(lists: [&[Value]; 2], merge_key: Option<&str>) -> Option<[Vec<String>; 2]> {
    let with = |key: &[&str]| Some([unique(lists[0], key)?, unique(lists[1], key)?]);
    let Some(key) = merge_key.filter(|it| !it.is_empty()) else {
        return UNTAGGED.iter().find_map(|it| with(&[it]));
    };
    with(&[key]).or_else(|| SECOND.iter().find_map(|second| with(&[key, second])))
}

fn unique(items: &[Value], key: &[&str]) -> Option<Vec<String>> {
    let keys: Vec<String> = items.iter().map(|it| key_of(it, key)).collect::<Option<_>>()?;
    let mut sorted: Vec<&String> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|it| it[0] != it[1]).then_some(keys)
}

/// The key of an item; its first field has to be there.
fn key_of(item: &Value, key: &[&str]) -> Option<String> {
    item.get(key.first()?)?;
    let parts = key.iter().filter_map(|it| item.get(it)).map(|part| match part {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(part.to_string()),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn inside(path: &str, key: &str) -> String {
    match (is_plain(key, "-_"), path) {
        (false, _) => format!("{path}[{}]", Value::from(key)),
        (true, "") => key.to_owned(),
        (true, _) => format!("{path}.{key}"),
    }
}

fn item_path(path: &str, key: &str) -> String {
    if is_plain(key, "-_./:@") {
        return format!("{path}[{key}]");
    }
    format!("{path}[{}]", Value::from(key))
}

fn is_plain(word: &str, also: &str) -> bool {
    !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || also.contains(it))
}
