//! STUB
/// s
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion;
impl std::str::FromStr for KubernetesVersion {
    type Err = String;
    fn from_str(_: &str) -> Result<Self, String> {
        Ok(Self)
    }
}
impl std::fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("1")
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
    pub fn is_built_in(&self, _a: &str, _k: &str) -> bool {
        true
    }
}
