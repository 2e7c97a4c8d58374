//! Events as lines, for a log that somebody reads later.
//!
//! # Decisions
//! * A run that is quick says nothing. After three seconds it says what is at work, then at every new
//!   part of the work but at most once in a second, and within a part every ten seconds.
//! * What delays the work is told at once: each wait for a rate limit, and requests that failed
//!   repeatedly. Single failures are normal and stay silent.
//! * The time is given by whoever calls, so that all of this can be tested.

use std::time::Duration;

use super::tally::Tally;
use super::{Event, Phase};

/// A run that is over before this says nothing.
const SILENCE: Duration = Duration::from_secs(3);

/// The time between two lines, where the second one tells another part of the work.
const BETWEEN_PHASES: Duration = Duration::from_secs(1);

/// The time between two lines about the same part of the work.
const WITHIN_PHASE: Duration = Duration::from_secs(10);

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    tally: Tally,
    told: Option<(Duration, Option<Phase>)>,
    delay: Option<String>,
    idle: bool,
}

impl Lines {
    /// The line that an event is worth so long after the start, if it is worth one.
    pub(super) fn event(&mut self, event: &Event, now: Duration) -> Option<String> {
        self.tally.add(event);
        self.idle = false;
        match delay(event) {
            // Many requests wait for the same rate limit.
            Some(line) if self.delay.as_ref() == Some(&line) => None,
            Some(line) => {
                self.delay = Some(line.clone());
                Some(line)
            }
            None => self.tick(now),
        }
    }

    /// The line that is due, if one is.
    pub(super) fn tick(&mut self, now: Duration) -> Option<String> {
        let phase = self.tally.phase();
        if self.idle || (phase.is_none() && self.tally.requests == 0) {
            return None;
        }
        let due = match self.told {
            None => SILENCE,
            Some((at, told)) if told == phase => at + WITHIN_PHASE,
            Some((at, _)) => at + BETWEEN_PHASES,
        };
        if now < due {
            return None;
        }
        self.told = Some((now, phase));
        Some(format!("{}; {} s", self.tally.line(), now.as_secs()))
    }

    /// Nothing is at work until the next event.
    pub(super) fn rest(&mut self) {
        self.idle = true;
    }
}

/// The line that an event is worth because it delays the work.
pub(super) fn delay(event: &Event) -> Option<String> {
    match event {
        Event::Retrying { what, cause, failed, .. } if is_worth_a_line(*failed) => {
            Some(format!("{what} failed {failed} times and is tried again: {cause}"))
        }
        Event::Waiting { until, .. } => {
            Some(format!("waiting for the end of a rate limit at {until}"))
        }
        _ => None,
    }
}

/// The third failure, and then ever fewer: the 6th, the 12th, the 24th.
fn is_worth_a_line(failed: u32) -> bool {
    failed.is_multiple_of(3) && (failed / 3).is_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn retrying(failed: u32) -> Event {
        Event::Retrying {
            url: "https://example.com/a".to_owned(),
            what: "a of release 1.0.0".to_owned(),
            cause: "503 Service Unavailable".to_owned(),
            failed,
            wait: Duration::ZERO,
        }
    }

    fn waiting() -> Event {
        Event::Waiting {
            url: "https://example.com/a".to_owned(),
            until: "2026-01-01T00:00:00Z".to_owned(),
            wait: seconds(60),
        }
    }

    #[test]
    fn a_single_failure_is_worth_no_line_and_repeated_ones_are() {
        assert_eq!(delay(&retrying(1)), None);
        let text = "a of release 1.0.0 failed 3 times and is tried again: 503 Service Unavailable";
        assert_eq!(delay(&retrying(3)).as_deref(), Some(text));
        assert_eq!(delay(&Event::Phase(Phase::Files)), None);
        let told: Vec<_> = (0..100).filter(|it| is_worth_a_line(*it)).collect();
        assert_eq!(told, [3, 6, 12, 24, 48, 96]);
    }

    #[test]
    fn a_wait_for_a_rate_limit_is_told_once() {
        let mut lines = Lines::default();
        let text = "waiting for the end of a rate limit at 2026-01-01T00:00:00Z";
        assert_eq!(lines.event(&waiting(), seconds(0)).as_deref(), Some(text));
        assert_eq!(lines.event(&waiting(), seconds(1)), None);
        assert_eq!(lines.event(&retrying(1), seconds(1)), None);
        assert_eq!(lines.event(&waiting(), seconds(2)), None);
    }

    #[test]
    fn a_quick_run_says_nothing_and_a_slow_one_its_phases() {
        let mut lines = Lines::default();
        assert_eq!(lines.event(&Event::Phase(Phase::Catalogue), seconds(0)), None);
        assert_eq!(lines.event(&Event::Phase(Phase::Files), seconds(2)), None);
        let line = lines.tick(seconds(3));
        assert_eq!(line.as_deref(), Some("reading the files of releases; 3 s"));
        assert_eq!(lines.tick(seconds(12)), None);
        let line = lines.tick(seconds(13));
        assert_eq!(line.as_deref(), Some("reading the files of releases; 13 s"));
        let line = lines.event(&Event::Phase(Phase::Charts), seconds(14));
        assert_eq!(line.as_deref(), Some("reading charts; 14 s"));
        assert_eq!(lines.event(&Event::Phase(Phase::Compare), seconds(14)), None);
        let what = "1.1.0 to 1.2.2".to_owned();
        let item = Event::Item { phase: Phase::Compare, what, number: (2, 3) };
        let line = lines.event(&item, seconds(15));
        assert_eq!(line.as_deref(), Some("comparing 1.1.0 to 1.2.2 (2 of 3); 15 s"));
    }

    #[test]
    fn where_nothing_is_at_work_nothing_is_said() {
        let mut lines = Lines::default();
        assert_eq!(lines.tick(seconds(100)), None);
        lines.event(&Event::Phase(Phase::Check), seconds(0));
        lines.rest();
        assert_eq!(lines.tick(seconds(100)), None);
        assert!(lines.event(&Event::Phase(Phase::Apply), seconds(101)).is_some());
    }
}
