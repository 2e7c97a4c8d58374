//! The annotation in which kubectl keeps the manifest that it applied last.

use serde_json::{Map, Value};

use super::{MergeError, go_json};

/// The name of the annotation.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The manifest with the annotation, as kubectl creates it and as it patches from it.
///
/// The annotation's text is the JSON of the manifest as Go writes it, with an empty map of
/// annotations where there are none, without an annotation of this name, and with a line feed at
/// its end. kubectl has put the namespace into a namespaced object before; the caller has to, too.
pub fn annotated(manifest: &Value) -> Value {
    let mut object = manifest.clone();
    if let Some(annotations) = annotations_mut(&mut object) {
        annotations.remove(LAST_APPLIED);
    }
    let text = go_json::text(&object) + "\n";
    if let Some(annotations) = annotations_mut(&mut object) {
        annotations.insert(LAST_APPLIED.to_owned(), text.into());
    }
    object
}

/// The annotations, which are made if there are none. `None` if the manifest is no object. kubectl
/// reads annotations as texts, all or none: a value that is no text loses them all.
fn annotations_mut(object: &mut Value) -> Option<&mut Map<String, Value>> {
    let metadata = object.as_object_mut()?.entry("metadata").or_insert(Value::Null);
    let annotations = object_mut(metadata).entry("annotations").or_insert(Value::Null);
    let annotations = object_mut(annotations);
    if !annotations.values().all(Value::is_string) {
        annotations.clear();
    }
    Some(annotations)
}

/// The object in the place; whatever else is there gives way to an empty one.
fn object_mut(place: &mut Value) -> &mut Map<String, Value> {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    place.as_object_mut().expect("an object was put there")
}

/// The object that was applied last, from the annotation of the live object. `None` if there is no
/// annotation, or an empty one: kubectl warns then, and takes the original for empty.
///
/// # Errors
/// If the text is no JSON object; kubectl then refuses to apply.
pub fn last_applied(live: &Value) -> Result<Option<Value>, MergeError> {
    let annotation = live.get("metadata").and_then(|it| it.get("annotations"));
    let text = match annotation.and_then(|it| it.get(LAST_APPLIED)) {
        Some(Value::String(text)) if !text.is_empty() => text,
        _ => return Ok(None),
    };
    match serde_json::from_str(text) {
        Ok(Value::Null) => Ok(None),
        Ok(object @ Value::Object(_)) => Ok(Some(object)),
        _ => Err(MergeError::LastApplied),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(manifest: &Value) -> String {
        annotated(manifest)["metadata"]["annotations"][LAST_APPLIED].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_text_has_an_empty_map_where_there_are_no_annotations() {
        let manifest = json!({ "kind": "K", "metadata": { "name": "a" }, "data": { "k": "<&>" } });
        let expected = r#"{"data":{"k":"\u003c\u0026\u003e"},"kind":"K","metadata":{"annotations":{},"name":"a"}}"#;
        assert_eq!(text_of(&manifest), format!("{expected}\n"));
    }

    #[test]
    fn other_annotations_stay_and_an_old_text_is_not_embedded() {
        let manifest = json!({ "metadata": { "annotations": { "a": "b", LAST_APPLIED: "{}" } } });
        assert_eq!(text_of(&manifest), "{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}\n");
        assert_eq!(annotated(&manifest)["metadata"]["annotations"]["a"], "b");
    }

    #[test]
    fn a_manifest_comes_back_from_its_annotation() {
        let manifest = json!({ "metadata": { "annotations": {} }, "n": [1, 0.1, "ä\u{2028}"] });
        assert_eq!(last_applied(&annotated(&manifest)), Ok(Some(manifest)));
    }

    #[test]
    fn no_annotation_is_told_from_an_unreadable_one() {
        assert_eq!(last_applied(&json!({ "metadata": {} })), Ok(None));
        let with = |text: &str| json!({ "metadata": { "annotations": { LAST_APPLIED: text } } });
        assert_eq!(last_applied(&with("")), Ok(None));
        assert_eq!(last_applied(&with("null")), Ok(None));
        for text in ["[]", "{", "1", "(sealed:00)"] {
            assert_eq!(last_applied(&with(text)), Err(MergeError::LastApplied));
        }
    }
}
