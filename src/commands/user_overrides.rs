//! Reading the overrides of the user.

use std::collections::BTreeSet;

use crate::cli::OverrideArgs;
use crate::error::Error;
use crate::files;
use crate::manifest::{self, Manifest, Reading};
use crate::overrides::UserOverrides;
use crate::yaml::Limits;

/// The most bytes that are read of one file or folder.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Everything that the user gave as overrides, in the order of the command line.
pub(super) fn read_files(args: &OverrideArgs) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    for path in &args.files {
        for (name, bytes) in files::read_manifests(path, LIMIT)? {
            reading.append(read_file(&name, &bytes)?);
        }
    }
    Ok(reading)
}

/// The files that hold something, in the order of their names.
pub(super) fn sources(files: &Reading) -> Vec<String> {
    let objects = files.objects.iter().map(|it| &*it.source);
    let all: BTreeSet<&str> = objects.chain(files.problems.iter().map(|it| &*it.source)).collect();
    all.into_iter().map(ToOwned::to_owned).collect()
}

/// What is set in the cluster and in files. Of an object that is in both, the file's counts: it is
/// what the user means to have there.
pub(super) fn with_cluster(mut cluster: Reading, files: Reading) -> UserOverrides {
    cluster.objects.retain(|it| files.objects.iter().all(|file| file.key != it.key));
    cluster.append(files);
    UserOverrides::new(cluster)
}

fn read_file(source: &str, bytes: &[u8]) -> Result<Reading, Error> {
    if bytes.trim_ascii().is_empty() {
        let hint = "give files that hold ConfigMaps or Secrets; if a command had to write this one, \
                    run it by itself to see what it says";
        return Err(
            Error::failed(format!("cannot read overrides from {source}: it is empty")).hint(hint)
        );
    }
    let manifest = Manifest::new(source, bytes);
    manifest::read(&manifest, &Limits::default()).map_err(|error| {
        let hint = "correct the file at that line; `kubectl apply --dry-run` would stop there too";
        Error::failed(format!("cannot read overrides from {source}: {error}")).hint(hint)
    })
}
