//! SARIF of the built-in example: findings stand where a user can correct them.

use std::path::Path;

use serde_json::Value;

use crate::support::{run, snapshot};

const PLAN: [&str; 7] = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3"];

fn printed(more: &[&str]) -> String {
    let output = run(&[&PLAN, more, &["-o", "sarif"]].concat());
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn results(text: &str) -> Vec<Value> {
    let log: Value = serde_json::from_str(text).unwrap();
    log["runs"][0]["results"].as_array().unwrap().clone()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// What stands at the place of a finding in a file of the user, and the key that it is about.
fn pointed_at(result: &Value) -> Option<(String, String)> {
    let place = &result["locations"][0]["physicalLocation"];
    if place["artifactLocation"]["uriBaseId"] != "%SRCROOT%" {
        return None;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join(place["artifactLocation"]["uri"].as_str().unwrap());
    let text = fs_err::read_to_string(file).unwrap();
    let region = &place["region"];
    let line: Vec<char> = text.lines().nth(number(&region["startLine"]) - 1)?.chars().collect();
    let columns = number(&region["startColumn"]) - 1..number(&region["endColumn"]) - 1;
    let key = result["locations"][0]["logicalLocations"][0]["name"].as_str().unwrap();
    Some((line[columns].iter().collect(), key.to_owned()))
}

#[test]
fn the_plan_as_sarif() {
    snapshot("plan_sarif", &printed(&["-f", "fixtures/demo/my-overrides.yaml"]));
}

#[test]
fn findings_about_overrides_point_at_their_keys() {
    let results = results(&printed(&["-f", "fixtures/demo/my-overrides.yaml"]));
    let pointed: Vec<_> = results.iter().filter_map(pointed_at).collect();
    assert!(8 < pointed.len());
    for (text, key) in pointed {
        assert_eq!(text, key);
    }
    let fates = results.iter().filter(|it| it["ruleId"] == "override-renamed");
    assert!(fates.clone().count() > 1);
    for fate in fates {
        let objects = fate["locations"][0]["logicalLocations"].as_array().unwrap();
        assert!(objects.iter().any(|it| it["kind"] == "object"), "{fate:#}");
    }
}

#[test]
fn a_file_that_is_called_otherwise_is_the_same_to_code_scanning() {
    let uris = |files: &str| -> Vec<Value> {
        let results = results(&printed(&["-f", files]));
        let places = results.iter().map(|it| &it["locations"][0]["physicalLocation"]);
        places.map(|it| it["artifactLocation"]["uri"].clone()).collect()
    };
    let plain = uris("fixtures/demo/my-overrides.yaml");
    assert_eq!(plain, uris("./src/../fixtures/demo//my-overrides.yaml"));
    let whole = format!("{}/fixtures/demo/my-overrides.yaml", env!("CARGO_MANIFEST_DIR"));
    let whole = uris(&whole);
    let whole = whole.iter().filter_map(Value::as_str).filter(|it| it.starts_with("file:///"));
    assert!(whole.clone().count() > 8);
    for uri in whole {
        assert!(uri.ends_with("/fixtures/demo/my-overrides.yaml"), "{uri}");
    }
}

#[test]
fn lines_that_move_change_no_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs_err::read_to_string("fixtures/demo/my-overrides.yaml").unwrap();
    let prints = |name: &str, text: &str| -> Vec<Value> {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        let results = results(&printed(&["-f", path.to_str().unwrap()]));
        results.iter().map(|it| it["partialFingerprints"].clone()).collect()
    };
    let one = prints("one.yaml", &text);
    let moved = prints("two.yaml", &format!("# a line\n\n# and another\n{text}"));
    assert_eq!(one, moved);
    let mut all: Vec<_> = one.iter().map(Value::to_string).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), one.len());
}

#[test]
fn accepted_findings_are_suppressed_and_the_verdict_is_told() {
    let overrides = ["-f", "fixtures/demo/my-overrides.yaml"];
    let run_of = |more: &[&str]| -> Value {
        let log: Value = serde_json::from_str(&printed(&[&overrides, more].concat())).unwrap();
        log["runs"][0].clone()
    };
    let open = run_of(&[]);
    assert_eq!(open["properties"]["verdict"], "blocked");
    assert_eq!(open["invocations"][0]["exitCode"], 3);
    let ready = run_of(&["--fail-on", "never", "--accept", "override-renamed"]);
    assert_eq!(ready["properties"]["verdict"], "ready");
    assert_eq!(ready["invocations"][0]["exitCode"], 0);
    for result in ready["results"].as_array().unwrap() {
        let suppressed = result["suppressions"].as_array().unwrap().len();
        assert_eq!(suppressed, usize::from(result["ruleId"] == "override-renamed"));
    }
}

#[test]
fn a_report_file_by_its_ending_is_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.sarif");
    run(&[&PLAN, &["--report", path.to_str().unwrap()][..]].concat());
    assert_eq!(fs_err::read_to_string(path).unwrap(), printed(&[]));
}

#[test]
fn overrides_from_standard_input_or_the_cluster_stand_in_a_file_of_the_release() {
    let state = "fixtures/demo/cluster-state.json";
    let results = results(&printed(&["--deployment", "local", "--cluster-state", state]));
    let sources = results.iter().map(|it| &it["locations"][0]["physicalLocation"]);
    assert!(sources.clone().all(|it| it["artifactLocation"]["uriBaseId"] != "%SRCROOT%"));
    assert!(results.iter().any(|it| it["ruleId"] == "override-reset-by-artifact"));
}
