//! What `kubectl apply` makes of one object.
//!
//! # Decisions
//! * The order of checks is that of kubectl and the API server: the kind has to be served, then the
//!   namespace be there, then the content be valid, then no immutable field change.
//! * kubectl decides what each object of a file is before it applies the first one. A kind that the
//!   same file defines is unknown to it, unless the cluster has it from before.
//! * An edit is what differs from the object as it was last applied. Without that record the
//!   artifact of the release before stands in for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::merge::{self, FieldChange, Kubectl, MergeError};
use super::prediction::{Origin, Place, Prediction, Refused, Rejection, Verb};
use super::server;
use super::{Simulator, custom};
use crate::manifest::{Object, ObjectKey};
use crate::overrides;
use crate::procedure;
use crate::release::Served;

/// Which kubectl applies. An older one differs in the patches of definitions only.
const KUBECTL: Kubectl = Kubectl::V1_32;

/// What applying an object does, and the object afterwards where it is another one.
pub(super) struct Applied {
    pub(super) prediction: Prediction,
    pub(super) after: Option<Value>,
}

/// A file as kubectl sees it before it applies the first of its objects.
pub(super) struct Batch<'a> {
    /// Its objects in order.
    pub(super) objects: Vec<&'a Object>,
    /// Why kubectl does not know what an object is, for each object.
    unknown: Vec<Option<Refused>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(simulator: &Simulator<'_>, objects: Vec<&'a Object>) -> Self {
        let unknown = objects.iter().map(|it| simulator.unknown(it, &objects)).collect();
        Self { objects, unknown }
    }

    /// The objects with what kubectl refuses of them.
    pub(super) fn into_objects(self) -> impl Iterator<Item = (&'a Object, Option<Refused>)> {
        self.objects.into_iter().zip(self.unknown)
    }
}

impl Simulator<'_> {
    /// Why kubectl finds no API for the object.
    fn unknown(&self, object: &Object, batch: &[&Object]) -> Option<Refused> {
        let (api_version, kind) = (&object.api_version, &object.key.kind);
        let Some(kubernetes) = self.kubernetes else {
            return self.undefined(object, batch);
        };
        let (gone, bound, replacement) = match self.api.served(api_version, kind, kubernetes) {
            Served::Yes => return None,
            Served::Unknown => return self.undefined(object, batch),
            Served::Removed { in_version, replacement, .. } => (true, in_version, replacement),
            Served::NotYet { since, .. } => (false, since, None),
        };
        let api_version = api_version.clone();
        Some(Refused::NotServed { api_version, replacement, kubernetes, bound, gone })
    }

    /// Whether the object is of a custom kind that no definition in the cluster knows.
    fn undefined(&self, object: &Object, batch: &[&Object]) -> Option<Refused> {
        let key = &object.key;
        let of = (object.api_version.clone(), key.kind.clone());
        if self.presumed.contains(&of)
            || self.is_built_in(object)
            || custom::is_served(&self.state, &object.api_version, &key.kind)
        {
            return None;
        }
        let defined_here = batch.iter().any(|it| custom::defines(it, &key.group, &key.kind));
        let api_version = object.api_version.clone();
        Some(Refused::NoKind { api_version, defined_here })
    }

    /// Whether some Kubernetes serves the kind itself.
    fn is_built_in(&self, object: &Object) -> bool {
        let served = self.api.served(&object.api_version, &object.key.kind, self.api_server());
        served != Served::Unknown
    }

    /// Applies an object.
    pub(super) fn apply(&self, object: &Object, refused: Option<Refused>) -> Applied {
        // kubectl reads it in the version of the manifest, whatever version the state has it in.
        let live = self.state.get(&object.key);
        let live = live.map(|it| server::as_version(&it, &object.api_version).unwrap_or(it));
        let manifest = self.manifest(object);
        let kept = live.as_ref().map(|it| self.kept(object, (&manifest, it))).unwrap_or_default();
        let outcome = match refused {
            Some(refused) => Err(refused),
            None => match &live {
                Some(live) => self.update((&manifest, &kept), live),
                None => self.create(object, &manifest).map(|it| (Verb::Created, Some(it))),
            },
        };
        let place = Place { source: object.source.to_string(), line: object.line() };
        let (verb, after, rejection) = match outcome {
            Ok((verb, after)) => (verb, after, None),
            Err(why) => (Verb::Rejected, None, Some(Rejection { why, first: None })),
        };
        let fields = match (&live, &after) {
            (Some(live), Some(after)) => merge::changed_fields(live, after),
            _ => Vec::new(),
        };
        let resets = live.as_ref().map(|it| self.resets(object, it, &fields)).unwrap_or_default();
        let prediction = Prediction {
            place: Some(place),
            returns: verb == Verb::Created && self.brought.contains(&object.key),
            origin: live.as_ref().map(|_| self.origin(&object.key)),
            fields,
            resets,
            kept: if verb == Verb::Rejected { BTreeSet::new() } else { kept },
            rejection,
            ..Prediction::new(&object.key, verb)
        };
        Applied { prediction, after }
    }

    /// Where the object in the cluster has its form from.
    pub(super) fn origin(&self, key: &ObjectKey) -> Origin {
        let known = self.origins.get(key).cloned();
        known.unwrap_or_else(|| Origin::Before(self.state.place(key)))
    }

    /// The object as kubectl sends it: in its namespace, secret values sealed.
    pub(super) fn manifest(&self, object: &Object) -> Value {
        let mut manifest = self.state.seal().value(&object.node);
        if let Some(namespace) = &object.key.namespace {
            manifest["metadata"]["namespace"] = namespace.as_str().into();
        }
        manifest
    }

    fn create(&self, object: &Object, manifest: &Value) -> Result<Value, Refused> {
        if let Some(namespace) = &object.key.namespace {
            self.namespace(namespace)?;
        }
        let invalid = server::valid(manifest, self.api_server());
        if !invalid.is_empty() {
            return Err(Refused::Invalid(invalid));
        }
        Ok(server::created(merge::annotated(manifest), self.api_server()))
    }

    /// Whether objects can be created in a namespace.
    fn namespace(&self, name: &str) -> Result<(), Refused> {
        let key = ObjectKey::of_namespace(name);
        let Some(namespace) = self.state.get(&key) else {
            return Err(Refused::NoNamespace(name.to_owned()));
        };
        match namespace.pointer("/metadata/deletionTimestamp") {
            Some(_) => Err(Refused::Terminating(name.to_owned())),
            None => Ok(()),
        }
    }

    fn update(
        &self,
        (manifest, kept): (&Value, &BTreeSet<String>),
        live: &Value,
    ) -> Result<(Verb, Option<Value>), Refused> {
        let after =
            patched(manifest, live, kept).map_err(|it| Refused::Unmergeable(it.to_string()))?;
        let Some(after) = after.map(|it| server::updated(live, it, self.api_server())) else {
            return Ok((Verb::Unchanged, None));
        };
        let invalid = server::valid(&after, self.api_server());
        if !invalid.is_empty() {
            return Err(Refused::Invalid(invalid));
        }
        if let Some(version) = custom::drops_stored_version(live, &after) {
            return Err(Refused::StoredVersion(version));
        }
        let immutable = server::immutable(live, &after, self.api_server());
        if !immutable.is_empty() {
            return Err(Refused::Immutable(immutable));
        }
        Ok((Verb::Configured, Some(after)))
    }

    /// The changes that undo what somebody edited.
    fn resets(&self, object: &Object, live: &Value, changes: &[FieldChange]) -> Vec<FieldChange> {
        if changes.is_empty() {
            return Vec::new();
        }
        let Some(applied) = self.applied_last(object, live) else {
            return Vec::new();
        };
        let edits = merge::changed_fields(&applied, live);
        let own = |it: &&FieldChange| {
            !is_operators(&object.key, it) && edits.iter().any(|edit| edit.path == it.path)
        };
        changes.iter().filter(own).cloned().collect()
    }

    /// The keys of an override object that somebody edited and that keep their values.
    fn kept(&self, object: &Object, (manifest, live): (&Value, &Value)) -> BTreeSet<String> {
        if !self.keeps_overrides || !overrides::is_override(object) {
            return BTreeSet::new();
        }
        let (Ok(Some(after)), Some(applied)) =
            (patched(manifest, live, &BTreeSet::new()), self.applied_last(object, live))
        else {
            return BTreeSet::new();
        };
        let after = server::updated(live, after, self.api_server());
        merge::undone_keys(&applied, live, &after)
    }

    /// The object as it was applied last; without that record, as the release before brought it.
    fn applied_last(&self, object: &Object, live: &Value) -> Option<Value> {
        let applied = merge::last_applied(live).ok().flatten();
        let applied = applied.or_else(|| self.brought_form(&object.key))?;
        let applied = server::as_version(&applied, &object.api_version).unwrap_or(applied);
        Some(server::stored(applied, self.api_server()))
    }

    /// The object as the release before brought it.
    fn brought_form(&self, key: &ObjectKey) -> Option<Value> {
        let object = self.before?.objects.get(key)?;
        Some(self.manifest(object))
    }
}

/// The object with kubectl's patch applied, but for the keys that are kept; none if there is nothing
/// to patch.
fn patched(
    manifest: &Value,
    live: &Value,
    kept: &BTreeSet<String>,
) -> Result<Option<Value>, MergeError> {
    let patch = KUBECTL.patch(manifest, live)?.keeping(live, kept);
    if patch.is_empty() {
        return Ok(None);
    }
    merge::apply_patch(patch.style, live, &patch.body).map(Some)
}

/// Whether the operator writes the field: nobody edited it. Where its label is the only one, all
/// labels come and go with it.
fn is_operators(key: &ObjectKey, change: &FieldChange) -> bool {
    let (label, value) = procedure::TRIGGER;
    let alone = change.to == Some(serde_json::json!({ label: value }));
    *key == procedure::installation()
        && (change.path == format!("metadata.labels.{label}")
            || change.path.starts_with("status")
            || (change.path == "metadata.labels" && alone))
}
