//! The policy file as it is written, and its JSON Schema.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, json_schema};
use serde::Deserialize;

use crate::finding::{Code, Severity};
use crate::lint::FailOn;
use crate::release::Deployment;

/// The policy of a team for its upgrades with kyma-upgrade. Options of the command line and
/// environment variables win over it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyFile {
    /// The version of this format.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Findings that are accepted, as `--accept` does it.
    #[serde(default)]
    pub accept: Vec<AcceptedFinding>,
    /// Findings that have another severity here.
    #[serde(default)]
    pub severities: Vec<ChangedSeverity>,
    /// From which severity the verdict is `blocked`, as `--fail-on`. By default `blocker`.
    pub fail_on: Option<FailOn>,
    /// How many people have to approve a saved plan, as `--approvals`.
    #[schemars(range(max = 1000))]
    pub approvals: Option<u32>,
    /// How long a saved plan may be applied, such as `12h` or `7d`, as `--valid-for`.
    pub valid_for: Option<String>,
    /// Which artifacts, as `--deployment`. By default `cluster`.
    pub deployment: Option<Deployment>,
    /// The version of Kubernetes, such as `1.15`, where no cluster says it, as
    /// `--kubernetes-version`.
    pub kubernetes_version: Option<String>,
    /// Patches to pass through, as `--via`; those that are not on the way do not matter.
    #[serde(default)]
    pub via: Vec<String>,
    /// Where releases come from: `github`, `demo`, or a folder that `mirror` wrote, relative to this
    /// file, as `--source`.
    pub source: Option<String>,
    /// Base URL of GitHub's REST API. A host that only this file names gets no token.
    pub github_api_url: Option<String>,
    /// Base URL of GitHub's web site.
    pub github_url: Option<String>,
    /// Base URL of raw repository files.
    pub github_raw_url: Option<String>,
    /// Base URL of the artifact bucket's host.
    pub bucket_url: Option<String>,
}

/// A finding that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AcceptedFinding {
    /// Which findings: `CODE[@TO][:SUBJECT]`, such as `guide-missing@1.9`.
    #[schemars(schema_with = "names")]
    pub finding: String,
    /// Why that is acceptable. It stands in every report.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it is accepted, such as `2027-01-31` (UTC). By default without an end.
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
    /// Who accepted it. It stands beside the reason.
    pub approved_by: Option<String>,
    /// Where that is written down, such as the number of a ticket. It stands beside the reason.
    pub ticket: Option<String>,
}

/// A finding that has another severity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChangedSeverity {
    /// Which findings: `CODE[@TO][:SUBJECT]`, such as `guide-stale`.
    #[schemars(schema_with = "names")]
    pub finding: String,
    /// The severity that they have.
    pub severity: Severity,
    /// Why. It is needed unless the severity is higher than that of the code by itself.
    #[schemars(length(min = 1))]
    pub reason: Option<String>,
    /// The last day on which they have it, such as `2027-01-31` (UTC). By default without an end.
    #[schemars(extend("format" = "date"))]
    pub expires: Option<String>,
    /// Who accepted it. It stands beside the reason.
    pub approved_by: Option<String>,
    /// Where that is written down, such as the number of a ticket. It stands beside the reason.
    pub ticket: Option<String>,
}

/// The schema of names of findings: the codes, which editors complete, or a code with more.
fn names(_: &mut schemars::SchemaGenerator) -> Schema {
    let codes: Vec<_> = Code::all().map(Code::as_str).collect();
    let pattern = format!("^({})(@[0-9][^:]*)?(:.+)?$", codes.join("|"));
    json_schema!({ "type": "string", "anyOf": [{ "enum": codes }, { "pattern": pattern }] })
}

/// The JSON Schema of the policy file, in the draft that editors know (07).
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<PolicyFile>();
    schema.insert("title".to_owned(), "The policy file of kyma-upgrade".into());
    schema.to_value()
}
