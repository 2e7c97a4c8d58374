//! How the items of a list are matched.
//!
//! # Decisions
//! * The merge keys are the `patchMergeKey` tags of the Kubernetes API types (k8s.io/api), the same
//!   that kubectl apply merges by. A field name says enough: no two types use one list name with
//!   different keys, but for `ports`, where the fields present tell.
//! * Where a merge key is not unique (a DNS port for TCP and UDP), more fields are added.
//! * Lists that have no tag are matched by `name`, `type`, `key` or `id` where all items of both
//!   sides have one of their own. This is for custom resources and covers `spec.components` of an
//!   Installation.
//! * Subjects of role bindings have no tag but are unique by kind, namespace and name.
//! * Tolerations and rules have no identity, whatever their fields.

use crate::yaml::{Node, Value};

/// The fields that make the key of an item, in the order in which the key shows them.
pub(super) type MergeKey = &'static [&'static str];

#[rustfmt::skip]
const TAGGED: &[(&str, &[MergeKey])] = &[
    ("addresses", &[&["type"], &["type", "address"]]),
    ("conditions", &[&["type"]]),
    ("containers", &[&["name"]]),
    ("env", &[&["name"]]),
    ("ephemeralContainers", &[&["name"]]),
    ("hostAliases", &[&["ip"]]),
    ("imagePullSecrets", &[&["name"]]),
    ("initContainers", &[&["name"]]),
    ("ownerReferences", &[&["uid"]]),
    ("podIPs", &[&["ip"]]),
    ("ports", &[
        &["containerPort"], &["containerPort", "protocol"],
        &["port"], &["port", "protocol"],
    ]),
    ("rules", &[]),
    ("secrets", &[&["name"]]),
    ("subjects", &[&["kind", "namespace", "name"]]),
    ("taints", &[&["key"], &["key", "effect"]]),
    ("tolerations", &[]),
    ("topologySpreadConstraints", &[&["topologyKey"], &["topologyKey", "whenUnsatisfiable"]]),
    ("volumeDevices", &[&["devicePath"]]),
    ("volumeMounts", &[&["mountPath"]]),
    ("volumes", &[&["name"]]),
    ("webhooks", &[&["name"]]),
];

const UNTAGGED: &[MergeKey] = &[&["name"], &["type"], &["key"], &["id"]];

/// The keys of the items of both sides of the list `field`, if all of them are mappings and a
/// merge key tells the items of each side apart.
pub(super) fn keys(
    field: Option<&str>,
    old: &[Node],
    new: &[Node],
) -> Option<(Vec<String>, Vec<String>)> {
    let tagged = TAGGED.iter().find(|(name, _)| field == Some(*name));
    let candidates = tagged.map_or(UNTAGGED, |(_, keys)| keys);
    let fallback = tagged.filter(|(_, keys)| !keys.is_empty()).map_or(&[][..], |_| UNTAGGED);
    candidates.iter().chain(fallback).find_map(|key| Some((unique(old, key)?, unique(new, key)?)))
}

fn unique(items: &[Node], key: MergeKey) -> Option<Vec<String>> {
    let keys: Vec<String> = items.iter().map(|it| key_of(it, key)).collect::<Option<_>>()?;
    let mut sorted: Vec<&String> = keys.iter().collect();
    sorted.sort();
    sorted.windows(2).all(|it| it[0] != it[1]).then_some(keys)
}

/// The key of an item; the first field has to be there.
fn key_of(item: &Node, key: MergeKey) -> Option<String> {
    item.get(key.first()?)?;
    let parts = key.iter().filter_map(|it| item.get(it));
    let parts: Option<Vec<String>> = parts.map(text).collect();
    Some(parts?.join("/"))
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}
