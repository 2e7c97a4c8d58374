//! Successors of override keys against labelled data, hop by hop.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{self, Limits};
use kyma_upgrade::overrides::OverrideKey;
use kyma_upgrade::rename::charts::{Comparison, Context, KeyChange};

type Hop = (String, String);
#[derive(Debug, Default)]
struct Truth {
    targets: BTreeSet<OverrideKey>,
    kinds: BTreeSet<String>,
}

fn key(component: &str, key: &str) -> OverrideKey {
    OverrideKey::new((component != "*").then_some(component), key)
}

fn rows(folder: &Path, file: &str) -> Vec<Vec<String>> {
    let text = fs_err::read_to_string(folder.join("truth").join(file)).unwrap();
    text.lines().skip(1).map(|row| row.split('\t').map(str::to_owned).collect()).collect()
}

fn index(folder: &Path, version: &str) -> ChartIndex {
    let cached = PathBuf::from(format!("/tmp/succ/{version}.bin"));
    if std::env::var_os("SUCC_CACHE").is_some() && cached.exists() {
        return ChartIndex::from_bytes(&fs_err::read(cached).unwrap()).unwrap();
    }
    let path = folder.join("archive").join(format!("{version}.tar.gz"));
    let archive = fs_err::File::open(path).unwrap();
    let files = archive::charts(archive, &Limits::default()).unwrap();
    let index = ChartIndex::build(&files.files);
    if std::env::var_os("SUCC_CACHE").is_some() {
        fs_err::write(cached, index.to_bytes()).unwrap();
    }
    index
}

fn components(folder: &Path, version: &str) -> Vec<String> {
    let path = folder.join("download").join(version).join("kyma-installer-cluster.yaml");
    let text = fs_err::read_to_string(path).unwrap();
    let start = text.find("components:").unwrap();
    let names = text[start..].lines().filter_map(|it| it.trim().strip_prefix("- name: "));
    names.map(|it| it.trim_matches('"').to_owned()).collect()
}

/// Equal, or the same global key where one side leaves open which components it is set for.
fn same(a: &OverrideKey, b: &OverrideKey) -> bool {
    a == b
        || (a.key == b.key
            && a.key.starts_with("global.")
            && (a.component.is_none() || b.component.is_none()))
}

#[test]
fn successors_of_labelled_keys() {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return;
    };
    let verbose = std::env::var_os("SUCC_VERBOSE").is_some();
    let mut hops: BTreeMap<semver::Version, (Hop, BTreeMap<OverrideKey, Truth>)> = BTreeMap::new();
    for row in rows(&folder, "renames.tsv") {
        let entry = hops
            .entry(row[0].parse().unwrap())
            .or_insert_with(|| ((row[0].clone(), row[1].clone()), BTreeMap::new()));
        let truth = entry.1.entry(key(&row[2], &row[3])).or_default();
        truth.kinds.insert(row[4].clone());
        if row[4] != "removed" && row[4] != "type_changed" {
            truth.targets.insert(key(&row[5], &row[6]));
        }
    }
    let mut negatives: BTreeMap<Hop, Vec<(OverrideKey, OverrideKey)>> = BTreeMap::new();
    for row in rows(&folder, "negatives.tsv") {
        negatives
            .entry((row[0].clone(), row[1].clone()))
            .or_default()
            .push((key(&row[2], &row[3]), key(&row[4], &row[5])));
    }
    let mut total = [0usize; 8];
    let mut means: Vec<Vec<f64>> = vec![Vec::new(); 3];
    println!(
        "{:<18}{:>14}{:>14}{:>14}{:>10}{:>6}",
        "hop", "found", "kinds", "right", "removed", "neg"
    );
    for ((from, to), truths) in hops.values() {
        let (old, new) = (index(&folder, from), index(&folder, to));
        let (a, b) = (components(&folder, from), components(&folder, to));
        let t = std::time::Instant::now();
        let hop = Comparison::new(&old, &new, Context { old_components: &a, new_components: &b });
        let changes: BTreeMap<OverrideKey, KeyChange> =
            hop.changes().into_iter().map(|it| (it.from.clone(), it)).collect();
        let elapsed = t.elapsed();
        let mut sum = [0usize; 8];
        for (old_key, truth) in truths {
            let change = changes.get(old_key).cloned().or_else(|| hop.fate(old_key));
            let reported: Vec<_> =
                change.iter().flat_map(|it| &it.to).map(|it| it.key.clone()).collect();
            if let Some(path) = std::env::var_os("SUCC_TRAIN") {
                dump(&path, from, old_key, truth, &hop);
            }
            for target in &truth.targets {
                sum[0] += 1;
                let found = reported.iter().any(|it| same(it, target));
                sum[1] += usize::from(found);
                let kind = change.as_ref().and_then(|it| it.kind).map(|it| it.as_str());
                sum[2] += usize::from(found && kind.is_some_and(|it| truth.kinds.contains(it)));
                if found && verbose && !kind.is_some_and(|it| truth.kinds.contains(it)) {
                    println!("KIND {from} {old_key} {:?} reported {kind:?} {target}", truth.kinds);
                }
                if !found && verbose {
                    println!(
                        "MISS {from} {:?} {old_key} => {target}; reported {}",
                        truth.kinds,
                        reported.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                    );
                    let all = hop.explain(old_key);
                    for (at, it) in
                        all.iter().enumerate().filter(|(at, it)| *at < 2 || same(&it.0, target))
                    {
                        println!(
                            "     {at} {} {:.2} {}",
                            it.0,
                            it.1,
                            it.2.iter().map(|it| format!("{it:.2}")).collect::<Vec<_>>().join(" ")
                        );
                    }
                }
            }
            if truth.kinds.contains("type_changed") {
                continue;
            }
            for it in &reported {
                sum[3] += 1;
                let right = truth.targets.iter().any(|target| same(target, it));
                sum[4] += usize::from(right);
                if !right && verbose {
                    println!(
                        "WRONG {from} {:?} {old_key} => {it}; truth {}",
                        truth.kinds,
                        truth
                            .targets
                            .iter()
                            .map(ToString::to_string)
                            .collect::<Vec<_>>()
                            .join(", ")
                    );
                    for (k, s, f) in hop.explain(old_key).iter().take(1) {
                        println!(
                            "     {k} {s:.2} {}",
                            f.iter().map(|it| format!("{it:.2}")).collect::<Vec<_>>().join(" ")
                        );
                    }
                }
            }
            if truth.kinds.contains("removed") {
                sum[5] += 1;
                sum[6] += usize::from(!reported.is_empty());
            }
        }
        for (old_key, wrong) in negatives.get(&(from.clone(), to.clone())).into_iter().flatten() {
            let hit =
                changes.get(old_key).is_some_and(|it| it.to.iter().any(|it| it.key == *wrong));
            sum[7] += usize::from(hit);
            if hit {
                println!("NEGATIVE {from} {old_key} => {wrong}");
            }
        }
        line(&format!("{from} -> {to}"), &sum);
        if verbose {
            println!(
                "    {elapsed:?}, {} lost, {} with successors",
                changes.len(),
                changes.values().filter(|it| !it.to.is_empty()).count()
            );
        }
        for (at, (part, whole)) in [(1, 0), (4, 3), (6, 5)].into_iter().enumerate() {
            if sum[whole] > 0 {
                means[at].push(sum[part] as f64 / sum[whole] as f64);
            }
        }
        for (total, it) in total.iter_mut().zip(sum) {
            *total += it;
        }
    }
    line("sum", &total);
    for (name, it) in ["found", "right", "removed with successor"].iter().zip(means) {
        println!("mean {name} {:.1}", 100.0 * it.iter().sum::<f64>() / it.len() as f64);
    }
}

fn line(name: &str, sum: &[usize; 8]) {
    let share = |a: usize, b: usize| {
        if b == 0 { "-".to_owned() } else { format!("{a}/{b} {:.0}%", 100.0 * a as f64 / b as f64) }
    };
    println!(
        "{name:<18}{:>14}{:>14}{:>14}{:>10}{:>6}",
        share(sum[1], sum[0]),
        share(sum[2], sum[0]),
        share(sum[4], sum[3]),
        share(sum[6], sum[5]),
        sum[7]
    );
}

fn dump(
    path: &std::ffi::OsStr,
    from: &str,
    key: &OverrideKey,
    truth: &Truth,
    hop: &Comparison<'_>,
) {
    use std::io::Write;
    if truth.kinds.contains("type_changed") {
        return;
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    for (new, score, features) in hop.explain(key) {
        let right = truth.targets.iter().any(|it| same(it, &new));
        writeln!(
            file,
            "{from}\t{key}\t{new}\t{}\t{score:.3}\t{}",
            u8::from(right),
            features.iter().map(|it| format!("{it:.3}")).collect::<Vec<_>>().join("\t")
        )
        .unwrap();
    }
}
