//! Names of findings, as `--accept` and the policy file write them.

use std::str::FromStr;

use crate::finding::{Code, Finding, NotACode, nearest};
use crate::release::{Minor, NotAVersion, VersionRequest};

/// Findings by name: `CODE[@TO][:SUBJECT]`.
#[derive(Debug, Clone)]
pub struct Accept {
    text: String,
    code: Code,
    hop: Option<VersionRequest>,
    subject: Option<String>,
}

/// Why a text names no findings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAccept {
    /// The part before `@` and `:` is no finding code.
    #[error(transparent)]
    Code(#[from] NotACode),
    /// The part after `@` is no version.
    #[error(transparent)]
    Version(#[from] NotAVersion),
}

impl FromStr for Accept {
    type Err = NotAnAccept;

    fn from_str(text: &str) -> Result<Self, NotAnAccept> {
        let (head, subject) = match text.split_once(':') {
            Some((head, subject)) => (head, Some(subject.to_owned())),
            None => (text, None),
        };
        let (code, hop) = match head.split_once('@') {
            Some((code, hop)) => (code, Some(hop.parse()?)),
            None => (head, None),
        };
        Ok(Self { text: text.to_owned(), code: code.parse()?, hop, subject })
    }
}

/// Two names are equal where they name the same findings, however they are written.
impl PartialEq for Accept {
    fn eq(&self, other: &Self) -> bool {
        (self.code, &self.hop, &self.subject) == (other.code, &other.hop, &other.subject)
    }
}

impl Eq for Accept {}

impl Accept {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The code of the findings.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How narrow the name is: of two that name a finding, the narrower one counts.
    pub(super) fn narrowness(&self) -> (bool, u8) {
        let hop = match &self.hop {
            None => 0,
            Some(VersionRequest::Newest(_)) => 1,
            Some(VersionRequest::Exact(_)) => 2,
        };
        (self.subject.is_some(), hop)
    }

    /// The name of a finding that may have been meant: one of the same code, with a subject like the
    /// one that was given, or at another hop.
    pub(super) fn near(&self, findings: &[&mut Finding]) -> Option<String> {
        let same: Vec<_> = findings.iter().filter(|it| it.code == self.code).collect();
        let subjects = same.iter().map(|it| it.subject.as_str());
        let subject = match &self.subject {
            Some(wrong) => Some(nearest(wrong, subjects)?),
            None => None,
        };
        let found = same.iter().find(|it| subject.is_none_or(|subject| it.subject == subject))?;
        let hop = found.hop.as_ref().filter(|_| self.hop.is_some());
        let hop = hop.map(|it| format!("@{it}")).unwrap_or_default();
        let subject = subject.map(|it| format!(":{it}")).unwrap_or_default();
        Some(format!("{}{hop}{subject}", self.code.as_str()))
    }

    /// Whether it names a finding.
    pub fn matches(&self, finding: &Finding) -> bool {
        let hop = self.hop.as_ref().is_none_or(|asked| {
            finding.hop.as_ref().is_some_and(|hop| match asked {
                VersionRequest::Exact(version) => version == hop,
                VersionRequest::Newest(minor) => *minor == Minor::of(hop),
            })
        });
        let subject = self.subject.as_ref().is_none_or(|it| *it == finding.subject);
        self.code == finding.code && hop && subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slip_is_refused() {
        assert!(matches!("guide-mising".parse::<Accept>(), Err(NotAnAccept::Code(_))));
        assert!(matches!("guide-missing@x".parse::<Accept>(), Err(NotAnAccept::Version(_))));
    }

    #[test]
    fn the_narrower_of_two_names_is_told() {
        let names =
            ["guide-missing", "guide-missing@1.9", "guide-missing@1.9.2", "guide-missing:a"];
        let narrowness = names.map(|it| it.parse::<Accept>().unwrap().narrowness());
        assert!(narrowness.is_sorted());
    }
}
