//! Findings: what the analysis has to say, with the evidence that proves it.
//!
//! # Decisions
//! * `Code` is an enum and every code has one [`CodeInfo`] record. `explain`, the README table and
//!   the default severity read the same record, so wording lives in one place.
//! * Evidence has a line only where its source is a text that has lines. A listing (the releases
//!   of a repository, a folder of guides) is evidence without a line.

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

mod codes;
mod explanation;
mod nearest;

pub use codes::{Code, CodeInfo, NotACode};
pub use explanation::Explanation;
pub use nearest::nearest;

/// How much a finding matters. The order is ascending: `Info < Warning < Blocker`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing to do.
    Info,
    /// Somebody has to look before the hop.
    Warning,
    /// The hop cannot work, or would lose something, as things are.
    Blocker,
}

impl Severity {
    /// The severity as the report and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Blocker => "blocker",
        }
    }

    /// What it asks of people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Info => "good to know; nothing to do",
            Self::Warning => "somebody has to look before the hop",
            Self::Blocker => "the hop cannot work, or would lose something, as things are",
        }
    }
}

/// The bytes that prove a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Where the bytes stand, as a path below the release source: `1.1.0/kyma-installer-cluster.yaml`,
    /// `release-1.2/docs/migration-guides/1.1-1.2.md`, `facts.yaml`.
    pub source: String,
    /// The 1-based line in `source`; none for a listing.
    #[schemars(range(min = 1))]
    pub line: Option<u32>,
    /// The 1-based column of `text` on that line, in characters; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub column: Option<u32>,
    /// The text of that line without the white space around it (shortened when long), or what the
    /// listing says.
    pub text: String,
}

impl Evidence {
    /// Evidence that stands on line `line` (1-based) of `source`.
    pub fn at(source: impl Into<String>, line: u32, text: impl Into<String>) -> Self {
        Self { source: source.into(), line: Some(line), column: None, text: text.into() }
    }

    /// Evidence that a listing gives, which has no lines.
    pub fn listing(source: impl Into<String>, text: impl Into<String>) -> Self {
        Self { source: source.into(), line: None, column: None, text: text.into() }
    }

    /// The same evidence where its text starts at a 1-based column, in characters.
    #[must_use]
    pub fn column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }
}

/// One thing that the analysis found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind of finding it is.
    pub code: Code,
    /// How much it matters, here.
    pub severity: Severity,
    /// The hop it belongs to, named by the version that the hop leads to.
    pub hop: Option<Version>,
    /// What it is about: an object, an override key, a component, a file.
    pub subject: String,
    /// What was found, in a full sentence without a full stop at its end.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The proof.
    pub evidence: Vec<Evidence>,
    /// Whether somebody accepted it by name.
    pub accepted: bool,
    /// Why and how long it is accepted; absent where nobody accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// What the policy made of its severity; absent where that is the one that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_changed: Option<SeverityChange>,
}

/// Why and how long a finding is accepted, and where that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// Why it is accepted; absent where it was accepted on the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which it is accepted, such as `2027-01-01`; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where it stands: `command line`, or the policy file and its line as `kyma-upgrade.yaml:12`.
    pub source: String,
}

/// A severity that the policy changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityChange {
    /// The severity that was found.
    pub from: Severity,
    /// Why it was changed; absent where no reason is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which it is changed; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where it stands: the policy file and its line as `kyma-upgrade.yaml:12`.
    pub source: String,
}

impl Acceptance {
    /// In words: `accepted until 2027-01-01: reason (kyma-upgrade.yaml:12)`.
    pub fn words(&self) -> String {
        format!("accepted{}", said(self.expires.as_ref(), self.reason.as_ref(), &self.source))
    }
}

impl SeverityChange {
    /// In words: `blocker by itself, changed until 2027-01-01: reason (kyma-upgrade.yaml:12)`.
    pub fn words(&self) -> String {
        let said = said(self.expires.as_ref(), self.reason.as_ref(), &self.source);
        format!("{} by itself, changed{said}", self.from.as_str())
    }
}

/// ` until DATE: REASON (SOURCE)`.
fn said(expires: Option<&String>, reason: Option<&String>, source: &str) -> String {
    let until = expires.map(|it| format!(" until {it}")).unwrap_or_default();
    let reason = reason.map(|it| format!(": {it}")).unwrap_or_default();
    format!("{until}{reason} ({source})")
}

impl Finding {
    /// A finding with the default severity and remedy of its code.
    pub fn new(code: Code, subject: impl Into<String>, message: impl Into<String>) -> Self {
        let info = code.info();
        Self {
            code,
            severity: info.severity,
            hop: None,
            subject: subject.into(),
            message: message.into(),
            remedy: info.remedy.to_owned(),
            evidence: Vec::new(),
            accepted: false,
            acceptance: None,
            severity_changed: None,
        }
    }

    /// What the policy says of it, in words: until when and why it is accepted, and which severity
    /// it has by itself. Nothing where all there is to say is that it is accepted.
    pub fn policy_notes(&self) -> Vec<String> {
        let told = |it: &&Acceptance| it.reason.is_some() || it.expires.is_some();
        let accepted = self.acceptance.as_ref().filter(told).map(Acceptance::words);
        let changed = self.severity_changed.as_ref().map(SeverityChange::words);
        changed.into_iter().chain(accepted).collect()
    }

    /// The same finding about the hop that leads to `to`.
    #[must_use]
    pub fn hop(mut self, to: &Version) -> Self {
        self.hop = Some(to.clone());
        self
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with a remedy of its own.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// The same finding with one more piece of evidence.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// The same finding with more evidence.
    #[must_use]
    pub fn evidence_all(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// The most characters of a line that evidence keeps.
pub const EXCERPT: usize = 200;

/// The line of a text as evidence shows it: trimmed, and cut after [`EXCERPT`] characters, so that
/// it can be found again in its source by a plain search.
pub fn excerpt(line: &str) -> String {
    line.trim().chars().take(EXCERPT).collect()
}
