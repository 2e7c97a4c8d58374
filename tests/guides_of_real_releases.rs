//! Guides and release notes of real releases against labelled truth.
//!
//! Takes the folder of real release data from the environment variable `KYMA_RELEASE_DATA`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may unwrap and print too, which clippy allows in #[test] only"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kyma_upgrade::finding::excerpt;
use kyma_upgrade::guide::{Coverage, Guide, GuideFile, HopGuides, Notes, StepKind, When, for_hop};
use kyma_upgrade::release::{Artifact, Minor};

/// One row of the truth about guides, by column.
type Row = BTreeMap<String, String>;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from)?;
    folder.join("truth/guides.tsv").exists().then_some(folder)
}

/// Runs the test over the data, or says that there is none.
fn with_data(test: impl FnOnce(&Path)) {
    match data() {
        Some(folder) => test(&folder),
        None => println!("not run: KYMA_RELEASE_DATA has no truth/guides.tsv"),
    }
}

fn table(path: &Path) -> Vec<Row> {
    let text = fs_err::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let row = |line: &str| -> Row {
        let cells = line.split('\t').map(str::to_owned);
        columns.iter().map(|it| (*it).to_owned()).zip(cells).collect()
    };
    lines.map(row).collect()
}

fn minor_of(version: &str) -> Minor {
    version.rsplit_once('.').unwrap().0.parse().unwrap()
}

/// The guides named in a cell of the truth.
fn named(cell: &str) -> BTreeSet<String> {
    let words = cell.split([' ', ',', '(']);
    let guides = words.filter(|it| Coverage::of_file(it).is_some());
    guides.map(str::to_owned).collect()
}

/// The files of the guide folder on all release branches.
fn listing(data: &Path) -> Vec<(Minor, String)> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(data.join("api/contents")).unwrap() {
        let path = entry.unwrap().path();
        let branch = path.file_stem().unwrap().to_str().unwrap();
        let minor = branch.strip_prefix("release-").unwrap().parse().unwrap();
        let text = fs_err::read_to_string(&path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for file in json.as_array().unwrap() {
            files.push((minor, file["name"].as_str().unwrap().to_owned()));
        }
    }
    files
}

fn guide(data: &Path, file: &GuideFile) -> Guide {
    let resource = file.resource();
    let bytes = fs_err::read(data.join("raw").join(resource.source())).unwrap();
    let artifact = Artifact { resource, url: String::new(), sha256: String::new(), bytes };
    Guide::parse(&artifact).unwrap()
}

fn notes(data: &Path, minor: Minor) -> Notes {
    let dir = fs_err::read_dir(data.join("notes"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .find(|it| it.ends_with(&format!("release-notes-{minor}")))
        .unwrap();
    let source = format!("{dir}/index.md");
    let bytes = fs_err::read(data.join("notes").join(&source)).unwrap();
    Notes::parse(&dir, &source, &bytes)
}

/// All guides that cover a hop of the chain, by the minor that the hop leads to.
fn covering_guides(data: &Path) -> BTreeMap<Minor, Guide> {
    let files = listing(data);
    let mut guides = BTreeMap::new();
    for row in table(&data.join("truth/guides.tsv")) {
        let (from, to) = (minor_of(&row["from_version"]), minor_of(&row["to_version"]));
        for file in for_hop(from, to, &files).covering {
            guides.insert(to, guide(data, &file));
        }
    }
    guides
}

#[test]
fn covering_and_stale_guides_of_every_hop_agree_with_the_truth() {
    with_data(|data| {
        let files = listing(data);
        let rows = table(&data.join("truth/guides.tsv"));
        assert!(!rows.is_empty());
        for row in rows {
            let (from, to) = (minor_of(&row["from_version"]), minor_of(&row["to_version"]));
            let HopGuides { covering, stale } = for_hop(from, to, &files);
            let names = |files: Vec<GuideFile>| -> BTreeSet<String> {
                files.into_iter().map(|it| it.name).collect()
            };
            assert!(covering.iter().all(|it| it.branch == to), "{to}: {covering:?}");
            assert_eq!(names(covering), named(&row["guide_file"]), "{from} to {to}");
            assert_eq!(names(stale), named(&row["stale_guides"]), "{from} to {to}");
        }
    });
}

#[test]
fn guides_linked_from_the_release_notes_agree_with_the_truth() {
    with_data(|data| {
        for row in table(&data.join("truth/guides.tsv")) {
            let (from, to) = (minor_of(&row["from_version"]), minor_of(&row["to_version"]));
            let notes = notes(data, to);
            assert_eq!(notes.minor, Some(to));
            let linked: BTreeSet<_> = notes.guide_links.iter().map(|it| it.name.clone()).collect();
            assert_eq!(linked, named(&row["release_notes_link"]), "{from} to {to}");
            for link in &notes.guide_links {
                let line = notes.text.line(link.line).unwrap();
                assert!(line.contains(&link.url), "{to}: line {}", link.line);
            }
        }
    });
}

#[test]
fn guides_name_as_many_labelled_keys_as_the_truth_says() {
    with_data(|data| {
        let renames = table(&data.join("truth/renames.tsv"));
        let guides = covering_guides(data);
        for row in table(&data.join("truth/guides.tsv")) {
            let Some(guide) = guides.get(&minor_of(&row["to_version"])) else {
                continue;
            };
            let hop = renames.iter().filter(|it| it["to_version"] == row["to_version"]);
            let named: BTreeSet<_> = hop
                .map(|it| it["from_key"].as_str())
                .filter(|it| guide.text.mentions_key(it).is_some())
                .collect();
            let expected: usize = row["keys_named_in_guide"].parse().unwrap();
            assert_eq!(named.len(), expected, "{}: {named:?}", guide.name);
        }
    });
}

/// When the commands of each guide are to be run, read by people.
const COMMAND_TIMES: &[(&str, &[When])] = &[
    ("0.8-0.9.md", &[]),
    ("0.9-1.0.md", &[When::Unstated]),
    ("1.1-1.2.md", &[When::Before, When::After]),
    ("1.2-1.3.md", &[When::Before]),
    ("1.3-1.4.md", &[]),
    ("1.5-1.6.md", &[]),
    ("1.7-1.8.md", &[When::After]),
    ("1.9-1.10.md", &[When::Before]),
    ("1.10-1.11.md", &[When::Before, When::After]),
    ("1.11-1.12.md", &[When::Before, When::After]),
];

#[test]
fn every_guide_becomes_a_checklist_with_true_lines_and_times() {
    with_data(|data| {
        let guides = covering_guides(data);
        let times: BTreeMap<_, _> = COMMAND_TIMES.iter().copied().collect();
        assert_eq!(guides.len(), times.len());
        for guide in guides.values() {
            assert!(!guide.steps.is_empty(), "{}", guide.name);
            let bytes = fs_err::read_to_string(data.join("raw").join(guide.source())).unwrap();
            for step in &guide.steps {
                let evidence = guide.evidence(step);
                let line = bytes.lines().nth(step.line as usize - 1).unwrap();
                assert_eq!(evidence.text, excerpt(line), "{}", guide.name);
            }
            let commands = guide.steps.iter().filter(|it| it.kind == StepKind::Command);
            let found: BTreeSet<When> = commands.map(|it| it.when).collect();
            let expected: BTreeSet<When> = times[guide.name.as_str()].iter().copied().collect();
            assert_eq!(found, expected, "{}", guide.name);
        }
    });
}

#[test]
fn what_only_the_release_notes_of_1_9_say_is_in_their_steps() {
    with_data(|data| {
        let notes = notes(data, "1.9".parse().unwrap());
        let has = |when: When, destructive: bool, word: &str| {
            notes.steps.iter().any(|it| {
                let command = it.command.as_deref().unwrap_or_default();
                it.when == when && it.destructive == destructive && command.contains(word)
            })
        };
        assert!(has(When::Before, false, "tiller.yaml"));
        assert!(has(When::After, true, "delete crd"));
    });
}

#[test]
fn the_cautions_of_1_5_are_about_the_upgrade_itself() {
    with_data(|data| {
        let notes = notes(data, "1.5".parse().unwrap());
        assert_eq!(notes.cautions.len(), 2);
        assert!(notes.cautions.iter().all(|it| it.about_upgrade));
    });
}
