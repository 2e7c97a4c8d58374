//! Why each finding code matters, a minimal case before and after, and where the rule comes from.
//!
//! # Decisions
//! * The texts stand beside [`super::CodeInfo`], not in it: a finding prints meaning and remedy, and only
//!   `explain` and the reference that is made of it print these.
//! * A source is a document or a file of Kyma at a version, an issue of kyma-project/kyma, a rule of
//!   Kubernetes or Helm, or this program. What has none is not told.

use super::Code;

mod accepted;
mod artifacts;
mod cluster;
mod guides;
mod objects;
mod operator;
mod overrides;
mod path;

/// What there is to say about a code beside its meaning and remedy.
#[derive(Debug)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What goes wrong where nobody acts on it.
    pub matters: &'static str,
    /// A minimal case in which it is found: lines of a file, a command or what one prints.
    pub before: &'static str,
    /// The same with the finding dealt with.
    pub after: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
}

static FAMILIES: [&[Explanation]; 8] = [
    path::EXPLANATIONS,
    artifacts::EXPLANATIONS,
    guides::EXPLANATIONS,
    overrides::EXPLANATIONS,
    objects::EXPLANATIONS,
    cluster::EXPLANATIONS,
    operator::EXPLANATIONS,
    accepted::EXPLANATIONS,
];

impl Code {
    /// Why it matters, a minimal case, and where the rule comes from.
    pub fn explanation(self) -> &'static Explanation {
        let mut all = FAMILIES.iter().copied().flatten();
        all.find(|it| it.code == self).expect("every code has an explanation, as a test says")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_one_explanation_with_texts_of_its_own() {
        let all: Vec<_> = FAMILIES.iter().copied().flatten().collect();
        let codes: BTreeSet<_> = all.iter().map(|it| it.code).collect();
        assert_eq!(all.len(), codes.len());
        let lacking: Vec<_> = Code::all().filter(|it| !codes.contains(it)).collect();
        assert!(lacking.is_empty(), "without an explanation: {lacking:?}");
        let distinct = |text: fn(&Explanation) -> &str| {
            all.iter().map(|it| text(it)).collect::<BTreeSet<_>>().len()
        };
        let texts: [fn(&Explanation) -> &str; 3] = [|it| it.matters, |it| it.before, |it| it.after];
        for text in texts {
            assert_eq!(distinct(text), all.len(), "a text stands twice");
        }
    }

    #[test]
    fn no_text_is_empty_or_repeats_what_the_code_says_anyway() {
        for code in Code::all() {
            let (info, it) = (code.info(), code.explanation());
            for text in [it.matters, it.before, it.after, it.source] {
                assert!(!text.trim().is_empty() && text.trim() == text, "{code}: {text:?}");
            }
            assert_ne!(it.before, it.after, "{code}");
            assert!(it.matters.ends_with('.') && !info.meaning.contains(it.matters), "{code}");
            let lines = it.before.lines().chain(it.after.lines());
            assert!(lines.clone().all(|line| line.chars().count() <= 96), "{code}");
            assert!(lines.count() <= 12, "{code} is not minimal");
        }
    }

    #[test]
    fn a_source_names_a_document_or_says_that_it_is_this_program() {
        let known = ["kyma@", "issue #", "Kubernetes", "Helm", "this program", "kyma-project"];
        for code in Code::all() {
            let source = code.explanation().source;
            assert!(known.iter().any(|it| source.contains(it)), "{code}: {source}");
        }
    }
}
