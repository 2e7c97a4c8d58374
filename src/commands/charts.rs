//! The charts of releases: from their source archives, or from the indexes that were kept of them.
//!
//! # Decisions
//! * A release whose archive is known by its digest and whose index was kept costs the reading of
//!   that index: the archive itself is not even opened.
//! * Archives and indexes are taken one after the other by two workers, so that few are in memory
//!   at a time.
//! * An archive that cannot be had leaves a gap: everything else of a plan holds without charts.
//! * Indexes save time only. Where they cannot be kept, the next run builds them again.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use semver::Version;

use super::load::Releases;
use crate::bundle::Charts;
use crate::chart::ChartIndex;
use crate::error::Error;
use crate::event::{Event, Phase, console};
use crate::fetch::archive::{self, KeptIndexes, Limits};
use crate::fetch::{self, Request};
use crate::release::{Absent, Artifact, Problem, Resource};

/// So many archives are read at a time.
const WORKERS: usize = 2;

/// The charts of each release, or why they are not there.
pub(super) type ChartsOf = BTreeMap<Version, Result<Charts, Absent>>;

impl Releases {
    /// The source archives of releases.
    pub(super) fn archives(&self, versions: &[&Version]) -> Vec<Resource> {
        let tags = versions.iter().filter_map(|it| Some(self.catalog.get(it)?.tag.clone()));
        tags.map(|tag| Resource::Archive { tag }).collect()
    }

    /// The charts of releases.
    pub(super) async fn charts(&self, versions: &[&Version]) -> Result<ChartsOf, Error> {
        console::tell(Event::Phase(Phase::Charts));
        let archives = self.archives(versions).into_iter().zip(versions).enumerate();
        let one = |(number, (resource, version)): (usize, (Resource, &&Version))| {
            let (version, number) = ((*version).clone(), (number + 1, versions.len()));
            async move {
                let what = version.to_string();
                console::tell(Event::Item { phase: Phase::Charts, what, number });
                Ok((version, self.charts_of(resource).await?))
            }
        };
        stream::iter(archives.map(one)).buffer_unordered(WORKERS).try_collect().await
    }

    async fn charts_of(&self, resource: Resource) -> Result<Result<Charts, Absent>, Error> {
        let kept = self.index_folder.as_deref().map(KeptIndexes::new);
        if let Some((digest, bytes)) = self.source.known(&resource)
            && let Some(index) = find(kept.clone(), digest.clone()).await
        {
            let (source, url) = (resource.source(), self.source.url(&resource));
            let sha256 = format!("sha256:{digest}");
            return Ok(Ok(Charts { index, source, url, sha256, bytes }));
        }
        let artifact = match self.archive(resource).await? {
            Ok(artifact) => artifact,
            Err(absent) => return Ok(Err(absent)),
        };
        Ok(aside(move || indexed(artifact, kept.as_ref())).await)
    }

    /// An archive. That a cache or a mirror was filled without it is no error.
    async fn archive(&self, resource: Resource) -> Result<crate::release::Fetched, Error> {
        let request = Request { resource, expected: None };
        let fetched = self.source.fetch(&request.resource, None).await;
        let absent = |text: &str| {
            let url = self.source.url(&request.resource);
            let problem = Problem::Unusable(text.to_owned());
            Ok(Err(Absent { resource: request.resource.clone(), url, problem }))
        };
        match fetched {
            Err(fetch::Error::NotCached { .. }) => absent("is not in the download cache"),
            Err(fetch::Error::NotMirrored { .. }) => absent("is not in the mirror"),
            other => Ok(other?),
        }
    }
}

/// The index that was kept of an archive.
async fn find(kept: Option<KeptIndexes>, digest: String) -> Option<ChartIndex> {
    let kept = kept?;
    aside(move || kept.find(&digest)).await
}

/// Does work that takes long where it holds nothing up.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let work = tokio::task::spawn_blocking(work);
    work.await.expect("nothing cancels the work, and a panic of it is one of the program")
}

/// The charts in an archive.
fn indexed(artifact: Artifact, kept: Option<&KeptIndexes>) -> Result<Charts, Absent> {
    let Artifact { resource, url, sha256, bytes } = artifact;
    let files = match archive::charts(bytes.as_slice(), &Limits::default()) {
        Ok(found) => found.files,
        Err(error) => {
            let problem = Problem::Unusable(format!("cannot be read: {error}"));
            return Err(Absent { resource, url, problem });
        }
    };
    let size = bytes.len() as u64;
    drop(bytes);
    let index = ChartIndex::build(&files);
    if let Some(kept) = kept {
        kept.keep(&sha256, &index).unwrap_or_default();
    }
    Ok(Charts { index, source: resource.source(), url, sha256, bytes: size })
}
