//! Which failures are worth another attempt, and when to stop.
//!
//! # Decisions
//! * Failures of a server (5xx, resets, truncated answers) are retried until the deadline. No
//!   connection at all, or an answer that is whole but wrong, is retried a few times only: nobody
//!   wants to wait minutes to learn that there is no network.
//! * A rate limit is waited for when it ends within a minute, else it is an error at once.

use std::time::{Duration, SystemTime};

use backon::ExponentialBuilder;

use super::{Http, Reply};
use crate::event::Event;
use crate::fetch::Error;
use crate::fetch::check::{Flaw, Query};
use crate::files::root_cause;

use super::time::rfc3339;

/// How long to keep trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The longest time for one attempt, with its redirects and its body.
    pub attempt: Duration,
    /// The longest time for all requests of a run together.
    pub total: Duration,
    /// The first pause after a failure; it doubles each time, plus up to as much jitter.
    pub shortest_pause: Duration,
    /// The pause that is doubled no more.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempt: Duration::from_mins(2),
            total: Duration::from_mins(5),
            shortest_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(2),
        }
    }
}

impl Patience {
    pub(super) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(self.shortest_pause)
            .with_max_delay(self.longest_pause)
            .with_jitter()
            .without_max_times()
    }
}

/// How often a connection is tried and how often a wrong answer is taken.
const FEW: u32 = 4;

/// The longest wait for a rate limit to end.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Why an attempt gave no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may pass. `after` is what the server asked to wait.
    Passing { cause: String, after: Option<Duration> },
    /// There was no connection.
    Unconnected(String),
    /// The answer is whole but cannot be used.
    Flawed(Flaw),
    /// The server takes no more requests for a while.
    Limited { until: SystemTime, wait: Duration },
    /// The time for all requests was over before the answer was there.
    OutOfTime,
    /// Nothing will change it.
    Final(Error),
}

impl Failure {
    pub(super) fn passing(cause: String) -> Self {
        Self::Passing { cause, after: None }
    }

    pub(super) fn transport(error: &reqwest::Error) -> Self {
        let cause = root_cause(error);
        if error.is_redirect() || error.is_builder() {
            let cause = format!("cannot be had: {cause}");
            Self::Flawed(Flaw::Unusable(cause))
        } else if error.is_connect() {
            Self::Unconnected(cause)
        } else {
            Self::passing(cause)
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::Passing { cause, .. } | Self::Unconnected(cause) => cause.clone(),
            Self::Flawed(flaw) => format!("the answer {}", flaw.clone().into_text()),
            Self::Limited { .. } => "the rate limit is used up".to_owned(),
            Self::OutOfTime => "no whole answer in the time for all downloads".to_owned(),
            Self::Final(error) => error.to_string(),
        }
    }
}

/// What has failed so far for one query.
pub(super) struct Tally<'a> {
    query: &'a Query<'a>,
    http: &'a Http,
    failed: u32,
    unconnected: u32,
    flawed: u32,
    /// Why the attempt before the last one failed.
    before: Option<String>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(query: &'a Query<'a>, http: &'a Http) -> Self {
        Self { query, http, failed: 0, unconnected: 0, flawed: 0, before: None }
    }

    /// How long to wait before the next attempt; none when there shall be none.
    pub(super) fn pause(
        &mut self,
        failure: &Failure,
        backoff: Option<Duration>,
    ) -> Option<Duration> {
        self.failed += 1;
        let backoff = backoff?;
        let wait = match failure {
            Failure::Passing { after, .. } => {
                Some(after.map_or(backoff, |it| it.max(self.http.patience.shortest_pause)))
            }
            Failure::Unconnected(_) => again(&mut self.unconnected).then_some(backoff),
            Failure::Flawed(Flaw::Wrong(_)) => again(&mut self.flawed).then_some(backoff),
            Failure::Limited { wait, .. } => {
                (*wait <= LONGEST_WAIT).then_some((*wait).max(backoff))
            }
            Failure::Flawed(Flaw::Unusable(_)) | Failure::OutOfTime | Failure::Final(_) => None,
        };
        let wait = wait.filter(|it| *it < self.http.remaining())?;
        self.tell(failure, wait);
        self.before = Some(failure.cause());
        Some(wait)
    }

    fn tell(&self, failure: &Failure, wait: Duration) {
        let url = self.query.url.clone();
        (self.http.sink)(match failure {
            Failure::Limited { until, .. } => Event::Waiting { url, until: rfc3339(*until), wait },
            _ => Event::Retrying {
                url,
                what: self.query.what.clone(),
                cause: failure.cause(),
                failed: self.failed,
                wait,
            },
        });
    }

    /// What the last failure means, now that there is no other attempt.
    pub(super) fn conclude(&self, failure: Failure) -> Result<Reply, Error> {
        let (what, url) = (self.query.what.clone(), self.query.url.clone());
        Err(match failure {
            Failure::Final(error) => error,
            Failure::Flawed(flaw) if self.query.answer.is_api() => {
                Error::Unexpected { what, url, problem: flaw.into_text() }
            }
            Failure::Flawed(flaw) => return Ok(Reply::Unusable(flaw.into_text())),
            Failure::Limited { until, .. } => Error::RateLimited {
                what,
                url,
                until: rfc3339(until),
                token: self.http.sends_token(self.query),
            },
            // An attempt that was cut short says less than the one before it.
            Failure::OutOfTime => {
                self.network(self.before.clone().unwrap_or_else(|| failure.cause()))
            }
            Failure::Passing { .. } | Failure::Unconnected(_) => self.network(failure.cause()),
        })
    }

    fn network(&self, cause: String) -> Error {
        Error::Network {
            what: self.query.what.clone(),
            url: self.query.url.clone(),
            cause,
            failed: self.failed,
        }
    }
}

fn again(count: &mut u32) -> bool {
    *count += 1;
    *count < FEW
}
