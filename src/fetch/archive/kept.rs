//! Chart indexes that were built before, by the digest of the archive that they were built from.
//!
//! # Decisions
//! * An index that is missing, damaged or of another version of the program is not there: it is
//!   built again and takes the place of the old one.

use std::path::{Path, PathBuf};

use crate::chart::{ChartIndex, FORMAT};
use crate::fetch::Error;
use crate::files;

/// The largest index that is read, in bytes. That of the largest release has 1 MB.
const LIMIT: u64 = 64 << 20;

/// A folder with chart indexes.
#[derive(Debug, Clone)]
pub struct KeptIndexes {
    folder: PathBuf,
}

impl KeptIndexes {
    /// The indexes in a cache folder. It need not exist yet.
    pub fn new(cache: &Path) -> Self {
        Self { folder: cache.join("charts") }
    }

    /// The index of the archive with this SHA-256 (64 hexadecimal digits, also behind `sha256:`).
    pub fn find(&self, archive: &str) -> Option<ChartIndex> {
        let bytes = files::read_limited(&self.path(archive)?, LIMIT).ok()?;
        ChartIndex::from_bytes(&bytes).ok()
    }

    /// Keeps the index of an archive. Something that is no SHA-256 names nothing to keep.
    ///
    /// # Errors
    /// The file or its folder cannot be written.
    pub fn keep(&self, archive: &str, index: &ChartIndex) -> Result<(), Error> {
        let Some(path) = self.path(archive) else {
            return Ok(());
        };
        fs_err::create_dir_all(&self.folder).map_err(|error| Error::CacheFolder {
            path: self.folder.clone(),
            cause: files::root_cause(&error),
        })?;
        files::write_replaceable(&path, &index.to_bytes()).map_err(Error::CacheFile)
    }

    fn path(&self, archive: &str) -> Option<PathBuf> {
        let digest = archive.strip_prefix("sha256:").unwrap_or(archive);
        let is_digest = digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit());
        is_digest.then(|| self.folder.join(format!("{digest}.{FORMAT}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Files;

    #[test]
    fn an_index_is_found_again_until_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptIndexes::new(&folder.path().join("new"));
        let digest = "0123456789abcdef".repeat(4);
        let files = Files::from([("resources/c/Chart.yaml".to_owned(), b"name: c".to_vec())]);
        let index = ChartIndex::build(&files);
        assert_eq!(kept.find(&digest), None);
        kept.keep(&format!("sha256:{digest}"), &index).unwrap();
        assert_eq!(kept.find(&digest).as_ref(), Some(&index));
        assert_eq!(kept.find(&digest.replace('0', "1")), None);
        fs_err::write(kept.path(&digest).unwrap(), b"other").unwrap();
        assert_eq!(kept.find(&digest), None);
        kept.keep(&digest, &index).unwrap();
        assert_eq!(kept.find(&digest), Some(index));
    }

    #[test]
    fn only_digests_name_files() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptIndexes::new(folder.path());
        for name in ["", "../../x", &"/".repeat(64), "sha256:"] {
            kept.keep(name, &ChartIndex::default()).unwrap();
            assert_eq!(kept.find(name), None, "{name}");
        }
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
    }
}
