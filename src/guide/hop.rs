//! What the documents of one hop say, taken together.

use super::{Guide, GuideStatus, Notes, Text};
use crate::finding::Evidence;
use crate::release::Minor;

/// The guides and the release notes of a hop.
#[derive(Debug, Clone)]
pub struct HopGuide {
    /// The minors that the hop connects.
    pub minors: (Minor, Minor),
    /// Whether there is a guide.
    pub status: GuideStatus,
    /// The guides that cover the hop.
    pub guides: Vec<Guide>,
    /// Guides in the folder of the target's branch that cover another hop.
    pub stale: Vec<Guide>,
    /// The release notes of the target's minor, if there is such a post.
    pub notes: Option<Notes>,
    /// Components that a document calls by a new name.
    pub renamed: Vec<ComponentRename>,
}

/// A component that a document calls by a new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentRename {
    /// The old name.
    pub from: String,
    /// The new one.
    pub to: String,
    /// The line that says so.
    pub evidence: Evidence,
}

/// What the documents are judged against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Whether the hop changes something that people have to react to.
    pub breaks: bool,
    /// The components that left the list.
    pub removed: &'a [String],
    /// The components that are new on it.
    pub added: &'a [String],
}

impl HopGuide {
    /// Judges the documents of a hop.
    pub fn new(
        minors: (Minor, Minor),
        guides: Vec<Guide>,
        stale: Vec<Guide>,
        notes: Option<Notes>,
        known: Known<'_>,
    ) -> Self {
        let mut hop = Self {
            minors,
            status: GuideStatus::Published,
            guides,
            stale,
            notes,
            renamed: Vec::new(),
        };
        hop.renamed = hop.renamed_components(known);
        if hop.guides.is_empty() {
            let asked = known.breaks || hop.linked_from_notes() || hop.warned_of_upgrade();
            hop.status = if asked { GuideStatus::Missing } else { GuideStatus::None };
        }
        hop
    }

    /// Whether the release notes link a guide that covers this hop.
    pub fn linked_from_notes(&self) -> bool {
        let (from, to) = self.minors;
        self.notes.iter().flat_map(|it| &it.guide_links).any(|it| it.coverage.covers(from, to))
    }

    /// Whether the release notes warn of what the upgrade itself does.
    fn warned_of_upgrade(&self) -> bool {
        self.minors.0 != self.minors.1
            && self.notes.iter().flat_map(|it| &it.cautions).any(|it| it.about_upgrade)
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        let notes = self.notes.iter().map(|it| &it.text);
        self.guides.iter().map(|it| &it.text).chain(notes)
    }

    fn renamed_components(&self, known: Known<'_>) -> Vec<ComponentRename> {
        let said = |old: &String| {
            let mut found = known.added.iter().filter_map(|new| self.says_renamed(old, new));
            found.next()
        };
        known.removed.iter().filter_map(said).collect()
    }

    /// A line that says that one became the other.
    fn says_renamed(&self, old: &str, new: &str) -> Option<ComponentRename> {
        let says = |line: &str| states_rename(&words(line), old, new);
        self.texts().find_map(|text| {
            let line = (1..).map_while(|it| Some((it, text.line(it)?))).find(|(_, it)| says(it));
            line.map(|(number, _)| ComponentRename {
                from: old.to_owned(),
                to: new.to_owned(),
                evidence: text.evidence(number),
            })
        })
    }

    /// The new name of a component and the line that says so, if a document renames it.
    pub fn renamed_component(&self, old: &str) -> Option<(&str, &Evidence)> {
        let found = self.renamed.iter().find(|it| it.from == old);
        found.map(|it| (it.to.as_str(), &it.evidence))
    }

    /// The line of the release notes that names a component.
    pub fn notes_mention(&self, component: &str) -> Option<Evidence> {
        let text = &self.notes.as_ref()?.text;
        text.mentions_component(component).map(|line| text.evidence(line))
    }
}

/// Whether a few words in a row say that `old` was renamed to `new`. Two names that merely stand on
/// one line with a word of renaming are none: releases rename many other things.
fn states_rename(words: &[String], old: &str, new: &str) -> bool {
    const FAR: usize = 8;
    let starts = words.iter().enumerate().filter(|(_, word)| *word == old);
    starts.map(|(start, _)| &words[start + 1..words.len().min(start + FAR)]).any(|rest| {
        let renamed = rest.iter().position(|word| word.starts_with("renam"));
        let named = rest.iter().position(|word| word == new);
        renamed.zip(named).is_some_and(|(renamed, named)| renamed < named)
    })
}

/// The words of a line in lower case; a hyphen belongs to its word.
fn words(line: &str) -> Vec<String> {
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    words.map(str::to_lowercase).filter(|it| !it.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(line: &str) -> bool {
        states_rename(&words(line), "jaeger", "tracing")
    }

    #[test]
    fn a_rename_is_stated_in_a_few_words() {
        assert!(says("### Jaeger renamed to Tracing"));
        assert!(says("The component `jaeger` was renamed and is called **tracing** now."));
    }

    #[test]
    fn names_on_one_line_with_some_other_rename_are_no_rename() {
        assert!(!says("Tracing uses Jaeger, and we renamed its dashboards."));
        assert!(!says("We renamed a view. Jaeger is part of tracing."));
        assert!(!says(
            "jaeger became a part of the platform, whose parts were renamed, like tracing"
        ));
    }
}
