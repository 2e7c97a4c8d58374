//! The report as Markdown. That of a plan is the document with which a change is approved; that of a
//! part of a plan is short.
//!
//! # Decisions
//! * The approval document is read by somebody who decides: what is asked and what speaks against it
//!   comes first, the evidence last and folded. Everything before the appendix fits into a comment.
//! * Names and texts are untrusted; [`syntax`] makes them harmless on GitHub and GitLab.

use super::{PlanFile, Report};

mod approval;
mod charts;
mod findings;
mod hop;
mod lean;
mod operator;
mod overrides;
mod simulation;
mod syntax;

pub(super) use syntax::{escape, fenced};

/// The report as Markdown. `plan` is the file in which its plan was saved, if it was: then that plan's
/// digest is the one to sign.
pub fn markdown(report: &Report, plan: Option<&PlanFile>) -> String {
    if report.is_plan() { approval::document(report, plan) } else { lean::document(report) }
}
