//! What is predicted of an object at a hop.

use std::collections::BTreeSet;
use std::fmt;

use semver::Version;

use super::merge::FieldChange;
use super::server::{Immutable, Invalid};
use crate::manifest::ObjectKey;
use crate::release::KubernetesVersion;

/// What happens to an object, in the words of kubectl where kubectl has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It was not there.
    Created,
    /// kubectl sends a patch.
    Configured,
    /// kubectl sends nothing.
    Unchanged,
    /// It goes.
    Deleted,
    /// The API server or kubectl refuses; the object stays as it was.
    Rejected,
    /// It left the artifacts, and nothing deletes it.
    LeftBehind,
}

impl Verb {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Rejected => "rejected",
            Self::LeftBehind => "left-behind",
        }
    }
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as evidence calls it.
    pub source: String,
    /// The 1-based line.
    pub line: u32,
}

/// Where the object in the cluster has its present form from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was so before the first hop.
    Before(Option<Place>),
    /// A hop applied it.
    Hop(Version, Place),
}

/// What is predicted of an object at one act of a hop.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The object.
    pub object: ObjectKey,
    /// What happens to it.
    pub verb: Verb,
    /// Where the applied manifest has it; none for what is not applied.
    pub place: Option<Place>,
    /// The fields that another value is in afterwards, but for kubectl's own annotation. Empty for a
    /// configured object whose patch changes nothing, as one that only spells a quantity otherwise.
    pub fields: Vec<FieldChange>,
    /// Those of them that had been edited since the object was last applied: the edit is lost.
    pub resets: Vec<FieldChange>,
    /// The keys of an override object that the artifact would set to something else and that keep
    /// the values of the cluster, because the plan says so.
    pub kept: BTreeSet<String>,
    /// Whether a release before had brought the object, and it was gone: somebody had deleted it.
    pub returns: bool,
    /// Why it is rejected.
    pub rejection: Option<Rejection>,
    /// Where the object in the cluster has its form from; none if it is not there.
    pub origin: Option<Origin>,
}

impl Prediction {
    /// A prediction that says no more than this.
    pub(super) fn new(object: &ObjectKey, verb: Verb) -> Self {
        Self {
            object: object.clone(),
            verb,
            place: None,
            fields: Vec::new(),
            resets: Vec::new(),
            kept: BTreeSet::new(),
            returns: false,
            rejection: None,
            origin: None,
        }
    }
}

/// A rejection.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// Why.
    pub why: Refused,
    /// The hop at which the same was rejected for the same reason first; none if it is this one.
    pub first: Option<Version>,
}

/// Why an object is rejected.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// Fields that must not change would.
    Immutable(Vec<Immutable>),
    /// This Kubernetes does not serve the version of the API any more.
    NotServed {
        /// The version of the API, as written.
        api_version: String,
        /// What serves the kind instead.
        replacement: Option<String>,
        /// The version of Kubernetes.
        kubernetes: KubernetesVersion,
        /// The Kubernetes minor that dropped it or is the first to serve it.
        bound: KubernetesVersion,
        /// Whether Kubernetes is too new for it, not too old.
        gone: bool,
    },
    /// No `CustomResourceDefinition` in the cluster defines the kind in this version.
    NoKind {
        /// The version of the API, as written.
        api_version: String,
        /// Whether the same file brings the definition, so that a second try finds it.
        defined_here: bool,
    },
    /// Its namespace does not exist.
    NoNamespace(String),
    /// Its namespace is being deleted.
    Terminating(String),
    /// The API server does not accept what it holds.
    Invalid(Vec<Invalid>),
    /// The definition drops a version in which objects are stored.
    StoredVersion(String),
    /// Its deletion waits for finalizers that something has to remove.
    Finalizers(Vec<String>),
    /// What is in the cluster and what is applied cannot be merged.
    Unmergeable(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immutable(fields) => {
                let paths: Vec<_> = fields.iter().map(|it| it.path.as_str()).collect();
                let are = if paths.len() == 1 { "is" } else { "are" };
                write!(f, "{} {are} immutable and would change", paths.join(", "))
            }
            Self::NotServed { api_version, replacement, kubernetes, bound, gone } => {
                let what = if *gone { "since" } else { "before" };
                write!(
                    f,
                    "Kubernetes {kubernetes} does not serve {api_version}: not {what} {bound}"
                )?;
                match replacement {
                    Some(it) => write!(f, "; {it} takes its place"),
                    None => Ok(()),
                }
            }
            Self::NoKind { api_version, defined_here: false } => {
                write!(f, "no definition in the cluster serves {api_version}")
            }
            Self::NoKind { api_version, defined_here: true } => write!(
                f,
                "the file itself defines {api_version}, and kubectl looks the kind up before it \
                 applies anything"
            ),
            Self::NoNamespace(name) => write!(f, "there is no namespace {name}"),
            Self::Terminating(name) => write!(f, "the namespace {name} is being deleted"),
            Self::Invalid(all) => {
                let texts: Vec<_> =
                    all.iter().map(|it| format!("{}: {}", it.path, it.why)).collect();
                write!(f, "it is invalid: {}", texts.join("; "))
            }
            Self::StoredVersion(version) => write!(
                f,
                "objects may be stored as {version} (status.storedVersions), which spec.versions no \
                 longer has"
            ),
            Self::Finalizers(names) => {
                write!(f, "its deletion waits for {}", names.join(", "))
            }
            Self::Unmergeable(why) => write!(f, "kubectl cannot compute a patch: {why}"),
        }
    }
}

impl Refused {
    /// What to do about it, where more can be said than the meaning of the finding does.
    pub fn remedy(&self, object: &ObjectKey) -> Option<String> {
        match self {
            Self::Immutable(fields) => fields.first().map(|it| it.remedy.to_owned()),
            Self::NotServed { bound, gone, .. } => Some(if *gone {
                format!(
                    "Run this hop on a Kubernetes before {bound}, or choose a release that does not use this version."
                )
            } else {
                format!("Upgrade Kubernetes to {bound} or newer before this hop.")
            }),
            Self::NoKind { defined_here: true, .. } => {
                Some("Apply the file a second time: the definition is there by then.".to_owned())
            }
            Self::NoNamespace(name) => {
                Some(format!("Create it before the hop: `kubectl create namespace {name}`."))
            }
            Self::Finalizers(_) => {
                let namespace = object.namespace.as_ref().map(|it| format!(" -n {it}"));
                Some(format!(
                    "If the controller that owns the finalizer is gone: `kubectl patch {} {}{} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'`.",
                    object.kind.to_lowercase(),
                    object.name,
                    namespace.unwrap_or_default()
                ))
            }
            _ => None,
        }
    }
}
