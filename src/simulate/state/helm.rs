//! Records of Helm releases.
//!
//! # Decisions
//! * Helm 2 keeps them as `ConfigMap`s labelled `OWNER=TILLER`, Helm 3 as Secrets of the type
//!   `helm.sh/release.v1` (docs of Helm 2: "Storage backends"; of Helm 3: "Advanced Helm Techniques").
//! * Their data is the chart, all values and the rendered manifests. Nothing of it is needed here, so
//!   it is dropped before anything else looks at it.

use super::ClusterState;
use crate::manifest::LAST_APPLIED;
use crate::yaml::{Node, Value};

/// The type of the Secrets of Helm 3.
const TYPE: &str = "helm.sh/release.v1";

/// One revision of a Helm release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HelmRelease {
    /// The namespace of the record: that of the release with Helm 3, Tiller's with Helm 2.
    pub namespace: String,
    /// The name of the release.
    pub name: String,
    /// Its revision, from 1 on.
    pub revision: u32,
    /// Its status as Helm writes it: `DEPLOYED` (Helm 2), `deployed` (Helm 3).
    pub status: String,
    /// Which Helm wrote it: 2 or 3.
    pub helm: u8,
}

/// Drops the data of a record.
pub(super) fn drop_data(kind: &str, object: &mut Node) {
    let label = |name: &str| object.get("metadata")?.get("labels")?.get(name)?.as_str();
    let is_record = match kind {
        "Secret" => object.get("type").and_then(Node::as_str) == Some(TYPE),
        "ConfigMap" => label("OWNER") == Some("TILLER"),
        _ => false,
    };
    if !is_record {
        return;
    }
    let keep = |it: &str| matches!(it, "apiVersion" | "kind" | "metadata" | "type");
    retain(object, &keep);
    let Value::Mapping(entries) = &mut object.value else {
        return;
    };
    for entry in entries.iter_mut().filter(|it| it.key == "metadata") {
        if let Value::Mapping(fields) = &mut entry.node.value {
            let annotations = fields.iter_mut().filter(|it| it.key == "annotations");
            annotations.for_each(|it| retain(&mut it.node, &|key| key != LAST_APPLIED));
        }
    }
}

fn retain(node: &mut Node, keep: &dyn Fn(&str) -> bool) {
    if let Value::Mapping(entries) = &mut node.value {
        entries.retain(|it| keep(&it.key));
    }
}

/// The releases of a state.
pub(super) fn releases(state: &ClusterState) -> Vec<HelmRelease> {
    let records = state.keys().filter(|it| {
        // Only records have such names, which saves parsing all others.
        it.group.is_empty() && matches!(&*it.kind, "ConfigMap" | "Secret") && it.name.contains(".v")
    });
    let mut releases: Vec<_> = records.filter_map(|it| release(&state.get(it)?)).collect();
    releases.sort();
    releases
}

fn release(object: &serde_json::Value) -> Option<HelmRelease> {
    let metadata = object.get("metadata")?;
    let label = |name: &str| metadata.get("labels")?.get(name)?.as_str();
    let text = |upper: &str, lower: &str| label(upper).or_else(|| label(lower));
    let helm = match (object.get("kind")?.as_str()?, text("OWNER", "owner")?) {
        ("ConfigMap", "TILLER") => 2,
        ("Secret", "helm") => 3,
        _ => return None,
    };
    Some(HelmRelease {
        namespace: metadata.get("namespace")?.as_str()?.to_owned(),
        name: text("NAME", "name")?.to_owned(),
        revision: text("VERSION", "version")?.parse().ok()?,
        status: text("STATUS", "status")?.to_owned(),
        helm,
    })
}
