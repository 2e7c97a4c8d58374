//! Patches that kubectl 1.20.2 and 1.32.4 sent to an API server of Kubernetes 1.20.2.
//!
//! Each line of the fixture is one run of `kubectl apply`: the manifest, the live object before it,
//! the request (none where kubectl said `unchanged`), and, where the server set no defaults, the
//! live object after it.

use super::*;

const RUNS: &str = include_str!("../../../../fixtures/merge/recorded.jsonl");

fn runs() -> impl Iterator<Item = Value> {
    RUNS.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn kubectl(name: &Value) -> Kubectl {
    match name.as_str().unwrap() {
        "1.20" => Kubectl::V1_20,
        "1.32" => Kubectl::V1_32,
        name => panic!("{name}"),
    }
}

/// Old servers show an empty creation timestamp of a pod template as null.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(_, it)| !it.is_null());
            kept.map(|(key, it)| (key.clone(), without_nulls(it))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect::<Vec<_>>().into(),
        value => value.clone(),
    }
}

#[test]
fn the_patch_is_the_one_that_kubectl_sent() {
    for run in runs() {
        for version in run["kubectl"].as_array().unwrap() {
            let patch = kubectl(version).patch(&run["manifest"], &run["live"]).unwrap();
            let name = format!("{version}: {}", run["name"]);
            assert_eq!(patch.body, run["patch"], "{name}");
            assert_eq!(patch.is_empty(), run["style"].is_null(), "{name}");
            if !patch.is_empty() {
                assert_eq!(patch.style.content_type(), run["style"], "{name}");
            }
        }
    }
}

#[test]
fn the_object_is_the_one_that_the_server_had_afterwards() {
    let mut compared = 0;
    for run in runs().filter(|it| !it["after"].is_null()) {
        let patch = kubectl(&run["kubectl"][0]).patch(&run["manifest"], &run["live"]).unwrap();
        let after = apply_patch(patch.style, &run["live"], &patch.body).unwrap();
        assert_eq!(without_nulls(&after), without_nulls(&run["after"]), "{}", run["name"]);
        compared += 1;
    }
    assert!(compared >= 20, "only {compared} runs have an object to compare with");
}
