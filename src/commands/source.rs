//! Opening the source of releases that the options name.
//!
//! # Decisions
//! * An option or variable with an empty value counts as not given: CI systems set variables that
//!   nobody gave a value to nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::SourceArgs;
use crate::error::Error;
use crate::event::{self, console};
use crate::fetch::{self, Options, Origins, Patience, Source};

/// Opens the source that `--source` and the options beside it name.
pub(super) fn open(args: &SourceArgs) -> Result<Source, Error> {
    Ok(match args.source() {
        "demo" => Source::embedded(crate::demo::FILES)?,
        "github" => Source::github(options(args)?)?,
        folder => Source::mirror(Path::new(folder))?,
    })
}

/// The same without the network; none where that cannot be had.
pub(super) fn open_offline(args: &SourceArgs) -> Option<Source> {
    match args.source() {
        "github" => Source::github(Options {
            origins: origins(args),
            token: None,
            cache: cache_folder(args),
            offline: true,
            sink: event::ignore(),
            patience: Patience::default(),
        })
        .ok(),
        _ => open(args).ok(),
    }
}

fn options(args: &SourceArgs) -> Result<Options, Error> {
    Ok(Options {
        origins: origins(args),
        token: token(args)?,
        cache: cache_folder(args),
        offline: args.offline,
        sink: console::sink(),
        patience: Patience {
            total: Duration::from_secs(args.download_timeout),
            ..Patience::default()
        },
    })
}

/// The folder of the cache that was asked for; none if it is the platform's.
pub(super) fn cache_folder(args: &SourceArgs) -> Option<PathBuf> {
    args.cache_dir.clone().filter(|it| !it.as_os_str().is_empty())
}

/// The token for the REST API. A host that only the policy file names gets none.
fn token(args: &SourceArgs) -> Result<Option<String>, Error> {
    if args.api_of_policy {
        return Ok(None);
    }
    let token = std::env::var_os("GITHUB_TOKEN").map(OsString::into_string);
    Ok(token.transpose().map_err(|_| fetch::Error::Token)?)
}

fn origins(args: &SourceArgs) -> Origins {
    let known = Origins::default();
    let or = |given: &Option<String>, known| match given.as_deref() {
        None | Some("") => known,
        Some(url) => url.to_owned(),
    };
    Origins {
        api: or(&args.github_api_url, known.api),
        web: or(&args.github_url, known.web),
        raw: or(&args.github_raw_url, known.raw),
        bucket: or(&args.bucket_url, known.bucket),
    }
}
