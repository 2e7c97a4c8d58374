//! Tests of sealing.

use super::*;

fn node(text: &str) -> Node {
    let document = RawDocument { text: text.into(), line: 1, syntax: Syntax::Json };
    yaml::parse(&document, &Limits::default()).unwrap().unwrap()
}

fn sealed(seal: &Seal, kind: &str, text: &str) -> serde_json::Value {
    let mut object = node(text);
    seal.withhold(kind, &mut object);
    seal.value(&object)
}

fn seal() -> Seal {
    Seal::random([7; 32])
}

/// An object of this kind with kubectl's copy of `applied`, and its own fields after that.
fn with_copy(kind: &str, applied: &str, fields: &str) -> serde_json::Value {
    let applied = serde_json::Value::from(applied);
    let text =
        format!(r#"{{"metadata":{{"annotations":{{"{LAST_APPLIED}":{applied}}}}},{fields}}}"#);
    sealed(&seal(), kind, &text)
}

fn copy(object: &serde_json::Value) -> &str {
    object["metadata"]["annotations"][LAST_APPLIED].as_str().unwrap()
}

#[test]
fn equal_values_have_equal_seals_and_different_ones_different_seals() {
    let object = sealed(
        &seal(),
        "Secret",
        r#"{"data":{"a":"aHVudGVy","b":"aHVudGVy","c":"aHVudGVx","d":"aHVu\ndGVy"},
           "stringData":{"e":"hunter","f":"aHVudGVy"}}"#,
    );
    let (data, text) = (&object["data"], &object["stringData"]);
    assert!(is_sealed(data["a"].as_str().unwrap()));
    assert_eq!([&data["b"], &data["d"], &text["e"]], [&data["a"]; 3]);
    assert_ne!(data["a"], data["c"]);
    assert_ne!(data["a"], text["f"]);
}

#[test]
fn what_is_no_base64_is_not_the_same_as_the_text() {
    let object = sealed(&seal(), "Secret", r#"{"data":{"a":"!!"},"stringData":{"a":"!!"}}"#);
    assert_ne!(object["data"]["a"], object["stringData"]["a"]);
}

#[test]
fn other_keys_give_other_seals_and_no_seal_shows_its_key() {
    let text = r#"{"data":{"a":"aHVudGVy"}}"#;
    let derived = Seal::derived(b"file");
    assert_eq!(sealed(&derived, "Secret", text), sealed(&Seal::derived(b"file"), "Secret", text));
    assert_ne!(sealed(&derived, "Secret", text), sealed(&seal(), "Secret", text));
    assert_eq!(format!("{:?}", seal()), "Seal(secret)");
    assert_eq!(derived.written_key(), None);
    let key = seal().written_key().unwrap();
    assert_eq!(Seal::of_written_key(&key), Some(seal()));
    for wrong in ["", &key[1..], &key.replace('7', "x"), &"é".repeat(32)] {
        assert_eq!(Seal::of_written_key(wrong), None, "{wrong}");
    }
}

#[test]
fn the_seal_of_a_value_is_the_hmac_of_its_sha256() {
    // printf hunter | openssl dgst -sha256 -binary, a byte 0, | openssl dgst -sha256 -mac HMAC
    // -macopt hexkey:0707…07
    let object = sealed(&seal(), "Secret", r#"{"stringData":{"a":"hunter"}}"#);
    let expected = "(sealed:be7f2331883b55e0b45fb5aa4e0606f2116c643bef9ece00584cd6ed6c662eef)";
    assert_eq!(object["stringData"]["a"], expected);
}

#[test]
fn the_copy_of_kubectl_has_the_seals_of_the_object() {
    let applied = concat!(r#"{"data":{"a":"aHVudGVy"},"kind":"Secret"}"#, "\n");
    let object = with_copy("Secret", applied, r#""data":{"a":"aHVudGVy"}"#);
    let seal = object["data"]["a"].as_str().unwrap();
    let expected = format!("{{\"data\":{{\"a\":\"{seal}\"}},\"kind\":\"Secret\"}}\n");
    assert_eq!(copy(&object), expected);
}

#[test]
fn a_copy_that_kubectl_did_not_write_stays_different_from_one_that_it_wrote() {
    let end_of = |applied: &str| {
        let object = with_copy("Secret", applied, r#""data":{}"#);
        assert!(copy(&object).contains("(sealed:"), "{object}");
        copy(&object).ends_with('\n')
    };
    assert!(end_of(
        "{\"data\":{\"a\":\"aHVudGVy\",\"b<\":null}}\n".replace('<', "\\u003c").as_str()
    ));
    assert!(!end_of(r#"{"data":{"a":"aHVudGVy"}}"#));
    assert!(!end_of("{\"data\":{\"b\":\"aHVudGVy\",\"a\":\"\"}}\n"));
    assert!(!end_of("{\"data\": {\"a\":\"aHVudGVy\"}}\n"));
    assert!(!end_of("{\"data\":{\"a\":\"aHVudGVy\",\"b<\":null}}\n"));
}

#[test]
fn a_copy_with_nothing_secret_stays_as_it_is() {
    let applied = r#"{"data": {"b":1.0, "a":"<"}}"#;
    assert_eq!(copy(&with_copy("ConfigMap", applied, r#""data":{}"#)), applied);
}

#[test]
fn a_secret_that_only_the_copy_still_has_is_sealed() {
    let applied = r#"{"data":{"password":"hunter"}}"#;
    let object = with_copy("ConfigMap", applied, r#""data":{"a":"b"}"#);
    assert!(!object.to_string().contains("hunter"), "{object}");
    let broken = with_copy("ConfigMap", "{hunter", r#""data":{"a":"b"}"#);
    assert!(is_sealed(copy(&broken)));
}

#[test]
fn only_a_whole_seal_counts_as_sealed() {
    let seal = "(sealed:".to_owned() + &"0a".repeat(32) + ")";
    assert!(is_sealed(&seal));
    for wrong in [&seal[1..], &seal[..seal.len() - 1], "(sealed:)", &seal.replace('a', "g"), ""] {
        assert!(!is_sealed(wrong), "{wrong}");
    }
}
