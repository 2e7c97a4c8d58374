//! What differs between the releases of a hop.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::diff::Note;
use crate::finding::Evidence;
use crate::overrides::OverrideKey;

/// What happens to the component list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ComponentsReport {
    /// New on the list.
    pub added: Vec<String>,
    /// Gone from it; they stay installed.
    pub removed: Vec<String>,
    /// With a new name.
    pub renamed: Vec<NameChange>,
    /// With a new namespace.
    pub moved: Vec<NamespaceChange>,
    /// At another place.
    pub reordered: Vec<PlaceChange>,
}

/// A component with a new name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NameChange {
    /// The old name.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A component with a new namespace.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct NamespaceChange {
    /// The component.
    pub name: String,
    /// The old namespace.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A component at another place of the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlaceChange {
    /// The component.
    pub name: String,
    /// The old 1-based place.
    pub from: usize,
    /// The new one.
    pub to: usize,
}

/// What happens to the applied objects.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ObjectsReport {
    /// In the new artifacts only.
    pub added: Vec<String>,
    /// In the old ones only.
    pub removed: Vec<String>,
    /// With a new name.
    pub renamed: Vec<RenamedObject>,
    /// Different.
    pub changed: Vec<ChangedObject>,
    /// How many are equal.
    pub unchanged: usize,
}

/// An object that lives on under another name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RenamedObject {
    /// The old name.
    pub from: String,
    /// The new one.
    pub to: String,
    /// How alike they are, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub similarity: f64,
    /// What else differs.
    pub fields: Vec<Field>,
}

/// An object that differs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChangedObject {
    /// The object.
    pub object: String,
    /// What differs.
    pub fields: Vec<Field>,
    /// How many schema descriptions differ; they are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub descriptions: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A field that differs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Where it is in the object.
    pub path: String,
    /// The old value; absent if the field is new.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The new value; absent if the field is gone.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// What the values do not say: `order-changed` or `secret-changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The difference of two texts, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// A value that is there, be it `null`; serde alone would take that for none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What happens to the release's own override keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct OverridesReport {
    /// New.
    pub added: Vec<OverrideKey>,
    /// Gone without a successor.
    pub removed: Vec<OverrideKey>,
    /// Set to another value.
    pub changed: Vec<ChangedOverride>,
    /// Under another name.
    pub renamed: Vec<RenameReport>,
}

/// An override key with a new value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChangedOverride {
    /// The component, or none.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// The old value.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// An override key under another name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RenameReport {
    /// The component of the old key, or none.
    pub component: Option<String>,
    /// The old key.
    pub key: String,
    /// `renamed`, `moved`, `split` or `merged`.
    pub kind: Cow<'static, str>,
    /// The keys that took its place.
    pub to: Vec<OverrideKey>,
    /// How sure that is.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
    /// The lines that prove it.
    pub evidence: Vec<Evidence>,
}

/// What a hop does to the values of charts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChartValues {
    /// Keys that nothing reads any more, without a successor.
    pub removed: Vec<OverrideKey>,
    /// Keys under another name.
    pub renamed: Vec<RenameReport>,
    /// Keys that hold another type of value.
    pub type_changed: Vec<TypeChange>,
    /// How many defaults changed and kept their type.
    pub defaults_changed: usize,
}

/// A key with another type of value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TypeChange {
    /// The component.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// The old type: `null`, `bool`, `number`, `string`, `list` or `map`.
    pub from: Cow<'static, str>,
    /// The new one.
    pub to: Cow<'static, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_null_is_not_read_as_an_absent_one() {
        for json in [
            r#"{"path":"a","from":null}"#,
            r#"{"path":"a","from":null,"to":[null,1.1,0.1,1e300,123456789012345678]}"#,
            r#"{"path":"a","note":"secret-changed","diff":"-a\n+b"}"#,
        ] {
            let field: Field = serde_json::from_str(json).unwrap();
            let again = serde_json::to_string(&field).unwrap();
            assert_eq!(again.replace("1e+300", "1e300"), json);
        }
    }
}
