//! How well successors of override keys are found, hop by hop, against labelled data.
//!
//! `KYMA_RELEASE_DATA=... cargo test --test evaluation -- --nocapture` prints the table;
//! `EVALUATION_DETAILS=1` adds every label that was missed and every successor that is wrong.
//! The folder holds `archive/VERSION.tar.gz` (sources of releases), `download/VERSION/` (their
//! artifacts) and `truth/renames.tsv` and `truth/negatives.tsv` (the labels).
//!
//! # Decisions
//! * A label with several rows is a split: every row is a target to be found. Of the reported
//!   successors, those count whose old key is labelled.
//! * A global key of a component is the same as the common one: `*` in a label leaves open which
//!   components an override of it is for.
//! * Hops weigh alike in the means; hops without a label of a kind do not count there.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{self, Limits};
use kyma_upgrade::overrides::OverrideKey;
use kyma_upgrade::release::{Facts, Minor};
use kyma_upgrade::rename::RenameKind;
use kyma_upgrade::rename::charts::{Comparison, Context, KeyChange};

/// What the labels say of an old key.
#[derive(Debug, Default)]
struct Label {
    targets: BTreeSet<OverrideKey>,
    kinds: BTreeSet<String>,
}

/// A hop with its labels and with pairs that are none.
#[derive(Debug, Default)]
struct Hop {
    from: String,
    to: String,
    labels: BTreeMap<OverrideKey, Label>,
    negatives: Vec<(OverrideKey, OverrideKey)>,
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    targets: usize,
    found: usize,
    kinds: usize,
    reported: usize,
    right: usize,
    removed: usize,
    invented: usize,
    negatives: usize,
}

/// What was counted in a hop, and what is to be said about it.
#[derive(Debug, Default)]
struct Outcome {
    sums: Sums,
    notes: Vec<String>,
}

#[test]
fn successors_of_labelled_keys_are_found_and_right() {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return;
    };
    let hops: Vec<Hop> = hops(&folder).into_values().collect();
    let versions: BTreeSet<&String> = hops.iter().flat_map(|it| [&it.from, &it.to]).collect();
    let versions: Vec<&String> = versions.into_iter().collect();
    let releases = in_parallel(&versions, |it| Release::read(&folder, it));
    let releases: BTreeMap<&String, Release> = versions.iter().copied().zip(releases).collect();
    let outcomes = in_parallel(&hops, |it| evaluate(&releases[&it.from], &releases[&it.to], it));
    println!("hop                 found          kinds          right          removed      neg");
    for (hop, outcome) in hops.iter().zip(&outcomes) {
        outcome.notes.iter().for_each(|it| println!("{it}"));
        println!("{:<18}{}", format!("{} -> {}", hop.from, hop.to), outcome.sums);
    }
    judge(&outcomes.iter().map(|it| it.sums).collect::<Vec<_>>());
}

fn judge(all: &[Sums]) {
    let sum = all.iter().fold(Sums::default(), |a, b| a.plus(*b));
    let shares = [Sums::share_found, Sums::share_right, Sums::share_invented];
    let means = shares.map(|it| mean(all, it));
    println!("{:<18}{sum}", "sum");
    println!(
        "mean over hops: found {:.3}, right {:.3}, removed with successor {:.3}",
        means[0], means[1], means[2]
    );
    assert_eq!(sum.negatives, 0, "pairs that are none were reported");
    let [found, right, invented] = shares.map(|it| it(&sum).unwrap_or(0.0));
    assert!(FOUND <= found && FOUND <= means[0], "too few successors found");
    assert!(RIGHT <= right && RIGHT <= means[1], "too many wrong successors");
    assert!(invented <= INVENTED && means[2] <= INVENTED, "too many removed keys with successor");
}

/// What is asked for, of the sums and of the means.
const FOUND: f64 = 0.85;
const RIGHT: f64 = 0.97;
const INVENTED: f64 = 0.03;

/// What is made of every item, in their order, by two threads.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let take = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let result = work(item);
            results.lock().expect("no thread panics").insert(at, result);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(take);
        take();
    });
    results.into_inner().expect("no thread panics").into_values().collect()
}

/// A release as the comparison wants it.
#[derive(Debug)]
struct Release {
    charts: ChartIndex,
    components: Vec<String>,
}

impl Release {
    fn read(folder: &Path, version: &str) -> Self {
        Self { charts: index(folder, version), components: components(folder, version) }
    }
}

fn evaluate(old: &Release, new: &Release, hop: &Hop) -> Outcome {
    let facts = Facts::builtin();
    let to = Minor::of(&hop.to.parse().expect("a version"));
    let documented: Vec<_> = facts.documented_renames.iter().filter(|it| it.at == to).collect();
    let context = Context {
        old_components: &old.components,
        new_components: &new.components,
        documented: &documented,
        texts: &[],
    };
    let comparison = Comparison::new(&old.charts, &new.charts, context);
    let mut outcome = Outcome::default();
    for (key, label) in &hop.labels {
        let change = comparison.fate(key);
        outcome.sums.count(key, label, change.as_ref());
        if std::env::var_os("EVALUATION_DETAILS").is_some() {
            outcome.notes.extend(details(hop, key, label, change.as_ref()));
        }
    }
    for (key, wrong) in &hop.negatives {
        let change = comparison.fate(key);
        if change.is_some_and(|it| it.to.iter().any(|it| it.key == *wrong)) {
            outcome.notes.push(format!("negative: {key} -> {wrong}"));
            outcome.sums.negatives += 1;
        }
    }
    outcome
}

impl Sums {
    fn count(&mut self, key: &OverrideKey, label: &Label, change: Option<&KeyChange>) {
        let reported = change.map(|it| it.to.as_slice()).unwrap_or_default();
        let kind = change.and_then(|it| it.kind).map(RenameKind::as_str);
        for target in &label.targets {
            let found = reported.iter().any(|it| same(&it.key, target));
            self.targets += 1;
            self.found += usize::from(found);
            self.kinds += usize::from(found && kind.is_some_and(|it| label.kinds.contains(it)));
        }
        if label.targets.is_empty() && !label.kinds.contains("removed") {
            return;
        }
        let right = |it: &&OverrideKey| label.targets.iter().any(|target| same(target, it));
        let keys = reported.iter().map(|it| &it.key).filter(|it| *it != key);
        self.right += keys.clone().filter(right).count();
        self.reported += keys.count();
        if label.kinds.contains("removed") {
            self.removed += 1;
            self.invented += usize::from(!reported.is_empty());
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            targets: self.targets + other.targets,
            found: self.found + other.found,
            kinds: self.kinds + other.kinds,
            reported: self.reported + other.reported,
            right: self.right + other.right,
            removed: self.removed + other.removed,
            invented: self.invented + other.invented,
            negatives: self.negatives + other.negatives,
        }
    }

    fn share_found(&self) -> Option<f64> {
        share(self.found, self.targets)
    }

    fn share_right(&self) -> Option<f64> {
        share(self.right, self.reported)
    }

    fn share_invented(&self) -> Option<f64> {
        share(self.invented, self.removed)
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (part, whole) in [
            (self.found, self.targets),
            (self.kinds, self.targets),
            (self.right, self.reported),
            (self.invented, self.removed),
        ] {
            let percent =
                share(part, whole).map_or("-".to_owned(), |it| format!("{:.0} %", 100.0 * it));
            write!(f, "{:<15}", format!("{part}/{whole} {percent}"))?;
        }
        write!(f, "{}", self.negatives)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| number(part) / number(whole))
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small number"))
}

fn mean(hops: &[Sums], share: fn(&Sums) -> Option<f64>) -> f64 {
    let shares: Vec<f64> = hops.iter().filter_map(share).collect();
    shares.iter().sum::<f64>() / number(shares.len())
}

fn details(hop: &Hop, key: &OverrideKey, label: &Label, change: Option<&KeyChange>) -> Vec<String> {
    let mut notes = Vec::new();
    let reported: Vec<_> = change.iter().flat_map(|it| &it.to).map(|it| &it.key).collect();
    let reported_text = list(reported.iter().copied());
    for target in label.targets.iter().filter(|it| !reported.iter().any(|to| same(to, it))) {
        let near = list(change.iter().flat_map(|it| &it.nearest));
        let to = &hop.to;
        notes.push(format!("missed {to}: {key} -> {target}, not {reported_text}, near {near}"));
    }
    let wrong = |it: &&&OverrideKey| !label.targets.iter().any(|target| same(target, it));
    for it in reported.iter().filter(wrong) {
        let right = list(&label.targets);
        notes.push(format!("wrong {}: {key} -> {it}, {:?} {right}", hop.to, label.kinds));
    }
    let kind = change.and_then(|it| it.kind).map(RenameKind::as_str);
    if kind.is_some_and(|it| !label.kinds.contains(it)) {
        notes.push(format!("kind {}: {key} is {kind:?}, not {:?}", hop.to, label.kinds));
    }
    notes
}

fn list<'a>(keys: impl IntoIterator<Item = &'a OverrideKey>) -> String {
    let keys: Vec<String> = keys.into_iter().map(ToString::to_string).collect();
    format!("[{}]", keys.join(", "))
}

/// Equal, or one global key where a side leaves open which components it is set for.
fn same(a: &OverrideKey, b: &OverrideKey) -> bool {
    let open = a.component.is_none() || b.component.is_none();
    a == b || (a.key == b.key && a.key.starts_with("global.") && open)
}

/// The labels by hop, in the order of the releases.
fn hops(folder: &Path) -> BTreeMap<semver::Version, Hop> {
    let mut hops: BTreeMap<semver::Version, Hop> = BTreeMap::new();
    for row in rows(folder, "renames.tsv") {
        let hop = hops.entry(row[0].parse().expect("a version")).or_default();
        (hop.from, hop.to) = (row[0].clone(), row[1].clone());
        let label = hop.labels.entry(key(&row[2], &row[3])).or_default();
        label.kinds.insert(row[4].clone());
        if !row[6].is_empty() && row[4] != "type_changed" {
            label.targets.insert(key(&row[5], &row[6]));
        }
    }
    for row in rows(folder, "negatives.tsv") {
        let hop = hops.entry(row[0].parse().expect("a version")).or_default();
        hop.negatives.push((key(&row[2], &row[3]), key(&row[4], &row[5])));
    }
    hops
}

fn rows(folder: &Path, file: &str) -> Vec<Vec<String>> {
    let text = fs_err::read_to_string(folder.join("truth").join(file))
        .expect("the data that was asked for");
    text.lines().skip(1).map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

fn key(component: &str, key: &str) -> OverrideKey {
    OverrideKey::new((component != "*").then_some(component), key)
}

fn index(folder: &Path, version: &str) -> ChartIndex {
    let path = folder.join("archive").join(format!("{version}.tar.gz"));
    let archive = fs_err::File::open(path).expect("the data that was asked for");
    let files = archive::charts(archive, &Limits::default()).expect("the data that was asked for");
    ChartIndex::build(&files.files)
}

/// The names on the list of the Installation CR.
fn components(folder: &Path, version: &str) -> Vec<String> {
    let path = folder.join("download").join(version).join("kyma-installer-cluster.yaml");
    let text = fs_err::read_to_string(path).expect("the data that was asked for");
    let list = &text[text.find("components:").expect("the data that was asked for")..];
    let names = list.lines().filter_map(|it| it.trim().strip_prefix("- name: "));
    names.map(|it| it.trim_matches('"').to_owned()).collect()
}
