use super::*;
use crate::overrides::OverrideKey;
use crate::release::KubernetesFacts;
use crate::simulate::ClusterState;
use crate::yaml::Limits;

/// Override objects: kind, name, component, data.
type Objects<'a> = &'a [(&'a str, &'a str, &'a str, Json)];

fn state(objects: Objects<'_>) -> ClusterState {
    let items: Vec<_> = objects
        .iter()
        .map(|(kind, name, component, data)| {
            let labels = json!({"installer": "overrides", "component": component});
            let metadata = json!({"name": name, "namespace": NAMESPACE, "labels": labels});
            json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
        })
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    ClusterState::read("state.json", list.as_bytes(), &Limits::default()).unwrap()
}

/// A place as `Kind/name component:key`.
fn place(text: &str) -> Place {
    let (object, key) = text.split_once(' ').unwrap();
    let (kind, name) = object.split_once('/').unwrap();
    let (component, key) = key.split_once(':').unwrap();
    let object = ObjectKey {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        name: name.to_owned(),
    };
    Place { object, key: OverrideKey::new(Some(component), key) }
}

/// The moves of one key, and a state after them; none where they cannot be done.
fn moved(objects: Objects<'_>, from: &str, to: &str) -> Option<ClusterState> {
    let api = KubernetesFacts::builtin();
    let release = Bundle::new(&semver::Version::new(1, 2, 0), Vec::new());
    let mut simulator = Simulator::over(state(objects), &api);
    let set = MoveKind::Set { from: place(from) };
    let remove = MoveKind::Remove { successor: place(to) };
    simulator.plan_moves(vec![
        Move { when: When::Before, at: place(to), what: set },
        Move { when: When::After, at: place(from), what: remove },
    ]);
    let moves = simulator.take_moves(&release);
    assert!(simulator.moves.is_empty(), "they are for one hop");
    if moves.is_empty() {
        return None;
    }
    let before = simulator.migrate(&moves, When::Before);
    let verb =
        if state(objects).contains(&place(to).object) { Verb::Configured } else { Verb::Created };
    assert_eq!((before.len(), before[0].verb), (1, verb));
    assert!(simulator.value(&place(from)).is_some(), "both stand there during the hop");
    let after = simulator.migrate(&moves, When::After);
    assert_eq!((after.len(), after[0].verb), (1, Verb::Configured));
    Some(simulator.state)
}

fn data(state: &ClusterState, at: &str) -> Json {
    state.get(&place(at).object).unwrap()["data"].clone()
}

#[test]
fn a_value_is_carried_as_it_is() {
    let objects: Objects<'_> = &[("ConfigMap", "m", "core", json!({"a": "x", "z": "1"}))];
    let state = moved(objects, "ConfigMap/m core:a", "ConfigMap/m core:b").unwrap();
    assert_eq!(data(&state, "ConfigMap/m core:b"), json!({"b": "x", "z": "1"}));
}

#[test]
fn a_secret_reads_under_its_new_key_as_the_cluster_will_show_it() {
    let value = json!({"a": "aHVudGVy"});
    let objects: Objects<'_> =
        &[("Secret", "m", "core", value), ("Secret", "n", "core", json!({"b.c": "aHVudGVy"}))];
    let state = moved(objects, "Secret/m core:a", "Secret/m core:b").unwrap();
    let after = data(&state, "Secret/m core:b");
    assert_eq!(after["b"], data(&state, "Secret/n core:b.c")["b.c"], "the same seal");
    assert!(is_sealed(after["b"].as_str().unwrap()) && after.get("a").is_none());
}

#[test]
fn a_value_is_sealed_where_its_new_key_names_a_credential() {
    let objects: Objects<'_> = &[
        ("ConfigMap", "m", "core", json!({"a": "x"})),
        ("ConfigMap", "n", "core", json!({"password": "x"})),
    ];
    let state = moved(objects, "ConfigMap/m core:a", "ConfigMap/m core:adminPassword").unwrap();
    let sealed = &data(&state, "ConfigMap/m core:a")["adminPassword"];
    assert_eq!(*sealed, data(&state, "ConfigMap/n core:a")["password"]);
}

#[test]
fn a_new_object_gets_the_labels_that_the_operator_looks_for() {
    let objects: Objects<'_> = &[("ConfigMap", "m", "core", json!({"a": "x"}))];
    let state = moved(objects, "ConfigMap/m core:a", "ConfigMap/m-logging logging:a").unwrap();
    let new = state.get(&place("ConfigMap/m-logging logging:a").object).unwrap();
    assert_eq!(new["metadata"]["labels"]["installer"], "overrides");
    assert_eq!(new["metadata"]["labels"]["component"], "logging");
    assert_eq!(new["data"], json!({"a": "x"}));
}

#[test]
fn what_cannot_be_predicted_or_would_be_beaten_stays() {
    let password = json!({"password": "x"});
    let one: Objects<'_> = &[("ConfigMap", "m", "core", password)];
    assert!(moved(one, "ConfigMap/m core:password", "ConfigMap/m core:b").is_none());
    let gone: Objects<'_> = &[("ConfigMap", "m", "core", json!({"z": "x"}))];
    assert!(moved(gone, "ConfigMap/m core:a", "ConfigMap/m core:b").is_none());
    let other: Objects<'_> = &[("ConfigMap", "m", "core", json!({"a": "x", "b": "y"}))];
    assert!(moved(other, "ConfigMap/m core:a", "ConfigMap/m core:b").is_none());
    let beaten: Objects<'_> = &[
        ("ConfigMap", "m", "core", json!({"a": "x"})),
        ("ConfigMap", "n", "core", json!({"b": "x"})),
    ];
    assert!(moved(beaten, "ConfigMap/m core:a", "ConfigMap/m core:b").is_none());
    let secret: Objects<'_> = &[("Secret", "m", "core", json!({"a": "eA=="}))];
    assert!(moved(secret, "Secret/m core:a", "ConfigMap/m core:b").is_none());
    let foreign: Objects<'_> = &[
        ("ConfigMap", "m", "core", json!({"a": "x"})),
        ("ConfigMap", "n", "other", json!({"z": "x"})),
    ];
    assert!(moved(foreign, "ConfigMap/m core:a", "ConfigMap/n logging:a").is_none());
}
