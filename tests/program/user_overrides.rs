//! The overrides of the user, from files, folders and standard input, and the canary: a secret value
//! that no output may show.

use std::process::Output;

use serde_json::Value;

use crate::support::{findings, overrides};

mod canary;

const PLAN: &[&str] = &["plan", "--source", "demo", "--from", "1.0", "--to", "1.1"];

/// Runs the plan in a folder with these files.
fn plan(files: &[(&str, &str)], args: &[&str], input: &str) -> (Output, tempfile::TempDir) {
    in_folder(files, &[PLAN, args].concat(), input)
}

/// Runs the program in a folder with these files, which is its home, too.
fn in_folder(files: &[(&str, &str)], args: &[&str], input: &str) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
    command.timeout(std::time::Duration::from_secs(60));
    let output = command.args(args).write_stdin(input).output().unwrap();
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
