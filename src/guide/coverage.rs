//! Which hop a guide is for, told by its file name.

use std::collections::BTreeSet;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::release::{Facts, Minor, Resource};

/// What the names of guides outside the guide folder start with (`migration-guide-1.24-2.0.md`).
const LONG_NAME: &str = "migration-guide-";

/// The minors between which a guide leads: `1.2-1.3.md` leads from 1.2 to 1.3.
///
/// Serialised as `{"from": "1.2", "to": "1.3"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The minor that the guide starts from.
    pub from: Minor,
    /// The minor that it leads to, always above `from`.
    pub to: Minor,
}

impl Coverage {
    /// What the file `name` covers; none for anything that is not named like a guide (README.md,
    /// images, scripts). A folder in front of the name is ignored.
    pub fn of_file(name: &str) -> Option<Self> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let stem = file.strip_suffix(".md")?;
        let stem = stem.strip_prefix(LONG_NAME).unwrap_or(stem);
        let (from, to) = stem.split_once('-')?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from < to).then_some(Self { from, to })
    }

    /// Whether the hop lies within what the guide covers. A patch upgrade inside one minor is
    /// covered by no guide.
    pub fn covers(self, hop_from: Minor, hop_to: Minor) -> bool {
        self.from <= hop_from && hop_from < hop_to && hop_to <= self.to
    }

    /// Whether the guide spans more than one step from a minor to the next one.
    pub fn is_range(self, facts: &Facts) -> bool {
        facts.next_minor(self.from) != self.to
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Coverage", 2)?;
        map.serialize_field("from", &self.from.to_string())?;
        map.serialize_field("to", &self.to.to_string())?;
        map.end()
    }
}

/// A guide in the guide folder of a release branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GuideFile {
    /// The minor whose release branch holds it.
    #[serde(skip)]
    pub branch: Minor,
    /// The file's name.
    pub name: String,
    /// What the name covers.
    #[serde(rename = "covers")]
    pub coverage: Coverage,
}

impl GuideFile {
    /// The file as a source of releases is asked for it.
    pub fn resource(&self) -> Resource {
        Resource::guide(self.branch, &self.name)
    }
}

/// The guides that matter for one hop.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HopGuides {
    /// Guides that cover the hop: those on the target's own branch first, then by branch.
    pub covering: Vec<GuideFile>,
    /// Guides on the target's own branch that cover another hop only.
    pub stale: Vec<GuideFile>,
}

/// Assigns guides to the hop from minor `from` to minor `to`.
///
/// `listing` holds the files of the guide folder of the target's branch, and may hold those of
/// other branches: a range guide is often only on the branch that its range ends at. A file name
/// on several branches counts once; the target's branch wins, then the earliest branch. A hop
/// inside one minor has no guides.
pub fn for_hop<N: AsRef<str>>(from: Minor, to: Minor, listing: &[(Minor, N)]) -> HopGuides {
    if from == to {
        return HopGuides::default();
    }
    let mut files: Vec<GuideFile> = listing.iter().filter_map(guide_file).collect();
    files.sort_by(|a, b| (a.branch != to, a).cmp(&(b.branch != to, b)));
    let mut seen = BTreeSet::new();
    files.retain(|it| seen.insert(it.name.clone()));
    let (covering, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|it| it.coverage.covers(from, to));
    let stale = others.into_iter().filter(|it| it.branch == to).collect();
    HopGuides { covering, stale }
}

fn guide_file<N: AsRef<str>>((branch, name): &(Minor, N)) -> Option<GuideFile> {
    let name = name.as_ref();
    Some(GuideFile { branch: *branch, name: name.to_owned(), coverage: Coverage::of_file(name)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str) -> Minor {
        text.parse().unwrap()
    }

    fn hop(from: &str, to: &str, listing: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let listing: Vec<_> = listing.iter().map(|(b, n)| (minor(b), *n)).collect();
        let guides = for_hop(minor(from), minor(to), &listing);
        let written = |files: Vec<GuideFile>| {
            let one = |it: GuideFile| format!("{}@{}", it.name, it.branch);
            files.into_iter().map(one).collect()
        };
        (written(guides.covering), written(guides.stale))
    }

    #[test]
    fn file_names_say_what_a_guide_covers() {
        let covered = |name: &str| Coverage::of_file(name).map(|it| it.to_string());
        for name in ["1.2-1.3.md", "0.9-1.0.md", "1.15-1.17.md"] {
            assert_eq!(covered(name).as_deref(), name.strip_suffix(".md"));
        }
        let long = covered("docs/migration-guide-1.24-2.0.md");
        assert_eq!(long.as_deref(), Some("1.24-2.0"));
    }

    #[test]
    fn other_files_in_the_folder_are_no_guides() {
        for name in [
            "README.md",
            "assets",
            "1.2-1.3.png",
            "1.3-1.2.md",
            "1.2-1.2.md",
            "1.2-.md",
            "v1-v2.md",
            "1.2-1.3.md.orig",
            "",
            "1.2-1.3-1.4.md",
            "99999999999999999999.1-1.2.md",
        ] {
            assert_eq!(Coverage::of_file(name), None, "{name}");
        }
    }

    #[test]
    fn a_range_covers_each_hop_within_it() {
        let range = Coverage::of_file("1.15-1.17.md").unwrap();
        let facts = Facts::builtin();
        assert!(range.is_range(&facts));
        assert!(range.covers(minor("1.15"), minor("1.16")));
        assert!(range.covers(minor("1.16"), minor("1.17")));
        assert!(!range.covers(minor("1.17"), minor("1.18")));
        assert!(!range.covers(minor("1.16"), minor("1.16")));
        let step = |name| Coverage::of_file(name).unwrap().is_range(&facts);
        assert!(!step("0.9-1.0.md") && !step("1.9-1.10.md"));
    }

    #[test]
    fn a_guide_left_from_the_previous_release_is_stale() {
        let (covering, stale) = hop("1.4", "1.5", &[("1.5", "1.3-1.4.md"), ("1.5", "README.md")]);
        assert_eq!(covering, Vec::<String>::new());
        assert_eq!(stale, ["1.3-1.4.md@1.5"]);
    }

    #[test]
    fn a_range_guide_on_a_later_branch_covers_the_earlier_hop_and_is_stale_on_the_next() {
        let listing =
            [("1.17", "1.15-1.17.md"), ("1.18", "1.15-1.17.md"), ("1.16", "1.15-1.16.md")];
        let (covering, stale) = hop("1.15", "1.16", &listing);
        assert_eq!(covering, ["1.15-1.16.md@1.16", "1.15-1.17.md@1.17"]);
        assert_eq!(stale, Vec::<String>::new());
        let (covering, stale) = hop("1.17", "1.18", &listing);
        assert_eq!(covering, Vec::<String>::new());
        assert_eq!(stale, ["1.15-1.17.md@1.18"]);
    }

    #[test]
    fn the_targets_own_branch_wins_over_a_copy_elsewhere() {
        let listing = [("1.3", "1.3-1.4.md"), ("1.5", "1.3-1.4.md"), ("1.4", "1.3-1.4.md")];
        assert_eq!(hop("1.3", "1.4", &listing).0, ["1.3-1.4.md@1.4"]);
        assert_eq!(hop("1.3", "1.4", &listing[..2]).0, ["1.3-1.4.md@1.3"]);
    }

    #[test]
    fn a_patch_upgrade_has_neither_guides_nor_stale_ones() {
        let (covering, stale) = hop("1.2", "1.2", &[("1.2", "1.1-1.2.md")]);
        assert!(covering.is_empty() && stale.is_empty());
    }

    #[test]
    fn coverage_is_written_as_the_report_wants_it() {
        let json = serde_json::to_string(&Coverage::of_file("1.9-1.10.md")).unwrap();
        assert_eq!(json, r#"{"from":"1.9","to":"1.10"}"#);
    }
}
