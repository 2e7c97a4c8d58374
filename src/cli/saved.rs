//! Options about saved plans.

use std::path::PathBuf;

use clap::Args;
use jiff::SignedDuration;

use super::values;

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
    /// How many people have to approve the saved plan
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "save_plan")]
    pub approvals: u32,
}
