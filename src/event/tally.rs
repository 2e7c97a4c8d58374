//! What is at work, and how much of it is done.

use std::collections::BTreeMap;

use super::{Event, Outcome, Phase};
use crate::files::size;

/// What the events so far add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    phase: Option<Phase>,
    item: Option<String>,
    running: BTreeMap<String, Running>,
    /// Requests that were begun.
    pub(super) requests: u64,
    /// Requests that are over.
    pub(super) finished: u64,
    /// Requests that are over and had no answer that can be used.
    pub(super) failed: u64,
    /// Attempts after the first ones.
    pub(super) retries: u64,
    /// Bytes of answers, those of failed attempts included.
    pub(super) bytes: u64,
}

/// A request on its way.
#[derive(Debug)]
struct Running {
    what: String,
    received: u64,
    total: Option<u64>,
}

impl Tally {
    /// Takes an event into account.
    pub(super) fn add(&mut self, event: &Event) {
        match event {
            Event::Phase(phase) => {
                self.phase = Some(*phase);
                self.item = None;
            }
            Event::Item { phase, what, number } => {
                self.phase = Some(*phase);
                self.item = Some(phase.with(what, *number));
            }
            Event::Started { url, what } => {
                self.requests += 1;
                let running = Running { what: what.clone(), received: 0, total: None };
                self.running.insert(url.clone(), running);
            }
            Event::Progress { url, received, total } => self.advance(url, *received, *total),
            Event::Retrying { url, .. } | Event::Waiting { url, .. } => {
                self.retries += 1;
                self.advance(url, 0, None);
            }
            Event::Finished { url, outcome } => {
                self.finished += 1;
                self.failed += u64::from(*outcome == Outcome::Failed);
                self.running.remove(url);
            }
        }
    }

    fn advance(&mut self, url: &str, received: u64, total: Option<u64>) {
        if let Some(running) = self.running.get_mut(url) {
            // What begins again was received nevertheless.
            self.bytes += received.saturating_sub(running.received);
            (running.received, running.total) = (received, total);
        }
    }

    /// The part of the work that was begun last.
    pub(super) fn phase(&self) -> Option<Phase> {
        self.phase
    }

    /// The part of the work in words, with the thing of it that is at work.
    pub(super) fn at_work(&self) -> String {
        let phase = || self.phase.map_or_else(|| "starting".to_owned(), |it| it.words().to_owned());
        self.item.clone().unwrap_or_else(phase)
    }

    /// Everything in one line.
    pub(super) fn line(&self) -> String {
        let counts =
            format!("{} of {} requests done, {}", self.finished, self.requests, size(self.bytes));
        match self.download() {
            Some(download) => format!("{}: downloading {download}; {counts}", self.at_work()),
            None if self.requests == 0 => self.at_work(),
            None => format!("{}; {counts}", self.at_work()),
        }
    }

    /// The download of which most is to come, and how many there are beside it.
    fn download(&self) -> Option<String> {
        let left = |it: &Running| it.total.map_or(0, |total| total.saturating_sub(it.received));
        let Running { what, received, total } = self.running.values().max_by_key(|it| left(it))?;
        let received = match total {
            Some(total) => format!("{} of {}", size(*received), size(*total)),
            None => size(*received),
        };
        let others = match self.running.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        Some(format!("{what} ({received}){others}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn started(name: &str) -> Event {
        Event::Started { url: name.to_owned(), what: format!("file {name}") }
    }

    fn progress(name: &str, received: u64, total: Option<u64>) -> Event {
        Event::Progress { url: name.to_owned(), received, total }
    }

    fn finished(name: &str, outcome: Outcome) -> Event {
        Event::Finished { url: name.to_owned(), outcome }
    }

    fn tally(events: &[Event]) -> Tally {
        let mut tally = Tally::default();
        for event in events {
            tally.add(event);
        }
        tally
    }

    #[test]
    fn the_line_tells_the_download_of_which_most_is_to_come() {
        let mut events = vec![Event::Phase(Phase::Files), started("a"), started("b")];
        events.extend([progress("a", 512, Some(1024)), progress("b", 1024, Some(4096))]);
        let line = "reading the files of releases: downloading file b (1 KiB of 4 KiB) and 1 more; \
                    0 of 2 requests done, 2 KiB";
        assert_eq!(tally(&events).line(), line);
        events.extend([finished("a", Outcome::Received), finished("b", Outcome::Failed)]);
        let line = "reading the files of releases; 2 of 2 requests done, 2 KiB";
        assert_eq!(tally(&events).line(), line);
        assert_eq!(tally(&events).failed, 1);
    }

    #[test]
    fn bytes_of_an_attempt_that_failed_count_and_the_next_one_begins_at_nothing() {
        let retrying = Event::Retrying {
            url: "a".to_owned(),
            what: "file a".to_owned(),
            cause: "cut".to_owned(),
            failed: 1,
            wait: Duration::ZERO,
        };
        let mut events = vec![started("a"), progress("a", 600, Some(1000)), retrying];
        let line = "starting: downloading file a (0 bytes); 0 of 1 requests done, 600 bytes";
        assert_eq!(tally(&events).line(), line);
        events.push(progress("a", 1000, Some(1000)));
        assert_eq!((tally(&events).bytes, tally(&events).retries), (1600, 1));
    }

    #[test]
    fn without_requests_the_line_is_what_is_at_work() {
        let what = "1.12.0".to_owned();
        let item = Event::Item { phase: Phase::Charts, what, number: (3, 14) };
        assert_eq!(tally(std::slice::from_ref(&item)).line(), "reading charts of 1.12.0 (3 of 14)");
        let next = tally(&[item, Event::Phase(Phase::Compare)]);
        assert_eq!(next.line(), "comparing releases");
        assert_eq!(Tally::default().line(), "starting");
    }
}
