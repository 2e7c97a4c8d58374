//! What `status` reads of a cluster.
//!
//! # Decisions
//! * Only the Installation has to be readable. What else the user may not read is left out and told.
//! * A server that serves no such kind has no such object.

use serde_json::Value;

use super::Cluster;
use super::error::{Cause, Error};
use super::lock::Form;
use super::objects::{Objects, Writes};
use super::progress;
use super::retry::Patience;
use crate::procedure;
use crate::status::Seen;

/// The namespace of the installer.
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
    let journal = objects.get("v1", &progress::key()).await;
    let journal = permitted(journal, &mut missing)?.flatten();
    let lock = lock(objects, &mut missing).await?;
    Ok(Sight { seen: Seen { installation: None, deployment, pods, journal, lock }, missing })
}

/// The lock of `apply` in the best form that the server serves.
async fn lock(objects: &Objects, missing: &mut Vec<String>) -> Result<Option<Value>, Cause> {
    let form = Form::of(objects).await?;
    let lock = objects.get(form.api_version(), &form.key()).await;
    Ok(permitted(lock, missing)?.flatten())
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
