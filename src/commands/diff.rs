//! `diff`: two versions, or two files or folders of manifests.

use std::path::Path;

use super::load::{Gathered, Releases};
use super::output;
use crate::analysis::Changes;
use crate::cli::DiffArgs;
use crate::diff::documents;
use crate::error::{Error, Exit};
use crate::files;
use crate::manifest::Manifest;
use crate::path::{Refusal, resolve};
use crate::release::{Deployment, VersionRequest};
use crate::report::{self, HopReport, Report};
use crate::yaml::Limits;

/// The most bytes that are read of one side.
const LIMIT: u64 = 256 * 1024 * 1024;

pub(super) async fn run(args: &DiffArgs) -> Result<Exit, Error> {
    let deployment = args.upgrade.deployment.into();
    let report = match versions(args)? {
        Some((old, new)) => of_versions(args, &old, &new, deployment).await?,
        None => of_files(args, deployment)?,
    };
    output::finish(report, &args.policy, &args.output)
}

/// The two versions, if both arguments name one; none if both name files.
fn versions(args: &DiffArgs) -> Result<Option<(VersionRequest, VersionRequest)>, Error> {
    let version = |text: &str| {
        let is_file = text == "-" || Path::new(text).exists();
        if is_file { None } else { text.parse::<VersionRequest>().ok() }
    };
    match (version(&args.old), version(&args.new)) {
        (Some(old), Some(new)) => Ok(Some((old, new))),
        (None, None) => Ok(None),
        _ => {
            let message = format!("{} and {} are a version and a file", args.old, args.new);
            Err(Error::usage(message).hint("give two versions, or two files or folders"))
        }
    }
}

async fn of_versions(
    args: &DiffArgs,
    old: &VersionRequest,
    new: &VersionRequest,
    deployment: Deployment,
) -> Result<Report, Error> {
    let releases = Releases::open(&args.source, &args.output.console).await?;
    let find = |it| -> Result<_, Refusal> { Ok(resolve(&releases.catalog, it)?.version.clone()) };
    let (old, new) = (find(old)?, find(new)?);
    let mut gathered = Gathered::default();
    releases.gather_files(&mut gathered, &[&old, &new], &[deployment]).await?;
    let bundle = |version| releases.bundle(&gathered, version, deployment);
    let (from, to) = (bundle(&old), bundle(&new));
    let changes = Changes::between(&from, &to, &releases.facts);
    let hop = report::differences(&from, &to, &changes);
    Ok(Report::new(&old.to_string(), &new.to_string(), deployment, vec![hop]))
}

fn of_files(args: &DiffArgs, deployment: Deployment) -> Result<Report, Error> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let limits = Limits { bytes: usize::MAX, nodes: usize::MAX, ..Limits::default() };
    let (old, new) = (manifests(&old), manifests(&new));
    let diff = documents(&old, &new, &limits).map_err(|error| {
        let hint = "correct the file at that line, or leave it out of the comparison";
        Error::failed(error).hint(hint)
    })?;
    let hop = HopReport {
        objects: Some(report::objects(&diff.objects)),
        ..HopReport::new(&args.old, &args.new, "")
    };
    Ok(Report::new(&args.old, &args.new, deployment, vec![hop]))
}

fn read(path: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    Ok(files::read_manifests(Path::new(path), LIMIT)?)
}

fn manifests(files: &[(String, Vec<u8>)]) -> Vec<Manifest<'_>> {
    files.iter().map(|(name, bytes)| Manifest::new(name.as_str(), bytes)).collect()
}
