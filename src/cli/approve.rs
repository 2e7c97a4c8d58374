//! Options of `approve`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ConsoleArgs;
use crate::files;
use crate::plan::approval;

/// Approve a saved plan.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The plan, as `plan --save-plan` wrote it
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// Who approves it, such as a mail address; with a signature, the name in the list of allowed
    /// signers
    #[arg(long = "as", value_name = "NAME", value_parser = approval::name)]
    pub name: String,
    /// A migration guide of the plan that you have read: its name, or a file with the same text
    /// (repeatable)
    #[arg(long, value_name = "GUIDE")]
    pub guide: Vec<String>,
    /// What else there is to say, such as the number of a ticket
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Sign the approval with this SSH key: a private key, or a public one whose private key your
    /// ssh-agent has
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,
    /// The file that gets the approval as one more line [default: PLAN.approvals]
    #[arg(long, value_name = "FILE")]
    pub approvals_file: Option<PathBuf>,
    /// How the terminal is used.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

impl ApproveArgs {
    /// The file that gets the approval.
    pub fn file(&self) -> PathBuf {
        approvals_file(&self.plan, self.approvals_file.as_deref())
    }
}

/// The file with the approvals of a plan: the one that was named, or `PLAN.approvals`.
pub fn approvals_file(plan: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| files::with_ending(plan, "approvals"), ToOwned::to_owned)
}
