//! Applying a file, object by object, as `kubectl apply` does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::save::failed;
use super::trigger::unknown;
use super::{At, Before, Execution, Stop, Told, is_trigger, predicted};
use crate::bundle::{Bundle, File};
use crate::cluster::{ApplyError, Change};
use crate::fault;
use crate::manifest::{Object, ObjectKey, read_node};
use crate::plan::PlannedHop;
use crate::procedure;
use crate::release::Role;
use crate::simulate::merge::Patch;
use crate::yaml::{self, Limits};

/// A manifest with its secret values, which is sent and never shown.
pub(super) struct Manifest<'a> {
    pub(super) object: &'a Object,
    pub(super) value: Value,
}

/// The manifests of a file in their order. [`Bundle::objects_of`] says what they are; their values
/// are read once more, because there they are withheld.
pub(super) fn manifests<'a>(bundle: &'a Bundle, file: &File) -> Vec<Manifest<'a>> {
    let source: Arc<str> = file.source().into();
    let documents = yaml::split(&file.artifact.bytes).unwrap_or_default();
    let nodes = documents.iter().filter_map(|it| yaml::parse(it, &Limits::default()).ok()?);
    let open = nodes.flat_map(|it| read_node(&source, it, &|_, _| {}).objects);
    let mut values: BTreeMap<(u32, u32), Value> =
        open.map(|it| ((it.line(), it.node.column), it.node.to_json())).collect();
    let known = bundle.objects_of(file).into_iter();
    let manifests = known.filter_map(|object| {
        let mut value = values.remove(&(object.line(), object.node.column))?;
        if let Some(namespace) = &object.key.namespace {
            value["metadata"]["namespace"] = namespace.as_str().into();
        }
        Some(Manifest { object, value })
    });
    manifests.collect()
}

impl Execution<'_> {
    pub(super) async fn apply_file(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let to = at.to;
        let file = to.files.iter().find(|it| it.source() == at.step.target);
        let file =
            file.ok_or_else(|| Stop::Changed(format!("the plan has no {}", at.step.target)))?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let manifests = manifests(to, file);
        for (number, manifest) in manifests.iter().enumerate() {
            let object = manifest.object;
            let (of, key) = ((number + 1, manifests.len()), object.key.to_string());
            (self.tell)(Told::Object { number: of, key });
            if predicted(at.hop, &object.source, object.line()) == Some("rejected") {
                self.say(format!("{} is left out: the plan says that it is rejected", object.key));
                *counts.entry("left out").or_default() += 1;
                continue;
            }
            self.locked().await?;
            let applied = self.apply_object(at, manifest).await?;
            *counts.entry(word(applied)).or_default() += 1;
            fault::point(&at.step.id, &format!("inside-{number}"));
            if object.key.kind == "CustomResourceDefinition" {
                self.wait_until_established(at, object).await?;
            }
        }
        if file.role == Role::Tiller {
            self.wait_for_tiller(at).await?;
        }
        let texts: Vec<_> = counts.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
        Ok(texts.join(", "))
    }

    async fn apply_object(&self, at: &At<'_>, it: &Manifest<'_>) -> Result<Change, Stop> {
        let Manifest { object, value } = it;
        let applied = if object.key == procedure::installation() && is_trigger(at) {
            let before = self.before(at).ok_or_else(unknown)?;
            let adjust = |live: &Value, patch| triggered_once(live, patch, &before);
            self.objects.apply_with(value, &adjust).await
        } else {
            let keys = kept(at.hop, &object.key);
            if !keys.is_empty() {
                self.say(format!("{} keeps your values of {} keys", object.key, keys.len()));
            }
            let adjust = |live: &Value, patch: Patch| patch.keeping(live, &keys);
            self.objects.apply_with(value, &adjust).await
        };
        applied.map(|it| it.change).map_err(|it| refused(object, it))
    }

    /// Custom resources of a definition are refused until it is established.
    async fn wait_until_established(&mut self, at: &At<'_>, object: &Object) -> Result<(), Stop> {
        loop {
            let live = self.objects.get(&object.api_version, &object.key).await;
            let live = live.map_err(|cause| failed(&object.key, cause))?.unwrap_or_default();
            let conditions = live["status"]["conditions"].as_array();
            let mut conditions = conditions.into_iter().flatten();
            if conditions.any(|it| it["type"] == "Established" && it["status"] == "True") {
                return Ok(());
            }
            self.pause(at, &format!("{} is not established", object.key)).await?;
        }
    }

    /// The operator speaks to Tiller, so its new Pod has to be up.
    async fn wait_for_tiller(&mut self, at: &At<'_>) -> Result<(), Stop> {
        let key = ObjectKey::namespaced("apps", "Deployment", "kube-system", "tiller-deploy");
        loop {
            let live = self.objects.get("apps/v1", &key).await;
            let live = live.map_err(|cause| failed(&key, cause))?;
            if live.as_ref().is_none_or(is_rolled_out) {
                return Ok(());
            }
            self.pause(at, &format!("{key} is not rolled out")).await?;
        }
    }
}

/// The keys of an object that keep what the cluster has, by the plan.
pub(super) fn kept(hop: &PlannedHop, key: &ObjectKey) -> BTreeSet<String> {
    let name = key.to_string();
    let kept = hop.kept.iter().filter(|it| it.object == name);
    kept.flat_map(|it| &it.keys).cloned().collect()
}

fn refused(object: &Object, error: ApplyError) -> Stop {
    let what = format!("apply {} ({} line {})", object.key, object.source, object.line());
    match error {
        ApplyError::Cluster(cause) => Stop::of(what, cause),
        error @ ApplyError::Merge { .. } => Stop::Changed(error.to_string()),
    }
}

/// The patch of the Installation without the label where the operator has begun since, and else one
/// that changes nothing but what was read. An operator that is done takes the label away; who applied
/// the manifest once more would start it once more.
fn triggered_once(live: &Value, mut patch: Patch, before: &Before) -> Patch {
    let (label, _) = procedure::TRIGGER;
    if patch.body.pointer(&format!("/metadata/labels/{label}")).is_none() {
        return patch;
    }
    if !before.is_over(live) {
        patch.only_for(live);
        return patch;
    }
    for (above, field) in [("/metadata/labels", label), ("/metadata", "labels"), ("", "metadata")] {
        let fields = patch.body.pointer_mut(above).and_then(Value::as_object_mut);
        if let Some(fields) = fields
            && fields.get(field).is_some_and(|it| field == label || *it == json!({}))
        {
            drop(fields.remove(field));
        }
    }
    patch
}

/// What kubectl says of it.
fn word(change: Change) -> &'static str {
    match change {
        Change::Created => "created",
        Change::Configured => "configured",
        Change::Unchanged => "unchanged",
    }
}

/// Whether a Deployment is rolled out, as `kubectl rollout status` has it.
fn is_rolled_out(deployment: &Value) -> bool {
    let number = |path: &str| deployment.pointer(path).and_then(Value::as_u64);
    let wanted = number("/spec/replicas").unwrap_or(1);
    let status = |field: &str| number(&format!("/status/{field}")).unwrap_or(0);
    number("/metadata/generation") <= number("/status/observedGeneration")
        && wanted <= status("updatedReplicas")
        && status("replicas") <= status("updatedReplicas")
        && status("updatedReplicas") <= status("availableReplicas")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::merge::Style;

    fn live(version: &str, time: u32) -> Value {
        json!({
            "metadata": {"resourceVersion": version},
            "status": {"state": "Installed", "time": time},
        })
    }

    fn adjusted(body: Value, live: &Value) -> Value {
        let before = Before::of(Some(&self::live("20", 1)));
        triggered_once(live, Patch { style: Style::Json, body }, &before).body
    }

    #[test]
    fn the_label_is_set_on_what_was_read_and_only_before_a_run() {
        let label = || json!({"metadata": {"labels": {"action": "install"}}});
        let expected =
            json!({"metadata": {"labels": {"action": "install"}, "resourceVersion": "21"}});
        assert_eq!(adjusted(label(), &live("21", 1)), expected);
        assert_eq!(adjusted(label(), &live("22", 2)), json!({}));
    }

    #[test]
    fn a_run_keeps_nothing_but_the_label_from_being_applied() {
        let body = json!({
            "metadata": {"labels": {"action": "install", "a": "b"}, "annotations": {"c": "d"}},
            "spec": {"e": "f"},
        });
        let expected = json!({
            "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
            "spec": {"e": "f"},
        });
        assert_eq!(adjusted(body, &live("22", 2)), expected);
        let other = json!({"metadata": {"annotations": {"c": "d"}}});
        assert_eq!(adjusted(other.clone(), &live("22", 2)), other);
    }
}
