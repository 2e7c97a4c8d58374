//! `releases`: the catalogue, with what is left out and why.

use serde::Serialize;

use super::load::Releases;
use super::{output, policy};
use crate::cli::{ListFormat, ReleasesArgs};
use crate::error::{Error, Exit};
use crate::release::{Catalog, Release};
use crate::report::sanitize;

/// The JSON of the catalogue.
#[derive(Debug, Serialize)]
struct Listing<'a> {
    format: u32,
    releases: Vec<Listed<'a>>,
    excluded: Vec<Left<'a>>,
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    version: String,
    tag: &'a str,
    published: &'a str,
    prerelease: bool,
    assets: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct Left<'a> {
    tag: &'a str,
    reason: &'a str,
}

pub(super) async fn run(mut args: ReleasesArgs) -> Result<Exit, Error> {
    let policy = policy::open(&args.policy, &args.console)?;
    policy.settle_source(&mut args.source);
    let releases = Releases::open(&args.source).await?;
    let text = match args.output {
        ListFormat::Text => text(&releases.catalog),
        ListFormat::Json => json(&releases.catalog),
    };
    output::print(&text)?;
    Ok(Exit::Done)
}

fn text(catalog: &Catalog) -> String {
    let mut lines = vec![format!("{:<14} {:<11} files", "version", "published")];
    lines.extend(catalog.releases().map(line));
    if !catalog.excluded().is_empty() {
        lines.push("\nleft out:".to_owned());
    }
    let excluded = catalog.excluded().iter();
    lines.extend(excluded.map(|it| format!("{:<14} {}", sanitize(&it.tag), sanitize(&it.reason))));
    lines.join("\n") + "\n"
}

fn line(release: &Release) -> String {
    let day = release.published.get(..10).unwrap_or("-");
    let candidate = if release.is_prerelease() { "  candidate" } else { "" };
    let (version, files) = (release.version.to_string(), release.assets.len());
    format!("{version:<14} {day:<11} {files:>5}{candidate}")
}

fn json(catalog: &Catalog) -> String {
    let listed = catalog.releases().map(|it| Listed {
        version: it.version.to_string(),
        tag: &it.tag,
        published: &it.published,
        prerelease: it.is_prerelease(),
        assets: it.assets.keys().map(String::as_str).collect(),
    });
    let excluded = catalog.excluded().iter().map(|it| Left { tag: &it.tag, reason: &it.reason });
    let listing = Listing { format: 1, releases: listed.collect(), excluded: excluded.collect() };
    serde_json::to_string_pretty(&listing).expect("the listing has only JSON types") + "\n"
}
