//! The `kyma-upgrade` command.

use std::process::ExitCode;

use kyma_upgrade::commands;

fn main() -> ExitCode {
    commands::run(std::env::args_os())
}
