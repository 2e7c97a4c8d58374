//! Options of `approve`.

use std::path::PathBuf;

use clap::Args;

use super::ConsoleArgs;
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
        self.approvals_file.clone().unwrap_or_else(|| beside(&self.plan))
    }
}

/// The approvals beside a plan: `PLAN.approvals`.
pub fn beside(plan: &std::path::Path) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(".approvals");
    name.into()
}
