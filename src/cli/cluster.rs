//! Options of the commands that read a cluster.

use std::path::PathBuf;

use clap::Args;

use super::{ConsoleArgs, ListFormat};
use crate::cluster::Access;

/// Read a cluster once.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The file to write, for you alone (mode 0600); one that is there is replaced
    /// [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Give up when reading takes longer than this
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 120,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub timeout: u64,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Show what the installation is doing.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Print a line for every change, until all is installed
    #[arg(long, short)]
    pub watch: bool,
    /// What to print on standard output; with --watch, JSON is one line for each change
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ListFormat,
    /// The milliseconds between two looks of --watch.
    #[arg(long, hide = true, default_value_t = 5000, value_parser = clap::value_parser!(u64).range(10..))]
    pub interval: u64,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Which cluster.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArgs {
    /// The context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The kubeconfig [default: what `KUBECONFIG` names, or ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

impl ClusterArgs {
    /// The cluster that the options name.
    pub fn access(&self) -> Access {
        Access { context: self.context.clone(), kubeconfig: self.kubeconfig.clone() }
    }
}
