//! Files of the user: read under a limit, written whole or not at all.
//!
//! # Decisions
//! * Writing goes to a temporary file in the same folder, which then takes the name. A crash, a
//!   full disk or Ctrl-C leaves the old file or none, and two writers leave one of both files.
//! * Several files that belong together are staged first, all of them, and take their names then: a
//!   disk that fills up half-way changes none of them.
//! * What is no regular file (`/dev/stdout`, a pipe) is written directly, because a rename would
//!   replace the device. A symbolic link is followed, because a rename would replace the link.
//! * The errors of this module name the path that the caller gave, so files are opened with `std`
//!   here and `fs_err` would name it twice.
//! * A file that says that it is too large is not read at all. Otherwise reading does not trust the
//!   size that the file system says: `/dev/zero` says 0.

use std::error::Error as StdError;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::finding::nearest;

mod write;

pub use write::{
    Staged, check_writable, make_folder, remove_empty_folder, unwritable, write_atomically,
    write_private, write_replaceable,
};

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file; `-` is standard input.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// It is larger than anything sensible.
    #[error("cannot read {}: it is larger than the limit of {}", path.display(), size(*limit))]
    TooLarge {
        /// The file; `-` is standard input.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// It holds no manifests.
    #[error("{} holds no .yaml, .yml or .json file", folder.display())]
    NoManifests {
        /// The folder.
        folder: PathBuf,
    },
    /// It could not be written. Whatever was there before is still there.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
}

impl Error {
    /// Why, without the path: what the system said, where it was the system.
    pub fn cause(&self) -> String {
        match self {
            Self::Read { cause, .. } | Self::Write { cause, .. } => cause.clone(),
            Self::TooLarge { .. } | Self::NoManifests { .. } => self.to_string(),
        }
    }

    /// The file of the same folder that may have been meant, where there is none of that name.
    pub fn near(&self) -> Option<PathBuf> {
        match self {
            Self::Read { path, .. } => near(path),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "check the path and the permission to read it",
            Self::TooLarge { .. } => "check that this is the file that you mean",
            Self::NoManifests { .. } => "check that this is the folder that you mean",
            Self::Write { .. } => {
                "check that the folder exists, that you may write there and that the disk has room; \
                 nothing was changed"
            }
        }
    }
}

/// What has a name like that of a path that does not exist, in the same folder.
pub fn near(path: &Path) -> Option<PathBuf> {
    if path.exists() || path == Path::new("-") {
        return None;
    }
    let wrong = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.flatten();
    let mut names: Vec<_> = entries.filter_map(|it| it.file_name().into_string().ok()).collect();
    names.sort();
    let near = nearest(wrong, names.iter().map(String::as_str))?;
    Some(path.with_file_name(near))
}

/// The path of a file that belongs to another one: `plan.json` has `plan.json.journal`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The content of a file that has at most `limit` bytes.
///
/// # Errors
/// When it cannot be read or is larger.
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    if file.metadata().is_ok_and(|it| it.is_file() && limit < it.len()) {
        return Err(Error::TooLarge { path: path.to_owned(), limit });
    }
    read_from(file, path, limit)
}

/// The content of a file, or of standard input where the path is `-`, of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read or is larger.
pub fn read_input(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    if path == Path::new("-") {
        read_from(io::stdin().lock(), path, limit)
    } else {
        read_limited(path, limit)
    }
}

/// The manifests under a path, with their paths: a file, standard input (`-`), or all files of a
/// folder and its sub-folders that end in `.yaml`, `.yml` or `.json`, in the order of their names.
/// Together they have at most `limit` bytes.
///
/// # Errors
/// When one cannot be read, when they are larger, or when the folder holds none.
pub fn read_manifests(path: &Path, limit: u64) -> Result<Vec<(String, Vec<u8>)>, Error> {
    if !path.is_dir() {
        let bytes = read_input(path, limit)?;
        return Ok(vec![(path.display().to_string(), bytes)]);
    }
    let mut left = limit;
    let mut read = Vec::new();
    for file in manifest_files(path)? {
        let bytes = read_limited(&file, left)?;
        left -= bytes.len() as u64;
        read.push((file.display().to_string(), bytes));
    }
    Ok(read)
}

fn manifest_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                // As kubectl does, links to folders are not followed: they may form a circle.
                folders.extend((!path.is_symlink()).then_some(path));
            } else if is_manifest(&path) {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        return Err(Error::NoManifests { folder: folder.to_owned() });
    }
    files.sort();
    Ok(files)
}

fn is_manifest(path: &Path) -> bool {
    let ending = path.extension().and_then(|it| it.to_str());
    matches!(ending, Some("yaml" | "yml" | "json"))
}

fn read_from(reader: impl Read, path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut reader = reader.take(limit.saturating_add(1));
    let read = reader.read_to_end(&mut bytes);
    let read = read.map_err(|error| unreadable(path, &error))?;
    if read as u64 > limit {
        let path = path.to_owned();
        return Err(Error::TooLarge { path, limit });
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::Read { path: path.to_owned(), cause: root_cause(error) }
}

/// A number of bytes for people, rounded up so that more than a limit never reads as the limit:
/// `200 MiB`, `16.1 MiB`, `11 KiB`, `12 bytes`.
pub fn size(bytes: u64) -> String {
    const MEBI: u64 = 1 << 20;
    match bytes {
        MEBI.. if bytes.is_multiple_of(MEBI) => format!("{} MiB", bytes / MEBI),
        MEBI.. => {
            let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(MEBI));
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        }
        1024.. => format!("{} KiB", bytes.div_ceil(1024)),
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

/// The text of the innermost error. The outer ones name temporary paths and redirect URLs, which
/// help nobody and may be signed.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_inclusive_and_one_byte_more_is_refused() {
        assert!(read_from(&[0; 10][..], Path::new("-"), 10).is_ok());
        let error = read_from(&[0; 11][..], Path::new("-"), 10).unwrap_err();
        assert_eq!(error.to_string(), "cannot read -: it is larger than the limit of 10 bytes");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_endless_file_is_refused() {
        let error = read_limited(Path::new("/dev/zero"), 1000).unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }));
    }

    #[test]
    fn a_file_that_says_that_it_is_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sparse");
        // A hole: reading a tebibyte of it would take minutes.
        fs_err::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read_limited(&path, (1 << 40) - 1).unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }));
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_limited(folder.path(), 1000).unwrap_err();
        assert!(matches!(error, Error::Read { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_read_once_though_a_link_in_it_leads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs_err::create_dir(path.join("sub")).unwrap();
        write_atomically(&path.join("sub/a.yaml"), b"a").unwrap();
        write_atomically(&path.join("b.json"), b"b").unwrap();
        write_atomically(&path.join("c.txt"), b"c").unwrap();
        fs_err::os::unix::fs::symlink(path, path.join("sub/circle")).unwrap();
        fs_err::os::unix::fs::symlink(path.join("b.json"), path.join("link.yml")).unwrap();
        let read = read_manifests(path, 3).unwrap();
        let names = read.iter().map(|(name, _)| name.rsplit('/').next().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["b.json", "link.yml", "a.yaml"]);
        assert!(matches!(read_manifests(path, 2), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn sizes_are_rounded_up() {
        let texts = [0, 1, 1023, 1024, 1025, (16 << 20) + 1, 200 << 20].map(size);
        let expected = ["0 bytes", "1 byte", "1023 bytes", "1 KiB", "2 KiB", "16.1 MiB", "200 MiB"];
        assert_eq!(texts, expected);
    }
}
