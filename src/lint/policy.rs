//! What is accepted, and from which severity a plan is blocked.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Code, Evidence, Finding, NotACode, Severity};
use crate::release::{Minor, NotAVersion, VersionRequest};

/// Whether the upgrade may go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing stands against it.
    Ready,
    /// At least one finding does.
    Blocked,
}

impl Verdict {
    /// The verdict as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Blocked => "blocked",
        }
    }
}

/// From which severity a finding blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Blockers block.
    #[default]
    Blocker,
    /// Warnings block too.
    Warning,
    /// Nothing blocks.
    Never,
}

impl FailOn {
    fn blocks(self, severity: Severity) -> bool {
        match self {
            Self::Blocker => severity == Severity::Blocker,
            Self::Warning => Severity::Warning <= severity,
            Self::Never => false,
        }
    }
}

/// A finding that somebody accepts by name: `CODE[@TO][:SUBJECT]`.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Accept {
    fn matches(&self, finding: &Finding) -> bool {
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

/// What a user accepts and what fails for them.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The findings that are accepted by name.
    pub accept: Vec<Accept>,
    /// From which severity the verdict is `blocked`.
    pub fail_on: FailOn,
}

impl Policy {
    /// Marks the findings that are accepted.
    pub fn accept(&self, findings: &mut [Finding]) {
        for finding in findings {
            finding.accepted = self.accept.iter().any(|it| it.matches(finding));
        }
    }

    /// A finding for each accepted name that matches nothing.
    pub fn unused<'a, I>(&self, findings: &I) -> Vec<Finding>
    where
        I: Iterator<Item = &'a Finding> + Clone,
    {
        let unused =
            self.accept.iter().filter(|it| !findings.clone().any(|found| it.matches(found)));
        unused.map(unused_finding).collect()
    }

    /// The verdict on findings.
    pub fn verdict<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) -> Verdict {
        let mut open = findings.into_iter().filter(|it| !it.accepted);
        let blocked = open.any(|it| self.fail_on.blocks(it.severity));
        if blocked { Verdict::Blocked } else { Verdict::Ready }
    }
}

fn unused_finding(accept: &Accept) -> Finding {
    let message = format!("`--accept {}` matches no finding of this plan", accept.text);
    let evidence = Evidence::listing("command line", format!("--accept {}", accept.text));
    Finding::new(Code::UnusedAccept, &accept.text, message).evidence(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(subject: &str) -> Finding {
        Finding::new(Code::GuideMissing, subject, "no guide")
            .hop(&"1.2.2".parse().unwrap())
            .severity(Severity::Blocker)
    }

    fn policy(accept: &[&str]) -> Policy {
        let accept = accept.iter().map(|it| it.parse().unwrap()).collect();
        Policy { accept, fail_on: FailOn::Blocker }
    }

    #[test]
    fn a_finding_is_accepted_by_code_hop_and_subject() {
        let matching = ["guide-missing", "guide-missing@1.2", "guide-missing@1.2.2:core:a.b"];
        for text in matching {
            let mut findings = [finding("core:a.b")];
            policy(&[text]).accept(&mut findings);
            assert!(findings[0].accepted, "{text}");
            assert_eq!(policy(&[text]).verdict(&findings), Verdict::Ready);
        }
        for text in ["guide-stale", "guide-missing@1.3", "guide-missing:other"] {
            let mut findings = [finding("core:a.b")];
            policy(&[text]).accept(&mut findings);
            assert!(!findings[0].accepted, "{text}");
            assert_eq!(policy(&[text]).verdict(&findings), Verdict::Blocked);
        }
    }

    #[test]
    fn an_entry_that_matches_nothing_is_a_finding() {
        let findings = [finding("a")];
        let unused = policy(&["guide-missing", "guide-stale"]).unused(&findings.iter());
        assert_eq!(unused.len(), 1);
        assert_eq!(unused[0].subject, "guide-stale");
    }

    #[test]
    fn what_blocks_depends_on_the_threshold() {
        let warning = [finding("a").severity(Severity::Warning)];
        let verdict = |fail_on| Policy { accept: vec![], fail_on }.verdict(&warning);
        assert_eq!(verdict(FailOn::Blocker), Verdict::Ready);
        assert_eq!(verdict(FailOn::Warning), Verdict::Blocked);
        assert_eq!(verdict(FailOn::Never), Verdict::Ready);
    }

    #[test]
    fn a_name_with_a_slip_is_refused() {
        assert!(matches!("guide-mising".parse::<Accept>(), Err(NotAnAccept::Code(_))));
        assert!(matches!("guide-missing@x".parse::<Accept>(), Err(NotAnAccept::Version(_))));
    }
}
