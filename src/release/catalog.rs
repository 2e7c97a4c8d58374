//! The catalogue: which releases there are, and which listed tags are none.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::{Facts, Minor, Release, ReleaseRecord};

/// All releases that can take part in an upgrade, in version order.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    releases: BTreeMap<Version, Release>,
    excluded: Vec<Excluded>,
}

/// A listed tag that takes no part, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The git tag.
    pub tag: String,
    /// Its version, if the tag reads as one.
    pub version: Option<Version>,
    /// Why it is left out.
    pub reason: String,
    /// Whether the facts file excludes it (and not its form or state).
    pub by_facts: bool,
}

impl Catalog {
    /// The catalogue of what a source lists. Drafts, tags that are no versions, tags listed twice
    /// and tags that the facts file excludes are kept aside with the reason.
    pub fn new(records: Vec<ReleaseRecord>, facts: &Facts) -> Self {
        let mut catalog = Self::default();
        for record in records {
            match catalog.judge(&record, facts) {
                Ok(version) => {
                    catalog.releases.insert(version.clone(), release(version, record));
                }
                Err(excluded) => catalog.excluded.push(excluded),
            }
        }
        catalog.excluded.sort_by(|a, b| a.tag.cmp(&b.tag));
        catalog
    }

    fn judge(&self, record: &ReleaseRecord, facts: &Facts) -> Result<Version, Excluded> {
        let tag = &record.tag_name;
        let version = Version::parse(tag).ok();
        let exclude = |reason: &str, by_facts| {
            let reason = reason.to_owned();
            Err(Excluded { tag: tag.clone(), version: version.clone(), reason, by_facts })
        };
        if let Some(fact) = facts.excluded_tags.iter().find(|it| it.tag == *tag) {
            return exclude(&fact.reason, true);
        }
        if record.draft {
            return exclude("a draft, which is visible to maintainers only", false);
        }
        match &version {
            None => exclude("its tag is not a version of the form 1.2.3 or 1.2.3-rc4", false),
            Some(known) if self.releases.contains_key(known) => {
                exclude("listed a second time; the first entry counts", false)
            }
            Some(version) => Ok(version.clone()),
        }
    }

    /// All releases in version order.
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &Release> {
        self.releases.values()
    }

    /// The listed tags that take no part, by tag.
    pub fn excluded(&self) -> &[Excluded] {
        &self.excluded
    }

    /// Whether no release takes part.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }

    /// The release of exactly this version.
    pub fn get(&self, version: &Version) -> Option<&Release> {
        self.releases.get(version)
    }

    /// The releases of one minor in version order, candidates among them.
    pub fn of_minor(&self, minor: Minor) -> impl DoubleEndedIterator<Item = &Release> {
        self.releases().filter(move |it| Minor::of(&it.version) == minor)
    }

    /// The newest patch of a minor; its newest candidate where it has no release. Candidates are
    /// ordered by their number: `rc10` is newer than `rc4`, although SemVer sorts it before.
    pub fn newest(&self, minor: Minor) -> Option<&Release> {
        let released = self.of_minor(minor).rfind(|it| !it.is_prerelease());
        released.or_else(|| self.of_minor(minor).max_by_key(|it| candidate_order(&it.version)))
    }

    /// All minors with a release or a candidate, in order.
    pub fn minors(&self) -> BTreeSet<Minor> {
        self.releases.keys().map(Minor::of).collect()
    }
}

fn release(version: Version, record: ReleaseRecord) -> Release {
    Release {
        version,
        tag: record.tag_name,
        published: record.published_at.unwrap_or_default(),
        assets: record.assets.into_iter().map(|it| (it.name.clone(), it)).collect(),
    }
}

fn candidate_order(version: &Version) -> (u64, u64) {
    let digits = version.pre.trim_start_matches(|c: char| !c.is_ascii_digit());
    (version.patch, digits.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(tag: &str, draft: bool) -> ReleaseRecord {
        let tag_name = tag.to_owned();
        ReleaseRecord { tag_name, draft, prerelease: false, published_at: None, assets: vec![] }
    }

    fn catalog(tags: &[&str]) -> Catalog {
        let records = tags.iter().map(|tag| record(tag, false)).collect();
        Catalog::new(records, &Facts::builtin())
    }

    #[test]
    fn tags_that_are_no_releases_are_kept_with_their_reason() {
        let mut records =
            vec![record("1.0.0", false), record("1.1.0", true), record("1.0.0", false)];
        records.extend(["latest", "v0.5.0", "0.90.0"].map(|tag| record(tag, false)));
        let catalog = Catalog::new(records, &Facts::builtin());
        let excluded: Vec<_> = catalog.excluded().iter().map(|it| it.tag.as_str()).collect();
        assert_eq!(excluded, ["0.90.0", "1.0.0", "1.1.0", "latest", "v0.5.0"]);
        assert_eq!(catalog.releases().count(), 1);
    }

    #[test]
    fn the_newest_of_a_minor_is_a_release_before_it_is_a_candidate() {
        let catalog = catalog(&["1.16.0-rc4", "1.17.0-rc1", "1.16.0-rc10", "1.17.0", "1.17.1-rc1"]);
        let newest = |minor: &str| catalog.newest(minor.parse().unwrap()).unwrap().tag.as_str();
        assert_eq!(newest("1.17"), "1.17.0");
        assert_eq!(newest("1.16"), "1.16.0-rc10");
    }

    #[test]
    fn date_order_is_not_version_order() {
        let catalog = catalog(&["1.6.0", "1.10.0", "1.9.0"]);
        let order: Vec<_> = catalog.releases().map(|it| it.tag.as_str()).collect();
        assert_eq!(order, ["1.6.0", "1.9.0", "1.10.0"]);
    }
}
