//! `status`: what the installation is doing.

use std::time::Duration;

use super::output;
use crate::cli::{ListFormat, StatusArgs};
use crate::clock;
use crate::cluster::{Cluster, Sight, Writes};
use crate::error::{Error, Exit};
use crate::release::Facts;
use crate::report::sanitize;
use crate::status::{Phase, Status, status};

pub(super) async fn run(args: &StatusArgs) -> Result<Exit, Error> {
    let cluster = Cluster::connect(&args.cluster.access()).await?;
    let facts = Facts::builtin();
    let sight = cluster.see().await?;
    output::warn(&sight.missing.iter().map(|it| sanitize(it)).collect::<Vec<_>>());
    let status = judged(&sight, &facts);
    if args.watch {
        return watch(&cluster, &facts, (status, args)).await;
    }
    output::print(&match args.output {
        ListFormat::Text => status.text(),
        ListFormat::Json => status.json(),
    })?;
    Ok(Exit::Done)
}

fn judged(sight: &Sight, facts: &Facts) -> Status {
    status(&sight.seen, facts, clock::now())
}

/// Prints a line for every change until the installation is done. What changes in the Installation is
/// seen at once, what changes beside it at the next look. A server that is away for a while
/// is told once and does not end it.
async fn watch(
    cluster: &Cluster,
    facts: &Facts,
    (first, args): (Status, &StatusArgs),
) -> Result<Exit, Error> {
    let interval = Duration::from_millis(args.interval);
    let mut changes = cluster.objects(Writes::DryRun).watch_installation(interval);
    let mut told = None;
    let mut away = None;
    let mut status = Some(first);
    loop {
        if let Some(status) = status.take() {
            if told.as_ref() != Some(&status.summary()) {
                output::print(&line(&status, args.output))?;
            }
            if status.is_done() {
                return Ok(Exit::Done);
            }
            told = Some(status.summary());
        }
        // Whether it changed or the time is over: everything is looked at again.
        drop(tokio::time::timeout(interval, changes.next()).await);
        match cluster.see().await {
            Ok(sight) => (status, away) = (Some(judged(&sight, facts)), None),
            Err(error) => {
                let error = error.to_string();
                if away.as_ref() != Some(&error) {
                    output::warn(&[sanitize(&error)]);
                }
                away = Some(error);
            }
        }
    }
}

fn line(status: &Status, format: ListFormat) -> String {
    match format {
        ListFormat::Json => status.json_line(),
        ListFormat::Text => {
            let line = format!("{}  {}\n", clock::now(), status.summary());
            match status.phase {
                Phase::Working | Phase::Installed => line,
                _ => format!("{line}    {}\n", status.meaning),
            }
        }
    }
}
