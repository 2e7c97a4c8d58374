//! The files of charts from a source archive, read as a stream and never unpacked.
//!
//! # Decisions
//! * An archive is untrusted. Nothing of it is written to disk, links are ignored, and a path that
//!   is not plainly below the archive's one top folder is an error: nobody makes one by accident.
//! * Everything that a template may read with `.Files` is kept, not only `files/`: charts put
//!   such files wherever they like. Documentation and pictures are left out.
//! * A file that is larger than any template has reason to be is left out and named, because it
//!   spoils nothing but itself; an archive that is too large as a whole is an error.

use std::io::{self, Read};
use std::path::{Component, Path};

use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};

use crate::chart::Files;

mod kept;

pub use kept::KeptIndexes;

/// How much of an archive is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file; larger ones are left out.
    pub file: u64,
    /// Bytes of all files that are kept.
    pub kept: u64,
    /// Bytes of the archive, uncompressed.
    pub unpacked: u64,
    /// Entries of the archive.
    pub entries: usize,
}

impl Default for Limits {
    /// 4 MiB, 128 MiB, 512 MiB and 200,000: about ten times what the largest release of Kyma needs.
    fn default() -> Self {
        Self { file: 4 << 20, kept: 128 << 20, unpacked: 512 << 20, entries: 200_000 }
    }
}

/// The files of charts in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartFiles {
    /// The files by their paths, from `resources/` on.
    pub files: Files,
    /// The paths of those that were left out because of their size.
    pub too_large: Vec<String>,
}

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no gzip-compressed tar archive, or it is damaged.
    #[error("not a readable .tar.gz archive")]
    Unreadable(#[source] io::Error),
    /// A path that leads out of the archive's top folder, or is no text.
    #[error("the archive holds the path {0:?}, which is not plainly below its top folder")]
    Path(String),
    /// More than a limit allows.
    #[error("the archive holds more than {limit} {of}")]
    TooLarge {
        /// How much is allowed.
        limit: u64,
        /// Of what.
        of: &'static str,
    },
}

/// Reads the files of charts from a source archive as GitHub makes it: a gzip-compressed tar file
/// with one top folder, whatever that is called.
///
/// # Errors
/// The archive is damaged, exceeds the limits, or holds a path that no source archive has.
pub fn charts(archive: impl Read, limits: &Limits) -> Result<ChartFiles, ArchiveError> {
    // One byte more than allowed shows that there is more.
    let unpacked = GzDecoder::new(archive).take(limits.unpacked + 1);
    let mut archive = Archive::new(unpacked);
    let mut reading = Reading { limits, kept: 0, found: ChartFiles::default() };
    let result = reading.entries(&mut archive);
    let mut rest = archive.into_inner();
    // The checksum stands behind everything else.
    let end = io::copy(&mut rest, &mut io::sink()).map_err(ArchiveError::Unreadable);
    if rest.limit() == 0 {
        return Err(too_large(limits.unpacked, "bytes"));
    }
    result?;
    end?;
    Ok(reading.found)
}

struct Reading<'a> {
    limits: &'a Limits,
    kept: u64,
    found: ChartFiles,
}

impl Reading<'_> {
    fn entries(&mut self, archive: &mut Archive<impl Read>) -> Result<(), ArchiveError> {
        let entries = archive.entries().map_err(ArchiveError::Unreadable)?;
        for (number, entry) in entries.enumerate() {
            if number >= self.limits.entries {
                return Err(too_large(self.limits.entries as u64, "entries"));
            }
            self.entry(entry.map_err(ArchiveError::Unreadable)?)?;
        }
        Ok(())
    }

    fn entry(&mut self, mut entry: Entry<'_, impl Read>) -> Result<(), ArchiveError> {
        if !matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Continuous) {
            return Ok(());
        }
        let Some(path) = path(&entry)? else {
            return Ok(());
        };
        if entry.size() > self.limits.file {
            self.found.too_large.push(path);
            return Ok(());
        }
        self.kept += entry.size();
        if self.kept > self.limits.kept {
            return Err(too_large(self.limits.kept, "bytes of charts"));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(ArchiveError::Unreadable)?;
        self.found.files.insert(path, bytes);
        Ok(())
    }
}

fn too_large(limit: u64, of: &'static str) -> ArchiveError {
    ArchiveError::TooLarge { limit, of }
}

/// The path below the top folder, if it is one of a chart's file.
fn path(entry: &Entry<'_, impl Read>) -> Result<Option<String>, ArchiveError> {
    let bytes = entry.path_bytes();
    let text = || String::from_utf8_lossy(&bytes).into_owned();
    let path = std::str::from_utf8(&bytes).map_err(|_| ArchiveError::Path(text()))?;
    let mut names = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => names.extend(name.to_str()),
            Component::CurDir => {}
            _ => return Err(ArchiveError::Path(text())),
        }
    }
    let wanted = matches!(names.as_slice(), [_, "resources", _, .., name] if is_of_chart(name));
    Ok(wanted.then(|| names[1..].join("/")))
}

/// Whether a chart may make use of a file of this name.
fn is_of_chart(name: &str) -> bool {
    const OTHER: &[&str] = &["md", "png", "svg", "jpg", "gif", "ico", "lock", "tgz", "go"];
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    !name.starts_with('.') && name != "OWNERS" && !OTHER.contains(&ending)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use tar::{Builder, Header};

    use super::*;

    /// An entry with a path that the library's own writer may refuse.
    fn add(archive: &mut Builder<impl io::Write>, kind: EntryType, path: &str, bytes: &[u8]) {
        let mut header = Header::new_old();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        archive.append(&header, bytes).unwrap();
    }

    fn packed(entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
        zipped(&tarred(entries))
    }

    fn tarred(entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (kind, path, bytes) in entries {
            add(&mut archive, *kind, path, bytes);
        }
        archive.into_inner().unwrap()
    }

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn files(entries: &[(EntryType, &str, &[u8])]) -> Result<ChartFiles, ArchiveError> {
        charts(packed(entries).as_slice(), &Limits::default())
    }

    const FILE: EntryType = EntryType::Regular;

    #[test]
    fn files_of_charts_are_kept_under_any_top_folder() {
        let found = files(&[
            (EntryType::XGlobalHeader, "pax_global_header", b""),
            (EntryType::Directory, "kyma-1.0.0/", b""),
            (FILE, "kyma-1.0.0/README.md", b"no"),
            (FILE, "kyma-1.0.0/docs/resources/core/values.yaml", b"no"),
            (FILE, "kyma-1.0.0/resources/README.md", b"no"),
            (FILE, "kyma-1.0.0/resources/core/README.md", b"no"),
            (FILE, "kyma-1.0.0/resources/core/.helmignore", b"no"),
            (FILE, "./any/resources/core/values.yaml", b"a: 1"),
            (FILE, "kyma-1.0.0/resources/core/charts/a/templates/b.yaml", b"b"),
        ])
        .unwrap();
        let paths: Vec<&str> = found.files.keys().map(String::as_str).collect();
        let expected = ["charts/a/templates/b.yaml", "values.yaml"];
        assert_eq!(paths, expected.map(|it| format!("resources/core/{it}")));
        assert_eq!(found.files["resources/core/values.yaml"], b"a: 1");
        assert!(found.too_large.is_empty());
    }

    #[test]
    fn links_and_devices_are_ignored() {
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
            let found = files(&[(kind, "k/resources/core/values.yaml", b"")]).unwrap();
            assert_eq!(found, ChartFiles::default());
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        let paths = [
            "k/resources/../../x",
            "/k/resources/core/values.yaml",
            "../resources/core/values.yaml",
        ];
        for path in paths {
            let error = files(&[(FILE, path, b"a")]).unwrap_err();
            assert!(error.to_string().contains(path), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_left_out_and_named() {
        let limits = Limits { file: 3, ..Limits::default() };
        let entries: [(EntryType, &str, &[u8]); 2] = [
            (FILE, "k/resources/a/large.yaml", b"1234"),
            (FILE, "k/resources/a/small.yaml", b"123"),
        ];
        let found = charts(packed(&entries).as_slice(), &limits).unwrap();
        assert_eq!(found.too_large, ["resources/a/large.yaml"]);
        assert_eq!(found.files.len(), 1);
    }

    #[test]
    fn an_archive_that_is_too_large_is_an_error_whatever_makes_it_so() {
        let entries: [(EntryType, &str, &[u8]); 3] = [
            (FILE, "k/a", &[b'a'; 2000]),
            (FILE, "k/resources/a/b.yaml", b"1234"),
            (FILE, "k/resources/a/c.yaml", b"1234"),
        ];
        let all = Limits::default();
        let limits = [
            (Limits { kept: 7, ..all }, "7 bytes of charts"),
            (Limits { entries: 2, ..all }, "2 entries"),
            (Limits { unpacked: 3000, ..all }, "3000 bytes"),
        ];
        for (limits, expected) in limits {
            let error = charts(packed(&entries).as_slice(), &limits).unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }

    #[test]
    fn a_damaged_archive_is_unreadable() {
        let bytes = packed(&[(FILE, "k/resources/a/b.yaml", &[b'a'; 5000])]);
        for end in [0, 1, 10, bytes.len() / 2, bytes.len() - 1] {
            let error = charts(&bytes[..end], &Limits::default()).unwrap_err();
            assert!(matches!(error, ArchiveError::Unreadable(_)), "{end}: {error}");
        }
        let mut changed = bytes;
        let checksum = changed.len() - 8;
        changed[checksum] ^= 1;
        charts(changed.as_slice(), &Limits::default()).unwrap_err();
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
            let mut archive = tarred(&[(FILE, "k/resources/a/b.yaml", &bytes)]);
            let at = at.index(archive.len());
            archive[at] = archive[at].wrapping_add(1);
            for bytes in [zipped(&archive), zipped(&bytes), bytes] {
                let result = charts(bytes.as_slice(), &Limits::default());
                prop_assert!(result.is_err() || result.is_ok_and(|it| it.files.len() <= 1));
            }
        }
    }
}
