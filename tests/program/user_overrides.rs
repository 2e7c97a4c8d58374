//! `plan -f`: the overrides of the user, from files, folders and standard input, and the canary: a
//! secret value that no output may show.

use std::process::Output;

use serde_json::Value;

use crate::support::{findings, overrides};

const PLAN: [&str; 7] = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.1"];

/// Runs the plan in a folder with these files.
fn plan(files: &[(&str, &str)], args: &[&str], input: &str) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
    command.timeout(std::time::Duration::from_secs(60));
    let output = command.args(PLAN).args(args).write_stdin(input).output().unwrap();
    (output, folder)
}

/// The findings about overrides of the user, as `code subject source:line text`.
fn told(files: &[(&str, &str)], args: &[&str], input: &str) -> Vec<String> {
    let (output, _folder) = plan(files, &[args, &["-o", "json"]].concat(), input);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let own = findings(&report).into_iter().filter(|it| it["hop"].is_null());
    let line = |it: &Value| {
        let proof = &it["evidence"][0];
        let text = |of: &Value| of.as_str().unwrap().to_owned();
        format!(
            "{} {} {}:{} {}",
            text(&it["code"]),
            text(&it["subject"]),
            text(&proof["source"]),
            proof["line"],
            text(&proof["text"])
        )
    };
    own.map(line).collect()
}

#[test]
fn evidence_cites_the_file_as_it_was_given() {
    let one = overrides("one", None, "a.b: \"x\"");
    let two = overrides("two", None, "a.b: \"z\"");
    let files = [("mine/sub/one.yaml", one.as_str()), ("mine/two.json.yaml", &two)];
    let expected = ["override-conflict a.b mine/two.json.yaml:9 a.b"];
    assert_eq!(told(&files, &["-f", "mine"], ""), expected);
    let single = ["-f", "mine/sub/one.yaml", "--overrides", "mine/two.json.yaml"];
    assert_eq!(told(&files, &single, ""), expected);
    let both = [one, two].join("---\n");
    assert_eq!(told(&[], &["-f", "-"], &both), ["override-conflict a.b -:19 a.b"]);
}

#[test]
fn clean_overrides_are_silent() {
    let clean = overrides("one", Some("core"), "a.b: \"x\"\na.c: \"\"\ndb.password: \"__FILL__\"");
    assert_eq!(told(&[("mine.yaml", &clean)], &["-f", "mine.yaml"], ""), Vec::<String>::new());
    let none = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}";
    assert_eq!(told(&[], &["-f", "-"], none), Vec::<String>::new());
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    for (text, expected) in [
        ("a: [1\n", "cannot read overrides from mine.yaml: line 1: the bracket [ "),
        (" \n", "cannot read overrides from mine.yaml: it is empty"),
    ] {
        let (output, _folder) = plan(&[("mine.yaml", text)], &["-f", "mine.yaml"], "");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(error.contains(expected) && error.contains("hint: "), "{error}");
    }
    let (output, _folder) = plan(&[], &["-f", "nowhere.yaml"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read nowhere.yaml: "));
}

/// A secret that must not show, and what base64 makes of it at each of the three offsets.
const CANARY: [&str; 4] =
    ["hunter2-canary", "aHVudGVyMi1jYW5hcn", "1bnRlcjItY2FuYXJ5", "odW50ZXIyLWNhbmFye"];

/// Objects with the canary wherever a user may put a secret, each with something to complain about.
fn canaries() -> String {
    let encoded = "aHVudGVyMi1jYW5hcnk=";
    let [canary, ..] = CANARY;
    let metadata = |name: &str, more: &str| {
        format!(
            "metadata:\n  name: {name}\n  namespace: kyma-installer\n  labels:\n    \
             installer: overrides\n{more}"
        )
    };
    let copy = format!(
        "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: \
         '{{\"kind\":\"Secret\",\"data\":{{\"a.b\":\"{encoded}\"}}}}'\n"
    );
    [
        format!(
            "kind: Secret\n{}data:\n  a.b: {encoded}\n  a: {encoded}\n",
            metadata("one", &copy)
        ),
        format!("kind: Secret\n{}stringData:\n  a.b: {canary}\n", metadata("two", "")),
        format!("kind: Secret\n{}data:\n  c.d: {canary}\n", metadata("bad", "")),
        format!(
            "kind: ConfigMap\n{}data:\n  a.password: {canary}\n  a.b: visible\n",
            metadata("map", "    component: ''\n")
        ),
        format!("kind: ConfigMap\n{}data: {{a.b: v, a.token: {canary}}}\n", metadata("flow", "")),
        format!(
            "kind: ConfigMap\n{}data:\n  a.file: |\n    password: {canary}\n",
            metadata("text", "")
        ),
        format!("kind: ConfigMap\n{}data:\n  a.file: \"{canary}\"\n", metadata("text2", "")),
        format!("kind: secret\n{}data:\n  a.b: {canary}\n", metadata("kind", "")),
        format!("{}data:\n  a.b: {canary}\n", metadata("none", "")),
    ]
    .map(|it| format!("apiVersion: v1\n{it}"))
    .join("---\n")
}

fn assert_silent(text: &[u8], what: &str) {
    let text = String::from_utf8_lossy(text);
    for canary in CANARY {
        assert!(!text.contains(canary), "{what} shows {canary}: {text}");
    }
}

fn assert_no_canary(files: &[(&str, &str)], args: &[&str], input: &str) -> Option<i32> {
    let (output, folder) = plan(files, args, input);
    assert_silent(&output.stdout, "standard output");
    assert_silent(&output.stderr, "standard error");
    for report in ["r.md", "r.json", "r.txt"] {
        if let Ok(bytes) = fs_err::read(folder.path().join(report)) {
            assert_silent(&bytes, report);
        }
    }
    output.status.code()
}

#[test]
fn a_secret_value_is_in_no_output_of_any_format() {
    let text = canaries();
    let files = [("mine.yaml", text.as_str())];
    let told = told(&files, &["-f", "mine.yaml"], "");
    assert_eq!(told.len(), 8, "the objects with the canary are complained about: {told:#?}");
    for format in ["text", "json", "markdown"] {
        for detail in ["-q", "-v", "--no-progress"] {
            let args = ["-f", "mine.yaml", "-o", format, detail];
            let reports = ["--report", "r.md", "--report", "r.json", "--report", "r.txt"];
            let code = assert_no_canary(&files, &[&args[..], &reports].concat(), "");
            assert_eq!(code, Some(0));
        }
    }
    assert_eq!(assert_no_canary(&[], &["-f", "-"], &text), Some(0));
}

#[test]
fn a_secret_value_is_in_no_error() {
    let [canary, encoded, ..] = CANARY;
    let whole = canaries();
    let broken = [
        format!("data:\n  a.b: [{canary}\n"),
        format!("data:\n  a.b: \"{canary}\n"),
        format!("data:\n  a.b: {canary}: x\n"),
        format!("data:\n  {canary}\n  b: c\n"),
        format!("data:\n\t{canary}: x\n"),
        format!("data: *{canary}\n"),
        format!("data: !{canary}! x\n"),
        format!("data: {{{{ {canary} }}}}\n"),
        format!("data:\n  a.b: |x{canary}\n"),
        format!("%{canary}\n"),
        format!("{{\"data\": {{\"a\": \"{canary}"),
        format!("{{\"data\": {{\"a\": {encoded}"),
        format!("data:\n  a.b: \"\\q{canary}\"\n"),
    ];
    for tail in broken {
        for text in [tail.clone(), format!("{whole}---\n{tail}")] {
            assert_no_canary(&[("mine.yaml", &text)], &["-f", "mine.yaml"], "");
        }
        assert_eq!(
            assert_no_canary(&[("mine.yaml", &tail)], &["-f", "mine.yaml"], ""),
            Some(1),
            "{tail}"
        );
    }
}
