//! The report: one view model for every format.
//!
//! # Decisions
//! * A renderer decides how something looks, never what is said: wording, order, severity and the
//!   verdict come from the model. JSON is the model itself (`format: 1`).
//! * Parts that a command does not know are absent, not empty: `path` knows nothing about objects.
//! * The digest covers the report's content; equal inputs give equal bytes.

use std::borrow::Cow;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::finding::{Finding, Severity};
use crate::lint::Verdict;
use crate::release::Deployment;

mod build;
mod decision;
mod gates;
mod html;
mod judge;
mod layout;
mod markdown;
mod model;
mod operator;
mod outlook;
mod reference;
mod sarif;
mod simulation;
mod text;
mod user_overrides;
mod way_back;

pub use build::{HopInput, differences, hop, objects, path_hop};
pub use html::html;
pub use layout::{Style, sanitize};
pub use markdown::markdown;
pub use model::*;
pub use operator::{ComponentReport, OperatorReport};
pub use outlook::{Downtime, KubernetesWindow, PointOfNoReturn};
pub use reference::{REFERENCE, code_list, explanation, explanations_json, explanations_markdown};
pub use sarif::sarif;
pub use simulation::{ClusterReport, PredictionReport};
pub use text::{Detail, text};
pub use user_overrides::{chart_values, migration, take_out_moves, user_overrides};

/// The version of the JSON shape.
pub const FORMAT: u32 = 1;

/// Everything that a command has to say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of the JSON shape.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// What made it.
    pub tool: Tool,
    /// Where the path starts; a file name where files are compared.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Which installation is upgraded.
    pub deployment: Deployment,
    /// The cluster's Kubernetes version, where it is known.
    pub kubernetes_version: Option<String>,
    /// The cluster that was simulated; absent where a clean install was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterReport>,
    /// Whether the upgrade may go ahead.
    pub verdict: Verdict,
    /// `sha256:…` over the rest.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// The hops in order.
    pub hops: Vec<HopReport>,
    /// What becomes of the user's overrides; absent where none were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_overrides: Option<Vec<UserOverride>>,
    /// The files that the overrides were read from, as evidence names them; `-` is standard input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub override_files: Vec<String>,
    /// What was written to migrate them; absent where nothing was to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<Vec<Migration>>,
    /// Findings that belong to no single hop.
    pub findings: Vec<Finding>,
}

/// The program that made a report.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
}

/// The file in which the plan of a report was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFile {
    /// Its name, as it is given to other commands.
    pub name: String,
    /// The digest of the plan, which an approval is bound to.
    pub digest: String,
    /// How many people have to approve it.
    pub approvals: u32,
}

impl Report {
    /// A report with its digest.
    pub fn new(from: &str, to: &str, deployment: Deployment, hops: Vec<HopReport>) -> Self {
        Self {
            format: FORMAT,
            tool: Tool {
                name: env!("CARGO_PKG_NAME").into(),
                version: env!("CARGO_PKG_VERSION").into(),
            },
            from: from.to_owned(),
            to: to.to_owned(),
            deployment,
            kubernetes_version: None,
            cluster: None,
            verdict: Verdict::Ready,
            digest: String::new(),
            hops,
            user_overrides: None,
            override_files: Vec::new(),
            migration: None,
            findings: Vec::new(),
        }
    }

    /// The same report with its digest set. Any change after this needs another call.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.digest = String::new();
        self.digest = digest::sha256(self.json().as_bytes());
        self
    }

    /// The report as JSON with a line break at its end. What nobody would see in it is escaped.
    pub fn json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("the model has only JSON types");
        format!("{}\n", layout::escape_json(&json))
    }

    /// The report that stands in a JSON text which [`Report::json`] wrote. Writing it again gives the
    /// same bytes.
    ///
    /// # Errors
    /// When the text is no such report, or one of another format.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        let report: Self = serde_json::from_str(json)?;
        if report.format == FORMAT {
            return Ok(report);
        }
        let text = format!("its format is {}; this program reads format {FORMAT}", report.format);
        Err(serde::de::Error::custom(text))
    }

    /// What the report is about, in one line: `Kyma 1.0.0 → 1.3.0 (cluster)`, or two file names.
    pub fn title(&self) -> String {
        let is_version = |text: &str| Version::parse(text).is_ok();
        if is_version(&self.from) && is_version(&self.to) {
            format!("Kyma {} → {} ({})", self.from, self.to, self.deployment.as_str())
        } else {
            format!("{} → {}", self.from, self.to)
        }
    }

    /// Whether it is that of a plan, with steps; a part of a plan has none.
    pub fn is_plan(&self) -> bool {
        self.hops.iter().any(|hop| hop.steps.is_some())
    }

    /// The verdict, where the report can bear one: a part of a plan that found nothing against the
    /// upgrade says nothing for it either.
    pub fn told_verdict(&self) -> Option<Verdict> {
        (self.is_plan() || self.verdict == Verdict::Blocked).then_some(self.verdict)
    }

    /// All findings: those of no hop, then hop by hop.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> + Clone {
        self.findings.iter().chain(self.hops.iter().flat_map(|hop| &hop.findings))
    }

    /// All findings, to be changed.
    pub fn all_findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.findings.iter_mut().chain(self.hops.iter_mut().flat_map(|hop| &mut hop.findings))
    }

    /// How many findings of a severity are not accepted.
    pub fn count(&self, severity: Severity) -> usize {
        self.all_findings().filter(|it| it.severity == severity && !it.accepted).count()
    }

    /// How many findings are accepted.
    pub fn accepted(&self) -> usize {
        self.all_findings().filter(|it| it.accepted).count()
    }

    /// The versions of the path, the first included.
    pub fn versions(&self) -> Vec<&str> {
        let first = std::iter::once(self.from.as_str());
        first.chain(self.hops.iter().map(|hop| hop.to.as_str())).collect()
    }
}
