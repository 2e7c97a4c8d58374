//! Overrides of the user on the way over hops.

use std::path::Path;

use serde_json::{Value, json};

use super::support::{Planned, Wish};
use crate::upgrade::{Chart, Source, Upgrade};

/// An object of the kind in `kyma-installer`.
fn object(upgrade: &Upgrade, kind: &str, name: &str) -> Value {
    let line = format!("-n kyma-installer get {kind} {name} -o json");
    serde_json::from_str(&upgrade.kubectl(&line)).unwrap()
}

#[test]
fn an_edited_override_is_kept_over_three_hops_and_a_crash() {
    let edit = |upgrade: &Upgrade| {
        let patch = r#"{"data":{"test.version":"mine"}}"#;
        let line = "-n kyma-installer patch configmap core-overrides --type=merge -p";
        drop(upgrade.kubectl(&format!("{line} {patch}")));
    };
    let options = ["--keep-overrides"];
    let releases = &Source::made_up;
    let wish = Wish { to: "1.13", deployment: "local", options: &options, releases, edit: &edit };
    let Some(planned) = Planned::of(&wish) else { return };
    let plan = planned.plan();
    let name = "ConfigMap/kyma-installer/core-overrides";
    for hop in plan["hops"].as_array().unwrap() {
        assert_eq!(hop["kept"], json!([{"object": name, "keys": ["test.version"]}]));
    }
    let step = &planned.steps(1, "apply", "kyma-config-local.yaml")[0];
    planned.crash(&format!("{step}:inside-0"), &[]);
    planned.apply_well(&[]);
    let live = object(&planned.upgrade, "configmap", "core-overrides");
    assert_eq!(live["data"]["test.version"], "mine");
    let copy = &live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
    let copy: Value = serde_json::from_str(copy.as_str().unwrap()).unwrap();
    assert_eq!(copy["data"]["test.version"], "1.13.0", "the edit has to stay visible as one");
}

/// Charts of the components. At 1.11.1 `diskSize` of `core` gets a new name, at 1.12.0 a password
/// does, and at 1.13.0 a key of `monitoring` moves to `cluster-essentials`.
fn charts(tag: &str) -> Vec<Chart> {
    let size = if tag == "1.10.0" { "diskSize" } else { "storageSize" };
    let old = matches!(tag, "1.10.0" | "1.11.1");
    let password = if old { "adminPassword" } else { "ownerPassword" };
    let (capacity, secret) = (read(size), read(password));
    let core = format!("kind: A\nspec:\n  capacity: {capacity}\n  secret: {secret}\n");
    let limit = format!("kind: B\nspec:\n  archiveLimit: {}\n", read("archive.sampleLimit"));
    let values = "archive:\n  # How many samples are kept\n  sampleLimit: 71234\n".to_owned();
    let (without, with) = ((String::new(), "kind: B\n".to_owned()), (values, limit));
    let (monitoring, essentials) = if tag == "1.13.0" { (without, with) } else { (with, without) };
    vec![
        ("core/Chart.yaml", "name: core\n".to_owned()),
        ("core/values.yaml", format!("{size}: 7Gi\n{password}: nothing\n")),
        ("core/templates/a.yaml", core),
        ("monitoring/Chart.yaml", "name: monitoring\n".to_owned()),
        ("monitoring/values.yaml", monitoring.0),
        ("monitoring/templates/b.yaml", monitoring.1),
        ("cluster-essentials/Chart.yaml", "name: cluster-essentials\n".to_owned()),
        ("cluster-essentials/values.yaml", essentials.0),
        ("cluster-essentials/templates/b.yaml", essentials.1),
    ]
}

/// What a template reads a value with.
fn read(key: &str) -> String {
    format!("{{{{ .Values.{key} }}}}")
}

const MINE: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: mine, namespace: kyma-installer, labels: {installer: overrides, component: core}}
data: {diskSize: 9Gi}
---
apiVersion: v1
kind: Secret
metadata: {name: mine, namespace: kyma-installer, labels: {installer: overrides, component: core}}
stringData: {adminPassword: hunter}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: limits, namespace: kyma-installer, labels: {installer: overrides, component: monitoring}}
data: {archive.sampleLimit: "5"}
"#;

#[test]
fn renamed_overrides_are_moved_whatever_crashes() {
    let edit = |upgrade: &Upgrade| drop(upgrade.cluster().kubectl(&["apply", "-f", "-"], MINE));
    let releases = |folder: &Path| Source::with_charts(folder, &charts);
    let options = ["--migrate-overrides"];
    let wish = Wish {
        to: "1.13",
        deployment: "cluster",
        options: &options,
        releases: &releases,
        edit: &edit,
    };
    let Some(planned) = Planned::of(&wish) else { return };
    let plan = planned.plan();
    assert_eq!(plan["ready"], true, "{:#}", plan["report"]["hops"][0]["findings"]);
    for hop in 0..3 {
        let moves = &plan["hops"][hop]["moves"];
        assert_eq!(moves.as_array().map(Vec::len), Some(2), "hop {hop}: {moves:#}");
        for step in planned.steps(hop, "migrate", "") {
            // A crash costs the time of a lock, so the other places are tried at one hop only.
            let places: &[&str] =
                if hop == 0 { &["begun", "inside-0", "effect"] } else { &["inside-0"] };
            for place in places {
                planned.crash(&format!("{step}:{place}"), &[]);
            }
        }
    }
    planned.apply_well(&[]);
    let mine = object(&planned.upgrade, "configmap", "mine");
    assert_eq!(mine["data"], json!({"storageSize": "9Gi"}));
    let secret = object(&planned.upgrade, "secret", "mine");
    assert_eq!(secret["data"], json!({"ownerPassword": "aHVudGVy"}));
    let limits = object(&planned.upgrade, "configmap", "limits-cluster-essentials");
    assert_eq!(limits["data"], json!({"archive.sampleLimit": "5"}));
    let label = |name: &str| limits["metadata"]["labels"][name].as_str().unwrap().to_owned();
    assert_eq!(label("installer"), "overrides");
    assert_eq!(label("component"), "cluster-essentials");
    let old = object(&planned.upgrade, "configmap", "limits");
    assert_eq!(old["data"], Value::Null, "the old key goes");
    let text = fs_err::read_to_string(planned.path()).unwrap();
    assert!(!text.contains("hunter") && !text.contains("aHVudGVy"), "a secret is in the plan");
    let saved = object(&planned.upgrade, "secret", "kyma-upgrade-saved-1.12.0");
    assert!(saved["data"]["Secret.kyma-installer.mine.json"].is_string());
}
