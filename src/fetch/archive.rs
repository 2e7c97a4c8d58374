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
        Self {
            file: 4 << 20,
            kept: 128 << 20,
            unpacked: 512 << 20,
            entries: 200_000,
        }
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
    let mut reading = Reading {
        limits,
        kept: 0,
        found: ChartFiles::default(),
    };
    let result = reading.entries(&mut archive);
    if archive.into_inner().limit() == 0 {
        return Err(too_large(limits.unpacked, "bytes"));
    }
    result?;
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
        if !matches!(
            entry.header().entry_type(),
            EntryType::Regular | EntryType::Continuous
        ) {
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
        entry
            .read_to_end(&mut bytes)
            .map_err(ArchiveError::Unreadable)?;
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
