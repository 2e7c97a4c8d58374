//! What `status` reads of a cluster.
//!
//! # Decisions
//! * Only the Installation has to be readable. What else the user may not read is left out and told.
//! * A server that serves no such kind has no such object.

use serde_json::Value;

use super::Cluster;
use super::error::{Cause, Error};
use super::objects::{Objects, Writes};
use super::retry::Patience;
use crate::manifest::ObjectKey;
use crate::procedure;
use crate::status::Seen;

/// The namespace of the installer, its journal and its lock.
const NAMESPACE: &str = "kyma-installer";

/// The labels of the installer's Pods.
const PODS: &str = "name=kyma-installer";

/// What `status` reads, and what the user may not read of it.
#[derive(Debug, Default)]
pub struct Sight {
    /// What was read.
    pub seen: Seen,
    /// Why something is missing in it.
    pub missing: Vec<String>,
}

impl Cluster {
    /// Reads what tells the status of the Installation.
    ///
    /// # Errors
    /// When the server cannot be reached, does not know the user, or does not let the user read the
    /// Installation.
    pub async fn see(&self) -> Result<Sight, Error> {
        let objects = self.objects(Writes::DryRun).with_patience(Patience::READING);
        let (version, key) = (procedure::INSTALLATION_API, procedure::installation());
        let installation = objects.get(version, &key).await;
        let installation = known(installation).map_err(|cause| self.error(cause))?;
        let rest = rest(&objects).await.map_err(|cause| self.error(cause))?;
        Ok(Sight { seen: Seen { installation: installation.flatten(), ..rest.seen }, ..rest })
    }
}

/// Everything but the Installation.
async fn rest(objects: &Objects) -> Result<Sight, Cause> {
    let mut missing = Vec::new();
    let deployment = objects.get("apps/v1", &procedure::installer()).await;
    let deployment = permitted(deployment, &mut missing)?.flatten();
    let pods = objects.list("v1", "Pod", Some(NAMESPACE), Some(PODS)).await;
    let pods = permitted(pods, &mut missing)?.unwrap_or_default();
    let journal = objects.get("v1", &config_map("kyma-upgrade-journal")).await;
    let journal = permitted(journal, &mut missing)?.flatten();
    let lock = lock(objects, &mut missing).await?;
    Ok(Sight { seen: Seen { installation: None, deployment, pods, journal, lock }, missing })
}

/// The lock of `apply` in the form that the server knows.
async fn lock(objects: &Objects, missing: &mut Vec<String>) -> Result<Option<Value>, Cause> {
    let key = ObjectKey {
        group: "coordination.k8s.io".to_owned(),
        kind: "Lease".to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        name: "kyma-upgrade".to_owned(),
    };
    for api_version in ["coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"] {
        match objects.get(api_version, &key).await {
            Err(Cause::UnknownKind { .. }) => {}
            answer => return Ok(permitted(answer, missing)?.flatten()),
        }
    }
    let lock = objects.get("v1", &config_map("kyma-upgrade-lock")).await;
    Ok(permitted(lock, missing)?.flatten())
}

fn config_map(name: &str) -> ObjectKey {
    ObjectKey {
        group: String::new(),
        kind: "ConfigMap".to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        name: name.to_owned(),
    }
}

/// An answer; none where the server serves no such kind.
fn known<T>(answer: Result<T, Cause>) -> Result<Option<T>, Cause> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Cause::UnknownKind { .. }) => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// An answer; none where the user may not have it, which is noted.
fn permitted<T>(answer: Result<T, Cause>, missing: &mut Vec<String>) -> Result<Option<T>, Cause> {
    match known(answer) {
        Err(cause) if is_denied(&cause) => {
            missing.push(cause.to_string());
            Ok(None)
        }
        answer => answer,
    }
}

fn is_denied(cause: &Cause) -> bool {
    match cause {
        Cause::Forbidden(_) => true,
        Cause::Rejected(rejection) => rejection.code == 403,
        _ => false,
    }
}
