//! Releases from a directory that stands in for GitHub, behind an air gap.
//!
//! ```text
//! origin.json                     the base URLs that the files came from
//! releases.json                   the list of releases
//! guides/release-1.2.json         the names of the migration guides on that branch
//! notes.json                      the names of the blog posts
//! absent.json                     what the origin did not have, or had in an unusable form
//! download/<tag>/<asset>          files of releases
//! bucket/<tag>/<file>             files of the artifact bucket
//! raw/<tag or branch>/<path>      files of the repository
//! archive/<tag>.tar.gz            source archives
//! notes/<dir>/index.md            release notes
//! SHA256SUMS                      the digests of all of these; `sha256sum -c SHA256SUMS` checks it
//! ```
//!
//! # Decisions
//! * The digest list is written last, and nothing is read that it does not name, so that an
//!   interrupted mirror is never taken for a whole one.
//! * What is not in the list and not in `absent.json` was never asked for. That is an error and no
//!   missing artifact: the mirror was written for other versions.
//! * Listings are files of their own and not the content of folders, because a mirror need not hold
//!   every guide that a listing names.
//! * Files that are built in have the same layout but need no list: nobody can change them, and what
//!   is not among them does not exist.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::check::{Answer, WORDS_FOR_NOTES, words_for_guides};
use super::{Content, Error, Origins, names};
use crate::release::{Asset, Minor, ReleaseRecord, Resource};

mod sums;
mod tree;
mod write;

use tree::Tree;
pub use write::{Contents, Written, check, write};

const SUMS: &str = "SHA256SUMS";
const ORIGIN: &str = "origin.json";
const RELEASES: &str = "releases.json";
const NOTES: &str = "notes.json";
const ABSENT: &str = "absent.json";

/// What the origin did not have: the path where it would stand, and what is wrong with it, which is
/// nothing where it is plainly missing.
type AbsentFiles = BTreeMap<String, Option<String>>;

/// A directory that [`write()`] wrote, or files of the same layout that are built in.
#[derive(Debug)]
pub struct Mirror {
    tree: Tree,
    origins: Origins,
    absent: AbsentFiles,
}

impl Mirror {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        Self::over(Tree::open(folder)?)
    }

    pub(super) fn embedded(files: &'static [(&'static str, &'static [u8])]) -> Result<Self, Error> {
        Self::over(Tree::Embedded(files.iter().copied().collect()))
    }

    fn over(tree: Tree) -> Result<Self, Error> {
        let record = |path: &'static str| move || format!("the record {path}");
        Ok(Self {
            origins: listing(&tree, ORIGIN, record(ORIGIN))?,
            absent: listing(&tree, ABSENT, record(ABSENT))?,
            tree,
        })
    }

    pub(super) fn origins(&self) -> &Origins {
        &self.origins
    }

    pub(super) fn releases(&self) -> Result<Vec<ReleaseRecord>, Error> {
        listing(&self.tree, RELEASES, || "the list of releases".to_owned())
    }

    pub(super) fn guides(&self, minor: Minor) -> Result<Vec<String>, Error> {
        listing(&self.tree, &guides_path(minor), || words_for_guides(minor))
    }

    pub(super) fn notes(&self) -> Result<Vec<String>, Error> {
        listing(&self.tree, NOTES, || WORDS_FOR_NOTES.to_owned())
    }

    pub(super) fn known(&self, resource: &Resource) -> Option<(String, u64)> {
        self.tree.known(&path(resource))
    }

    pub(super) fn file(
        &self,
        resource: &Resource,
        expected: Option<&Asset>,
    ) -> Result<Content, Error> {
        let path = path(resource);
        match self.absent.get(&path) {
            Some(None) => return Ok(Content::Missing),
            Some(Some(text)) => return Ok(Content::Unusable(text.clone())),
            None => {}
        }
        let Some(bytes) = self.tree.read(&path)? else {
            self.tree.not_held(|| names::words(resource))?;
            return Ok(Content::Missing);
        };
        match Answer::File(resource, expected).judge(&bytes) {
            Ok(()) => Ok(Content::Found(bytes)),
            Err(flaw) => Ok(Content::Unusable(flaw.into_text())),
        }
    }
}

/// The JSON of a file that a directory must hold; what is built in may leave it out.
fn listing<T>(tree: &Tree, path: &str, words: impl FnOnce() -> String) -> Result<T, Error>
where
    T: DeserializeOwned + Default,
{
    if let Some(listing) = parsed(tree, path)? {
        return Ok(listing);
    }
    tree.not_held(words)?;
    Ok(T::default())
}

fn parsed<T: DeserializeOwned>(tree: &Tree, path: &str) -> Result<Option<T>, Error> {
    let Some(bytes) = tree.read(path)? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|error| Error::Damaged {
        path: tree.path(path),
        problem: format!("is not what a mirror holds there: {error}"),
    })
}

/// Where a file stands below the directory.
fn path(resource: &Resource) -> String {
    match resource {
        Resource::Asset { tag, name } => format!("download/{tag}/{name}"),
        Resource::Bucket { tag, name } => format!("bucket/{tag}/{name}"),
        Resource::Raw { reference, path } => format!("raw/{reference}/{path}"),
        Resource::Archive { tag } => format!("archive/{tag}.tar.gz"),
        Resource::Notes { dir } => format!("notes/{dir}/index.md"),
    }
}

fn guides_path(minor: Minor) -> String {
    format!("guides/{}.json", minor.branch())
}
