//! Releases, the catalogue that holds them, and where their files are.
//!
//! # Decisions
//! * What a release has published is read from the catalogue; what Kyma's procedure is in a
//!   generation is a fact and stands with its source in `release/facts.yaml`.
//! * [`Resource`] names a file by meaning, not by URL, so that GitHub, a mirror and the built-in
//!   example can serve the same request.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

mod catalog;
mod facts;
mod kubernetes;
mod needs;

pub use catalog::{Catalog, Excluded};
pub use facts::{
    ArtifactLayout, ConvertedSecret, Decides, DocumentedRename, ErrorIn, Facts, Generation,
    IstioReader, OnFailure, Operator, RESUME, Rollout, Waits,
};
pub use kubernetes::{
    KubernetesFacts, KubernetesVersion, NotAKubernetesVersion, Served, Strength, Window,
};
pub use needs::{Need, Role};

/// A release as its source lists it, in the shape of GitHub's REST API
/// (`GET /repos/{owner}/{repo}/releases`). Fields that nobody reads are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// The git tag.
    pub tag_name: String,
    /// Whether it is a draft, visible to maintainers only.
    #[serde(default)]
    pub draft: bool,
    /// Whether its publisher calls it a pre-release.
    #[serde(default)]
    pub prerelease: bool,
    /// When it was published (RFC 3339); drafts have none.
    #[serde(default)]
    pub published_at: Option<String>,
    /// The files attached to it.
    #[serde(default)]
    pub assets: Vec<Asset>,
}

/// A file attached to a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its file name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Where it is downloaded.
    pub browser_download_url: String,
    /// `sha256:…` of its content; GitHub gives it for assets uploaded since June 2025.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// One release of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its version, read from the tag.
    pub version: Version,
    /// The git tag, as written.
    pub tag: String,
    /// When it was published (RFC 3339), empty when unknown. Date order is not version order.
    pub published: String,
    /// The files attached to it, by name.
    pub assets: BTreeMap<String, Asset>,
}

impl Release {
    /// Whether it is a release candidate or another pre-release, by its version.
    pub fn is_prerelease(&self) -> bool {
        !self.version.pre.is_empty()
    }
}

/// A minor release line, such as 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Minor {
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
}

impl Minor {
    /// The minor that `version` belongs to.
    pub fn of(version: &Version) -> Self {
        Self { major: version.major, minor: version.minor }
    }

    /// The branch of the Kyma repository on which this minor is maintained.
    pub fn branch(self) -> String {
        format!("release-{self}")
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version; {near}", near = did_you_mean(.0))]
pub struct NotAVersion(pub String);

fn did_you_mean(text: &str) -> String {
    match meant(text) {
        Some(version) => format!("did you mean {version}?"),
        None => "write 1.3, 1.3.0 or 1.16.0-rc4".to_owned(),
    }
}

/// The version that a text with a slip in it is meant for: `v1.3`, `release-1.3`, `1,3`, `1.o`,
/// `1.3.x`.
pub fn meant(text: &str) -> Option<VersionRequest> {
    let text = text.trim().to_ascii_lowercase().replace(',', ".");
    let text = text.strip_prefix("release-").unwrap_or(&text);
    let text = text.trim_start_matches('v').trim_end_matches(['x', '*']).trim_end_matches('.');
    let (numbers, candidate) = text.split_once('-').map_or((text, None), |it| (it.0, Some(it.1)));
    let numbers = numbers.replace('o', "0").replace('l', "1");
    let text = candidate.map_or(numbers.clone(), |it| format!("{numbers}-{it}"));
    text.parse().ok()
}

impl FromStr for Minor {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let error = || NotAVersion(text.to_owned());
        let (major, minor) = text.split_once('.').ok_or_else(error)?;
        let number = |part: &str| {
            let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten().ok_or_else(error)
        };
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// A version as a person asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRequest {
    /// `1.3`: the newest patch of that minor.
    Newest(Minor),
    /// `1.3.0` or `1.16.0-rc4`: exactly this one.
    Exact(Version),
}

impl VersionRequest {
    /// The minor that is asked for.
    pub fn minor(&self) -> Minor {
        match self {
            Self::Newest(minor) => *minor,
            Self::Exact(version) => Minor::of(version),
        }
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(minor) => minor.fmt(f),
            Self::Exact(version) => version.fmt(f),
        }
    }
}

impl FromStr for VersionRequest {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if let Ok(minor) = text.parse() {
            return Ok(Self::Newest(minor));
        }
        Version::parse(text).map(Self::Exact).map_err(|_| NotAVersion(text.to_owned()))
    }
}

/// Which of Kyma's two kinds of installation is upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Kyma on a cluster.
    #[default]
    Cluster,
    /// Kyma on Minikube.
    Local,
}

impl Deployment {
    /// The word that artifact names and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Local => "local",
        }
    }
}

/// A file that a source of releases can be asked for, named by meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// A file attached to the GitHub release of `tag`.
    Asset {
        /// The release's tag.
        tag: String,
        /// The file's name.
        name: String,
    },
    /// A file that is only in the artifact bucket.
    Bucket {
        /// The release's tag.
        tag: String,
        /// The file's name.
        name: String,
    },
    /// A file of the Kyma repository at a tag or branch.
    Raw {
        /// The tag or branch.
        reference: String,
        /// The path below the repository's root.
        path: String,
    },
    /// The source archive of a release, which holds its charts.
    Archive {
        /// The release's tag.
        tag: String,
    },
    /// The release notes post in folder `dir` of the website's blog.
    Notes {
        /// The folder's name, such as `2019-06-13-release-notes-1.2`.
        dir: String,
    },
}

/// The folder of the Kyma repository that holds migration guides.
pub const GUIDE_FOLDER: &str = "docs/migration-guides";

impl Resource {
    /// The migration guide `name` on the release branch of `minor`.
    pub fn guide(minor: Minor, name: &str) -> Self {
        Self::Raw { reference: minor.branch(), path: format!("{GUIDE_FOLDER}/{name}") }
    }

    /// The name that evidence and mirrors use: `1.1.0/kyma-installer-cluster.yaml`,
    /// `release-1.2/docs/migration-guides/1.1-1.2.md`, `2019-06-13-release-notes-1.2/index.md`.
    pub fn source(&self) -> String {
        match self {
            Self::Asset { tag, name } | Self::Bucket { tag, name } => format!("{tag}/{name}"),
            Self::Raw { reference, path } => format!("{reference}/{path}"),
            Self::Archive { tag } => format!("{tag}.tar.gz"),
            Self::Notes { dir } => format!("{dir}/index.md"),
        }
    }

    /// The same file in the artifact bucket, for a file attached to a release.
    pub fn in_bucket(&self) -> Option<Self> {
        match self {
            Self::Asset { tag, name } => {
                Some(Self::Bucket { tag: tag.clone(), name: name.clone() })
            }
            _ => None,
        }
    }

    /// Whether its content may change under the same name (a file on a branch, a blog post).
    pub fn is_mutable(&self) -> bool {
        match self {
            Self::Asset { .. } | Self::Bucket { .. } | Self::Archive { .. } => false,
            Self::Raw { reference, .. } => reference.starts_with("release-"),
            Self::Notes { .. } => true,
        }
    }
}

/// A downloaded file with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What was asked for.
    pub resource: Resource,
    /// Where it originally comes from, also when it was read from a cache or a mirror.
    pub url: String,
    /// `sha256:` and 64 hexadecimal digits.
    pub sha256: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file that a source does not have, or that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// What was asked for.
    pub resource: Resource,
    /// Where it would originally come from.
    pub url: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The source answers that there is no such file.
    Missing,
    /// It is there but unusable; the text is a sentence part that says how ("is 200 MiB, more than
    /// the limit of 64 MiB", "is an HTML page").
    Unusable(String),
}

/// What asking for a file gave.
pub type Fetched = Result<Artifact, Absent>;
