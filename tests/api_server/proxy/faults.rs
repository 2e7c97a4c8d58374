//! What goes wrong, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;

use super::Logged;

/// When a watch is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// After so many events.
    Events(usize),
    /// After so much time.
    Time(Duration),
}

/// How the API server says that the version of a watch is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// By the status 410.
    Status,
    /// By an event of the type `ERROR` in an answer with the status 200.
    Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Fail { status: u16, retry_after: Option<u32> },
    DropBefore,
    DropAfter,
    Slow(Duration),
    Cut(Cut),
    Expire(Expiry),
    Stale,
}

/// A fault, for some requests and so many times.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) left: usize,
    pub(super) what: What,
}

impl Fault {
    fn fits(&self, asked: &Logged) -> bool {
        let method = if asked.is_watch() { "WATCH" } else { &asked.method };
        let by_method = self.method == "*" || self.method == method;
        self.left > 0 && by_method && url(asked).contains(&self.path)
    }
}

fn url(asked: &Logged) -> String {
    format!("{}?{}", asked.path, asked.query)
}

/// A whole answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) parts: Parts,
    pub(super) body: Bytes,
}

/// All faults to come, and the answers that may be told once more.
#[derive(Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
    oldest: BTreeMap<String, Answer>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.list.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
    }

    pub(super) fn left(&self) -> usize {
        let counted = self.list.iter().filter(|it| !matches!(it.what, What::Slow(_)));
        counted.map(|it| it.left).sum()
    }

    /// How long a request has to wait.
    pub(super) fn delay(&self, asked: &Logged) -> Duration {
        let fitting = self.list.iter().filter(|it| it.fits(asked));
        let delays = fitting.filter_map(|it| match it.what {
            What::Slow(delay) => Some(delay),
            _ => None,
        });
        delays.sum()
    }

    /// The fault of a request. A stale answer is none: it takes another way.
    pub(super) fn take(&mut self, asked: &Logged) -> Option<What> {
        let of_request = |it: &&mut Fault| !matches!(it.what, What::Slow(_) | What::Stale);
        let mut fitting = self.list.iter_mut().filter(|it| it.fits(asked));
        let fault = fitting.find(of_request)?;
        fault.left -= 1;
        Some(fault.what)
    }

    /// What is told in place of an answer: the oldest one to the same question, where it is told to
    /// and they differ.
    pub(super) fn stale(&mut self, asked: &Logged, answer: Answer) -> Answer {
        if asked.method != "GET" || !answer.parts.status.is_success() {
            return answer;
        }
        let oldest = self.oldest.entry(url(asked)).or_insert_with(|| answer.clone()).clone();
        let mut fitting = self.list.iter_mut().filter(|it| it.fits(asked));
        match fitting.find(|it| it.what == What::Stale) {
            Some(fault) if oldest.body != answer.body => {
                fault.left -= 1;
                oldest
            }
            _ => answer,
        }
    }
}
