//! The charts of real releases, where they are at hand: which of their values templates read, and
//! whether labelled keys are read where the labels say so.
//!
//! `KYMA_RELEASE_DATA=… cargo test --test charts_of_real_releases -- --nocapture` prints the
//! figures.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kyma_upgrade::chart::{Chart, ChartIndex, Files};
use kyma_upgrade::fetch::archive::{self, Limits};

/// How many of a hundred leaves have to be read. Most of the others are listed and read nowhere.
const LEAST_LIVE: usize = 80;
/// How many of a hundred labels have to agree.
const LEAST_AGREEING: usize = 90;

/// The folder with the data of releases, if `KYMA_RELEASE_DATA` says where it is.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("KYMA_RELEASE_DATA");
    if folder.is_none() {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
    }
    folder.map(PathBuf::from)
}

fn files(folder: &Path, version: &str) -> Files {
    let path = folder.join("archive").join(format!("{version}.tar.gz"));
    let archive = fs_err::File::open(path).expect("the archive");
    let found = archive::charts(archive, &Limits::default()).expect("an archive of charts");
    assert_eq!(found.too_large, [""; 0], "{version}");
    found.files
}

fn versions(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder.join("archive")).expect("a folder of archives");
    let names = entries.map(|it| it.expect("an entry").file_name());
    let mut versions: Vec<semver::Version> =
        names.filter_map(|it| it.to_str()?.strip_suffix(".tar.gz")?.parse().ok()).collect();
    versions.sort();
    assert!(!versions.is_empty(), "no archives in {}", folder.display());
    versions.iter().map(ToString::to_string).collect()
}

/// Rows of a table of labels, without its head; none if the folder has no labels.
fn rows(folder: &Path, name: &str) -> Option<Vec<Vec<String>>> {
    let Ok(text) = fs_err::read_to_string(folder.join("truth").join(name)) else {
        println!("not run: the release data has no {name}");
        return None;
    };
    let rows = text.lines().skip(1);
    Some(rows.map(|row| row.split('\t').map(ToOwned::to_owned).collect()).collect())
}

#[test]
fn nearly_all_values_are_read_and_every_index_survives_storing() {
    let Some(folder) = data() else { return };
    for version in versions(&folder) {
        let files = files(&folder, &version);
        let index = ChartIndex::build(&files);
        let bytes = index.to_bytes();
        assert_eq!(ChartIndex::from_bytes(&bytes).as_ref(), Ok(&index), "{version}");
        for chart in index.iter() {
            assert_eq!(chart.problems, [], "{version} {}", chart.name);
        }
        let charts = || index.iter();
        let references: usize = charts().map(|it| it.references().len()).sum();
        let [live, all] = count(charts(), |_, _| true);
        let [own_live, own] = count(charts(), |chart, source| {
            source == format!("resources/{}/values.yaml", chart.name)
        });
        println!(
            "{version}: {} charts, {references} references, {} bytes stored; read {live} of {all} \
             values ({} %), of components' own {own_live} of {own} ({} %); others: {}",
            charts().count(),
            bytes.len(),
            100 * live / all,
            100 * own_live / own,
            classes(&index, &files),
        );
        assert!(100 * live / all >= LEAST_LIVE, "{version}");
    }
}

/// How many values are read, and how many there are, of those whose file is wanted.
fn count<'a>(
    charts: impl Iterator<Item = &'a Chart>,
    wanted: impl Fn(&Chart, &str) -> bool,
) -> [usize; 2] {
    let mut sums = [0, 0];
    for chart in charts {
        let leaves = chart.values.iter().filter(|it| wanted(chart, &it.1.source));
        for (key, _) in leaves {
            sums[0] += usize::from(chart.is_live(key));
            sums[1] += 1;
        }
    }
    sums
}

/// The values that nothing reads, by what the text of the component's templates says of them.
fn classes(index: &ChartIndex, files: &Files) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for chart in index.iter() {
        let texts = texts(files, &chart.name);
        for key in chart.values.keys().filter(|it| !chart.is_live(it)) {
            *counts.entry(class(chart, key, &texts)).or_default() += 1;
            let start: Vec<&str> = key.split('.').take(2).collect();
            *groups.entry(format!("{} {}", chart.name, start.join("."))).or_default() += 1;
        }
    }
    let mut groups: Vec<(usize, String)> = groups.into_iter().map(|it| (it.1, it.0)).collect();
    groups.sort_by(|left, right| right.cmp(left));
    groups.truncate(3);
    format!("{counts:?}, most in {groups:?}")
}

/// Everything of a component that may hold templates.
fn texts(files: &Files, component: &str) -> String {
    let start = format!("resources/{component}/");
    let texts =
        files.iter().filter(|(path, _)| path.starts_with(&start) && !path.ends_with("values.yaml"));
    texts.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect()
}

fn class<'a>(chart: &Chart, key: &str, texts: &str) -> &'a str {
    let prefixes = chart.subcharts.iter().filter_map(|it| key.strip_prefix(&format!("{it}.")));
    let own = prefixes.min_by_key(|it| it.len()).unwrap_or(key);
    let leaf = own.rsplit('.').next().unwrap_or(own);
    let expression = format!(".Values.{own}");
    let ends = |at: usize| {
        !texts[at + expression.len()..].starts_with(|c: char| c == '.' || c.is_alphanumeric())
    };
    if texts.match_indices(&expression).any(|(at, _)| ends(at)) {
        "its path stands in a comment, or in a template that nothing renders"
    } else if texts.contains(leaf) {
        "only its last name stands somewhere"
    } else {
        "not even its last name stands anywhere"
    }
}

/// Indexes of the releases that labels mention, built once each.
struct Releases {
    folder: PathBuf,
    known: BTreeMap<String, ChartIndex>,
}

impl Releases {
    fn new(folder: PathBuf) -> Self {
        Self { folder, known: BTreeMap::new() }
    }

    /// Whether a component of a release (`*`: any) reads a key.
    fn live(&mut self, version: &str, component: &str, key: &str) -> bool {
        let index = self
            .known
            .entry(version.to_owned())
            .or_insert_with(|| ChartIndex::build(&files(&self.folder, version)));
        let mut charts = index.iter().filter(|it| component == "*" || it.name == component);
        charts.any(|it| it.is_live(key))
    }
}

/// Agreement with labels, and where there is none.
#[derive(Default)]
struct Agreement {
    sums: BTreeMap<String, BTreeMap<&'static str, [usize; 2]>>,
    others: BTreeSet<String>,
}

impl Agreement {
    fn add(&mut self, hop: &str, what: &'static str, agrees: bool, key: &str) {
        let sums = self.sums.entry(hop.to_owned()).or_default().entry(what).or_default();
        sums[0] += usize::from(agrees);
        sums[1] += 1;
        if !agrees {
            self.others.insert(format!("{hop}: not {what}: {key}"));
        }
    }

    fn print(&self) {
        for (hop, sums) in &self.sums {
            let parts = sums.iter().map(|(what, [good, all])| format!("{what} {good}/{all}"));
            println!("{hop}: {}", parts.collect::<Vec<_>>().join(", "));
        }
        self.others.iter().for_each(|it| println!("  {it}"));
    }

    fn share(&self) -> usize {
        let sums = self.sums.values().flat_map(BTreeMap::values);
        let [good, all] = sums.fold([0, 0], |sum, it| [sum[0] + it[0], sum[1] + it[1]]);
        100 * good / all.max(1)
    }
}

#[test]
fn labelled_keys_are_read_before_their_hop_and_their_successors_after_it() {
    let Some(folder) = data() else { return };
    let Some(labels) = rows(&folder, "renames.tsv") else { return };
    let mut releases = Releases::new(folder);
    let mut agreement = Agreement::default();
    for label in labels {
        let [from, to, component, key, kind, to_component, to_key, _, confidence] = &label[..]
        else {
            panic!("{label:?}");
        };
        if confidence != "high" || kind == "type_changed" {
            continue;
        }
        let hop = format!("{from} -> {to}");
        let name = format!("{component}:{key}");
        agreement.add(&hop, "read before", releases.live(from, component, key), &name);
        agreement.add(&hop, "unread after", !releases.live(to, component, key), &name);
        if !to_key.is_empty() {
            let target = format!("{to_component}:{to_key}");
            agreement.add(&hop, "successor read", releases.live(to, to_component, to_key), &target);
        }
    }
    agreement.print();
    assert!(agreement.share() >= LEAST_AGREEING);
}

#[test]
fn keys_that_died_silently_are_dead_although_they_are_listed() {
    let Some(folder) = data() else { return };
    let Some(traps) = rows(&folder, "liveness_traps.tsv") else { return };
    let mut releases = Releases::new(folder);
    let mut agreement = Agreement::default();
    for trap in traps.iter().filter(|it| it[2] == "silent_death") {
        let [from, to, _, component, key, ..] = &trap[..] else { panic!("{trap:?}") };
        let hop = format!("{from} -> {to}");
        let name = format!("{component}:{key}");
        agreement.add(&hop, "read before", releases.live(from, component, key), &name);
        agreement.add(&hop, "unread after", !releases.live(to, component, key), &name);
    }
    agreement.print();
    assert!(agreement.share() >= LEAST_AGREEING);
}
