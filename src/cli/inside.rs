//! Options of the commands that print manifests for working inside a cluster.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleArgs;

/// Print roles.
#[derive(Debug, Args)]
pub struct RolesArgs {
    /// The plan that is to be applied [default: roles for any plan]
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Print a Job.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// The plan: a file that `plan --save-plan` wrote
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// An image with this program
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// The namespace of the Job
    #[arg(long, value_name = "NAME", default_value = "kyma-installer")]
    pub namespace: String,
    /// The service account of the Job, as `roles` prints it
    #[arg(long, value_name = "NAME", default_value = "kyma-upgrade-apply")]
    pub service_account: String,
    /// How often Kubernetes starts it again when it stops part-way
    #[arg(long, value_name = "NUMBER", default_value_t = 6)]
    pub retries: u32,
    /// The file with its approvals [default: PLAN.approvals]
    #[arg(long, value_name = "FILE")]
    pub approvals_file: Option<PathBuf>,
    /// More arguments for `apply`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub apply: Vec<String>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}
