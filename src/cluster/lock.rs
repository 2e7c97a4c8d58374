//! The lock of a cluster: at most one upgrade works on it at a time.
//!
//! # Decisions
//! * It is a Lease of `coordination.k8s.io` in the newest version that the server serves, and on
//!   servers without that a ConfigMap with the same fields in its data. Every change is a PUT with the
//!   resource version of what was read, so of two that try at once exactly one succeeds.
//! * As in client-go, the clocks of two machines are never compared. A record may be taken over when
//!   it has not changed for its whole duration as seen from here. A holder that crashed and starts
//!   again on the same machine waits like anybody else.
//! * That somebody holds the lock is told when the record was seen to be renewed: then somebody works.
//! * A holder whose renewals fail for longer than the duration does not know whether it still holds
//!   the lock, and [`Held::check`] says so. When a renewal succeeds after all, nobody had the lock in
//!   between: somebody else's PUT would have changed the resource version.
//! * The time since the last renewal is that of the monotonic clock or of the wall clock, whichever is
//!   longer: the first stands still while a laptop sleeps. It counts from before the request.
//! * In a dry run the lock is looked at and not taken.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::error::Cause;
use super::objects::{Objects, Writes};
use super::rejection::Rejection;
use super::time::now_micro;

mod held;
mod record;

pub(super) use held::Guard;
pub use held::{Held, Lost};
pub(super) use record::Form;
pub use record::Holder;
use record::Record;

/// The longest pause between two looks at somebody else's lock.
const LOOK: Duration = Duration::from_secs(2);

/// Why the lock was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it and renews it.
    #[error("the lock of the cluster is held by {0}")]
    HeldBy(Holder),
    /// The cluster does not tell, or does not let it be taken.
    #[error("cannot take the lock of the cluster: {0}")]
    Cluster(#[from] Cause),
}

/// The lock of a cluster.
#[derive(Clone)]
pub struct Lock {
    objects: Objects,
    form: Form,
    holder: String,
    duration: Duration,
}

impl Lock {
    /// Takes the lock for `holder`, and renews it in the background from then on. `holder` has to
    /// name this process and no other one, and `duration` is how long the lock outlives it, to the
    /// second. It waits while nobody is seen to renew somebody else's lock, for its whole duration.
    ///
    /// # Errors
    /// When somebody else holds it, or the cluster does not let it be taken.
    pub async fn acquire(
        objects: &Objects,
        holder: &str,
        duration: Duration,
    ) -> Result<Held, LockError> {
        let lock = Self::of(objects, holder, duration).await?;
        let mut watched = Watched::default();
        loop {
            let begun = held::Moment::now();
            let live = lock.read().await?;
            if let Some(record) = live.as_ref().map(|it| lock.form.record(it)) {
                if watched.tried.as_ref() == Some(&record) {
                    // It is taken; only the answer that said so was lost.
                    return Ok(Held::new(lock, live.unwrap_or_default(), begun));
                }
                if !record.is_free() && !watched.is_over(record)? {
                    sleep(LOOK.min(lock.duration / 10)).await;
                    continue;
                }
            }
            let record = lock.record(live.as_ref());
            watched.tried = Some(record.clone());
            if let Some(object) = lock.write(live.as_ref(), &record).await? {
                return Ok(Held::new(lock, object, begun));
            }
        }
    }

    /// Takes the lock at once, whoever holds it, and tells who did; none if nobody did. Whoever did
    /// learns that with the next renewal.
    ///
    /// # Errors
    /// When the cluster does not let it be taken.
    pub async fn break_lock(
        objects: &Objects,
        holder: &str,
        duration: Duration,
    ) -> Result<(Held, Option<Holder>), LockError> {
        let lock = Self::of(objects, holder, duration).await?;
        loop {
            let begun = held::Moment::now();
            let live = lock.read().await?;
            let before = live.as_ref().map(|it| lock.form.record(it));
            let record = lock.record(live.as_ref());
            if let Some(object) = lock.write(live.as_ref(), &record).await? {
                let before = before.filter(|it| !it.is_free()).map(|it| it.told());
                return Ok((Held::new(lock, object, begun), before));
            }
        }
    }

    /// Who holds the lock of a cluster by its record, which may have expired; none if nobody does.
    ///
    /// # Errors
    /// When the cluster does not tell.
    pub async fn holder(objects: &Objects) -> Result<Option<Holder>, Cause> {
        let lock = Self::of(objects, "", Duration::ZERO).await?;
        let record = lock.read().await?.map(|it| lock.form.record(&it));
        Ok(record.filter(|it| !it.is_free()).map(|it| it.told()))
    }

    async fn of(objects: &Objects, holder: &str, duration: Duration) -> Result<Self, Cause> {
        let form = Form::of(objects).await?;
        let duration = Duration::from_secs(duration.as_secs().max(1));
        Ok(Self { objects: objects.clone(), form, holder: holder.to_owned(), duration })
    }

    async fn read(&self) -> Result<Option<Value>, Cause> {
        self.objects.get(self.form.api_version(), &self.form.key()).await
    }

    /// The record that takes the lock.
    fn record(&self, live: Option<&Value>) -> Record {
        let now = now_micro();
        let before = live.map(|it| self.form.record(it));
        Record {
            holder: self.holder.clone(),
            seconds: self.duration.as_secs(),
            acquired: now.clone(),
            renewed: now,
            transitions: before.map_or(0, |it| it.transitions.saturating_add(1)),
        }
    }

    /// Writes a record over what was read; none if somebody else was faster.
    async fn write(&self, live: Option<&Value>, record: &Record) -> Result<Option<Value>, Cause> {
        let written = match live {
            Some(live) => self.objects.replace(&self.form.with(live, record)).await,
            None => self.objects.create(&self.form.object(record)).await,
        };
        match written {
            Ok(object) => Ok(Some(object)),
            // A lock that was deleted meanwhile is free, too.
            Err(Cause::Rejected(it)) if it.is_conflict() || is_gone(live, &it) => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    fn is_real(&self) -> bool {
        self.objects.writes() == Writes::Real
    }
}

fn is_gone(live: Option<&Value>, rejection: &Rejection) -> bool {
    live.is_some() && rejection.is_not_found()
}

/// What was seen of somebody else's lock.
#[derive(Default)]
struct Watched {
    first: Option<(Record, Instant)>,
    /// What was written last, with whatever result.
    tried: Option<Record>,
}

impl Watched {
    /// Whether the record, which somebody holds, has been the same for its whole duration.
    fn is_over(&mut self, record: Record) -> Result<bool, LockError> {
        match &self.first {
            Some((first, _)) if *first != record => Err(LockError::HeldBy(record.told())),
            Some((_, since)) => Ok(since.elapsed() >= record.duration()),
            None => {
                self.first = Some((record, Instant::now()));
                Ok(false)
            }
        }
    }
}

#[cfg(test)]
mod tests;
