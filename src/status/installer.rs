//! The installer: its image and its Pods.

use serde::Serialize;
use serde_json::Value;

use super::{Seen, list, text_at};

/// A Pod of the installer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// Whether all its containers are ready.
    pub ready: bool,
    /// How often its containers started again, together.
    pub restarts: u64,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// The image of its first container.
    pub image: Option<String>,
    /// Why a container waits: `ImagePullBackOff`, `CrashLoopBackOff`.
    pub waits: Option<String>,
}

impl Pod {
    /// Whether the operator in it can be at work.
    pub(super) fn is_at_work(&self) -> bool {
        self.phase == "Running" && !self.deleting
    }
}

/// The image of the installer: that of the Deployment, which is the record of the version; without
/// one, that of a Pod which is still there.
pub(super) fn image(seen: &Seen) -> Option<String> {
    let template = seen.deployment.as_ref().and_then(|it| it.pointer("/spec/template"));
    let pods = seen.pods.iter().filter(|it| !is_deleting(it));
    template.into_iter().chain(pods).find_map(first_image)
}

fn first_image(pod: &Value) -> Option<String> {
    list(pod, "/spec/containers").find_map(|it| text_at(it, "/image"))
}

fn is_deleting(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

pub(super) fn pods(seen: &Seen) -> Vec<Pod> {
    let mut pods: Vec<_> = seen.pods.iter().map(pod).collect();
    pods.sort_by(|a, b| a.name.cmp(&b.name));
    pods
}

fn pod(pod: &Value) -> Pod {
    let containers = || {
        let init = list(pod, "/status/initContainerStatuses");
        init.chain(list(pod, "/status/containerStatuses"))
    };
    let is_ready = |it: &Value| it["type"] == "Ready" && it["status"] == "True";
    Pod {
        name: text_at(pod, "/metadata/name").unwrap_or_default(),
        phase: text_at(pod, "/status/phase").unwrap_or_else(|| "Unknown".to_owned()),
        ready: list(pod, "/status/conditions").any(is_ready),
        restarts: containers().filter_map(|it| it["restartCount"].as_u64()).sum(),
        deleting: is_deleting(pod),
        image: first_image(pod),
        waits: containers().find_map(|it| text_at(it, "/state/waiting/reason")),
    }
}
