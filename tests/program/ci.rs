//! The action and the examples for CI systems: they are readable, name only what exists, and the
//! action's script does what the action says, whatever its inputs are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use kyma_upgrade::cli::Cli;
use serde_yaml::Value;

mod script;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs_err::read_to_string(path).unwrap()
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn keys(mapping: &Value) -> BTreeSet<String> {
    let keys = mapping.as_mapping().unwrap().keys();
    keys.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn steps(value: &Value) -> &[Value] {
    value.as_sequence().unwrap()
}

/// The names after `prefix` in a text: `inputs.` gives `to`, `from` …
fn named(text: &str, prefix: &str) -> BTreeSet<String> {
    let plain = |it: &char| it.is_ascii_alphanumeric() || *it == '-' || *it == '_';
    let names = text.split(prefix).skip(1).map(|it| it.chars().take_while(plain).collect());
    names.collect()
}

/// All options of `plan`.
fn options() -> BTreeSet<String> {
    let program = Cli::command();
    let plan = program.find_subcommand("plan").unwrap();
    let long = plan.get_arguments().filter_map(clap::Arg::get_long);
    let long = long.map(|it| format!("--{it}"));
    let short = plan.get_arguments().filter_map(clap::Arg::get_short);
    long.chain(short.map(|it| format!("-{it}"))).collect()
}

fn assert_options(words: impl Iterator<Item = String>) {
    let known = options();
    let words: Vec<_> = words.collect();
    assert!(!words.is_empty());
    for word in words {
        let option = word.split('=').next().unwrap();
        assert!(known.contains(option), "plan has no option {option}");
    }
}

fn options_of(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter(|it| it.starts_with('-') && 1 < it.len()).map(ToOwned::to_owned)
}

#[test]
fn every_input_of_the_action_reaches_its_script_and_no_other() {
    let (text, action) =
        (file(".github/actions/plan/action.yml"), yaml(".github/actions/plan/action.yml"));
    let inputs = keys(&action["inputs"]);
    assert_eq!(inputs, named(&text, "inputs."));
    let step = &action["runs"]["steps"][0];
    let variables = keys(&step["env"]);
    let script = file(".github/actions/plan/plan.sh");
    assert!(variables.iter().all(|it| script.contains(it) || it == "GH_TOKEN"));
    let read: BTreeSet<_> =
        named(&script, "INPUT_").into_iter().filter(|it| !it.is_empty()).collect();
    let given = variables.iter().filter_map(|it| it.strip_prefix("INPUT_").map(ToOwned::to_owned));
    assert_eq!(read, given.collect());
}

#[test]
fn the_outputs_of_the_action_are_those_that_its_script_writes() {
    let action = yaml(".github/actions/plan/action.yml");
    let script = file(".github/actions/plan/plan.sh");
    for name in keys(&action["outputs"]) {
        let value = action["outputs"][name.as_str()]["value"].as_str().unwrap();
        assert_eq!(value, format!("${{{{ steps.plan.outputs.{name} }}}}"));
        assert!(script.contains(&format!("printf '{name}=%s\\n'")), "{name}");
    }
}

#[test]
fn no_command_of_a_workflow_has_an_expression_in_its_text() {
    let action = yaml(".github/actions/plan/action.yml");
    let workflow = yaml("docs/ci/github.yml");
    let steps =
        steps(&action["runs"]["steps"]).iter().chain(steps(&workflow["jobs"]["plan"]["steps"]));
    let commands: Vec<_> = steps.filter_map(|it| it.get("run")?.as_str()).collect();
    assert!(2 <= commands.len());
    for command in commands {
        assert!(!command.contains("${{"), "{command}");
    }
}

#[test]
fn the_example_for_github_uses_inputs_and_options_that_exist() {
    let action = yaml(".github/actions/plan/action.yml");
    let workflow = yaml("docs/ci/github.yml");
    let mut steps = steps(&workflow["jobs"]["plan"]["steps"]).iter();
    let of_action = |it: &&Value| {
        it.get("uses")
            .and_then(Value::as_str)
            .is_some_and(|it| it.contains("/.github/actions/plan@"))
    };
    let with = &steps.find(of_action).expect("the example uses the action")["with"];
    let inputs = keys(&action["inputs"]);
    for name in keys(with) {
        assert!(inputs.contains(&name), "the action has no input {name}");
    }
    let required = |it: &&String| action["inputs"][it.as_str()]["required"].as_bool() == Some(true);
    for name in inputs.iter().filter(required) {
        assert!(with.get(name.as_str()).is_some(), "{name} is required");
    }
    assert_options(options_of(with["args"].as_str().unwrap()));
    let default = action["inputs"]["reports"]["default"].as_str().unwrap();
    assert!(file("docs/ci/github.yml").contains(&format!("sarif_file: {default}/report.sarif")));
}

#[test]
fn the_script_and_the_example_for_gitlab_use_options_that_exist() {
    let example = yaml("docs/ci/gitlab.yml");
    let command = example["kyma-upgrade"]["script"][0].as_str().unwrap();
    let arguments = command.strip_prefix("kyma-upgrade plan ").expect("it plans");
    assert_options(options_of(arguments));
    let script = file(".github/actions/plan/plan.sh");
    let added = script.lines().filter_map(|it| Some(it.split_once("args")?.1));
    let added = added.flat_map(|it| it.split('"').filter(|it| it.starts_with("--")));
    assert_options(added.map(ToOwned::to_owned));
}

#[test]
fn the_example_for_gitlab_makes_code_quality_of_sarif() {
    let example = yaml("docs/ci/gitlab.yml");
    let command = example["kyma-upgrade"]["after_script"][0].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("reports")).unwrap();
    let sarif = folder.path().join("reports/report.sarif");
    let line =
        "plan --source demo --from 1.0 --to 1.3 -q -f fixtures/demo/my-overrides.yaml --report";
    let args: Vec<_> = line.split(' ').chain([sarif.to_str().unwrap()]).collect();
    crate::support::run(&args);
    if !script::is_installed("jq") {
        println!("jq is not installed: the code quality report is not made");
        return;
    }
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-euc", command]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = fs_err::read_to_string(folder.path().join("reports/code-quality.json")).unwrap();
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let first = &made[0];
    assert_eq!(first["location"]["path"], "fixtures/demo/my-overrides.yaml");
    assert_eq!(
        (&first["location"]["lines"]["begin"], &first["severity"]),
        (&23.into(), &"blocker".into())
    );
    let prints: BTreeSet<_> =
        made.as_array().unwrap().iter().map(|it| it["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), made.as_array().unwrap().len());
}

/// A file of the project.
fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
