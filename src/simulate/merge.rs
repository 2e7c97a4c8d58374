//! STUB
use serde_json::Value;
/// s
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// p
    pub path: String,
    /// f
    pub from: Option<Value>,
    /// t
    pub to: Option<Value>,
}
/// s
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Style {
    /// s
    Strategic,
    /// j
    Json,
}
/// e
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct MergeError;
/// x
pub fn style(_a: &str, _k: &str) -> Style {
    Style::Json
}
/// x
pub fn annotated(m: &Value) -> Value {
    m.clone()
}
/// x
pub fn last_applied(_m: &Value) -> Option<Value> {
    None
}
/// x
pub fn patch(_s: Style, _o: Option<&Value>, m: &Value, _l: &Value) -> Result<Value, MergeError> {
    Ok(m.clone())
}
/// x
pub fn apply_patch(_s: Style, _l: &Value, p: &Value) -> Result<Value, MergeError> {
    Ok(p.clone())
}
/// x
pub fn changed_fields(_a: &Value, _b: &Value) -> Vec<FieldChange> {
    Vec::new()
}
