//! What is reported as changed.

use super::*;

fn changes(before: &Value, after: &Value) -> Vec<String> {
    let text = |it: Option<Value>| it.map_or("-".to_owned(), |it| it.to_string());
    changed_fields(before, after)
        .into_iter()
        .map(|it| format!("{}: {} > {}", it.path, text(it.from), text(it.to)))
        .collect()
}

#[test]
fn items_are_matched_by_their_merge_key() {
    let pod = |image: &str, env: Value| {
        let container = json!({ "name": "web", "image": image, "env": env });
        deployment(&json!({ "containers": [container] }), &json!({}))
    };
    let before = pod("1", json!([{ "name": "A", "value": "1" }, { "name": "B" }]));
    let after = pod("2", json!([{ "name": "C", "value": "x" }, { "name": "A", "value": "2" }]));
    let place = "spec.template.spec.containers[web]";
    assert_eq!(
        changes(&before, &after),
        [
            format!(r#"{place}.env[A].value: "1" > "2""#),
            format!(r#"{place}.env[B]: {{"name":"B"}} > -"#),
            format!(r#"{place}.env[C]: - > {{"name":"C","value":"x"}}"#),
            format!(r#"{place}.image: "1" > "2""#),
        ]
    );
}

#[test]
fn a_port_of_two_protocols_is_matched_by_both() {
    let service = |target: u16| {
        let port = |protocol: &str, target: u16| json!({ "port": 53, "protocol": protocol, "targetPort": target });
        json!({
            "apiVersion": "v1", "kind": "Service",
            "spec": { "ports": [port("TCP", 53), port("UDP", target)] },
        })
    };
    let expected = ["spec.ports[53/UDP].targetPort: 53 > 54"];
    assert_eq!(changes(&service(53), &service(54)), expected);
}

#[test]
fn lists_of_custom_resources_are_matched_by_name_and_other_lists_by_content() {
    let thing = |spec: Value| json!({ "apiVersion": "x/v1", "kind": "Thing", "spec": spec });
    let before = thing(json!({ "components": [{ "name": "a", "v": 1 }], "args": ["x", "y", "z"] }));
    let after = thing(json!({ "components": [{ "name": "a", "v": 2 }], "args": ["w", "z", "x"] }));
    assert_eq!(
        changes(&before, &after),
        [r#"spec.args[0]: - > "w""#, r#"spec.args[1]: "y" > -"#, "spec.components[a].v: 1 > 2",]
    );
}

#[test]
fn another_order_alone_is_a_change_of_order() {
    let thing = |args: Value| json!({ "apiVersion": "x/v1", "kind": "Thing", "a.b": args });
    assert_eq!(
        changes(&thing(json!([1, 2])), &thing(json!([2, 1]))),
        [r#"["a.b"] (order): [1,2] > [2,1]"#]
    );
}

#[test]
fn the_annotation_of_kubectl_is_left_out() {
    let before = config_map(&json!({}));
    let after = annotated(&before);
    assert_eq!(changes(&before, &after), [""; 0]);
    assert_eq!(changes(&after, &before), [""; 0]);
    let more = config_map(&json!({ "annotations": { "a": "b" } }));
    assert_eq!(changes(&after, &annotated(&more)), [r#"metadata.annotations.a: - > "b""#]);
}
