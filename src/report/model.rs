//! The parts of the view model.
//!
//! # Decisions
//! * Words that the program chooses from a list are `Cow`s: constants where it makes a report, owned
//!   where it reads one.

mod changes;
mod guide;
mod hop;
mod overrides;

pub use changes::{
    ChangedObject, ChangedOverride, ChartValues, ComponentsReport, Field, NameChange,
    NamespaceChange, ObjectsReport, OverridesReport, PlaceChange, RenameReport, RenamedObject,
    TypeChange,
};
pub use guide::{ChecklistItem, Covers, GuideFile, GuideReport};
pub use hop::{ArtifactReport, HopReport, Procedure, SkippedReport};
pub use overrides::{ActionReport, Migration, OpenKey, UserHop, UserOverride};
