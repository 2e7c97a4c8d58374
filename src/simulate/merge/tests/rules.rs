//! One rule of the merge at a time.

use super::*;

fn pod_patch(original: &Value, manifest: &Value, live: &Value) -> Value {
    let [original, manifest, live] =
        [original, manifest, live].map(|it| deployment(it, &json!({})));
    patch_of(&original, &manifest, &live)["spec"]["template"]["spec"].take()
}

fn metadata_patch(original: &Value, manifest: &Value, live: &Value) -> Value {
    let [original, manifest, live] = [original, manifest, live].map(config_map);
    patch_of(&original, &manifest, &live)["metadata"].take()
}

#[test]
fn built_in_kinds_get_a_strategic_merge_and_all_others_a_json_merge() {
    assert_eq!(style("apps/v1", "Deployment"), Style::Strategic);
    assert_eq!(style("v1", "Secret"), Style::Strategic);
    assert_eq!(style("policy/v1beta1", "PodSecurityPolicy"), Style::Strategic);
    assert_eq!(style("extensions/v1beta1", "Ingress"), Style::Strategic);
    assert_eq!(style("installer.kyma-project.io/v1alpha1", "Installation"), Style::Json);
    assert_eq!(style("serving.knative.dev/v1", "Service"), Style::Json);
    for (api_version, kind) in [
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
        ("apiregistration.k8s.io/v1", "APIService"),
    ] {
        assert_eq!(Kubectl::V1_20.style(api_version, kind), Style::Json);
        assert_eq!(Kubectl::V1_32.style(api_version, kind), Style::Strategic);
    }
}

#[test]
fn items_with_a_merge_key_are_merged_and_dropped_ones_deleted() {
    let original = json!({ "containers": [
        { "name": "a", "image": "1", "env": [{ "name": "X", "value": "1" }, { "name": "Y" }] },
        { "name": "b", "image": "1" },
    ] });
    let manifest = json!({ "containers": [
        { "name": "c", "image": "1" },
        { "name": "a", "image": "2", "env": [{ "name": "Y" }] },
    ] });
    let expected = json!({
        "$setElementOrder/containers": [{ "name": "c" }, { "name": "a" }],
        "containers": [
            { "name": "c", "image": "1" },
            {
                "name": "a", "image": "2",
                "$setElementOrder/env": [{ "name": "Y" }],
                "env": [{ "name": "X", "$patch": "delete" }],
            },
            { "name": "b", "$patch": "delete" },
        ],
    });
    assert_eq!(pod_patch(&original, &manifest, &original), expected);
}

#[test]
fn lists_without_a_merge_key_are_replaced() {
    let original = json!({ "tolerations": [{ "key": "a" }, { "key": "b" }] });
    let manifest = json!({ "tolerations": [{ "key": "b" }] });
    assert_eq!(pod_patch(&original, &manifest, &original), manifest);
    let role = |rules: Value| json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": rules });
    let (old, new) = (role(json!([{ "name": "a" }])), role(json!([{ "name": "b" }])));
    assert_eq!(patch_of(&old, &new, &old), json!({ "rules": [{ "name": "b" }] }));
}

#[test]
fn a_list_of_one_name_is_merged_in_one_type_and_replaced_in_another() {
    let account = |field: &str, names: [&str; 2]| {
        let names = names.map(|it| json!({ "name": it }));
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", field: names })
    };
    let patch = |field| {
        let (old, new) = (account(field, ["a", "b"]), account(field, ["a", "c"]));
        patch_of(&old, &new, &old)
    };
    let replaced = json!({ "imagePullSecrets": [{ "name": "a" }, { "name": "c" }] });
    assert_eq!(patch("imagePullSecrets"), replaced);
    let merged = json!([{ "name": "c" }, { "name": "b", "$patch": "delete" }]);
    assert_eq!(patch("secrets")["secrets"], merged);
    let one = json!({ "imagePullSecrets": [{ "name": "a" }] });
    let other = json!({ "imagePullSecrets": [{ "name": "b" }] });
    assert_eq!(
        pod_patch(&one, &other, &one)["imagePullSecrets"],
        json!([{ "name": "b" }, { "name": "a", "$patch": "delete" }])
    );
}

#[test]
fn retain_keys_clears_what_the_manifest_lacks() {
    let rolling =
        json!({ "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } } });
    let recreate = json!({ "strategy": { "type": "Recreate" } });
    let [old, new] = [rolling, recreate].map(|it| deployment(&json!({}), &it));
    let unapplied = deployment(&json!({}), &json!({}));
    assert_eq!(
        patch_of(&unapplied, &new, &old)["spec"]["strategy"],
        json!({ "$retainKeys": ["type"], "type": "Recreate" })
    );
    assert_eq!(applied(&unapplied, &new, &old)["spec"]["strategy"], json!({ "type": "Recreate" }));
}

#[test]
fn a_volume_keeps_one_source() {
    let live = json!({ "volumes": [
        { "name": "v", "configMap": { "name": "a", "defaultMode": 420 } },
        { "name": "w", "emptyDir": {} },
    ] });
    let manifest = json!({ "volumes": [{ "name": "v", "secret": { "secretName": "b" } }] });
    assert_eq!(
        pod_patch(&json!({}), &manifest, &live),
        json!({
            "$setElementOrder/volumes": [{ "name": "v" }],
            "volumes": [
                { "$retainKeys": ["name", "secret"], "name": "v", "secret": { "secretName": "b" } },
            ],
        })
    );
    let [none, manifest, live] = [json!({}), manifest, live].map(|it| deployment(&it, &json!({})));
    let result = applied(&none, &manifest, &live);
    assert_eq!(
        result["spec"]["template"]["spec"]["volumes"],
        json!([{ "name": "v", "secret": { "secretName": "b" } }, { "name": "w", "emptyDir": {} }])
    );
}

#[test]
fn finalizers_are_a_merged_list_of_scalars() {
    let original = json!({ "finalizers": ["a", "b"] });
    let manifest = json!({ "finalizers": ["b", "c"] });
    let live = json!({ "finalizers": ["a", "b", "foreign"] });
    assert_eq!(
        metadata_patch(&original, &manifest, &live),
        json!({
            "$deleteFromPrimitiveList/finalizers": ["a"],
            "$setElementOrder/finalizers": ["b", "c"],
            "finalizers": ["c"],
        })
    );
    let [original, manifest, live] = [original, manifest, live].map(|it| config_map(&it));
    let result = applied(&original, &manifest, &live);
    assert_eq!(result["metadata"]["finalizers"], json!(["b", "c", "foreign"]));
}

#[test]
fn finalizers_that_are_not_sorted_are_never_unchanged() {
    let metadata = json!({ "finalizers": ["b", "a"] });
    let expected = json!({ "$setElementOrder/finalizers": ["b", "a"] });
    assert_eq!(metadata_patch(&metadata, &metadata, &metadata), expected);
}

#[test]
fn what_the_manifest_dropped_is_null_unless_it_was_never_applied() {
    let original = json!({ "labels": { "a": "1", "b": "1" }, "annotations": { "x": "1" } });
    let manifest = json!({ "labels": { "a": "1" } });
    let live = json!({ "labels": { "a": "1", "c": "1" } });
    assert_eq!(
        metadata_patch(&original, &manifest, &live),
        json!({ "annotations": null, "labels": { "b": null } })
    );
    assert_eq!(metadata_patch(&json!({}), &manifest, &live), Value::Null);
}

#[test]
fn a_null_in_the_manifest_is_sent_by_the_strategic_merge_alone() {
    let manifest = config_map(&json!({ "creationTimestamp": null }));
    let live = config_map(&json!({ "creationTimestamp": "2021-01-01T00:00:00Z" }));
    let expected = json!({ "metadata": { "creationTimestamp": null } });
    assert_eq!(patch_of(&manifest, &manifest, &live), expected);
    assert_eq!(applied(&manifest, &manifest, &live), live);
    assert_eq!(patch(Style::Json, Some(&manifest), &manifest, &live), Ok(json!({})));
}

#[test]
fn foreign_items_alone_make_a_patch_that_changes_nothing() {
    let manifest = deployment(&json!({ "containers": [{ "name": "a" }] }), &json!({}));
    let live = json!({ "containers": [{ "name": "a" }, { "name": "side" }] });
    let live = deployment(&live, &json!({}));
    assert_ne!(patch_of(&manifest, &manifest, &live), json!({}));
    assert_eq!(applied(&manifest, &manifest, &live), live);
}

#[test]
fn items_of_others_stay_where_they_are_among_those_of_the_manifest() {
    let service = |ports: &[u16]| {
        let ports: Vec<Value> = ports.iter().map(|it| json!({ "port": it })).collect();
        json!({ "apiVersion": "v1", "kind": "Service", "spec": { "ports": ports } })
    };
    let ports = |original: &[u16], manifest: &[u16], live: &[u16]| {
        let result = applied(&service(original), &service(manifest), &service(live));
        let ports = result["spec"]["ports"].as_array().unwrap().clone();
        ports.iter().map(|it| it["port"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ports(&[1, 2], &[2, 1], &[1, 9, 2]), [9, 2, 1]);
    assert_eq!(ports(&[1, 3], &[3, 4], &[1, 9, 3]), [9, 3, 4]);
    assert_eq!(ports(&[], &[4], &[9]), [4, 9]);
    // The added item takes the room of the deleted one, behind the foreign one.
    assert_eq!(ports(&[1], &[4], &[1, 9]), [9, 4]);
}

#[test]
fn an_item_that_is_gone_already_comes_back_without_its_fields() {
    let pod = |env: Value| json!({ "containers": [{ "name": "c", "env": env }] });
    let [original, manifest] =
        [json!([{ "name": "X" }, { "name": "Y" }]), json!([{ "name": "Y" }])]
            .map(|it| deployment(&pod(it), &json!({})));
    let live = deployment(&json!({ "containers": [{ "name": "c" }] }), &json!({}));
    let result = applied(&original, &manifest, &live);
    let env = &result["spec"]["template"]["spec"]["containers"][0]["env"];
    assert_eq!(*env, json!([{ "name": "Y" }, { "name": "X" }]));
}

#[test]
fn a_json_merge_replaces_lists_and_reads_numbers_as_floats() {
    let thing = |spec: Value| json!({ "apiVersion": "x/v1", "kind": "Thing", "spec": spec });
    let original = thing(json!({ "a": [1], "gone": { "x": 1 }, "kept": { "x": 1, "y": 1 } }));
    let manifest = thing(json!({ "a": [1, 2], "kept": { "x": 1 }, "new": { "n": null, "m": 1 } }));
    let live = thing(
        json!({ "a": [1.0], "gone": { "x": 1, "z": 1 }, "kept": { "x": 1.0, "y": 1 }, "own": 1 }),
    );
    let expected = json!({ "spec": { "a": [1, 2], "gone": null, "kept": { "y": null }, "new": { "m": 1, "n": null } } });
    assert_eq!(patch_of(&original, &manifest, &live), expected);
    let result = thing(json!({ "a": [1, 2], "kept": { "x": 1.0 }, "new": { "m": 1 }, "own": 1 }));
    assert_eq!(applied(&original, &manifest, &live), result);
}

#[test]
fn a_json_merge_keeps_empty_objects_and_drops_nulls_from_lists() {
    let thing = |spec: Value| json!({ "apiVersion": "x/v1", "kind": "Thing", "spec": spec });
    let manifest = thing(json!({ "e": {}, "l": [null, { "n": null, "m": [] }], "n": null }));
    let live = thing(json!({}));
    let expected = json!({ "spec": { "e": {}, "l": [{ "m": [] }] } });
    assert_eq!(patch_of(&manifest, &manifest, &live), expected);
}

#[test]
fn a_definition_with_changed_schemas_falls_back_to_a_json_merge() {
    let crd = |properties: Value| {
        json!({
            "apiVersion": "apiextensions.k8s.io/v1beta1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "a" },
            "spec": { "validation": { "openAPIV3Schema": { "properties": properties } } },
        })
    };
    let style_for = |manifest: Value| {
        let live = annotated(&crd(json!({ "spec": { "type": "object" } })));
        Kubectl::V1_32.patch(&manifest, &live).unwrap().style
    };
    assert_eq!(style_for(crd(json!({ "spec": { "type": "string" } }))), Style::Json);
    assert_eq!(style_for(crd(json!({ "spec": { "type": "object" } }))), Style::Strategic);
}

#[test]
fn a_manifest_for_another_object_is_refused_by_the_json_merge() {
    let thing = |name: &str| json!({ "kind": "Thing", "metadata": { "name": name } });
    let refused = patch(Style::Json, None, &thing("a"), &thing("b"));
    assert_eq!(refused, Err(MergeError::Identity));
}

#[test]
fn errors_name_the_field() {
    let live = json!({ "containers": [{ "name": "a", "ports": [{ "containerPort": 1 }] }] });
    let error = |ports: Value| {
        let manifest = json!({ "containers": [{ "name": "a", "ports": ports }] });
        let [manifest, live] = [&manifest, &live].map(|it| deployment(it, &json!({})));
        patch(Style::Strategic, None, &manifest, &live).unwrap_err().to_string()
    };
    let place = "spec.template.spec.containers[a].ports";
    assert_eq!(
        error(json!([{ "name": "x" }])),
        format!("{place}: an item has no `containerPort`, by which the list is merged")
    );
    assert_eq!(error(json!([1])), format!("{place}: the items are not all of the same type"));
    assert_eq!(error(json!([[1]])), format!("{place}: the items are not all of the same type"));
    let error = patch(Style::Json, None, &json!({}), &json!([])).unwrap_err();
    assert_eq!(error.to_string(), "the live object is no JSON object");
}
