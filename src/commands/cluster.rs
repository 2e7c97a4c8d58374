//! The cluster that a plan is made for.

use std::path::Path;
use std::time::Duration;

use super::simulation::Cluster;
use super::{output, snapshot};
use crate::cli::{ClusterArgs, PlanArgs, StateArgs};
use crate::cluster::Cluster as Live;
use crate::error::Error;
use crate::event::console;
use crate::files;
use crate::lint;
use crate::path::UpgradePath;
use crate::procedure;
use crate::release::VersionRequest;
use crate::simulate::ClusterState;
use crate::simulate::state::MAX_BYTES;
use crate::yaml::Limits;

/// How long reading a live cluster may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Refuses options that say something about a cluster where none is named.
pub(super) fn check(args: &PlanArgs) -> Result<(), Error> {
    let StateArgs { cluster_state, live, .. } = &args.cluster;
    let named = cluster_state.is_some() || live.context.is_some() || live.kubeconfig.is_some();
    let handling = &args.handling;
    let option = match (handling.keep_overrides, handling.migrate_overrides) {
        _ if named => return Ok(()),
        (false, false) => return Ok(()),
        (true, _) => "--keep-overrides",
        (false, true) => "--migrate-overrides",
    };
    let text = format!("{option} is about overrides in a cluster, and none is named");
    let hint = "name the cluster with --context, --kubeconfig or --cluster-state";
    Err(Error::usage(text).hint(hint))
}

/// The cluster that the options name; none where they name none.
pub(super) async fn load(
    state: Option<&Path>,
    args: &ClusterArgs,
) -> Result<Option<Cluster>, Error> {
    if let Some(path) = state.map(ToOwned::to_owned) {
        let reading = tokio::task::spawn_blocking(move || file(&path));
        let cluster = reading.await.unwrap_or_else(|it| std::panic::resume_unwind(it.into_panic()));
        return cluster.map(Some);
    }
    if args.context.is_none() && args.kubeconfig.is_none() {
        return Ok(None);
    }
    live(args).await.map(Some)
}

/// Reads a live cluster once.
async fn live(args: &ClusterArgs) -> Result<Cluster, Error> {
    let cluster = Live::connect(&args.access()).await?.telling(console::sink());
    let reading = cluster.read_state(snapshot::random_key()?, TIMEOUT).await?;
    output::warn(&reading.forbidden);
    output::warn(reading.state.problems());
    Ok(Cluster { source: reading.state.source().to_string(), state: reading.state })
}

fn file(path: &Path) -> Result<Cluster, Error> {
    let bytes = files::read_input(path, MAX_BYTES)?;
    let source = path.display().to_string();
    let state = ClusterState::read(&source, &bytes, &Limits::default()).map_err(|error| {
        Error::failed(format!("cannot read the state of the cluster: {error}")).hint(error.hint())
    })?;
    Ok(Cluster { source, state })
}

/// The version that the cluster runs, from which a plan starts where no other is given.
pub(super) fn start(cluster: Option<&Cluster>) -> Result<VersionRequest, Error> {
    let source = cluster.map(|it| it.source.as_str()).unwrap_or_default();
    let installed = cluster.and_then(|it| lint::installed_version(&it.state));
    let why = match installed {
        Some(Ok(version)) => return Ok(VersionRequest::Exact(version)),
        Some(Err(image)) => format!("its installer runs {image}, which names no version"),
        None => format!(
            "{} is not in it, and its image is the only record of the version",
            procedure::installer()
        ),
    };
    let message = format!("cannot tell which version {source} runs: {why}");
    Err(Error::failed(message).hint("name the installed version with --from"))
}

/// Writes the predicted states, one file for each hop.
pub(super) fn save_states(
    folder: Option<&Path>,
    path: &UpgradePath,
    states: &[Vec<u8>],
) -> Result<(), Error> {
    let Some(folder) = folder else {
        return Ok(());
    };
    files::make_folder(folder)?;
    for (hop, state) in path.hops().iter().zip(states) {
        files::write_atomically(&folder.join(format!("{}.json", hop.to)), state)?;
    }
    Ok(())
}
