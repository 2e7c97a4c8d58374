//! The chart index against labelled data: keys that were renamed or removed are read before the
//! hop and not after it, their successors are read after it.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kyma_upgrade::chart::ChartIndex;
use kyma_upgrade::fetch::archive::{self, Limits};

struct Label {
    from: String,
    to: String,
    component: String,
    key: String,
    kind: String,
    to_component: String,
    to_key: String,
}

fn labels(folder: &Path) -> Vec<Label> {
    let text = fs_err::read_to_string(folder.join("truth/renames.tsv")).unwrap();
    let mut labels = Vec::new();
    for row in text.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        if fields[8] != "high" || fields[4] == "type_changed" {
            continue;
        }
        let [from, to, component, key, kind, to_component, to_key] =
            [0, 1, 2, 3, 4, 5, 6].map(|at| fields[at].to_owned());
        labels.push(Label { from, to, component, key, kind, to_component, to_key });
    }
    labels
}

fn index(folder: &Path, version: &str) -> ChartIndex {
    let path = folder.join("archive").join(format!("{version}.tar.gz"));
    let archive = fs_err::File::open(path).unwrap();
    let files = archive::charts(archive, &Limits::default()).unwrap();
    ChartIndex::build(&files.files)
}

fn live(index: &ChartIndex, component: &str, key: &str) -> bool {
    match component {
        "*" => index.iter().any(|chart| chart.is_live(key)),
        name => index.get(name).is_some_and(|chart| chart.is_live(key)),
    }
}

#[test]
fn labelled_keys() {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return;
    };
    let mut indexes: BTreeMap<String, ChartIndex> = BTreeMap::new();
    let mut sums: BTreeMap<String, [usize; 6]> = BTreeMap::new();
    for label in labels(&folder) {
        for version in [&label.from, &label.to] {
            if !indexes.contains_key(version) {
                indexes.insert(version.clone(), index(&folder, version));
            }
        }
        let hop = format!("{} -> {}", label.from, label.to);
        let sum = sums.entry(hop.clone()).or_default();
        let before = live(&indexes[&label.from], &label.component, &label.key);
        let after = live(&indexes[&label.to], &label.component, &label.key);
        sum[0] += 1;
        sum[1] += usize::from(before);
        sum[2] += 1;
        sum[3] += usize::from(!after);
        if !before {
            println!("BEFORE {hop} {} {} {}", label.kind, label.component, label.key);
        }
        if after {
            println!("AFTER {hop} {} {} {}", label.kind, label.component, label.key);
            for chart in indexes[&label.to].iter() {
                if label.component == "*" || label.component == chart.name {
                    for it in chart.consumers(&label.key).into_iter().take(2) {
                        println!("    {} {}:{} {} {:?} {}", it.key, it.source, it.line, it.text, it.sink.guard, it.whole);
                    }
                }
            }
        }
        if !label.to_key.is_empty() {
            let target = live(&indexes[&label.to], &label.to_component, &label.to_key);
            sum[4] += 1;
            sum[5] += usize::from(target);
            if !target {
                println!("TARGET {hop} {} {} {} -> {} {}", label.kind, label.component, label.key, label.to_component, label.to_key);
            }
        }
    }
    for (hop, [a, b, c, d, e, f]) in sums {
        println!("{hop}: read before {b}/{a}, not read after {d}/{c}, successor read {f}/{e}");
    }
}
