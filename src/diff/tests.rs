use std::fmt::Write;

use super::*;
use crate::manifest::{Manifest, read};
use crate::yaml::Limits;

mod laws;
mod renames;

pub(super) fn set(text: &str) -> ObjectSet {
    let manifest = Manifest::new("file.yaml", text.as_bytes());
    ObjectSet::new(read(&manifest, &Limits::default()).unwrap().objects).0
}

fn diff(old: &str, new: &str) -> ObjectDiff {
    objects(&set(old), &set(new))
}

/// The fields that differ between two bodies of one object, a line each.
fn fields(kind: &str, old: &str, new: &str) -> String {
    let whole = |body: &str| format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n{body}");
    let diff = diff(&whole(old), &whole(new));
    let mut text = String::new();
    for field in diff.changed.iter().flat_map(|it| &it.fields) {
        let shown = |it: &Option<serde_json::Value>| {
            it.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
        };
        writeln!(text, "{} {} {}", field.path, shown(&field.from), shown(&field.to)).unwrap();
    }
    text
}

#[test]
fn objects_are_added_removed_changed_or_the_same() {
    let object = |name: &str, value: u8| {
        format!(
            "---\napiVersion: v1\nkind: Thing\nmetadata: {{name: {name}}}\nspec: {{a: {value}}}\n"
        )
    };
    let old = [object("a", 1), object("b", 1), object("c", 1)].concat();
    let new = [object("d", 1), object("c", 2), object("b", 1)].concat();
    let diff = diff(&old, &new);
    assert_eq!(diff.removed[0].to_string(), "Thing/default/a");
    assert_eq!(diff.added[0].to_string(), "Thing/default/d");
    assert_eq!(diff.changed[0].object.to_string(), "Thing/default/c");
    assert_eq!(diff.changed[0].fields[0].path, "spec.a");
    assert_eq!((diff.renamed.len(), diff.unchanged), (0, 1));
    assert!(!diff.is_empty());
}

#[test]
fn the_version_of_the_api_is_a_field() {
    let deployment = |version: &str, namespace: &str| {
        format!("apiVersion: {version}\nkind: Deployment\nmetadata: {{name: a{namespace}}}\n")
    };
    let diff =
        diff(&deployment("extensions/v1beta1", ""), &deployment("apps/v1", ", namespace: default"));
    let fields = &diff.changed[0].fields;
    assert_eq!(fields.len(), 1, "a namespace that is written out is no change");
    assert_eq!(fields[0].path, "apiVersion");
    assert_eq!(fields[0].from, Some("extensions/v1beta1".into()));
    assert_eq!(fields[0].to, Some("apps/v1".into()));
}

#[test]
fn items_are_matched_by_their_merge_key() {
    let fields = fields(
        "Pod",
        "spec:\n  containers:\n  - {name: a, image: 'a:1', ports: [{containerPort: 80}]}\n  \
         - {name: b, image: b}\n  volumes: [{name: x}]\n",
        "spec:\n  containers:\n  - {name: c, image: c}\n  \
         - {name: a, image: 'a:2', ports: [{containerPort: 80, name: web}], env: [{name: X}]}\n  \
         volumes: [{name: x, emptyDir: {}}]\n",
    );
    assert_eq!(
        fields,
        "spec.containers[a].env - [{\"name\":\"X\"}]\n\
         spec.containers[a].image \"a:1\" \"a:2\"\n\
         spec.containers[a].ports[80].name - \"web\"\n\
         spec.containers[b] {\"image\":\"b\",\"name\":\"b\"} -\n\
         spec.containers[c] - {\"image\":\"c\",\"name\":\"c\"}\n\
         spec.volumes[x].emptyDir - {}\n"
    );
}

#[test]
fn a_merge_key_that_is_not_unique_is_widened() {
    let fields = fields(
        "Service",
        "spec: {ports: [{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]}",
        "spec: {ports: [{port: 53, protocol: UDP, name: dns}, {port: 53, protocol: TCP}]}",
    );
    assert_eq!(
        fields,
        "spec.ports (order) [\"53/TCP\",\"53/UDP\"] [\"53/UDP\",\"53/TCP\"]\n\
         spec.ports[53/UDP].name - \"dns\"\n"
    );
}

#[test]
fn components_of_an_installation_are_matched_by_name() {
    let fields = fields(
        "Installation",
        "spec: {components: [{name: a, namespace: x}, {name: b, namespace: x}, {name: c}]}",
        "spec: {components: [{name: c}, {name: a, namespace: z}, {name: d}]}",
    );
    assert_eq!(
        fields,
        "spec.components (order) [\"a\",\"c\"] [\"c\",\"a\"]\n\
         spec.components[a].namespace \"x\" \"z\"\n\
         spec.components[b] {\"name\":\"b\",\"namespace\":\"x\"} -\n\
         spec.components[d] - {\"name\":\"d\"}\n"
    );
}

#[test]
fn lists_without_a_key_are_compared_as_multisets() {
    assert_eq!(fields("A", "a: [x, v, z]", "a: [z, w, x]"), "a[1] \"v\" \"w\"\n");
    assert_eq!(fields("A", "a: [x, z]", "a: [z]"), "a[0] \"x\" -\n");
    assert_eq!(fields("A", "a: [x, x]", "a: [x]"), "a[1] \"x\" -\n");
    assert_eq!(fields("A", "a: [x, z]", "a: [z, x]"), "a (order) [\"x\",\"z\"] [\"z\",\"x\"]\n");
    assert_eq!(
        fields(
            "Role",
            "rules: [{verbs: [a]}, {verbs: [b]}]",
            "rules: [{verbs: [b]}, {verbs: [c]}]"
        ),
        "rules[0] {\"verbs\":[\"a\"]} -\nrules[1] - {\"verbs\":[\"c\"]}\n"
    );
    assert_eq!(
        fields(
            "Role",
            "rules: [{verbs: [a]}, {verbs: [b]}]",
            "rules: [{verbs: [a]}, {verbs: [b, c]}]"
        ),
        "rules[1].verbs[1] - \"c\"\n"
    );
}

#[test]
fn subjects_are_matched_by_kind_namespace_and_name() {
    let fields = fields(
        "RoleBinding",
        "subjects: [{kind: User, name: a}, {kind: ServiceAccount, name: a, namespace: b}]",
        "subjects: [{kind: User, name: a, apiGroup: x}, {kind: ServiceAccount, name: a, namespace: b}]",
    );
    assert_eq!(fields, "subjects[User/a].apiGroup - \"x\"\n");
}

#[test]
fn values_that_only_look_alike_differ() {
    assert_eq!(
        fields("A", "a: 1\nb: null\nc: {}\nd: true", "a: '1'\nc: []\nd: 'true'"),
        "a 1 \"1\"\nb null -\nc {} []\nd true \"true\"\n"
    );
}

#[test]
fn scripts_and_json_come_as_unified_diffs() {
    let body = |script: &str, json: &str| {
        format!("data:\n  a.sh: |\n    one\n    {script}\n    three\n  b.json: '{json}'\n")
    };
    let whole =
        |body: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{body}");
    let old = whole(&body("two", r#"{"x": {"y": 1}}"#));
    let new = whole(&body("2", r#"{"x": {"y": 2}}"#));
    let changed = diff(&old, &new).changed.remove(0);
    assert_eq!(changed.fields[0].path, "data[\"a.sh\"]");
    let text = changed.fields[0].text.as_deref().unwrap();
    assert_eq!(text, "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
    let text = changed.fields[1].text.as_deref().unwrap();
    assert!(text.contains("-    \"y\": 1\n+    \"y\": 2\n"), "{text}");
}

#[test]
fn descriptions_in_schemas_are_counted_and_no_others() {
    let definition = |description: &str| {
        format!(
            "spec: {{validation: {{openAPIV3Schema: {{description: {description}, properties: \
             {{description: {{type: string, description: {description}}}, \
             x: {{default: {{description: {description}}}}}}}}}}}}}"
        )
    };
    let fields = fields("CustomResourceDefinition", &definition("a"), &definition("b"));
    assert_eq!(
        fields,
        "spec.validation.openAPIV3Schema.properties.x.default.description \"a\" \"b\"\n"
    );
    let whole = |text: &str| {
        format!("apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: {{name: a}}\n{text}")
    };
    let schema = |it: &str| whole(&format!("spec: {{openAPIV3Schema: {{description: {it}}}}}"));
    let diff = diff(&schema("a"), &schema("b"));
    assert_eq!((diff.changed[0].fields.len(), diff.changed[0].descriptions), (0, 1));
}

#[test]
fn a_changed_secret_is_a_change_without_a_value() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n\
             stringData: {{a: {value}, b: same, c: '{{\"x\": \"{value}\"}}'}}\n"
        )
    };
    let diff = diff(&secret("hunter"), &secret("huntest"));
    let fields = &diff.changed[0].fields;
    assert_eq!(fields.len(), 2);
    for field in fields {
        assert_eq!(field.from, Some("(secret)".into()));
        assert_eq!((&field.from, &field.text), (&field.to, &None));
        assert_eq!(field.note, Some(Note::SecretChanged));
    }
    let shown = format!("{diff:?} {}", serde_json::to_string(&diff).unwrap());
    assert!(!shown.contains("hunt"), "{shown}");
}

#[test]
fn a_credential_inside_a_file_is_masked_in_values_and_in_text() {
    let map = |value: &str, other: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  config: |\n    \
             user: {other}\n    password: {value}\n  json: '{{\"token\": \"{value}\"}}'\n"
        )
    };
    let diff = diff(&map("hunter", "me"), &map("huntest", "you"));
    let fields = &diff.changed[0].fields;
    let text = fields[0].text.as_deref().unwrap();
    assert_eq!(text, "@@ -1,2 +1,2 @@\n-user: me\n+user: you\n password: (secret)\n");
    assert_eq!(fields[1].note, Some(Note::SecretChanged));
    let shown = serde_json::to_string(&diff).unwrap();
    assert!(!shown.contains("hunt"), "{shown}");
}
