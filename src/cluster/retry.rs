//! Which failures of a cluster pass, and how long to wait for that.
//!
//! # Decisions
//! * There is a budget of time, not of attempts: an API server that restarts is away for as long as
//!   it takes, whether it refuses connections or answers 503 meanwhile.
//! * What the server asks to wait is waited, up to a limit. A server that asks for more is asked
//!   earlier and may refuse again.
//! * A refusal (401, 403, 422) does not pass by itself and is an error at once.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::{Instant, sleep};

use super::error::Cause;

/// The first pause, about; each one doubles.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// The pause that is doubled no more.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The longest pause that a server gets by asking for it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long to wait until a failure passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The time from the first attempt on in which others begin; zero for one attempt.
    pub total: Duration,
    /// Whether there is another attempt where there was no connection.
    pub reconnects: bool,
}

impl Patience {
    /// For reading once: nobody wants to wait long to learn that there is no cluster.
    pub(super) const READING: Self = Self { total: Duration::from_secs(10), reconnects: false };

    /// For one attempt.
    pub const ONCE: Self = Self { total: Duration::ZERO, reconnects: false };
}

impl Default for Patience {
    /// For work on a cluster: two minutes, through restarts of the API server.
    fn default() -> Self {
        Self { total: Duration::from_mins(2), reconnects: true }
    }
}

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) cause: Cause,
    /// What the server asked to wait.
    pub(super) after: Option<Duration>,
}

impl From<Cause> for Failed {
    fn from(cause: Cause) -> Self {
        Self { cause, after: None }
    }
}

/// The attempts at one thing.
pub(super) struct Retry {
    patience: Patience,
    start: Instant,
    pauses: ExponentialBackoff,
}

impl Retry {
    pub(super) fn new(patience: Patience) -> Self {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(SHORTEST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .with_jitter();
        Self { patience, start: Instant::now(), pauses: pauses.build() }
    }

    /// Waits until the time for another attempt.
    ///
    /// # Errors
    /// The cause, when there shall be no other attempt.
    pub(super) async fn after(&mut self, failed: Failed) -> Result<(), Cause> {
        let Failed { cause, after } = failed;
        if !self.is_worth_it(&cause) {
            return Err(cause);
        }
        let own = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        let pause = after.map_or(own, |it| it.clamp(SHORTEST_PAUSE, LONGEST_WAIT));
        let spent = self.start.elapsed();
        if spent + pause > self.patience.total {
            return Err(Cause::Exhausted { seconds: spent.as_secs(), last: Box::new(cause) });
        }
        sleep(pause).await;
        Ok(())
    }

    fn is_worth_it(&self, cause: &Cause) -> bool {
        let reconnects = self.patience.reconnects || !matches!(cause, Cause::Connection(_));
        cause.is_passing() && reconnects && !self.patience.total.is_zero()
    }
}

/// Makes attempts until one succeeds or fails for good.
pub(super) async fn persist<T, F>(patience: Patience, attempt: impl Fn() -> F) -> Result<T, Cause>
where
    F: Future<Output = Result<T, Failed>>,
{
    let mut retry = Retry::new(patience);
    loop {
        match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(failed) => retry.after(failed).await?,
        }
    }
}
