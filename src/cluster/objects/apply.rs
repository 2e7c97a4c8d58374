//! `kubectl apply` of one object.
//!
//! # Decisions
//! * The requests are those of kubectl 1.32 with client-side apply, its name as field manager
//!   included, so that a later `kubectl apply` goes on from here as from itself.
//! * Whenever the fate of a write is not known, it begins again with a look at the object. A POST that
//!   went through is then found, and what is left is the difference, mostly none.

use std::fmt;

use serde_json::Value;

use super::resource::{DEFAULT, Resource, Target};
use super::{Cause, MANAGER, Objects, Rejection};
use crate::cluster::retry::{Failed, Retry};
use crate::manifest::ObjectKey;
use crate::simulate::merge::{self, Kubectl, MergeError, Patch};

/// Which kubectl applies: the one that the simulator predicts.
const KUBECTL: Kubectl = Kubectl::V1_32;

/// The name under which kubectl writes.
const FIELD_MANAGER: &str = "kubectl-client-side-apply";

/// How often it begins again because somebody else wrote in between, as in kubectl.
const CONFLICTS: u32 = 5;

/// Makes another patch of kubectl's patch for a live object.
pub type Adjust<'a> = &'a (dyn Fn(&Value, Patch) -> Patch + Send + Sync);

/// What applying did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// There was no such object.
    Created,
    /// The object was another one.
    Configured,
    /// The object was so already; nothing was sent.
    Unchanged,
}

/// An object that was applied.
#[derive(Clone, PartialEq)]
pub struct Applied {
    /// What that did.
    pub change: Change,
    /// The object as it is now; with a dry run, as it would be.
    pub object: Value,
}

impl fmt::Debug for Applied {
    /// Without the object, which may be a Secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applied").field("change", &self.change).finish_non_exhaustive()
    }
}

/// Why an object was not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The server did not take it.
    #[error(transparent)]
    Cluster(#[from] Cause),
    /// There is no patch from the object in the cluster to the manifest.
    #[error("cannot merge {what} with the object in the cluster: {cause}")]
    Merge {
        /// The object.
        what: String,
        /// Why.
        cause: MergeError,
    },
}

/// Why one attempt did not apply.
enum Obstacle {
    Failed(Failed),
    /// Somebody else wrote in between.
    Conflict(Cause),
    Merge(MergeError),
}

impl<E: Into<Failed>> From<E> for Obstacle {
    fn from(failed: E) -> Self {
        Self::Failed(failed.into())
    }
}

impl Objects {
    /// Does with an object what `kubectl apply` does. An object of a namespaced kind that names no
    /// namespace goes to `default`.
    ///
    /// # Errors
    /// When the server refuses the object or cannot be reached for too long, and when it cannot be
    /// merged with what is there.
    pub async fn apply(&self, manifest: &Value) -> Result<Applied, ApplyError> {
        self.apply_with(manifest, &|_, patch| patch).await
    }

    /// The same, with another patch than kubectl's: `adjust` gets the object as it is and kubectl's
    /// patch. One with the `metadata.resourceVersion` of that object changes that one or begins again.
    ///
    /// # Errors
    /// As of [`Objects::apply`].
    pub async fn apply_with(
        &self,
        manifest: &Value,
        adjust: Adjust<'_>,
    ) -> Result<Applied, ApplyError> {
        let what = Target::of_object(manifest)?.to_string();
        let mut retry = Retry::new(self.calls.patience);
        let mut conflicts = 0;
        loop {
            match self.apply_once(manifest, adjust).await {
                Ok(applied) => return Ok(applied),
                Err(Obstacle::Failed(failed)) => retry.after(failed).await?,
                Err(Obstacle::Conflict(_)) if conflicts < CONFLICTS => conflicts += 1,
                Err(Obstacle::Conflict(cause)) => return Err(cause.into()),
                Err(Obstacle::Merge(cause)) => return Err(ApplyError::Merge { what, cause }),
            }
        }
    }

    /// Changes an object with the patch that `wish` makes of it, if it makes one, and gives the object
    /// as it is then and whether it was changed; none if there is none. The patch changes the object
    /// that `wish` has seen and no later one. So it is sent once, however often an answer is lost.
    ///
    /// # Errors
    /// As of [`Objects::get`], and when somebody else changes the object again and again.
    pub async fn change(
        &self,
        api_version: &str,
        key: &ObjectKey,
        wish: &(dyn Fn(&Value) -> Option<Patch> + Send + Sync),
    ) -> Result<Option<(Value, bool)>, Cause> {
        let target = Target::of(api_version, key)?;
        let mut retry = Retry::new(self.calls.patience);
        let mut conflicts = 0;
        loop {
            match self.change_once(target, wish).await {
                Ok(changed) => return Ok(changed),
                Err(failed) if is_conflict(&failed) && conflicts < CONFLICTS => conflicts += 1,
                Err(failed) => retry.after(failed).await?,
            }
        }
    }

    async fn change_once(
        &self,
        target: Target<'_>,
        wish: &(dyn Fn(&Value) -> Option<Patch> + Send + Sync),
    ) -> Result<Option<(Value, bool)>, Failed> {
        let resource = self.resource_once(target.api_version, target.kind).await?;
        let Some(live) = self.get_once(target).await? else {
            return Ok(None);
        };
        let Some(mut patch) = wish(&live) else {
            return Ok(Some((live, false)));
        };
        patch.only_for(&live);
        let call = self.patch_call(target, &resource, &patch, MANAGER);
        self.calls.once(&call).await.map(|it| Some((it, true)))
    }

    async fn apply_once(&self, manifest: &Value, adjust: Adjust<'_>) -> Result<Applied, Obstacle> {
        let target = Target::of_object(manifest)?;
        let resource = self.resource_once(target.api_version, target.kind).await?;
        let manifest = &settled(manifest, &resource);
        let target = Target::of_object(manifest)?;
        let Some(live) = self.get_once(target).await? else {
            let object = merge::annotated(manifest);
            let call = self.create_call(target, &resource, &object, FIELD_MANAGER);
            let object = self.calls.once(&call).await.map_err(written)?;
            return Ok(Applied { change: Change::Created, object });
        };
        let patch = adjust(&live, KUBECTL.patch(manifest, &live).map_err(Obstacle::Merge)?);
        if patch.is_empty() {
            return Ok(Applied { change: Change::Unchanged, object: live });
        }
        let call = self.patch_call(target, &resource, &patch, FIELD_MANAGER);
        let object = self.calls.once(&call).await.map_err(patched)?;
        Ok(Applied { change: Change::Configured, object })
    }
}

/// The manifest with the namespace that kubectl gives it.
fn settled(manifest: &Value, resource: &Resource) -> Value {
    let mut manifest = manifest.clone();
    let namespace = manifest["metadata"]["namespace"].as_str().unwrap_or_default();
    if resource.namespaced && namespace.is_empty() {
        manifest["metadata"]["namespace"] = DEFAULT.into();
    }
    manifest
}

/// The obstacle that a refused patch is. An object that is gone since is to be created.
fn patched(failed: Failed) -> Obstacle {
    let is_gone = failed.cause.rejection().is_some_and(Rejection::is_not_found);
    if is_gone { Obstacle::Conflict(failed.cause) } else { written(failed) }
}

/// The obstacle that a refused write is.
fn written(failed: Failed) -> Obstacle {
    if is_conflict(&failed) { Obstacle::Conflict(failed.cause) } else { Obstacle::Failed(failed) }
}

fn is_conflict(failed: &Failed) -> bool {
    failed.cause.rejection().is_some_and(Rejection::is_conflict)
}
