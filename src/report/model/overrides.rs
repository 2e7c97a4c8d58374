//! The overrides of the user in a report.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RenameReport;
use crate::finding::Evidence;
use crate::liveness::Status;
use crate::overrides::OverrideKey;

/// What becomes of an override of the user.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UserOverride {
    /// The component, or none.
    pub component: Option<String>,
    /// The key in the user's files.
    pub key: String,
    /// The object that sets it.
    pub object: String,
    /// Whether its value is withheld.
    pub secret: bool,
    /// Hop by hop.
    pub hops: Vec<UserHop>,
}

/// What a hop does to an override of the user.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UserHop {
    /// The release that the hop leads to.
    pub to: String,
    /// What becomes of it.
    pub status: Status,
    /// The component under which the setting stands after the hop; the first one after a split.
    pub component: Option<String>,
    /// The key, likewise.
    pub key: String,
    /// The successors, where it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename: Option<RenameReport>,
    /// What to do about it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionReport>,
    /// Whether the default under it changed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default_changed: bool,
    /// Whether it sets the default since this hop.
    #[serde(default, skip_serializing_if = "is_false")]
    pub equals_default: bool,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something to do about an override.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ActionReport {
    /// `before` or `after` the apply of the hop.
    pub when: Cow<'static, str>,
    /// `set`, `replace` or `remove`.
    pub action: Cow<'static, str>,
    /// The keys to set or remove; of a replacement, the new ones.
    pub keys: Vec<OverrideKey>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What a hop asks of the user's override objects.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Migration {
    /// The release that the hop leads to.
    pub to: String,
    /// The files that were written, below the folder of the migration.
    pub files: Vec<String>,
    /// Keys with several values, of which a person has to choose one.
    pub conflicts: Vec<OpenKey>,
    /// Keys about which a person has to decide something else.
    pub undecided: Vec<OpenKey>,
}

/// A key that a migration leaves open.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenKey {
    /// The component, or none.
    pub component: Option<String>,
    /// The key.
    pub key: String,
    /// What is open, in a sentence without a full stop.
    pub text: String,
    /// The lines at which the values stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}
