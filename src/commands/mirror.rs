//! `mirror`: everything that plans between two versions need, in a folder.

use super::load::{Gathered, Releases};
use super::{output, policy};
use crate::cli::MirrorArgs;
use crate::error::{Error, Exit};
use crate::event::{Event, Phase, console};
use crate::fetch::mirror;
use crate::files;
use crate::path::UpgradePath;
use crate::release::Deployment;

pub(super) async fn run(mut args: MirrorArgs) -> Result<Exit, Error> {
    let policy = policy::open(&args.policy, &args.console)?;
    policy.settle_source(&mut args.source);
    mirror::check(&args.folder)?;
    let releases = Releases::open(&args.source).await?;
    let via = policy.via(&args.via, (&args.from, &args.to));
    let path = releases.path(&args.from, &args.to, &via)?;
    let contents = contents(releases, &path).await?;
    console::tell(Event::Phase(Phase::Write));
    let written = mirror::write(&args.folder, &contents)?;
    let folder = args.folder.display();
    output::print(&format!(
        "{folder}: {} files, {}; use it with --source {folder}\n",
        written.files,
        files::size(written.bytes)
    ))?;
    Ok(Exit::Done)
}

async fn contents(releases: Releases, path: &UpgradePath) -> Result<mirror::Contents, Error> {
    let mut gathered = Gathered::default();
    let versions: Vec<_> = path.versions().collect();
    let deployments = [Deployment::Cluster, Deployment::Local];
    releases.gather_files(&mut gathered, &versions, &deployments).await?;
    releases.gather_documents(&mut gathered, path).await?;
    releases.gather(&mut gathered, releases.archives(&versions).into_iter().collect()).await?;
    Ok(mirror::Contents {
        origins: releases.source.origins().clone(),
        releases: releases.records,
        guides: gathered.guides,
        notes: gathered.posts,
        files: gathered.files.into_values().collect(),
    })
}
