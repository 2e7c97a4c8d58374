//! Overrides of the user on the way over hops.

use serde_json::{Value, json};

use super::support::{Planned, Wish};
use crate::upgrade::{Source, Upgrade};

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
    let wish =
        Wish { to: "1.13", deployment: "local", options: &options, releases, edit: &edit };
    let Some(planned) = Planned::of(&wish) else { return };
    let plan = planned.plan();
    let name = "ConfigMap/kyma-installer/core-overrides";
    for hop in plan["hops"].as_array().unwrap() {
        assert_eq!(hop["kept"], json!([{"object": name, "keys": ["test.version"]}]));
    }
    let step = &planned.steps(1, "apply", "kyma-config-local.yaml")[0];
    planned.crash(step, "inside-0");
    planned.apply_well(&[]);
    let live = object(&planned.upgrade, "configmap", "core-overrides");
    assert_eq!(live["data"]["test.version"], "mine");
    let copy = &live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
    let copy: Value = serde_json::from_str(copy.as_str().unwrap()).unwrap();
    assert_eq!(copy["data"]["test.version"], "1.13.0", "the edit has to stay visible as one");
}
