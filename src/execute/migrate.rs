//! Moving override keys.
//!
//! # Decisions
//! * All keys of an object are written in one request, so that it is as before or as planned.
//! * New keys come before old ones go. A key that has its value already is fine; one that has another
//!   value stops the execution.
//! * An old key goes only where the new one is there.
//! * Values are read from the cluster and written to it, and told to nobody.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::save::failed;
use super::{At, Execution, Stop};
use crate::fault;
use crate::manifest::ObjectKey;
use crate::overrides::{self, When};
use crate::plan::{Action, PlannedMove, override_object};
use crate::simulate::merge::{Patch, Style};

/// The moves of one object.
type OfObject<'a> = BTreeMap<&'a str, Vec<&'a PlannedMove>>;

impl Execution<'_> {
    pub(super) async fn migrate(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let when = when(at);
        let moves = at.hop.moves.iter().filter(|it| it.when == when);
        let (set, gone): (Vec<_>, Vec<_>) = moves.partition(|it| it.from.is_some());
        let mut writes = 0;
        let mut counts = [0; 2];
        for (pass, moves) in [set, gone].into_iter().enumerate() {
            for (object, moves) in by_object(moves) {
                let object = override_object(object).ok_or_else(|| {
                    Stop::Changed(format!("{object} is no object that the operator reads"))
                })?;
                let patch = self.difference(&object, &moves).await?;
                counts[pass] += patch.len();
                if !patch.is_empty() {
                    self.write(at, &object, (patch, &moves)).await?;
                }
                fault::point(&at.step.id, &format!("inside-{writes}"));
                writes += 1;
            }
        }
        Ok(format!("{} keys were set, {} removed", counts[0], counts[1]))
    }

    /// What is left to do to an object: new values, and null for what goes.
    async fn difference(
        &self,
        object: &ObjectKey,
        moves: &[&PlannedMove],
    ) -> Result<Map<String, Value>, Stop> {
        let live = self.data(object).await?;
        let mut patch = Map::new();
        for it in moves {
            let own = live.get(&it.key);
            if let Some(from) = &it.from {
                let source = self.value(&from.object, &from.key).await?;
                match (own, source) {
                    (Some(own), Some(source)) if *own != source => {
                        return Err(changed(it, "the key has another value already"));
                    }
                    (None, None) => return Err(changed(it, "that key is gone")),
                    (None, Some(source)) => drop(patch.insert(it.key.clone(), source)),
                    (Some(_), _) => {}
                }
            } else if own.is_some() {
                if let Some(new) = &it.successor
                    && self.value(&new.object, &new.key).await?.is_none()
                {
                    return Err(changed(it, "the new key is gone"));
                }
                patch.insert(it.key.clone(), Value::Null);
            }
        }
        Ok(patch)
    }

    async fn write(
        &mut self,
        at: &At<'_>,
        object: &ObjectKey,
        (data, moves): (Map<String, Value>, &[&PlannedMove]),
    ) -> Result<(), Stop> {
        let what = format!("move override keys of {object}");
        self.lock.check()?;
        let written = if self.live(object).await?.is_none() {
            if !is_created(at, object) {
                return Err(Stop::Changed(format!("{object} is gone")));
            }
            let component = moves.first().and_then(|it| it.component.as_deref());
            let mut new = overrides::new_object(object, component);
            new["data"] = data.into();
            self.objects.create(&new).await
        } else {
            let patch = Patch { style: Style::Json, body: json!({ "data": data }) };
            self.objects.patch("v1", object, &patch).await
        };
        written.map(drop).map_err(|cause| Stop::Cluster { what, cause })
    }

    async fn live(&self, object: &ObjectKey) -> Result<Option<Value>, Stop> {
        let live = self.objects.get("v1", object).await;
        live.map_err(|cause| failed(object, cause))
    }

    /// The data of an object; none where it is not there.
    async fn data(&self, object: &ObjectKey) -> Result<Map<String, Value>, Stop> {
        let live = self.live(object).await?.unwrap_or_default();
        Ok(live["data"].as_object().cloned().unwrap_or_default())
    }

    async fn value(&self, object: &str, key: &str) -> Result<Option<Value>, Stop> {
        match override_object(object) {
            Some(object) => Ok(self.data(&object).await?.get(key).cloned()),
            None => Ok(None),
        }
    }
}

/// Whether a step comes before the operator's work or after it.
fn when(at: &At<'_>) -> When {
    let mut steps = at.hop.steps.iter();
    let is_first = steps.find(|it| it.action == Action::Watch || it.id == at.step.id);
    if is_first.is_some_and(|it| it.id == at.step.id) { When::Before } else { When::After }
}

fn by_object<'a>(moves: Vec<&'a PlannedMove>) -> OfObject<'a> {
    let mut objects = OfObject::new();
    for it in moves {
        objects.entry(&it.object).or_default().push(it);
    }
    objects
}

/// Whether the plan says that the hop itself makes an object, without a file.
fn is_created(at: &At<'_>, object: &ObjectKey) -> bool {
    let name = object.to_string();
    let mut predictions = at.hop.predictions.iter();
    predictions.any(|it| it.object == name && it.verb == "created" && it.place.is_none())
}

fn changed(it: &PlannedMove, why: &str) -> Stop {
    Stop::Changed(format!("cannot move an override, {it}: {why}"))
}
