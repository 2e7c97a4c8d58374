//! One function for each verb, and what they share.

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::error::{Error, Exit};

mod diff;
mod explain;
mod guides;
mod load;
mod mirror;
mod output;
mod path;
mod plan;
mod releases;
mod source;

/// Runs a command until it is done or interrupted, and says how it ended.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(interruptible(cli)),
        Err(error) => Err(Error::failed(format!("cannot start the worker threads: {error}"))),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Nothing is left to do where even standard error cannot be written.
            drop(writeln!(anstream::stderr(), "{error}"));
            error.exit.into()
        }
    }
}

/// Dropping the command on Ctrl-C removes its unfinished files.
async fn interruptible(cli: Cli) -> Result<Exit, Error> {
    tokio::select! {
        result = dispatch(cli.command) => result,
        _ = tokio::signal::ctrl_c() => Err(Error::interrupted()),
    }
}

async fn dispatch(command: Command) -> Result<Exit, Error> {
    match command {
        Command::Plan(args) => plan::run(&args).await,
        Command::Path(args) => path::run(&args).await,
        Command::Diff(args) => diff::run(&args).await,
        Command::Guides(args) => guides::run(&args).await,
        Command::Mirror(args) => mirror::run(&args).await,
        Command::Releases(args) => releases::run(&args).await,
        Command::Explain(args) => explain::run(&args),
        Command::Completions { shell } => explain::completions(shell),
        Command::Man => explain::man(),
    }
}
