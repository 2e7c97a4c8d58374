//! The action's script in the environment that GitHub gives it, with a `gh` that writes down what it
//! is asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::place;

/// Whether a program is on the path.
pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|it| it.join(program).is_file())
}

/// A job of GitHub Actions.
struct Job {
    folder: tempfile::TempDir,
}

/// A `gh` that lists the comments in the file `comments` and fails where a file `refuse` is.
const GH: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >>"$CALLS/calls"
if [ -e "$CALLS/refuse" ]; then exit 1; fi
for argument in "$@"; do
  case "$argument" in body=@*) cp "${argument#body=@}" "$CALLS/body" ;; esac
done
case "$*" in *--paginate*) cat "$CALLS/comments" ;; esac
"#;

/// A program that writes a Markdown report of so many bytes, and prints a command to the runner.
const LARGE: &str = r#"#!/usr/bin/env bash
for argument in "$@"; do
  case "$argument" in
    --report=*.md) { printf '```\n'; yes 'a line of the report' | head -c "$SIZE"; } >"${argument#--report=}" ;;
  esac
done
if [ -n "${GH_TOKEN:-}" ]; then exit 9; fi
echo '::set-env name=A::b'
exit 3
"#;

impl Job {
    fn new() -> Self {
        let job = Self { folder: tempfile::tempdir().unwrap() };
        job.program("gh", GH);
        job.write("comments", "");
        job
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs_err::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(name, text);
        fs_err::set_permissions(self.path(name), PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Runs the script with these inputs beside those that every case has.
    fn run(&self, inputs: &[(&str, &str)]) -> Output {
        let mut path = vec![self.folder.path().to_owned()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let program = assert_cmd::cargo::cargo_bin("kyma-upgrade");
        let mut environment: BTreeMap<&str, &str> = BTreeMap::from([
            ("INPUT_FROM", "1.0"),
            ("INPUT_TO", "1.3"),
            ("INPUT_ARGS", "--source=demo\n  --no-progress  \n\n"),
            ("INPUT_BINARY", program.to_str().unwrap()),
            ("GITHUB_REF", "refs/pull/12/merge"),
            ("GITHUB_REPOSITORY", "kyma/overrides"),
        ]);
        environment.extend(inputs.iter().copied());
        let mut script = Command::new(place(".github/actions/plan/plan.sh"));
        script.current_dir(self.folder.path()).env_clear().envs(environment);
        script.env("PATH", std::env::join_paths(path).unwrap()).env("HOME", self.folder.path());
        script.env("GITHUB_OUTPUT", self.path("output")).env("CALLS", self.folder.path());
        script.env("GITHUB_STEP_SUMMARY", self.path("summary")).env("GH_TOKEN", "token");
        script.output().unwrap()
    }

    fn outputs(&self) -> Vec<String> {
        self.read("output").lines().map(ToOwned::to_owned).collect()
    }
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_plan_that_is_ready_gives_its_reports_and_a_summary() {
    let job = Job::new();
    let output = job.run(&[]);
    assert!(output.status.success(), "{}", printed(&output));
    let folder = "kyma-upgrade-reports";
    assert_eq!(
        job.outputs(),
        [
            "verdict=ready",
            "exit-code=0",
            &format!("reports={folder}"),
            &format!("sarif={folder}/report.sarif")
        ]
    );
    for ending in ["md", "html", "json", "sarif"] {
        assert!(!job.read(&format!("{folder}/report.{ending}")).is_empty(), "{ending}");
    }
    assert_eq!(job.read("summary"), job.read(&format!("{folder}/report.md")));
    assert!(!job.path("calls").exists(), "nobody asked for a comment");
}

#[test]
fn a_blocked_plan_fails_the_step_with_all_its_reports() {
    let job = Job::new();
    let overrides = place("fixtures/demo/my-overrides.yaml");
    let output = job.run(&[("INPUT_OVERRIDES", overrides.to_str().unwrap())]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(job.outputs()[..2], ["verdict=blocked", "exit-code=3"]);
    assert!(job.read("kyma-upgrade-reports/report.sarif").contains("my-overrides.yaml"));
    assert!(!job.read("summary").is_empty());
}

#[test]
fn what_is_no_plan_has_no_verdict_and_no_reports_of_an_earlier_run() {
    let job = Job::new();
    assert!(job.run(&[]).status.success());
    fs_err::remove_file(job.path("output")).unwrap();
    let output = job.run(&[("INPUT_TO", "0.1")]);
    assert_eq!(job.outputs()[0], "verdict=none");
    assert_ne!(output.status.code(), Some(0));
    assert!(!job.path("kyma-upgrade-reports/report.md").exists());
}

#[test]
fn inputs_are_never_executed_and_never_become_options() {
    let job = Job::new();
    let hostile = ["$(touch pwned)", "`touch pwned`", "1.3; touch pwned", "--accept", "*", "-f"];
    for text in hostile {
        for name in ["INPUT_TO", "INPUT_FROM", "INPUT_OVERRIDES", "INPUT_VERSION", "INPUT_BINARY"] {
            let output = job.run(&[(name, text)]);
            assert_ne!(output.status.code(), Some(0), "{name}={text}");
        }
        job.run(&[("INPUT_ARGS", text), ("INPUT_COMMENT_KEY", text), ("INPUT_COMMENT", text)]);
        job.run(&[("INPUT_COMMENT_KEY", text), ("INPUT_COMMENT", "true")]);
        assert!(!job.path("pwned").exists(), "{text}");
        let named = job.read("calls");
        assert!(named.is_empty() || text.starts_with('-'), "{text}: {named}");
        job.write("calls", "");
    }
    let output = job.run(&[("INPUT_REPORTS", "a\nverdict=ready")]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn files_with_spaces_are_one_argument_each() {
    let job = Job::new();
    let text = fs_err::read_to_string(place("fixtures/demo/my-overrides.yaml")).unwrap();
    job.write("my own.yaml", &text);
    fs_err::create_dir(job.path("more files")).unwrap();
    job.write("more files/a.yaml", "kind: none\n");
    let output = job.run(&[("INPUT_OVERRIDES", "my own.yaml\r\n\n  more files\n")]);
    assert_eq!(output.status.code(), Some(3), "{}", printed(&output));
    let sarif = job.read("kyma-upgrade-reports/report.sarif");
    assert!(sarif.contains("my%20own.yaml") && sarif.contains("more%20files/a.yaml"));
}

#[test]
fn one_comment_is_written_and_then_kept_up_to_date() {
    let job = Job::new();
    job.run(&[("INPUT_COMMENT", "true")]);
    let body = job.read("body");
    let (marker, text) = body.split_once('\n').unwrap();
    assert_eq!(marker, "<!-- kyma-upgrade: plan -->");
    assert_eq!(text, job.read("kyma-upgrade-reports/report.md"));
    let calls = job.read("calls");
    assert!(calls.contains("--method POST repos/kyma/overrides/issues/12/comments"), "{calls}");
    fs_err::remove_file(job.path("calls")).unwrap();
    job.write("comments", "77\n78\n");
    job.run(&[("INPUT_COMMENT", "true")]);
    let calls = job.read("calls");
    assert!(calls.contains("--method PATCH repos/kyma/overrides/issues/comments/77"), "{calls}");
    assert!(!calls.contains("POST"), "{calls}");
}

#[test]
fn a_comment_that_cannot_be_written_is_a_warning_and_changes_no_verdict() {
    let job = Job::new();
    job.write("refuse", "");
    let output = job.run(&[("INPUT_COMMENT", "true")]);
    assert!(output.status.success());
    assert!(printed(&output).contains("::warning::the comment could not be written"));
    let output = job.run(&[("INPUT_COMMENT", "true"), ("GITHUB_REF", "refs/heads/main")]);
    assert!(output.status.success());
    assert!(printed(&output).contains("::notice::no comment"));
}

#[test]
fn what_github_does_not_take_is_cut_and_said_to_be() {
    let job = Job::new();
    job.program("large", LARGE);
    let large = |size: &str| {
        let summary = job.path("summary");
        if summary.exists() {
            fs_err::remove_file(summary).unwrap();
        }
        let inputs = [("INPUT_BINARY", "large"), ("SIZE", size), ("INPUT_COMMENT", "true")];
        assert_eq!(job.run(&inputs).status.code(), Some(3));
        (job.read("summary"), job.read("body"))
    };
    let (summary, comment) = large("3000000");
    assert!(summary.starts_with("> **Cut.** The report has 3000004 bytes"), "{}", &summary[..200]);
    assert!(summary.len() <= 1 << 20 && 1_040_000 < summary.len());
    assert!(comment.len() <= 65_536 && 65_000 < comment.len());
    assert!(comment.contains("> **Cut.**") && comment.ends_with("a line of the report\n"));
    let (summary, comment) = large("60000");
    assert!(summary.starts_with("```\n") && summary.len() == 60_004);
    assert!(!comment.contains("Cut."));
}

#[test]
fn what_the_program_prints_is_no_command_to_the_runner() {
    let job = Job::new();
    job.program("large", LARGE);
    let output = job.run(&[("INPUT_BINARY", "large"), ("SIZE", "10")]);
    let text = printed(&output);
    let (before, after) = text.split_once("::set-env").unwrap();
    let token = before.split_once("::stop-commands::").unwrap().1.lines().next().unwrap();
    assert_eq!(token.len(), 32);
    assert!(after.contains(&format!("\n::{token}::\n")));
    assert_eq!(output.status.code(), Some(3), "the token of the comment is not handed on");
}

#[test]
fn another_version_of_the_program_than_was_asked_for_is_refused() {
    let job = Job::new();
    let version = env!("CARGO_PKG_VERSION");
    assert!(job.run(&[("INPUT_VERSION", version)]).status.success());
    let output = job.run(&[("INPUT_VERSION", "9.9.9")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).starts_with("::error::"));
}
