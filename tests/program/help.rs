//! What the program says about itself: help, finding codes, the catalogue, completion scripts.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{run, snapshot};

const COMMANDS: [&str; 18] = [
    "plan",
    "path",
    "diff",
    "overrides",
    "guides",
    "verify",
    "approve",
    "apply",
    "status",
    "roles",
    "job",
    "snapshot",
    "mirror",
    "releases",
    "explain",
    "schema",
    "completions",
    "man",
];

fn printed(line: &str) -> String {
    let output = run(&line.split_whitespace().collect::<Vec<_>>());
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{line}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_help_of_the_program_and_of_every_command() {
    let program = printed("--help");
    snapshot("help", &program);
    for command in COMMANDS {
        let help = printed(&format!("{command} --help"));
        snapshot(&format!("help__{command}"), &help);
        let about = help.lines().next().unwrap();
        assert!(program.contains(&format!("  {command:<13}{about}\n")), "{command}: {about}");
    }
}

#[test]
fn the_help_lists_all_commands() {
    let help = printed("--help");
    let listed = help.lines().skip_while(|it| *it != "Commands:").skip(1);
    let listed = listed.map_while(|it| it.split_whitespace().next());
    assert_eq!(listed.filter(|it| *it != "help").collect::<Vec<_>>(), COMMANDS);
}

#[test]
fn without_arguments_the_help_is_shown() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), printed("-h"));
}

#[test]
fn the_help_fits_100_columns() {
    for command in COMMANDS {
        for option in ["-h", "--help"] {
            let help = printed(&format!("{command} {option}"));
            let long = help.lines().find(|it| 100 < it.chars().count());
            assert_eq!(long, None, "{command} {option}");
        }
    }
}

#[test]
fn finding_codes_are_listed_and_explained() {
    snapshot("explain", &printed("explain"));
    snapshot("explain__override_renamed", &printed("explain override-renamed"));
}

#[test]
fn the_catalogue_and_a_path_of_the_built_in_example() {
    snapshot("releases_text", &printed("releases --source demo"));
    snapshot("releases_json", &printed("releases --source demo -o json"));
    snapshot("path_text", &printed("path 1.0 1.3 --source demo"));
}

/// Gives a script to a shell on its standard input. None where the shell is not installed.
fn shell(program: &str, args: &[&str], script: &str) -> Option<String> {
    let mut command = Command::new(program);
    let pipes = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = pipes.stderr(Stdio::piped()).spawn() else {
        println!("{program} is not installed: its completions are not checked");
        return None;
    };
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && errors.is_empty(), "{program}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn completion_scripts_are_scripts_of_their_shells() {
    for (program, args) in [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])] {
        shell(program, &args, &printed(&format!("completions {program}")));
    }
}
