//! The records that Helm keeps of its releases in the cluster.
//!
//! # Decisions
//! * Only names, labels and namespaces are read: what a record holds is not in the state.
//! * Helm 2 keeps a ConfigMap for each revision in `kube-system`, labelled `OWNER=TILLER`, `NAME`,
//!   `STATUS` and `VERSION`; Helm 3 a Secret `sh.helm.release.v1.NAME.vN` in the namespace of the
//!   release, labelled `owner=helm`, `name`, `status` and `version`.
//! * A listed component without a record is not installed if the state covers such records.

use std::collections::BTreeMap;

use super::why::Since;
use super::{ClusterState, Listed, Place};
use crate::manifest::ObjectKey;

/// So many revisions the operator looks back (`-helmMaxHistory`).
const HISTORY: usize = 10;

/// The namespace of Tiller.
const TILLER: &str = "kube-system";

/// What the names of Helm 3's Secrets start with.
const HELM3: &str = "sh.helm.release.v1.";

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

/// A Helm release.
#[derive(Debug, Clone)]
pub(super) struct Release {
    pub(super) name: String,
    /// Where it is; none where nothing says so.
    pub(super) namespace: Option<String>,
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

/// A revision of a release.
struct Revision {
    number: u32,
    status: String,
    object: ObjectKey,
}

/// What makes a release: the version of Helm, its name and, with Helm 3, its namespace.
type Identity = (u8, String, Option<String>);

/// The releases in a cluster whose operator uses this version of Helm.
pub(super) fn read(state: &ClusterState, listed: &[Listed], helm: u8) -> Vec<Release> {
    Records { state, listed, helm, revisions: revisions(state) }.releases()
}

/// The records in a state, and what is asked of them.
struct Records<'a> {
    state: &'a ClusterState,
    listed: &'a [Listed],
    helm: u8,
    revisions: BTreeMap<Identity, Vec<Revision>>,
}

impl Records<'_> {
    fn releases(&self) -> Vec<Release> {
        let none = !self.revisions.keys().any(|it| it.0 == self.helm);
        let found = self.revisions.iter().filter(|it| self.counts(it.0));
        let mut releases: Vec<_> = found.filter_map(|it| self.release(it.0, it.1)).collect();
        let recorded: Vec<_> = releases.iter().map(|it| it.name.clone()).collect();
        let unknown = |it: &&Listed| none || !self.state.covers(&key(it, self.helm));
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
            component.is_some_and(|it| self.state.covers(&key(it, 3)))
        };
        *by == self.helm
            || *by < self.helm && !self.revisions.keys().any(converted) && would_be_seen()
    }

    /// The release of which these are the revisions, newest first.
    fn release(
        &self,
        (helm, name, namespace): &Identity,
        revisions: &[Revision],
    ) -> Option<Release> {
        let (newest, older) = revisions.split_first()?;
        let deployed = |it: &Revision| Status::of(&it.status) == Status::Deployed;
        let worked = |it: &&Revision| {
            matches!(Status::of(&it.status), Status::Deployed | Status::Superseded)
        };
        let record = Record {
            object: newest.object.clone(),
            place: self.state.place(&newest.object),
            status: newest.status.clone(),
            revision: newest.number,
            good: older.iter().find(worked).map(|it| it.number),
            helm: *helm,
        };
        // The records of Helm 2 do not say where a release is; the list of the Installation does.
        let listed = self.listed.iter().find(|it| it.name == *name);
        let namespace = namespace.clone().or(listed.map(|it| it.namespace.clone()));
        Some(Release {
            name: name.clone(),
            namespace: namespace.filter(|it| !it.is_empty()),
            helm: *helm,
            status: Status::of(&newest.status),
            revision: newest.number,
            has_deployed: revisions.iter().take(HISTORY).any(deployed),
            record: Some(record),
            listed: false,
            left: None,
        })
    }
}

/// All revisions of all releases.
fn revisions(state: &ClusterState) -> BTreeMap<Identity, Vec<Revision>> {
    let mut revisions: BTreeMap<Identity, Vec<Revision>> = BTreeMap::new();
    for (identity, revision) in state.keys().filter_map(|it| revision(state, it)) {
        revisions.entry(identity).or_default().push(revision);
    }
    for all in revisions.values_mut() {
        all.sort_by(|a, b| b.number.cmp(&a.number));
    }
    revisions
}

fn revision(state: &ClusterState, key: &ObjectKey) -> Option<(Identity, Revision)> {
    let namespace = key.namespace.as_deref()?;
    let tiller = key.kind == "ConfigMap" && namespace == TILLER && key.name.contains(".v");
    let helm3 = key.kind == "Secret" && key.name.starts_with(HELM3);
    if !key.group.is_empty() || !(tiller || helm3) {
        return None;
    }
    let object = state.get(key)?;
    let label = |name: &str| Some(object.pointer("/metadata/labels")?.get(name)?.as_str()?.to_owned());
    let labels = if tiller {
        ["OWNER", "NAME", "STATUS", "VERSION"]
    } else {
        ["owner", "name", "status", "version"]
    };
    let [owner, name, status, version] = labels.map(label);
    if owner? != if tiller { "TILLER" } else { "helm" } {
        return None;
    }
    let identity =
        if tiller { (2, name?, None) } else { (3, name?, Some(namespace.to_owned())) };
    let revision = Revision { number: version?.parse().ok()?, status: status?, object: key.clone() };
    Some((identity, revision))
}

/// The key of the first record that a component would have.
fn key(listed: &Listed, helm: u8) -> ObjectKey {
    let (kind, namespace, name) = if helm == 2 {
        ("ConfigMap", TILLER, format!("{}.v1", listed.name))
    } else {
        ("Secret", listed.namespace.as_str(), format!("{HELM3}{}.v1", listed.name))
    };
    ObjectKey {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name,
    }
}
