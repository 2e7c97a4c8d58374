//! The migration guides of a hop.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Evidence;
use crate::guide::GuideStatus;
use crate::release::Minor;

/// The guides of a hop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideReport {
    /// `published`, `none` (nothing breaks) or `missing`.
    pub status: GuideStatus,
    /// The guides that cover the hop.
    pub files: Vec<GuideFile>,
    /// Guides in the folder that cover another hop.
    pub stale: Vec<String>,
    /// Whether the release notes link a guide for this hop.
    pub linked_from_notes: bool,
    /// Breaking codes of this hop that no guide text mentions.
    pub uncovered: Vec<Cow<'static, str>>,
    /// The lines of guides and cautions that speak of downtime.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Evidence>,
    /// The steps of the guides and of the release notes, in their order.
    pub checklist: Vec<ChecklistItem>,
}

/// A guide.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideFile {
    /// Its file name.
    pub name: String,
    /// Where it comes from.
    pub url: String,
    /// The digest of its content.
    pub sha256: String,
    /// The minors that its name says it covers.
    pub covers: Covers,
}

/// A range of minors.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Covers {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

impl Covers {
    pub(crate) fn new(from: Minor, to: Minor) -> Self {
        Self { from: from.to_string(), to: to.to_string() }
    }
}

/// One item of a guide's checklist.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistItem {
    /// When it has to be done: `before`, `after`, `during` the hop or `unstated`.
    pub when: Cow<'static, str>,
    /// `action`, `command`, `caution` or `note`.
    pub kind: Cow<'static, str>,
    /// The headings above it.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// The command to type.
    pub command: Option<String>,
    /// Whether the command destroys something.
    pub destructive: bool,
    /// The document.
    pub source: String,
    /// The 1-based line in it.
    pub line: u32,
}
