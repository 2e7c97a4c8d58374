//! The reference of the documentation is made of the program: of what it knows about findings, and of
//! its command line. `UPDATE_DOCS=1 cargo test --test program reference` writes the pages again.

use std::path::Path;

use clap::CommandFactory as _;
use kyma_upgrade::cli::Cli;
use kyma_upgrade::finding::Code;
use kyma_upgrade::report::REFERENCE;

use crate::support::run;

mod commands;

const COMMANDS: &str = "docs/reference/commands.md";

/// Compares a page with what it has to be, or writes it.
fn is_page(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs_err::write(&file, expected).unwrap();
    }
    let page = fs_err::read_to_string(&file).unwrap_or_default();
    assert!(
        page == expected,
        "{path} is not what the program knows; write it again with: \
         UPDATE_DOCS=1 cargo test --test program reference"
    );
}

fn printed(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_findings_is_what_explain_prints() {
    let page = printed(&["explain", "-o", "markdown"]);
    is_page(REFERENCE, &page);
    for code in Code::all() {
        let section = printed(&["explain", code.as_str(), "-o", "markdown"]);
        assert!(section.starts_with(&format!("## {code}\n")) && page.contains(&section), "{code}");
    }
}

#[test]
fn the_page_of_commands_is_the_command_line() {
    let mut program = Cli::command();
    program.build();
    is_page(COMMANDS, &commands::page(&program));
}

#[test]
fn explain_gives_scripts_every_text() {
    let json = |text: String| -> serde_json::Value { serde_json::from_str(&text).unwrap() };
    let all = json(printed(&["explain", "-o", "json"]));
    assert_eq!(all.as_array().unwrap().len(), Code::all().count());
    let one = json(printed(&["explain", "override-renamed", "-o", "json"]));
    assert!(all.as_array().unwrap().contains(&one));
    for key in ["meaning", "matters", "example", "before", "after", "remedy", "source"] {
        assert!(one[key].as_str().is_some_and(|it| !it.is_empty()), "{key}");
    }
}
