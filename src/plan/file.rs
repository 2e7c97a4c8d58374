//! The plan file.
//!
//! # Decisions
//! * Canonical bytes: pretty JSON with the fields in one order, ordered maps, a line break at the end.
//!   A file that is not exactly what its content would be written as is refused, so one changed byte
//!   is noticed even where it changes no value.
//! * The digest covers everything but itself.
//! * Artifacts are inside of the plan. Those that hold secret values are not: they lie beside it, and
//!   the plan has their digests. (Published files rarely have any.)
//! * The report is in the plan, so that who approves sees what who planned saw.
//! * There is one reader for each format that ever was. This is format 1.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::acceptance::{PlannedAcceptance, acceptances};
use super::overrides::{self, PlannedKept, PlannedMove};
use super::read_set::{ReadSet, Shapes};
use super::steps::Step;
use crate::bundle::{Bundle, File};
use crate::digest;
use crate::finding::Finding;
use crate::release::{Artifact, Deployment, Need, Resource, Role};
use crate::simulate::{Simulated, Verb};
use crate::yaml;

/// What a plan file calls itself.
pub const KIND: &str = "KymaUpgradePlan";

/// What the schema of the report in a plan is called.
const REPORT: &str = "urn:kyma-upgrade:report:1";

/// The format of plans that this program writes.
pub const FORMAT: u32 = 1;

/// A saved plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the file is.
    #[schemars(extend("const" = KIND))]
    pub kind: String,
    /// Its format.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// `sha256:…` over everything else.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
    /// The version of the program that made it.
    pub tool: String,
    /// The release that the path starts from.
    pub from: Version,
    /// The release that it leads to.
    pub to: Version,
    /// Which installation is upgraded.
    pub deployment: Deployment,
    /// The cluster that it was made for; without one it cannot be applied.
    pub cluster: Option<PlannedCluster>,
    /// Until when it may be applied.
    pub valid_until: Option<Timestamp>,
    /// How many people have to approve it.
    pub approvals: u32,
    /// Whether nothing stands against the upgrade.
    pub ready: bool,
    /// The findings that were accepted, as `--accept` names them.
    pub accepted: Vec<String>,
    /// Why and until when they are, and which findings the policy lowered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acceptances: Vec<PlannedAcceptance>,
    /// The releases of the path, the first one included.
    pub releases: Vec<PlannedRelease>,
    /// The hops.
    pub hops: Vec<PlannedHop>,
    /// What was read of the cluster.
    pub read_set: ReadSet,
    /// The report, as `-o json` prints it.
    #[schemars(schema_with = "report_schema")]
    pub report: Value,
}

fn report_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "$ref": REPORT })
}

/// The cluster that a plan is made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedCluster {
    /// The `uid` of the namespace `kube-system`, which no two clusters share.
    pub uid: String,
    /// The URL of its server as it was reached, for people.
    pub server: Option<String>,
}

/// A release of the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedRelease {
    /// Its version.
    pub version: Version,
    /// The files that are applied, in order.
    pub files: Vec<PlannedFile>,
}

/// A file that is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedFile {
    /// What it is for.
    pub role: Role,
    /// Which file it is.
    pub resource: Resource,
    /// Where it comes from.
    pub url: String,
    /// The digest of its bytes.
    pub sha256: String,
    /// The bytes; none where they lie beside the plan because they hold secret values.
    pub text: Option<String>,
}

/// A hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedHop {
    /// The release that it starts from.
    pub from: Version,
    /// The release that it leads to.
    pub to: Version,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// The guides that have to be followed.
    pub guides: Vec<PlannedGuide>,
    /// What happens to which object, in the order of the steps.
    pub predictions: Vec<PlannedPrediction>,
    /// The edited keys of override objects that the release's files leave as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<PlannedKept>,
    /// The override keys that the plan moves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<PlannedMove>,
    /// What is different afterwards of what was read.
    pub after: ReadSet,
}

/// A migration guide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedGuide {
    /// Its file name.
    pub name: String,
    /// Where it comes from.
    pub url: String,
    /// The digest of its text.
    pub sha256: String,
}

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedPrediction {
    /// The object.
    pub object: String,
    /// `created`, `configured`, `unchanged`, `deleted`, `rejected` or `left-behind`.
    pub verb: String,
    /// The file that is applied, and the line of the object in it.
    pub place: Option<(String, u32)>,
}

/// Why a file is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is something else.
    #[error("it is no plan of kyma-upgrade: {0}")]
    NoPlan(String),
    /// A newer program made it.
    #[error("it has format {0}, and this program reads formats up to {FORMAT}")]
    Format(u64),
    /// It is not as it was written.
    #[error("it was changed after it was made: {0}")]
    Tampered(String),
    /// A file that lies beside it is not there.
    #[error("{name} is not beside it; it holds secret values and is no part of the plan file")]
    Missing {
        /// The name of the file.
        name: String,
    },
    /// A file of the plan cannot be read as a manifest.
    #[error("{0} in it cannot be read")]
    Unreadable(String),
}

/// What a plan is made of.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// The releases of the path.
    pub bundles: &'a [Bundle],
    /// Which installation.
    pub deployment: Deployment,
    /// Steps and guides of each hop.
    pub hops: Vec<(Vec<Step>, Vec<PlannedGuide>)>,
    /// What each hop does.
    pub simulated: &'a [Option<Simulated>],
    /// What is read of the cluster before the first hop and after each.
    pub read_sets: Vec<ReadSet>,
    /// The cluster.
    pub cluster: Option<PlannedCluster>,
    /// Until when.
    pub valid_until: Option<Timestamp>,
    /// How many approvals it needs.
    pub approvals: u32,
    /// All findings.
    pub findings: Vec<&'a Finding>,
    /// Whether nothing stands against the upgrade.
    pub ready: bool,
    /// The report.
    pub report: Value,
}

#[derive(Deserialize)]
struct Outline {
    kind: Option<Value>,
    format: Option<u64>,
}

impl Plan {
    /// The plan of what is known. None where a hop could not be simulated.
    pub fn new(input: PlanInput<'_>) -> Option<Self> {
        let (first, last) = (input.bundles.first()?, input.bundles.last()?);
        let accepted = input.findings.iter().filter(|it| it.accepted).map(|it| accepted_name(it));
        let accepted: BTreeSet<_> = accepted.collect();
        let mut plan = Self {
            kind: KIND.to_owned(),
            format: FORMAT,
            digest: String::new(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            from: first.version.clone(),
            to: last.version.clone(),
            deployment: input.deployment,
            cluster: input.cluster,
            valid_until: input.valid_until,
            approvals: input.approvals,
            ready: input.ready,
            accepted: accepted.into_iter().collect(),
            acceptances: acceptances(&input.findings),
            releases: input.bundles.iter().map(planned_release).collect(),
            hops: Vec::new(),
            read_set: input.read_sets.first()?.clone(),
            report: input.report,
        };
        let mut before = plan.read_set.clone();
        // The version of what a hop wrote stays unknown at the later ones.
        let mut written = BTreeSet::new();
        let ends = input.bundles.windows(2).zip(input.hops);
        for ((number, simulated), (ends, (steps, guides))) in
            input.simulated.iter().enumerate().zip(ends)
        {
            let simulated = simulated.as_ref()?;
            let mut after = input.read_sets.get(number + 1)?.clone();
            written.extend(self::written(simulated));
            after.forget_versions(&written);
            plan.hops.push(PlannedHop {
                from: ends[0].version.clone(),
                to: ends[1].version.clone(),
                steps,
                guides,
                predictions: predictions(simulated),
                kept: overrides::kept(simulated),
                moves: overrides::moves(simulated),
                after: after.since(&before),
            });
            before = after;
        }
        plan.conclude(&input.findings);
        plan.digest = plan.computed_digest();
        Some(plan)
    }

    /// Says at each object what was concluded from it.
    fn conclude(&mut self, findings: &[&Finding]) {
        for hop in &self.hops {
            for it in hop.predictions.iter().filter(|it| it.verb != "unchanged") {
                if let Some(entry) = self.read_set.objects.get_mut(&it.object) {
                    entry.conclusions.push(format!("at {} it is {}", hop.to, it.verb));
                }
            }
        }
        for finding in findings {
            for (object, entry) in &mut self.read_set.objects {
                let keys = || entry.fields.keys().any(|it| is_key(it, &finding.subject));
                if finding.subject == *object || (object.contains("/kyma-installer/") && keys()) {
                    entry.conclusions.push(format!("finding {}", accepted_name(finding)));
                }
            }
        }
        for entry in self.read_set.objects.values_mut() {
            let mut seen = BTreeSet::new();
            entry.conclusions.retain(|it| seen.insert(it.clone()));
        }
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// When it is none, of a newer format, or not as it was written.
    pub fn read(bytes: &[u8]) -> Result<Self, PlanError> {
        let wrong = |error: &serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            PlanError::NoPlan(format!("it is not readable at line {line}, column {column}"))
        };
        let outline: Outline = serde_json::from_slice(bytes).map_err(|it| wrong(&it))?;
        if outline.kind != Some(KIND.into()) {
            return Err(PlanError::NoPlan(format!("its `kind` is not {KIND}")));
        }
        match outline.format {
            Some(1) => {}
            Some(format) => return Err(PlanError::Format(format)),
            None => return Err(PlanError::NoPlan("it says no format".to_owned())),
        }
        let plan: Self = serde_json::from_slice(bytes).map_err(|it| wrong(&it))?;
        if plan.computed_digest() != plan.digest {
            return Err(PlanError::Tampered("its digest is another one".to_owned()));
        }
        if plan.to_bytes() != bytes {
            let how = "its bytes are not those of its content".to_owned();
            return Err(PlanError::Tampered(how));
        }
        Ok(plan)
    }

    /// The bytes of the plan file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a plan has only JSON types");
        bytes.push(b'\n');
        bytes
    }

    fn computed_digest(&self) -> String {
        let unsealed = Self { digest: String::new(), ..self.clone() };
        digest::sha256(&unsealed.to_bytes())
    }

    /// The files that lie beside the plan, by digest.
    pub fn beside(&self) -> impl Iterator<Item = &PlannedFile> {
        self.releases.iter().flat_map(|it| &it.files).filter(|it| it.text.is_none())
    }

    /// The releases of the path, read from the artifacts. `beside` has the bytes of those that lie
    /// beside the plan, by digest.
    ///
    /// # Errors
    /// When one is missing or another one than it was.
    pub fn bundles(&self, beside: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Bundle>, PlanError> {
        self.releases.iter().map(|it| it.bundle(beside)).collect()
    }

    /// What has to be true of the cluster before a hop, by its number from 0 on; after the last one
    /// with the number of hops.
    pub fn expected(&self, hop: usize) -> ReadSet {
        let changes = self.hops.iter().take(hop);
        changes.fold(self.read_set.clone(), |expected, hop| expected.with(&hop.after))
    }

    /// All guides of the plan, each once.
    pub fn guides(&self) -> BTreeSet<&PlannedGuide> {
        self.hops.iter().flat_map(|it| &it.guides).collect()
    }

    /// The first characters of the digest, by which people tell plans apart.
    pub fn short_digest(&self) -> &str {
        self.digest.get(.."sha256:".len() + 12).unwrap_or(&self.digest)
    }
}

impl PlannedFile {
    /// The name under which it lies beside the plan.
    pub fn name_beside(&self) -> String {
        let digest = self.sha256.strip_prefix("sha256:").unwrap_or(&self.sha256);
        format!("{digest}.yaml")
    }
}

impl PlannedRelease {
    fn bundle(&self, beside: &BTreeMap<String, Vec<u8>>) -> Result<Bundle, PlanError> {
        let mut fetched = Vec::new();
        for file in &self.files {
            let bytes = match (&file.text, beside.get(&file.sha256)) {
                (Some(text), _) => text.clone().into_bytes(),
                (None, Some(bytes)) => bytes.clone(),
                (None, None) => return Err(PlanError::Missing { name: file.name_beside() }),
            };
            let source = file.resource.source();
            if digest::sha256(&bytes) != file.sha256 {
                return Err(PlanError::Tampered(format!("{source} has another digest")));
            }
            let (resource, url) = (file.resource.clone(), file.url.clone());
            let need = Need { role: file.role, resource: resource.clone(), required: true };
            fetched
                .push((need, Ok(Artifact { resource, url, sha256: file.sha256.clone(), bytes })));
        }
        let bundle = Bundle::new(&self.version, fetched);
        match bundle.gaps.first() {
            Some(gap) => Err(PlanError::Unreadable(gap.source.clone())),
            None => Ok(bundle),
        }
    }
}

fn planned_release(bundle: &Bundle) -> PlannedRelease {
    let applied = crate::procedure::applied(bundle);
    let files = applied.map(|file| planned_file(bundle, file)).collect();
    PlannedRelease { version: bundle.version.clone(), files }
}

fn planned_file(bundle: &Bundle, file: &File) -> PlannedFile {
    let artifact = &file.artifact;
    // What a published Deployment has in its environment is no secret of anybody.
    let mut holders = bundle.objects_of(file).into_iter();
    let has_secret =
        holders.any(|it| matches!(&*it.key.kind, "Secret" | "ConfigMap") && has_secret(&it.node));
    let text = String::from_utf8(artifact.bytes.clone()).ok().filter(|_| !has_secret);
    PlannedFile {
        role: file.role,
        resource: artifact.resource.clone(),
        url: artifact.url.clone(),
        sha256: artifact.sha256.clone(),
        text,
    }
}

/// Whether something in a manifest is withheld that is not empty.
fn has_secret(node: &yaml::Node) -> bool {
    match &node.value {
        yaml::Value::Redacted(digest) => {
            *digest.sha256() != *yaml::Digest::of(b"").sha256()
                && digest.nature() != yaml::Nature::Placeholder
        }
        yaml::Value::Sequence(items) => items.iter().any(has_secret),
        yaml::Value::Mapping(entries) => entries.iter().any(|it| has_secret(&it.node)),
        _ => false,
    }
}

/// A finding as `--accept` names it.
pub fn accepted_name(finding: &Finding) -> String {
    let hop = finding.hop.as_ref().map(|it| format!("@{it}")).unwrap_or_default();
    format!("{}{hop}:{}", finding.code.as_str(), finding.subject)
}

/// Whether a field of an override object is what a finding is about: `data["a.b"]`, `istio:a.b`.
fn is_key(field: &str, subject: &str) -> bool {
    let key = subject.split_once(':').map_or(subject, |it| it.1);
    let name = field.strip_prefix("data[\"").and_then(|it| it.strip_suffix("\"]"));
    name.or_else(|| field.strip_prefix("data.")) == Some(key)
}

/// The objects that a hop writes.
fn written(simulated: &Simulated) -> BTreeSet<String> {
    let written = simulated
        .predictions
        .iter()
        .filter(|it| matches!(it.verb, Verb::Created | Verb::Configured | Verb::Deleted));
    written.map(|it| it.object.to_string()).collect()
}

fn predictions(simulated: &Simulated) -> Vec<PlannedPrediction> {
    let planned = simulated.predictions.iter().map(|it| PlannedPrediction {
        object: it.object.to_string(),
        verb: it.verb.as_str().to_owned(),
        place: it.place.as_ref().map(|it| (it.source.clone(), it.line)),
    });
    planned.collect()
}

/// What a plan's releases apply, for [`Shapes::observe`].
impl From<&[Bundle]> for Shapes {
    fn from(bundles: &[Bundle]) -> Self {
        Self::of(bundles)
    }
}
