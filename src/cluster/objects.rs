//! Objects of a live cluster: read, created, changed and deleted one by one.
//!
//! # Decisions
//! * Objects are `serde_json::Value` throughout: a type would lose the fields that it does not know.
//! * With [`Writes::DryRun`] every request that could change something carries `dryRun=All`, in its
//!   parameters and, where the server looks there (DELETE), in its body. A server that does not know
//!   dry runs (Kubernetes 1.12 with its default settings) refuses such requests.
//! * Failures that pass are waited for. A request may then arrive twice, when the first answer was
//!   lost: a second DELETE finds nothing, a second PATCH changes nothing, and a second POST, or PUT
//!   with a resource version, is refused with 409. [`Objects::apply`] begins with a look instead.
//! * Plural names and scopes come from the server and are kept. A kind that is missing is looked for
//!   once more, because a definition may have been applied since.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::Cluster;
use super::call::{Call, Calls};
use super::error::Cause;
use super::lock::Held;
use super::rejection::Rejection;
use super::retry::{Failed, Patience, persist};
use crate::manifest::ObjectKey;
use crate::simulate::merge::Patch;

mod apply;
mod permission;
mod resource;

pub use apply::{Adjust, Applied, ApplyError, Change};
pub use permission::Permission;
use resource::{Known, Resource, Target};

/// The name of this program in what it writes: the managed fields of objects and the source of
/// events.
pub const MANAGER: &str = "kyma-upgrade";

/// The label of the objects that this program itself creates, and its value.
pub const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", MANAGER);

/// How many objects a page of a list has.
const PAGE: &str = "500";

/// How often a list is begun.
const BEGINNINGS: u32 = 3;

/// Whether requests change the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// They do.
    Real,
    /// The server only tells what they would do.
    DryRun,
}

/// The objects of a cluster.
#[derive(Clone)]
pub struct Objects {
    pub(super) calls: Calls,
    writes: Writes,
    known: Known,
}

impl Cluster {
    /// The objects of the cluster.
    pub fn objects(&self, writes: Writes) -> Objects {
        let (client, patience) = (self.client.clone(), Patience::default());
        let calls = Calls { client, patience, guard: None };
        Objects { calls, writes, known: Known::default() }
    }
}

impl Objects {
    /// The same objects, with another patience.
    #[must_use]
    pub fn with_patience(&self, patience: Patience) -> Self {
        let calls = Calls { patience, ..self.calls.clone() };
        Self { calls, ..self.clone() }
    }

    /// The same objects. Nothing is sent to change one, also not once more after a failure, while the
    /// lock is not surely held.
    #[must_use]
    pub fn guarded_by(&self, lock: &Held) -> Self {
        let calls = Calls { guard: lock.guard(), ..self.calls.clone() };
        Self { calls, ..self.clone() }
    }

    /// Whether requests change the cluster.
    pub fn writes(&self) -> Writes {
        self.writes
    }

    /// An object in a version of its API; none if there is none.
    ///
    /// # Errors
    /// When the server serves no such kind, refuses, or cannot be reached for too long.
    pub async fn get(&self, api_version: &str, key: &ObjectKey) -> Result<Option<Value>, Cause> {
        let target = Target::of(api_version, key)?;
        persist(self.calls.patience, || self.get_once(target)).await
    }

    /// The objects of a kind, in one namespace or in all, in the server's order. `labels` is a
    /// selector as kubectl takes it.
    ///
    /// # Errors
    /// As of [`Objects::get`].
    pub async fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        labels: Option<&str>,
    ) -> Result<Vec<Value>, Cause> {
        let resource = self.resource(api_version, kind).await?;
        let path = resource.all(api_version, namespace);
        let mut parameters = vec![("limit", PAGE)];
        parameters.extend(labels.map(|it| ("labelSelector", it)));
        let mut begun = 1;
        let mut items = loop {
            match self.pages(&path, &parameters).await {
                Err(Cause::Gone(_)) if begun < BEGINNINGS => begun += 1,
                items => break items?,
            }
        };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            // The items of a list do not say what they are.
            item.insert("apiVersion".to_owned(), api_version.into());
            item.insert("kind".to_owned(), kind.into());
        }
        Ok(items)
    }

    /// What has to be allowed to do something (`verb`) with an object.
    ///
    /// # Errors
    /// When the server serves no such kind, or cannot be reached for too long.
    pub async fn permission(
        &self,
        verb: &str,
        api_version: &str,
        key: &ObjectKey,
    ) -> Result<Permission, Cause> {
        let resource = self.resource(api_version, &key.kind).await?;
        let group = api_version.split_once('/').map_or("", |it| it.0);
        // Whoever creates an object cannot be allowed to by its name.
        let name = (verb != "create").then(|| key.name.clone());
        Ok(Permission {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.plural,
            subresource: None,
            namespace: key.namespace.clone().filter(|_| resource.namespaced),
            name,
        })
    }

    /// Creates an object, and returns it as the server made it.
    ///
    /// # Errors
    /// As of [`Objects::get`], and when there is one of this name already.
    pub async fn create(&self, object: &Value) -> Result<Value, Cause> {
        let target = Target::of_object(object)?;
        let resource = self.resource(target.api_version, target.kind).await?;
        self.calls.send(&self.create_call(target, &resource, object, MANAGER)).await
    }

    /// Changes an object with a patch, and returns it as it is then. A patch that has a
    /// `metadata.resourceVersion` is refused (409) when the object is another one meanwhile.
    ///
    /// # Errors
    /// As of [`Objects::get`], and when there is no such object.
    pub async fn patch(
        &self,
        api_version: &str,
        key: &ObjectKey,
        patch: &Patch,
    ) -> Result<Value, Cause> {
        let target = Target::of(api_version, key)?;
        let resource = self.resource(api_version, &key.kind).await?;
        self.calls.send(&self.patch_call(target, &resource, patch, MANAGER)).await
    }

    /// Replaces an object by this one, and returns it as it is then. It is refused (409) when the
    /// object has another `metadata.resourceVersion` than this one.
    ///
    /// # Errors
    /// As of [`Objects::get`], and when there is no such object.
    pub async fn replace(&self, object: &Value) -> Result<Value, Cause> {
        let target = Target::of_object(object)?;
        let resource = self.resource(target.api_version, target.kind).await?;
        let path = target.path(&resource) + &self.parameters(MANAGER);
        let what = format!("replace {target}");
        self.calls.send(&Call::with_body(Method::PUT, path, object, what)).await
    }

    /// Deletes the object that has this UID, and what it owns later in the background. False if
    /// there is no object of this name.
    ///
    /// # Errors
    /// As of [`Objects::get`], and when the object of this name has another UID (409).
    pub async fn delete(
        &self,
        api_version: &str,
        key: &ObjectKey,
        uid: &str,
    ) -> Result<bool, Cause> {
        let target = Target::of(api_version, key)?;
        let resource = self.resource(api_version, &key.kind).await?;
        let mut options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": { "uid": uid },
            "propagationPolicy": "Background",
        });
        if self.writes == Writes::DryRun {
            options["dryRun"] = json!(["All"]);
        }
        let path = target.path(&resource) + &query(&self.dry_run());
        let what = format!("delete {target}");
        let deleted = self.calls.send(&Call::with_body(Method::DELETE, path, &options, what)).await;
        match deleted {
            Err(Cause::Rejected(rejection)) if rejection.is_not_found() => Ok(false),
            deleted => deleted.map(|_| true),
        }
    }

    /// The request for the objects of the kind of `key` in its namespace.
    pub(super) async fn list_call(
        &self,
        api_version: &str,
        key: &ObjectKey,
        parameters: &[(&str, &str)],
    ) -> Result<Call, Cause> {
        let target = Target::of(api_version, key)?;
        let resource = self.resource(api_version, &key.kind).await?;
        let path = target.siblings(&resource) + &query(parameters);
        Ok(Call::get(path, format!("list {target}")))
    }

    /// Whether the server serves a kind.
    pub(super) async fn serves(&self, api_version: &str, kind: &str) -> Result<bool, Cause> {
        match self.resource(api_version, kind).await {
            Ok(_) => Ok(true),
            Err(Cause::UnknownKind { .. }) => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    async fn get_once(&self, target: Target<'_>) -> Result<Option<Value>, Failed> {
        let resource = self.resource_once(target.api_version, target.kind).await?;
        let call = Call::get(target.path(&resource), format!("get {target}"));
        match self.calls.once(&call).await {
            Ok(object) => Ok(Some(object)),
            Err(Failed { cause: Cause::Rejected(it), .. }) if it.is_not_found() => Ok(None),
            Err(Failed { cause: Cause::Status { code: 404, .. }, .. }) => {
                // The server knows not even the path, so the definition is gone.
                self.known.forget(target.api_version);
                Err(unknown(target.api_version, target.kind).into())
            }
            Err(failed) => Err(failed),
        }
    }

    async fn pages(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Vec<Value>, Cause> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let mut parameters = parameters.to_vec();
            parameters.extend((!next.is_empty()).then_some(("continue", &*next)));
            let call = Call::get(format!("{path}{}", query(&parameters)), format!("list {path}"));
            let mut page = self.calls.send(&call).await?;
            match page["items"].take() {
                Value::Array(more) => items.extend(more),
                Value::Null => {}
                _ => return Err(no_list(path)),
            }
            page["metadata"]["continue"].as_str().unwrap_or_default().clone_into(&mut next);
            if next.is_empty() {
                return Ok(items);
            }
        }
    }

    fn create_call(
        &self,
        target: Target<'_>,
        resource: &Resource,
        object: &Value,
        manager: &str,
    ) -> Call {
        let path = target.siblings(resource) + &self.parameters(manager);
        Call::with_body(Method::POST, path, object, format!("create {target}"))
    }

    fn patch_call(
        &self,
        target: Target<'_>,
        resource: &Resource,
        patch: &Patch,
        manager: &str,
    ) -> Call {
        let path = target.path(resource) + &self.parameters(manager);
        let call = Call::with_body(Method::PATCH, path, &patch.body, format!("patch {target}"));
        Call { content_type: patch.style.content_type(), ..call }
    }

    /// The parameters of a request that writes.
    fn parameters(&self, manager: &str) -> String {
        let mut parameters = vec![("fieldManager", manager)];
        parameters.extend(self.dry_run());
        query(&parameters)
    }

    fn dry_run(&self) -> Vec<(&'static str, &'static str)> {
        match self.writes {
            Writes::Real => Vec::new(),
            Writes::DryRun => vec![("dryRun", "All")],
        }
    }

    /// What the server calls the objects of a kind.
    async fn resource(&self, api_version: &str, kind: &str) -> Result<Resource, Cause> {
        persist(self.calls.patience, || self.resource_once(api_version, kind)).await
    }

    async fn resource_once(&self, api_version: &str, kind: &str) -> Result<Resource, Failed> {
        if let Some(resource) = self.known.get(api_version, kind) {
            return Ok(resource);
        }
        let path = resource::root(api_version);
        let call = Call::get(path, format!("list the kinds of {api_version}"));
        let kinds = match self.calls.once(&call).await {
            Ok(list) => resource::kinds(&list),
            Err(Failed { cause, .. }) if is_missing(&cause) => BTreeMap::new(),
            Err(failed) => return Err(failed),
        };
        let resource = kinds.get(kind).cloned();
        self.known.put(api_version, kinds);
        resource.ok_or_else(|| unknown(api_version, kind).into())
    }
}

fn unknown(api_version: &str, kind: &str) -> Cause {
    Cause::UnknownKind { api_version: api_version.to_owned(), kind: kind.to_owned() }
}

fn is_missing(cause: &Cause) -> bool {
    matches!(cause, Cause::Status { code: 404, .. } | Cause::Rejected(Rejection { code: 404, .. }))
}

fn no_list(path: &str) -> Cause {
    Cause::Answer { request: format!("list {path}"), cause: "its items are no list".to_owned() }
}

/// Parameters of a path, with the question mark; nothing if there are none.
fn query(parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let mut query = url::form_urlencoded::Serializer::new("?".to_owned());
    query.extend_pairs(parameters).finish().replacen("?&", "?", 1)
}

#[cfg(test)]
mod tests;
