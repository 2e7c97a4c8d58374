//! Opening the source of releases that the options name.

use std::path::Path;

use crate::cli::{ConsoleArgs, SourceArgs};
use crate::error::Error;
use crate::event::progress::{self, Display};
use crate::fetch::{Options, Origins, Patience, Source};

/// Opens the source that `--source` and the options beside it name.
pub(super) fn open(args: &SourceArgs, console: &ConsoleArgs) -> Result<Source, Error> {
    Ok(match args.source.as_str() {
        "demo" => Source::embedded(crate::demo::FILES)?,
        "github" => Source::github(options(args, console))?,
        folder => Source::mirror(Path::new(folder))?,
    })
}

fn options(args: &SourceArgs, console: &ConsoleArgs) -> Options {
    Options {
        origins: origins(args),
        token: args.github_token.clone(),
        cache: args.cache_dir.clone(),
        offline: args.offline,
        sink: progress::sink(Display::choose(console.quiet, !console.no_progress)),
        patience: Patience::default(),
    }
}

fn origins(args: &SourceArgs) -> Origins {
    let known = Origins::default();
    Origins {
        api: args.github_api_url.clone().unwrap_or(known.api),
        web: args.github_url.clone().unwrap_or(known.web),
        raw: args.github_raw_url.clone().unwrap_or(known.raw),
        bucket: args.bucket_url.clone().unwrap_or(known.bucket),
    }
}
