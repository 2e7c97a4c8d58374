//! How long the whole program takes to plan from 1.0 to 1.13 on a cluster of 5,000 objects, and how
//! much memory the state costs.
//!
//! `KYMA_RELEASE_DATA=… cargo bench --bench cluster` makes a source of these releases in a temporary
//! folder, and a list of objects as `kubectl get -o json` prints it: the release's own ones of 1.0
//! and others around them. It runs the program with a warm cache, with the list and without, prints
//! the figures beside the aims, and fails where one is missed.
#![expect(clippy::print_stdout, reason = "the figures are what is measured")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

mod program;

use program::{Cache, Program, median, megabytes, print_load, report, write_source};

/// How many objects the cluster has.
const OBJECTS: usize = 5_000;

const WARM_RUNS: usize = 9;
const MEMORY_RUNS: usize = 3;

/// The aims: seconds, and memory for the state as a multiple of the file's size.
const AIM_TIME: f64 = 1.0;
const AIM_MEMORY: f64 = 4.0;

fn main() -> ExitCode {
    let Some(data) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
        return ExitCode::SUCCESS;
    };
    let [with, without] = [(); 2].map(|()| {
        let source = tempfile::tempdir().expect("a temporary folder");
        write_source(&data, source.path());
        let args = ["plan", "--from", "1.0", "--to", "1.13"].map(str::to_owned).to_vec();
        Program { source, args }
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = folder.path().join("state.json");
    let size = write_state(&state);
    let mut with = with;
    with.args.extend(["--cluster-state".to_owned(), state.display().to_string()]);
    println!("plan --from 1.0 --to 1.13, {OBJECTS} objects in {:.1} MB", megabytes(size));
    let cache = Cache::default();
    with.time(&cache);
    let time = median((0..WARM_RUNS).map(|_| with.time(&cache)).collect());
    let base = median((0..WARM_RUNS).map(|_| without.time(&cache)).collect());
    let peak = |program: &Program| (0..MEMORY_RUNS).filter_map(|_| program.peak(&cache)).max();
    let memory = peak(&with).zip(peak(&without));
    let times =
        memory.map(|(with, without)| f64::from(with.saturating_sub(without)) / f64::from(size));
    let none = f64::INFINITY;
    let met = [
        report("warm, time", Some(time.as_secs_f64()), (AIM_TIME, "s")),
        report("warm, time without a cluster", Some(base.as_secs_f64()), (none, "s")),
        report("peak memory", memory.map(|it| megabytes(it.0)), (none, "MB")),
        report("memory for the state, in sizes of the file", times, (AIM_MEMORY, "times")),
    ];
    print_load();
    if met.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Writes the list, and says how many KiB it has.
fn write_state(path: &Path) -> u32 {
    let items: Value = (0..OBJECTS).map(object).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    let text = serde_json::to_string_pretty(&list).expect("a list is JSON");
    fs_err::write(path, &text).expect("space for the state");
    u32::try_from(text.len() / 1024).expect("a small file")
}

/// The n-th object: overrides, Secrets, Deployments, and roles in turn.
fn object(number: usize) -> Value {
    const KINDS: [(&str, &str); 4] = [
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("apps/v1", "Deployment"),
        ("rbac.authorization.k8s.io/v1", "Role"),
    ];
    let (api_version, kind) = KINDS[number % KINDS.len()];
    let name = format!("object-{number}");
    let metadata = json!({
        "name": name, "namespace": format!("namespace-{}", number % 50),
        "uid": format!("00000000-0000-0000-0000-{number:012}"), "resourceVersion": "1",
        "labels": {"app": name, "installer": "nothing"},
    });
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
    let lines = format!("a line of {name}\n").repeat(20);
    match kind {
        "ConfigMap" => object["data"] = json!({"a.b": lines, "c.password": name}),
        "Secret" => object["data"] = json!({"value": "c2VjcmV0", "other": "b3RoZXI="}),
        "Deployment" => object["spec"] = workload(&name),
        _ => {
            object["rules"] = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]);
        }
    }
    let applied = format!("{object}\n");
    object["metadata"]["annotations"] =
        json!({"kubectl.kubernetes.io/last-applied-configuration": applied});
    object
}

fn workload(name: &str) -> Value {
    let container = json!({
        "name": name, "image": format!("registry/{name}:1.0.0"),
        "env": [{"name": "A", "value": "b"}, {"name": "PASSWORD", "value": name}],
        "resources": {"limits": {"memory": "1024Mi", "cpu": "1"}},
    });
    json!({
        "replicas": 1, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
    })
}
