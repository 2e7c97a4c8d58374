//! The command line: arguments, options and their help.
//!
//! # Decisions
//! * What can be seen to be wrong on the command line is refused here, before any work.
//! * The usage lines are written out: clap's own would repeat every option that an environment
//!   variable sets.
//! * The token has no option, because command lines are visible to everybody on a machine.

use std::path::PathBuf;

use clap::{Arg, Args, Parser, Subcommand};

use crate::release::VersionRequest;

mod about;
mod approve;
mod cluster;
mod color;
mod help;
mod inside;
mod line;
mod options;
mod saved;
mod values;

pub use about::{CompletionsArgs, ExplainArgs, ManArgs, SchemaArgs, names};
pub use approve::{ApproveArgs, approvals_file};
pub use cluster::{ClusterArgs, SnapshotArgs, StatusArgs};
pub use color::colored;
pub use inside::{JobArgs, RolesArgs};
pub use line::Line;
pub use options::{
    ConsoleArgs, HandlingArgs, OutputArgs, OverrideArgs, PolicyArgs, PolicyFileArgs, SourceArgs,
    StateArgs, UpgradeArgs,
};
pub use saved::{ApplyArgs, PlanFileArgs, SaveArgs, VerifyArgs};
pub use values::{
    ColorArg, DeploymentArg, DocumentArg, ExplainFormat, FailOnArg, Format, ListFormat,
    ProgressArg, ReportFile, ShellArg, nearest_code,
};

/// Plans Kyma upgrades: the path, what every hop changes, what nobody documented, and the steps.
#[derive(Debug, Parser)]
#[command(
    name = "kyma-upgrade",
    version,
    max_term_width = 100,
    propagate_version = true,
    arg_required_else_help = true,
    override_usage = "kyma-upgrade <COMMAND> [OPTIONS]",
    after_help = help::PROGRAM
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan an upgrade: path, differences, findings, steps and a verdict
    #[command(
        override_usage = "kyma-upgrade plan [OPTIONS] --from <VERSION> --to <VERSION>",
        after_help = help::PLAN
    )]
    Plan(PlanArgs),
    /// Show only the hops, each with the reason for the version chosen
    #[command(
        override_usage = "kyma-upgrade path [OPTIONS] <FROM> <TO>",
        after_help = help::PATH
    )]
    Path(PathArgs),
    /// Compare two versions, or two manifest files or folders
    #[command(
        override_usage = "kyma-upgrade diff [OPTIONS] <OLD> <NEW>",
        after_help = help::DIFF
    )]
    Diff(DiffArgs),
    /// Follow your overrides over every hop: which survive, which have to change and when
    #[command(
        override_usage = "kyma-upgrade overrides [OPTIONS] --from <VERSION> --to <VERSION> -f <FILE>",
        after_help = help::OVERRIDES
    )]
    Overrides(OverridesArgs),
    /// Show the migration guides of every hop: found, missing, stale
    #[command(
        override_usage = "kyma-upgrade guides [OPTIONS] <FROM> <TO>",
        after_help = help::GUIDES
    )]
    Guides(GuidesArgs),
    /// Check whether a saved plan still holds: file, sources, cluster, approvals
    #[command(
        override_usage = "kyma-upgrade verify [OPTIONS] <PLAN>",
        after_help = help::VERIFY,
        mut_arg("width", hidden)
    )]
    Verify(VerifyArgs),
    /// Approve a saved plan
    #[command(
        override_usage = "kyma-upgrade approve [OPTIONS] --as <NAME> <PLAN>",
        after_help = help::APPROVE,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden),
        mut_arg("progress", hidden),
        mut_arg("no_progress", hidden)
    )]
    Approve(ApproveArgs),
    /// Execute a saved plan on a live cluster; run again, it goes on where it stopped
    #[command(
        override_usage = "kyma-upgrade apply [OPTIONS] <PLAN>",
        after_help = help::APPLY,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden)
    )]
    Apply(ApplyArgs),
    /// Show what the installation is doing: version, state, component, and what it means
    #[command(
        override_usage = "kyma-upgrade status [OPTIONS]",
        after_help = help::STATUS,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden),
        mut_arg("progress", hidden),
        mut_arg("no_progress", hidden),
        mut_arg("quiet", hidden)
    )]
    Status(StatusArgs),
    /// Print the roles that planning and applying need
    #[command(
        override_usage = "kyma-upgrade roles [OPTIONS] [PLAN]",
        after_help = help::ROLES,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden),
        mut_arg("progress", hidden),
        mut_arg("no_progress", hidden),
        mut_arg("quiet", hidden),
        mut_arg("color", hidden)
    )]
    Roles(RolesArgs),
    /// Print a Job that applies a plan inside the cluster
    #[command(
        override_usage = "kyma-upgrade job [OPTIONS] --image <IMAGE> <PLAN> [-- <ARGUMENT>...]",
        after_help = help::JOB,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden),
        mut_arg("progress", hidden),
        mut_arg("no_progress", hidden),
        mut_arg("quiet", hidden),
        mut_arg("color", hidden)
    )]
    Job(JobArgs),
    /// Read a cluster once into a file; secret values are replaced by keyed digests
    #[command(
        override_usage = "kyma-upgrade snapshot [OPTIONS]",
        after_help = help::SNAPSHOT,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden)
    )]
    Snapshot(SnapshotArgs),
    /// Download everything that plans between two versions need
    #[command(
        override_usage = "kyma-upgrade mirror [OPTIONS] --from <VERSION> --to <VERSION> <DIR>",
        after_help = help::MIRROR,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden)
    )]
    Mirror(MirrorArgs),
    /// List the releases, and what is left out and why
    #[command(
        override_usage = "kyma-upgrade releases [OPTIONS]",
        mut_arg("verbose", hidden),
        mut_arg("width", hidden)
    )]
    Releases(ReleasesArgs),
    /// Explain a finding code; without one, list all
    #[command(
        override_usage = "kyma-upgrade explain [OPTIONS] [CODE]",
        after_help = help::EXPLAIN,
        mut_arg("verbose", hidden),
        mut_arg("progress", hidden),
        mut_arg("no_progress", hidden),
        mut_arg("quiet", hidden)
    )]
    Explain(ExplainArgs),
    /// Print the JSON Schema of a document that the program writes or reads
    #[command(
        override_usage = "kyma-upgrade schema <DOCUMENT>",
        after_help = help::SCHEMA,
        mut_args(|it| if it.is_positional() { it } else { hidden(it) })
    )]
    Schema(SchemaArgs),
    /// Print the completion script of a shell; it completes versions and finding codes, too
    #[command(
        override_usage = "kyma-upgrade completions <SHELL>",
        after_help = help::COMPLETIONS,
        mut_args(|it| if it.is_positional() { it } else { hidden(it) })
    )]
    Completions(CompletionsArgs),
    /// Print a manual page, or write all of them
    #[command(
        override_usage = "kyma-upgrade man [COMMAND]\n       kyma-upgrade man --dir <DIR>",
        after_help = help::MAN,
        mut_args(hidden_console)
    )]
    Man(ManArgs),
}

/// An option that every command takes, also where it changes nothing.
fn hidden(option: Arg) -> Arg {
    option.hide(true)
}

/// The same for the options about the terminal.
fn hidden_console(option: Arg) -> Arg {
    if option.get_help_heading() == Some("Output") { hidden(option) } else { option }
}

/// Plan an upgrade.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The version that is installed, such as 1.3 (its newest patch) or 1.3.0; without it, what the
    /// cluster says
    #[arg(long, value_name = "VERSION", required_unless_present_any = ["cluster_state", "context", "kubeconfig"])]
    pub from: Option<VersionRequest>,
    /// The version to upgrade to
    #[arg(long, value_name = "VERSION")]
    pub to: VersionRequest,
    /// Which upgrade.
    #[command(flatten)]
    pub upgrade: UpgradeArgs,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: StateArgs,
    /// What the user sets.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// What happens to it.
    #[command(flatten)]
    pub handling: HandlingArgs,
    /// The plan file.
    #[command(flatten)]
    pub save: SaveArgs,
    /// What is accepted and what fails.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// What is printed and written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Show only the hops.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// The version that is installed, such as 1.3 (its newest patch) or 1.3.0
    #[arg(value_name = "FROM")]
    pub from: VersionRequest,
    /// The version to upgrade to
    #[arg(value_name = "TO")]
    pub to: VersionRequest,
    /// Which upgrade.
    #[command(flatten)]
    pub upgrade: UpgradeArgs,
    /// What is accepted and what fails.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// What is printed and written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Compare two versions or manifests.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A version, or a file or folder of manifests (`-` is standard input)
    #[arg(value_name = "OLD")]
    pub old: String,
    /// What to compare it with; where OLD is a version, this is one, too
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Which artifacts of two versions to compare [default: cluster]
    #[arg(long, value_enum, value_name = "KIND", help_heading = "Upgrade")]
    pub deployment: Option<DeploymentArg>,
    /// What is accepted and what fails.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// What is printed and written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Follow overrides.
#[derive(Debug, Args)]
pub struct OverridesArgs {
    /// Write the objects as they have to be before and after each hop to a new folder
    #[arg(long, value_name = "DIR")]
    pub migrate: Option<PathBuf>,
    /// The version that is installed, such as 1.3 (its newest patch) or 1.3.0
    #[arg(long, value_name = "VERSION")]
    pub from: VersionRequest,
    /// The version to upgrade to
    #[arg(long, value_name = "VERSION")]
    pub to: VersionRequest,
    /// What the user sets.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Which upgrade.
    #[command(flatten)]
    pub upgrade: UpgradeArgs,
    /// What is accepted and what fails.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// What is printed and written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Show migration guides.
#[derive(Debug, Args)]
pub struct GuidesArgs {
    /// The version that is installed, such as 1.3 (its newest patch) or 1.3.0
    #[arg(value_name = "FROM")]
    pub from: VersionRequest,
    /// The version to upgrade to
    #[arg(value_name = "TO")]
    pub to: VersionRequest,
    /// Print the steps of the guides as a checklist
    #[arg(long)]
    pub show: bool,
    /// Which upgrade.
    #[command(flatten)]
    pub upgrade: UpgradeArgs,
    /// What is accepted and what fails.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// What is printed and written.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Download what plans need.
#[derive(Debug, Args)]
pub struct MirrorArgs {
    /// The oldest version that plans start from
    #[arg(long, value_name = "VERSION")]
    pub from: VersionRequest,
    /// The newest version that plans lead to
    #[arg(long, value_name = "VERSION")]
    pub to: VersionRequest,
    /// The folder to write; one that `mirror` wrote before is extended
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Pass through this patch of its minor instead of the newest, such as 1.11.0 (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub via: Vec<VersionRequest>,
    /// The policy file.
    #[command(flatten)]
    pub policy: PolicyFileArgs,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// List the releases.
#[derive(Debug, Args)]
pub struct ReleasesArgs {
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ListFormat,
    /// The policy file.
    #[command(flatten)]
    pub policy: PolicyFileArgs,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}
