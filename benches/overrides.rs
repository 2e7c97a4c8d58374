//! How long the whole program takes to follow 200 overrides from 1.0 to 1.13, and how much memory.
//!
//! `KYMA_RELEASE_DATA=… cargo bench --bench overrides` makes a source of these releases in a
//! temporary folder, and 200 overrides out of keys of their charts, the same ones at each run. It
//! runs the program with an empty cache (cold: every source archive is read), then with what the
//! first run kept (warm), prints the figures beside the aims, and fails where one is missed. Other
//! work on the machine counts against the program, so the load is printed, too.
//!
//! Peak memory is `VmHWM` in `/proc/PID/status` of the running program, read every millisecond in
//! runs that are not timed; elsewhere than on Linux it is not measured.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{Limits, charts};
use serde_json::{Value, json};
use tempfile::TempDir;

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
    let program = Program { source: folder, overrides };
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
    let load = fs_err::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the last minute: {}", load.split(' ').next().unwrap_or("unknown"));
    if met.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints a figure beside its aim, and returns whether the aim is met.
fn report(what: &str, figure: Option<f64>, (aim, unit): (f64, &str)) -> bool {
    let Some(figure) = figure else {
        println!("{what}: not measured here");
        return true;
    };
    let met = figure <= aim;
    let verdict = match (aim.is_finite(), met) {
        (false, _) => "no aim".to_owned(),
        (_, true) => format!("aim {aim} {unit}: met"),
        (_, false) => format!("aim {aim} {unit}: MISSED"),
    };
    println!("{what}: {figure:.2} {unit} ({verdict})");
    met
}

fn megabytes(kibibytes: u32) -> f64 {
    f64::from(kibibytes) * 1024.0 / 1e6
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A download cache of its own, empty at first.
struct Cache(TempDir);

impl Default for Cache {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }
}

/// The program as it was built, with what it is run on.
struct Program {
    source: TempDir,
    overrides: PathBuf,
}

impl Program {
    fn command(&self, cache: &Cache) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
        command.args(["overrides", "--from", "1.0", "--to", "1.13", "--source"]);
        command.arg(self.source.path()).arg("--cache-dir").arg(cache.0.path());
        command.arg("-f").arg(&self.overrides).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn time(&self, cache: &Cache) -> Duration {
        let start = Instant::now();
        let status = self.command(cache).status().expect("the program was built");
        let time = start.elapsed();
        // Some of the overrides do not survive, so the verdict is `blocked`.
        assert_eq!(status.code(), Some(3), "the program did its work");
        time
    }

    /// The most memory that a run needs, in KiB, where the system tells.
    fn peak(&self, cache: &Cache) -> Option<u32> {
        let mut child = self.command(cache).spawn().expect("the program was built");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = None;
        while child.try_wait().expect("a child of this process").is_none() {
            let text = fs_err::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
            peak = peak.max(line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()));
            std::thread::sleep(Duration::from_millis(1));
        }
        peak
    }
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

/// The source archives from 1.0 to 1.13, by version.
fn archives(data: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs_err::read_dir(data.join("archive")).expect("the data has archives");
    let archives = entries.filter_map(|it| {
        let path = it.ok()?.path();
        let version = path.file_name()?.to_str()?.strip_suffix(".tar.gz")?.to_owned();
        let minor: u32 = version.strip_prefix("1.")?.split('.').next()?.parse().ok()?;
        (minor <= 13).then_some((version, path))
    });
    archives.collect()
}

/// Writes a source in the layout of a mirror, with the releases that have an archive there.
fn write_source(data: &Path, folder: &Path) {
    let mut source = Source { folder, sums: String::new() };
    let archives = archives(data);
    for (version, path) in &archives {
        source.copy(path, &format!("archive/{version}.tar.gz"));
        source.copy_all(&data.join("download").join(version), &format!("download/{version}"));
        source.copy_all(&data.join("raw").join(version), &format!("raw/{version}"));
    }
    for minor in 0..=14 {
        let branch = format!("release-1.{minor}");
        source.copy_all(&data.join("raw").join(&branch), &format!("raw/{branch}"));
        let listing = data.join(format!("api/contents/{branch}.json"));
        let listed: Value = fs_err::read(listing)
            .map_or(json!([]), |it| serde_json::from_slice(&it).expect("a listing is JSON"));
        let names = listed.as_array().into_iter().flatten().map(|it| it["name"].clone());
        source.json(&format!("guides/{branch}.json"), &names.collect());
    }
    source.copy_all(&data.join("notes"), "notes");
    let notes = fs_err::read_dir(data.join("notes")).into_iter().flatten().flatten();
    let notes: BTreeSet<String> =
        notes.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    source.json("notes.json", &json!(notes));
    source.json("absent.json", &json!({}));
    source.json(
        "origin.json",
        &json!({
            "api": "https://api.github.com", "web": "https://github.com",
            "raw": "https://raw.githubusercontent.com", "bucket": "https://storage.googleapis.com"
        }),
    );
    let releases = fs_err::read(data.join("api/releases.json")).expect("the data has a catalogue");
    let mut releases: Value = serde_json::from_slice(&releases).expect("a catalogue is JSON");
    let known = |it: &Value| it["tag_name"].as_str().is_some_and(|it| archives.contains_key(it));
    releases.as_array_mut().expect("a catalogue is a list").retain(known);
    source.json("releases.json", &releases);
    fs_err::write(folder.join("SHA256SUMS"), &source.sums).expect("space for the source");
}

/// A source that is being written.
struct Source<'a> {
    folder: &'a Path,
    sums: String,
}

impl Source<'_> {
    fn put(&mut self, path: &str, bytes: &[u8]) {
        let file = self.folder.join(path);
        fs_err::create_dir_all(file.parent().expect("a file has a folder")).expect("space");
        fs_err::write(file, bytes).expect("space for the source");
        self.sums.extend([&kyma_upgrade::digest::hex(bytes), "  ", path, "\n"]);
    }

    fn json(&mut self, path: &str, value: &Value) {
        self.put(path, value.to_string().as_bytes());
    }

    fn copy(&mut self, from: &Path, path: &str) {
        self.put(path, &fs_err::read(from).expect("a file of the data"));
    }

    /// Copies a folder with all that is in it, if it is there.
    fn copy_all(&mut self, from: &Path, path: &str) {
        let entries = fs_err::read_dir(from).into_iter().flatten().flatten();
        let entries: BTreeSet<PathBuf> = entries.map(|it| it.path()).collect();
        for entry in entries {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let below = format!("{path}/{name}");
            if entry.is_dir() { self.copy_all(&entry, &below) } else { self.copy(&entry, &below) }
        }
    }
}
