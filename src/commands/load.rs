//! Reading releases and documents from their source.
//!
//! # Decisions
//! * Everything is gathered first ([`Gathered`]) and read afterwards, so that `plan` and `mirror`
//!   ask for exactly the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures::future::{try_join, try_join_all};
use semver::Version;

use super::source;
use crate::bundle::Bundle;
use crate::cli::SourceArgs;
use crate::error::Error;
use crate::event::{Event, Phase, console};
use crate::fetch::{self, Request, Source};
use crate::guide::{Guide, GuideFile, HopGuides, Notes, for_hop};
use crate::path::{self, Hop, UpgradePath};
use crate::release::{
    Artifact, Catalog, Deployment, Facts, Fetched, Minor, Need, Problem, ReleaseRecord, Resource,
    VersionRequest,
};

/// A source of releases with its catalogue.
#[derive(Debug)]
pub(super) struct Releases {
    pub(super) source: Source,
    pub(super) records: Vec<ReleaseRecord>,
    pub(super) catalog: Catalog,
    pub(super) facts: Facts,
    /// Where indexes of charts are kept: in the download cache.
    pub(super) index_folder: Option<PathBuf>,
}

/// Everything that was asked for, as the source answered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) files: BTreeMap<Resource, Fetched>,
    pub(super) guides: BTreeMap<Minor, Vec<String>>,
    pub(super) posts: Vec<String>,
}

/// The documents of a hop.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) guides: Vec<Guide>,
    pub(super) stale: Vec<Guide>,
    pub(super) notes: Option<Notes>,
    /// The texts of covering guides and of the notes.
    pub(super) texts: Vec<String>,
}

impl Releases {
    /// Opens the source and reads its catalogue.
    pub(super) async fn open(args: &SourceArgs) -> Result<Self, Error> {
        console::tell(Event::Phase(Phase::Catalogue));
        let source = source::open(args)?;
        let facts = Facts::builtin();
        let records = source.releases().await?;
        let catalog = Catalog::new(records.clone(), &facts);
        if catalog.is_empty() {
            return Err(nothing_listed(&source, args.source()));
        }
        let folder = source::cache_folder(args).or_else(fetch::default_cache);
        let index_folder = folder.filter(|_| args.source() != "demo");
        Ok(Self { source, records, catalog, facts, index_folder })
    }

    /// The path that was asked for.
    pub(super) fn path(
        &self,
        from: &VersionRequest,
        to: &VersionRequest,
        via: &[VersionRequest],
    ) -> Result<UpgradePath, Error> {
        let (from, to) = (from.clone(), to.clone());
        let end = |it| path::resolve(&self.catalog, it).ok().map(|it| &it.version);
        let ends = (end(&from), end(&to));
        let fits =
            |it: &Version| ends.0.is_none_or(|from| from < it) && ends.1.is_none_or(|to| it <= to);
        let via = via.iter().map(|it| path::resolve(&self.catalog, it));
        let via = via.map(|it| Ok(it.map_err(|it| it.only(fits))?.version.clone()));
        let via = via.collect::<Result<_, path::Refusal>>()?;
        let request = path::Request { from, to, via };
        Ok(path::between(&self.catalog, &self.facts, &request)?)
    }

    /// The files that upgrades to `version` need. Optional ones only where the release lists them.
    fn needs(&self, version: &Version, deployment: Deployment) -> Vec<Need> {
        let Some(release) = self.catalog.get(version) else {
            return Vec::new();
        };
        let needs = self.facts.generation(version).needs(&release.tag, deployment);
        let exists = |need: &Need| match &need.resource {
            Resource::Asset { name, .. } => need.required || release.assets.contains_key(name),
            _ => true,
        };
        needs.into_iter().filter(exists).collect()
    }

    /// Downloads the files of these releases. A required file that is not attached to its release
    /// may still be in the artifact bucket.
    pub(super) async fn gather_files(
        &self,
        gathered: &mut Gathered,
        versions: &[&Version],
        deployments: &[Deployment],
    ) -> Result<(), Error> {
        console::tell(Event::Phase(Phase::Files));
        let all =
            deployments.iter().flat_map(|&it| versions.iter().map(move |version| (version, it)));
        let needs: Vec<_> = all.flat_map(|(version, it)| self.needs(version, it)).collect();
        let resources = needs.iter().map(|it| it.resource.clone()).collect();
        self.gather(gathered, resources).await?;
        let missing = needs.iter().filter(|it| it.required && gathered.is_missing(&it.resource));
        let buckets = missing.filter_map(|it| it.resource.in_bucket()).collect();
        self.gather(gathered, buckets).await
    }

    /// Downloads guides and release notes of a path.
    pub(super) async fn gather_documents(
        &self,
        gathered: &mut Gathered,
        path: &UpgradePath,
    ) -> Result<(), Error> {
        console::tell(Event::Phase(Phase::Documents));
        let branches = self.guide_branches(path);
        let listings = try_join_all(branches.iter().map(|&it| self.source.guides(it)));
        let (listings, posts) = try_join(listings, self.source.notes()).await?;
        gathered.guides.extend(branches.into_iter().zip(listings));
        gathered.posts = posts;
        let guides = path.hops().iter().map(|hop| gathered.guides_of(hop));
        let guides = guides.flat_map(|it| it.covering.into_iter().chain(it.stale));
        let guides = guides.map(|it| it.resource());
        let posts = path.hops().iter().filter_map(|hop| gathered.post_of(Minor::of(&hop.to)));
        let resources = guides.chain(posts).collect();
        self.gather(gathered, resources).await
    }

    /// The minors whose branches may hold guides for the path. A minor that has only candidates may
    /// have its guide on the branch of the next one.
    fn guide_branches(&self, path: &UpgradePath) -> BTreeSet<Minor> {
        let mut minors: BTreeSet<_> = path.hops().iter().map(|hop| Minor::of(&hop.to)).collect();
        let next = self.facts.next_minor(Minor::of(path.to()));
        if !path.to().pre.is_empty() && self.catalog.newest(next).is_some() {
            minors.insert(next);
        }
        minors
    }

    /// Downloads files.
    pub(super) async fn gather(
        &self,
        gathered: &mut Gathered,
        resources: BTreeSet<Resource>,
    ) -> Result<(), Error> {
        let requests: Vec<_> = resources.iter().map(|it| self.request(it)).collect();
        let fetched = self.source.fetch_all(&requests).await?;
        gathered.files.extend(resources.into_iter().zip(fetched));
        Ok(())
    }

    fn request(&self, resource: &Resource) -> Request {
        let expected = match resource {
            Resource::Asset { tag, name } => {
                let release = self.catalog.releases().find(|it| it.tag == *tag);
                release.and_then(|it| it.assets.get(name)).cloned()
            }
            _ => None,
        };
        Request { resource: resource.clone(), expected }
    }

    /// A release, read from what was gathered.
    pub(super) fn bundle(
        &self,
        gathered: &Gathered,
        version: &Version,
        deployment: Deployment,
    ) -> Bundle {
        let needs = self.needs(version, deployment).into_iter();
        let files = needs.filter_map(|need| {
            let fetched = gathered.usable(&need.resource)?.clone();
            Some((need, fetched))
        });
        Bundle::new(version, files.collect())
    }
}

fn text(artifact: &Artifact) -> String {
    String::from_utf8_lossy(&artifact.bytes).into_owned()
}

fn nothing_listed(source: &Source, name: &str) -> Error {
    let hint = match source {
        Source::GitHub(_) => {
            "check the repository behind --github-api-url, or name another --source"
        }
        Source::Mirror(_) => "write the mirror again, or name another --source",
    };
    let message = format!("cannot plan with `{name}`: it lists no release that can be upgraded");
    Error::failed(message).hint(hint)
}

impl Gathered {
    fn is_missing(&self, resource: &Resource) -> bool {
        let answer = self.files.get(resource);
        matches!(answer, Some(Err(absent)) if absent.problem == Problem::Missing)
    }

    /// The answer for a file, or the bucket's where the release does not have it.
    fn usable(&self, resource: &Resource) -> Option<&Fetched> {
        let bucket =
            resource.in_bucket().and_then(|it| self.files.get(&it)).filter(|it| it.is_ok());
        if self.is_missing(resource) && bucket.is_some() {
            bucket
        } else {
            self.files.get(resource)
        }
    }

    /// A patch-only hop has no guide of its own, and the guide that led to its minor is not stale.
    fn guides_of(&self, hop: &Hop) -> HopGuides {
        let (from, to) = hop.minors();
        if from == to {
            return HopGuides::default();
        }
        let branches = self.guides.range(to..);
        let listing = branches.flat_map(|(&minor, names)| names.iter().map(move |it| (minor, it)));
        for_hop(from, to, &listing.collect::<Vec<_>>())
    }

    fn post_of(&self, minor: Minor) -> Option<Resource> {
        let end = format!("release-notes-{minor}");
        let dir = self.posts.iter().find(|it| it.ends_with(&end))?;
        Some(Resource::Notes { dir: dir.clone() })
    }

    /// The documents of a hop, read from what was gathered.
    pub(super) fn documents(&self, hop: &Hop) -> Documents {
        let HopGuides { covering, stale } = self.guides_of(hop);
        let artifact = |it: &Resource| self.files.get(it)?.as_ref().ok();
        let parsed = |files: &[GuideFile]| {
            let artifacts = files.iter().filter_map(|it| artifact(&it.resource()));
            artifacts.filter_map(Guide::parse).collect()
        };
        let (from, to) = hop.minors();
        let post = self.post_of(to).filter(|_| from != to);
        let notes = post.as_ref().and_then(|it| {
            let Resource::Notes { dir } = it else {
                return None;
            };
            Some(Notes::parse(dir, &it.source(), &artifact(it)?.bytes))
        });
        let read = covering.iter().map(GuideFile::resource).chain(post);
        let texts = read.filter_map(|it| Some(text(artifact(&it)?)));
        let texts = texts.collect();
        Documents { guides: parsed(&covering), stale: parsed(&stale), notes, texts }
    }
}
