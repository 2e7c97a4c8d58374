//! Colour, width, quiet and verbose: the same for every command.

use crate::support::{run, run_at_home};

fn colored(args: &[&str], variables: &[(&str, &str)]) -> bool {
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("HOME", "/nowhere").args(args).envs(variables.iter().copied());
    let output = command.output().unwrap();
    [output.stdout, output.stderr].concat().contains(&0x1b)
}

const PLAN: [&str; 7] = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3"];

#[test]
fn the_environment_and_the_option_decide_about_colour_alike_in_reports_help_and_errors() {
    for args in [&PLAN[..], &["plan", "--help"], &["pln"], &["plan"], &["explain", "guide-missing"]]
    {
        let with = |options: &[&str], variables: &[(&str, &str)]| {
            colored(&[args, options].concat(), variables)
        };
        assert!(!with(&[], &[]), "{args:?}");
        assert!(with(&[], &[("CLICOLOR_FORCE", "1")]), "{args:?}");
        assert!(!with(&[], &[("CLICOLOR_FORCE", "0")]), "{args:?}");
        assert!(!with(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "{args:?}");
        assert!(with(&["--color", "always"], &[("NO_COLOR", "1")]), "{args:?}");
        assert!(!with(&["--color=never"], &[("CLICOLOR_FORCE", "1")]), "{args:?}");
    }
}

#[test]
fn what_is_for_programs_has_no_colour() {
    for format in ["json", "markdown"] {
        let args = [&PLAN[..], &["--color", "always", "-o", format]].concat();
        assert!(!colored(&args, &[("CLICOLOR_FORCE", "1")]), "{format}");
    }
}

#[test]
fn every_command_takes_the_options_about_the_terminal() {
    for command in kyma_upgrade::cli::names() {
        for option in [
            "--quiet",
            "--verbose",
            "--no-progress",
            "--color=never",
            "--width=80",
            "--progress=none",
        ] {
            let output = run(&[command.as_str(), option, "--nonsense"]);
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(
                said.contains("unexpected argument '--nonsense'"),
                "{command} {option}: {said}"
            );
        }
    }
}

fn printed(args: &[&str], columns: Option<&str>) -> String {
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("HOME", "/nowhere").args(args);
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_width_is_that_of_the_option_then_of_the_variable() {
    let by_option = |width| printed(&[&PLAN[..], &["--width", width]].concat(), Some("150"));
    assert_eq!(by_option("70"), printed(&PLAN, Some("70")));
    assert_ne!(by_option("70"), by_option("150"));
    assert_eq!(by_option("5"), by_option("60"));
    assert_eq!(by_option("9999"), by_option("200"));
    for columns in ["", "0", "wide", "-1"] {
        assert_eq!(printed(&PLAN, Some(columns)), by_option("100"), "{columns}");
    }
}

#[test]
fn quiet_leaves_out_notes_and_keeps_warnings() {
    let home = tempfile::tempdir().unwrap();
    let plan = home.path().join("p.plan");
    let saving =
        [&PLAN[..], &["--save-plan", plan.to_str().unwrap(), "--fail-on", "never"]].concat();
    let said = |options: &[&str]| {
        let output = run_at_home(home.path(), &[&saving[..], options].concat());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&[]).contains("saved the plan"));
    let quiet = said(&["-q"]);
    assert!(!quiet.contains("saved the plan") && quiet.contains("warning: "), "{quiet}");
}
