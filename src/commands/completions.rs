//! Completions: the script of a shell, and the answers that it asks for.
//!
//! # Decisions
//! * The script asks the program for every word, so that versions, codes and contexts are those of
//!   the moment. Nothing is asked of the network or of a cluster, and nothing is said: where a value
//!   is not known there is none.
//! * A shell that asks sets [`VARIABLE`] and gives its words after `--`. Whoever sets the variable by
//!   accident gets the program as it is.
//! * Descriptions are those of `--help`, so that there is no second text.

mod bash;
mod kubectl;
mod values;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use clap::{CommandFactory as _, ValueEnum as _};
use clap_complete::env::{Elvish, EnvCompleter, Fish, Powershell, Zsh};

use super::output;
use crate::cli::{Cli, CompletionsArgs, Line, ShellArg};
use crate::error::{Error, Exit};
use crate::program::NAME;
use bash::Bash;
use kubectl::Kubectl;

/// The variable by which a shell asks for completions; its value is the shell.
const VARIABLE: &str = "KYMA_UPGRADE_COMPLETE";

/// Prints the script that registers the completions.
pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Error> {
    let mut script = Vec::new();
    let shell = completer(args.shell);
    let written = shell.write_registration(VARIABLE, NAME, NAME, NAME, &mut script);
    written.map_err(|error| {
        let text = format!("cannot write the completion script: {error}");
        Error::failed(text).hint("this is a fault of the program; please report it")
    })?;
    let script = String::from_utf8_lossy(&script);
    output::print(&format!("{}\n", script.trim()))?;
    Ok(Exit::Done)
}

fn completer(shell: ShellArg) -> &'static dyn EnvCompleter {
    match shell {
        ShellArg::Bash => &Bash,
        ShellArg::Elvish => &Elvish,
        ShellArg::Fish => &Fish,
        ShellArg::Kubectl => &Kubectl,
        ShellArg::Powershell => &Powershell,
        ShellArg::Zsh => &Zsh,
    }
}

/// Answers a shell that asks for completions of a command line; none where no shell asks.
pub(super) fn answer(args: &[OsString]) -> Option<ExitCode> {
    let asked = std::env::var_os(VARIABLE)?;
    let shell = completer(ShellArg::from_str(asked.to_str()?, false).ok()?);
    let words = args.get(2..).filter(|it| !it.is_empty() && args[1] == OsStr::new("--"))?;
    Some(match candidates(shell, words) {
        Some(text) if output::print(&text).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// What a shell is told about the words of a command line.
fn candidates(shell: &dyn EnvCompleter, words: &[OsString]) -> Option<String> {
    let mut command = values::completed(Cli::command(), Line::new(words));
    let mut text = Vec::new();
    let folder = std::env::current_dir().ok();
    shell.write_complete(&mut command, words.to_vec(), folder.as_deref(), &mut text).ok()?;
    String::from_utf8(text).ok()
}
