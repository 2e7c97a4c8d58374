//! How a command ends: exit codes, and errors with a hint.
//!
//! # Decisions
//! * Every error says what to do next. That is a matter of types: what [`Error::failed`] and its
//!   siblings give is an error only when it has its hint.

use std::fmt;

/// The exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The work is done, or the plan is ready.
    Done = 0,
    /// The command could not do its work: network, file, cluster.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The verdict is `blocked`.
    Blocked = 3,
    /// Refused: downgrade, unknown version, a plan that does not hold.
    Refused = 4,
    /// An execution stopped part-way; the journal can resume it.
    PartWay = 5,
    /// Interrupted with Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Blocked,
        Self::Refused,
        Self::PartWay,
        Self::Interrupted,
    ];

    /// What it means, as the help says it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done; the plan is ready",
            Self::Failed => "the command could not do its work (network, file, cluster)",
            Self::Usage => "the command line or the policy file makes no sense",
            Self::Blocked => "the verdict is `blocked`",
            Self::Refused => {
                "refused: a downgrade, an unknown version, a plan that does not hold or is not approved"
            }
            Self::PartWay => "`apply` stopped part-way; run it again to go on",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Error {
    /// The exit code that it leads to.
    pub exit: Exit,
    message: String,
    hint: String,
}

/// What went wrong, before it is said what to do next.
#[derive(Debug)]
#[must_use]
pub struct WithoutHint {
    exit: Exit,
    message: String,
}

impl WithoutHint {
    fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// The error, with a word on what to do next.
    pub fn hint(self, hint: impl fmt::Display) -> Error {
        Error { exit: self.exit, message: self.message, hint: hint.to_string() }
    }
}

impl Error {
    /// An error with the exit code 1.
    pub fn failed(message: impl fmt::Display) -> WithoutHint {
        WithoutHint::new(Exit::Failed, message)
    }

    /// An error with the exit code 2.
    pub fn usage(message: impl fmt::Display) -> WithoutHint {
        WithoutHint::new(Exit::Usage, message)
    }

    /// An error with the exit code 4.
    pub fn refused(message: impl fmt::Display) -> WithoutHint {
        WithoutHint::new(Exit::Refused, message)
    }

    /// The error of a command that was interrupted.
    pub fn interrupted() -> Self {
        let message = "interrupted; nothing that was written before is lost";
        let hint = "run the same command again; what was downloaded is in the cache";
        WithoutHint::new(Exit::Interrupted, message).hint(hint)
    }

    /// The same error with another exit code.
    #[must_use]
    pub fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next.
    pub fn next(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\nhint: {}", self.message, self.hint)
    }
}

impl From<crate::fetch::Error> for Error {
    fn from(error: crate::fetch::Error) -> Self {
        let exit = match &error {
            crate::fetch::Error::BaseUrl { .. } => Exit::Usage,
            _ => Exit::Failed,
        };
        WithoutHint::new(exit, &error).hint(error.hint())
    }
}

impl From<crate::cluster::Error> for Error {
    fn from(error: crate::cluster::Error) -> Self {
        Self::failed(&error).hint(error.hint())
    }
}

impl From<crate::files::Error> for Error {
    fn from(error: crate::files::Error) -> Self {
        let near = error.near().map(|it| format!("did you mean {}? ", it.display()));
        Self::failed(&error).hint(format!("{}{}", near.unwrap_or_default(), error.hint()))
    }
}

impl From<crate::signature::Error> for Error {
    fn from(error: crate::signature::Error) -> Self {
        Self::failed(&error).hint(error.hint())
    }
}

impl From<crate::path::Refusal> for Error {
    fn from(refusal: crate::path::Refusal) -> Self {
        let hint = refusal.hint();
        Self::refused(refusal).hint(hint)
    }
}

impl From<crate::plan::Refusal> for Error {
    fn from(refusal: crate::plan::Refusal) -> Self {
        Self::refused(&refusal).hint(refusal.hint())
    }
}
