//! What is checked before the first write and before every hop. Nothing of it changes the cluster.
//!
//! # Decisions
//! * Everything that is wrong is found and told together, as findings.
//! * Between the steps of a hop an object may be as before the hop or as after it. Anything else is
//!   somebody else's work.
//! * The server is asked what it would make of each object of the hop (a dry run). Objects whose
//!   namespace or definition comes with the hop itself cannot be asked about.

use std::collections::BTreeSet;
use std::fmt;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Stop;
use super::apply::{kept, manifests};
use crate::bundle::Bundle;
use crate::clock;
use crate::cluster::{ApplyError, Cause, Cluster, Objects, Permission, Writes};
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::journal::ResumePoint;
use crate::lint;
use crate::manifest::ObjectKey;
use crate::plan::{Action, Drift, Plan, PlannedHop, ReadSet, Shapes, override_object};
use crate::procedure;
use crate::release::KubernetesVersion;
use crate::simulate::ClusterState;
use crate::simulate::merge::Patch;

/// How it is known that there is a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backup {
    /// Somebody says so, with a reference.
    Done(String),
    /// Velero has a completed one that is not older.
    NotOlder(SignedDuration),
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(reference) => write!(f, "a backup is said to be done: {reference}"),
            Self::NotOlder(_) => f.write_str("Velero has a backup that is new enough"),
        }
    }
}

/// What is checked.
pub struct Scene<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its releases, the first one included.
    pub bundles: &'a [Bundle],
    /// The cluster.
    pub cluster: &'a Cluster,
    /// How a backup is known.
    pub backup: &'a Backup,
}

/// What a cluster has to do with a plan, without asking what the user may do.
pub struct Look {
    /// What is read of it now.
    pub reads: ReadSet,
    /// What differs from what is expected.
    pub drift: Vec<Drift>,
    /// What stands against the next hop.
    pub findings: Vec<Finding>,
}

/// Compares a state with what a plan expects at a point of its execution.
pub fn look(plan: &Plan, bundles: &[Bundle], state: &ClusterState, at: &ResumePoint) -> Look {
    let mut reads = Shapes::of(bundles).observe(state);
    reads.kubernetes = kubernetes(state).map(|it| it.to_string());
    let before = plan.expected(at.hop);
    let part_way = at.step != 0 || at.begun.is_some();
    let drift = if part_way {
        let gone = procedure::installer().to_string();
        before.drift_within(&plan.expected(at.hop + 1), &reads, &gone)
    } else {
        before.drift(&reads)
    };
    let source = state.source().to_string();
    let mut findings: Vec<_> = drift.iter().map(|it| drifted(&source, it)).collect();
    if let Some(hop) = plan.hops.get(at.hop) {
        findings.extend(window(hop, state, &source));
        if !part_way {
            findings.extend(installed(hop, state, &source));
        }
    }
    Look { reads, drift, findings }
}

fn kubernetes(state: &ClusterState) -> Option<KubernetesVersion> {
    state.kubernetes_version()?.parse().ok()
}

fn drifted(source: &str, drift: &Drift) -> Finding {
    let text = drift.to_string();
    Finding::new(Code::ClusterDrifted, drift.object.clone(), text.clone())
        .evidence(Evidence::listing(source, text))
}

/// The version and the readiness of Kyma before a hop.
fn installed(hop: &PlannedHop, state: &ClusterState, source: &str) -> Vec<Finding> {
    let mut findings = lint::cluster_findings(source, state, &hop.from);
    for finding in &mut findings {
        // To plan for such a cluster may make sense; to begin a hop on it does not.
        finding.severity = Severity::Blocker;
        finding.hop = Some(hop.to.clone());
    }
    findings
}

/// Whether the version of Kubernetes is one that both releases work with.
fn window(hop: &PlannedHop, state: &ClusterState, source: &str) -> Vec<Finding> {
    let Some(version) = kubernetes(state) else {
        return Vec::new();
    };
    let runs = || Evidence::listing(source, version.to_string());
    let missed = lint::outside_windows((&hop.from, &hop.to), version).into_iter();
    missed.map(|it| it.severity(Severity::Blocker).evidence(runs())).collect()
}

/// Everything that stands against going on at a point of the execution.
///
/// # Errors
/// When the cluster cannot be read.
pub async fn findings(scene: &Scene<'_>, at: &ResumePoint) -> Result<Vec<Finding>, Stop> {
    let Some(hop) = scene.plan.hops.get(at.hop) else {
        return Ok(Vec::new());
    };
    // Nothing that is read here is written anywhere, so any key will do.
    let key = [0; 32];
    let reading = scene.cluster.read_state(key, super::READING).await?;
    let mut findings = look(scene.plan, scene.bundles, &reading.state, at).findings;
    let objects = scene.cluster.objects(Writes::DryRun);
    let ask = |what: &str| {
        let what = what.to_owned();
        move |cause| Stop::Cluster { what, cause }
    };
    findings.extend(backup(scene, hop, &objects).await.map_err(ask("look for a backup"))?);
    let missing = permissions(scene, at, &objects).await.map_err(ask("ask what you may do"))?;
    let may_write = missing.is_empty();
    findings.extend(missing);
    if may_write {
        findings.extend(dry_run(scene, at, &objects).await.map_err(ask("try the hop"))?);
    }
    for finding in &mut findings {
        finding.hop.get_or_insert_with(|| hop.to.clone());
    }
    lint::sort(&mut findings);
    Ok(findings)
}

/// What differs from the end of the plan, where its journal says that it is done: a cluster that was
/// put back from a backup, or went on since.
///
/// # Errors
/// When the cluster cannot be read.
pub async fn since_the_end(scene: &Scene<'_>, end: &ResumePoint) -> Result<Vec<Finding>, Stop> {
    let reading = scene.cluster.read_state([0; 32], super::READING).await?;
    let state = &reading.state;
    let mut findings = look(scene.plan, scene.bundles, state, end).findings;
    findings.extend(lint::cluster_findings(state.source(), state, &scene.plan.to));
    lint::sort(&mut findings);
    Ok(findings)
}

/// Those that stand in the way.
pub fn blockers(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|it| it.severity == Severity::Blocker).collect()
}

/// Velero's backups, where nobody says that there is one.
async fn backup(
    scene: &Scene<'_>,
    hop: &PlannedHop,
    objects: &Objects,
) -> Result<Option<Finding>, Cause> {
    let Backup::NotOlder(age) = scene.backup else {
        return Ok(None);
    };
    let backups = match objects.list("velero.io/v1", "Backup", None, None).await {
        Err(Cause::UnknownKind { .. }) => Vec::new(),
        backups => backups?,
    };
    let completed = backups.iter().filter(|it| it["status"]["phase"] == "Completed");
    let times = completed.filter_map(|it| it["status"]["completionTimestamp"].as_str());
    let newest = times.filter_map(|it| it.parse::<Timestamp>().ok()).max();
    if newest.is_some_and(|it| clock::now() - *age <= it) {
        return Ok(None);
    }
    let what = match newest {
        Some(newest) => format!("the newest completed backup of Velero is of {newest}"),
        None => format!("none of the {} backups of Velero is completed", backups.len()),
    };
    let message = format!("there is no backup from before the hop to {}: {what}", hop.to);
    let evidence = Evidence::listing("backups.velero.io", what);
    Ok(Some(Finding::new(Code::BackupMissing, "backup", message).evidence(evidence)))
}

/// How many questions about permissions are asked at once.
const AT_ONCE: usize = 6;

/// What the user may not do and the rest of the plan needs.
async fn permissions(
    scene: &Scene<'_>,
    at: &ResumePoint,
    objects: &Objects,
) -> Result<Vec<Finding>, Cause> {
    let mut needed = BTreeSet::new();
    for to in &scene.bundles[at.hop + 1..] {
        for (verb, api_version, key) in needs(to) {
            match objects.permission(verb, &api_version, &key).await {
                Ok(permission) => drop(needed.insert(permission)),
                // The hop itself, or one before, brings the definition.
                Err(Cause::UnknownKind { .. }) => {}
                Err(cause) => return Err(cause),
            }
        }
    }
    for (verb, api_version, key) in moves(&scene.plan.hops[at.hop..]) {
        needed.insert(objects.permission(verb, &api_version, &key).await?);
    }
    needed.extend(own_needs());
    let asked = stream::iter(needed).map(async |it| {
        let may = objects.may(&it).await?;
        Ok((it, may))
    });
    let answers: Vec<(Permission, bool)> = asked.buffered(AT_ONCE).try_collect().await?;
    Ok(answers.iter().filter(|(_, may)| !may).map(|(it, _)| missing(it)).collect())
}

fn missing(permission: &Permission) -> Finding {
    let text = permission.to_string();
    let message = format!("you may not {text}, which the steps of the plan need");
    let evidence = Evidence::listing(format!("kubectl auth can-i {text}"), "no");
    Finding::new(Code::PermissionMissing, text, message).evidence(evidence)
}

type Need = (&'static str, String, ObjectKey);

/// What has to be allowed for the objects of a release.
fn needs(to: &Bundle) -> Vec<Need> {
    let objects = procedure::applied(to).flat_map(|it| to.objects_of(it));
    let verbs = objects.flat_map(|it| {
        ["get", "create", "patch"].map(|verb| (verb, it.api_version.clone(), it.key.clone()))
    });
    let installer = ("delete", "apps/v1".to_owned(), procedure::installer());
    let watch = ("watch", procedure::INSTALLATION_API.to_owned(), procedure::installation());
    verbs.chain([installer, watch]).collect()
}

/// What has to be allowed for the override keys that are moved.
fn moves(hops: &[PlannedHop]) -> Vec<Need> {
    let moves = hops.iter().flat_map(|it| &it.moves);
    let objects: BTreeSet<_> = moves.filter_map(|it| override_object(&it.object)).collect();
    let verbs = objects.into_iter().flat_map(|key| {
        ["get", "create", "patch"].map(|verb| (verb, "v1".to_owned(), key.clone()))
    });
    verbs.collect()
}

/// What this program itself keeps in the cluster.
fn own_needs() -> Vec<Permission> {
    let need = |verb: &str, group: &str, resource: &str| Permission {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        subresource: None,
        namespace: Some("kyma-installer".to_owned()),
        name: None,
    };
    vec![
        need("list", "", "pods"),
        need("create", "", "secrets"),
        need("get", "", "secrets"),
        need("create", "", "configmaps"),
        need("update", "", "configmaps"),
    ]
}

/// What the server refuses of the objects of the hop.
async fn dry_run(
    scene: &Scene<'_>,
    at: &ResumePoint,
    objects: &Objects,
) -> Result<Vec<Finding>, Cause> {
    let (to, hop) = (&scene.bundles[at.hop + 1], &scene.plan.hops[at.hop]);
    let brought: BTreeSet<_> = to.objects.iter().map(|it| it.key.clone()).collect();
    let mut findings = Vec::new();
    for step in hop.steps.iter().skip(at.step).filter(|it| it.action == Action::Apply) {
        let files = to.files.iter().filter(|it| it.source() == step.target);
        for manifest in files.flat_map(|it| manifests(to, it)) {
            let object = manifest.object;
            let source = object.source.to_string();
            let rejected = super::predicted(hop, &source, object.line()) == Some("rejected");
            if rejected || depends_on(&object.key, &brought) {
                continue;
            }
            let kept = kept(hop, &object.key);
            let adjust = |live: &Value, patch: Patch| patch.keeping(live, &kept);
            let why = match objects.apply_with(&manifest.value, &adjust).await {
                Ok(_) | Err(ApplyError::Cluster(Cause::UnknownKind { .. })) => continue,
                Err(ApplyError::Cluster(cause)) if cause.rejection().is_none() => {
                    return Err(cause);
                }
                Err(error) => error.to_string(),
            };
            let message = format!("the API server would refuse {}: {why}", object.key);
            let evidence =
                Evidence::at(source, object.line(), format!("name: {}", object.key.name));
            let finding = Finding::new(Code::ApplyRejected, object.key.to_string(), message);
            findings.push(finding.evidence(evidence));
        }
    }
    Ok(findings)
}

/// Whether the hop itself creates the namespace of an object.
fn depends_on(key: &ObjectKey, brought: &BTreeSet<ObjectKey>) -> bool {
    let namespaces = brought.iter().filter(|it| it.kind == "Namespace" && it.group.is_empty());
    let mut names = namespaces.map(|it| &it.name);
    key.namespace.as_ref().is_some_and(|namespace| names.any(|it| it == namespace))
        && key.namespace.as_deref() != Some("kyma-installer")
}
