use super::*;
use crate::manifest::ObjectKey;
use crate::yaml::{Node, Value};

/// A set of overrides from lines of `component key = value`; `*` stands for common keys.
fn set(lines: &[&str]) -> OverrideSet {
    lines.iter().map(|line| entry(line)).collect()
}

fn entry(line: &str) -> Override {
    let (path, value) = line.split_once(" = ").unwrap();
    let (component, key) = path.split_once(' ').unwrap();
    let component = (component != "*").then_some(component);
    let node = |value| Node { line: 1, column: 1, value };
    Override {
        key: OverrideKey::new(component, key),
        value: node(Value::String(value.to_owned())),
        object: ObjectKey {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            namespace: Some("kyma-installer".to_owned()),
            name: format!("{}-overrides", component.unwrap_or("common")),
        },
        source: "1.0.0/kyma-config-local.yaml".into(),
        line: 1,
        column: 1,
    }
}

/// The renames as lines of `old -> new, new (kind)`.
fn found(old: &[&str], new: &[&str]) -> Vec<String> {
    let line = |it: &Rename| {
        let to: Vec<_> = it.to.iter().map(ToString::to_string).collect();
        format!("{} -> {} ({})", it.from, to.join(", "), it.kind.as_str())
    };
    between(&set(old), &set(new), &[]).iter().map(line).collect()
}

#[test]
fn equal_sets_have_no_renames() {
    let keys = ["core a.minikubeIP = x", "* global.b = y"];
    assert!(found(&keys, &keys).is_empty());
}

#[test]
fn a_telling_last_segment_in_the_same_object_is_a_rename() {
    let old = ["broker config.isDevelopMode = true"];
    let new = ["broker global.isDevelopMode = true"];
    assert_eq!(
        found(&old, &new),
        ["broker:config.isDevelopMode -> broker:global.isDevelopMode (renamed)"]
    );
}

#[test]
fn a_part_of_a_component_with_another_name_is_a_move() {
    let old = ["core generator.minikubeIP = "];
    let new = ["core kubeconfig-service.minikubeIP = "];
    assert_eq!(
        found(&old, &new),
        ["core:generator.minikubeIP -> core:kubeconfig-service.minikubeIP (moved)"]
    );
}

#[test]
fn keys_that_become_one_global_key_are_merged() {
    let old = ["core proxy.minikubeIP = ", "assets store.minikubeIP = "];
    let new = ["* global.minikubeIP = "];
    assert_eq!(
        found(&old, &new),
        [
            "assets:store.minikubeIP -> global.minikubeIP (merged)",
            "core:proxy.minikubeIP -> global.minikubeIP (merged)"
        ]
    );
}

#[test]
fn an_added_segment_in_two_ways_is_a_split() {
    let old = ["istio mixer.resources.limits.memory = 256Mi"];
    let new = [
        "istio mixer.policy.resources.limits.memory = 2Gi",
        "istio mixer.telemetry.resources.limits.memory = 2Gi",
        "istio mixer.policy.resources.limits.cpu = 1",
    ];
    assert_eq!(
        found(&old, &new),
        ["istio:mixer.resources.limits.memory -> istio:mixer.policy.resources.limits.memory, \
             istio:mixer.telemetry.resources.limits.memory (split)"]
    );
}

#[test]
fn the_same_letters_divided_otherwise_are_the_same_name() {
    let old = ["* global.connectorDomainName = x", "assets assetstore-manager.ip = "];
    let new = ["* global.connector.domainName = y", "assets asset-store-manager.ip = "];
    assert_eq!(
        found(&old, &new),
        [
            "global.connectorDomainName -> global.connector.domainName (renamed)",
            "assets:assetstore-manager.ip -> assets:asset-store-manager.ip (moved)"
        ]
    );
}

#[test]
fn a_component_that_was_split_takes_its_key_along() {
    let old = ["knative knative.domainName = kyma.local"];
    let new = ["knative-serving knative-serving.domainName = kyma.local"];
    assert_eq!(
        found(&old, &new),
        ["knative:knative.domainName -> knative-serving:knative-serving.domainName (renamed)"]
    );
}

#[test]
fn equal_generic_names_and_equal_values_are_no_rename() {
    let pairs: [(&[&str], &[&str]); 5] = [
        (&["* global.etcdBackup.enabled = false"], &["* global.catalogCrds.enabled = false"]),
        (&["core kubeless.tests.enabled = false"], &["serverless tests.enabled = false"]),
        (&["a x.resources.limits.memory = 1Gi"], &["a y.resources.limits.memory = 1Gi"]),
        (&["a x.service.internalPort = 3000"], &["b y.service.internalPort = 3000"]),
        (&["a left.namespace = istio-system"], &["a right.region = istio-system"]),
    ];
    for (old, new) in pairs {
        assert!(found(old, new).is_empty(), "{old:?} {new:?}");
    }
}

#[test]
fn what_comes_near_is_named_without_being_called_a_rename() {
    let old = set(&["broker left.minikubeIP = x"]);
    let new = set(&["other right.minikubeIP = y"]);
    assert!(between(&old, &new, &[]).is_empty());
    let near = nearest(old.iter().next().unwrap(), &old, &new);
    assert_eq!(near, [OverrideKey::new(Some("other"), "right.minikubeIP")]);
}

#[test]
fn a_documented_rename_beats_a_similar_key() {
    let fact = DocumentedRename {
        at: "1.11".parse().unwrap(),
        component: Some("istio".to_owned()),
        prefixes: vec!["gateways.".to_owned()],
        to: "control_plane".to_owned(),
        note: "one document".to_owned(),
        source: "a script".to_owned(),
    };
    let old = set(&["istio gateways.a.minikubeIP = x", "istio gateways.b.type = y"]);
    let new = set(&["istio other.a.minikubeIP = x"]);
    let renames = between(&old, &new, &[&fact]);
    assert!(renames.iter().all(|it| it.to == [OverrideKey::new(Some("istio"), "control_plane")]));
    assert_eq!(renames[0].kind, RenameKind::Merged);
    assert_eq!(renames[0].confidence, Confidence::new(1.0));
}
