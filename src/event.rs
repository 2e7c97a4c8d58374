//! What happens while the shell works, for whoever wants to show it.
//!
//! # Decisions
//! * Downloads say what they do through one closed enum and never print. Whether that becomes bars,
//!   lines or nothing is decided in [`progress`].
//! * An event names a download by its URL; every [`Event::Started`] has its [`Event::Finished`],
//!   also when the download failed or was interrupted.

use std::sync::Arc;
use std::time::Duration;

pub mod progress;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
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
    },
}

/// Who takes the events. It is called from several tasks at once.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// A sink that takes no notice.
pub fn ignore() -> Sink {
    Arc::new(|_| {})
}
