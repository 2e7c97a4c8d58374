//! STUB
use crate::manifest::ObjectKey;
use crate::release::KubernetesVersion;
use crate::yaml::Node;
use serde_json::Value;
use std::collections::BTreeMap;
/// s
#[derive(Debug, Clone)]
pub struct Seal;
impl Seal {
    /// v
    pub fn value(&self, _n: &Node) -> Value {
        Value::Null
    }
}
/// s
#[derive(Debug, Clone)]
pub struct ClusterState {
    o: BTreeMap<ObjectKey, Value>,
    s: Seal,
    k: Option<KubernetesVersion>,
}
impl ClusterState {
    /// e
    pub fn read(_s: &str, _b: &[u8]) -> Result<Self, E> {
        Err(E)
    }
    /// e
    pub fn empty() -> Self {
        Self { o: BTreeMap::new(), s: Seal, k: None }
    }
    /// e
    pub fn get(&self, k: &ObjectKey) -> Option<Value> {
        self.o.get(k).cloned()
    }
    /// e
    pub fn put(&mut self, k: &ObjectKey, v: Value) {
        self.o.insert(k.clone(), v);
    }
    /// e
    pub fn remove(&mut self, k: &ObjectKey) {
        self.o.remove(k);
    }
    /// e
    pub fn contains(&self, k: &ObjectKey) -> bool {
        self.o.contains_key(k)
    }
    /// e
    pub fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.o.keys()
    }
    /// e
    pub fn seal(&self) -> &Seal {
        &self.s
    }
    /// e
    pub fn covers(&self, _k: &ObjectKey) -> bool {
        true
    }
    /// e
    pub fn kubernetes_version(&self) -> Option<KubernetesVersion> {
        self.k
    }
    /// e
    pub fn len(&self) -> usize {
        0
    }
    /// e
    pub fn is_empty(&self) -> bool {
        true
    }
    /// e
    pub fn to_snapshot(&self) -> Vec<u8> {
        vec![]
    }
    /// e
    pub fn deleting(&self) -> Vec<(ObjectKey, Vec<String>)> {
        vec![]
    }
    /// e
    pub fn place(&self, _k: &ObjectKey) -> Option<crate::simulate::Place> {
        None
    }
    /// e
    pub fn owned_by(&self, _u: &str) -> Vec<ObjectKey> {
        Vec::new()
    }
}
/// e
pub fn shown(v: &Value) -> Value {
    v.clone()
}

/// x
pub fn is_sealed(_s: &str) -> bool {
    false
}

/// e
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct E;
impl E {
    /// h
    pub fn hint(&self) -> &'static str {
        ""
    }
}
