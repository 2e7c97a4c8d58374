//! The program on the files of real releases, where `KYMA_RELEASE_DATA` names a folder that holds
//! them in the shape in which GitHub serves them: `api/releases.json`, `download/`, `bucket/`,
//! `raw/`, `notes/`, and, for labels, `truth/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Mirror, findings, overrides, run};
use kyma_upgrade::fetch::archive;

mod applied;
mod fates;

const DEPLOYMENTS: [&str; 2] = ["cluster", "local"];

/// The folder with the data, and a mirror of it; none where there is no data.
fn data() -> Option<(PathBuf, Mirror)> {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA names no folder with real releases");
        return None;
    };
    let mirror = Mirror::of_release_data(&folder);
    Some((folder, mirror))
}

fn json(mirror: &Mirror, args: &[&str]) -> Value {
    let source = mirror.path();
    let output = run(&[args, &["--source", source, "-o", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {errors}"))
}

/// The rows of a table with a heading, as maps from the heading's names.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs_err::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(ToOwned::to_owned));
    let names: Vec<_> = lines.next().unwrap().collect();
    lines.map(|cells| names.iter().cloned().zip(cells).collect()).collect()
}

#[test]
fn the_path_from_1_0_to_1_13_has_13_hops() {
    let Some((_, mirror)) = data() else { return };
    let report = json(&mirror, &["path", "1.0", "1.13"]);
    let hops = report["hops"].as_array().unwrap();
    let versions: Vec<_> = hops.iter().map(|it| it["to"].as_str().unwrap()).collect();
    assert_eq!(
        versions,
        [
            "1.1.0", "1.2.2", "1.3.0", "1.4.1", "1.5.0", "1.6.0", "1.7.1", "1.8.0", "1.9.0",
            "1.10.0", "1.11.1", "1.12.0", "1.13.0"
        ]
    );
}

/// What evidence may cite.
struct Sources {
    folder: PathBuf,
    /// The files of the charts, by release and path.
    charts: BTreeMap<String, Vec<u8>>,
    /// The overrides of the user.
    mine: String,
}

impl Sources {
    fn new(folder: &Path, mine: &str) -> Self {
        let mut charts = BTreeMap::new();
        for entry in fs_err::read_dir(folder.join("archive")).unwrap() {
            let path = entry.unwrap().path();
            let tag = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz");
            let archive = fs_err::File::open(&path).unwrap();
            let found = archive::charts(archive, &archive::Limits::default()).unwrap();
            let files = found.files.into_iter();
            charts.extend(files.map(|(path, bytes)| (format!("{tag}/{path}"), bytes)));
        }
        Self { folder: folder.to_owned(), charts, mine: mine.to_owned() }
    }

    fn text(&self, source: &str) -> String {
        if let Some(bytes) = self.charts.get(source) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let places = ["download", "bucket", "raw", "notes"].map(|it| self.folder.join(it));
        let path = match source {
            "facts.yaml" => Path::new(env!("CARGO_MANIFEST_DIR")).join("src/release/facts.yaml"),
            _ if source == self.mine => PathBuf::from(source),
            _ => {
                let mut places = places.iter().map(|it| it.join(source));
                places.find(|it| it.is_file()).unwrap_or_else(|| panic!("{source} is no file"))
            }
        };
        fs_err::read_to_string(path).unwrap()
    }

    fn assert_hold(&self, evidence: &Value) {
        let (source, text) =
            (evidence["source"].as_str().unwrap(), evidence["text"].as_str().unwrap());
        let file = self.text(source);
        let number = usize::try_from(evidence["line"].as_u64().unwrap()).unwrap();
        let line = file.lines().nth(number - 1).unwrap_or_default();
        assert!(!text.is_empty() && line.contains(text), "{evidence} is not {line:?}");
    }
}

/// Overrides of a user: every fifth key of the labels, with a value of its own.
fn labelled_overrides(folder: &Path) -> String {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&folder.join("truth/renames.tsv")).iter().step_by(5) {
        keys.entry(row["from_component"].clone()).or_default().insert(row["from_key"].clone());
    }
    let objects = keys.iter().enumerate().map(|(number, (component, keys))| {
        let data: Vec<_> = keys.iter().map(|it| format!("{it}: \"mine\"")).collect();
        let component = Some(component.as_str()).filter(|it| *it != "*");
        overrides(&format!("mine-{number}"), component, &data.join("\n"))
    });
    objects.collect::<Vec<_>>().join("---\n")
}

#[test]
fn every_finding_of_all_hops_has_evidence_that_stands_at_its_line() {
    let Some((folder, mirror)) = data() else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let mine = place.path().join("mine.yaml");
    fs_err::write(&mine, labelled_overrides(&folder)).unwrap();
    let mine = mine.to_str().unwrap();
    let sources = Sources::new(&folder, mine);
    for deployment in DEPLOYMENTS {
        let args =
            ["plan", "--from", "0.7", "--to", "1.13", "--deployment", deployment, "-f", mine];
        let report = json(&mirror, &args);
        assert_eq!(report["hops"].as_array().unwrap().len(), 16);
        for finding in findings(&report) {
            let evidence = finding["evidence"].as_array().unwrap();
            assert!(evidence.iter().any(|it| it["line"].is_u64()), "{finding}");
            evidence.iter().filter(|it| it["line"].is_u64()).for_each(|it| sources.assert_hold(it));
        }
    }
}

#[test]
fn the_html_report_of_13_hops_is_below_a_megabyte() {
    let Some((folder, mirror)) = data() else { return };
    let place = tempfile::tempdir().unwrap();
    let mine = place.path().join("mine.yaml");
    fs_err::write(&mine, labelled_overrides(&folder)).unwrap();
    let path = ["plan", "--from", "1.0", "--to", "1.13", "--source", mirror.path(), "-o", "html"];
    for overrides in [None, Some(mine.to_str().unwrap()), Some("fixtures/demo/my-overrides.yaml")] {
        let given: Vec<_> = overrides.iter().flat_map(|it| ["-f", it]).collect();
        let page = String::from_utf8(run(&[&path, &given[..]].concat()).stdout).unwrap();
        assert_eq!(page.matches("<details class=\"hop card\"").count(), 13);
        println!("{overrides:?}: {} bytes", page.len());
        assert!(page.len() < 1_000_000, "{overrides:?}: {} bytes", page.len());
    }
}

#[test]
fn no_release_differs_from_itself() {
    let Some((_, mirror)) = data() else { return };
    let releases = json(&mirror, &["releases"]);
    let all = releases["releases"].as_array().unwrap().iter();
    let versions: Vec<_> = all.map(|it| it["version"].as_str().unwrap()).collect();
    let newest: BTreeSet<_> =
        versions.iter().filter(|it| !it.contains('-') && !it.starts_with("0.6")).collect();
    for version in newest {
        for deployment in DEPLOYMENTS {
            let report = json(&mirror, &["diff", version, version, "--deployment", deployment]);
            let hop = &report["hops"][0];
            for part in ["components", "objects", "overrides"] {
                let lists = hop[part].as_object().unwrap().values().filter_map(Value::as_array);
                assert!(lists.into_iter().all(Vec::is_empty), "{version} {deployment}: {hop}");
            }
            assert_eq!(findings(&report), Vec::<&Value>::new());
        }
    }
}

/// Reported renames by hop, component, key and target.
fn renames(mirror: &Mirror) -> Vec<[String; 5]> {
    let mut found = BTreeSet::new();
    for deployment in DEPLOYMENTS {
        let args = ["plan", "--from", "0.7", "--to", "1.13", "--deployment", deployment];
        for hop in json(mirror, &args)["hops"].as_array().unwrap() {
            for rename in hop["overrides"]["renamed"].as_array().unwrap() {
                for to in rename["to"].as_array().unwrap() {
                    found.insert(
                        [
                            &hop["from"],
                            &rename["component"],
                            &rename["key"],
                            &to["component"],
                            &to["key"],
                        ]
                        .map(|it| it.as_str().unwrap_or("*").to_owned()),
                    );
                }
            }
        }
    }
    found.into_iter().collect()
}

fn pair(row: &BTreeMap<String, String>) -> [String; 5] {
    ["from_version", "from_component", "from_key", "to_component", "to_key"]
        .map(|it| row[it].clone())
}

#[test]
fn reported_renames_are_labelled_so_and_none_is_a_known_false_pair() {
    let Some((folder, mirror)) = data() else {
        return;
    };
    let truth = folder.join("truth");
    if !truth.is_dir() {
        println!("not run: the data has no labels");
        return;
    }
    let labelled: BTreeSet<_> = rows(&truth.join("renames.tsv")).iter().map(pair).collect();
    let false_pairs: BTreeSet<_> = rows(&truth.join("negatives.tsv")).iter().map(pair).collect();
    let found = renames(&mirror);
    assert!(20 <= found.len(), "{found:?}");
    for rename in found {
        assert!(labelled.contains(&rename), "{rename:?} is not labelled");
        assert!(!false_pairs.contains(&rename), "{rename:?} is a known false pair");
    }
}

#[test]
fn all_labelled_renames_whose_both_keys_are_in_the_artifacts_are_reported() {
    let Some((folder, mirror)) = data() else {
        return;
    };
    let found: BTreeSet<_> = renames(&mirror).into_iter().collect();
    let wanted = [
        (
            "0.8.2",
            "assetstore",
            "assetstore-controller-manager.minikubeIP",
            "assetstore",
            "asset-store-controller-manager.minikubeIP",
        ),
        ("0.8.2", "knative", "knative.domainName", "knative-serving", "knative-serving.domainName"),
        ("1.0.0", "helm-broker", "config.isDevelopMode", "helm-broker", "global.isDevelopMode"),
        (
            "1.1.0",
            "istio",
            "mixer.resources.limits.memory",
            "istio",
            "mixer.policy.resources.limits.memory",
        ),
        (
            "1.1.0",
            "istio",
            "mixer.resources.limits.memory",
            "istio",
            "mixer.telemetry.resources.limits.memory",
        ),
        (
            "1.2.2",
            "core",
            "configurations-generator.minikubeIP",
            "core",
            "iam-kubeconfig-service.minikubeIP",
        ),
        (
            "1.3.0",
            "application-connector",
            "application-registry.minikubeIP",
            "*",
            "global.minikubeIP",
        ),
        ("1.3.0", "core", "iam-kubeconfig-service.minikubeIP", "*", "global.minikubeIP"),
    ];
    assert!(folder.is_dir());
    for (version, component, key, to_component, to_key) in wanted {
        let row = [version, component, key, to_component, to_key].map(ToOwned::to_owned);
        assert!(found.contains(&row), "{row:?} is missing");
    }
}

#[test]
fn every_pair_of_minors_gives_a_chain_or_a_refusal() {
    let Some((_, mirror)) = data() else { return };
    let minors: Vec<_> =
        (7..=9).map(|it| format!("0.{it}")).chain((0..=13).map(|it| format!("1.{it}"))).collect();
    for (from, start) in minors.iter().zip(0..) {
        for (to, end) in minors.iter().zip(0_usize..) {
            let output = run(&["path", from, to, "--source", mirror.path(), "-o", "json"]);
            if end <= start {
                assert_eq!(output.status.code(), Some(4), "{from} {to}");
                continue;
            }
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let hops = report["hops"].as_array().unwrap();
            assert_eq!(hops.len(), end - start, "{from} {to}");
            assert!(hops.windows(2).all(|it| it[0]["to"] == it[1]["from"]));
        }
    }
}

#[test]
fn the_guides_of_every_hop_agree_with_the_labels() {
    let Some((folder, mirror)) = data() else { return };
    let labels = folder.join("truth/guides.tsv");
    if !labels.is_file() {
        println!("not run: the data has no labels");
        return;
    }
    let report = json(&mirror, &["guides", "0.7", "1.13"]);
    let labels = rows(&labels);
    for hop in report["hops"].as_array().unwrap() {
        let label = labels
            .iter()
            .find(|it| it["from_version"] == hop["from"] && it["to_version"] == hop["to"]);
        let (label, guide) = (label.unwrap(), &hop["guide"]);
        let files: Vec<_> = guide["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        assert_eq!(files.join(" "), label["guide_file"], "{}", hop["to"]);
        assert_eq!(
            guide["status"] == "published",
            label["guide_on_branch"] == "yes",
            "{}",
            hop["to"]
        );
        let stale = guide["stale"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
        let labelled = label["stale_guides"].split_whitespace().filter(|it| it.contains(".md"));
        assert!(stale.eq(labelled), "{}", hop["to"]);
    }
}
