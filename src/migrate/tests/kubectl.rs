//! The commands of a stage, run by `sh` with the installed kubectl on files in the place of a
//! cluster.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use super::*;

/// Stands in for kubectl: objects are files in `$CLUSTER`, and the installed kubectl works on them
/// without a server. With `$OLD` it knows no `--patch-file`, as before 1.21.
const KUBECTL: &str = r#"#!/bin/sh
set -eu
verb=$1
shift
at() { echo "$CLUSTER/$(echo "$1" | tr / -).json"; }
case $verb in
  get)
    exec "$KUBECTL" annotate --local -f "$(at "$1")" none- "$4" "$5" ;;
  patch)
    if [ "$1" = --help ]; then
      [ -n "${OLD:-}" ] || "$KUBECTL" patch --help
      exit 0
    fi
    file=$(at "$1")
    shift
    if [ -n "${OLD:-}" ] && echo "$*" | grep -q -e --patch-file; then
      echo "unknown flag: --patch-file" >&2
      exit 1
    fi
    "$KUBECTL" patch --local -f "$file" "$@" -o json > "$file.new"
    mv "$file.new" "$file"
    echo patched ;;
  apply|replace)
    file=$CLUSTER/$(basename "$4" .yaml).json
    "$KUBECTL" annotate --local -f "$4" none- -o json > "$file.new"
    if [ "$verb" = apply ] && [ -e "$file" ]; then
      "$KUBECTL" patch --local -f "$file" --type=merge -p "$(cat "$file.new")" -o json > "$file.merged"
      mv "$file.merged" "$file.new"
    fi
    mv "$file.new" "$file"
    echo "$verb" ;;
esac
"#;

fn installed() -> Option<String> {
    let output = Command::new("sh").args(["-c", "command -v kubectl"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!path.is_empty()).then_some(path)
}

fn object(kind: &str, name: &str, component: Option<&str>, data: &Json) -> Json {
    let mut labels = json!({"installer": "overrides"});
    if let Some(component) = component {
        labels["component"] = component.into();
    }
    let metadata = json!({"name": name, "namespace": "kyma-installer", "labels": labels});
    json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
}

struct Place {
    folder: tempfile::TempDir,
    kubectl: String,
}

impl Place {
    fn new(kubectl: String, objects: &[Json], hop: &HopMigration) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let place = Self { folder: tempfile::tempdir().unwrap(), kubectl };
        let root = place.folder.path();
        for file in &hop.files {
            write(&root.join(&file.path), &file.text);
        }
        for it in objects {
            let name = format!(
                "{}-{}.json",
                it["kind"].as_str().unwrap(),
                it["metadata"]["name"].as_str().unwrap()
            );
            write(&root.join("cluster").join(name.to_lowercase()), &it.to_string());
        }
        let program = root.join("bin/kubectl");
        write(&program, KUBECTL);
        fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn run(&self, stage: &str, is_old: bool) {
        let root = self.folder.path();
        let output = Command::new("sh")
            .args(["-c", "PATH=$BIN:$PATH exec sh \"$0\""])
            .arg(root.join("1.2.0").join(stage).join("commands.sh"))
            .env("BIN", root.join("bin"))
            .env("CLUSTER", root.join("cluster"))
            .env("KUBECTL", &self.kubectl)
            .env("OLD", if is_old { "1" } else { "" })
            .output()
            .unwrap();
        let Output { status, stdout, stderr } = output;
        let said =
            String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{said}");
        assert!(!said.contains("hunter") && !said.contains("aHVudGVy"), "{said}");
    }

    fn data(&self, object: &str) -> Json {
        let file = self.folder.path().join("cluster").join(format!("{object}.json"));
        let text = fs_err::read_to_string(file).unwrap();
        serde_json::from_str::<Json>(&text).unwrap()["data"].clone()
    }
}

fn write(path: &Path, text: &str) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

const ODD: &str = "it's \"hunter\" {{x}} $HOME `x` \\ \u{7} é\u{2028}\ttab\nline 2\n\n";

const RULES: &[Rule<'_>] = &[
    ("a", Status::Moved, &["core:b"]),
    ("keep.token", Status::Moved, &["core:my.token"]),
    ("n", Status::Renamed, &["n.o"]),
    ("plain", Status::Renamed, &["plainer"]),
    ("token", Status::Renamed, &["tokens.token"]),
    ("gone", Status::Removed, &[]),
];

fn objects() -> Vec<Json> {
    vec![
        object(
            "Secret",
            "s",
            None,
            &json!({"a": "aHVudGVy", "n": "aHVudGVyMg==", "gone": "", "x": "eA=="}),
        ),
        object("ConfigMap", "m", None, &json!({"keep.token": ODD, "token": ODD, "x": "1"})),
        object("ConfigMap", "p", None, &json!({"plain": ODD})),
    ]
}

/// Runs both stages twice and compares what is there after each.
fn check(is_old: bool) {
    let Some(kubectl) = installed() else {
        println!("not run: kubectl is not installed, so no commands of a migration were run");
        return;
    };
    let objects = objects();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let overrides = of_text(&list.to_string());
    let hop = migrate(&overrides, &stories(&overrides, &[RULES]), &[]).remove(0);
    assert_eq!((&hop.conflicts[..], &hop.undecided[..]), (&[][..], &[][..]));
    let place = Place::new(kubectl, &objects, &hop);
    for _ in 0..2 {
        place.run("before", is_old);
        let secret = json!({"a": "aHVudGVy", "gone": "", "n.o": "aHVudGVyMg==", "x": "eA=="});
        assert_eq!(place.data("secret-s"), secret);
        assert_eq!(place.data("secret-s-core"), json!({"b": "aHVudGVy"}));
        let map = json!({"keep.token": ODD, "tokens.token": ODD, "token": ODD, "x": "1"});
        assert_eq!(place.data("configmap-m"), map);
        assert_eq!(place.data("configmap-m-core"), json!({"my.token": ODD}));
        assert_eq!(place.data("configmap-p"), json!({"plain": ODD, "plainer": ODD}));
    }
    for _ in 0..2 {
        place.run("after", is_old);
        assert_eq!(place.data("secret-s"), json!({"n.o": "aHVudGVyMg==", "x": "eA=="}));
        assert_eq!(place.data("configmap-m"), json!({"tokens.token": ODD, "x": "1"}));
        assert_eq!(place.data("configmap-p"), json!({"plainer": ODD}));
    }
}

#[test]
fn kubectl_carries_out_the_commands() {
    check(false);
}

#[test]
fn an_old_kubectl_carries_out_the_commands() {
    check(true);
}
