//! What the user may do.

use std::fmt;

use http::Method;
use serde_json::{Value, json};

use super::{Objects, query};
use crate::cluster::call::Call;
use crate::cluster::error::Cause;

/// Where the question goes.
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Something that a user may do or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The verb, such as `patch`.
    pub verb: String,
    /// The API group, empty for the core group.
    pub group: String,
    /// The plural name of the kind, such as `deployments`.
    pub resource: String,
    /// A part of the object, such as `status`; none for the object itself.
    pub subresource: Option<String>,
    /// The namespace; none for kinds without, and for all namespaces.
    pub namespace: Option<String>,
    /// The name of one object; none for all.
    pub name: Option<String>,
}

impl fmt::Display for Permission {
    /// Writes what `kubectl auth can-i` takes: `delete deployments.apps/x -n y`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(name) = &self.name {
            write!(f, "/{name}")?;
        }
        if let Some(subresource) = &self.subresource {
            write!(f, " --subresource={subresource}")?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " -n {namespace}"),
            None => Ok(()),
        }
    }
}

impl Permission {
    fn review(&self) -> Value {
        let mut attributes = json!({ "verb": self.verb, "resource": self.resource });
        let others = [
            ("group", Some(&self.group)),
            ("subresource", self.subresource.as_ref()),
            ("namespace", self.namespace.as_ref()),
            ("name", self.name.as_ref()),
        ];
        for (field, value) in others {
            if let Some(value) = value {
                attributes[field] = value.as_str().into();
            }
        }
        json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": attributes },
        })
    }
}

impl Objects {
    /// Whether the user of the kubeconfig may do something, as the server decides it. The question
    /// is a POST that stores nothing; it is a dry run wherever the server knows those.
    ///
    /// # Errors
    /// When the server refuses to tell or cannot be reached for too long.
    pub async fn may(&self, permission: &Permission) -> Result<bool, Cause> {
        let review = permission.review();
        let ask = async |path: String| {
            let what = format!("tell who may {permission}");
            self.calls.send(&Call::with_body(Method::POST, path, &review, what)).await
        };
        let answer = match ask(format!("{REVIEWS}{}", query(&[("dryRun", "All")]))).await {
            // Kubernetes 1.12 has dry runs switched off.
            Err(Cause::Rejected(it)) if it.code == 400 => ask(REVIEWS.to_owned()).await?,
            answer => answer?,
        };
        Ok(answer["status"]["allowed"].as_bool().unwrap_or_default())
    }
}
