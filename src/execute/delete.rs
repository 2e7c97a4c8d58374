//! Deleting the installer.
//!
//! # Decisions
//! * The Deployment is deleted by its `uid`, which is noted before: one that somebody made meanwhile
//!   stays, and the execution stops.
//! * The next step begins when its Pods are gone, too: until then an old operator may be at work.

use serde_json::{Value, json};

use super::save::failed;
use super::{At, Execution, Stop};
use crate::fault;
use crate::manifest::ObjectKey;
use crate::procedure;

/// The version of the API in which the Deployment is read: every Kubernetes from 1.9 on serves it.
const APPS: &str = "apps/v1";

impl Execution<'_> {
    /// The `uid` of the Deployment, and how its Pods are found.
    pub(super) async fn installer_before(&self) -> Result<Option<String>, Stop> {
        let note = self.deployment().await?.map(|it| {
            let labels = &it["spec"]["selector"]["matchLabels"];
            json!({"uid": it["metadata"]["uid"], "labels": labels}).to_string()
        });
        Ok(note)
    }

    pub(super) async fn delete_installer(
        &mut self,
        at: &At<'_>,
        note: &str,
    ) -> Result<String, Stop> {
        let key = procedure::installer();
        let note: Value = serde_json::from_str(note).unwrap_or_default();
        let uid = note["uid"].as_str().unwrap_or_default().to_owned();
        let mut result = format!("{key} was gone already");
        if let Some(live) = self.deployment().await? {
            if live["metadata"]["uid"] != *uid {
                return Err(Stop::Changed(format!(
                    "{key} is not the one that this step began with: somebody made it anew"
                )));
            }
            self.locked().await?;
            let deleted = self.objects.delete(APPS, &key, &uid).await;
            deleted.map_err(|cause| Stop::of(format!("delete {key}"), cause))?;
            result = format!("{key} and its Pods are gone");
        }
        fault::point(&at.step.id, "inside");
        while self.is_there(&uid).await? {
            self.pause(at, &format!("{key} is still there")).await?;
        }
        fault::point(&at.step.id, "inside-gone");
        let selector = selector(&note["labels"]);
        loop {
            let pods =
                self.objects.list("v1", "Pod", Some("kyma-installer"), Some(&selector)).await;
            let pods = pods.map_err(|cause| Stop::of("list the Pods of the installer", cause))?;
            if pods.is_empty() {
                return Ok(result);
            }
            self.pause(at, "Pods of the installer are still there").await?;
        }
    }

    async fn is_there(&self, uid: &str) -> Result<bool, Stop> {
        Ok(self.deployment().await?.is_some_and(|it| it["metadata"]["uid"] == *uid))
    }

    async fn deployment(&self) -> Result<Option<Value>, Stop> {
        let key: ObjectKey = procedure::installer();
        self.objects.get(APPS, &key).await.map_err(|cause| failed(&key, cause))
    }
}

/// The labels of the Pods as a selector. All releases label them `name=kyma-installer`.
fn selector(labels: &Value) -> String {
    let pairs = labels.as_object().into_iter().flatten();
    let pairs: Vec<_> =
        pairs.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    if pairs.is_empty() { "name=kyma-installer".to_owned() } else { pairs.join(",") }
}
