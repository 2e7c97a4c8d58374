//! `diff`: two versions, or two files or folders of manifests.

use std::path::Path;

use super::load::{Gathered, Releases};
use super::{hops, output, policy};
use crate::cli::DiffArgs;
use crate::diff::documents;
use crate::error::{Error, Exit};
use crate::files;
use crate::manifest::{Manifest, Problem};
use crate::path::{Refusal, resolve};
use crate::release::{self, Deployment, VersionRequest};
use crate::report::{self, HopReport, Report};
use crate::yaml::Limits;

/// The most bytes that are read of one side.
const LIMIT: u64 = 256 * 1024 * 1024;

/// What can be compared.
const BOTH: &str = "give two versions, or two files or folders that exist";

/// The name of standard input.
const STDIN: &str = "-";

pub(super) async fn run(mut args: DiffArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let policy = policy::open(&args.policy.file, &args.output.console)?;
    policy.settle_source(&mut args.source);
    policy.settle_deployment(&mut args.deployment);
    let deployment = args.deployment.map(Into::into).unwrap_or_default();
    let report = match versions(&args)? {
        Some((old, new)) => of_versions(&args, &old, &new, deployment).await?,
        None => of_files(&args, deployment)?,
    };
    output::finish(report, &policy.judging(&args.policy, false), &args.output)
}

/// What an argument names.
enum Side {
    Version(VersionRequest),
    Files,
    Nothing,
}

impl Side {
    fn of(text: &str) -> Self {
        if text == STDIN || Path::new(text).exists() {
            return Self::Files;
        }
        text.parse().map_or(Self::Nothing, Self::Version)
    }
}

/// The two versions, if both arguments name one; none if both name files.
fn versions(args: &DiffArgs) -> Result<Option<(VersionRequest, VersionRequest)>, Error> {
    let (old, new) = (&args.old, &args.new);
    let mixed = |version, file| {
        let text = format!("cannot compare the version {version} with the file {file}");
        Err(Error::usage(text).hint(BOTH))
    };
    match (Side::of(old), Side::of(new)) {
        (Side::Version(old), Side::Version(new)) => Ok(Some((old, new))),
        (Side::Files, Side::Files) if old == STDIN && new == STDIN => {
            Err(Error::usage("cannot compare standard input with itself").hint(BOTH))
        }
        (Side::Files, Side::Files) => Ok(None),
        (Side::Nothing, _) => Err(nothing(old)),
        (_, Side::Nothing) => Err(nothing(new)),
        (Side::Version(_), Side::Files) => mixed(old, new),
        (Side::Files, Side::Version(_)) => mixed(new, old),
    }
}

fn nothing(text: &str) -> Error {
    let message =
        format!("cannot compare `{text}`: it is no version, and no file or folder has that name");
    let file = || files::near(Path::new(text)).map(|it| it.display().to_string());
    let near = release::meant(text).map(|it| it.to_string()).or_else(file);
    let near = near.map(|it| format!("did you mean {it}? ")).unwrap_or_default();
    Error::failed(message).hint(format!("{near}{BOTH}"))
}

async fn of_versions(
    args: &DiffArgs,
    old: &VersionRequest,
    new: &VersionRequest,
    deployment: Deployment,
) -> Result<Report, Error> {
    let releases = Releases::open(&args.source).await?;
    let find = |it| -> Result<_, Refusal> { Ok(resolve(&releases.catalog, it)?.version.clone()) };
    let (old, new) = (find(old)?, find(new)?);
    let mut gathered = Gathered::default();
    releases.gather_files(&mut gathered, &[&old, &new], &[deployment]).await?;
    let mut charts = releases.charts(&[&old, &new]).await?;
    let mut bundle = |version| {
        releases.bundle(&gathered, version, deployment).with_charts(charts.remove(version))
    };
    let from = bundle(&old);
    let to = if old == new { from.clone() } else { bundle(&new) };
    let changes = hops::differences(&from, &to, &releases.facts);
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
    let objects = &diff.objects;
    let both = objects.renamed.len() + objects.changed.len() + objects.unchanged;
    if both + objects.removed.len() == 0 {
        refuse_without_objects(&args.old, &old, &diff.problems)?;
    }
    if both + objects.added.len() == 0 {
        refuse_without_objects(&args.new, &new, &diff.problems)?;
    }
    output::warn(&diff.problems);
    let hop = HopReport {
        objects: Some(report::objects(&diff.objects)),
        ..HopReport::new(&args.old, &args.new, "")
    };
    Ok(Report::new(&args.old, &args.new, deployment, vec![hop]))
}

/// A side that is not empty and yet has no object is no side, but something else.
fn refuse_without_objects(
    name: &str,
    files: &[Manifest<'_>],
    problems: &[Problem],
) -> Result<(), Error> {
    let of_side = |it: &&Problem| files.iter().any(|file| file.source == it.source);
    let Some(problem) = problems.iter().find(of_side) else {
        return Ok(());
    };
    let (file, line) = (&problem.source, problem.line);
    let message =
        format!("cannot compare {name}: it holds no Kubernetes object (see {file}, line {line})");
    Err(Error::failed(message).hint("check that this is the file or folder that you mean"))
}

fn read(path: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    Ok(files::read_manifests(Path::new(path), LIMIT)?)
}

fn manifests(files: &[(String, Vec<u8>)]) -> Vec<Manifest<'_>> {
    files.iter().map(|(name, bytes)| Manifest::new(name.as_str(), bytes)).collect()
}
