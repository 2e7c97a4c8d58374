//! What a lock says, in the forms that servers of different age know.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::error::Cause;
use crate::cluster::objects::{MANAGED_BY, Objects};
use crate::cluster::time::later;
use crate::manifest::ObjectKey;

/// The namespace of the lock, which is that of the installer.
const NAMESPACE: &str = "kyma-installer";

/// The durations that are believed, in seconds. Somebody may have written anything.
const SECONDS: std::ops::RangeInclusive<u64> = 1..=3600;

/// The duration of a lock that tells none.
const DEFAULT_SECONDS: u64 = 30;

/// Who holds a lock. The times are those of the holder's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name that the holder gave itself.
    pub holder: String,
    /// When it took the lock, in RFC 3339; empty if it did not tell.
    pub since: String,
    /// When the lock is over unless it is renewed, in RFC 3339; empty if that cannot be told.
    pub expires: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time =
            |it: &str| if it.is_empty() { "an unknown time".to_owned() } else { it.to_owned() };
        let Self { holder, since, expires } = self;
        write!(f, "{holder} since {} until at least {}", time(since), time(expires))
    }
}

/// The fields of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Empty if it is free.
    pub(super) holder: String,
    pub(super) seconds: u64,
    pub(super) acquired: String,
    pub(super) renewed: String,
    pub(super) transitions: u32,
}

impl Record {
    pub(super) fn is_free(&self) -> bool {
        self.holder.is_empty()
    }

    pub(super) fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub(super) fn told(&self) -> Holder {
        let expires = later(&self.renewed, self.duration()).unwrap_or_default();
        Holder { holder: self.holder.clone(), since: self.acquired.clone(), expires }
    }

    /// Whether both are of the same holder, who took the lock once.
    pub(super) fn is_same_hold(&self, other: &Self) -> bool {
        self.holder == other.holder && self.acquired == other.acquired
    }
}

/// What kind of object the lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cluster) enum Form {
    /// A Lease, in this version of its API.
    Lease(&'static str),
    ConfigMap,
}

impl Form {
    /// The best one that the server serves.
    pub(in crate::cluster) async fn of(objects: &Objects) -> Result<Self, Cause> {
        for api_version in ["coordination.k8s.io/v1", "coordination.k8s.io/v1beta1"] {
            if objects.serves(api_version, "Lease").await? {
                return Ok(Self::Lease(api_version));
            }
        }
        Ok(Self::ConfigMap)
    }

    pub(in crate::cluster) fn api_version(self) -> &'static str {
        match self {
            Self::Lease(api_version) => api_version,
            Self::ConfigMap => "v1",
        }
    }

    pub(in crate::cluster) fn key(self) -> ObjectKey {
        let (group, kind, name) = match self {
            Self::Lease(_) => ("coordination.k8s.io", "Lease", "kyma-upgrade"),
            Self::ConfigMap => ("", "ConfigMap", "kyma-upgrade-lock"),
        };
        ObjectKey::namespaced(group, kind, NAMESPACE, name)
    }

    /// A new object with a record.
    pub(super) fn object(self, record: &Record) -> Value {
        let key = self.key();
        let object = json!({
            "apiVersion": self.api_version(),
            "kind": key.kind,
            "metadata": { "name": key.name, "namespace": NAMESPACE, "labels": { MANAGED_BY.0: MANAGED_BY.1 } },
        });
        self.with(&object, record)
    }

    /// The object with another record.
    pub(super) fn with(self, object: &Value, record: &Record) -> Value {
        let mut object = object.clone();
        let Record { holder, seconds, acquired, renewed, transitions } = record;
        match self {
            Self::Lease(_) => {
                object["spec"] = json!({
                    "leaseDurationSeconds": seconds,
                    "acquireTime": acquired,
                    "renewTime": renewed,
                    "leaseTransitions": transitions,
                });
                if !record.is_free() {
                    object["spec"]["holderIdentity"] = holder.as_str().into();
                }
            }
            Self::ConfigMap => {
                object["data"] = json!({
                    "holderIdentity": holder,
                    "leaseDurationSeconds": seconds.to_string(),
                    "acquireTime": acquired,
                    "renewTime": renewed,
                    "leaseTransitions": transitions.to_string(),
                });
            }
        }
        object
    }

    /// The record of an object, with something sensible in place of what it lacks.
    pub(super) fn record(self, object: &Value) -> Record {
        let fields = match self {
            Self::Lease(_) => &object["spec"],
            Self::ConfigMap => &object["data"],
        };
        let text = |field: &str| fields[field].as_str().unwrap_or_default().to_owned();
        let number = |field: &str| fields[field].as_u64().or_else(|| text(field).parse().ok());
        let seconds = number("leaseDurationSeconds").unwrap_or(DEFAULT_SECONDS);
        let transitions = number("leaseTransitions").and_then(|it| it.try_into().ok());
        Record {
            holder: text("holderIdentity"),
            seconds: seconds.clamp(*SECONDS.start(), *SECONDS.end()),
            acquired: text("acquireTime"),
            renewed: text("renewTime"),
            // The server refuses numbers that do not fit into 31 bits.
            transitions: transitions.filter(|it: &u32| *it < 1 << 30).unwrap_or_default(),
        }
    }
}
