//! The plan that is being applied, as its journal and its lock in the cluster tell.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Seen, text_at, time_at};
use crate::journal::{Event, Journal, JournalEntry};

/// A plan that is being applied, or was applied last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upgrade {
    /// The digest of the plan.
    pub plan: Option<String>,
    /// The release that the hop at work leads to.
    pub hop: Option<String>,
    /// The step that was begun or done last, such as `1.11.0/4`.
    pub step: Option<String>,
    /// What the journal says last: `started`, `begun`, `done`, `failed`, `stopped` or `finished`.
    pub event: Option<String>,
    /// When it says that.
    pub at: Option<Timestamp>,
    /// Who wrote it: machine and process.
    pub by: Option<String>,
    /// What is wrong with the journal, where it cannot be read.
    pub problem: Option<String>,
    /// Who has the lock; none where nobody has.
    pub holder: Option<Holder>,
}

/// Who applies a plan now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The name of the holder.
    pub name: String,
    /// When the lock was renewed last, by the clock of the holder.
    pub renewed: Option<Timestamp>,
    /// Whether that is longer ago than the lock lasts, by the clock of the caller: the holder is
    /// gone, or the clocks differ.
    pub expired: bool,
}

pub(super) fn upgrade(seen: &Seen, now: Timestamp) -> Option<Upgrade> {
    let holder = seen.lock.as_ref().and_then(|it| holder(it, now));
    let journal = seen.journal.as_ref();
    if journal.is_none() && holder.is_none() {
        return None;
    }
    let text = journal.and_then(|it| text_at(it, "/data/journal")).unwrap_or_default();
    let (entries, problem) = match Journal::read(&text) {
        Ok(journal) => (journal.entries().to_vec(), None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let last = entries.last();
    let step = entries.iter().rev().find_map(step);
    Some(Upgrade {
        plan: last.map(|it| it.plan.clone()),
        hop: step.and_then(|it| Some(it.split_once('/')?.0.to_owned())),
        step: step.map(ToOwned::to_owned),
        event: last.map(|it| event(&it.event).to_owned()),
        at: last.map(|it| it.at),
        by: last.map(|it| it.by.clone()),
        problem,
        holder,
    })
}

fn step(entry: &JournalEntry) -> Option<&str> {
    match &entry.event {
        Event::Begun { step, .. } | Event::Done { step, .. } | Event::Failed { step, .. } => {
            Some(step)
        }
        Event::Started { .. } | Event::Stopped { .. } | Event::Finished => None,
    }
}

fn event(event: &Event) -> &'static str {
    match event {
        Event::Started { .. } => "started",
        Event::Begun { .. } => "begun",
        Event::Done { .. } => "done",
        Event::Failed { .. } => "failed",
        Event::Stopped { .. } => "stopped",
        Event::Finished => "finished",
    }
}

/// Who holds a Lease, or the ConfigMap in its place, which has the same fields as texts.
fn holder(lock: &Value, now: Timestamp) -> Option<Holder> {
    let spec = if lock["kind"] == "ConfigMap" { "/data" } else { "/spec" };
    let name = text_at(lock, &format!("{spec}/holderIdentity"))?;
    let renewed = time_at(lock, &format!("{spec}/renewTime"));
    let lasts = lock.pointer(&format!("{spec}/leaseDurationSeconds"));
    let lasts = lasts.and_then(|it| it.as_i64().or_else(|| it.as_str()?.parse().ok()));
    let age = renewed.map(|it| now.as_second() - it.as_second());
    let expired = age.zip(lasts).is_none_or(|(age, lasts)| lasts < age);
    Some(Holder { name, renewed, expired })
}
