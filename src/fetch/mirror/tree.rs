//! Files by their path below a mirror: a directory under its digest list, or files that are built
//! in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::SUMS;
use super::sums::{self, Sums};
use crate::digest;
use crate::fetch::Error;
use crate::fetch::check::LIMIT;
use crate::files;

/// The most bytes of the digest list, which has about 120 bytes a file.
const LIST_LIMIT: u64 = 64 << 20;

#[derive(Debug)]
pub(super) enum Tree {
    Folder { path: PathBuf, sums: Sums },
    Embedded(BTreeMap<&'static str, &'static [u8]>),
}

impl Tree {
    /// A directory with its digest list.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let not_a_mirror = |cause| Error::NotAMirror { folder: folder.to_owned(), cause };
        if !folder.exists() {
            return Err(not_a_mirror("it does not exist".to_owned()));
        }
        if !folder.is_dir() {
            return Err(not_a_mirror("it is a file".to_owned()));
        }
        let list = folder.join(SUMS);
        if !list.exists() {
            return Err(not_a_mirror(format!("it has no {SUMS}")));
        }
        let list = files::read_limited(&list, LIST_LIMIT);
        let list = list.map_err(|error| not_a_mirror(error.to_string()))?;
        let sums = sums::parse(&list).map_err(not_a_mirror)?;
        let path = folder.to_owned();
        Ok(Self::Folder { path, sums })
    }

    /// The content of a file, which is checked against the list; none where there is no such file
    /// and none in the list.
    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let (folder, sums) = match self {
            Self::Embedded(files) => return Ok(files.get(path).map(|it| it.to_vec())),
            Self::Folder { path, sums } => (path, sums),
        };
        let file = folder.join(path);
        let damaged = |problem: String| {
            let path = file.clone();
            Err(Error::Damaged { path, problem })
        };
        match (sums.get(path), file.exists()) {
            (None, false) => Ok(None),
            (None, true) => damaged(format!("is not in the list {SUMS}")),
            (Some(_), false) => damaged(format!("is in the list {SUMS} but not there")),
            (Some(digest), true) => match files::read_limited(&file, LIMIT) {
                Ok(bytes) if digest::hex(&bytes) == *digest => Ok(Some(bytes)),
                Ok(_) => damaged(format!("does not have the digest of the list {SUMS}")),
                Err(error) => damaged(format!("is unreadable: {error}")),
            },
        }
    }

    /// The digest in the list and the size of a file.
    pub(super) fn known(&self, path: &str) -> Option<(String, u64)> {
        let Self::Folder { path: folder, sums } = self else {
            return None;
        };
        let bytes = fs_err::metadata(folder.join(path)).ok()?.len();
        Some((sums.get(path)?.clone(), bytes))
    }

    /// The digest list of a directory; none for files that are built in.
    pub(super) fn into_sums(self) -> Sums {
        match self {
            Self::Folder { sums, .. } => sums,
            Self::Embedded(_) => Sums::new(),
        }
    }

    /// An error that says what a directory does not hold. Files that are built in are complete.
    pub(super) fn not_held(&self, words: impl FnOnce() -> String) -> Result<(), Error> {
        match self {
            Self::Embedded(_) => Ok(()),
            Self::Folder { path, .. } => {
                Err(Error::NotMirrored { folder: path.clone(), what: words() })
            }
        }
    }

    /// Where a file is, for errors.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        match self {
            Self::Embedded(_) => PathBuf::from(path),
            Self::Folder { path: folder, .. } => folder.join(path),
        }
    }
}
