//! Writing files whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Error, root_cause};

/// Writes a file so that it holds either its old or the whole new content, whatever happens.
///
/// # Errors
/// When the folder is missing, read-only or full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, READABLE, std::fs::File::sync_all)
}

/// The same for a file that only its owner may read and write, whoever could read one before.
///
/// # Errors
/// When the folder is missing, read-only or full.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, PRIVATE, std::fs::File::sync_all)
}

/// The same without waiting for the disk: after a power failure the file may be empty. This is for
/// what is checked on reading and can be had again.
///
/// # Errors
/// When the folder is missing, read-only or full.
pub fn write_replaceable(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write(path, bytes, READABLE, |_| Ok(()))
}

/// The permissions of a file that others may read as the umask allows.
const READABLE: u32 = 0o666;

/// The permissions of a file for its owner alone.
const PRIVATE: u32 = 0o600;

/// Makes sure that a written file is on the disk, or does not care.
type Flush = fn(&std::fs::File) -> io::Result<()>;

fn write(path: &Path, bytes: &[u8], mode: u32, flush: Flush) -> Result<(), Error> {
    let target = fs_err::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let device = fs_err::metadata(&target).is_ok_and(|it| !it.is_file() && !it.is_dir());
    let written =
        if device { write_through(&target, bytes) } else { replace(&target, bytes, mode, flush) };
    written.map_err(|error| unwritable(path, &error))
}

/// Why a file cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Error {
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

fn replace(path: &Path, bytes: &[u8], mode: u32, flush: Flush) -> io::Result<()> {
    let mut file = temporary(folder_of(path), mode)?;
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
            let mut file = temporary(folder_of(path), READABLE)?;
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

/// Removes a folder that holds nothing. One that holds something, or is none, stays.
pub fn remove_empty_folder(folder: &Path) {
    // Whatever is in the way, nothing depends on it.
    std::fs::remove_dir(folder).unwrap_or_default();
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
        _ => temporary(folder_of(path), READABLE).map(drop),
    };
    probe.map_err(|error| unwritable(path, &error))
}

/// A temporary file with these permissions, as far as the umask allows them.
fn temporary(folder: &Path, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(mode))
    };
    builder.prefix(".kyma-upgrade-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read_limited;

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

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner_alone_also_where_one_for_all_was() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        write_atomically(&path, b"old").unwrap();
        write_private(&path, b"new").unwrap();
        let mode = fs_err::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read_limited(&path, 9).unwrap(), b"new");
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
}
