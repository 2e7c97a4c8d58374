//! What findings and hops are called in links.
//!
//! # Decisions
//! * A name follows from what it names (code, hop, subject), so a link holds for a report that is made
//!   again, as long as the finding is there.

use std::collections::BTreeMap;
use std::ptr;

use crate::digest;
use crate::finding::Finding;
use crate::report::Report;

/// The most characters of a subject in a name.
const LONGEST: usize = 80;

/// The names of a report's findings and hops, all different.
pub(super) struct Ids {
    /// By the place of the finding in memory, which is used for nothing but to find it again.
    findings: BTreeMap<*const Finding, String>,
    hops: Vec<String>,
}

impl Ids {
    pub(super) fn new(report: &Report) -> Self {
        let mut used = BTreeMap::new();
        let hops = report.hops.iter().map(|it| unique(&mut used, format!("hop-{}", slug(&it.to))));
        let hops = hops.collect();
        let named =
            report.all_findings().map(|it| (ptr::from_ref(it), unique(&mut used, name(it))));
        Self { findings: named.collect(), hops }
    }

    /// The name of a finding of the report.
    pub(super) fn of(&self, finding: &Finding) -> &str {
        self.findings.get(&ptr::from_ref(finding)).map_or("main", String::as_str)
    }

    /// The names of the hops in their order.
    pub(super) fn hops(&self) -> impl Iterator<Item = &str> {
        self.hops.iter().map(String::as_str)
    }
}

fn name(finding: &Finding) -> String {
    let hop = finding.hop.as_ref().map(|it| format!("-{it}")).unwrap_or_default();
    format!("f-{}{}-{}", finding.code.as_str(), slug(&hop), slug(&finding.subject))
}

fn unique(used: &mut BTreeMap<String, usize>, name: String) -> String {
    let count = used.entry(name.clone()).or_default();
    *count += 1;
    match *count {
        1 => name,
        // Two hyphens never come out of `slug`, so this cannot be another one's name.
        count => format!("{name}--{count}"),
    }
}

/// A text of letters, digits, dots and single hyphens; a long one ends with a part of its digest.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' => slug.push(c),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        slug = format!("{}-{}", slug.trim_end_matches('-'), mark(&[text]));
    }
    slug
}

/// Eight digits that stand for some texts.
pub(super) fn mark(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().map(|it| Some(*it)).collect();
    let digest = digest::of_parts(&parts);
    digest.chars().skip("sha256:".len()).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_long_ones_end_with_a_digest() {
        assert_eq!(slug("core:a.b c/<é>--d"), "core-a.b-c-d");
        let (one, other) = (slug(&"a".repeat(99)), slug(&"a".repeat(100)));
        assert_ne!(one, other);
        assert!(one.len() < 100);
    }

    #[test]
    fn names_that_were_given_before_get_a_number() {
        let mut used = BTreeMap::new();
        let names = ["a", "a", "b", "a"].map(|it| unique(&mut used, it.to_owned()));
        assert_eq!(names, ["a", "a--2", "b", "a--3"]);
    }
}
