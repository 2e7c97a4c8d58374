//! The report: one view model for every format.
//!
//! # Decisions
//! * A renderer decides how something looks, never what is said: wording, order, severity and the
//!   verdict come from the model. JSON is the model itself (`format: 1`).
//! * Parts that a command does not know are absent, not empty: `path` knows nothing about objects.
//! * The digest covers the report's content; equal inputs give equal bytes.

use semver::Version;
use serde::Serialize;

use crate::diff::Note;
use crate::digest;
use crate::finding::{Finding, Severity};
use crate::lint::Verdict;
use crate::liveness::Status;
use crate::overrides::OverrideKey;
use crate::plan::Step;
use crate::release::{Deployment, Minor};

mod build;
mod layout;
mod markdown;
mod operator;
mod simulation;
mod text;
mod user_overrides;

pub use build::{HopInput, differences, hop, objects, path_hop};
pub use layout::{Style, sanitize};
pub use markdown::markdown;
pub use operator::{ComponentReport, OperatorReport};
pub use simulation::{ClusterReport, PredictionReport};
pub use text::{Detail, text};
pub use user_overrides::{chart_values, migration, user_overrides};

/// Everything that a command has to say.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The version of the JSON shape.
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
    pub digest: String,
    /// The hops in order.
    pub hops: Vec<HopReport>,
    /// What becomes of the user's overrides; absent where none were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_overrides: Option<Vec<UserOverride>>,
    /// What was written to migrate them; absent where nothing was to be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<Vec<Migration>>,
    /// Findings that belong to no single hop.
    pub findings: Vec<Finding>,
}

/// The program that made a report.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// One hop.
#[derive(Debug, Clone, Serialize)]
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
    /// What the hop does to the cluster, in the order of the steps; what is left behind comes last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predictions: Option<Vec<PredictionReport>>,
    /// What the operator does then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<OperatorReport>,
    /// What to do, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// A release that was not chosen.
#[derive(Debug, Clone, Serialize)]
pub struct SkippedReport {
    /// Its version.
    pub version: String,
    /// Why.
    pub why: &'static str,
}

/// The documented procedure of a release.
#[derive(Debug, Clone, Serialize)]
pub struct Procedure {
    /// In a few words.
    pub summary: String,
    /// The document.
    pub document: String,
    /// The command that the document gives in place of kubectl steps.
    pub documented_command: Option<String>,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
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

/// The guides of a hop.
#[derive(Debug, Clone, Serialize)]
pub struct GuideReport {
    /// `published`, `none` (nothing breaks) or `missing`.
    pub status: crate::guide::GuideStatus,
    /// The guides that cover the hop.
    pub files: Vec<GuideFile>,
    /// Guides in the folder that cover another hop.
    pub stale: Vec<String>,
    /// Whether the release notes link a guide for this hop.
    pub linked_from_notes: bool,
    /// Breaking codes of this hop that no guide text mentions.
    pub uncovered: Vec<&'static str>,
    /// The steps of the guides and of the release notes, in their order.
    pub checklist: Vec<ChecklistItem>,
}

/// A guide.
#[derive(Debug, Clone, Serialize)]
pub struct GuideFile {
    /// Its file name.
    pub name: String,
    /// Where it comes from.
    pub url: String,
    /// The digest of its content.
    pub sha256: String,
    /// The minors that its name says it covers.
    pub covers: Covers,
}

/// A range of minors.
#[derive(Debug, Clone, Serialize)]
pub struct Covers {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

impl Covers {
    pub(crate) fn new(from: Minor, to: Minor) -> Self {
        Self { from: from.to_string(), to: to.to_string() }
    }
}

/// One item of a guide's checklist.
#[derive(Debug, Clone, Serialize)]
pub struct ChecklistItem {
    /// When it has to be done: `before`, `after`, `during` the hop or `unstated`.
    pub when: &'static str,
    /// `action`, `command`, `caution` or `note`.
    pub kind: &'static str,
    /// The headings above it.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// The command to type.
    pub command: Option<String>,
    /// Whether the command destroys something.
    pub destructive: bool,
    /// The document.
    pub source: String,
    /// The 1-based line in it.
    pub line: u32,
}

/// What happens to the component list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ComponentsReport {
    /// New on the list.
    pub added: Vec<String>,
    /// Gone from it; they stay installed.
    pub removed: Vec<String>,
    /// With a new name.
    pub renamed: Vec<NameChange>,
    /// With a new namespace.
    pub moved: Vec<NamespaceChange>,
    /// At another place.
    pub reordered: Vec<PlaceChange>,
}

/// A component with a new name.
#[derive(Debug, Clone, Serialize)]
pub struct NameChange {
    /// The old name.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A component with a new namespace.
#[derive(Debug, Clone, Serialize)]
pub struct NamespaceChange {
    /// The component.
    pub name: String,
    /// The old namespace.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A component at another place of the list.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceChange {
    /// The component.
    pub name: String,
    /// The old 1-based place.
    pub from: usize,
    /// The new one.
    pub to: usize,
}

/// What happens to the applied objects.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ObjectsReport {
    /// In the new artifacts only.
    pub added: Vec<String>,
    /// In the old ones only.
    pub removed: Vec<String>,
    /// With a new name.
    pub renamed: Vec<RenamedObject>,
    /// Different.
    pub changed: Vec<ChangedObject>,
    /// How many are equal.
    pub unchanged: usize,
}

/// An object that lives on under another name.
#[derive(Debug, Clone, Serialize)]
pub struct RenamedObject {
    /// The old name.
    pub from: String,
    /// The new one.
    pub to: String,
    /// How alike they are, from 0 to 1.
    pub similarity: f64,
    /// What else differs.
    pub fields: Vec<Field>,
}

/// An object that differs.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedObject {
    /// The object.
    pub object: String,
    /// What differs.
    pub fields: Vec<Field>,
    /// How many schema descriptions differ; they are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub descriptions: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A field that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Where it is in the object.
    pub path: String,
    /// The old value; absent if the field is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<serde_json::Value>,
    /// The new value; absent if the field is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<serde_json::Value>,
    /// What the values do not say: `order-changed` or `secret-changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The difference of two texts, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// What happens to the release's own override keys.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OverridesReport {
    /// New.
    pub added: Vec<OverrideKey>,
    /// Gone without a successor.
    pub removed: Vec<OverrideKey>,
    /// Set to another value.
    pub changed: Vec<ChangedOverride>,
    /// Under another name.
    pub renamed: Vec<RenameReport>,
}

/// An override key with a new value.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedOverride {
    /// The component, or none.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// The old value.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// An override key under another name.
#[derive(Debug, Clone, Serialize)]
pub struct RenameReport {
    /// The component of the old key, or none.
    pub component: Option<String>,
    /// The old key.
    pub key: String,
    /// `renamed`, `moved`, `split` or `merged`.
    pub kind: &'static str,
    /// The keys that took its place.
    pub to: Vec<OverrideKey>,
    /// How sure that is.
    pub confidence: f64,
    /// The lines that prove it.
    pub evidence: Vec<crate::finding::Evidence>,
}

/// What a hop does to the values of charts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChartValues {
    /// Keys that nothing reads any more, without a successor.
    pub removed: Vec<OverrideKey>,
    /// Keys under another name.
    pub renamed: Vec<RenameReport>,
    /// Keys that hold another type of value.
    pub type_changed: Vec<TypeChange>,
    /// How many defaults changed and kept their type.
    pub defaults_changed: usize,
}

/// A key with another type of value.
#[derive(Debug, Clone, Serialize)]
pub struct TypeChange {
    /// The component.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// The old type: `null`, `bool`, `number`, `string`, `list` or `map`.
    pub from: &'static str,
    /// The new one.
    pub to: &'static str,
}

/// What becomes of an override of the user.
#[derive(Debug, Clone, Serialize)]
pub struct UserOverride {
    /// The component, or none.
    pub component: Option<String>,
    /// The key in the user's files.
    pub key: String,
    /// The object that sets it.
    pub object: String,
    /// Whether its value is withheld.
    pub secret: bool,
    /// Hop by hop.
    pub hops: Vec<UserHop>,
}

/// What a hop does to an override of the user.
#[derive(Debug, Clone, Serialize)]
pub struct UserHop {
    /// The release that the hop leads to.
    pub to: String,
    /// What becomes of it.
    pub status: Status,
    /// The component under which the setting stands after the hop; the first one after a split.
    pub component: Option<String>,
    /// The key, likewise.
    pub key: String,
    /// The successors, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename: Option<RenameReport>,
    /// What to do about it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionReport>,
    /// Whether the default under it changed.
    #[serde(skip_serializing_if = "is_false")]
    pub default_changed: bool,
    /// Whether it sets the default since this hop.
    #[serde(skip_serializing_if = "is_false")]
    pub equals_default: bool,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something to do about an override.
#[derive(Debug, Clone, Serialize)]
pub struct ActionReport {
    /// `before` or `after` the apply of the hop.
    pub when: &'static str,
    /// `set`, `replace` or `remove`.
    pub action: &'static str,
    /// The keys to set or remove; of a replacement, the new ones.
    pub keys: Vec<OverrideKey>,
}

/// What a hop asks of the user's override objects.
#[derive(Debug, Clone, Serialize)]
pub struct Migration {
    /// The release that the hop leads to.
    pub to: String,
    /// The files that were written, below the folder of the migration.
    pub files: Vec<String>,
    /// Keys with several values, of which a person has to choose one.
    pub conflicts: Vec<OpenKey>,
    /// Keys about which a person has to decide something else.
    pub undecided: Vec<OpenKey>,
}

/// A key that a migration leaves open.
#[derive(Debug, Clone, Serialize)]
pub struct OpenKey {
    /// The component, or none.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// What is open, in a sentence without a full stop.
    pub text: String,
    /// The lines at which the values stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<crate::finding::Evidence>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Report {
    /// A report with its digest.
    pub fn new(from: &str, to: &str, deployment: Deployment, hops: Vec<HopReport>) -> Self {
        Self {
            format: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            from: from.to_owned(),
            to: to.to_owned(),
            deployment,
            kubernetes_version: None,
            cluster: None,
            verdict: Verdict::Ready,
            digest: String::new(),
            hops,
            user_overrides: None,
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

    /// The report as JSON with a line break at its end.
    pub fn json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("the model has only JSON types");
        format!("{json}\n")
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

    /// The verdict, where the report can bear one: a part of a plan that found nothing against the
    /// upgrade says nothing for it either.
    pub fn told_verdict(&self) -> Option<Verdict> {
        let whole = self.hops.iter().any(|hop| hop.steps.is_some());
        (whole || self.verdict == Verdict::Blocked).then_some(self.verdict)
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
            predictions: None,
            operator: None,
            steps: None,
            findings: Vec::new(),
        }
    }
}
