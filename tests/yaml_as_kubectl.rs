//! What we read of a file is what the installed kubectl reads of it.
//!
//! `kubectl label --local` prints the objects of files as JSON without a cluster. All inputs of a
//! test go into one folder and one call; an object between two files tells them apart.

use std::path::Path;
use std::process::Command;

use kyma_upgrade::yaml::{self, Limits};
use serde_json::{Value, json};

/// The kubectl whose readings of unusual files are ours. Older ones split documents otherwise: 1.20
/// knows no `---` before a carriage return.
const UNUSUAL: u32 = 32;
/// The oldest kubectl that release artifacts were compared with.
const ARTIFACTS: u32 = 20;

/// The minor version of the installed kubectl.
fn kubectl_minor() -> Option<u32> {
    let output =
        Command::new("kubectl").args(["version", "--client", "-o", "json"]).output().ok()?;
    let version: Value = serde_json::from_slice(&output.stdout).ok()?;
    let minor = version["clientVersion"]["minor"].as_str()?;
    minor.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Accepted,
    /// It is not YAML, or not JSON.
    Unreadable,
    /// It is, but something in it is no Kubernetes object.
    NoObject,
}

/// The objects of a file up to the first error.
#[derive(Debug, PartialEq)]
struct Reading {
    objects: Vec<Value>,
    outcome: Outcome,
}

/// A file to read and where it is from.
struct Input {
    name: String,
    bytes: Vec<u8>,
}

fn ours(bytes: &[u8]) -> Reading {
    let mut objects = Vec::new();
    let outcome = read(bytes, &mut objects);
    Reading { objects, outcome }
}

fn read(bytes: &[u8], objects: &mut Vec<Value>) -> Outcome {
    let Ok(documents) = yaml::split(bytes) else {
        return Outcome::Unreadable;
    };
    for document in documents {
        match yaml::parse(&document, &Limits::default()) {
            Ok(None) => {}
            Ok(Some(node)) if add(node.to_json(), objects) => {}
            Ok(Some(_)) => return Outcome::NoObject,
            Err(_) => return Outcome::Unreadable,
        }
    }
    Outcome::Accepted
}

/// Adds an object, or the items of a list, with the label that kubectl was told to add. Whether
/// all of them are objects.
fn add(mut object: Value, objects: &mut Vec<Value>) -> bool {
    let well_formed = object["kind"].is_string() && object["apiVersion"].is_string();
    match object.get_mut("items") {
        Some(Value::Array(items)) => return items.drain(..).all(|item| add(item, objects)),
        Some(_) => return false,
        None if !well_formed => return false,
        None => {}
    }
    // kubectl leaves a metadata of null alone.
    if object.get("metadata").is_none_or(Value::is_object) {
        let labels = &mut object["metadata"]["labels"];
        if !labels.is_object() {
            *labels = json!({});
        }
        labels["read-by"] = json!("kubectl");
    }
    objects.push(rounded(object));
    true
}

/// The value with its floats rounded to 15 digits: `serde_json` does not read the last one exactly.
fn rounded(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) if float.abs() < 1e300 => {
                json!(format!("{float:.14e}").parse::<f64>().expect("these are digits of a number"))
            }
            _ => number.into(),
        },
        other => other,
    }
}

/// What kubectl reads of each input; nothing where it is not installed.
fn kubectls(inputs: &[Input]) -> Option<Vec<Reading>> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |at: usize| folder.path().join(format!("{at:06}-input.yaml"));
    for (at, input) in inputs.iter().enumerate() {
        let mark = r#"{"apiVersion": "v1", "kind": "NextFile", "metadata": {"name": "x"}}"#;
        fs_err::write(folder.path().join(format!("{at:06}-a.json")), mark)
            .expect("a file can be written");
        fs_err::write(path(at), &input.bytes).expect("a file can be written");
    }
    let output = Command::new("kubectl")
        .args(["label", "--local=true", "--dry-run=client", "-o", "json", "--overwrite"])
        .args(["read-by=kubectl", "-f"])
        .arg(folder.path())
        .output()
        .ok()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut readings: Vec<Reading> = Vec::new();
    for object in serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>() {
        let object = object.expect("kubectl prints JSON");
        if object["kind"] != "NextFile" {
            readings.last_mut().expect("a mark comes first").objects.push(rounded(object));
            continue;
        }
        let path = path(readings.len()).display().to_string();
        let outcome = match errors.contains(&path) {
            _ if errors.contains(&format!("error parsing {path}")) => Outcome::Unreadable,
            true => Outcome::NoObject,
            false => Outcome::Accepted,
        };
        readings.push(Reading { objects: Vec::new(), outcome });
    }
    assert_eq!(readings.len(), inputs.len(), "kubectl read each file: {errors}");
    Some(readings)
}

/// The files of a folder and of all below it.
fn files(folder: &Path, inputs: &mut Vec<Input>) {
    let mut entries: Vec<_> = fs_err::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        let is_manifest = |ending: &std::ffi::OsStr| ending == "yaml" || ending == "json";
        if path.is_dir() {
            files(&path, inputs);
        } else if path.extension().is_some_and(is_manifest) {
            let (name, bytes) =
                (path.display().to_string(), fs_err::read(&path).expect("it can be read"));
            inputs.push(Input { name, bytes });
        }
    }
}

fn fixtures() -> Vec<Input> {
    let mut inputs = Vec::new();
    files(Path::new("fixtures/yaml"), &mut inputs);
    assert!(inputs.len() > 10);
    inputs
}

/// The documents of `rejected.txt`.
fn rejected() -> Vec<Input> {
    let text = fs_err::read_to_string("fixtures/yaml/rejected.txt").expect("it is there");
    let cases = text.split("\n=== ").skip(1).map(|case| {
        let (name, text) = case.split_once('\n').expect("a name and a text");
        let (name, bytes) = (name.to_owned(), text.into());
        Input { name, bytes }
    });
    cases.collect()
}

/// Whether two readings tell the same. Where both fail, kubectl may have got further: it splits
/// while it reads. Which objects there can be is not a matter of reading.
fn agree(kubectl: &Reading, ours: &Reading) -> bool {
    let no_object = kubectl.outcome == Outcome::NoObject || ours.outcome == Outcome::NoObject;
    let both_fail = kubectl.outcome == Outcome::Unreadable && ours.outcome == kubectl.outcome;
    no_object || both_fail || kubectl == ours
}

/// Fails with the name and the first difference of each input that kubectl reads otherwise.
#[expect(clippy::print_stdout, reason = "says in one line what did not run")]
fn assert_agreement(inputs: &[Input], least: u32) -> Vec<Reading> {
    let ours: Vec<_> = inputs.iter().map(|input| ours(&input.bytes)).collect();
    let Some(minor) = kubectl_minor() else {
        println!("not run: kubectl is not installed, so our readings were not compared with its");
        return Vec::new();
    };
    if minor < least {
        println!("not run: kubectl 1.{minor} is older than 1.{least}, whose readings are ours");
        return Vec::new();
    }
    let Some(readings) = kubectls(inputs) else { return Vec::new() };
    let mut differences = Vec::new();
    for (input, (kubectl, ours)) in inputs.iter().zip(readings.iter().zip(&ours)) {
        if !agree(kubectl, ours) {
            let text = String::from_utf8_lossy(&input.bytes);
            let excerpt: String = text.chars().take(2000).collect();
            let name = &input.name;
            differences.push(format!("{name}\nkubectl {kubectl:?}\nours {ours:?}\n{excerpt}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    readings
}

#[test]
fn every_fixture_reads_as_in_kubectl() {
    let inputs = fixtures();
    for input in &inputs {
        assert_eq!(ours(&input.bytes).outcome, Outcome::Accepted, "{}", input.name);
    }
    let readings = assert_agreement(&inputs, UNUSUAL);
    assert!(readings.iter().all(|reading| reading.outcome == Outcome::Accepted));
}

/// The snapshots agreed with kubectl 1.32 when they were accepted, so they stand in for it where
/// it is not installed.
#[test]
fn every_fixture_reads_as_in_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for input in fixtures() {
        let name = input.name.rsplit('/').next().unwrap_or_default();
        if name != "long.yaml" {
            let name = format!("yaml_{}", name.replace('.', "_"));
            settings.bind(|| insta::assert_json_snapshot!(name, ours(&input.bytes).objects));
        }
    }
}

#[test]
fn what_kubectl_refuses_is_refused() {
    let inputs = rejected();
    for input in &inputs {
        assert_eq!(ours(&input.bytes).outcome, Outcome::Unreadable, "{}", input.name);
    }
    let readings = assert_agreement(&inputs, UNUSUAL);
    assert!(readings.iter().all(|reading| reading.outcome != Outcome::Accepted));
}

#[test]
fn utf_16_with_a_byte_order_mark_reads_as_in_kubectl() {
    let encoded = |input: Input, unit: fn(u16) -> [u8; 2]| {
        let text = String::from_utf8(input.bytes).unwrap();
        let text = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
        let (name, bytes) = (input.name, text.encode_utf16().flat_map(unit).collect());
        Input { name, bytes }
    };
    let mut inputs: Vec<_> = fixtures().into_iter().map(|i| encoded(i, u16::to_le_bytes)).collect();
    inputs.extend(fixtures().into_iter().map(|i| encoded(i, u16::to_be_bytes)));
    assert_agreement(&inputs, UNUSUAL);
}

#[test]
fn every_release_artifact_reads_as_in_kubectl() {
    let Some(folder) = std::env::var_os("KYMA_RELEASE_DATA") else {
        println!("not run: KYMA_RELEASE_DATA is not set, so no release artifact was compared");
        return;
    };
    let mut inputs = Vec::new();
    files(&Path::new(&folder).join("download"), &mut inputs);
    let readings = assert_agreement(&inputs, ARTIFACTS);
    let objects: usize = readings.iter().map(|reading| reading.objects.len()).sum();
    println!("{objects} objects of {} files agree", inputs.len());
}

/// Pseudo-random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let number = usize::try_from(self.0 >> 33).expect("31 bits");
        number % end.max(1)
    }
}

/// A few lines of a fixture below a correct head, with a few characters or pieces changed.
fn mutant(text: &str, random: &mut Random) -> String {
    let lines: Vec<_> = text.lines().skip(4).collect();
    let from = random.below(lines.len());
    let taken = &lines[from..lines.len().min(from + 1 + random.below(12))];
    let mut characters: Vec<char> = format!("{}\n", taken.join("\n")).chars().collect();
    for _ in 0..=random.below(4) {
        change(&mut characters, random);
    }
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mutant\n";
    format!("{head}{}", characters.into_iter().collect::<String>())
}

/// Deletes, inserts, replaces or copies something.
fn change(characters: &mut Vec<char>, random: &mut Random) {
    const SPECIAL: &[u8] = b"  \t\n-:?#&*!|>'\"%@`{}[],\\ax10~.<+\r";
    let at = random.below(characters.len());
    let inserted = SPECIAL[random.below(SPECIAL.len())].into();
    match random.below(4) {
        0 => drop(characters.drain(at..characters.len().min(at + 1 + random.below(3)))),
        1 => characters.insert(at, inserted),
        2 if at < characters.len() => characters[at] = inserted,
        _ => {
            let copied = characters[at..characters.len().min(at + random.below(20))].to_vec();
            let to = random.below(characters.len());
            characters.splice(to..to, copied);
        }
    }
}

/// How many broken files the two readers are compared on.
const MUTANTS: usize = 400;

#[test]
fn broken_files_read_as_in_kubectl() {
    let fixtures: Vec<_> = fixtures()
        .into_iter()
        .filter(|input| !input.name.contains("long") && input.name.ends_with("yaml"))
        .filter_map(|input| String::from_utf8(input.bytes).ok())
        .collect();
    let mut random = Random(2024);
    let mutants = (0..MUTANTS).map(|number| {
        let text = mutant(&fixtures[random.below(fixtures.len())], &mut random);
        let (name, bytes) = (format!("mutant {number}"), text.into_bytes());
        Input { name, bytes }
    });
    assert_agreement(&mutants.collect::<Vec<_>>(), UNUSUAL);
}
