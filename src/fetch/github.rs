//! Releases from GitHub, through the cache.
//!
//! # Decisions
//! * What cannot change is taken from the cache without a request; what can is asked for again with
//!   the `ETag` of what is known. Within a run each URL is asked at most once.
//! * Without network the cache is believed, also where it says that something is missing.
//! * The page of the list of releases and its `next` link are kept together, because an answer that
//!   nothing changed need not repeat the link.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::cache::{Cache, Entry, Status};
use super::check::{Listed, Query};
use super::http::{Http, Patience, Reply};
use super::{Content, Error, Origins};
use crate::event::Sink;
use crate::release::{Asset, Minor, ReleaseRecord, Resource};

/// How GitHub is asked.
pub struct Options {
    /// The base URLs.
    pub origins: Origins,
    /// A token for GitHub's REST API; an empty one is none.
    pub token: Option<String>,
    /// The folder of the cache; none is the platform's folder for caches.
    pub cache: Option<PathBuf>,
    /// Whether to take everything from the cache and ask nobody.
    pub offline: bool,
    /// How long to keep trying.
    pub patience: Patience,
    /// Who is told about the progress.
    pub sink: Sink,
}

/// GitHub and the artifact bucket.
pub struct GitHub {
    origins: Origins,
    cache: Cache,
    /// None when offline.
    http: Option<Http>,
    asked: Mutex<BTreeMap<String, Arc<OnceCell<Entry>>>>,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("origins", &self.origins)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl GitHub {
    pub(super) fn new(options: Options) -> Result<Self, Error> {
        let origins = options.origins.checked()?;
        let cache = Cache::new(options.cache)?;
        let http = if options.offline {
            None
        } else {
            cache.prepare()?;
            let token = options.token.as_deref().map(str::trim);
            let token = token.filter(|it| !it.is_empty());
            Some(Http::new(token, options.patience, options.sink)?)
        };
        Ok(Self { origins, cache, http, asked: Mutex::default() })
    }

    pub(super) fn origins(&self) -> &Origins {
        &self.origins
    }

    pub(super) async fn releases(&self) -> Result<Vec<ReleaseRecord>, Error> {
        let mut records = vec![];
        let mut pages = BTreeSet::new();
        let mut next = Some(self.origins.releases());
        while let Some(url) = next.filter(|it| pages.insert(it.clone())) {
            let query = Query::releases(url);
            let entry = self.ask(&query).await?;
            let page: Option<Vec<ReleaseRecord>> = self.parsed(&entry)?;
            records
                .extend(page.ok_or_else(|| unexpected(&query, "does not exist (404 Not Found)"))?);
            next = entry.next.map(|link| self.origins.next_releases(&link));
        }
        Ok(records)
    }

    pub(super) async fn guides(&self, minor: Minor) -> Result<Vec<String>, Error> {
        let query = Query::guides(self.origins.guides(minor), minor);
        self.listing(&query, "file").await
    }

    pub(super) async fn notes(&self) -> Result<Vec<String>, Error> {
        let query = Query::notes(self.origins.notes());
        self.listing(&query, "dir").await
    }

    pub(super) async fn file(
        &self,
        resource: &Resource,
        expected: Option<&Asset>,
    ) -> Result<Content, Error> {
        let query = Query::file(self.origins.file(resource), resource, expected);
        let entry = self.ask(&query).await?;
        let content = self.content(&entry)?;
        if let Content::Found(bytes) = &content
            && let Err(flaw) = query.answer.judge(bytes)
        {
            return Ok(Content::Unusable(flaw.into_text()));
        }
        Ok(content)
    }

    pub(super) fn known(&self, resource: &Resource) -> Option<(String, u64)> {
        match self.cache.entry(&self.origins.file(resource))?.status {
            Status::Found { sha256, bytes } => Some((sha256, bytes)),
            Status::Missing | Status::Unusable(_) => None,
        }
    }

    /// The sorted names of one kind in a listing; none where the folder does not exist.
    async fn listing(&self, query: &Query<'_>, kind: &str) -> Result<Vec<String>, Error> {
        let entry = self.ask(query).await?;
        let listed: Option<Vec<Listed>> = self.parsed(&entry)?;
        let of_kind = listed.into_iter().flatten().filter(|it| it.kind == kind);
        let names: BTreeSet<String> = of_kind.map(|it| it.name).collect();
        Ok(names.into_iter().collect())
    }

    /// What a URL answers in this run.
    async fn ask(&self, query: &Query<'_>) -> Result<Entry, Error> {
        let cell = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(asked.entry(query.url.clone()).or_default())
        };
        let entry = cell.get_or_try_init(|| self.resolve(query)).await?;
        Ok(entry.clone())
    }

    async fn resolve(&self, query: &Query<'_>) -> Result<Entry, Error> {
        let known = self.cache.lookup(&query.url);
        let Some(http) = &self.http else {
            return known.map(|(entry, _)| entry).ok_or_else(|| self.not_cached(query));
        };
        let found = known.filter(|(entry, _)| matches!(entry.status, Status::Found { .. }));
        let usable = found.filter(|(_, content)| query.answer.judge(content).is_ok());
        let usable = usable.map(|(entry, _)| entry);
        match usable {
            Some(entry) if !query.answer.is_mutable() => Ok(entry),
            usable => self.download(http, query, usable).await,
        }
    }

    async fn download(
        &self,
        http: &Http,
        query: &Query<'_>,
        known: Option<Entry>,
    ) -> Result<Entry, Error> {
        let etag = known.as_ref().and_then(|it| it.etag.as_deref());
        let mut entry =
            Entry { url: query.url.clone(), status: Status::Missing, etag: None, next: None };
        match (http.get(query, etag).await?, known) {
            (Reply::NotModified, Some(known)) => return Ok(known),
            (Reply::NotModified | Reply::Missing, _) => {}
            (Reply::Unusable(text), _) => entry.status = Status::Unusable(text),
            (Reply::Found(found), _) => {
                entry.status = self.cache.keep(&found.bytes)?;
                (entry.etag, entry.next) = (found.etag, found.next);
            }
        }
        self.cache.remember(&entry)?;
        Ok(entry)
    }

    fn not_cached(&self, query: &Query<'_>) -> Error {
        Error::NotCached {
            what: query.what.clone(),
            url: query.url.clone(),
            cache: self.cache.folder().to_owned(),
        }
    }

    fn content(&self, entry: &Entry) -> Result<Content, Error> {
        match &entry.status {
            Status::Found { sha256, .. } => {
                let bytes = self.cache.blob(sha256);
                bytes.map(Content::Found).ok_or_else(|| Error::CacheFolder {
                    path: self.cache.folder().to_owned(),
                    cause: format!("what {} gave was just there and is gone", entry.url),
                })
            }
            Status::Missing => Ok(Content::Missing),
            Status::Unusable(text) => Ok(Content::Unusable(text.clone())),
        }
    }

    /// The JSON that a URL of the API answered, none where it answered that there is nothing.
    fn parsed<T: DeserializeOwned>(&self, entry: &Entry) -> Result<Option<T>, Error> {
        match self.content(entry)? {
            Content::Found(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Content::Missing | Content::Unusable(_) => Ok(None),
        }
    }
}

fn unexpected(query: &Query<'_>, problem: &str) -> Error {
    Error::Unexpected {
        what: query.what.clone(),
        url: query.url.clone(),
        problem: problem.to_owned(),
    }
}
