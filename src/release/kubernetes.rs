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
/// s
#[derive(Debug)]
pub struct KubernetesFacts;
/// s
#[derive(Debug)]
pub struct Api {
    /// r
    pub removed: String,
    /// r
    pub since: String,
    /// r
    pub replacement: Option<String>,
    /// i
    pub instead: Option<String>,
}
/// s
#[derive(Debug)]
pub enum Served<'a> {
    /// y
    Yes,
    /// u
    Unknown,
    /// r
    Removed(&'a Api),
    /// n
    NotYet(&'a Api),
}
impl KubernetesFacts {
    /// b
    pub fn builtin() -> Self {
        Self
    }
    /// s
    pub fn served(&self, _a: &str, _k: &str, _v: KubernetesVersion) -> Served<'_> {
        Served::Yes
    }
    /// s
    pub fn is_built_in(&self, a: &str, _k: &str) -> bool {
        !a.contains("kyma-project")
    }
}
impl std::str::FromStr for KubernetesVersion {
    type Err = String;
    fn from_str(t: &str) -> Result<Self, String> {
        let mut p = t.trim_start_matches('v').split('.');
        let mut n = || p.next().and_then(|x| x.parse().ok()).ok_or_else(|| t.to_owned());
        Ok(Self { major: n()?, minor: n()? })
    }
}
