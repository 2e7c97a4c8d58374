//! Running the program on releases from 1.0 to 1.13, and how long and how large it gets.
//!
//! Peak memory is `VmHWM` in `/proc/PID/status` of the running program, read every millisecond in
//! runs that are not timed; elsewhere than on Linux it is not measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Prints a figure beside its aim, and returns whether the aim is met.
pub(crate) fn report(what: &str, figure: Option<f64>, (aim, unit): (f64, &str)) -> bool {
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

pub(crate) fn megabytes(kibibytes: u32) -> f64 {
    f64::from(kibibytes) * 1024.0 / 1e6
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Says how busy the machine is: other work on it counts against the program.
pub(crate) fn print_load() {
    let load = fs_err::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the last minute: {}", load.split(' ').next().unwrap_or("unknown"));
}

/// A download cache of its own, empty at first.
pub(crate) struct Cache(TempDir);

impl Default for Cache {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }
}

/// The program as it was built, with what it is run on.
pub(crate) struct Program {
    /// A source of releases.
    pub(crate) source: TempDir,
    /// What it is asked.
    pub(crate) args: Vec<String>,
}

impl Program {
    fn command(&self, cache: &Cache) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
        command.args(&self.args).arg("--source").arg(self.source.path());
        command.arg("--cache-dir").arg(cache.0.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// How long a run takes.
    pub(crate) fn time(&self, cache: &Cache) -> Duration {
        let start = Instant::now();
        let status = self.command(cache).status().expect("the program was built");
        let time = start.elapsed();
        assert!(matches!(status.code(), Some(0 | 3)), "the program did its work");
        time
    }

    /// The most memory that a run needs, in KiB, where the system tells.
    pub(crate) fn peak(&self, cache: &Cache) -> Option<u32> {
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

/// The source archives from 1.0 to 1.13, by version.
pub(crate) fn archives(data: &Path) -> BTreeMap<String, PathBuf> {
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
pub(crate) fn write_source(data: &Path, folder: &Path) {
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
