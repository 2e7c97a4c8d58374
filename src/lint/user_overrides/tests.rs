use super::*;
use crate::manifest::{Manifest, read};
use crate::yaml::Limits;

/// The findings about documents of `KIND NAME {data}`, all of them counted and common.
fn of(documents: &[&str]) -> Vec<Finding> {
    let document = |it: &&str| {
        let mut parts = it.splitn(3, ' ');
        let mut part = || parts.next().unwrap();
        let (kind, name) = (part(), part());
        let field = if kind == "Secret" { "stringData" } else { "data" };
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: kyma-installer\n  \
             labels: {{installer: overrides}}\n{field}: {}\n",
            part()
        )
    };
    of_text(&documents.iter().map(document).collect::<Vec<_>>().join("---\n"))
}

fn of_text(text: &str) -> Vec<Finding> {
    let reading = read(&Manifest::new("my.yaml", text.as_bytes()), &Limits::default()).unwrap();
    let findings = findings(&UserOverrides::new(reading));
    for finding in &findings {
        assert!(!finding.evidence.is_empty(), "{finding:?}");
        for it in &finding.evidence {
            let line = it.line.and_then(|line| text.lines().nth(line as usize - 1));
            assert!(line.is_some_and(|line| line.contains(&it.text)), "{it:?} is not {line:?}");
        }
    }
    findings
}

fn severities(findings: &[Finding]) -> Vec<(&'static str, Severity)> {
    findings.iter().map(|it| (it.code.as_str(), it.severity)).collect()
}

#[test]
fn a_key_in_several_objects_names_the_winner_first() {
    let found = of(&["ConfigMap b {k: x}", "ConfigMap a {k: w}", "Secret a {k: z}"]);
    assert_eq!(severities(&found), [("override-conflict", Severity::Warning)]);
    assert!(found[0].message.contains("the operator takes Secret/kyma-installer/a, the last one"));
    let lines: Vec<_> = found[0].evidence.iter().map(|it| it.line.unwrap()).collect();
    assert_eq!(lines, [23, 15, 7]);
}

#[test]
fn equal_values_are_told_apart_from_others_but_never_those_of_a_secret_from_visible_ones() {
    let severity = |documents: &[&str]| of(documents)[0].severity;
    assert_eq!(severity(&["ConfigMap a {k: x}", "ConfigMap b {k: x}"]), Severity::Info);
    assert_eq!(severity(&["ConfigMap a {k: x}", "ConfigMap b {k: w}"]), Severity::Warning);
    assert_eq!(severity(&["Secret a {k: x}", "Secret b {k: x}"]), Severity::Info);
    for key in ["k", "k.password"] {
        let documents = ["ConfigMap", "Secret"].map(|it| format!("{it} a {{{key}: x}}"));
        assert_eq!(severity(&documents.each_ref().map(String::as_str)), Severity::Warning);
    }
}

#[test]
fn a_value_beside_a_map_is_a_conflict_about_the_value() {
    let found = of(&["ConfigMap a {k: x, k.a: x, k.b: x, k.c: x, k.d: x, l.m: x, ok: x}"]);
    assert_eq!(severities(&found), [("override-conflict", Severity::Warning)]);
    assert_eq!(found[0].subject, "k");
    assert!(found[0].message.contains("`k.a`, `k.b`, `k.c`, 1 more below it"));
    assert_eq!(found[0].evidence.len(), 5);
}

#[test]
fn credentials_in_config_maps_are_found_where_they_hold_something() {
    let data = "{a.password: x, a.tlsCrt: x, b.password: '', c.password: __X__, d.secretName: x, e.token: '<y>'}";
    let found = of(&[&format!("ConfigMap a {data}"), &format!("Secret b {data}")]);
    let secrets = found.iter().filter(|it| it.code == Code::OverrideSecretInConfigmap);
    assert_eq!(secrets.map(|it| it.subject.as_str()).collect::<Vec<_>>(), ["a.password"]);
}

#[test]
fn objects_that_have_nothing_to_do_with_overrides_share_one_note_for_each_file() {
    let other = |kind: &str, name: &str| {
        format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: x\n")
    };
    let services = ["a", "b", "c", "d", "e", "f", "g"].map(|it| other("Service", it));
    let text = [&services[..], &[other("ConfigMap", "h")]].concat().join("---\n");
    let found = of_text(&text);
    let note = ("override-object-ignored", Severity::Info);
    assert_eq!(severities(&found), [note, note]);
    assert_eq!(found[1].evidence.len(), 7);
    assert!(found[1].message.ends_with("Service/x/e, 2 more"), "{}", found[1].message);
}

#[test]
fn every_object_that_does_not_count_is_told() {
    let object = |kind: &str, metadata: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: a\n  {metadata}\ndata:\n  {data}\n"
        )
    };
    let labels = "labels: {installer: overrides}";
    let here = format!("namespace: kyma-installer\n  {labels}");
    for (text, said) in [
        (
            object("ConfigMap", &format!("namespace: x\n  {labels}"), "a: b"),
            "looks in the namespace",
        ),
        (object("ConfigMap", "namespace: kyma-installer", "a: b"), "lacks the label"),
        (object("ConfigMap", "labels: {installer: x}", "a: b"), "the label installer=x in place"),
        (object("Secret", &here.replace('}', ", component: ''}"), "a: ''"), "reach nothing"),
        (object("ConfigMap", &here, "a: 1"), "because the value of a is no text"),
        (object("ConfigMap", &here, "a b: x"), "because the key \"a b\" is none"),
        (object("Secret", &here, "a: '?'"), "because the value of a is no base64"),
        (
            object("ConfigMap", &here.replace('}', ", x: 1}"), "a: b"),
            "because the label x is no text",
        ),
        (
            object("ConfigMap", &here.replace("kyma-installer", "1"), "a: b"),
            "the namespace is no text",
        ),
        (object("ConfigMap", labels, "a: b"), "names no namespace"),
        (
            format!("{}binaryData:\n  c: AA==\n", object("ConfigMap", &here, "a: b")),
            "which holds c",
        ),
    ] {
        let found = of_text(&text);
        assert_eq!(severities(&found), [("override-object-ignored", Severity::Warning)]);
        assert!(found[0].message.contains(said), "{}", found[0].message);
    }
}

#[test]
fn an_object_given_twice_is_a_warning_only_where_it_differs() {
    let found = of(&["ConfigMap a {k: x}", "ConfigMap a {k: x}", "ConfigMap a {k: w}"]);
    let code = "override-object-ignored";
    assert_eq!(severities(&found), [(code, Severity::Info), (code, Severity::Warning)]);
    assert!(found[1].message.contains("stands at my.yaml:9 already and sets something else"));
}

#[test]
fn a_document_that_is_no_object_is_named_by_its_place() {
    let reading = read(&Manifest::new("my.yaml", b"global: {a: b}\n"), &Limits::default());
    let found = findings(&UserOverrides::new(reading.unwrap()));
    assert_eq!(found[0].subject, "my.yaml:1");
    assert!(found[0].message.contains("is an object without apiVersion"));
}
