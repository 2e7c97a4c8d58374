//! Migration guides and release notes: what a hop's documents ask people to do.
//!
//! A guide is a Markdown file on the release branch of the hop's target, release notes are a blog
//! post. Both are read as untrusted text: nothing that acts on a terminal survives, and sizes are
//! bounded.
//!
//! # Decisions
//! * A guide belongs to a hop by what its file name covers, never by being in the folder: branches
//!   carry guides that were left behind.
//! * The checklist is complete rather than short. What the text does not say (when to do it) is
//!   not guessed.
//! * Evidence cites the line of the source, so a step knows the line on which it begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Evidence;
use crate::release::{Artifact, Resource};

mod code;
mod coverage;
mod hop;
mod inline;
mod markdown;
mod mention;
mod notes;
mod outage;
mod steps;
mod text;
mod timing;
mod words;

pub use coverage::{Coverage, GuideFile, HopGuides, for_hop};
pub use hop::{ComponentRename, HopGuide, Known};
pub use notes::{GuideLink, KnownIssue, Notes, NotesCaution};
pub use steps::{COMMAND_LIMIT, GuideStep, STEP_LIMIT, StepKind, TEXT_LIMIT};
pub use text::Text;
pub use timing::When;

use steps::{Checklist, Scope};

/// Whether a hop has a migration guide.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum GuideStatus {
    /// There is one.
    Published,
    /// There is none, and nothing asks for one.
    None,
    /// There is none, although something breaks or the release notes promise one.
    Missing,
}

/// A migration guide.
#[derive(Debug, Clone)]
pub struct Guide {
    /// The file's name, such as `1.2-1.3.md`.
    pub name: String,
    /// What the name covers.
    pub coverage: Coverage,
    /// Where the file originally comes from.
    pub url: String,
    /// `sha256:` and 64 hexadecimal digits.
    pub sha256: String,
    /// The title of the document without Markdown; empty if it has none.
    pub title: String,
    /// The checklist, in the order of the text, at most [`STEP_LIMIT`] steps.
    pub steps: Vec<GuideStep>,
    /// How many steps there are beyond those.
    pub more_steps: usize,
    /// The text: what it mentions, and its lines as evidence.
    pub text: Text,
}

impl Guide {
    /// Reads a guide; none if the file is not named like one.
    pub fn parse(artifact: &Artifact) -> Option<Self> {
        let name = file_name(&artifact.resource);
        let coverage = Coverage::of_file(&name)?;
        let text = Text::new(artifact.resource.source(), &artifact.bytes);
        let (title, Checklist { steps, more }) = read(&text);
        Some(Self {
            name,
            coverage,
            url: artifact.url.clone(),
            sha256: artifact.sha256.clone(),
            title,
            steps,
            more_steps: more,
            text,
        })
    }

    /// The name under which evidence cites the guide.
    pub fn source(&self) -> &str {
        self.text.source()
    }

    /// The line of a step as evidence.
    pub fn evidence(&self, step: &GuideStep) -> Evidence {
        self.text.evidence(step.line)
    }
}

fn file_name(resource: &Resource) -> String {
    let source = resource.source();
    source.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The title and the checklist of a guide. The title is a first heading of the first level, or
/// stands in the front matter.
fn read(text: &Text) -> (String, Checklist) {
    let body = text.body();
    let blocks = markdown::blocks(&body);
    let (title, rest) = match blocks.split_first() {
        Some((first, rest)) if matches!(first.kind, markdown::Kind::Heading { level: 1 }) => {
            let title = inline::shorten(&inline::plain(&first.raw()), TEXT_LIMIT);
            (title, rest)
        }
        _ => {
            let title = text.front_matter_value("title").unwrap_or_default();
            (inline::shorten(title, TEXT_LIMIT), blocks.as_slice())
        }
    };
    (title, steps::checklist(rest, Scope::Everything))
}

#[cfg(test)]
mod tests;
