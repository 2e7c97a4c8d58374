//! What the user sets in the cluster.
//!
//! # Decisions
//! * An override in the cluster is the user's unless the installed release brings the same object
//!   with the same value. That needs no record of who wrote it.
//! * A secret value is known by its seal only. Where the operator would make a boolean of it, or it
//!   is empty, the seal tells that, too.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Simulator;
use super::state::{Seal, is_sealed};
use crate::bundle::Bundle;
use crate::manifest::{Object, ObjectKey, Reading};
use crate::overrides::NAMESPACE;
use crate::yaml::{Digest, Entry, Node, Value};

impl Simulator<'_> {
    /// The objects in the cluster that set overrides, with what `release` sets itself taken out.
    pub fn user_overrides(&self, release: &Bundle) -> Reading {
        let keys = self.state.keys().filter(|it| it.kind == "ConfigMap" || it.kind == "Secret");
        let objects = keys.filter_map(|key| self.own_overrides(key, release));
        Reading { objects: objects.collect(), problems: Vec::new() }
    }

    fn own_overrides(&self, key: &ObjectKey, release: &Bundle) -> Option<Object> {
        let mut live = self.state.get(key)?;
        if live.pointer("/metadata/labels/installer")? != "overrides" {
            return None;
        }
        if key.namespace.as_deref() != Some(NAMESPACE) && key.kind != "ConfigMap" {
            return None;
        }
        if let Some(object) = release.objects.get(key) {
            let brought = self.manifest(object);
            let data = live.get_mut("data").and_then(Json::as_object_mut)?;
            data.retain(|name, value| brought["data"].get(name) != Some(value));
            if data.is_empty() {
                return None;
            }
        }
        let place = self.state.place(key);
        let (source, line) =
            place.map_or((Arc::from("the cluster"), 1), |it| (it.source.into(), it.line));
        let node = Reader { seal: self.state.seal(), line }.node(&live);
        let api_version = live["apiVersion"].as_str().unwrap_or("v1").to_owned();
        Some(Object { key: key.clone(), api_version, source, node })
    }
}

/// Makes located values of values, all at the line of their object.
struct Reader<'a> {
    seal: &'a Seal,
    line: u32,
}

impl Reader<'_> {
    fn node(&self, value: &Json) -> Node {
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Bool(*it),
            Json::Number(it) => Value::Number(it.clone()),
            Json::String(it) if is_sealed(it) => Value::Redacted(self.digest(it)),
            Json::String(it) => Value::String(it.clone()),
            Json::Array(items) => Value::Sequence(items.iter().map(|it| self.node(it)).collect()),
            Json::Object(fields) => {
                let entry = |(key, value): (&String, &Json)| Entry {
                    key: key.clone(),
                    line: self.line,
                    column: 1,
                    node: self.node(value),
                };
                Value::Mapping(fields.iter().map(entry).collect())
            }
        };
        self.at(value)
    }

    fn at(&self, value: Value) -> Node {
        Node { line: self.line, column: 1, value }
    }

    /// A digest that is that of the value itself where the value is one of the few that mean
    /// something, and else one that is equal where the seals are.
    fn digest(&self, sealed: &str) -> Digest {
        const TELLING: [&str; 3] = ["", "true", "false"];
        let plain = |text: &&&str| {
            let node = self.at(Value::Redacted(Digest::of(text.as_bytes())));
            self.seal.value(&node) == sealed
        };
        Digest::of(TELLING.iter().find(plain).map_or(sealed, |it| it).as_bytes())
    }
}
