//! Predictions against recorded runs: what kubectl printed at each hop on a real API server, and
//! what the cluster held afterwards (`truth/apply` beside the release data).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::data;
use crate::support::run;

/// The runs: folder, which is the deployment, too, and the releases in order.
const DEPLOYMENTS: [&str; 2] = ["cluster", "local"];
const RELEASES: [&str; 4] = ["1.10.0", "1.11.1", "1.12.0", "1.13.0"];

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap()
}

/// kubectl's lines as `file kind/name verb`, the kind without group and in lower case.
fn recorded(path: &Path) -> Vec<String> {
    let text = fs_err::read_to_string(path).unwrap();
    let line = |line: &str| {
        let (file, rest) = line.split_once(' ').unwrap();
        let (object, verb) = rest.rsplit_once(' ').unwrap();
        // Deletions are written `deployment.apps "name" deleted`, the others `kind.group/name verb`.
        let (kind, name) = object.split_once([' ', '/']).unwrap();
        let kind = kind.split('.').next().unwrap();
        format!("{file} {kind}/{} {verb}", name.trim_matches('"'))
    };
    text.lines().map(line).collect()
}

/// The predictions of a hop in the same form. The run applied no Tiller manifest, and kubectl says
/// nothing about what it leaves behind.
fn predicted(hop: &Value) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for it in hop["predictions"].as_array().unwrap() {
        let (object, verb) = (it["object"].as_str().unwrap(), it["verb"].as_str().unwrap());
        let source = it["source"].as_str().unwrap_or_default();
        if verb == "left-behind" || source.ends_with("tiller.yaml") {
            continue;
        }
        let file = if source.is_empty() {
            0
        } else {
            if files.last().is_none_or(|it| it != source) {
                files.push(source.to_owned());
            }
            files.len()
        };
        let kind = object.split('/').next().unwrap().to_lowercase();
        let name = object.rsplit('/').next().unwrap();
        lines.push(format!("{file} {kind}/{name} {verb}"));
    }
    lines
}

/// Objects by kind, namespace and name, without what only a server knows.
fn objects(list: &Value) -> BTreeMap<String, Value> {
    let mut objects = BTreeMap::new();
    for item in list["items"].as_array().unwrap() {
        let mut item = item.clone();
        let text =
            |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
        let (kind, namespace, name) =
            (text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
        let metadata = item["metadata"].as_object_mut().unwrap();
        for field in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "generation",
            "selfLink",
            "managedFields",
        ] {
            metadata.remove(field);
        }
        if kind != "Installation" {
            item.as_object_mut().unwrap().remove("status");
        }
        // The copy that kubectl keeps is compared as what it says.
        let copy = item.pointer_mut(&format!("/metadata/annotations/{COPY}"));
        if let Some(copy) = copy {
            *copy = serde_json::from_str(copy.as_str().unwrap()).unwrap();
        }
        objects.insert(format!("{kind}/{namespace}/{name}"), item);
    }
    objects
}

/// Where kubectl keeps the object as it was applied, in the form of a JSON pointer.
const COPY: &str = "kubectl.kubernetes.io~1last-applied-configuration";

/// Whether the values are equal. A secret value is sealed in the prediction: where one is, the other
/// side has to have a text, whatever it is.
fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::String(text), Value::String(_)) if text.starts_with("(sealed:") => true,
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, it)| theirs.get(key).is_some_and(|to| is_same(it, to)))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(it, to)| is_same(it, to))
        }
        _ => ours == theirs,
    }
}

#[test]
fn predictions_are_what_kubectl_did_in_recorded_runs() {
    let Some((folder, mirror)) = data() else { return };
    for deployment in DEPLOYMENTS {
        let run_folder = folder.join("truth/apply").join(deployment);
        let state = run_folder.join("1.10.0.state.json");
        let states = tempfile::tempdir().unwrap();
        let args = [
            "plan",
            "--to",
            "1.13",
            "--deployment",
            deployment,
            "-o",
            "json",
            "--source",
            mirror.path(),
            "--cluster-state",
            state.to_str().unwrap(),
            "--save-states",
            states.path().to_str().unwrap(),
        ];
        let output = run(&args);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|it| panic!("{it}: {}", String::from_utf8_lossy(&output.stderr)));
        let hops = report["hops"].as_array().unwrap();
        assert_eq!(hops.len(), RELEASES.len() - 1);
        for (hop, release) in hops.iter().zip(&RELEASES[1..]) {
            assert_eq!(hop["to"], *release);
            let verbs = recorded(&run_folder.join(format!("{release}.verbs")));
            assert_eq!(predicted(hop), verbs, "{deployment} {release}");
            assert_same(
                &states.path().join(format!("{release}.json")),
                &run_folder.join(format!("{release}.state.json")),
            );
        }
    }
}

fn assert_same(predicted: &Path, recorded: &Path) {
    let (mut ours, theirs) = (objects(&read(predicted)), objects(&read(recorded)));
    ours.retain(|key, _| !key.to_lowercase().contains("tiller"));
    let names = |it: &BTreeMap<String, Value>| it.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs), "{}", recorded.display());
    for (key, theirs) in &theirs {
        let (ours, file) = (&ours[key], recorded.display());
        assert!(is_same(ours, theirs), "{key} in {file}: {ours:#} is not {theirs:#}");
    }
}
