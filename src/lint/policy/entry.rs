//! One entry of a policy, and what is said about it.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::Date;

use super::Accept;
use crate::finding::{Code, Evidence, Finding, Severity};

/// So many days before its end an entry is told.
const SOON: i64 = 14;

/// What a policy says of some findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which findings.
    pub names: Accept,
    /// What becomes of them.
    pub effect: Effect,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it counts, by the calendar of UTC.
    pub expires: Option<Date>,
    /// Where it stands.
    pub place: Place,
}

/// What becomes of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They are accepted.
    Accept,
    /// They have this severity.
    Severity(Severity),
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the command line.
    CommandLine,
    /// In a policy file.
    File {
        /// The file, as it was named.
        name: String,
        /// The 1-based line.
        line: u32,
        /// That line.
        text: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::File { name, line, .. } => write!(f, "{name}:{line}"),
        }
    }
}

impl Entry {
    /// An entry of the command line, which accepts findings without a reason and an end.
    pub fn accept(names: Accept) -> Self {
        Self {
            names,
            effect: Effect::Accept,
            reason: None,
            expires: None,
            place: Place::CommandLine,
        }
    }

    /// Whether it has ended before a day.
    pub fn is_over(&self, today: Date) -> bool {
        self.expires.is_some_and(|it| it < today)
    }

    fn ends_soon(&self, today: Date) -> bool {
        // Days beyond the calendar are not soon.
        let soon = today.checked_add(jiff::Span::new().days(SOON)).unwrap_or(Date::MAX);
        self.expires.is_some_and(|it| today <= it && it <= soon)
    }

    fn evidence(&self) -> Evidence {
        match &self.place {
            Place::CommandLine => {
                let text = format!("--accept {}", self.names.as_str());
                Evidence::listing("command line", text)
            }
            Place::File { name, line, text } => Evidence::at(name, *line, text),
        }
    }
}

/// Entries in the order in which they count: the narrower the later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked<'a>(pub(super) &'a Entry);

impl Ranked<'_> {
    fn rank(self) -> ((bool, u8), bool) {
        (self.0.names.narrowness(), self.0.reason.is_some())
    }
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked<'_> {}

/// Whether findings of a code are about the policy, not about the upgrade.
pub fn is_about_policy(code: Code) -> bool {
    matches!(code, Code::UnusedAccept | Code::AcceptExpired | Code::AcceptExpiresSoon)
}

/// What there is to say about an entry that covers so many findings of a plan, on a day, and where it
/// covers none, what may have been meant. Of a part of a plan nobody can say what it does not cover.
pub(super) fn finding(
    entry: &Entry,
    (covered, near): (usize, Option<String>),
    (today, whole): (Date, bool),
) -> Option<Finding> {
    if entry.is_over(today) {
        return (whole || covered != 0).then(|| expired(entry, covered));
    }
    if covered == 0 {
        let told = whole || entry.place == Place::CommandLine;
        return (told && !is_about_policy(entry.names.code())).then(|| unused(entry, near));
    }
    entry.ends_soon(today).then(|| soon(entry))
}

fn unused(entry: &Entry, near: Option<String>) -> Finding {
    let name = entry.names.as_str();
    let said = match (&entry.place, entry.effect) {
        (Place::CommandLine, _) => format!("`--accept {name}` matches no finding of this plan"),
        (_, Effect::Accept) => format!("{name} is accepted, and this plan has no such finding"),
        (_, Effect::Severity(it)) => {
            let severity = it.as_str();
            format!("{name} has the severity {severity}, and this plan has no such finding")
        }
    };
    let near = near.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
    let finding = about(Code::UnusedAccept, entry, said + &near);
    match entry.effect {
        Effect::Accept => finding,
        // What a team thinks of a kind of findings is no wrong guess where there is none.
        Effect::Severity(_) => finding.severity(Severity::Info),
    }
}

fn expired(entry: &Entry, covered: usize) -> Finding {
    let name = entry.names.as_str();
    let what = match entry.effect {
        Effect::Accept => format!("{name} was accepted"),
        Effect::Severity(it) => format!("{name} had the severity {}", it.as_str()),
    };
    let open = match covered {
        0 => "this plan has no such finding".to_owned(),
        1 => "the finding counts again".to_owned(),
        more => format!("{more} findings count again"),
    };
    about(Code::AcceptExpired, entry, format!("{what} until {}; {open}", until(entry)))
}

fn soon(entry: &Entry) -> Finding {
    let name = entry.names.as_str();
    let message = format!("{name} is accepted until {} and counts again then", until(entry));
    let message = match entry.effect {
        Effect::Accept => message,
        Effect::Severity(it) => {
            format!("{name} has the severity {} until {} only", it.as_str(), until(entry))
        }
    };
    about(Code::AcceptExpiresSoon, entry, message)
}

fn until(entry: &Entry) -> String {
    entry.expires.map(|it| it.to_string()).unwrap_or_default()
}

fn about(code: Code, entry: &Entry, message: String) -> Finding {
    Finding::new(code, entry.names.as_str(), message).evidence(entry.evidence())
}
