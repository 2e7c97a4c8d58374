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
//! * Reading never trusts the size that the file system says: `/dev/zero` says 0.

use std::error::Error as StdError;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

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

/// Writes a file so that it holds either its old or the whole new content, whatever happens.
///
/// # Errors
/// When the folder is missing, read-only or full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, std::fs::File::sync_all)
}

/// The same without waiting for the disk: after a power failure the file may be empty. This is for
/// what is checked on reading and can be had again.
///
/// # Errors
/// When the folder is missing, read-only or full.
pub fn write_replaceable(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, |_| Ok(()))
}

/// Makes sure that a written file is on the disk, or does not care.
type Flush = fn(&std::fs::File) -> io::Result<()>;

fn write(path: &Path, bytes: &[u8], flush: Flush) -> Result<(), Error> {
    let target = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let device = fs_err::metadata(&target).is_ok_and(|it| !it.is_file() && !it.is_dir());
    let written =
        if device { write_through(&target, bytes) } else { replace(&target, bytes, flush) };
    written.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::Write { path: path.to_owned(), cause: without_temporary_path(&root_cause(error)) }
}

/// The cause without the path of the temporary file, which differs each time.
fn without_temporary_path(cause: &str) -> String {
    let (cause, _) = cause.split_once(" at path ").unwrap_or((cause, ""));
    cause.to_owned()
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes)
}

fn replace(path: &Path, bytes: &[u8], flush: Flush) -> io::Result<()> {
    let mut file = temporary(folder_of(path))?;
    file.write_all(bytes)?;
    flush(file.as_file())?;
    file.persist(path).map(drop).map_err(|it| it.error)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A file that is written whole but does not have its name yet. It vanishes when it is dropped.
#[derive(Debug)]
pub struct Staged {
    file: tempfile::TempPath,
    path: PathBuf,
}

impl Staged {
    /// Writes a file beside `path`, in a folder that is made if necessary.
    ///
    /// # Errors
    /// When the folder cannot be made, or is read-only or full.
    pub fn write(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        make_folder(folder_of(path))?;
        let stage = || {
            let mut file = temporary(folder_of(path))?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file.into_temp_path())
        };
        let file = stage().map_err(|error| unwritable(path, &error))?;
        let path = path.to_owned();
        Ok(Self { file, path })
    }

    /// Gives the file its name, in place of what has it.
    ///
    /// # Errors
    /// When a folder has that name.
    pub fn put(self) -> Result<(), Error> {
        let put = self.file.persist(&self.path);
        put.map_err(|it| unwritable(&self.path, &it.error))
    }
}

/// Makes a folder, and those that it is in, where they do not exist.
///
/// # Errors
/// When a file has the name of one, or the folder around it is read-only or full.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    let made = std::fs::DirBuilder::new().recursive(true).create(folder);
    made.map_err(|error| unwritable(folder, &error))
}

/// Makes sure that a file can be written, before the work that gives its content. It does not know
/// whether the disk will have room.
///
/// # Errors
/// When the folder is missing or read-only, or when a folder has the name of the file.
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let probe = match fs_err::metadata(path) {
        Ok(it) if it.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(it) if !it.is_file() => Ok(()),
        _ => temporary(folder_of(path)).map(drop),
    };
    probe.map_err(|error| unwritable(path, &error))
}

/// A temporary file that others may read later as the umask allows, not only the owner.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    builder.prefix(".kyma-upgrade-").tempfile_in(folder)
}

/// The content of a file that has at most `limit` bytes.
///
/// # Errors
/// When it cannot be read or is larger.
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
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
                folders.push(path);
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
    fn a_file_is_replaced_whole_and_no_other_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(read_limited(&path, 3).unwrap(), b"new");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_writers_leave_the_content_of_one_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared");
        let contents = [vec![b'a'; 100_000], vec![b'b'; 100_000]];
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..20).for_each(|_| write_atomically(&path, content).unwrap()));
            }
        });
        let left = read_limited(&path, 1 << 20).unwrap();
        assert!(contents.contains(&left));
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_the_new_file_is_readable_for_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        write_atomically(&real, b"old").unwrap();
        fs_err::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert!(fs_err::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read_limited(&real, 9).unwrap(), b"new");
        let probe = fs_err::File::create(folder.path().join("probe")).unwrap();
        let usual = probe.metadata().unwrap().permissions().mode();
        let mode = fs_err::metadata(&real).unwrap().permissions().mode();
        assert_eq!(mode, usual);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let error = write_atomically(Path::new("/dev/full"), b"x").unwrap_err();
        let text = "cannot write /dev/full: No space left on device (os error 28)";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_the_file_and_no_temporary_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/report.json");
        let text = write_atomically(&path, b"x").unwrap_err().to_string();
        assert!(text.contains("none/report.json: "), "{text}");
        assert!(!text.contains(".kyma-upgrade-"), "{text}");
    }

    #[test]
    fn a_staged_file_has_its_name_only_when_it_is_put_and_vanishes_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        drop(Staged::write(&path, b"first").unwrap());
        let left = fs_err::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 0);
        let staged = Staged::write(&path, b"second").unwrap();
        assert!(!path.exists());
        staged.put().unwrap();
        assert_eq!(read_limited(&path, 9).unwrap(), b"second");
    }

    #[test]
    fn a_folder_where_a_file_stands_is_an_error_that_says_so_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write_atomically(&file, b"").unwrap();
        let below = file.join("below");
        let error = make_folder(&below).unwrap_err().to_string();
        assert_eq!(error.matches("file").count(), 1, "{error}");
    }

    #[test]
    fn what_cannot_be_written_is_known_beforehand_and_checking_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_atomically(&path("old.json"), b"old").unwrap();
        fs_err::create_dir(path("folder.json")).unwrap();
        assert!(check_writable(&path("new.json")).is_ok());
        assert!(check_writable(&path("old.json")).is_ok());
        for name in ["folder.json", "none/new.json", "old.json/new.json"] {
            let error = check_writable(&path(name)).unwrap_err();
            assert!(matches!(error, Error::Write { .. }), "{name}");
        }
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 2);
        assert_eq!(read_limited(&path("old.json"), 9).unwrap(), b"old");
    }

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
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_limited(folder.path(), 1000).unwrap_err();
        assert!(matches!(error, Error::Read { .. }));
    }

    #[test]
    fn sizes_are_rounded_up() {
        let texts = [0, 1, 1023, 1024, 1025, (16 << 20) + 1, 200 << 20].map(size);
        let expected = ["0 bytes", "1 byte", "1023 bytes", "1 KiB", "2 KiB", "16.1 MiB", "200 MiB"];
        assert_eq!(texts, expected);
    }
}
