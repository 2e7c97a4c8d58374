//! Definitions of custom resources in their two versions.
//!
//! # Decisions
//! * The server keeps definitions as v1, where schema, subresources and printer columns belong to
//!   each version, and shows them in v1beta1 once above the versions where all versions agree. So a
//!   v1beta1 object comes back changed, and [`raise_shared`] is part of storing it.

use serde_json::{Map, Value, json};

/// The field above the versions (v1beta1), and the one in each version.
const SHARED: [(&str, &str); 3] = [
    ("validation", "schema"),
    ("subresources", "subresources"),
    ("additionalPrinterColumns", "additionalPrinterColumns"),
];

/// Brings the spec of a v1beta1 definition into the form in which the server returns it.
pub(super) fn raise_shared(spec: &mut Map<String, Value>) {
    lower_shared(spec);
    for (above, below) in SHARED {
        if let Some(shared) = agreed(spec, below) {
            versions(spec).for_each(|it| drop(it.remove(below)));
            spec.insert(above.to_owned(), shared);
        }
    }
    let name = versions(spec).next().and_then(|it| it.get("name").cloned());
    if let Some(name) = name {
        spec.insert("version".to_owned(), name);
    }
}

/// What all versions say, where they agree and say something.
fn agreed(spec: &mut Map<String, Value>, field: &str) -> Option<Value> {
    let mut values = versions(spec).map(|it| it.get(field).cloned());
    let first = values.next()??;
    values.all(|it| it.as_ref() == Some(&first)).then_some(first)
}

/// Moves what stands above the versions into each of them.
fn lower_shared(spec: &mut Map<String, Value>) {
    for (above, below) in SHARED {
        if let Some(shared) = spec.remove(above) {
            for version in versions(spec) {
                version.insert(below.to_owned(), shared.clone());
            }
        }
    }
}

fn versions(spec: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list = spec.get_mut("versions").and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// The spec of a stored v1beta1 definition as v1 has it.
pub(super) fn to_v1(spec: &mut Map<String, Value>) {
    lower_shared(spec);
    spec.remove("version");
    if spec.get("preserveUnknownFields") == Some(&Value::Bool(false)) {
        spec.remove("preserveUnknownFields");
    }
    each_column(spec, "JSONPath", "jsonPath");
    let Some(conversion) = spec.get_mut("conversion").and_then(Value::as_object_mut) else {
        return;
    };
    let config = conversion.remove("webhookClientConfig");
    let versions = conversion.remove("conversionReviewVersions");
    if config.is_some() || versions.is_some() {
        let mut webhook = json!({"conversionReviewVersions": versions});
        if let Some(config) = config {
            webhook["clientConfig"] = config;
        }
        conversion.insert("webhook".to_owned(), webhook);
    }
}

/// The spec of a stored v1 definition as v1beta1 has it.
pub(super) fn to_v1beta1(spec: &mut Map<String, Value>) {
    each_column(spec, "jsonPath", "JSONPath");
    raise_shared(spec);
    if !spec.contains_key("preserveUnknownFields") {
        spec.insert("preserveUnknownFields".to_owned(), Value::Bool(false));
    }
    let Some(conversion) = spec.get_mut("conversion").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(Value::Object(mut webhook)) = conversion.remove("webhook") else { return };
    for (from, to) in [
        ("clientConfig", "webhookClientConfig"),
        ("conversionReviewVersions", "conversionReviewVersions"),
    ] {
        if let Some(value) = webhook.remove(from).filter(|it| !it.is_null()) {
            conversion.insert(to.to_owned(), value);
        }
    }
}

fn each_column(spec: &mut Map<String, Value>, from: &str, to: &str) {
    for version in versions(spec) {
        rename_in(version.get_mut("additionalPrinterColumns"), from, to);
    }
    rename_in(spec.get_mut("additionalPrinterColumns"), from, to);
}

fn rename_in(columns: Option<&mut Value>, from: &str, to: &str) {
    let list = columns.and_then(Value::as_array_mut);
    for column in list.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(path) = column.remove(from) {
            column.insert(to.to_owned(), path);
        }
    }
}
