//! The Installation of a cluster as it changes, through whatever the server does meanwhile.
//!
//! # Decisions
//! * It goes in rounds: the object is read, and then watched from the version of the list that it was
//!   read with. However a watch ends (cut, silent, 410, an event that cannot be read), the next round
//!   reads the object again, so nothing is missed and nothing has to be resumed.
//! * A round takes no less than the interval of polling. So a server that refuses or cuts every watch
//!   is polled, with the same code, and is not overrun.
//! * A watch is asked to end after 15 s. The client takes a connection for dead that is silent for
//!   longer, and a round more every 15 s costs nothing.
//! * The object is read with a list of one name: only a list tells a version that the server is sure
//!   to watch from. An object's own version may be forgotten long since. Whoever may not list gets
//!   the object alone, and is polled.
//! * A version below one that was seen comes from a server that lags behind. It is not believed until
//!   it has been seen a few times, as after a backup of the cluster was put back.

use std::time::Duration;

use futures::stream::{BoxStream, StreamExt as _};
use kube::core::WatchEvent;
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout};

use super::call::{Call, Calls, watch_refused};
use super::error::Cause;
use super::objects::Objects;
use super::retry::{Failed, Patience};
use crate::manifest::ObjectKey;
use crate::procedure;

/// After how many seconds the server ends a watch.
const WATCH_SECONDS: &str = "15";

/// How long a watch may be silent.
const SILENCE: Duration = Duration::from_secs(25);

/// How often a version from the past is not believed.
const DISBELIEF: u32 = 3;

/// What is seen of the Installation.
#[derive(Debug, Clone, PartialEq)]
pub enum Sighting {
    /// It is so.
    Present(Value),
    /// There is none.
    Absent,
    /// It cannot be seen now. This is told once, until it is seen again.
    Trouble(Cause),
}

/// Watches the Installation.
pub struct InstallationWatch {
    objects: Objects,
    key: ObjectKey,
    interval: Duration,
    phase: Phase,
    /// When the round began.
    round: Instant,
    may_watch: bool,
    may_list: bool,
    /// What was told last; none if that was trouble, or nothing.
    told: Option<Told>,
    troubled: bool,
    /// The newest version that was seen.
    newest: u64,
    disbelieved: u32,
}

/// What tells one sighting from another.
#[derive(PartialEq, Eq)]
enum Told {
    /// There is none.
    Absent,
    Present {
        uid: String,
        version: String,
    },
}

enum Phase {
    Read,
    /// A watch from this version on is to be opened.
    Open(String),
    Events(BoxStream<'static, Result<WatchEvent<Value>, kube::Error>>),
    Rest(Instant),
}

impl Objects {
    /// Watches the Installation. Where it can only be polled, `interval` is the pause in between.
    pub fn watch_installation(&self, interval: Duration) -> InstallationWatch {
        InstallationWatch {
            objects: self.with_patience(Patience::ONCE),
            key: procedure::installation(),
            interval,
            phase: Phase::Read,
            round: Instant::now(),
            may_watch: true,
            may_list: true,
            told: None,
            troubled: false,
            newest: 0,
            disbelieved: 0,
        }
    }
}

impl InstallationWatch {
    /// Waits for the next sighting that is another one than the last; the first one is as it is now.
    /// It never ends, and may be dropped and called again at any time without losing one.
    pub async fn next(&mut self) -> Sighting {
        loop {
            if let Some(sighting) = self.step().await {
                return sighting;
            }
        }
    }

    /// Does what is next. Nothing is noted before the end of a wait, so that this may be dropped.
    async fn step(&mut self) -> Option<Sighting> {
        match &mut self.phase {
            Phase::Read => self.read().await,
            Phase::Open(version) => {
                let version = version.clone();
                self.open(&version).await;
                None
            }
            Phase::Events(events) => {
                let event = timeout(SILENCE, events.next()).await;
                self.event(event.ok().flatten())
            }
            Phase::Rest(until) => {
                sleep_until(*until).await;
                self.phase = Phase::Read;
                None
            }
        }
    }

    async fn read(&mut self) -> Option<Sighting> {
        let begun = Instant::now();
        let looked = self.look().await;
        self.round = begun;
        self.rest(looked.as_ref().err().and_then(|it| it.after));
        let (object, list) = match looked {
            Ok(found) => found,
            Err(failed) => return self.trouble(failed.cause),
        };
        self.troubled = false;
        let version = list.as_deref().or_else(|| object.as_ref().and_then(version_of));
        if !self.believes(version) {
            return None;
        }
        if let Some(version) = list.filter(|_| self.may_watch) {
            self.phase = Phase::Open(version);
        }
        self.news(object)
    }

    /// The object, and the version of the list that it was in.
    async fn look(&mut self) -> Result<(Option<Value>, Option<String>), Failed> {
        if self.may_list {
            let mut list =
                match self.objects.calls.once(&call(&self.objects, &self.key, &[]).await?).await {
                    Ok(list) => list,
                    Err(failed) if is_forbidden(&failed.cause) => {
                        self.may_list = false;
                        return Ok((
                            self.objects.get(procedure::INSTALLATION_API, &self.key).await?,
                            None,
                        ));
                    }
                    Err(failed) => return Err(failed),
                };
            let version = version_of(&list).map(str::to_owned);
            let items = list["items"].as_array_mut();
            let item = items.into_iter().flatten().find(|it| self.is_it(it)).map(Value::take);
            return Ok((item, version));
        }
        Ok((self.objects.get(procedure::INSTALLATION_API, &self.key).await?, None))
    }

    async fn open(&mut self, version: &str) {
        let parameters = [
            ("watch", "true"),
            ("resourceVersion", version),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", WATCH_SECONDS),
        ];
        let opened = async {
            let call = call(&self.objects, &self.key, &parameters).await?;
            let events = self.objects.calls.client.request_events(Calls::watch_request(&call)?);
            match timeout(SILENCE, events).await {
                Ok(Ok(events)) => Ok(events.boxed()),
                Ok(Err(error)) => Err(watch_refused(&call, &error)),
                Err(_) => Err(Cause::OutOfTime { seconds: SILENCE.as_secs() }),
            }
        };
        match opened.await {
            Ok(events) => self.phase = Phase::Events(events),
            Err(cause) => {
                self.may_watch = !is_forbidden(&cause);
                self.rest(None);
            }
        }
    }

    fn event(&mut self, event: Option<Result<WatchEvent<Value>, kube::Error>>) -> Option<Sighting> {
        let (object, is_there) = match event {
            Some(Ok(WatchEvent::Added(object) | WatchEvent::Modified(object))) => (object, true),
            Some(Ok(WatchEvent::Deleted(object))) => (object, false),
            Some(Ok(WatchEvent::Bookmark(_))) => return None,
            Some(Ok(WatchEvent::Error(_)) | Err(_)) | None => {
                self.rest(None);
                return None;
            }
        };
        let is_news = self.is_it(&object) && self.believes(version_of(&object));
        is_news.then(|| self.news(is_there.then_some(object))).flatten()
    }

    /// Ends the round.
    fn rest(&mut self, after: Option<Duration>) {
        let pause = self.interval.max(after.unwrap_or_default().min(SILENCE));
        self.phase = Phase::Rest(self.round + pause);
    }

    fn is_it(&self, object: &Value) -> bool {
        object["metadata"]["name"] == *self.key.name
    }

    /// Whether what has this version is not from the past.
    fn believes(&mut self, version: Option<&str>) -> bool {
        let Some(version) = version.and_then(|it| it.parse().ok()) else {
            return true;
        };
        if version < self.newest && self.disbelieved < DISBELIEF {
            self.disbelieved += 1;
            return false;
        }
        self.newest = version;
        self.disbelieved = 0;
        true
    }

    fn trouble(&mut self, cause: Cause) -> Option<Sighting> {
        let is_news = !std::mem::replace(&mut self.troubled, true);
        if is_news {
            // What is seen afterwards is told, even if it is what was seen before.
            self.told = None;
        }
        is_news.then_some(Sighting::Trouble(cause))
    }

    /// What is seen, if it is not what was told last.
    fn news(&mut self, object: Option<Value>) -> Option<Sighting> {
        let text =
            |it: &Value, field: &str| it["metadata"][field].as_str().unwrap_or("").to_owned();
        let seen = match &object {
            Some(it) => {
                Told::Present { uid: text(it, "uid"), version: text(it, "resourceVersion") }
            }
            None => Told::Absent,
        };
        if self.told.as_ref() == Some(&seen) {
            return None;
        }
        self.told = Some(seen);
        Some(object.map_or(Sighting::Absent, Sighting::Present))
    }
}

fn version_of(object: &Value) -> Option<&str> {
    object["metadata"]["resourceVersion"].as_str()
}

fn is_forbidden(cause: &Cause) -> bool {
    match cause {
        Cause::Rejected(rejection) => matches!(rejection.code, 403 | 405),
        Cause::Status { code, .. } => matches!(code, 403 | 405),
        _ => false,
    }
}

/// The request for the list of the one object.
async fn call(
    objects: &Objects,
    key: &ObjectKey,
    parameters: &[(&str, &str)],
) -> Result<Call, Cause> {
    let selector = format!("metadata.name={}", key.name);
    let mut all = vec![("fieldSelector", &*selector)];
    all.extend(parameters);
    objects.list_call(procedure::INSTALLATION_API, key, &all).await
}

#[cfg(test)]
mod tests;
