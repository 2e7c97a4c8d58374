//! What the commands have in common, and the options of those that tell about the program itself.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use super::{Cli, Command, ConsoleArgs, DocumentArg, ExplainFormat, ShellArg};

impl Command {
    /// How the terminal is used.
    pub fn console(&self) -> &ConsoleArgs {
        match self {
            Self::Plan(it) => &it.output.console,
            Self::Path(it) => &it.output.console,
            Self::Diff(it) => &it.output.console,
            Self::Overrides(it) => &it.output.console,
            Self::Guides(it) => &it.output.console,
            Self::Verify(it) => &it.console,
            Self::Approve(it) => &it.console,
            Self::Apply(it) => &it.console,
            Self::Status(it) => &it.console,
            Self::Roles(it) => &it.console,
            Self::Job(it) => &it.console,
            Self::Snapshot(it) => &it.console,
            Self::Mirror(it) => &it.console,
            Self::Releases(it) => &it.console,
            Self::Explain(it) => &it.console,
            Self::Schema(it) => &it.console,
            Self::Completions(it) => &it.console,
            Self::Man(it) => &it.console,
        }
    }
}

/// The names of the commands.
pub fn names() -> Vec<String> {
    let program = Cli::command();
    program.get_subcommands().map(|it| it.get_name().to_owned()).collect()
}

/// Explain finding codes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The finding code, such as override-renamed
    pub code: Option<String>,
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ExplainFormat,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Print a schema.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The document
    #[arg(value_enum)]
    pub document: DocumentArg,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Print a completion script.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell, or `kubectl` for completions of `kubectl kyma-upgrade`
    pub shell: ShellArg,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Print manual pages.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command that the page is about; without one, the program
    #[arg(conflicts_with = "dir")]
    pub command: Option<String>,
    /// Write the page of the program and of every command to this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}
