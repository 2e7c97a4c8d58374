//! How many overrides survive, how many need a change and how many are lost, in one sentence.
//!
//! # Decisions
//! * Every override is counted once, by how it ends: what needs a change and is lost later is lost.
//! * Whoever set the new key already needs no change: removing the old one can wait.

use super::matrix;
use crate::liveness::Status;
use crate::report::{Report, UserOverride};

/// How an override fares on the whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Outcome {
    /// It counts from the first to the last release as it is.
    Unchanged,
    /// It counts at the end, if it is changed on the way.
    Changed,
    /// It counted and does not in the end.
    Lost,
    /// It counts at the end but not at the start.
    Early,
    /// It counts at the start and at the end but not all the way.
    Interrupted,
    /// It never counts.
    WithoutEffect,
    /// The charts are missing.
    Unknown,
}

const OUTCOMES: [Outcome; 7] = [
    Outcome::Unchanged,
    Outcome::Changed,
    Outcome::Lost,
    Outcome::Early,
    Outcome::Interrupted,
    Outcome::WithoutEffect,
    Outcome::Unknown,
];

impl Outcome {
    /// How an override fares.
    pub(in crate::report) fn of(entry: &UserOverride) -> Self {
        let statuses = entry.hops.iter().map(|it| it.status);
        let known: Vec<Status> = statuses.clone().filter(|it| *it != Status::Unknown).collect();
        let is_complete = known.len() == entry.hops.len();
        let is_gone = |it: &Status| matches!(it, Status::Removed | Status::Dead);
        let is_dead = known.iter().all(|it| *it == Status::Dead);
        match known.last() {
            Some(last) if is_gone(last) && !is_dead => Self::Lost,
            Some(last) if is_gone(last) && is_complete => Self::WithoutEffect,
            Some(last) if is_gone(last) => Self::Unknown,
            _ if entry.hops.iter().any(needs_change) => Self::Changed,
            _ if !is_complete => Self::Unknown,
            Some(_) if known.contains(&Status::Removed) => Self::Interrupted,
            Some(_) if known[0] == Status::Dead => Self::Early,
            _ => Self::Unchanged,
        }
    }

    fn verbs(self) -> (&'static str, &'static str) {
        match self {
            Self::Unchanged => ("survives unchanged", "survive unchanged"),
            Self::Changed => ("needs a change", "need a change"),
            Self::Lost => ("is lost", "are lost"),
            Self::Early => ("takes effect only later", "take effect only later"),
            Self::Interrupted => {
                ("loses its effect for some releases", "lose their effect for some releases")
            }
            Self::WithoutEffect => ("never has an effect", "never have an effect"),
            Self::Unknown => ("cannot be judged without charts", "cannot be judged without charts"),
        }
    }

    /// Whether the hop is one where this happens to the override.
    fn happens(self, entry: &UserOverride, place: usize) -> bool {
        let is = |place: usize, status| entry.hops.get(place).is_some_and(|it| it.status == status);
        match self {
            Self::Changed => entry.hops.get(place).is_some_and(needs_change),
            Self::Lost => {
                let last = entry.hops.iter().rposition(|it| it.status == Status::Removed);
                last == Some(place)
            }
            Self::Interrupted => is(place, Status::Removed),
            Self::Early => {
                let first = entry.hops.iter().position(|it| it.status != Status::Dead);
                first == Some(place)
            }
            Self::Unknown => is(place, Status::Unknown),
            Self::Unchanged | Self::WithoutEffect => false,
        }
    }
}

fn needs_change(hop: &crate::report::UserHop) -> bool {
    hop.actions.iter().any(|it| it.action != "remove")
}

/// What becomes of the user's overrides, in one sentence; none if the report does not know.
pub(in crate::report) fn sentence(report: &Report) -> Option<String> {
    let all = report.user_overrides.as_ref()?;
    if all.is_empty() {
        return Some("The files hold no overrides that the operator reads.".to_owned());
    }
    let columns = matrix::columns(&report.hops);
    let outcomes: Vec<_> = all.iter().map(|it| (Outcome::of(it), it)).collect();
    let is_unknown = outcomes.iter().any(|it| it.0 == Outcome::Unknown);
    let clauses = OUTCOMES.into_iter().filter_map(|outcome| {
        let fits = outcomes.iter().filter(|it| it.0 == outcome);
        let of: Vec<_> = fits.map(|it| it.1).collect();
        let told = outcome <= Outcome::Lost && !is_unknown && 1 < all.len();
        (told || !of.is_empty()).then(|| clause(outcome, &of, all.len(), &columns))
    });
    let clauses: Vec<String> = clauses.collect();
    Some(match all.len() {
        1 => format!("The only override {}.", clauses.join(", ")),
        count if outcomes.iter().all(|it| it.0 == Outcome::Unchanged) => {
            format!("All {count} overrides survive unchanged.")
        }
        count => format!("Of {count} overrides, {}.", clauses.join(", ")),
    })
}

/// `3 need a change (at 1.4, 1.9)`; of a single override only what happens to it.
fn clause(outcome: Outcome, of: &[&UserOverride], total: usize, columns: &[String]) -> String {
    let (one, many) = outcome.verbs();
    let happens = |place: &usize| of.iter().any(|it| outcome.happens(it, *place));
    let hops = (0..columns.len()).filter(happens);
    let hops: Vec<_> = hops.filter_map(|it| columns.get(it)).map(String::as_str).collect();
    let at = if hops.is_empty() { String::new() } else { format!(" (at {})", hops.join(", ")) };
    match of.len() {
        _ if total == 1 => format!("{one}{at}"),
        0 => format!("none {one}"),
        1 => format!("1 {one}{at}"),
        count => format!("{count} {many}{at}"),
    }
}
