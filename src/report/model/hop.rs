//! One hop of a report.

use std::borrow::Cow;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::{ChartValues, ComponentsReport, GuideReport, ObjectsReport, OverridesReport};
use crate::finding::Finding;
use crate::plan::{PlannedMove, Step};
use crate::report::{
    Downtime, KubernetesWindow, OperatorReport, PointOfNoReturn, PredictionReport,
};

/// One hop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HopReport {
    /// The release that it starts from.
    pub from: String,
    /// The release that it leads to.
    pub to: String,
    /// Whether that is a release candidate.
    pub prerelease: bool,
    /// Why this release of its minor.
    pub reason: String,
    /// Releases of the minor that were not chosen.
    pub skipped: Vec<SkippedReport>,
    /// How the release documents its upgrade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Procedure>,
    /// The files that were read for the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Vec<ArtifactReport>>,
    /// Migration guides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideReport>,
    /// The component list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<ComponentsReport>,
    /// The applied objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<ObjectsReport>,
    /// The release's own override keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<OverridesReport>,
    /// What the charts make of their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart_values: Option<ChartValues>,
    /// The Kubernetes version that the hop is simulated on, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<String>,
    /// The versions of Kubernetes on which both releases of the hop work, where a bound is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_window: Option<KubernetesWindow>,
    /// What the hop does to the cluster, in the order of the steps; what is left behind comes last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predictions: Option<Vec<PredictionReport>>,
    /// What the operator does then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorReport>,
    /// The override keys of the user that the plan moves at this hop, before and after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<PlannedMove>,
    /// What to do, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// From where on putting objects back does not undo the hop; absent where no step is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_of_no_return: Option<PointOfNoReturn>,
    /// What stands still meanwhile, as far as that is known, in the operator's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downtime: Option<Vec<Downtime>>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// A release that was not chosen.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SkippedReport {
    /// Its version.
    pub version: String,
    /// Why.
    pub why: Cow<'static, str>,
}

/// The documented procedure of a release.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Procedure {
    /// In a few words.
    pub summary: String,
    /// The document.
    pub document: String,
    /// The command that the document gives in place of kubectl steps.
    pub documented_command: Option<String>,
}

/// A file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ArtifactReport {
    /// Its name.
    pub name: String,
    /// Where it originally comes from.
    pub url: String,
    /// The digest of its content.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl HopReport {
    /// A hop of which only the versions are known.
    pub fn new(from: &str, to: &str, reason: &str) -> Self {
        let prerelease = Version::parse(to).is_ok_and(|it| !it.pre.is_empty());
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            prerelease,
            reason: reason.to_owned(),
            skipped: Vec::new(),
            procedure: None,
            artifacts: None,
            guide: None,
            components: None,
            objects: None,
            overrides: None,
            chart_values: None,
            kubernetes_version: None,
            kubernetes_window: None,
            predictions: None,
            operator: None,
            moves: Vec::new(),
            steps: None,
            point_of_no_return: None,
            downtime: None,
            findings: Vec::new(),
        }
    }
}
