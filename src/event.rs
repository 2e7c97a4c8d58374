//! What happens while the shell works, for whoever wants to show it.
//!
//! # Decisions
//! * The shell says what it does through one closed enum and never prints it. Whether that becomes
//!   bars, lines, JSON or nothing is decided in [`console`].
//! * An event names a download by its URL; every [`Event::Started`] has its [`Event::Finished`],
//!   also when the download failed or was interrupted.
//! * Nothing depends on an event. Whoever reads a plan or a report need not know that there are any.

use std::sync::Arc;
use std::time::Duration;

mod bars;
pub mod console;
mod lines;
mod stream;
mod tally;

pub use stream::FORMAT;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another part of the work begins.
    Phase(Phase),
    /// One thing of a part of the work begins.
    Item {
        /// The part.
        phase: Phase,
        /// What it is: `1.12.0`.
        what: String,
        /// Its number, from 1 on, and how many there are.
        number: (usize, usize),
    },
    /// A request is on its way.
    Started {
        /// The URL.
        url: String,
        /// What is asked for, in words: `kyma-installer-cluster.yaml of release 1.2.0`.
        what: String,
    },
    /// More of the answer arrived.
    Progress {
        /// The URL.
        url: String,
        /// Bytes so far, in this attempt.
        received: u64,
        /// Bytes to come in all, where the server says it.
        total: Option<u64>,
    },
    /// An attempt failed and another one follows.
    Retrying {
        /// The URL.
        url: String,
        /// What is asked for, in words.
        what: String,
        /// Why the attempt failed.
        cause: String,
        /// How many attempts have failed.
        failed: u32,
        /// How long it waits before the next one.
        wait: Duration,
    },
    /// The server wants fewer requests; the next one follows after a pause.
    Waiting {
        /// The URL.
        url: String,
        /// When the server takes requests again (RFC 3339).
        until: String,
        /// How long it waits.
        wait: Duration,
    },
    /// The request is over, with whatever result.
    Finished {
        /// The URL.
        url: String,
        /// How it ended.
        outcome: Outcome,
    },
}

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The list of releases is read.
    Catalogue,
    /// The files of releases are read.
    Files,
    /// Guides and release notes are read.
    Documents,
    /// The charts of releases are read; an item is a release.
    Charts,
    /// A cluster is read; an item is a list.
    Cluster,
    /// Releases are compared; an item is a hop.
    Compare,
    /// Hops are simulated; an item is a hop.
    Simulate,
    /// Files of a plan are compared with their source; an item is a file.
    Source,
    /// Results are written; an item is a file.
    Write,
    /// It is checked whether a plan may be applied.
    Check,
    /// A plan is applied; an item is an object.
    Apply,
}

impl Phase {
    /// Its name in JSON. These names stay as they are.
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Files => "files",
            Self::Documents => "documents",
            Self::Charts => "charts",
            Self::Cluster => "cluster",
            Self::Compare => "compare",
            Self::Simulate => "simulate",
            Self::Source => "source",
            Self::Write => "write",
            Self::Check => "check",
            Self::Apply => "apply",
        }
    }

    /// What is done in it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Catalogue => "reading the list of releases",
            Self::Files => "reading the files of releases",
            Self::Documents => "reading guides and release notes",
            Self::Charts => "reading charts",
            Self::Cluster => "reading the cluster",
            Self::Compare => "comparing releases",
            Self::Simulate => "simulating hops",
            Self::Source => "comparing the plan with its source",
            Self::Write => "writing",
            Self::Check => "checking the plan and the cluster",
            Self::Apply => "applying",
        }
    }

    /// What is done with one thing of it: `reading charts of 1.12.0 (3 of 14)`.
    pub fn with(self, what: &str, (number, of): (usize, usize)) -> String {
        let doing = match self {
            Self::Charts => "reading charts of",
            Self::Compare | Self::Source => "comparing",
            Self::Simulate => "simulating the hop",
            Self::Write => "writing",
            Self::Apply => "applying",
            Self::Catalogue | Self::Files | Self::Documents | Self::Cluster | Self::Check => {
                "reading"
            }
        };
        format!("{doing} {what} ({number} of {of})")
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was an answer.
    Received,
    /// What is in the cache is still true.
    Unchanged,
    /// There is no such file.
    Missing,
    /// There was no answer that can be used.
    Failed,
    /// Nobody waited for the answer any more.
    Abandoned,
}

impl Outcome {
    /// Its name in JSON. These names stay as they are.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Unchanged => "unchanged",
            Self::Missing => "missing",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Who takes the events. It is called from several tasks at once.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// A sink that takes no notice.
pub fn ignore() -> Sink {
    Arc::new(|_| {})
}
