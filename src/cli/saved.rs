//! Options about saved plans.

use std::path::PathBuf;

use clap::Args;
use jiff::SignedDuration;

use super::{ClusterArgs, ConsoleArgs, PolicyFileArgs, SourceArgs, values};

/// The plan file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Saved plan")]
pub struct SaveArgs {
    /// Write the plan to a file that `verify`, `approve` and `apply` take
    #[arg(long, value_name = "FILE")]
    pub save_plan: Option<PathBuf>,
    /// How long the saved plan may be applied, such as 12h or 7d [default: until something changes]
    #[arg(long, value_name = "TIME", value_parser = values::duration, requires = "save_plan")]
    pub valid_for: Option<SignedDuration>,
    /// How many people have to approve the saved plan [default: 0]
    #[arg(long, value_name = "NUMBER", requires = "save_plan")]
    pub approvals: Option<u32>,
}

/// A saved plan and what belongs to it.
#[derive(Debug, Args)]
pub struct PlanFileArgs {
    /// The plan: a file that `plan --save-plan` wrote
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The file with its approvals [default: PLAN.approvals]
    #[arg(long, value_name = "FILE", help_heading = "Approval")]
    pub approvals_file: Option<PathBuf>,
    /// Count only approvals that are signed by somebody in this file (see ssh-keygen(1), ALLOWED
    /// SIGNERS)
    #[arg(long, value_name = "FILE", help_heading = "Approval")]
    pub allowed_signers: Option<PathBuf>,
    /// How many people have to have approved the plan, if that is more than the plan demands
    #[arg(long, value_name = "NUMBER", help_heading = "Approval")]
    pub approvals: Option<u32>,
}

impl PlanFileArgs {
    /// A plan with what lies beside it, and nothing more demanded of it.
    pub fn of(plan: &std::path::Path) -> Self {
        Self { plan: plan.to_owned(), approvals_file: None, allowed_signers: None, approvals: None }
    }
}

/// Check a plan.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The plan.
    #[command(flatten)]
    pub file: PlanFileArgs,
    /// Print the report that was made with the plan, in the format of --output
    #[arg(long)]
    pub show: bool,
    /// Compare the plan with a state from a file instead of a live cluster (`-` is standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["context", "kubeconfig"], help_heading = "Cluster")]
    pub cluster_state: Option<PathBuf>,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Do not look whether the releases and guides at their source are still the same
    #[arg(long, help_heading = "Source of releases")]
    pub no_source: bool,
    /// The policy file.
    #[command(flatten)]
    pub policy: PolicyFileArgs,
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub output: super::Format,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Execute a plan.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct ApplyArgs {
    /// The plan.
    #[command(flatten)]
    pub file: PlanFileArgs,
    /// Do only this hop, which has to be the next one: its number, or the version that it leads to
    #[arg(long, value_name = "HOP", conflicts_with = "pause_after")]
    pub hop: Option<String>,
    /// Stop after this hop: its number, or the version that it leads to
    #[arg(long, value_name = "HOP")]
    pub pause_after: Option<String>,
    /// Check everything and ask the API server what it would do, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before the first change
    #[arg(long)]
    pub yes: bool,
    /// How long one hop may take
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = values::duration)]
    pub timeout: SignedDuration,
    /// There is a backup, and this is where: it is written to the journal
    #[arg(long, value_name = "REFERENCE", help_heading = "Backup")]
    pub backup_done: Option<String>,
    /// How old the newest completed backup of Velero may be before each hop
    #[arg(
        long,
        value_name = "TIME",
        default_value = "24h",
        value_parser = values::duration,
        help_heading = "Backup"
    )]
    pub backup_max_age: SignedDuration,
    /// The journal [default: PLAN.journal]
    #[arg(long, value_name = "FILE", help_heading = "Journal and lock")]
    pub journal: Option<PathBuf>,
    /// Keep the journal in the cluster only
    #[arg(long, conflicts_with = "journal", help_heading = "Journal and lock")]
    pub no_journal_file: bool,
    /// Take the lock of the cluster away from whoever holds it
    #[arg(long, help_heading = "Journal and lock")]
    pub break_lock: bool,
    /// How long the lock outlives a program that ended without giving it back
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::duration, hide = true)]
    pub lock_duration: SignedDuration,
    /// How often is looked at what cannot be watched
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = values::pause, hide = true)]
    pub poll: std::time::Duration,
    /// How long is waited until failures of the cluster pass
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = values::pause, hide = true)]
    pub patience: std::time::Duration,
    /// Write a record of what was planned, approved and done: .md or .json (repeatable)
    #[arg(long, value_name = "FILE", value_parser = values::record_file)]
    pub record: Vec<PathBuf>,
    /// The policy file.
    #[command(flatten)]
    pub policy: PolicyFileArgs,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}
