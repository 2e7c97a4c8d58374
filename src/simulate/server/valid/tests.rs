use serde_json::json;

use super::*;

fn found(object: &Value) -> Vec<String> {
    let kubernetes = KubernetesVersion { major: 1, minor: 20 };
    valid(object, kubernetes).into_iter().map(|it| format!("{} {}", it.path, it.why)).collect()
}

fn config_map(name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

#[test]
fn values_of_the_wrong_type_are_told_and_nothing_else() {
    let map = config_map("Not a name", &json!({"a": 1, "b": true, "c": null, "d": "x"}));
    assert_eq!(
        found(&map),
        ["data.a is no string: put it in quotes", "data.b is no string: put it in quotes"]
    );
    let labels = json!({"apiVersion": "example.com/v1", "kind": "X",
        "metadata": {"name": "x", "labels": {"a": true}, "annotations": {"b": 1}}, "spec": 5});
    assert_eq!(
        found(&labels),
        [
            "metadata.labels.a is no string: put it in quotes",
            "metadata.annotations.b is no string: put it in quotes"
        ]
    );
}

const RBAC: &str = "rbac.authorization.k8s.io/v1";

#[test]
fn names_are_judged_by_kind() {
    let named = |version: &str, kind: &str, name: &str| {
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": name},
            "roleRef": {"kind": "Role", "name": "r"}, "spec": {"type": "ExternalName"}})
    };
    let good = [
        named("v1", "ConfigMap", "a.b-c"),
        named("v1", "ServiceAccount", "1"),
        named(RBAC, "RoleBinding", "system:Some_name"),
        named("example.com/v1", "X", "a.b"),
    ];
    for it in &good {
        assert_eq!(found(it), Vec::<String>::new());
    }
    let bad = [
        named("v1", "ConfigMap", "a_b"),
        named("v1", "Namespace", "a.b"),
        named("v1", "Service", "1a"),
        named(RBAC, "RoleBinding", "a/b"),
        named("example.com/v1", "X", "A"),
        named("v1", "ConfigMap", ""),
    ];
    for it in &bad {
        assert_eq!(found(it).len(), 1, "{it}");
    }
}

#[test]
fn base64_is_checked_but_not_in_sealed_values() {
    let secret = |value: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": value}});
    assert_eq!(found(&secret("YWJj\nZA==")), Vec::<String>::new());
    assert_eq!(found(&secret("(sealed:00ff)")), Vec::<String>::new());
    assert_eq!(found(&secret("__CERT__")), ["data.a is not base64"]);
}

#[test]
fn keys_and_sizes_of_data_are_limited() {
    let large = config_map("a", &json!({"k": "x".repeat(1024 * 1024 + 1)}));
    assert_eq!(found(&large), ["data holds 1048577 bytes, more than the limit of 1048576"]);
    assert_eq!(found(&config_map("a", &json!({"a/b": "", "..c": "", ".d": ""}))).len(), 2);
    let both = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"k": ""}, "binaryData": {"k": ""}});
    assert_eq!(found(&both), ["binaryData.k stands in data, too"]);
}

#[test]
fn a_selector_has_to_find_the_template() {
    let deployment = |version: &str, selector: Value| {
        json!({"apiVersion": version, "kind": "Deployment", "metadata": {"name": "d"}, "spec": {
            "selector": selector, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]}}}})
    };
    let other = json!({"matchLabels": {"a": "c"}});
    assert_eq!(
        found(&deployment("apps/v1", other)),
        ["spec.selector does not match the labels of the Pod template"]
    );
    assert_eq!(found(&deployment("apps/v1", Value::Null)).len(), 1);
    assert_eq!(found(&deployment("extensions/v1beta1", Value::Null)), Vec::<String>::new());
    let expression = json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]});
    assert_eq!(found(&deployment("apps/v1", expression)), Vec::<String>::new());
}

#[test]
fn a_job_needs_containers_and_an_end() {
    let job = |spec: Value| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"},
            "spec": {"template": {"spec": spec}}})
    };
    let paths = |it: &Value| {
        let told = found(it);
        told.iter().map(|it| it.split_once(' ').unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&job(json!({}))),
        ["spec.template.spec.containers", "spec.template.spec.restartPolicy"]
    );
    let container = json!([{"name": "a"}]);
    assert_eq!(
        paths(&job(json!({"restartPolicy": "Never", "containers": container}))),
        ["spec.template.spec.containers.0.image"]
    );
}

#[test]
fn quantities_and_numbers_are_read() {
    let range = |max: Value| {
        json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"},
            "spec": {"limits": [{"type": "Pod", "max": {"cpu": max}}]}})
    };
    assert_eq!(found(&range(json!("1 Gi"))).len(), 1);
    assert_eq!(found(&range(json!(0.5))), Vec::<String>::new());
    assert_eq!(found(&range(json!("99999999999999999999999999999999999999999"))).len(), 0);
    let replicas = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"},
        "automountServiceAccountToken": "false"});
    assert_eq!(found(&replicas), ["automountServiceAccountToken is neither true nor false"]);
}

#[test]
fn ports_of_a_service_have_names_of_their_own_where_there_are_several() {
    let service = |names: &[Option<&str>]| {
        let port = |(name, port): (Option<&str>, u16)| json!({"name": name, "port": port});
        let ports: Vec<_> = names.iter().copied().zip(80..).map(port).collect();
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": ports}})
    };
    assert_eq!(found(&service(&[None])), Vec::<String>::new());
    assert_eq!(found(&service(&[Some("a"), Some("b")])), Vec::<String>::new());
    assert_eq!(found(&service(&[Some("a"), Some("a")])), ["spec.ports.1.name stands there twice"]);
    assert_eq!(
        found(&service(&[Some("a"), None])),
        ["spec.ports.1.name is missing, and there are several ports"]
    );
}
