//! The download cache: blobs by digest, and an index from URLs to what they answered.
//!
//! # Decisions
//! * A blob is named by its digest and hashed again on every reading, so that neither a crash nor
//!   somebody's editor can poison it: what does not fit is removed and downloaded again.
//! * Every file is written beside its name and renamed. Two processes write the same blob under the
//!   same name; of two index entries the last one wins, and each is whole.
//! * The blob is written before the entry that names it.
//! * That something is missing or unusable is kept too, but only a run without network believes it.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::Error;
use super::check::LIMIT;
use crate::digest;
use crate::files::{self, root_cause};

/// What a URL answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) url: String,
    pub(super) status: Status,
    /// What to send as `If-None-Match`.
    pub(super) etag: Option<String>,
    /// Where the next page is.
    pub(super) next: Option<String>,
}

/// Whether there was something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Found {
        /// 64 hexadecimal digits.
        sha256: String,
        bytes: u64,
    },
    Missing,
    /// A sentence part that says how.
    Unusable(String),
}

/// A cache folder.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in the given folder, by default in the platform's folder for caches.
    pub(super) fn new(folder: Option<PathBuf>) -> Result<Self, Error> {
        let folder = folder.map_or_else(default_folder, Ok)?;
        Ok(Self { folder })
    }

    /// The cache folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes sure that the cache can be written, before anything is downloaded.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        for name in ["index", "blobs"] {
            let folder = self.folder.join(name);
            let ready = files::make_folder(&folder);
            let ready = ready.and_then(|()| files::check_writable(&folder.join("probe")));
            ready.map_err(|error| Error::CacheFolder {
                path: self.folder.clone(),
                cause: error.cause(),
            })?;
        }
        Ok(())
    }

    /// What is known about a URL, with the content if it had one. An entry whose content is gone
    /// or damaged is not known.
    pub(super) fn lookup(&self, url: &str) -> Option<(Entry, Vec<u8>)> {
        let entry = self.entry(url)?;
        let content = match &entry.status {
            Status::Found { sha256, .. } => self.blob(sha256)?,
            Status::Missing | Status::Unusable(_) => vec![],
        };
        Some((entry, content))
    }

    /// What is known about a URL, whether or not its content is still there.
    pub(super) fn entry(&self, url: &str) -> Option<Entry> {
        let bytes = files::read_limited(&self.entry_path(url), 1 << 20).ok()?;
        let entry: Entry = serde_json::from_slice(&bytes).ok()?;
        (entry.url == url).then_some(entry)
    }

    /// Keeps a content and returns the status that names it.
    pub(super) fn keep(&self, content: &[u8]) -> Result<Status, Error> {
        let sha256 = digest::hex(content);
        write(&self.blob_path(&sha256), content)?;
        let bytes = content.len() as u64;
        Ok(Status::Found { sha256, bytes })
    }

    /// Remembers what a URL answered.
    pub(super) fn remember(&self, entry: &Entry) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(entry).expect("an entry has only texts as keys");
        write(&self.entry_path(&entry.url), &text)
    }

    /// A content by its digest, if it is there and intact.
    pub(super) fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        if digest.len() != 64 || !digest.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let path = self.blob_path(digest);
        let bytes = files::read_limited(&path, LIMIT).ok();
        let intact = bytes.filter(|it| digest::hex(it) == digest);
        if intact.is_none() {
            // A blob that cannot be removed is overwritten by the next download.
            fs_err::remove_file(&path).unwrap_or_default();
        }
        intact
    }

    fn blob_path(&self, digest: &str) -> PathBuf {
        let (folder, _) = digest.split_at(2);
        self.folder.join("blobs").join(folder).join(digest)
    }

    fn entry_path(&self, url: &str) -> PathBuf {
        let name = format!("{}.json", digest::hex(url.as_bytes()));
        self.folder.join("index").join(name)
    }
}

pub(super) fn default_folder() -> Result<PathBuf, Error> {
    let strategy = etcetera::choose_base_strategy()
        .map_err(|error| Error::NoCacheFolder { cause: root_cause(&error) })?;
    Ok(strategy.cache_dir().join("kyma-upgrade"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().expect("every file is in a folder");
    files::make_folder(folder)
        .and_then(|()| files::write_replaceable(path, bytes))
        .map_err(Error::CacheFile)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://example.com/a";

    fn cache(folder: &tempfile::TempDir) -> Cache {
        let cache = Cache::new(Some(folder.path().to_owned())).unwrap();
        cache.prepare().unwrap();
        cache
    }

    fn store(cache: &Cache, content: &[u8]) -> Entry {
        let entry = Entry {
            url: URL.to_owned(),
            status: cache.keep(content).unwrap(),
            etag: Some("\"1\"".to_owned()),
            next: None,
        };
        cache.remember(&entry).unwrap();
        entry
    }

    fn only_blob(cache: &Cache) -> PathBuf {
        let Some((entry, _)) = cache.lookup(URL) else {
            panic!("nothing is cached");
        };
        match entry.status {
            Status::Found { sha256, .. } => cache.blob_path(&sha256),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_kept_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        assert_eq!(cache.lookup(URL), None);
        let entry = store(&cache, b"content");
        assert_eq!(cache.lookup(URL), Some((entry, b"content".to_vec())));
    }

    #[test]
    fn a_poisoned_blob_is_removed_and_can_be_kept_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        store(&cache, b"content");
        let blob = only_blob(&cache);
        files::write_atomically(&blob, b"CONTENT").unwrap();
        assert_eq!(cache.lookup(URL), None);
        assert!(!blob.exists());
        store(&cache, b"content");
        assert!(cache.lookup(URL).is_some());
    }

    #[test]
    fn a_damaged_or_foreign_entry_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        let mut entry = store(&cache, b"content");
        for text in ["", "{", "[]", r#"{"url": "https://example.com/a"}"#] {
            files::write_atomically(&cache.entry_path(URL), text.as_bytes()).unwrap();
            assert_eq!(cache.lookup(URL), None, "{text}");
        }
        let bytes = 7;
        for sha256 in ["../../etc/passwd", "", "é"] {
            let sha256 = sha256.to_owned();
            entry.status = Status::Found { sha256, bytes };
            cache.remember(&entry).unwrap();
            assert_eq!(cache.lookup(URL), None);
        }
    }

    #[test]
    fn writers_at_the_same_time_leave_a_whole_entry() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        let contents = [vec![b'a'; 50_000], vec![b'b'; 50_000]];
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| (0..20).for_each(|_| drop(store(&cache, content))));
            }
            for _ in 0..50 {
                let known = cache.lookup(URL);
                assert!(known.is_none_or(|(_, content)| contents.contains(&content)));
            }
        });
        let (_, content) = cache.lookup(URL).unwrap();
        assert!(contents.contains(&content));
    }

    #[test]
    fn a_folder_that_cannot_be_one_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        files::write_atomically(&path, b"").unwrap();
        let error = Cache::new(Some(path)).unwrap().prepare().unwrap_err();
        assert!(matches!(&error, Error::CacheFolder { path, .. } if path.ends_with("file")));
        assert!(error.hint().contains("--cache-dir"));
    }
}
