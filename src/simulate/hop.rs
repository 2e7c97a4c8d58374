//! One hop: its acts in order, each on the result of the one before.

use std::collections::BTreeSet;

use semver::Version;
use serde_json::{Map, Value, json};

use super::apply::Batch;
use super::operator::{self, OperatorRun, Releases, Scene};
use super::prediction::{Origin, Place, Prediction, Refused, Rejection, Verb};
use super::state::finalizers;
use super::{Simulated, Simulator};
use crate::bundle::{Bundle, File};
use crate::manifest::{Object, ObjectKey};
use crate::procedure::{self, Act, TRIGGER};
use crate::release::{Facts, Operator};

impl<'a> Simulator<'a> {
    /// Simulates a hop from `from` to `to` as the procedure of `to` has it. Nothing is predicted
    /// where an applied file of one of the two cannot be read.
    pub fn hop(&mut self, from: &'a Bundle, to: &'a Bundle, facts: &Facts) -> Option<Simulated> {
        if from.is_incomplete() || to.is_incomplete() {
            return None;
        }
        let taken_out = self.read_releases(from, facts.operator(&from.version));
        self.before = Some(from);
        self.brought.extend(from.objects.iter().map(|it| it.key.clone()));
        let upgraded_from = self.upgrade_kubernetes(&from.version, &to.version);
        let mut predictions = Vec::new();
        let moves = self.take_moves(to);
        for act in procedure::acts(to, facts.generation(&to.version), (&[], &moves)) {
            match act {
                Act::DeleteInstaller { .. } => {
                    predictions.extend(self.delete(&procedure::installer(), &to.version));
                }
                Act::Apply(file) => predictions.extend(self.apply_file(to, file)),
                Act::Migrate(when) => predictions.extend(self.migrate(&moves, when)),
                Act::Label => self.label(),
                Act::CheckVersion
                | Act::Backup
                | Act::Guide(_)
                | Act::Save
                | Act::Watch
                | Act::Compare => {}
            }
        }
        predictions.extend(self.left_behind(from, to));
        let triggered = self.is_triggered();
        let operator = self.operate(to, facts.operator(&to.version), &taken_out);
        let kubernetes = self.kubernetes;
        Some(Simulated { predictions, triggered, operator, moves, kubernetes, upgraded_from })
    }

    /// Reads the Helm releases in the cluster, before the first hop; gives the components of `from`
    /// that somebody has taken off the list of the Installation.
    fn read_releases(&mut self, from: &Bundle, operator: &Operator) -> BTreeSet<String> {
        let names = from.components().into_iter().map(|it| it.release_name().to_owned());
        let mut installed: BTreeSet<String> = names.collect();
        if self.releases.is_none() {
            let releases = Releases::of(&self.state, operator, &installed, self.given);
            self.releases = Some(releases);
        }
        for listed in operator::listed(&self.state) {
            installed.remove(&listed.name);
        }
        installed.retain(|_| self.state.contains(&procedure::installation()));
        installed
    }

    fn delete(&mut self, key: &ObjectKey, at: &Version) -> Option<Prediction> {
        let live = self.state.get(key)?;
        let finalizers = finalizers(&live);
        let origin = Some(self.origin(key));
        if finalizers.is_empty() {
            self.remove(key, &live);
            return Some(Prediction { origin, ..Prediction::new(key, Verb::Deleted) });
        }
        let rejection = self.rejection(key, Refused::Finalizers(finalizers), at);
        Some(Prediction {
            origin,
            rejection: Some(rejection),
            ..Prediction::new(key, Verb::Rejected)
        })
    }

    /// Removes an object and what it owns, as the garbage collector does.
    fn remove(&mut self, key: &ObjectKey, object: &Value) {
        self.state.remove(key);
        self.origins.remove(key);
        let Some(uid) = object.pointer("/metadata/uid").and_then(Value::as_str) else {
            return;
        };
        let dependents = self.state.owned_by(uid);
        for key in dependents {
            if let Some(object) = self.state.get(&key) {
                self.remove(&key, &object);
            }
        }
    }

    pub(super) fn apply_file(&mut self, release: &Bundle, file: &File) -> Vec<Prediction> {
        let batch = Batch::new(self, release.objects_of(file));
        let at = &release.version;
        batch
            .into_objects()
            .map(|(object, refused)| self.apply_object(object, refused, at))
            .collect()
    }

    fn apply_object(
        &mut self,
        object: &Object,
        refused: Option<Refused>,
        at: &Version,
    ) -> Prediction {
        let applied = self.apply(object, refused);
        let mut prediction = applied.prediction;
        if let Some(after) = applied.after {
            self.state.put(object.key.clone(), after);
            let place = Place { source: object.source.to_string(), line: object.line() };
            self.origins.insert(object.key.clone(), Origin::Hop(at.clone(), place));
        }
        let rejection = prediction.rejection.take();
        prediction.rejection = rejection.map(|it| self.rejection(&object.key, it.why, at));
        prediction
    }

    /// The rejection, with the hop at which the same happened first.
    fn rejection(&mut self, key: &ObjectKey, why: Refused, at: &Version) -> Rejection {
        let told = self.rejected.iter().find(|it| it.0 == *key && it.1 == why);
        let first = told.map(|it| it.2.clone());
        if first.is_none() {
            self.rejected.push((key.clone(), why.clone(), at.clone()));
        }
        Rejection { why, first }
    }

    /// What the release before applied and this one does not, where it is still there.
    fn left_behind(&self, from: &Bundle, to: &Bundle) -> Vec<Prediction> {
        let gone = from.objects.iter().filter(|it| to.objects.get(&it.key).is_none());
        let there = gone.filter(|it| self.state.contains(&it.key));
        let left = there.map(|it| Prediction {
            place: Some(Place { source: it.source.to_string(), line: it.line() }),
            origin: Some(self.origin(&it.key)),
            ..Prediction::new(&it.key, Verb::LeftBehind)
        });
        left.collect()
    }

    fn label(&mut self) {
        self.write_installation(|it| it["metadata"]["labels"][TRIGGER.0] = TRIGGER.1.into());
    }

    /// Whether the operator starts: the label is all that it looks at.
    fn is_triggered(&self) -> bool {
        let installation = self.state.get(&procedure::installation());
        installation.is_some_and(|it| procedure::is_triggered(&it))
    }

    /// What the operator does if it starts. It succeeds: the hop after this one must not begin
    /// before.
    fn operate(
        &mut self,
        to: &Bundle,
        operator: &Operator,
        taken_out: &BTreeSet<String>,
    ) -> Option<OperatorRun> {
        if !self.is_triggered() {
            return None;
        }
        let scene = Scene { to: &to.version, operator, state: &self.state, taken_out };
        let run = self.releases.as_mut().map(|it| it.run(&scene));
        self.finish_installation();
        run
    }

    /// An installation that the operator is done with: no label, and the state `Installed`.
    pub(super) fn finish_installation(&mut self) {
        self.write_installation(|it| {
            if let Some(labels) = it["metadata"]["labels"].as_object_mut() {
                labels.remove(TRIGGER.0);
            }
            if !it["status"].is_object() {
                it["status"] = json!({});
            }
            it["status"]["state"] = "Installed".into();
            it["status"]["description"] = "Kyma installed".into();
            it["status"]["errorLog"] = json!([]);
        });
    }

    fn write_installation(&mut self, change: impl FnOnce(&mut Value)) {
        let key = procedure::installation();
        if let Some(mut installation) = self.state.get(&key) {
            if !installation["metadata"]["labels"].is_object() {
                installation["metadata"]["labels"] = json!({});
            }
            change(&mut installation);
            // The API server shows no map of labels without any.
            if let Some(metadata) = installation["metadata"].as_object_mut()
                && metadata["labels"].as_object().is_some_and(Map::is_empty)
            {
                metadata.remove("labels");
            }
            self.state.put(key, installation);
        }
    }
}
