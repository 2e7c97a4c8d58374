//! Withholding secret values while objects are read.
//!
//! # Decisions
//! * Withheld are all values of Secrets, the values of credential-like keys in the data of
//!   `ConfigMap`s (overrides or not: the key tells, not the label), and of credential-like environment
//!   variables of any object.
//! * kubectl keeps a copy of the whole object in an annotation. The same values are withheld inside
//!   that copy, also where the object itself has them no more.
//! * A value of a Secret's `data` counts as the bytes that it encodes, so the same secret compares
//!   equal however it is written.
//! * That a value is a placeholder (`__TLS_KEY__`, `<password>`), or none that Kubernetes accepts,
//!   is told with its digest, because nothing can be told from the digest alone.

use crate::manifest::looks_like_credential;
use crate::yaml::{Digest, Nature, Node, Value};

/// Where kubectl apply keeps the object as it was applied.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a withheld value reads as where only text fits.
const SECRET: &str = "(secret)";

/// Replaces the secret values of an object by [`Value::Redacted`].
pub(crate) fn withhold(kind: &str, object: &mut Node) {
    let withheld = match kind {
        "Secret" => secret(object),
        "ConfigMap" => config_map(object),
        _ => environment(object),
    };
    last_applied(kind, object, withheld);
}

fn secret(object: &mut Node) -> bool {
    for field in ["data", "stringData"] {
        for (_, value) in values(child(object, field)) {
            hide(value, field == "data");
        }
    }
    true
}

fn config_map(object: &mut Node) -> bool {
    let mut any = false;
    for field in ["data", "binaryData"] {
        for (key, value) in values(child(object, field)) {
            if looks_like_credential(key) {
                hide(value, field == "binaryData");
                any = true;
            }
        }
    }
    any
}

/// Withholds credential-like variables in every `env` list below `node`.
fn environment(node: &mut Node) -> bool {
    let mut any = false;
    match &mut node.value {
        Value::Sequence(items) => {
            for item in items {
                any |= environment(item);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                any |= if entry.key == "env" {
                    variables(&mut entry.node)
                } else {
                    environment(&mut entry.node)
                };
            }
        }
        _ => {}
    }
    any
}

fn variables(env: &mut Node) -> bool {
    let Value::Sequence(variables) = &mut env.value else {
        return environment(env);
    };
    let mut any = false;
    for variable in variables {
        let name = variable.get("name").and_then(Node::as_str);
        if name.is_some_and(looks_like_credential)
            && let Some(value) = child(variable, "value")
        {
            hide(value, false);
            any = true;
        }
    }
    any
}

/// Withholds inside the copy that kubectl keeps, which may still have what the object has no more. A
/// copy that is no object is withheld as a whole where the object has a secret.
fn last_applied(kind: &str, object: &mut Node, withheld: bool) {
    let annotations = child(object, "metadata").and_then(|it| child(it, "annotations"));
    let Some(copy) = annotations.and_then(|it| child(it, LAST_APPLIED)) else {
        return;
    };
    let parsed = copy.as_str().and_then(|it| serde_json::from_str::<serde_json::Value>(it).ok());
    match parsed.and_then(|it| Some((without_secrets(kind, it.clone())?, it))) {
        Some((blanked, parsed)) if blanked != parsed => {
            copy.value = Value::String(blanked.to_string());
        }
        None if withheld => hide(copy, false),
        _ => {}
    }
}

fn without_secrets(kind: &str, mut copy: serde_json::Value) -> Option<serde_json::Value> {
    let fields = copy.as_object_mut()?;
    match kind {
        "Secret" | "ConfigMap" => {
            for (field, data) in fields.iter_mut() {
                if ["data", "stringData", "binaryData"].contains(&field.as_str()) {
                    blank(data, |key| kind == "Secret" || looks_like_credential(key));
                }
            }
        }
        _ => blank_environment(&mut copy),
    }
    Some(copy)
}

fn blank(data: &mut serde_json::Value, secret: impl Fn(&str) -> bool) {
    let entries = data.as_object_mut().into_iter().flatten();
    for (_, value) in entries.filter(|(key, _)| secret(key)) {
        *value = SECRET.into();
    }
}

fn blank_environment(copy: &mut serde_json::Value) {
    match copy {
        serde_json::Value::Array(items) => {
            for item in items {
                let name = item.get("name").and_then(|it| it.as_str());
                if name.is_some_and(looks_like_credential) {
                    blank(item, |key| key == "value");
                }
                blank_environment(item);
            }
        }
        serde_json::Value::Object(fields) => fields.values_mut().for_each(blank_environment),
        _ => {}
    }
}

fn child<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.iter_mut().find(|it| it.key == key).map(|it| &mut it.node)
        }
        _ => None,
    }
}

fn values(node: Option<&mut Node>) -> impl Iterator<Item = (&str, &mut Node)> {
    let entries = match node.map(|it| &mut it.value) {
        Some(Value::Mapping(entries)) => entries.as_mut_slice(),
        _ => &mut [],
    };
    entries.iter_mut().map(|it| (it.key.as_str(), &mut it.node))
}

/// Replaces a value by its digest. Nothing (`null`) is no secret.
fn hide(node: &mut Node, encoded: bool) {
    let digest = match &node.value {
        Value::Null | Value::Redacted(_) => return,
        Value::String(text) if encoded => match decode(text) {
            Some(bytes) => digest(&bytes),
            None => Digest::of(text.as_bytes()).with(Nature::Malformed),
        },
        Value::String(text) => digest(text.as_bytes()),
        _ => Digest::of(node.to_json().to_string().as_bytes()).with(Nature::Malformed),
    };
    node.value = Value::Redacted(digest);
}

fn digest(text: &[u8]) -> Digest {
    let nature = if is_placeholder(text) { Nature::Placeholder } else { Nature::Text };
    Digest::of(text).with(nature)
}

/// Whether a text as a whole is marked as one to be filled in.
fn is_placeholder(text: &[u8]) -> bool {
    const MARKS: &[(&[u8], &[u8])] = &[(b"__", b"__"), (b"<", b">"), (b"${", b"}"), (b"{{", b"}}")];
    let text = text.trim_ascii();
    MARKS.iter().any(|(start, end)| {
        start.len() + end.len() < text.len() && text.starts_with(start) && text.ends_with(end)
    })
}

/// The bytes that a base64 text encodes (line breaks allowed), or none if it is no base64.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
    let body = digits.strip_suffix(b"==").or(digits.strip_suffix(b"=")).unwrap_or(&digits);
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len());
    for chunk in body.chunks(4) {
        let mut bits = 0;
        for digit in chunk {
            bits = bits << 6 | digit_value(*digit)?;
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

fn digit_value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Manifest, Object, read};
    use crate::yaml::Limits;

    fn object(text: &str) -> Object {
        let manifest = Manifest::new("a.yaml", text.as_bytes());
        read(&manifest, &Limits::default()).unwrap().objects.remove(0)
    }

    fn shown(text: &str) -> String {
        let object = object(text);
        format!("{object:?} {}", object.node.to_json())
    }

    #[test]
    fn no_value_of_a_secret_is_left_even_in_the_copy_of_kubectl() {
        let shown = shown(
            r#"---
            {apiVersion: v1, kind: Secret, data: {a: aHVudGVy, c: [hunter]}, stringData: {b: hunter},
            metadata: {name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration:
            '{"kind":"Secret","data":{"a":"aHVudGVy"},"stringData":{"b":"hunter"}}'}}}"#,
        );
        assert!(!shown.contains("aHVudGVy") && !shown.contains("hunter"), "{shown}");
        assert!(shown.contains("last-applied") && shown.contains("stringData"));
    }

    #[test]
    fn a_copy_that_is_no_json_is_withheld_as_a_whole() {
        let shown = shown(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    \
             kubectl.kubernetes.io/last-applied-configuration: '{hunter'\n",
        );
        assert!(!shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn a_secret_that_only_the_copy_still_has_is_withheld() {
        let shown = shown(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    \
             kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"password\":\"hunter\"}}'\n",
        );
        assert!(shown.contains("password") && !shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn only_credentials_of_config_maps_are_withheld() {
        let shown = shown(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {installer: overrides}}\n\
             data: {global.adminPassword: hunter, global.domainName: kyma.local}\n",
        );
        assert!(!shown.contains("hunter") && shown.contains("kyma.local"), "{shown}");
    }

    #[test]
    fn credential_variables_are_withheld_wherever_they_stand() {
        let shown = shown(
            "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec:\n  jobTemplate:\n    \
             containers:\n    - env:\n      - {name: DB_PASSWORD, value: hunter}\n      \
             - {name: DB_HOST, value: db.local}\n",
        );
        assert!(!shown.contains("hunter") && shown.contains("db.local"), "{shown}");
    }

    #[test]
    fn a_secret_compares_equal_however_it_is_encoded() {
        let secret = |field: &str| {
            let text =
                format!("---\n{{apiVersion: v1, kind: Secret, metadata: {{name: a}}, {field}}}");
            let object = object(&text);
            object.node.entries().last().unwrap().node.entries()[0].node.value.clone()
        };
        assert_eq!(secret("data: {a: aHVudGVy}"), secret("stringData: {a: hunter}"));
        assert_eq!(secret("data: {a: aHVudGVy}"), secret("data: {a: 'aHVu dGVy'}"));
        assert_ne!(secret("data: {a: aHVudGVy}"), secret("data: {a: aHVudGVz}"));
    }

    #[test]
    fn placeholders_and_malformed_values_are_told_from_secrets() {
        let nature = |kind: &str, data: &str| {
            let text = format!(
                "---\n{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}, data: {{a.password: {data}}}}}"
            );
            let object = object(&text);
            match &object.node.entries().last().unwrap().node.entries()[0].node.value {
                Value::Redacted(digest) => digest.nature(),
                other => panic!("{other:?}"),
            }
        };
        for value in ["__TLS_KEY__", "<your password>", "'${PASSWORD}'", "'{{ password }}'"] {
            assert_eq!(nature("ConfigMap", value), Nature::Placeholder, "{value}");
        }
        for value in ["____", "'<>'", "a<b>", "hunter", "''"] {
            assert_eq!(nature("ConfigMap", value), Nature::Text, "{value}");
        }
        assert_eq!(nature("ConfigMap", "1234"), Nature::Malformed);
        assert_eq!(nature("Secret", "'not base64'"), Nature::Malformed);
        assert_eq!(nature("Secret", "X19LRVlfXw=="), Nature::Placeholder);
        assert_eq!(nature("Secret", "aHVudGVy"), Nature::Text);
    }

    #[test]
    fn base64_is_decoded_and_other_text_is_not() {
        for (text, bytes) in [("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc")] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        for text in ["a", "ab", "a===", "====", "ab!=", "=YWJ"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
