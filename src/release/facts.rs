//! The facts file: what is known about Kyma's releases and is not in the releases.

use serde::Deserialize;

use super::Minor;
use crate::finding::{Evidence, excerpt};
use semver::Version;

mod operator;

pub use operator::{Decides, ErrorIn, OnFailure, Operator, RESUME, Rollout, Waits};

/// The name under which evidence cites the facts file.
const FACTS_SOURCE: &str = "facts.yaml";

const TEXT: &str = include_str!("facts.yaml");

/// Everything in the facts file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Tags that are no upgradable releases.
    pub excluded_tags: Vec<ExcludedTag>,
    /// The first minor with an upgrade procedure.
    pub first_upgradable: Bound,
    /// The last minor that the installer installs.
    pub last_installable: Bound,
    /// Minors that follow one another although their numbers do not.
    pub successions: Vec<Succession>,
    /// Upgrade procedures, oldest first.
    pub generations: Vec<Generation>,
    /// How operators work, oldest first.
    pub operators: Vec<Operator>,
    /// Renames of override keys that a document states.
    pub documented_renames: Vec<DocumentedRename>,
    /// Secrets that a job of a release turns into others.
    pub converted_secrets: Vec<ConvertedSecret>,
    /// How the component istio takes its overrides, oldest first.
    pub istio_readers: Vec<IstioReader>,
    /// What Istio's script makes of single keys.
    pub istio_options: IstioOptions,
}

/// A tag that is excluded, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludedTag {
    /// The git tag.
    pub tag: String,
    /// Why it is excluded.
    pub reason: String,
    /// Where that is known from.
    pub source: String,
}

/// A minor that bounds the range of upgrades.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The minor.
    #[serde(deserialize_with = "minor")]
    pub minor: Minor,
    /// Where that is known from.
    pub source: String,
}

/// Two minors that follow one another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The earlier minor.
    #[serde(deserialize_with = "minor")]
    pub after: Minor,
    /// The one that follows it.
    #[serde(deserialize_with = "minor")]
    pub next: Minor,
    /// Where that is known from.
    pub source: String,
}

/// Releases that share a documented upgrade procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// The first release of the generation.
    pub from: Version,
    /// The procedure in a few words.
    pub procedure: String,
    /// The document that describes it.
    pub document: String,
    /// How installer and Installation CR are published.
    pub artifacts: ArtifactLayout,
    /// Whether Tiller is upgraded first.
    #[serde(default)]
    pub tiller: bool,
    /// Whether the document says to delete the installer Deployment.
    #[serde(default)]
    pub delete_installer: bool,
    /// Whether the release has a `kyma-config-cluster.yaml` for people to fill in.
    #[serde(default)]
    pub cluster_config: bool,
    /// The command that the document gives in place of kubectl steps; `{version}` is the target.
    #[serde(default)]
    pub documented_command: Option<String>,
}

/// How a generation publishes the installer and the Installation CR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactLayout {
    /// One file holds both.
    Whole,
    /// The installer, then the CR, in two files.
    Split,
}

/// A rename of override keys that a document states.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentedRename {
    /// The minor that the hop leads to.
    #[serde(deserialize_with = "minor")]
    pub at: Minor,
    /// The component of the keys on both sides; none for common keys.
    #[serde(default)]
    pub component: Option<String>,
    /// What the old keys start with.
    pub prefixes: Vec<String>,
    /// The key that takes their place.
    pub to: String,
    /// What a person has to know about it.
    pub note: String,
    /// Where that is known from.
    pub source: String,
}

/// A Secret with overrides that a job of a release turns into another one, under other keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvertedSecret {
    /// The minor whose installation does it.
    #[serde(deserialize_with = "minor")]
    pub at: Minor,
    /// The name of the Secret, which the job deletes.
    pub name: String,
    /// The name of the one that it makes.
    pub into: String,
    /// What does it.
    pub by: String,
    /// Where that is known from.
    pub source: String,
}

impl DocumentedRename {
    /// Whether it is about a key of `component`, or about a common one.
    pub fn is_about(&self, component: Option<&str>, key: &str) -> bool {
        self.component.as_deref() == component
            && self.to != key
            && self.prefixes.iter().any(|it| key.starts_with(it))
    }

    /// Whether it names a key as a whole, so that nothing else becomes part of the new one.
    pub fn names(&self, key: &str) -> bool {
        self.prefixes.iter().any(|it| it == key)
    }
}

/// Releases whose component istio takes its overrides in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IstioReader {
    /// The first release.
    pub from: Version,
    /// Whether single keys become options of istioctl.
    #[serde(default)]
    pub single_keys: bool,
    /// The key that holds a whole document.
    #[serde(default)]
    pub document: Option<String>,
    /// Where that is known from.
    pub source: String,
}

/// What Istio's script makes of single keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IstioOptions {
    /// Where that is known from.
    pub source: String,
    /// The rules; the first one that fits holds.
    pub rules: Vec<IstioOption>,
}

/// What the script makes of single keys that start alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IstioOption {
    /// What the keys start with.
    pub prefix: String,
    /// What the option starts with.
    pub option: String,
    /// The first segment of the key that follows in the option; none where nothing follows.
    #[serde(default)]
    pub keep: Option<usize>,
}

impl Facts {
    /// The facts that the program was built with.
    ///
    /// # Panics
    /// If the file does not fit its types, which a test rules out.
    pub fn builtin() -> Self {
        serde_yaml::from_str(TEXT).expect("the built-in facts file fits its types")
    }

    /// The procedure for an upgrade to `target`, with the one of the earliest generation for
    /// anything older. A release candidate belongs to the generation of its release.
    pub fn generation(&self, target: &Version) -> &Generation {
        let fits = self.generations.iter().rev().find(|it| has_begun(&it.from, target));
        fits.or(self.generations.first()).expect("the facts file has generations")
    }

    /// How the component istio of a release takes its overrides beside Helm values; none where Helm
    /// values are all.
    pub fn istio_reader(&self, release: &Version) -> Option<&IstioReader> {
        self.istio_readers.iter().rev().find(|it| has_begun(&it.from, release))
    }

    /// What the installation of a minor makes of a Secret with overrides.
    pub fn converted_secret(&self, at: Minor, name: &str) -> Option<&ConvertedSecret> {
        self.converted_secrets.iter().find(|it| it.at == at && it.name == name)
    }

    /// The minor that comes after `minor`: the one that a succession names, else the next number.
    pub fn next_minor(&self, minor: Minor) -> Minor {
        let named = self.successions.iter().find(|it| it.after == minor);
        named.map_or(Minor { minor: minor.minor + 1, ..minor }, |it| it.next)
    }

    /// The line of the facts file that holds `text`, as evidence.
    pub fn evidence(text: &str) -> Evidence {
        let found = TEXT.lines().zip(1..).find(|(line, _)| line.contains(text));
        match found {
            Some((line, number)) => Evidence::at(FACTS_SOURCE, number, excerpt(line)),
            None => Evidence::listing(FACTS_SOURCE, text),
        }
    }
}

/// Whether what began with `from` holds for a release. A release candidate counts as its release,
/// unless it was a candidate with which it began.
fn has_begun(from: &Version, release: &Version) -> bool {
    let whole = Version::new(release.major, release.minor, release.patch);
    from <= if from.pre.is_empty() { &whole } else { release }
}

pub(super) fn minor<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Minor, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_facts_can_be_read_and_are_in_order() {
        let facts = Facts::builtin();
        assert!(facts.generations.is_sorted_by(|a, b| a.from < b.from));
        assert!(facts.istio_readers.is_sorted_by(|a, b| a.from < b.from));
        assert_eq!(facts.first_upgradable.minor.to_string(), "0.7");
    }

    #[test]
    fn a_candidate_belongs_to_the_generation_of_its_release() {
        let facts = Facts::builtin();
        let layout = |version: &str| facts.generation(&version.parse().unwrap()).artifacts;
        assert_eq!(layout("1.15.0-rc1"), ArtifactLayout::Split);
        assert_eq!(layout("1.14.0"), ArtifactLayout::Whole);
    }

    #[test]
    fn istio_changes_with_a_candidate() {
        let facts = Facts::builtin();
        let document = |version: &str| {
            let reader = facts.istio_reader(&version.parse().unwrap());
            reader.map(|it| (it.single_keys, it.document.as_deref().unwrap_or("-")))
        };
        assert_eq!(document("1.9.0"), None);
        assert_eq!(document("1.10.0-rc1"), Some((true, "-")));
        assert_eq!(document("1.15.1"), Some((true, "kyma_istio_control_plane")));
        assert_eq!(document("1.16.0-rc1"), Some((true, "kyma_istio_control_plane")));
        assert_eq!(document("1.16.0-rc4"), Some((true, "kyma_istio_operator")));
        assert_eq!(document("1.17.0-rc1"), Some((false, "kyma_istio_operator")));
        assert_eq!(document("1.24.11"), Some((false, "kyma_istio_operator")));
    }

    #[test]
    fn minors_follow_each_other_by_number_except_where_a_succession_says_so() {
        let facts = Facts::builtin();
        let next = |minor: &str| facts.next_minor(minor.parse().unwrap()).to_string();
        assert_eq!(next("0.9"), "1.0");
        assert_eq!(next("1.9"), "1.10");
    }

    #[test]
    fn evidence_cites_the_line_that_holds_the_text() {
        let evidence = Facts::evidence("tag: \"0.90.0\"");
        let line = TEXT.lines().nth(evidence.line.unwrap() as usize - 1).unwrap();
        assert_eq!(line.trim(), evidence.text);
    }
}
