//! A lock that is held, and its renewal.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::record::Record;
use super::{Lock, now_micro};
use crate::cluster::error::Cause;
use crate::cluster::retry::Patience;

/// How often a release begins again because of somebody else's change.
const RELEASES: u32 = 3;

/// Why a lock is not, or not surely, held any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// It could not be renewed for too long. The next renewal may succeed and prove that it was held
    /// all the time.
    #[error("the lock of the cluster could not be renewed for {seconds} s")]
    Expired {
        /// How long ago the last renewal was.
        seconds: u64,
    },
    /// Somebody else took it.
    #[error("the lock of the cluster was taken by {holder}")]
    Replaced {
        /// Who holds it now; empty if that one gave it back.
        holder: String,
    },
    /// Somebody deleted it.
    #[error("the lock of the cluster was deleted")]
    Removed,
}

/// A point in time of two clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "this is the shell, and sleep counts here")]
    pub(super) fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    /// How long ago it was by the clock that says more.
    fn age(&self) -> Duration {
        self.monotonic.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }
}

#[derive(Debug, Clone)]
struct State {
    renewed: Moment,
    /// Why it is lost for good.
    lost: Option<Lost>,
}

/// Tells whether a lock is held.
#[derive(Clone)]
pub(in crate::cluster) struct Guard {
    state: watch::Receiver<State>,
    duration: Duration,
}

impl Guard {
    /// As [`Held::check`].
    pub(in crate::cluster) fn check(&self) -> Result<(), Lost> {
        let State { renewed, lost } = self.state.borrow().clone();
        match lost {
            Some(lost) => Err(lost),
            None if renewed.age() < self.duration * 5 / 6 => Ok(()),
            None => Err(Lost::Expired { seconds: renewed.age().as_secs() }),
        }
    }
}

/// A lock that is held. It is renewed until it is released or dropped; a dropped one expires.
pub struct Held {
    lock: Lock,
    state: watch::Receiver<State>,
    /// Ends the renewal when it is sent or dropped.
    stop: Option<oneshot::Sender<()>>,
    /// The renewal, which ends with the object as it is then; none in a dry run.
    renewal: Option<JoinHandle<Value>>,
}

impl Held {
    pub(super) fn new(lock: Lock, object: Value, renewed: Moment) -> Self {
        let (sender, state) = watch::channel(State { renewed, lost: None });
        let (stop, stopped) = oneshot::channel();
        let renewal = lock.is_real().then(|| {
            let objects = lock.objects.with_patience(Patience::ONCE);
            let renewal = Renewal { lock: Lock { objects, ..lock.clone() }, object, state: sender };
            tokio::spawn(renewal.run(stopped))
        });
        Self { lock, state, stop: Some(stop), renewal }
    }

    /// Whether the lock is surely held: renewed a while before it would expire, and not taken by
    /// somebody else. In a dry run it always is.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self) -> Result<(), Lost> {
        self.guard().map_or(Ok(()), |it| it.check())
    }

    /// Whether somebody else has the lock, or nobody. One that was not renewed in time is not lost.
    ///
    /// # Errors
    /// When it is lost for good.
    pub fn check_not_lost(&self) -> Result<(), Lost> {
        match self.check() {
            Err(Lost::Expired { .. }) => Ok(()),
            checked => checked,
        }
    }

    /// What tells others whether the lock is held; none in a dry run.
    pub(in crate::cluster) fn guard(&self) -> Option<Guard> {
        let guard = || Guard { state: self.state.clone(), duration: self.lock.duration };
        self.renewal.as_ref().map(|_| guard())
    }

    /// As [`Held::check`], but waits up to `limit` for a renewal where one is due.
    ///
    /// # Errors
    /// When somebody else has the lock, or it was not renewed in that time.
    pub async fn confirm(&self, limit: Duration) -> Result<(), Lost> {
        let mut state = self.state.clone();
        let renewed = async {
            while matches!(self.check(), Err(Lost::Expired { .. })) && state.changed().await.is_ok()
            {
            }
        };
        // Whether the time was enough is what the last look tells.
        timeout(limit, renewed).await.unwrap_or_default();
        self.check()
    }

    /// Gives the lock back, so that nobody has to wait for its end.
    ///
    /// # Errors
    /// When the cluster does not take it. It expires then.
    pub async fn release(mut self) -> Result<(), Cause> {
        drop(self.stop.take());
        let Some(renewal) = self.renewal.take() else {
            return Ok(());
        };
        let Ok(mut object) = renewal.await else {
            return Ok(());
        };
        // Later it is over anyway.
        let patience = Patience { total: self.lock.duration, reconnects: true };
        self.lock.objects = self.lock.objects.with_patience(patience);
        let ours = self.lock.form.record(&object);
        for _ in 0..RELEASES {
            let free = Record { holder: String::new(), seconds: 1, ..ours.clone() };
            if self.lock.write(Some(&object), &free).await?.is_some() {
                return Ok(());
            }
            match self.lock.read().await? {
                Some(live) if self.lock.form.record(&live).is_same_hold(&ours) => object = live,
                _ => break,
            }
        }
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(renewal) = &self.renewal {
            renewal.abort();
        }
    }
}

/// Renews a lock.
struct Renewal {
    lock: Lock,
    /// The object as it was written last.
    object: Value,
    state: watch::Sender<State>,
}

impl Renewal {
    /// Renews every third of the duration, more often after a failure, until it is stopped or the
    /// lock is lost for good.
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) -> Value {
        let duration = self.lock.duration;
        let mut pause = duration / 3;
        loop {
            tokio::select! {
                _ = &mut stopped => return self.object,
                () = sleep(pause) => {}
            }
            let begun = Moment::now();
            pause = duration / 3;
            match timeout(duration / 3, self.renew()).await {
                Ok(Ok(None)) => self.state.send_modify(|it| it.renewed = begun),
                Ok(Ok(lost)) => {
                    self.state.send_modify(|it| it.lost = lost);
                    return self.object;
                }
                // Every failure may pass; how long it has lasted is up to who asks.
                Ok(Err(_)) | Err(_) => pause = duration / 15,
            }
        }
    }

    /// Why the lock cannot be renewed any more; none when it is renewed.
    async fn renew(&mut self) -> Result<Option<Lost>, Cause> {
        let ours = self.lock.form.record(&self.object);
        let renewed = Record { renewed: now_micro(), ..ours.clone() };
        loop {
            if let Some(object) = self.lock.write(Some(&self.object), &renewed).await? {
                self.object = object;
                return Ok(None);
            }
            let Some(live) = self.lock.read().await? else {
                return Ok(Some(Lost::Removed));
            };
            let record = self.lock.form.record(&live);
            if !record.is_same_hold(&ours) {
                return Ok(Some(Lost::Replaced { holder: record.holder }));
            }
            // The last renewal went through and its answer was lost, or somebody wrote a label.
            self.object = live;
        }
    }
}
