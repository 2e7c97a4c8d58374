//! Overrides × hops: what every hop does to every override, as one mark.
//!
//! # Decisions
//! * An override that every hop leaves alone has no row; it is only counted.
//! * Where no chart is there, every cell would say the same; then there is no matrix at all.
//! * A column is named by its minor, because a path has one release of each; where it has two, both
//!   are named in full.

use std::collections::BTreeSet;

use semver::Version;

use crate::finding::Severity;
use crate::liveness::Status;
use crate::overrides::OverrideKey;
use crate::release::Minor;
use crate::report::{HopReport, Report, UserHop, UserOverride};

/// What a hop does to an override, as a single sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Mark {
    /// It counts as before.
    Live,
    /// It counts, over another default.
    OtherDefault,
    /// It counts and sets what is the default now.
    NowDefault,
    /// Another key, or several, took its place.
    Replaced,
    /// Its value does not fit there any more.
    TypeChanged,
    /// It is lost.
    Removed,
    /// It had no effect before the hop either.
    Dead,
    /// Nobody knows.
    Unknown,
}

impl Mark {
    fn of(hop: &UserHop) -> Self {
        match hop.status {
            Status::Live if hop.equals_default => Self::NowDefault,
            Status::Live if hop.default_changed => Self::OtherDefault,
            Status::Live => Self::Live,
            Status::Renamed | Status::Moved | Status::Split | Status::Merged => Self::Replaced,
            Status::TypeChanged => Self::TypeChanged,
            Status::Removed => Self::Removed,
            Status::Dead => Self::Dead,
            Status::Unknown => Self::Unknown,
        }
    }

    /// The sign, one column wide.
    pub(in crate::report) fn symbol(self) -> &'static str {
        match self {
            Self::Live => "·",
            Self::OtherDefault => "*",
            Self::NowDefault => "=",
            Self::Replaced => "→",
            Self::TypeChanged => "!",
            Self::Removed => "✗",
            Self::Dead => "-",
            Self::Unknown => "?",
        }
    }

    /// What the sign says.
    pub(in crate::report) fn meaning(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::OtherDefault => "live, over another default",
            Self::NowDefault => "live, but the default says the same now",
            Self::Replaced => "renamed, moved, split or merged",
            Self::TypeChanged => "takes another type of value",
            Self::Removed => "removed, nothing takes its place",
            Self::Dead => "without effect",
            Self::Unknown => "unknown, the charts are missing",
        }
    }

    /// How much it matters; none where there is nothing to see.
    pub(in crate::report) fn severity(self) -> Option<Severity> {
        match self {
            Self::Live | Self::Dead => None,
            Self::OtherDefault | Self::NowDefault => Some(Severity::Info),
            Self::Removed | Self::Unknown => Some(Severity::Warning),
            Self::Replaced | Self::TypeChanged => Some(Severity::Blocker),
        }
    }
}

/// One override.
#[derive(Debug)]
pub(in crate::report) struct Row<'a> {
    /// The override.
    pub(in crate::report) own: &'a UserOverride,
    /// One mark for each hop.
    pub(in crate::report) marks: Vec<Mark>,
    /// Whether another object sets the same key, so that the key alone names no override.
    pub(in crate::report) is_repeated: bool,
}

/// The overrides of the user and the hops.
#[derive(Debug)]
pub(in crate::report) struct Matrix<'a> {
    /// The name of each hop.
    pub(in crate::report) columns: Vec<String>,
    /// Overrides that a hop does something to, or that have no effect: common ones first, then by
    /// component, in the order of keys.
    pub(in crate::report) rows: Vec<Row<'a>>,
    /// The others, in the same order.
    pub(in crate::report) live: Vec<Row<'a>>,
}

impl<'a> Matrix<'a> {
    /// The matrix of a report; none if it knows nothing about overrides of the user.
    pub(in crate::report) fn new(report: &'a Report) -> Option<Self> {
        let mut all: Vec<&UserOverride> = report.user_overrides.as_ref()?.iter().collect();
        all.sort_by_key(|it| (it.name(), it.object.clone()));
        let same = |one: &UserOverride, other: Option<&&UserOverride>| {
            other.is_some_and(|it| it.name() == one.name())
        };
        let rows = all.iter().enumerate().map(|(place, it)| Row {
            own: it,
            marks: it.hops.iter().map(Mark::of).collect(),
            is_repeated: same(it, place.checked_sub(1).and_then(|it| all.get(it)))
                || same(it, all.get(place + 1)),
        });
        let rows: Vec<Row<'_>> = rows.collect();
        if rows.iter().flat_map(|it| &it.marks).all(|it| *it == Mark::Unknown) {
            return None;
        }
        let (live, rows) =
            rows.into_iter().partition(|row| row.marks.iter().all(|it| *it == Mark::Live));
        Some(Self { columns: columns(&report.hops), rows, live })
    }

    /// The marks that occur in the rows.
    pub(in crate::report) fn legend(&self) -> BTreeSet<Mark> {
        self.rows.iter().flat_map(|it| it.marks.iter().copied()).collect()
    }

    /// What becomes of those without a row.
    pub(in crate::report) fn others(&self) -> String {
        match (self.live.len(), self.rows.len()) {
            (1, 0) => "The override is live on the whole path".to_owned(),
            (1, _) => "1 other is live on the whole path".to_owned(),
            (count, 0) => format!("All {count} are live on the whole path"),
            (count, _) => format!("{count} others are live on the whole path"),
        }
    }
}

impl Row<'_> {
    /// What stands behind the key: that its value is withheld, and where it is set if that is
    /// needed to tell it from others.
    pub(in crate::report) fn suffix(&self) -> String {
        let secret = if self.own.secret { " (secret)" } else { "" };
        let object =
            if self.is_repeated { format!(" in {}", self.own.object) } else { String::new() };
        format!("{secret}{object}")
    }
}

impl UserOverride {
    /// The key as the user's files hold it.
    pub(in crate::report) fn name(&self) -> OverrideKey {
        OverrideKey { component: self.component.clone(), key: self.key.clone() }
    }
}

/// The rows, one list for each component.
pub(in crate::report) fn groups<'r, 'a>(
    rows: &'r [Row<'a>],
) -> impl Iterator<Item = &'r [Row<'a>]> {
    rows.chunk_by(|one, other| one.own.component == other.own.component)
}

/// A component as a heading; keys without one reach all.
pub(in crate::report) fn scope(component: Option<&str>) -> &str {
    component.unwrap_or("all components")
}

/// The names of hops, in which no two are alike.
pub(in crate::report) fn columns(hops: &[HopReport]) -> Vec<String> {
    let minors: Vec<_> = hops.iter().map(|it| minor(&it.to)).collect();
    let is_unique = |minor: &str| minors.iter().filter(|it| *it == minor).count() == 1;
    let names = hops.iter().zip(&minors);
    names.map(|(hop, minor)| if is_unique(minor) { minor } else { &hop.to }.clone()).collect()
}

fn minor(version: &str) -> String {
    let parsed = Version::parse(version);
    parsed.map_or_else(|_| version.to_owned(), |it| Minor::of(&it).to_string())
}
