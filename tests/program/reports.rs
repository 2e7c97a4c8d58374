//! The reports of the built-in example, in every format, and what has to hold for all of them.

use serde_json::Value;

use crate::support::{run, snapshot};

fn printed(args: &[&str]) -> String {
    let output = run(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn plan(more: &[&str]) -> String {
    let args = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3"];
    printed(&[&args, more].concat())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_plan_as_text() {
    snapshot("plan_text", &plan(&[]));
    snapshot("plan_text_summary", &plan(&["-q"]));
    snapshot("plan_text_verbose_120", &plan(&["-v", "--width", "120"]));
}

#[test]
fn the_plan_for_minikube_as_text() {
    snapshot("plan_text_local", &plan(&["--deployment", "local", "--width", "80"]));
}

#[test]
fn the_plan_as_markdown() {
    snapshot("plan_markdown", &plan(&["-o", "markdown"]));
}

/// The codes of everything that the example finds, each accepted.
fn all_accepted() -> Vec<String> {
    let report = json(&plan(&["-o", "json"]));
    let codes = crate::support::findings(&report);
    let codes: std::collections::BTreeSet<_> =
        codes.iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect();
    codes.into_iter().flat_map(|it| ["--accept".to_owned(), it]).collect()
}

#[test]
fn the_approval_document_of_three_hops_has_two_pages_before_its_appendix() {
    let accepted = all_accepted();
    let accepted: Vec<&str> = accepted.iter().map(String::as_str).collect();
    for more in [&[][..], &accepted] {
        let text = plan(&[&["-o", "markdown"], more].concat());
        let front = text.split("<details><summary>Appendix").next().unwrap();
        let is_rule = |line: &&str| line.starts_with("|---");
        let shown = front.lines().filter(|it| !it.is_empty() && !is_rule(it));
        let lines: usize = shown.map(|it| it.chars().count().div_ceil(95)).sum();
        assert!(lines <= 2 * 50, "{lines} lines of 95 columns, where a page of A4 has 50");
    }
}

#[test]
fn the_plan_as_json() {
    snapshot("plan_json", &plan(&["-o", "json"]));
}

#[test]
fn the_other_commands_as_text() {
    let demo = ["--source", "demo"];
    snapshot("guides_text", &printed(&[&["guides", "1.0", "1.3", "--show"], &demo[..]].concat()));
    snapshot("diff_text", &printed(&[&["diff", "1.0", "1.3"], &demo[..]].concat()));
}

#[test]
fn text_fits_its_width_but_for_commands_and_addresses() {
    for width in ["80", "120"] {
        let text = plan(&["--width", width]);
        let limit: usize = width.parse().unwrap();
        for line in text.lines().filter(|it| it.chars().count() > limit) {
            let words = line.split_whitespace();
            let longest = words.map(|it| it.chars().count()).max().unwrap_or(0);
            assert!(limit < longest + 20, "breakable but too long: {line}");
        }
    }
}

#[test]
fn the_same_command_prints_the_same_bytes() {
    for format in ["text", "json", "markdown", "html"] {
        assert_eq!(plan(&["-o", format]), plan(&["-o", format]));
    }
}

#[test]
fn the_digest_covers_the_content() {
    let (one, other) =
        (json(&plan(&["-o", "json"])), json(&plan(&["-o", "json", "--deployment", "local"])));
    assert_ne!(one["digest"], other["digest"]);
    assert!(one["digest"].as_str().unwrap().starts_with("sha256:"));
}

#[test]
fn a_report_file_holds_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (md, js, txt) = (file("r.md"), file("r.json"), file("r.txt"));
    let text = plan(&["--report", &md, "--report", &js, "--report", &txt]);
    let read = |path: &str| fs_err::read_to_string(path).unwrap();
    assert_eq!(read(&md), plan(&["-o", "markdown"]));
    assert_eq!(read(&js), plan(&["-o", "json"]));
    assert_eq!(read(&txt), text);
}

#[test]
fn colour_is_printed_on_request_only() {
    assert!(!plan(&[]).contains('\u{1b}'));
    let colored = plan(&["--color", "always"]);
    assert!(colored.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plan(&[]));
}

#[test]
fn everything_that_the_first_screen_needs_is_in_its_first_lines() {
    let args = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3", "--fail-on", "warning"];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stdout).unwrap();
    let head: Vec<_> = text.lines().take(3).collect();
    assert!(
        head[0].ends_with("BLOCKED") && head[1].contains("path") && head[2].contains("warnings")
    );
    let screen: Vec<_> = text.lines().take(24).collect();
    let place = |what: &str| screen.iter().position(|it| *it == what);
    assert!(place("Blocked by").is_some() && place("Blocked by") < place("Next"), "{text}");
}
