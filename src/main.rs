//! The `kyma-upgrade` command.

use std::process::ExitCode;

use clap::Parser as _;
use kyma_upgrade::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(Cli::parse())
}
