//! How long it takes to index the charts of real releases, and to read stored indexes.
//!
//! `KYMA_RELEASE_DATA=… cargo bench --bench charts` prints, for every archive, the median times of
//! reading it, of indexing it and of reading the stored index, and the sizes; then what all of them
//! take together, with the peak memory of the process after each part.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{Limits, charts};

/// How often each is done for a median.
const RUNS: usize = 5;

fn main() {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA") else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return;
    };
    let archives = archives(&Path::new(&folder).join("archive"));
    println!("peak memory at the start: {}", peak());
    let (stored, cold) =
        timed(|| archives.iter().map(|it| index(it).to_bytes()).collect::<Vec<_>>());
    println!("all {} archives to stored indexes: {cold:?}, peak memory {}", archives.len(), peak());
    let (indexes, warm) = timed(|| stored.iter().map(|it| load(it)).collect::<Vec<_>>());
    println!("all stored indexes in memory at once: {warm:?}, peak memory {}", peak());
    drop(indexes);
    for (path, stored) in archives.iter().zip(&stored) {
        one(path, stored);
    }
}

fn one(path: &Path, stored: &[u8]) {
    let bytes = fs_err::read(path).expect("an archive");
    let read = median(|| charts(bytes.as_slice(), &Limits::default()).expect("charts"));
    let files = charts(bytes.as_slice(), &Limits::default()).expect("charts").files;
    let build = median(|| ChartIndex::build(&files));
    let load = median(|| load(stored));
    println!(
        "{}: {} KB packed, {} KB of charts; read {read:?}, index {build:?}; {} KB stored, load {load:?}",
        path.file_name().unwrap_or_default().display(),
        bytes.len() >> 10,
        files.values().map(Vec::len).sum::<usize>() >> 10,
        stored.len() >> 10,
    );
}

fn archives(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder of archives");
    let paths = entries.map(|it| it.expect("an entry").path());
    let mut archives: Vec<PathBuf> =
        paths.filter(|it| it.extension().is_some_and(|it| it == "gz")).collect();
    archives.sort();
    archives
}

fn index(path: &Path) -> ChartIndex {
    let archive = fs_err::File::open(path).expect("an archive");
    ChartIndex::build(&charts(archive, &Limits::default()).expect("charts").files)
}

fn load(bytes: &[u8]) -> ChartIndex {
    ChartIndex::from_bytes(bytes).expect("an index of this version")
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn median<T>(work: impl Fn() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| timed(&work).1).collect();
    times.sort();
    times[RUNS / 2]
}

/// The most memory that this process has had, where the system tells.
fn peak() -> String {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |it| it.trim().to_owned())
}
