//! STUB
use serde_json::Value;
/// s
#[derive(Debug, Clone, PartialEq)]
pub struct Immutable {
    /// p
    pub path: String,
    /// r
    pub remedy: String,
}
/// s
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid {
    /// p
    pub path: String,
    /// r
    pub why: String,
}
/// x
pub fn valid(_o: &Value) -> Vec<Invalid> {
    Vec::new()
}
/// x
pub fn immutable(_o: &Value, _n: &Value) -> Vec<Immutable> {
    Vec::new()
}
/// x
pub fn stored(o: Value) -> Value {
    o
}
/// x
pub fn as_version(o: &Value, _v: &str) -> Option<Value> {
    Some(o.clone())
}
