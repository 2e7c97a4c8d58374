//! Keeping a copy of what a hop overwrites or deletes.
//!
//! # Decisions
//! * The copy goes to Secrets in `kyma-installer`: it may hold secret values, and those never leave
//!   the cluster.
//! * A copy that is there from an earlier try is kept: it is the state from before the first effect.
//!   Only what no part of it has is added.
//! * What the server owns is left out, so that `kubectl apply -f` puts an object back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{At, Execution, Stop};
use crate::cluster::{Cause, MANAGED_BY};
use crate::fault;
use crate::manifest::ObjectKey;
use crate::plan::override_object;
use crate::procedure;

/// The most bytes of one Secret, below the limit of etcd for an object with its base64.
const PART: usize = 600 << 10;

/// What stands for a status before the trigger when the Installation cannot be there.
const SERVER_OWNED: &[&str] =
    &["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

impl Execution<'_> {
    pub(super) async fn save(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let name = format!("kyma-upgrade-saved-{}", at.hop.to);
        let (kept, names) = self.kept(&name).await?;
        let mut texts = BTreeMap::new();
        for (key, api_version) in Self::touched(at) {
            let name = name_of(&key);
            if names.contains(&name) {
                continue;
            }
            let live = self.objects.get(&api_version, &key).await;
            let live = live.map_err(|cause| failed(&key, cause))?;
            if let Some(object) = live {
                texts.insert(name, restorable(object).to_string());
            }
        }
        let count = names.len() + texts.len();
        for (number, part) in (kept..).zip(parts(texts)) {
            self.keep(&part_name(&name, number), part).await?;
            fault::point(&at.step.id, &format!("inside-{number}"));
        }
        Ok(format!("{count} objects are kept in Secret/kyma-installer/{name}"))
    }

    /// How many parts an earlier try has kept, and what is in them.
    async fn kept(&self, name: &str) -> Result<(usize, BTreeSet<String>), Stop> {
        let mut names = BTreeSet::new();
        for number in 0.. {
            let key = secret(&part_name(name, number));
            let part = self.objects.get("v1", &key).await;
            let Some(part) = part.map_err(|cause| failed(&key, cause))? else {
                return Ok((number, names));
            };
            let plan = part.pointer("/metadata/annotations/kyma-upgrade~1plan");
            if plan.and_then(Value::as_str) != Some(&*self.plan.plan().digest) {
                let text =
                    format!("{key} holds the copy of another plan: rename or delete it first");
                return Err(Stop::Changed(text));
            }
            names.extend(part["data"].as_object().into_iter().flatten().map(|it| it.0.clone()));
        }
        unreachable!("numbers do not end")
    }

    /// The objects that a hop changes, each in the API version of the manifest.
    fn touched(at: &At<'_>) -> BTreeMap<ObjectKey, String> {
        let files = procedure::applied(at.to);
        let objects = files.flat_map(|it| at.to.objects_of(it));
        let mut touched: BTreeMap<_, _> =
            objects.map(|it| (it.key.clone(), it.api_version.clone())).collect();
        let changed = |key: &ObjectKey| {
            let name = key.to_string();
            at.hop.predictions.iter().any(|it| {
                it.object == name && matches!(&*it.verb, "configured" | "deleted" | "created")
            })
        };
        touched.retain(|key, _| changed(key) && key.kind != "Namespace");
        let moved = at.hop.moves.iter().filter_map(|it| override_object(&it.object));
        touched.extend(moved.map(|it| (it, "v1".to_owned())));
        touched
    }

    async fn keep(&mut self, name: &str, part: BTreeMap<String, String>) -> Result<(), Stop> {
        let what = || format!("keep a copy in Secret/kyma-installer/{name}");
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kyma-upgrade/saved",
            "metadata": {
                "name": name,
                "namespace": "kyma-installer",
                "labels": {MANAGED_BY.0: MANAGED_BY.1},
                "annotations": {"kyma-upgrade/plan": self.plan.plan().digest},
            },
            "stringData": part,
        });
        self.locked().await?;
        match self.objects.create(&secret).await {
            // The answer to an earlier attempt was lost: nobody else holds the lock.
            Err(Cause::Rejected(it)) if it.is_already_there() => Ok(()),
            result => result.map(drop).map_err(|cause| Stop::of(what(), cause)),
        }
    }

    /// The Installation as it is now.
    pub(super) async fn installation(&self) -> Result<Option<Value>, Stop> {
        let key = procedure::installation();
        let live = self.objects.get(procedure::INSTALLATION_API, &key).await;
        live.map_err(|cause| failed(&key, cause))
    }
}

pub(super) fn failed(key: &ObjectKey, cause: Cause) -> Stop {
    Stop::of(format!("read {key}"), cause)
}

/// The name of a part of a copy, which are counted from 0 on.
fn part_name(name: &str, number: usize) -> String {
    let suffix = if number == 0 { String::new() } else { format!("-{}", number + 1) };
    format!("{name}{suffix}")
}

fn secret(name: &str) -> ObjectKey {
    ObjectKey::namespaced("", "Secret", "kyma-installer", name)
}

/// A name that keys of a Secret may have: `ConfigMap.kyma-installer.istio-overrides.json`.
fn name_of(key: &ObjectKey) -> String {
    let namespace = key.namespace.as_ref().map(|it| format!("{it}.")).unwrap_or_default();
    let name = format!("{}.{namespace}{}.json", key.kind, key.name);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().map(|c| if allowed(c) { c } else { '_' }).collect()
}

/// An object without what the server owns.
fn restorable(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|key, _| !SERVER_OWNED.contains(&key.as_str()));
    }
    object
}

/// The texts in parts of which each fits into one Secret.
fn parts(texts: BTreeMap<String, String>) -> Vec<BTreeMap<String, String>> {
    let mut parts: Vec<(usize, BTreeMap<String, String>)> = Vec::new();
    for (name, text) in texts {
        match parts.last_mut() {
            Some((size, part)) if *size + text.len() <= PART => {
                *size += text.len();
                part.insert(name, text);
            }
            _ => parts.push((text.len(), [(name, text)].into())),
        }
    }
    parts.into_iter().map(|it| it.1).collect()
}
