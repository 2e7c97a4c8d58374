//! Kubernetes: its versions, which APIs they serve, and which of them a Kyma release works on.

use std::fmt;

/// A minor of Kubernetes, such as 1.20. Patches do not matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
