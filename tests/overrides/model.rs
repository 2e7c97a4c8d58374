//! The operator's steps one after the other, over plain JSON: list, join, split and add to a map in
//! some order, merge.
//!
//! It runs with every order of the keys, because the operator's order is random, and knows nothing
//! of trees with several shapes.

use std::collections::{BTreeMap, BTreeSet};

use kyma_upgrade::manifest::{Manifest, read};
use kyma_upgrade::overrides::{Override, Typed, UserOverrides};
use kyma_upgrade::yaml::Limits;
use serde_json::{Map, Value, json};

/// An object as a user writes it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) secret: bool,
    pub(crate) name: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) installer: Option<&'static str>,
    pub(crate) component: Option<&'static str>,
    pub(crate) data: BTreeMap<String, String>,
}

impl Written {
    fn kind(&self) -> &'static str {
        if self.secret { "Secret" } else { "ConfigMap" }
    }

    pub(crate) fn json(&self) -> Value {
        let labels = [("installer", self.installer), ("component", self.component)];
        let labels: BTreeMap<_, _> =
            labels.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let value = |it: &String| if self.secret { base64(it) } else { it.clone() };
        let data: BTreeMap<_, _> = self.data.iter().map(|(key, it)| (key, value(it))).collect();
        json!({
            "apiVersion": "v1", "kind": self.kind(), "data": data,
            "metadata": {"name": self.name, "namespace": self.namespace, "labels": labels}
        })
    }
}

/// Base64 as RFC 4648 has it.
pub(crate) fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |chunk: &[u8]| {
        let bits = (0..3)
            .fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        let digit = |at: usize| match at {
            at if at <= chunk.len() => char::from(DIGITS[bits >> (18 - 6 * at) & 63]),
            _ => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    text.as_bytes().chunks(3).flat_map(encode).collect()
}

pub(crate) fn engine(objects: &[Written]) -> UserOverrides {
    let items: Vec<_> = objects.iter().map(Written::json).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let manifest = Manifest::new("my.json", list.as_bytes());
    UserOverrides::new(read(&manifest, &Limits::default()).unwrap())
}

/// A value in the model: the text that tells where it is from, and what Helm sees of it.
pub(crate) fn leaf(object: &Written, key: &str, value: &str) -> Value {
    let typed = if value == "true" || value == "false" { "bool" } else { "text" };
    let visible = if object.secret { "?" } else { value };
    format!("{key} {typed} {} {} {visible:?}", object.kind(), object.name).into()
}

/// The same of an entry of the engine.
pub(crate) fn leaf_of(entry: &Override) -> Value {
    let typed = if entry.is_bool() { "bool" } else { "text" };
    let visible = match entry.typed() {
        Typed::Bool(value) => value.to_string(),
        Typed::Text(text) => text.into_owned(),
        Typed::Secret(_) => "?".to_owned(),
    };
    let (kind, name) = (&entry.object.kind, &entry.object.name);
    format!("{} {typed} {kind} {name} {visible:?}", entry.key.key).into()
}

/// `kubectl get -n kyma-installer -l <selector>`, by name. Of two with one name the later one was
/// applied.
pub(crate) fn list(
    objects: &[Written],
    secret: bool,
    selector: impl Fn(Option<&str>) -> bool,
) -> Vec<&Written> {
    let mut stored: BTreeMap<&str, &Written> = BTreeMap::new();
    for it in objects.iter().filter(|it| it.secret == secret && it.namespace == "kyma-installer") {
        stored.insert(it.name, it);
    }
    let labelled = stored.into_values().filter(|it| it.installer == Some("overrides"));
    labelled.filter(|it| selector(it.component)).collect()
}

/// The flat map of a scope.
pub(crate) fn join(
    objects: &[Written],
    selector: impl Fn(Option<&str>) -> bool,
) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for secret in [false, true] {
        for object in list(objects, secret, &selector) {
            for (key, value) in &object.data {
                flat.insert(key.clone(), leaf(object, key, value));
            }
        }
    }
    flat
}

pub(crate) fn add(map: &mut Map<String, Value>, segments: &[&str], value: &Value) {
    let key = segments[0].to_owned();
    if segments.len() == 1 {
        map.insert(key, value.clone());
        return;
    }
    if !map.get(&key).is_some_and(Value::is_object) {
        map.insert(key.clone(), json!({}));
    }
    add(map.get_mut(&key).unwrap().as_object_mut().unwrap(), &segments[1..], value);
}

/// What adding the keys of a flat map can come to, in any order.
pub(crate) fn unflatten(flat: &BTreeMap<String, Value>) -> Vec<Map<String, Value>> {
    let mut results: Vec<Map<String, Value>> = Vec::new();
    for order in orders(&flat.keys().collect::<Vec<_>>()) {
        let mut map = Map::new();
        for key in order {
            add(&mut map, &key.split('.').collect::<Vec<_>>(), &flat[key]);
        }
        if !results.contains(&map) {
            results.push(map);
        }
    }
    results
}

pub(crate) fn orders<'a>(keys: &[&'a String]) -> Vec<Vec<&'a String>> {
    if keys.is_empty() {
        return vec![vec![]];
    }
    let first = |at: usize| {
        let rest: Vec<_> = [&keys[..at], &keys[at + 1..]].concat();
        orders(&rest).into_iter().map(move |it| [vec![keys[at]], it].concat())
    };
    (0..keys.len()).flat_map(first).collect()
}

pub(crate) fn merge_maps(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge_maps(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Everything that Helm may get for a component.
pub(crate) fn model(objects: &[Written], component: &str) -> Vec<Map<String, Value>> {
    let common = unflatten(&join(objects, |it| it.is_none()));
    let own = unflatten(&join(objects, |it| it == Some(component)));
    let both = common.iter().flat_map(|base| {
        own.iter().map(move |over| {
            let mut merged = base.clone();
            merge_maps(&mut merged, over);
            merged
        })
    });
    both.collect()
}

/// What one result has at a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    Absent,
    Value(String),
    Map,
    Hidden(String),
}

pub(crate) fn seen(result: &Map<String, Value>, key: &str) -> (Seen, BTreeSet<String>) {
    let root = Value::Object(result.clone());
    let mut at = &root;
    for segment in key.split('.') {
        match at {
            Value::Object(map) => match map.get(segment) {
                Some(below) => at = below,
                None => return (Seen::Absent, BTreeSet::new()),
            },
            _ => return (Seen::Hidden(text(at)), [text(at)].into()),
        }
    }
    match at {
        Value::Object(_) => (Seen::Map, leaves(at)),
        _ => (Seen::Value(text(at)), leaves(at)),
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) fn leaves(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(map) => map.values().flat_map(leaves).collect(),
        _ => [text(value)].into(),
    }
}

/// A `ConfigMap` that counts.
pub(crate) fn config_map(
    name: &'static str,
    component: Option<&'static str>,
    data: &[(&str, &str)],
) -> Written {
    let data = data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let (namespace, installer) = ("kyma-installer", Some("overrides"));
    Written { secret: false, name, namespace, installer, component, data }
}
