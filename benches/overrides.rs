//! How long the whole program takes to follow 200 overrides from 1.0 to 1.13, and how much memory.
//!
//! `KYMA_RELEASE_DATA=… cargo bench --bench overrides` makes a source of these releases in a
//! temporary folder, and 200 overrides out of keys of their charts, the same ones at each run. It
//! runs the program with an empty cache (cold: every source archive is read), then with what the
//! first run kept (warm), prints the figures beside the aims, and fails where one is missed. Other
//! work on the machine counts against the program, so the load is printed, too.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{Limits, charts};
mod program;

use program::{Cache, Program, archives, median, megabytes, print_load, report, write_source};

/// How often each is done for a median.
const COLD_RUNS: usize = 3;
const WARM_RUNS: usize = 9;
const MEMORY_RUNS: usize = 3;

/// How many keys are taken of the charts of which release: most are set before the first hop, some
/// of them early.
const KEYS: [(&str, usize); 3] = [("1.0.", 140), ("1.6.", 30), ("1.13.", 30)];

/// The aims, in seconds and MB.
const AIM_COLD: f64 = 5.0;
const AIM_WARM: f64 = 1.0;
const AIM_MEMORY: f64 = 150.0;

fn main() -> ExitCode {
    let Some(data) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return ExitCode::SUCCESS;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_source(&data, folder.path());
    let overrides = folder.path().join("overrides.yaml");
    fs_err::write(&overrides, objects(&chosen(&data))).expect("space for the overrides");
    let args = ["overrides", "--from", "1.0", "--to", "1.13", "-f"].map(str::to_owned).into_iter();
    let args = args.chain([overrides.display().to_string()]).collect();
    let program = Program { source: folder, args };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("overrides --from 1.0 --to 1.13 with {} overrides, {cores} cores", count());
    let cold = (0..COLD_RUNS).map(|_| program.time(&Cache::default()));
    let cold = median(cold.collect());
    let cache = Cache::default();
    program.time(&cache);
    let warm = median((0..WARM_RUNS).map(|_| program.time(&cache)).collect());
    let peak = |cache: &Cache| program.peak(cache);
    let cold_peak = (0..MEMORY_RUNS).filter_map(|_| peak(&Cache::default())).max();
    let warm_peak = (0..MEMORY_RUNS).filter_map(|_| peak(&cache)).max();
    let met = [
        report("cold, time", Some(cold.as_secs_f64()), (AIM_COLD, "s")),
        report("warm, time", Some(warm.as_secs_f64()), (AIM_WARM, "s")),
        report("cold, peak memory", cold_peak.map(megabytes), (f64::INFINITY, "MB")),
        report("warm, peak memory", warm_peak.map(megabytes), (AIM_MEMORY, "MB")),
    ];
    print_load();
    if met.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn count() -> usize {
    KEYS.iter().map(|it| it.1).sum()
}

/// Keys by component: of each release so many, at equal distances in the list of all.
fn chosen(data: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut chosen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (release, number) in KEYS {
        let archive = archives(data).into_iter().find(|it| it.0.starts_with(release));
        let (_, path) = archive.expect("the data has these releases");
        let archive = fs_err::File::open(path).expect("an archive");
        let files = charts(archive, &Limits::default()).expect("charts").files;
        let index = ChartIndex::build(&files);
        let keys = index.iter().flat_map(|chart| chart.values.keys().map(|it| (&chart.name, it)));
        // A single value beside something below it would be another kind of finding.
        let fits = |(name, key): &(&String, &String)| {
            let nested = |it: &String| it.starts_with(&**key) || key.starts_with(&**it);
            let taken = chosen.get(*name).is_some_and(|it| it.iter().any(nested));
            !taken && key.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
        };
        let keys: Vec<(String, String)> =
            keys.filter(fits).map(|it| (it.0.clone(), it.1.clone())).collect();
        for at in 0..number {
            let (name, key) = keys[at * keys.len() / number].clone();
            chosen.entry(name).or_default().insert(key);
        }
    }
    assert_eq!(chosen.values().map(BTreeSet::len).sum::<usize>(), count(), "keys occur once");
    chosen
}

/// One object for each component.
fn objects(chosen: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut text = String::new();
    for (component, keys) in chosen {
        let _ = write!(
            text,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-{component}\n  namespace: \
             kyma-installer\n  labels: {{installer: overrides, component: {component}}}\ndata:\n"
        );
        for (key, number) in keys.iter().zip(0..) {
            let _ = writeln!(text, "  {key}: \"mine{number}\"");
        }
    }
    text
}
