//! Why there is no path, and what to do instead.

use semver::Version;
use thiserror::Error;

use crate::release::{Catalog, Minor, VersionRequest};

/// A request for which there is no legal path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The target is older than the start.
    #[error("{to} is older than {from}, and Kyma cannot be downgraded")]
    Downgrade {
        /// The start.
        from: Version,
        /// The target.
        to: Version,
    },
    /// Start and target are the same release.
    #[error("{0} is installed already, so there is nothing to upgrade")]
    SameVersion(Version),
    /// The catalogue has no such version.
    #[error("there is no release {asked}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// Versions that may have been meant, best first.
        near: Vec<Version>,
    },
    /// The catalogue knows the tag but leaves it out.
    #[error("{asked} cannot be upgraded from or to: {reason}")]
    Excluded {
        /// What was asked for.
        asked: String,
        /// Why it is left out.
        reason: String,
    },
    /// The release is older than the first with an upgrade procedure.
    #[error(
        "{asked} has no upgrade procedure; the first release with one is {first} ({source_doc})"
    )]
    BeforeFirstProcedure {
        /// What was asked for.
        asked: String,
        /// The first minor with a procedure.
        first: Minor,
        /// Where that is known from.
        source_doc: String,
    },
    /// The release is not installed by the installer any more.
    #[error("{asked} is not installed by the Kyma installer; {last} is the last minor that is")]
    LeavesInstaller {
        /// What was asked for.
        asked: String,
        /// The last minor of the installer.
        last: Minor,
        /// Its newest release, if the catalogue has one.
        newest: Option<Version>,
    },
    /// A minor on the way has neither a release nor a candidate.
    #[error("there is no release of {missing}, and upgrades from {after} go one minor at a time")]
    MissingMinor {
        /// The last minor that can be reached.
        after: Minor,
        /// The one that is missing.
        missing: Minor,
        /// The next minor that has a release.
        next: Option<Minor>,
    },
    /// A `--via` version is not between start and target.
    #[error("--via {pin} is not between {from} and {to}")]
    PinOutsideRange {
        /// The pinned version.
        pin: Version,
        /// The start.
        from: Version,
        /// The target.
        to: Version,
    },
}

impl Refusal {
    pub(super) fn downgrade((from, to): (Version, Version)) -> Self {
        Self::Downgrade { from, to }
    }

    pub(super) fn unknown(catalog: &Catalog, request: &VersionRequest) -> Self {
        let asked = request.to_string();
        let excluded = catalog.excluded().iter().find(|it| it.tag == asked);
        match excluded {
            Some(it) => Self::Excluded { asked, reason: it.reason.clone() },
            None => Self::Unknown { near: near(catalog, request.minor()), asked },
        }
    }

    /// The same refusal with those suggestions only that `fits` takes.
    #[must_use]
    pub fn only(mut self, fits: impl Fn(&Version) -> bool) -> Self {
        if let Self::Unknown { near, .. } = &mut self {
            near.retain(fits);
        }
        self
    }

    /// What to do instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Downgrade { from, .. } => format!(
                "to go back from {from}, restore the backup that was taken before the upgrade"
            ),
            Self::SameVersion(version) => format!("name a release newer than {version}; {LIST}"),
            Self::Unknown { near, .. } if near.is_empty() => LIST.to_owned(),
            Self::Unknown { near, .. } => format!("did you mean {}? {LIST}", one_of(near)),
            Self::Excluded { .. } => LIST.to_owned(),
            Self::BeforeFirstProcedure { first, .. } => format!(
                "install {first} or a later release on a new cluster and move your workloads there"
            ),
            Self::LeavesInstaller { last, newest, .. } => leave_installer(*last, newest.as_ref()),
            Self::MissingMinor { after, next, .. } => missing_minor(*after, *next),
            Self::PinOutsideRange { from, to, .. } => format!(
                "pin a version that is newer than {from} and not newer than {to}, or leave it out"
            ),
        }
    }
}

const LIST: &str = "`kyma-upgrade releases` lists the releases";

/// The newest releases of the same minor, candidates last, else the newest of the minors with the same
/// digits in another order, and of the closest minor.
fn near(catalog: &Catalog, minor: Minor) -> Vec<Version> {
    let same_minor = catalog.of_minor(minor).rev();
    let (candidates, released): (Vec<_>, Vec<_>) = same_minor.partition(|it| it.is_prerelease());
    let same_minor = released.into_iter().chain(candidates).take(3);
    let mut near: Vec<_> = same_minor.map(|it| it.version.clone()).collect();
    if near.is_empty() {
        let distance =
            |it: &Minor| (it.major.abs_diff(minor.major), it.minor.abs_diff(minor.minor));
        let minors = catalog.minors();
        let swapped = minors.iter().filter(|it| digits(**it) == digits(minor));
        let closest = minors.iter().min_by_key(|it| distance(it));
        let newest = swapped.chain(closest).filter_map(|it| catalog.newest(*it));
        near.extend(newest.map(|it| it.version.clone()));
        near.dedup();
    }
    near
}

/// The sorted digits of a minor.
fn digits(minor: Minor) -> Vec<char> {
    let mut digits: Vec<_> = minor.to_string().chars().collect();
    digits.sort_unstable();
    digits
}

fn one_of(versions: &[Version]) -> String {
    let words: Vec<_> = versions.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn leave_installer(last: Minor, newest: Option<&Version>) -> String {
    let target = newest.map_or_else(|| last.to_string(), ToString::to_string);
    format!(
        "plan up to {target}; then follow docs/migration-guide-1.24-2.0.md of Kyma 2.0, which \
         upgrades with `kyma deploy` and does not read override ConfigMaps any more"
    )
}

fn missing_minor(after: Minor, next: Option<Minor>) -> String {
    let beyond = next.map(|it| format!(", or start again from a fresh install of {it}"));
    format!(
        "go no further than {after}{}; if the release exists under another address, name it with \
         --source or the --*-url options",
        beyond.unwrap_or_default()
    )
}
