//! The workflows, and the scripts that do their work.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use kyma_upgrade::yaml::{Limits, parse, split};
use serde_json::Value;

use super::{root, text};

/// The systems that a release has archives for.
const SYSTEMS: [&str; 6] = [
    "darwin_amd64",
    "darwin_arm64",
    "linux_amd64",
    "linux_arm64",
    "windows_amd64",
    "windows_arm64",
];

fn workflow(name: &str) -> Value {
    let text = text(&format!(".github/workflows/{name}.yml"));
    let documents = split(text.as_bytes()).unwrap();
    parse(&documents[0], &Limits::default()).unwrap().unwrap().to_json()
}

/// All steps of a workflow.
fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|it| it["steps"].as_array().unwrap()).collect()
}

#[test]
fn workflows_may_read_by_default_and_put_nothing_into_scripts() {
    for name in ["ci", "release"] {
        let workflow = workflow(name);
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{name}");
        for step in steps(&workflow) {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{name}: values go through the environment: {script}");
        }
        for job in workflow["jobs"].as_object().unwrap().values() {
            assert!(job["timeout-minutes"].is_u64(), "{name}: a job without a limit");
        }
    }
}

#[test]
fn every_script_that_a_workflow_runs_is_there_and_can_be_run() {
    let mut seen = BTreeSet::new();
    for name in ["ci", "release"] {
        for step in steps(&workflow(name)) {
            let script = step["run"].as_str().unwrap_or_default();
            let words = script.split_whitespace();
            seen.extend(words.filter(|it| it.starts_with(".ci/")).map(ToOwned::to_owned));
        }
    }
    let expected = [".ci/package", ".ci/release-notes", ".ci/run"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    for script in seen {
        let metadata = fs_err::metadata(root().join(&script)).unwrap();
        assert!(metadata.is_file());
        #[cfg(unix)]
        assert_ne!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111, 0);
    }
}

#[test]
fn the_release_builds_what_is_promised() {
    let workflow = workflow("release");
    // YAML 1.1 reads the key `on` as true.
    assert_eq!(workflow["true"]["push"]["tags"], serde_json::json!(["v*"]));
    let built = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let systems: BTreeSet<_> = built.iter().map(|it| it["platform"].as_str().unwrap()).collect();
    assert_eq!(systems, BTreeSet::from(SYSTEMS));
    let uses: Vec<_> = steps(&workflow).iter().filter_map(|it| it["uses"].as_str()).collect();
    assert!(uses.iter().any(|it| it.starts_with("actions/attest-build-provenance@")));
    assert!(uses.iter().all(|it| it.contains('@')));
    let install = text("docs/install.md");
    assert!(install.contains("kyma-upgrade_TAG_OS_ARCH.tar.gz"));
    for system in SYSTEMS.iter().flat_map(|it| it.split('_')) {
        assert!(install.contains(system), "docs/install.md says nothing of {system}");
    }
}

#[test]
fn the_manifest_of_krew_names_archives_that_are_built() {
    let Ok(manifest) = fs_err::read_to_string(root().join(".krew.yaml")) else {
        println!("not run: there is no .krew.yaml");
        return;
    };
    let named: BTreeSet<_> = SYSTEMS
        .iter()
        .filter(|it| {
            let ending = if it.starts_with("windows") { "zip" } else { "tar.gz" };
            manifest.contains(&format!("/kyma-upgrade_{{{{ .TagName }}}}_{it}.{ending}"))
        })
        .collect();
    assert_eq!(named, SYSTEMS.iter().collect());
}

/// Runs a script of `.ci`.
#[cfg(unix)]
fn script(name: &str, args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(root().join(".ci").join(name));
    command.args(args).envs(environment.iter().copied()).output().unwrap()
}

#[cfg(unix)]
#[test]
fn the_notes_of_a_release_are_its_section_of_the_changelog() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("CHANGELOG.md");
    let changelog =
        "# Changelog\n\n## Unreleased\n\n## 1.2.3\n\n### Added\n\n- a\n\n## 1.2.2\n\n- b\n";
    fs_err::write(&file, changelog).unwrap();
    let environment = [("CHANGELOG", file.to_str().unwrap())];
    let notes = |tag| script("release-notes", &[tag], &environment);
    assert_eq!(notes("v1.2.3").stdout, b"### Added\n\n- a\n");
    assert_eq!(notes("v1.2.2").stdout, b"- b\n");
    for missing in ["v1.2.4", "v1.2", "vUnreleased"] {
        assert!(!notes(missing).status.success(), "{missing}");
    }
}

/// A program that answers as ours does to what is asked when it is packed.
#[cfg(unix)]
const PROGRAM: &str =
    "#!/bin/sh\nif [ \"$1\" = man ]; then echo page >\"$3/kyma-upgrade.1\"; else echo \"$2\"; fi\n";

/// What an archive holds.
#[cfg(unix)]
fn list(archive: &Path) -> BTreeSet<String> {
    let mut command = match archive.extension().unwrap().to_str() {
        Some("zip") => Command::new("python3"),
        _ => Command::new("tar"),
    };
    let is_zip = archive.extension().is_some_and(|it| it == "zip");
    command.args(if is_zip { &["-m", "zipfile", "-l"][..] } else { &["-tzf"] });
    let output = command.arg(archive).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|it| it.split_whitespace().next());
    let files = names.map(|it| it.trim_start_matches("./")).filter(|it| !it.ends_with('/'));
    files.filter(|it| !it.is_empty() && *it != "File").map(ToOwned::to_owned).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_release_is_packed_with_everything_and_the_same_again() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: there is no python3, which packs for Windows");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("programs");
    for system in SYSTEMS {
        let ending = if system.starts_with("windows") { ".exe" } else { "" };
        fs_err::create_dir_all(programs.join(system)).unwrap();
        fs_err::write(programs.join(system).join(format!("kyma-upgrade{ending}")), PROGRAM)
            .unwrap();
    }
    let pack = |name: &str| {
        let dist = folder.path().join(name);
        let args = ["v1.2.3", programs.to_str().unwrap(), dist.to_str().unwrap()];
        let output = script("package", &args, &[("SOURCE_DATE_EPOCH", "1700000000")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs_err::read_to_string(dist.join("SHA256SUMS")).unwrap()
    };
    let sums = pack("one");
    assert_eq!(sums.lines().count(), SYSTEMS.len());
    assert_eq!(sums, pack("two"));
    let expected = [
        "LICENSE",
        "README.md",
        "completions/_kyma-upgrade",
        "completions/kyma-upgrade.bash",
        "completions/kyma-upgrade.fish",
        "completions/kyma-upgrade.ps1",
        "kubectl-kyma_upgrade",
        "kyma-upgrade",
        "man/kyma-upgrade.1",
    ];
    let found = list(&folder.path().join("one/kyma-upgrade_v1.2.3_darwin_arm64.tar.gz"));
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let found = list(&folder.path().join("one/kyma-upgrade_v1.2.3_windows_amd64.zip"));
    assert!(found.contains("kubectl-kyma_upgrade.exe") && found.contains("man/kyma-upgrade.1"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_manifest_of_krew_gets_the_digests_of_the_release() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: there is no python3");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let template = file(
        "krew.yaml",
        "version: {{ .TagName }}\nplatforms:\n- bin: x\n  {{addURIAndSha \"https://h.example/{{ .TagName }}/\
         a_{{ .TagName }}.zip\" .TagName }}\n",
    );
    let sums = file("SHA256SUMS", "12ab  a_v1.zip\n");
    let filled = script("krew-manifest", &["v1", &template, &sums], &[]);
    let expected = "version: v1\nplatforms:\n- bin: x\n  uri: https://h.example/v1/a_v1.zip\n  \
                    sha256: 12ab\n";
    assert_eq!(String::from_utf8_lossy(&filled.stdout), expected);
    let other = file("OTHER", "12ab  b_v1.zip\n");
    assert!(!script("krew-manifest", &["v1", &template, &other], &[]).status.success());
}
