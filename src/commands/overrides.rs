//! `overrides`: what becomes of every override of the user at every hop.

use std::path::Path;

use super::hops::{self, Keys, Read};
use super::load::Releases;
use super::plan::Analysis;
use super::{output, policy, user_overrides};
use crate::bundle::Bundle;
use crate::cli::OverridesArgs;
use crate::error::{Error, Exit};
use crate::files::{self, Staged};
use crate::lint::{self, Context};
use crate::manifest::Object;
use crate::migrate::{self, HopMigration, MigratedFile, OwnObjects};
use crate::overrides::{UserOverrides, is_override};
use crate::release::Deployment;
use crate::report::{self, HopReport, Report};

pub(super) async fn run(mut args: OverridesArgs) -> Result<Exit, Error> {
    check(&args)?;
    let policy = policy::open(&args.policy.file, &args.output.console)?;
    policy.settle_source(&mut args.source);
    policy.settle_deployment(&mut args.upgrade.deployment);
    let files = user_overrides::read_files(&args.overrides)?;
    let override_files = user_overrides::sources(&files);
    let overrides = UserOverrides::new(files);
    let releases = Releases::open(&args.source).await?;
    let via = policy.via(&args.upgrade.via, (&args.from, &args.to));
    let path = releases.path(&args.from, &args.to, &via)?;
    let deployment = args.upgrade.deployment();
    let read = hops::read(&releases, &path, deployment).await?;
    let compared = hops::compare(&read, &releases.facts, (&overrides, Keys::Given));
    let migrations = args.migrate.as_ref().map(|folder| {
        let own = own_objects(&read, deployment);
        (folder, migrate::migrate(&overrides, &compared.stories, &own))
    });
    let analysis =
        Analysis { facts: &releases.facts, deployment, stories: &compared.stories, simulated: &[] };
    let hops =
        analysis.hops(&path, (&read.bundles, read.documents), &compared.changes, only_overrides);
    let (from, to) = (path.from().to_string(), path.to().to_string());
    let mut report = Report::new(&from, &to, deployment, hops);
    report.user_overrides = Some(report::user_overrides(&compared.stories));
    report.override_files = override_files;
    report.findings.extend(lint::user_override_findings(&overrides));
    if let Some((folder, migrations)) = migrations {
        write(folder, &migrations)?;
        report.migration = Some(migrations.iter().map(report::migration).collect());
    }
    output::finish(report, &policy.judging(&args.policy, false), &args.output)
}

/// Refuses what cannot end well, before any work.
fn check(args: &OverridesArgs) -> Result<(), Error> {
    output::check(&args.output)?;
    if args.overrides.files.is_empty() {
        let hint = "give your override ConfigMaps and Secrets with -f, or pipe them in: \
                    kubectl get cm,secret -n kyma-installer -l installer=overrides -o yaml | \
                    kyma-upgrade overrides -f - …";
        return Err(Error::usage("no overrides are given").hint(hint));
    }
    args.migrate.as_deref().map_or(Ok(()), check_folder)
}

/// A migration goes to a folder of its own: files of an earlier one would look as if they belonged
/// to it.
fn check_folder(folder: &Path) -> Result<(), Error> {
    let taken = |why: &str| {
        let message = format!("cannot write the migration to {}: {why}", folder.display());
        Err(Error::failed(message).hint("name a folder that does not exist yet, or is empty"))
    };
    match fs_err::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return taken("the folder is not empty");
            }
        }
        Err(_) if folder.exists() => return taken("it is no folder that can be read"),
        Err(_) => {}
    }
    Ok(files::make_folder(folder)?)
}

fn only_overrides(context: &Context<'_>) -> HopReport {
    HopReport { findings: lint::fate_findings(context), ..report::path_hop(context.hop) }
}

/// The override objects that local deployments take from the release.
fn own_objects(read: &Read, deployment: Deployment) -> Vec<OwnObjects<'_>> {
    if deployment != Deployment::Local {
        return Vec::new();
    }
    let pairs = read.bundles.iter().zip(&read.bundles[1..]);
    let own = pairs.map(|(old, new)| OwnObjects {
        to: new.version.clone(),
        old: objects(old),
        new: objects(new),
    });
    own.collect()
}

fn objects(bundle: &Bundle) -> Vec<&Object> {
    bundle.objects.iter().filter(|it| is_override(it)).collect()
}

/// Writes the files of all hops, all or none.
fn write(folder: &Path, migrations: &[HopMigration]) -> Result<(), Error> {
    let files: Vec<_> = migrations.iter().flat_map(|it| &it.files).collect();
    let stage = |it: &&MigratedFile| Staged::write(&folder.join(&it.path), it.text.as_bytes());
    let staged: Result<Vec<_>, files::Error> = files.iter().map(stage).collect();
    let written = staged.and_then(|it| it.into_iter().try_for_each(Staged::put));
    if written.is_err() {
        // With folders in it, the next run would refuse the place.
        let folders = files.iter().flat_map(|it| Path::new(&it.path).ancestors().skip(1));
        let folders = folders.filter(|it| !it.as_os_str().is_empty());
        folders.for_each(|it| files::remove_empty_folder(&folder.join(it)));
    }
    Ok(written?)
}
