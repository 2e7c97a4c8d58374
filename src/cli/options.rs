//! Options that several commands share.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{
    NonEmptyStringValueParser, OsStringValueParser, PathBufValueParser, TypedValueParser as _,
};

use super::{
    ClusterArgs, ColorArg, DeploymentArg, FailOnArg, Format, ProgressArg, ReportFile, values,
};
use crate::event::console::{self, Display};
use crate::lint::Accept;
use crate::release::{Deployment, KubernetesVersion, VersionRequest};

/// Which upgrade.
#[derive(Debug, Args)]
#[command(next_help_heading = "Upgrade")]
pub struct UpgradeArgs {
    /// Which artifacts: those for clusters, or those for Minikube [default: cluster]
    #[arg(long, value_enum, value_name = "KIND")]
    pub deployment: Option<DeploymentArg>,
    /// Pass through this patch of its minor instead of the newest, such as 1.11.0 (repeatable)
    #[arg(long, value_name = "VERSION")]
    pub via: Vec<VersionRequest>,
}

impl UpgradeArgs {
    /// Which installation is upgraded.
    pub fn deployment(&self) -> Deployment {
        self.deployment.map(Into::into).unwrap_or_default()
    }
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
    /// From which severity the verdict is `blocked` (exit code 3) [default: blocker]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOnArg>,
    /// The policy file.
    #[command(flatten)]
    pub file: PolicyFileArgs,
}

/// Which policy file is used.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyFileArgs {
    /// A policy file: what is accepted and why, severities, approvals, where releases come from
    /// [default: `kyma-upgrade.yaml` in this folder, if there is one]
    #[arg(
        long,
        value_name = "FILE",
        env = "KYMA_UPGRADE_POLICY",
        hide_env_values = true,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub policy: Option<PathBuf>,
    /// Use no policy file
    #[arg(long)]
    pub no_policy: bool,
}

/// What is printed and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What to print on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,
    /// Also write a report; its format follows from the ending: .txt .md .html .json .sarif
    /// (repeatable)
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
    /// When to colour; `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` count where it is auto
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,
    /// Print less: the summary of a report only, and no progress
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: every field, the unified diffs and all evidence of a report
    #[arg(short, long)]
    pub verbose: bool,
    /// Columns of the text report, from 60 to 200 [default: those of the variable COLUMNS or of the
    /// terminal, else 100]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
    /// How to show progress on standard error
    #[arg(
        long,
        value_name = "HOW",
        default_value = "auto",
        env = "KYMA_UPGRADE_PROGRESS",
        hide_env_values = true,
        value_parser = values::ProgressParser
    )]
    pub progress: ProgressArg,
    /// The same as --progress none
    #[arg(long)]
    pub no_progress: bool,
}

impl ConsoleArgs {
    /// How events are shown. What was asked for counts more than `--quiet`.
    pub fn display(&self) -> Display {
        let bars = || if console::can_show_bars() { Display::Bars } else { Display::Lines };
        match self.progress {
            _ if self.no_progress => Display::Nothing,
            ProgressArg::Auto if self.quiet => Display::Nothing,
            ProgressArg::Auto | ProgressArg::Bars => bars(),
            ProgressArg::Lines => Display::Lines,
            ProgressArg::Json => Display::Json,
            ProgressArg::None => Display::Nothing,
        }
    }
}

/// Where releases come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Source of releases")]
pub struct SourceArgs {
    /// `github`, `demo` (the small built-in example), or a folder that `mirror` wrote.
    /// A token in the environment variable `GITHUB_TOKEN` raises GitHub's rate limit
    /// [default: github]
    #[arg(
        long,
        value_name = "github|demo|DIR",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub source: Option<String>,
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
    /// Whether the policy file names the REST API, so that no token goes there.
    #[arg(skip)]
    pub api_of_policy: bool,
}

impl SourceArgs {
    /// Where releases come from.
    pub fn source(&self) -> &str {
        self.source.as_deref().unwrap_or("github")
    }
}
