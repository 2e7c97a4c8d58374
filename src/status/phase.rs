//! What an Installation is at.

use serde::Serialize;
use serde_json::Value;

use super::text_at;
use crate::procedure;

/// What an Installation is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// There is no Installation.
    Missing,
    /// Nothing has started the operator yet.
    NotStarted,
    /// The operator is to start and has not begun: the state is that of the last run.
    Starting,
    /// The operator is at work.
    Working,
    /// A component failed, and the operator tries again by itself.
    Retrying,
    /// A component failed, and nothing goes on by itself.
    Failed,
    /// All components are installed.
    Installed,
    /// The operator has removed the components.
    Uninstalled,
    /// The Installation is being deleted.
    Deleting,
    /// The state is none that is known.
    Unknown,
}

impl Phase {
    /// What an Installation is at.
    pub(super) fn of(installation: Option<&Value>) -> Self {
        let Some(installation) = installation else {
            return Self::Missing;
        };
        if installation.pointer("/metadata/deletionTimestamp").is_some() {
            return Self::Deleting;
        }
        let triggered = procedure::is_triggered(installation);
        let state = text_at(installation, "/status/state");
        match (state.as_deref(), triggered) {
            (None | Some("Installed" | "Uninstalled"), true) => Self::Starting,
            (None, false) => Self::NotStarted,
            (Some("Installed"), false) => Self::Installed,
            (Some("Uninstalled"), false) => Self::Uninstalled,
            (Some("InProgress"), _) => Self::Working,
            (Some("Error"), true) => Self::Retrying,
            (Some("Error"), false) => Self::Failed,
            (Some(_), _) => Self::Unknown,
        }
    }

    /// Whether the description names a component.
    pub(super) fn has_component(self) -> bool {
        matches!(self, Self::Working | Self::Retrying | Self::Failed)
    }

    /// The phase as the text shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "not installed",
            Self::NotStarted => "not started",
            Self::Starting => "about to start",
            Self::Working => "at work",
            Self::Retrying => "failing, tries again",
            Self::Failed => "failed, stopped",
            Self::Installed => "installed",
            Self::Uninstalled => "uninstalled",
            Self::Deleting => "being deleted",
            Self::Unknown => "unknown",
        }
    }
}
