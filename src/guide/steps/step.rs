//! One item of a checklist.

use serde::Serialize;

use crate::guide::code;
use crate::guide::timing::When;

/// The most characters of a step's text.
pub const TEXT_LIMIT: usize = 500;
/// The most characters of a command; a longer one is not shown, because half a command is worse
/// than none.
pub const COMMAND_LIMIT: usize = 8_000;
/// The most steps of one text.
pub const STEP_LIMIT: usize = 400;

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Something to do.
    Action,
    /// Something to do with a command that the text gives.
    Command,
    /// A warning.
    Caution,
    /// Something to know while doing the rest.
    Note,
}

impl StepKind {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Command => "command",
            Self::Caution => "caution",
            Self::Note => "note",
        }
    }
}

/// One item of the checklist that a guide amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuideStep {
    /// The headings above it, outermost first, without the title of the document.
    pub heading_path: Vec<String>,
    /// What kind of step it is.
    pub kind: StepKind,
    /// When it is to be done.
    pub when: When,
    /// What to do, as one line without Markdown, at most [`TEXT_LIMIT`] characters.
    pub text: String,
    /// The command, verbatim; it may have several lines.
    pub command: Option<String>,
    /// Configuration to write, verbatim; it may have several lines.
    pub snippet: Option<String>,
    /// Whether the command deletes or overwrites things that do not come back by themselves.
    pub destructive: bool,
    /// The 1-based line on which it begins.
    pub line: u32,
}

impl GuideStep {
    /// A colon leads to the code that follows; without code it leads nowhere.
    pub(super) fn finish(&mut self) {
        if self.command.is_none() && self.snippet.is_none() && self.text.ends_with(':') {
            self.text.pop();
        }
    }

    /// Adds a command.
    pub(super) fn give(&mut self, command: String) {
        self.destructive |= code::is_destructive(&command);
        self.command = Some(bounded(command));
        if self.kind == StepKind::Action {
            self.kind = StepKind::Command;
        }
    }
}

/// The code, or a remark in place of code that is too long to show.
pub(super) fn bounded(code: String) -> String {
    if code.chars().count() <= COMMAND_LIMIT {
        return code;
    }
    let lines = code.lines().count();
    format!("# {lines} lines, too long to show: copy them from the guide")
}
