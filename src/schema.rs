//! The JSON Schemas of what the program writes, for those who read it with a program of their own, and
//! of the policy file, for editors.
//!
//! # Decisions
//! * A schema is derived from the types that write the file, descriptions included: there is no
//!   second description that could be wrong. The copies in `docs/schemas` are checked against them.
//! * A schema says what is written, so a field that is always there is required.
//! * Report and journal may get new fields within a format, so their schemas allow unknown ones.
//!   Plans and approvals are covered by a digest and refuse them, and so do their schemas.
//! * Names are URNs: nothing has to be downloaded to understand a file. The schema of the plan carries
//!   that of the report.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::journal::{self, JournalEntry};
use crate::plan::{self, Approval, Plan, approval};
use crate::policy;
use crate::report::{self, Report};

/// A document of which there is a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// A report, as `-o json` prints it.
    Report,
    /// A saved plan.
    Plan,
    /// A line of an approvals file.
    Approval,
    /// A line of a journal.
    Journal,
    /// A policy file, which people write.
    Policy,
}

impl Document {
    /// All documents.
    pub const ALL: [Self; 5] =
        [Self::Report, Self::Plan, Self::Approval, Self::Journal, Self::Policy];

    /// Its name, a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Plan => "plan",
            Self::Approval => "approval",
            Self::Journal => "journal",
            Self::Policy => "policy",
        }
    }

    /// The format that the schema describes.
    pub fn format(self) -> u32 {
        match self {
            Self::Report => report::FORMAT,
            Self::Plan => plan::FORMAT,
            Self::Approval => approval::APPROVAL_FORMAT,
            Self::Journal => journal::FORMAT,
            Self::Policy => policy::FORMAT,
        }
    }

    /// The name of the schema: `urn:kyma-upgrade:report:1`.
    pub fn id(self) -> String {
        format!("urn:kyma-upgrade:{}:{}", self.name(), self.format())
    }

    /// The schema, of draft 2020-12; that of the policy is of draft 7, which more editors know.
    pub fn schema(self) -> Value {
        let mut schema = match self {
            Self::Report => derived::<Report>(),
            Self::Plan => plan(),
            Self::Approval => derived::<Approval>(),
            Self::Journal => derived::<JournalEntry>(),
            Self::Policy => return policy::schema(),
        };
        let title = format!("kyma-upgrade: {}, format {}", self.name(), self.format());
        schema.insert("title".to_owned(), title.into());
        schema.insert("$id".to_owned(), self.id().into());
        schema.to_value()
    }

    /// The schema as text, with a line break at its end.
    pub fn text(self) -> String {
        format!("{:#}\n", self.schema())
    }
}

fn derived<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with_transform(RecursiveTransform(unwrap_description));
    settings.into_generator().into_root_schema_for::<T>()
}

/// Makes one line of a description that the source wraps.
fn unwrap_description(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// The schema of the plan, which holds that of the report under the name by which it refers to it.
fn plan() -> Schema {
    let mut schema = derived::<Plan>();
    let parts = schema.get_mut("$defs").and_then(Value::as_object_mut);
    parts.map(|it| it.insert("Report".to_owned(), Document::Report.schema()));
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_refers_to_the_report_that_it_holds() {
        let plan = Document::Plan.schema();
        assert_eq!(plan["properties"]["report"]["$ref"], Document::Report.id());
        assert_eq!(plan["$defs"]["Report"]["$id"], Document::Report.id());
    }
}
