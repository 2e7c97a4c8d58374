//! The records that Helm keeps of its releases in the cluster.
//!
//! # Decisions
//! * Helm 2 keeps a ConfigMap `NAME.vN` for each revision in `kube-system`; Helm 3 a Secret
//!   `sh.helm.release.v1.NAME.vN` in the namespace of the release. The highest revision counts.
//! * A listed component without a record is not installed if the state covers such records.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::why::Since;
use super::{ClusterState, Listed, Place};
use crate::manifest::ObjectKey;
use crate::simulate::state::{HelmRelease, Listing, Outcome};

/// So many revisions the operator looks back (`-helmMaxHistory`).
const HISTORY: usize = 10;

/// The namespace of Tiller.
const TILLER: &str = "kube-system";

/// What Helm calls the state of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It works.
    Deployed,
    /// Its last operation failed.
    Failed,
    /// Its installation has not ended.
    PendingInstall,
    /// Its upgrade has not ended.
    PendingUpgrade,
    /// Its rollback has not ended.
    PendingRollback,
    /// A newer revision took its place.
    Superseded,
    /// It was deleted, and its record kept.
    Uninstalled,
    /// Its deletion has not ended.
    Uninstalling,
    /// Helm does not know.
    Unknown,
    /// Something that no Helm writes.
    Other,
}

impl Status {
    /// The status in the words of Helm 2 or 3.
    fn of(text: &str) -> Self {
        match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "deployed" => Self::Deployed,
            "failed" => Self::Failed,
            "pending-install" => Self::PendingInstall,
            "pending-upgrade" => Self::PendingUpgrade,
            "pending-rollback" => Self::PendingRollback,
            "superseded" => Self::Superseded,
            "uninstalled" | "deleted" => Self::Uninstalled,
            "uninstalling" | "deleting" => Self::Uninstalling,
            "unknown" => Self::Unknown,
            _ => Self::Other,
        }
    }
}

/// The newest record of a release in the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The object that it is.
    pub object: ObjectKey,
    /// Where the state has it.
    pub place: Option<Place>,
    /// The status, as Helm writes it.
    pub status: String,
    /// The revision.
    pub revision: u32,
    /// The last revision before it that worked.
    pub good: Option<u32>,
    /// The version of Helm that wrote it.
    pub helm: u8,
}

impl Record {
    /// Whether an operation on it has not ended.
    pub fn is_pending(&self) -> bool {
        matches!(
            Status::of(&self.status),
            Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback
        )
    }
}

/// A Helm release.
#[derive(Debug, Clone)]
pub(super) struct Release {
    pub(super) name: String,
    /// Where it is; none where nothing says so.
    pub(super) namespace: Option<String>,
    /// Where the list had it last.
    pub(super) expected: Option<String>,
    pub(super) helm: u8,
    pub(super) status: Status,
    pub(super) revision: u32,
    /// Whether one of the last revisions is deployed.
    pub(super) has_deployed: bool,
    /// Its record, until the operator has worked on it.
    pub(super) record: Option<Record>,
    /// Whether it is, or was, a component on the list.
    pub(super) listed: bool,
    /// Since when it is not any more.
    pub(super) left: Option<Since>,
}

impl Release {
    /// The release of a component that was installed.
    pub(super) fn deployed(listed: &Listed, helm: u8) -> Self {
        Self {
            name: listed.name.clone(),
            namespace: Some(listed.namespace.clone()).filter(|it| !it.is_empty()),
            expected: Some(listed.namespace.clone()),
            helm,
            status: Status::Deployed,
            revision: 1,
            has_deployed: true,
            record: None,
            listed: true,
            left: None,
        }
    }

    /// The operator got its component done. With Helm 2 a release stays in its namespace; what Helm 3
    /// did not find there was mended, so it is where the list says.
    pub(super) fn succeed(&mut self, listed: &Listed, helm: u8) {
        let namespace = self.namespace.take().filter(|_| helm == 2);
        let done = Self::deployed(listed, helm);
        *self = Self {
            namespace: namespace.or(done.namespace),
            revision: self.revision.saturating_add(1),
            ..done
        };
    }

    /// Whether it is in another namespace than the list says.
    pub(super) fn is_elsewhere(&self, listed: &Listed) -> bool {
        let differs = |it: &String| !listed.namespace.is_empty() && *it != listed.namespace;
        self.namespace.as_ref().is_some_and(differs)
    }

    /// Its status, as Helm writes it.
    pub(super) fn told_status(&self) -> String {
        self.record.as_ref().map_or_else(|| "DEPLOYED".to_owned(), |it| it.status.clone())
    }
}

/// What makes a release: the version of Helm, its name and, with Helm 3, its namespace.
type Identity = (u8, String, Option<String>);

/// The releases in a cluster whose operator uses this version of Helm.
pub(super) fn read(state: &ClusterState, listed: &[Listed], helm: u8) -> Vec<Release> {
    let mut records = Records { state, listed, helm, revisions: BTreeMap::new() };
    for it in state.helm_releases() {
        let namespace = (it.helm == 3).then(|| it.namespace.clone());
        let identity = (it.helm, it.name.clone(), namespace);
        records.revisions.entry(identity).or_default().push(it);
    }
    for all in records.revisions.values_mut() {
        all.sort_by_key(|it| Reverse(it.revision));
    }
    records.releases()
}

/// The records in a state, and what is asked of them.
struct Records<'a> {
    state: &'a ClusterState,
    listed: &'a [Listed],
    helm: u8,
    /// The revisions of each release, newest first.
    revisions: BTreeMap<Identity, Vec<HelmRelease>>,
}

impl Records<'_> {
    fn releases(&self) -> Vec<Release> {
        let none = !self.revisions.keys().any(|it| it.0 == self.helm);
        let found = self.revisions.iter().filter(|it| self.counts(it.0));
        let mut releases: Vec<_> = found.filter_map(|it| self.release(it.0, it.1)).collect();
        let recorded: Vec<_> = releases.iter().map(|it| it.name.clone()).collect();
        let unknown = |it: &&Listed| none || !self.covers(it, self.helm);
        let assumed = self.listed.iter().filter(unknown).filter(|it| !recorded.contains(&it.name));
        releases.extend(assumed.map(|it| Release::deployed(it, self.helm)));
        releases
    }

    /// Whether records count: those of this version of Helm, and those of Helm 2 that were never
    /// converted, of components on the list. In the time of Helm 2 a record of Helm 3 is somebody
    /// else's.
    fn counts(&self, (by, name, _): &Identity) -> bool {
        let converted = |it: &Identity| it.0 == 3 && it.1 == *name;
        let would_be_seen = || {
            let component = self.listed.iter().find(|it| it.name == *name);
            component.is_some_and(|it| self.covers(it, 3))
        };
        *by == self.helm
            || *by < self.helm && !self.revisions.keys().any(converted) && would_be_seen()
    }

    /// Whether the state would have a record of a component.
    fn covers(&self, listed: &Listed, helm: u8) -> bool {
        let key = key(helm, &listed.name, 1, &listed.namespace);
        let chosen = |it: &Listing| {
            it.kind == key.kind
                && it.outcome == Outcome::Read
                && it.selector.as_deref() == Some(selector(helm))
                && (it.namespace.is_none() || it.namespace == key.namespace)
        };
        self.state.covers_object(&key) || self.state.listings().iter().any(chosen)
    }

    /// The release of which these are the revisions, newest first.
    fn release(
        &self,
        (helm, name, namespace): &Identity,
        revisions: &[HelmRelease],
    ) -> Option<Release> {
        let (newest, older) = revisions.split_first()?;
        let deployed = |it: &HelmRelease| Status::of(&it.status) == Status::Deployed;
        let worked = |it: &&HelmRelease| {
            matches!(Status::of(&it.status), Status::Deployed | Status::Superseded)
        };
        let object = key(*helm, name, newest.revision, &newest.namespace);
        let record = Record {
            place: self.state.place(&object),
            object,
            status: newest.status.clone(),
            revision: newest.revision,
            good: older.iter().find(worked).map(|it| it.revision),
            helm: *helm,
        };
        // The records of Helm 2 do not say where a release is; the list of the Installation does.
        let listed = self.listed.iter().find(|it| it.name == *name);
        let expected = listed.map(|it| it.namespace.clone());
        let namespace = namespace.clone().or(expected.clone());
        Some(Release {
            name: name.clone(),
            expected,
            namespace: namespace.filter(|it| !it.is_empty()),
            helm: *helm,
            status: Status::of(&newest.status),
            revision: newest.revision,
            has_deployed: revisions.iter().take(HISTORY).any(deployed),
            record: Some(record),
            listed: false,
            left: None,
        })
    }
}

/// The record of a revision.
fn key(helm: u8, name: &str, revision: u32, namespace: &str) -> ObjectKey {
    let (kind, namespace, name) = if helm == 2 {
        ("ConfigMap", TILLER, format!("{name}.v{revision}"))
    } else {
        ("Secret", namespace, format!("sh.helm.release.v1.{name}.v{revision}"))
    };
    ObjectKey::namespaced("", kind, namespace, &name)
}

/// What all records have, and nothing else.
fn selector(helm: u8) -> &'static str {
    if helm == 2 { "OWNER=TILLER" } else { "type=helm.sh/release.v1" }
}
