//! Events as JSON, one object on a line, for programs that start this one.
//!
//! # Decisions
//! * The shape is stable: fields and events are added, but not renamed or dropped without another
//!   [`FORMAT`]. Whoever reads it ignores what it does not know.
//! * The first line is `begin`, the last one `end` with the exit code. A stream without `end` was cut
//!   off. Between them, `finished` follows `started` for every URL, and `error` comes right before
//!   `end`.
//! * Totals are those of the whole run, so that one line is enough to draw a bar.
//! * Of a large download one line is written for each mebibyte. There are no times: whoever reads the
//!   lines knows when they came.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Event;
use super::tally::Tally;

/// The version of the shape.
pub const FORMAT: u32 = 1;

/// So many bytes are between two lines about one download.
const BYTES: u64 = 1 << 20;

/// What was written so far.
#[derive(Debug, Default)]
pub(super) struct Stream {
    tally: Tally,
    /// The bytes of each request on its way, as they were written and as they are.
    received: BTreeMap<String, (Option<u64>, u64)>,
    ended: bool,
}

impl Stream {
    /// The first line.
    pub(super) fn begin(command: &str) -> String {
        line(&json!({
            "event": "begin",
            "format": FORMAT,
            "program": "kyma-upgrade",
            "version": env!("CARGO_PKG_VERSION"),
            "command": command,
        }))
    }

    /// The line of an event, if it is worth one.
    pub(super) fn event(&mut self, event: &Event) -> Option<String> {
        if self.ended {
            return None;
        }
        self.tally.add(event);
        Some(line(&match event {
            Event::Phase(phase) => json!({
                "event": "phase", "phase": phase.name(), "message": phase.words(),
            }),
            Event::Item { phase, what, number } => json!({
                "event": "item", "phase": phase.name(), "what": what, "number": number.0,
                "of": number.1, "message": phase.with(what, *number),
            }),
            Event::Started { url, what } => {
                self.received.insert(url.clone(), (None, 0));
                self.with_totals(json!({"event": "started", "url": url, "what": what}))
            }
            Event::Progress { url, received, total } => self.progress(url, *received, *total)?,
            Event::Retrying { url, what, cause, failed, wait } => json!({
                "event": "retrying", "url": url, "what": what, "cause": cause, "failed": failed,
                "wait_seconds": wait.as_secs_f64(),
            }),
            Event::Waiting { url, until, wait } => json!({
                "event": "waiting", "url": url, "until": until,
                "wait_seconds": wait.as_secs_f64(),
            }),
            Event::Finished { url, outcome } => {
                let (_, received) = self.received.remove(url).unwrap_or_default();
                self.with_totals(json!({
                    "event": "finished", "url": url, "outcome": outcome.name(),
                    "received": received,
                }))
            }
        }))
    }

    fn progress(&mut self, url: &str, received: u64, total: Option<u64>) -> Option<Value> {
        let (told, now) = self.received.entry(url.to_owned()).or_default();
        *now = received;
        // A smaller number belongs to another attempt.
        let far = told.is_none_or(|it| received < it || it + BYTES <= received);
        if !far && total != Some(received) {
            return None;
        }
        *told = Some(received);
        let event = json!({
            "event": "progress", "url": url, "received": received, "total": total,
        });
        Some(self.with_totals(event))
    }

    /// A line that somebody is told: `note`, `warning`.
    pub(super) fn message(&self, event: &str, message: &str) -> Option<String> {
        (!self.ended).then(|| line(&json!({"event": event, "message": message})))
    }

    /// Why the command could not do its work.
    pub(super) fn error(&self, (message, hint): (&str, &str), exit: u8) -> Option<String> {
        let error = json!({"event": "error", "message": message, "hint": hint, "exit": exit});
        (!self.ended).then(|| line(&error))
    }

    /// The last line. Nothing follows it.
    pub(super) fn end(&mut self, exit: u8) -> Option<String> {
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        let Tally { failed, retries, .. } = self.tally;
        let end = json!({"event": "end", "exit": exit, "failed": failed, "retries": retries});
        Some(line(&self.with_totals(end)))
    }

    fn with_totals(&self, mut event: Value) -> Value {
        event["requests"] = self.tally.requests.into();
        event["requests_finished"] = self.tally.finished.into();
        event["bytes"] = self.tally.bytes.into();
        event
    }
}

fn line(event: &Value) -> String {
    format!("{event}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Outcome, Phase};

    fn told(stream: &mut Stream, event: &Event) -> Option<Value> {
        let line = stream.event(event)?;
        assert!(line.ends_with('\n') && line.trim_end().lines().count() == 1, "{line}");
        Some(serde_json::from_str(&line).unwrap())
    }

    fn progress(received: u64) -> Event {
        Event::Progress { url: "u".to_owned(), received, total: Some(3 << 20) }
    }

    #[test]
    fn a_large_download_has_a_line_for_each_mebibyte_and_the_totals_add_up() {
        let mut stream = Stream::default();
        let started = Event::Started { url: "u".to_owned(), what: "a\nb".to_owned() };
        let line = told(&mut stream, &started).unwrap();
        assert_eq!((&line["event"], &line["requests"]), (&json!("started"), &json!(1)));
        let steps = (1..=48).map(|it| it << 16);
        let lines: Vec<_> = steps.filter_map(|it| told(&mut stream, &progress(it))).collect();
        let received: Vec<_> = lines.iter().map(|it| it["received"].as_u64().unwrap()).collect();
        assert_eq!(received, [1 << 16, (1 << 20) + (1 << 16), (2 << 20) + (1 << 16), 3 << 20]);
        let finished = Event::Finished { url: "u".to_owned(), outcome: Outcome::Received };
        let line = told(&mut stream, &finished).unwrap();
        assert_eq!((&line["received"], &line["bytes"]), (&json!(3 << 20), &json!(3 << 20)));
        assert_eq!((&line["requests_finished"], &line["outcome"]), (&json!(1), &json!("received")));
    }

    #[test]
    fn nothing_follows_the_end() {
        let mut stream = Stream::default();
        assert!(stream.error(("a", "b"), 1).is_some());
        assert!(stream.end(1).unwrap().contains("\"exit\":1"));
        assert_eq!(stream.event(&Event::Phase(Phase::Files)), None);
        assert_eq!(stream.message("note", "late"), None);
        assert_eq!(stream.error(("late", ""), 1), None);
        assert_eq!(stream.end(0), None);
    }
}
