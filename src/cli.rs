//! The command line: arguments, options and their help.
//!
//! # Decisions
//! * What can be seen to be wrong on the command line is refused here, before any work.
//! * The usage lines are written out: clap's own would repeat every option that an environment
//!   variable sets.
//! * The token has no option, because command lines are visible to everybody on a machine.

use std::path::PathBuf;

use clap::builder::{
    NonEmptyStringValueParser, OsStringValueParser, PathBufValueParser, TypedValueParser as _,
};
use clap::{Arg, Args, Parser, Subcommand};

use crate::lint::Accept;
use crate::release::{KubernetesVersion, VersionRequest};

mod approve;
mod cluster;
mod help;
mod inside;
mod saved;
mod values;

pub use approve::{ApproveArgs, beside as approvals_beside};
pub use cluster::{ClusterArgs, SnapshotArgs, StatusArgs};
pub use inside::{JobArgs, RolesArgs};
pub use saved::{ApplyArgs, PlanFileArgs, SaveArgs, VerifyArgs};
pub use values::{
    ColorArg, Columns, DeploymentArg, FailOnArg, Format, ListFormat, ReportFile, nearest_code,
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
        mut_arg("no_progress", hidden)
    )]
    Approve(ApproveArgs),
    /// Execute a saved plan on a live cluster; run again, it goes on where it stopped
    #[command(
        override_usage = "kyma-upgrade apply [OPTIONS] <PLAN>",
        after_help = help::APPLY,
        mut_arg("width", hidden),
        mut_arg("no_progress", hidden)
    )]
    Apply(ApplyArgs),
    /// Show what the installation is doing: version, state, component, and what it means
    #[command(
        override_usage = "kyma-upgrade status [OPTIONS]",
        after_help = help::STATUS,
        mut_arg("verbose", hidden),
        mut_arg("width", hidden),
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
        mut_arg("width", hidden),
        mut_arg("no_progress", hidden)
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
    #[command(mut_args(|it| if it.is_positional() { it } else { hidden(it) }))]
    Explain(ExplainArgs),
    /// Print the completion script of a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = help::MAN)]
    Man,
}

/// An option that every command takes, also where it changes nothing.
fn hidden(option: Arg) -> Arg {
    option.hide(true)
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
    /// Which artifacts of two versions to compare
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        default_value = "cluster",
        help_heading = "Upgrade"
    )]
    pub deployment: DeploymentArg,
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
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
    /// Where releases come from.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Explain finding codes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The finding code, such as override-renamed
    pub code: Option<String>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// Which upgrade.
#[derive(Debug, Args)]
#[command(next_help_heading = "Upgrade")]
pub struct UpgradeArgs {
    /// Which artifacts: those for clusters, or those for Minikube
    #[arg(long, value_enum, value_name = "KIND", default_value = "cluster")]
    pub deployment: DeploymentArg,
    /// Pass through this patch of its minor instead of the newest, such as 1.11.0 (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub via: Vec<VersionRequest>,
}

/// The cluster that is upgraded. Without one, a clean install of the first version is simulated.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub struct StateArgs {
    /// The state of the cluster: a file from `snapshot`, or the output of
    /// `kubectl get ... -o json|yaml` (`-` is standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["context", "kubeconfig"])]
    pub cluster_state: Option<PathBuf>,
    /// A live cluster.
    #[command(flatten)]
    pub live: ClusterArgs,
    /// The version of Kubernetes, such as 1.15, where the cluster does not say it
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Write the predicted state of the cluster after each hop to this folder
    #[arg(long, value_name = "DIR")]
    pub save_states: Option<PathBuf>,
}

/// What the user sets.
#[derive(Debug, Args)]
#[command(next_help_heading = "Your overrides")]
pub struct OverrideArgs {
    /// Override ConfigMaps and Secrets: a file, a folder, or `-` for standard input (repeatable)
    #[arg(short = 'f', long = "overrides", value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// What happens to the overrides of the cluster.
#[derive(Debug, Args)]
#[command(next_help_heading = "Your overrides")]
pub struct HandlingArgs {
    /// Keep what was edited in the cluster in the release's own override objects, where applying
    /// them would undo it
    #[arg(long)]
    pub keep_overrides: bool,
    /// Move override keys of the cluster that a hop renames: the plan sets the new key before the
    /// hop and removes the old one after it, wherever there is one answer
    #[arg(long, conflicts_with = "files")]
    pub migrate_overrides: bool,
}

/// What is accepted and what fails.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArgs {
    /// Accept a finding by name, such as guide-missing@1.9 (repeatable)
    #[arg(long, value_name = "CODE[@TO][:SUBJECT]", value_parser = values::accept)]
    pub accept: Vec<Accept>,
    /// From which severity the verdict is `blocked` (exit code 3)
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "blocker")]
    pub fail_on: FailOnArg,
}

/// What is printed and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,
    /// Also write a report; its format follows from the ending: .txt .md .json (repeatable)
    #[arg(
        long,
        value_name = "FILE",
        value_parser = PathBufValueParser::new().try_map(values::report_file)
    )]
    pub report: Vec<ReportFile>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// How the terminal is used.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ConsoleArgs {
    /// When to colour; `NO_COLOR` is honoured
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
    /// Print less: the summary of a report only, and no progress
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: every field, the unified diffs and all evidence of a report
    #[arg(short, long)]
    pub verbose: bool,
    /// Columns of the text report [default: the terminal's, or 100]
    #[arg(
        long,
        value_name = "COLUMNS",
        env = "COLUMNS",
        hide_env_values = true,
        value_parser = values::columns
    )]
    pub width: Option<Columns>,
    /// Show no progress bars
    #[arg(long)]
    pub no_progress: bool,
}

/// Where releases come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Source of releases")]
pub struct SourceArgs {
    /// `github`, `demo` (the small built-in example), or a folder that `mirror` wrote.
    /// A token in the environment variable `GITHUB_TOKEN` raises GitHub's rate limit
    #[arg(
        long,
        value_name = "github|demo|DIR",
        default_value = "github",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub source: String,
    /// Base URL of GitHub's REST API
    #[arg(long, value_name = "URL", env = "KYMA_UPGRADE_GITHUB_API_URL", hide_env_values = true)]
    pub github_api_url: Option<String>,
    /// Base URL of GitHub's web site, which serves release assets
    #[arg(long, value_name = "URL", env = "KYMA_UPGRADE_GITHUB_URL", hide_env_values = true)]
    pub github_url: Option<String>,
    /// Base URL of raw repository files
    #[arg(long, value_name = "URL", env = "KYMA_UPGRADE_GITHUB_RAW_URL", hide_env_values = true)]
    pub github_raw_url: Option<String>,
    /// Base URL of the artifact bucket's host
    #[arg(long, value_name = "URL", env = "KYMA_UPGRADE_BUCKET_URL", hide_env_values = true)]
    pub bucket_url: Option<String>,
    /// Folder of the download cache [default: the platform's cache folder]
    #[arg(
        long,
        value_name = "DIR",
        env = "KYMA_UPGRADE_CACHE_DIR",
        hide_env_values = true,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub cache_dir: Option<PathBuf>,
    /// Never touch the network; use what is in the cache
    #[arg(long)]
    pub offline: bool,
    /// Give up when all downloads together take longer than this
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub download_timeout: u64,
}
