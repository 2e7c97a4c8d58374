//! One function for each verb, and what they share.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::cli::Command;
use crate::error::{Error, Exit};
use crate::event::console;

mod apply;
mod approve;
mod charts;
mod cluster;
mod completions;
mod diff;
mod explain;
mod guides;
mod hops;
mod job;
mod load;
mod man;
mod mirror;
mod output;
mod overrides;
mod path;
mod plan;
mod policy;
mod releases;
mod roles;
mod save;
mod saved;
mod simulation;
mod snapshot;
mod source;
mod status;
mod usage;
mod user_overrides;
mod verify;

/// How long an interrupted command may take to come to a stop. One that waits for standard input
/// never does.
const GRACE: Duration = Duration::from_secs(1);

/// Runs the command of a command line until it is done or interrupted, and says how it ended. The
/// first word is how the program was called.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<_> = args.into_iter().collect();
    if let Some(exit) = completions::answer(&args) {
        return exit;
    }
    let cli = match usage::read(&args) {
        Ok(cli) => cli,
        Err(exit) => return exit.into(),
    };
    let exit = finish(cli.command).unwrap_or_else(|error| {
        console::error((error.message(), error.next()), error.exit as u8);
        error.exit
    });
    console::end(exit as u8);
    exit.into()
}

fn finish(command: Command) -> Result<Exit, Error> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        let text = format!("cannot start the worker threads: {error}");
        Error::failed(text).hint("check the limits of the system (`ulimit -u`, `ulimit -v`)")
    })?;
    let result = runtime.block_on(interruptible(command));
    // Dropping the command removes its unfinished files.
    runtime.shutdown_timeout(GRACE);
    result
}

/// The command has a thread of its own, so that Ctrl-C is heard also while it computes or waits for
/// standard input. A command that changes a cluster is asked to stop first, and ended the second time.
async fn interruptible(command: Command) -> Result<Exit, Error> {
    let stops_itself = matches!(command, Command::Apply(_));
    let (ask, asked) = watch::channel(false);
    let mut work = tokio::spawn(dispatch(command, asked));
    loop {
        tokio::select! {
            biased;
            () = interruption() => {
                if !stops_itself || ask.send_replace(true) {
                    return Err(Error::interrupted());
                }
                console::ask("stopping after this step; once more to stop at once");
            }
            result = &mut work => return match result {
                Ok(result) => result,
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            },
        }
    }
}

/// Ends when somebody wants the program to stop: with Ctrl-C, or by SIGTERM as a CI system does.
async fn interruption() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Where the signal cannot be heard, the program ends by it as any other does.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn dispatch(command: Command, stop: watch::Receiver<bool>) -> Result<Exit, Error> {
    match command {
        Command::Plan(args) => plan::run(args).await,
        Command::Path(args) => path::run(args).await,
        Command::Diff(args) => diff::run(args).await,
        Command::Overrides(args) => overrides::run(args).await,
        Command::Guides(args) => guides::run(args).await,
        Command::Approve(args) => approve::run(&args),
        Command::Verify(args) => verify::run(args).await,
        Command::Apply(args) => apply::run(&args, stop).await,
        Command::Status(args) => status::run(&args).await,
        Command::Roles(args) => roles::run(&args),
        Command::Job(args) => job::run(&args),
        Command::Snapshot(args) => snapshot::run(&args).await,
        Command::Mirror(args) => mirror::run(args).await,
        Command::Releases(args) => releases::run(args).await,
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => explain::schema(args.document.into()),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
