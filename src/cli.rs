//! The command line: arguments, options and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use semver::Version;

use crate::lint::{Accept, FailOn};
use crate::release::{Deployment, VersionRequest};

/// Plans Kyma upgrades: the path, what every hop changes, what nobody documented, and the steps.
#[derive(Debug, Parser)]
#[command(name = "kyma-upgrade", version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan an upgrade: path, differences, findings, steps and a verdict
    Plan(PlanArgs),
    /// Show only the hops, each with the reason for the version chosen
    Path(PathArgs),
    /// Compare two versions, or two manifest files or folders
    Diff(DiffArgs),
    /// Show the migration guides of every hop: found, missing, stale
    Guides(GuidesArgs),
    /// Download everything that plans between two versions need
    Mirror(MirrorArgs),
    /// List the releases, and what is left out and why
    Releases(ReleasesArgs),
    /// Explain a finding code; without one, list all
    Explain(ExplainArgs),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Plan an upgrade.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The version that is installed, such as 1.3 (its newest patch) or 1.3.0
    #[arg(long, value_name = "VERSION")]
    pub from: VersionRequest,
    /// The version to upgrade to
    #[arg(long, value_name = "VERSION")]
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

/// Show only the hops.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// The version that is installed
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
    /// The same, to compare with
    #[arg(value_name = "NEW")]
    pub new: String,
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
    /// The version that is installed
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
    /// Pass through this patch of its minor (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub via: Vec<Version>,
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
    #[arg(long, value_enum, default_value = "cluster")]
    pub deployment: DeploymentArg,
    /// Pass through this patch of its minor (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub via: Vec<Version>,
}

/// What is accepted and what fails.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArgs {
    /// Accept a finding by name, such as guide-missing@1.9 (repeatable)
    #[arg(long, value_name = "CODE[@TO][:SUBJECT]")]
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
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// How the terminal is used.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ConsoleArgs {
    /// When to colour; `NO_COLOR` is honoured
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorArg,
    /// Print less: no progress, no hints, the summary only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: every field, unified diffs and all evidence
    #[arg(short, long)]
    pub verbose: bool,
    /// Columns of the text report [default: the terminal's, or 100]
    #[arg(long, value_name = "COLUMNS", env = "COLUMNS", hide_env_values = true)]
    pub width: Option<usize>,
    /// Show no progress bars
    #[arg(long)]
    pub no_progress: bool,
}

/// Where releases come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Source of releases")]
pub struct SourceArgs {
    /// `github`, `demo` (the small built-in example), or a folder that `mirror` wrote
    #[arg(long, value_name = "github|demo|DIR", default_value = "github")]
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
    /// GitHub token, which raises the rate limit
    #[arg(long, env = "GITHUB_TOKEN", hide = true, hide_env_values = true)]
    pub github_token: Option<String>,
    /// Folder of the download cache [default: the platform's cache folder]
    #[arg(long, value_name = "DIR", env = "KYMA_UPGRADE_CACHE_DIR", hide_env_values = true)]
    pub cache_dir: Option<PathBuf>,
    /// Never touch the network; use what is in the cache
    #[arg(long)]
    pub offline: bool,
}

/// A kind of installation, on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DeploymentArg {
    /// Kyma on a cluster
    Cluster,
    /// Kyma on Minikube
    Local,
}

impl From<DeploymentArg> for Deployment {
    fn from(it: DeploymentArg) -> Self {
        match it {
            DeploymentArg::Cluster => Self::Cluster,
            DeploymentArg::Local => Self::Local,
        }
    }
}

/// A severity that fails, on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FailOnArg {
    /// Blockers
    Blocker,
    /// Blockers and warnings
    Warning,
    /// Nothing
    Never,
}

impl From<FailOnArg> for FailOn {
    fn from(it: FailOnArg) -> Self {
        match it {
            FailOnArg::Blocker => Self::Blocker,
            FailOnArg::Warning => Self::Warning,
            FailOnArg::Never => Self::Never,
        }
    }
}

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For scripts
    Json,
    /// For change requests
    Markdown,
}

/// A format of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a terminal
    Text,
    /// For scripts
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// When standard output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
