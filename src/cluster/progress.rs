//! The copy of the journal in the cluster, with which another machine can go on.
//!
//! # Decisions
//! * It is one ConfigMap beside the installer. It is written as a whole with the resource version of
//!   what was read before, so that of two writers one learns of the other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::Cause;
use super::objects::{MANAGED_BY, Objects};
use crate::files::size;
use crate::manifest::ObjectKey;

/// The name of the ConfigMap.
const NAME: &str = "kyma-upgrade-journal";

/// Its namespace.
const NAMESPACE: &str = "kyma-installer";

/// The key of the journal in its data.
const KEY: &str = "journal";

/// How long the journal may be: etcd takes 1.5 MiB for everything, a ConfigMap 1 MiB.
const MAX_BYTES: usize = 900 * 1024;

/// The copy of the journal as it was read or written.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The journal, whole.
    pub journal: String,
    /// What people see of it.
    pub annotations: BTreeMap<String, String>,
    /// The object, for its resource version.
    object: Value,
}

/// Why the copy was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgressError {
    /// Somebody else wrote it since it was read.
    #[error("somebody else wrote ConfigMap/{NAMESPACE}/{NAME} meanwhile")]
    Changed,
    /// It does not fit into an object.
    #[error("the journal is larger than {limit}, the most that ConfigMap/{NAMESPACE}/{NAME} holds")]
    TooLarge {
        /// The limit, for people.
        limit: String,
    },
    /// The cluster does not take it.
    #[error(transparent)]
    Cluster(#[from] Cause),
}

impl Progress {
    /// The copy in a cluster; none if there is none.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn read(objects: &Objects) -> Result<Option<Self>, Cause> {
        Ok(objects.get("v1", &key()).await?.map(Self::of))
    }

    /// Writes a copy over the one that was read or written before; `None` if there was none. In a
    /// dry run nothing is there to be read afterwards.
    ///
    /// # Errors
    /// When somebody else wrote in between, the journal is too large, or the cluster does not take it.
    pub async fn write(
        objects: &Objects,
        before: Option<&Self>,
        journal: &str,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Self, ProgressError> {
        if journal.len() > MAX_BYTES {
            return Err(ProgressError::TooLarge { limit: size(MAX_BYTES as u64) });
        }
        let mut object = before.map_or_else(new, |it| it.object.clone());
        object["data"] = json!({ KEY: journal });
        object["metadata"]["annotations"] = json!(annotations);
        let written = match before {
            Some(_) => objects.replace(&object).await,
            None => objects.create(&object).await,
        };
        let rejection = match written {
            Ok(object) => return Ok(Self::of(object)),
            Err(Cause::Rejected(it)) if it.is_conflict() || it.is_not_found() => it,
            Err(cause) => return Err(cause.into()),
        };
        match Self::read(objects).await? {
            // It is our own request that went through before its answer was lost.
            Some(live) if live.journal == journal && live.annotations == *annotations => Ok(live),
            // So is an earlier one, which came after all; or somebody wrote a label beside the journal.
            Some(live) if is_news(&live, before) && journal.starts_with(&live.journal) => {
                Box::pin(Self::write(objects, Some(&live), journal, annotations)).await
            }
            None if before.is_none() => Err(Cause::Rejected(rejection).into()),
            _ => Err(ProgressError::Changed),
        }
    }

    fn of(object: Value) -> Self {
        let annotations = object["metadata"]["annotations"].as_object().into_iter().flatten();
        let annotations = annotations
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let journal = object["data"][KEY].as_str().unwrap_or_default().to_owned();
        Self { journal, annotations, object }
    }
}

/// Whether a copy is another one than before, which was written and refused.
fn is_news(live: &Progress, before: Option<&Progress>) -> bool {
    let version = |it: &Progress| it.object["metadata"]["resourceVersion"].clone();
    before.is_none_or(|it| version(it) != version(live))
}

/// The ConfigMap.
pub(super) fn key() -> ObjectKey {
    ObjectKey::namespaced("", "ConfigMap", NAMESPACE, NAME)
}

fn new() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": NAME, "namespace": NAMESPACE, "labels": { MANAGED_BY.0: MANAGED_BY.1 } },
    })
}

#[cfg(test)]
mod tests;
