//! The charts of real releases, where they are at hand.
//!
//! Prints, for every release: how many values there are, how many of them a template reads, how
//! long reading takes. Run with `--nocapture` to see it.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use kyma_upgrade::chart::{Chart, ChartIndex};
use kyma_upgrade::fetch::archive::{self, Limits};

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("KYMA_RELEASE_DATA");
    if folder.is_none() {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
    }
    folder.map(PathBuf::from)
}

fn archives(folder: &Path) -> Vec<(semver::Version, PathBuf)> {
    let entries = fs_err::read_dir(folder.join("archive")).unwrap();
    let versions = entries.filter_map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name()?.to_str()?.strip_suffix(".tar.gz")?;
        Some((name.parse().unwrap(), path.clone()))
    });
    let mut archives: Vec<_> = versions.collect();
    archives.sort();
    archives
}

fn index(path: &Path) -> ChartIndex {
    let archive = fs_err::File::open(path).unwrap();
    let files = archive::charts(archive, &Limits::default()).unwrap();
    ChartIndex::build(&files.files)
}

#[test]
fn figures() {
    let Some(folder) = data() else { return };
    for (version, path) in archives(&folder) {
        let start = Instant::now();
        let archive = fs_err::File::open(&path).unwrap();
        let files = archive::charts(archive, &Limits::default()).unwrap();
        let read = start.elapsed();
        let index = ChartIndex::build(&files.files);
        let built = start.elapsed() - read;
        let start = Instant::now();
        let bytes = index.to_bytes();
        let stored = start.elapsed();
        let start = Instant::now();
        assert_eq!(ChartIndex::from_bytes(&bytes).unwrap(), index);
        let loaded = start.elapsed();
        let references: usize = index.iter().map(|it| it.references().len()).sum();
        let (mut live, mut leaves, mut dead) = (0, 0, BTreeMap::<String, usize>::new());
        for chart in index.iter() {
            for problem in &chart.problems {
                println!("{version} problem {problem:?}");
            }
            for (key, leaf) in &chart.values {
                leaves += 1;
                if chart.is_live(key) {
                    live += 1;
                } else {
                    println!("DEAD {version} {} {key} {}:{} {}", chart.name, leaf.source, leaf.line, leaf.default);
                    *dead.entry(chart.name.clone()).or_default() += 1;
                }
            }
        }
        println!(
            "{version}: {leaves} leaves, {live} live ({:.1} %), {references} references; read {read:?}, build {built:?}, {} bytes stored in {stored:?} loaded in {loaded:?}",
            100.0 * live as f64 / leaves as f64, bytes.len()
        );
    }
}
