//! What hints tell people to type can be typed.

use clap::Parser as _;
use clap::error::ErrorKind;
use kyma_upgrade::cli::Cli;
use kyma_upgrade::finding::Code;

/// Words that stand for a version.
const VERSIONS: [&str; 4] = ["V", "VERSION", "FROM", "TO"];

/// Checks that the command line in a text is one, but for what has to be filled in.
fn is_command(line: &str) {
    let line = line.replace("...", "").replace('…', "");
    let words = line.split_whitespace().filter(|it| *it != "|");
    let words: Vec<_> = words
        .map(|it| match it {
            "COMMAND" => "plan",
            it if VERSIONS.contains(&it) => "1.0",
            it => it,
        })
        .collect();
    let Err(error) = Cli::try_parse_from(&words) else { return };
    let fine = [
        ErrorKind::MissingRequiredArgument,
        ErrorKind::DisplayHelp,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
    ];
    assert!(fine.contains(&error.kind()), "`{line}` cannot be typed: {error}");
}

/// Whether some command has this option.
fn is_option(option: &str) -> bool {
    kyma_upgrade::cli::names().iter().any(|command| {
        let error = Cli::try_parse_from(["kyma-upgrade", command, option]);
        error.err().is_none_or(|it| it.kind() != ErrorKind::UnknownArgument)
    })
}

/// Checks everything in backticks that is a command of this program or an option of it.
pub(crate) fn can_be_typed(text: &str) {
    for quoted in text.split('`').skip(1).step_by(2) {
        let first = quoted.split_whitespace().next().unwrap_or_default();
        if first == "kyma-upgrade" {
            is_command(quoted);
        } else if kyma_upgrade::cli::names().iter().any(|it| it == first) && quoted.contains(" --")
        {
            is_command(&format!("kyma-upgrade {quoted}"));
        } else if first.starts_with("--") && !first.contains('*') {
            let option = first.split(['=', ' ']).next().unwrap_or_default();
            assert!(is_option(option), "`{quoted}` is no option");
        }
    }
}

/// Checks that an error ends with a hint that can be typed.
pub(crate) fn has_hint(line: &str, said: &str) {
    let hints: Vec<_> = said.lines().filter(|it| it.trim_start().starts_with("hint: ")).collect();
    assert!(!hints.is_empty(), "{line}: no hint in {said}");
    hints.into_iter().for_each(can_be_typed);
}

#[test]
fn a_check_of_hints_finds_what_cannot_be_typed() {
    for wrong in
        ["`kyma-upgrade plan --form 1.0`", "`--form`", "`kyma-upgrade pln`", "`plan --migrate`"]
    {
        let found = std::panic::catch_unwind(|| can_be_typed(wrong));
        assert!(found.is_err(), "{wrong}");
    }
    can_be_typed(
        "`kyma-upgrade mirror --from V --to V DIR` or `--offline`, `plan --save-plan FILE`",
    );
}

#[test]
fn what_findings_and_their_codes_tell_to_type_can_be_typed() {
    for info in Code::all().map(Code::info) {
        for text in [info.remedy, info.meaning] {
            can_be_typed(text);
        }
    }
}

#[test]
fn commands_in_the_texts_of_the_program_can_be_typed() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut commands = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let code = fs_err::read_to_string(&path).unwrap();
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().map(str::trim).filter(|it| !it.starts_with("//"));
            // A text goes on in the next line after a backslash.
            let code = lines.collect::<Vec<_>>().join("\n").replace("\\\n", "");
            for quoted in code.split("`kyma-upgrade ").skip(1) {
                let quoted = quoted.split('`').next().unwrap_or_default();
                if !quoted.contains(['{', '\n', '"']) {
                    is_command(&format!("kyma-upgrade {quoted}"));
                    commands += 1;
                }
            }
        }
    }
    assert!(9 < commands, "{commands}");
}
