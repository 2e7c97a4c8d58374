//! `snapshot`: a cluster, read once into a file.

use std::time::Duration;

use super::output;
use crate::cli::SnapshotArgs;
use crate::cluster::{Cluster, Reading};
use crate::error::{Error, Exit};
use crate::event::console;
use crate::files;
use crate::report::sanitize;
use crate::simulate::state::Outcome;

pub(super) async fn run(args: &SnapshotArgs) -> Result<Exit, Error> {
    if let Some(file) = &args.write {
        files::check_writable(file)?;
    }
    let cluster = Cluster::connect(&args.cluster.access()).await?.telling(console::sink());
    let reading = cluster.read_state(random_key()?, Duration::from_secs(args.timeout)).await?;
    let bytes = reading.state.to_snapshot();
    match &args.write {
        Some(file) => files::write_private(file, &bytes)?,
        None => output::print(&String::from_utf8_lossy(&bytes))?,
    }
    output::warn(&reading.forbidden);
    output::warn(reading.state.problems());
    output::say(&summary(&reading, args));
    Ok(Exit::Done)
}

/// The key of the seal.
pub(super) fn random_key() -> Result<[u8; 32], Error> {
    let mut key = [0; 32];
    let filled = getrandom::fill(&mut key);
    let failed = |error| {
        let text = format!("cannot get random bytes for the key of the snapshot: {error}");
        Error::failed(text).hint("check that /dev/urandom can be read")
    };
    filled.map(|()| key).map_err(failed)
}

/// One line about what was read: `read 120 objects of https://… (Kubernetes v1.20.2)`.
fn summary(reading: &Reading, args: &SnapshotArgs) -> String {
    let state = &reading.state;
    let count = |outcome| state.listings().iter().filter(|it| it.outcome == outcome).count();
    let (objects, secrets) = (state.len(), "secret values sealed");
    let server = state.origin().map(|it| sanitize(&it.server)).unwrap_or_default();
    let version = state.kubernetes_version().map(sanitize);
    let version = version.map(|it| format!(" (Kubernetes {it})")).unwrap_or_default();
    let lists = count(Outcome::Read);
    let left_out = |(outcome, word)| match count(outcome) {
        0 => String::new(),
        1 => format!(", 1 list {word}"),
        lists => format!(", {lists} lists {word}"),
    };
    let outcomes = [(Outcome::Forbidden, "not permitted"), (Outcome::NotServed, "not served")];
    let left_out = outcomes.map(left_out).concat();
    let text = format!(
        "read {objects} objects in {lists} lists of {server}{version}, {secrets}{left_out}"
    );
    match &args.write {
        Some(file) => format!("{text}; wrote {}", file.display()),
        None => text,
    }
}
