//! Reading the command line, and what is said where it makes no sense.
//!
//! # Decisions
//! * An error of the command line looks like every other error: it ends with a hint, and as JSON it is
//!   an event. Where it cannot be read, `--color` and `--progress` are looked for word by word.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};

use clap::error::ErrorKind;
use clap::{Parser as _, ValueEnum as _};

use super::output;
use crate::cli::{Cli, ColorArg, Line, colored, names};
use crate::error::Exit;
use crate::event::console::{self, Display, Settings};
use crate::program::{NAME, Program};

/// Reads the command line and opens the console.
pub(super) fn read(args: &[OsString]) -> Result<Cli, Exit> {
    let program = args.first().map(|it| Program::of(it)).unwrap_or_default();
    let (line, words) = (Line::new(args), names());
    let command = line.first_of(&words).unwrap_or_default().to_owned();
    let settings = |display, quiet| Settings {
        display,
        quiet,
        program,
        words: words.clone(),
        command: command.clone(),
    };
    match Cli::try_parse_from(args) {
        Ok(cli) => {
            let args = cli.command.console();
            console::open(settings(args.display(), args.quiet));
            Ok(cli)
        }
        Err(error) => {
            let json = progress(&line).is_some_and(|it| it == "json");
            let display = if json && error.use_stderr() { Display::Json } else { Display::Nothing };
            console::open(settings(display, false));
            Err(tell(&error, &line, (&command, display)))
        }
    }
}

/// What was said about progress.
fn progress(line: &Line) -> Option<OsString> {
    let given = line.value("--progress").map(OsString::from);
    given.or_else(|| std::env::var_os("KYMA_UPGRADE_PROGRESS"))
}

/// Shows the help, the version or an error.
fn tell(error: &clap::Error, line: &Line, (command, display): (&str, Display)) -> Exit {
    if !error.use_stderr() {
        let text = console::spoken(&rendered(error, line, io::stdout().is_terminal()));
        return match output::print(&text) {
            Ok(()) => Exit::Done,
            Err(_) => Exit::Failed,
        };
    }
    let hint = hint(command);
    let exit = Exit::Usage;
    if display == Display::Json {
        let plain = error.render().to_string();
        let (message, tips) = message(&plain);
        let hint = [tips, vec![hint]].concat().join("; ");
        console::error((&message, &hint), exit as u8);
        console::end(exit as u8);
        return exit;
    }
    let text = rendered(error, line, io::stderr().is_terminal());
    let text = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => text,
        _ => with_hints(&text, &hint),
    };
    // Nothing is left to do where even standard error cannot be written.
    io::stderr().write_all(console::spoken(&text).as_bytes()).unwrap_or_default();
    exit
}

fn rendered(error: &clap::Error, line: &Line, is_terminal: bool) -> String {
    let choice = line.value("--color").and_then(|it| ColorArg::from_str(it, false).ok());
    let choice = choice.unwrap_or(ColorArg::Auto);
    let text = error.render();
    if colored(choice, is_terminal, |it| std::env::var_os(it)) {
        text.ansi().to_string()
    } else {
        text.to_string()
    }
}

/// Where the options of a command are told.
fn hint(command: &str) -> String {
    let space = if command.is_empty() { "" } else { " " };
    format!("`{NAME}{space}{command} --help` tells more")
}

/// The text of an error with hints in place of clap's tips and of its pointer to the help.
fn with_hints(text: &str, hint: &str) -> String {
    let lines = text.lines().filter(|it| !it.starts_with("For more information"));
    let lines = lines.map(|it| match it.split_once("tip:") {
        Some((before, after)) if before.trim_start().len() < 8 => format!("{before}hint:{after}"),
        _ => it.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    format!("{}\n\nhint: {hint}\n", text.trim_end())
}

/// The message of an error, and the tips below it.
fn message(text: &str) -> (String, Vec<String>) {
    let first = text.split("\n\n").next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or("no command was given");
    let lines: Vec<_> = first.lines().map(str::trim).collect();
    let tips = text.lines().filter_map(|it| it.trim().strip_prefix("tip: "));
    (lines.join(" "), tips.map(ToOwned::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tips_become_hints_and_the_help_is_named_at_the_end() {
        let text = "error: unrecognized subcommand 'pln'\n\n  \u{1b}[32mtip:\u{1b}[0m a similar \
                    one exists: 'plan'\n\nUsage: x\n\nFor more information, try '--help'.\n";
        let expected = "error: unrecognized subcommand 'pln'\n\n  \u{1b}[32mhint:\u{1b}[0m a \
                        similar one exists: 'plan'\n\nUsage: x\n\nhint: more\n";
        assert_eq!(with_hints(text, "more"), expected);
        let plain = text.replace("\u{1b}[32m", "").replace("\u{1b}[0m", "");
        let tips = vec!["a similar one exists: 'plan'".to_owned()];
        assert_eq!(message(&plain), ("unrecognized subcommand 'pln'".to_owned(), tips));
        assert_eq!(message("Plans\n\nUsage: x").0, "no command was given");
    }
}
