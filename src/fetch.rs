//! Release sources behind one seam: GitHub, a directory that `mirror` wrote, files that are built
//! in. All three answer with the same bytes, digests and origin URLs.
//!
//! # Decisions
//! * A file that a source does not have, or that is unusable, is a value ([`Fetched`]); the analysis
//!   makes a finding of it. An error means that nobody can know: no network, a refused token, a
//!   damaged mirror.
//! * Every file goes through the same check (`check`), whatever source it comes from, so that a
//!   plan cannot depend on the source.
//! * Names that come from a catalogue or a listing become URLs and paths. `names` refuses those
//!   that could leave their folder, before anything is asked.
//! * File access is synchronous also in async functions: the files are small and local.

use std::path::{Path, PathBuf};

use futures::future::try_join_all;

use crate::digest;
use crate::release::{Absent, Artifact, Asset, Fetched, Minor, Problem, ReleaseRecord, Resource};

pub mod archive;
mod cache;
mod check;
mod error;
mod github;
mod http;
pub mod mirror;
mod names;
mod origins;

pub use check::LIMIT;
pub use error::Error;
pub use github::{GitHub, Options};
pub use http::Patience;
pub use mirror::Mirror;
pub use origins::Origins;

/// The platform's folder for caches, if there is one.
pub fn default_cache() -> Option<PathBuf> {
    cache::default_folder().ok()
}

/// Where releases come from.
#[derive(Debug)]
pub enum Source {
    /// GitHub and the artifact bucket, through a cache.
    GitHub(GitHub),
    /// A directory that [`mirror::write`] wrote, or files of the same layout that are built in.
    Mirror(Mirror),
}

/// One file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which file.
    pub resource: Resource,
    /// What the catalogue says about it; its size and digest must fit.
    pub expected: Option<Asset>,
}

impl Source {
    /// GitHub, through a cache.
    ///
    /// # Errors
    /// When a base URL or the token cannot be used, or the cache folder cannot be written.
    pub fn github(options: Options) -> Result<Self, Error> {
        GitHub::new(options).map(Self::GitHub)
    }

    /// A directory that [`mirror::write`] wrote.
    ///
    /// # Errors
    /// When it is no such directory, or was changed since.
    pub fn mirror(folder: &Path) -> Result<Self, Error> {
        Mirror::open(folder).map(Self::Mirror)
    }

    /// Files that are built in, as pairs of path and content in the layout of a mirror. They need
    /// no digest list, and what is not among them does not exist.
    ///
    /// # Errors
    /// When their `origin.json` or `absent.json` is not what a mirror holds.
    pub fn embedded(files: &'static [(&'static str, &'static [u8])]) -> Result<Self, Error> {
        Mirror::embedded(files).map(Self::Mirror)
    }

    /// The base URLs of the origin.
    pub fn origins(&self) -> &Origins {
        match self {
            Self::GitHub(github) => github.origins(),
            Self::Mirror(mirror) => mirror.origins(),
        }
    }

    /// Where a file originally comes from.
    pub fn url(&self, resource: &Resource) -> String {
        self.origins().file(resource)
    }

    /// All releases, in the order of the source.
    ///
    /// # Errors
    /// When the source cannot answer.
    pub async fn releases(&self) -> Result<Vec<ReleaseRecord>, Error> {
        match self {
            Self::GitHub(github) => github.releases().await,
            Self::Mirror(mirror) => mirror.releases(),
        }
    }

    /// The names of the files in the folder of migration guides on the release branch of `minor`,
    /// sorted; none where the branch or the folder does not exist.
    ///
    /// # Errors
    /// When the source cannot answer.
    pub async fn guides(&self, minor: Minor) -> Result<Vec<String>, Error> {
        match self {
            Self::GitHub(github) => github.guides(minor).await,
            Self::Mirror(mirror) => mirror.guides(minor),
        }
    }

    /// The names of the folders that hold the website's blog posts, sorted.
    ///
    /// # Errors
    /// When the source cannot answer.
    pub async fn notes(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::GitHub(github) => github.notes().await,
            Self::Mirror(mirror) => mirror.notes(),
        }
    }

    /// One file, checked against what the catalogue says about it.
    ///
    /// # Errors
    /// When the source cannot answer, or the file's name is dangerous.
    pub async fn fetch(
        &self,
        resource: &Resource,
        expected: Option<&Asset>,
    ) -> Result<Fetched, Error> {
        names::check(resource)?;
        let answer = match check::announced(expected) {
            Err(text) => Content::Unusable(text),
            Ok(()) => match self {
                Self::GitHub(github) => github.file(resource, expected).await?,
                Self::Mirror(mirror) => mirror.file(resource, expected)?,
            },
        };
        Ok(self.fetched(resource, answer))
    }

    /// Several files, downloaded in parallel, in the order of the requests.
    ///
    /// # Errors
    /// The first error in that order; the other downloads are then abandoned.
    pub async fn fetch_all(&self, requests: &[Request]) -> Result<Vec<Fetched>, Error> {
        let fetches = requests.iter().map(|it| self.fetch(&it.resource, it.expected.as_ref()));
        try_join_all(fetches).await
    }

    /// The digest (64 hexadecimal digits) and size of a file that cannot change, where the source
    /// knows them without reading it.
    pub fn known(&self, resource: &Resource) -> Option<(String, u64)> {
        names::check(resource).ok()?;
        match self {
            Self::GitHub(github) if !resource.is_mutable() => github.known(resource),
            Self::GitHub(_) => None,
            Self::Mirror(mirror) => mirror.known(resource),
        }
    }

    fn fetched(&self, resource: &Resource, content: Content) -> Fetched {
        let (resource, url) = (resource.clone(), self.url(resource));
        let problem = match content {
            Content::Found(bytes) => {
                return Ok(Artifact { resource, url, sha256: digest::sha256(&bytes), bytes });
            }
            Content::Missing => Problem::Missing,
            Content::Unusable(text) => Problem::Unusable(text),
        };
        Err(Absent { resource, url, problem })
    }
}

/// What a source has under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Found(Vec<u8>),
    Missing,
    Unusable(String),
}
