//! The values that are completed: versions, finding codes, contexts, sources.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use clap::{Arg, Command, CommandFactory as _, Parser, ValueHint};
use clap_complete::engine::ValueCompleter as _;
use clap_complete::{ArgValueCompleter, CompletionCandidate, PathCompleter};
use futures::FutureExt as _;
use semver::Version;

use crate::bundle::Bundle;
use crate::cli::{self, Line, SourceArgs};
use crate::cluster;
use crate::commands::source;
use crate::fetch::Source;
use crate::finding::Code;
use crate::path::resolve;
use crate::release::{Catalog, Deployment, Facts, Minor, VersionRequest};

type Candidates = Vec<CompletionCandidate>;

/// The options that name a source of releases.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Sources {
    #[command(flatten)]
    source: SourceArgs,
}

/// What is known of the command line that is completed.
struct Known {
    line: Line,
    releases: OnceLock<Option<(Source, Catalog)>>,
}

/// The command with what completes the values of its options.
pub(super) fn completed(command: Command, line: Line) -> Command {
    let known = Arc::new(Known { line, releases: OnceLock::new() });
    let names = cli::names();
    names.iter().fold(command, |command, name| {
        let of_arg = |arg| of_arg(arg, &known);
        command.mut_subcommand(name, |it| it.mut_args(of_arg))
    })
}

/// An option with what completes its values.
fn of_arg(arg: Arg, known: &Arc<Known>) -> Arg {
    let values: fn(&Known, &str) -> Candidates = match arg.get_id().as_str() {
        "from" => |known, current| known.versions(current, (None, Some("--to"))),
        "to" => |known, current| known.versions(current, (Some("--from"), None)),
        "via" => |known, current| known.versions(current, (Some("--from"), Some("--to"))),
        "old" | "new" => |known, current| {
            let files = PathCompleter::any().stdio().complete(OsStr::new(current));
            known.versions(current, (None, None)).into_iter().chain(files).collect()
        },
        "accept" => Known::accepts,
        "code" => |_, current| codes(current),
        "context" => Known::contexts,
        "source" => |_, current| sources(current),
        "command" => |_, current| of_names(cli::names(), current),
        "migrate" | "save_states" | "folder" | "dir" | "cache_dir" => {
            return arg.value_hint(ValueHint::DirPath);
        }
        "report" | "record" | "guide" => return arg.value_hint(ValueHint::AnyPath),
        _ => return arg,
    };
    let known = Arc::clone(known);
    arg.add(ArgValueCompleter::new(move |current: &OsStr| match current.to_str() {
        Some(current) => values(&known, current),
        None => Candidates::new(),
    }))
}

impl Known {
    /// The source of releases and its catalogue, as far as they are known here.
    fn releases(&self) -> Option<&(Source, Catalog)> {
        self.releases.get_or_init(|| releases(&self.line)).as_ref()
    }

    /// Versions after the one of the first option and before that of the second.
    fn versions(&self, current: &str, (after, before): (Option<&str>, Option<&str>)) -> Candidates {
        let end = |option| -> Option<VersionRequest> { self.line.value(option)?.parse().ok() };
        let (after, before) = (after.and_then(end), before.and_then(end));
        let fits = |version: &Version| {
            after.as_ref().is_none_or(|it| is_before(it, version))
                && before.as_ref().is_none_or(|it| is_after(it, version))
        };
        self.releases().map(|it| versions(&it.1, current, fits)).unwrap_or_default()
    }

    /// `CODE[@TO][:SUBJECT]`, of subjects the components of that release.
    fn accepts(&self, current: &str) -> Candidates {
        if let Some((head, subject)) = current.split_once(':') {
            let version = head.split_once('@').map(|it| it.1).or_else(|| self.line.value("--to"));
            let names = version.and_then(|it| self.components(it)).unwrap_or_default();
            return prefixed(of_names(names, subject), &format!("{head}:"));
        }
        match current.split_once('@') {
            Some((code, version)) => {
                let versions = self.versions(version, (Some("--from"), None));
                prefixed(versions, &format!("{code}@"))
            }
            None => codes(current),
        }
    }

    /// The names of the components of a release.
    fn components(&self, version: &str) -> Option<Vec<String>> {
        let (source, catalog) = self.releases()?;
        let release = resolve(catalog, &version.parse().ok()?).ok()?;
        let generation = Facts::builtin().generation(&release.version).clone();
        let needs = generation.needs(&release.tag, Deployment::Cluster).into_iter();
        let files = needs.filter_map(|need| {
            let fetched = source.fetch(&need.resource, None).now_or_never()?.ok()?;
            Some((need, fetched))
        });
        let bundle = Bundle::new(&release.version, files.collect());
        let names = bundle.components().into_iter().map(|it| it.release_name().to_owned());
        Some(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn contexts(&self, current: &str) -> Candidates {
        of_names(cluster::contexts(self.line.value("--kubeconfig").map(Path::new)), current)
    }
}

/// Whether a version comes after the one that was asked for.
fn is_before(asked: &VersionRequest, version: &Version) -> bool {
    match asked {
        VersionRequest::Newest(minor) => *minor < Minor::of(version),
        VersionRequest::Exact(asked) => asked < version,
    }
}

/// Whether a version comes before the one that was asked for.
fn is_after(asked: &VersionRequest, version: &Version) -> bool {
    match asked {
        VersionRequest::Newest(minor) => Minor::of(version) < *minor,
        VersionRequest::Exact(asked) => version < asked,
    }
}

/// Minors, and of a minor that is there as a whole its releases.
fn versions(catalog: &Catalog, current: &str, fits: impl Fn(&Version) -> bool) -> Candidates {
    let facts = Facts::builtin();
    let known = facts.first_upgradable.minor..=facts.last_installable.minor;
    let minors: Vec<_> = catalog.minors().into_iter().filter(|it| known.contains(it)).collect();
    let minor = |it: &Minor| {
        let newest = catalog.newest(*it).filter(|it| fits(&it.version))?;
        let help = format!("newest: {}", newest.version);
        Some(CompletionCandidate::new(it.to_string()).help(Some(help.into())))
    };
    let listed = minors.iter().filter(|it| it.to_string().starts_with(current)).filter_map(minor);
    let whole = minors.iter().filter(|it| current.starts_with(&it.to_string()));
    let releases = whole.flat_map(|it| catalog.of_minor(*it)).filter(|it| fits(&it.version));
    let releases = releases.filter(|it| it.version.to_string().starts_with(current));
    let releases = releases.map(|it| {
        let day = it.published.get(..10).map(|it| format!("published {it}").into());
        CompletionCandidate::new(it.version.to_string()).help(day)
    });
    in_order(listed.chain(releases))
}

fn codes(current: &str) -> Candidates {
    let infos = Code::all().map(Code::info).filter(|it| it.name.starts_with(current));
    let code = |it: &crate::finding::CodeInfo| {
        let help = Some(it.title.into());
        CompletionCandidate::new(it.name).help(help)
    };
    in_order(infos.map(code))
}

fn sources(current: &str) -> Candidates {
    let named = [("github", "the releases at GitHub"), ("demo", "the small built-in example")];
    let named = named.into_iter().filter(|it| it.0.starts_with(current));
    let named = named.map(|(name, help)| CompletionCandidate::new(name).help(Some(help.into())));
    let folders = PathCompleter::dir().complete(OsStr::new(current));
    in_order(named.chain(folders))
}

fn of_names(names: Vec<String>, current: &str) -> Candidates {
    let names = names.into_iter().filter(|it| it.starts_with(current));
    names.map(CompletionCandidate::new).collect()
}

/// Candidates with what stands before them.
fn prefixed(candidates: Candidates, prefix: &str) -> Candidates {
    candidates.into_iter().map(|it| it.add_prefix(prefix)).collect()
}

/// Candidates that stay in this order.
fn in_order(candidates: impl Iterator<Item = CompletionCandidate>) -> Candidates {
    candidates.enumerate().map(|(place, it)| it.display_order(Some(place))).collect()
}

/// The releases of the source that the line names: those that are built in, in a mirror, or in the
/// cache.
fn releases(line: &Line) -> Option<(Source, Catalog)> {
    let command = Sources::command();
    let longs = command.get_arguments().filter_map(Arg::get_long).map(|it| format!("--{it}"));
    let given = longs.filter_map(|it| Some([it.clone(), line.value(&it)?.to_owned()]));
    let args = Sources::try_parse_from(given.flatten().collect::<Vec<_>>()).ok()?.source;
    let source = source::open_offline(&args)?;
    // Nothing waits where nobody is asked.
    let records = source.releases().now_or_never()?.ok()?;
    Some((source, Catalog::new(records, &Facts::builtin())))
}
