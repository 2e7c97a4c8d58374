//! The program as a plugin of kubectl, and what krew is told about it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with the program under its own name and under that of a plugin.
pub(crate) struct Links {
    folder: tempfile::TempDir,
}

impl Links {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["kyma-upgrade", "kubectl-kyma_upgrade"] {
            let program = env!("CARGO_BIN_EXE_kyma-upgrade");
            fs_err::os::unix::fs::symlink(program, folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A program with these links first on its path, and a home of its own.
    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).unwrap();
        command.args(args).env_clear().env("PATH", path).env("HOME", self.path());
        command.current_dir(self.path());
        command
    }

    /// The output of a program; none where it is not installed.
    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Option<Output> {
        let output = self.command(program, args).output();
        if output.is_err() {
            println!("{program} is not installed, so this is not run: {program} {args:?}");
        }
        output.ok()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn usage_examples_hints_and_errors_say_kubectl_where_kubectl_started_the_program() {
    let links = Links::new();
    let plugin = links.path().join("kubectl-kyma_upgrade");
    let said = |line: &str| {
        let args: Vec<_> = line.split_whitespace().collect();
        let output = links.run(plugin.to_str().unwrap(), &args).unwrap();
        text(&output.stdout) + &text(&output.stderr)
    };
    for (line, expected) in [
        ("--help", "Usage: kubectl kyma-upgrade <COMMAND> [OPTIONS]"),
        ("plan --help", "\n  kubectl kyma-upgrade plan --from 1.9 --to 1.13\n"),
        ("completions --help", "source <(kyma-upgrade completions bash)"),
        ("plan", "hint: `kubectl kyma-upgrade plan --help` tells more"),
        ("pln", "hint: `kubectl kyma-upgrade --help` tells more"),
        ("path 1.0 1.9 --source demo", "`kubectl kyma-upgrade releases` lists the releases"),
        ("explain guide-mising", "did you mean `kubectl kyma-upgrade explain guide-missing`?"),
    ] {
        let expected = match line {
            "completions --help" => {
                expected.replace("kyma-upgrade comp", "kubectl kyma-upgrade comp")
            }
            _ => expected.to_owned(),
        };
        let said = said(line);
        assert!(said.contains(&expected), "{line}: {said}");
        let own: Vec<_> = said.match_indices("kyma-upgrade ").map(|it| it.0).collect();
        for place in own {
            let before = &said[..place];
            let word = said[place + "kyma-upgrade ".len()..].split_whitespace().next();
            let is_command =
                word.is_some_and(|it| kyma_upgrade::cli::names().contains(&it.to_owned()));
            assert!(!is_command || before.ends_with("kubectl "), "{line}: {}", &said[place..]);
        }
    }
}

#[test]
fn a_report_is_the_same_whoever_starts_the_program() {
    let links = Links::new();
    let report = |name: &str| {
        let program = links.path().join(name);
        let args = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3", "-o", "json"];
        links.run(program.to_str().unwrap(), &args).unwrap().stdout
    };
    assert_eq!(report("kubectl-kyma_upgrade"), report("kyma-upgrade"));
}

#[test]
fn kubectl_finds_the_plugin_and_starts_it() {
    let links = Links::new();
    let Some(list) = links.run("kubectl", &["plugin", "list"]) else {
        return;
    };
    let plugin = links.path().join("kubectl-kyma_upgrade");
    let list = text(&list.stdout);
    assert!(list.contains(plugin.to_str().unwrap()), "{list}");
    let version = links.run("kubectl", &["kyma-upgrade", "--version"]).unwrap();
    assert_eq!(text(&version.stdout), format!("kyma-upgrade {}\n", env!("CARGO_PKG_VERSION")));
    let wrong = links.run("kubectl", &["kyma-upgrade", "pln"]).unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("hint: `kubectl kyma-upgrade --help`"));
}

/// The manifest for krew as the tool that releases it fills the template.
fn manifest() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".krew.yaml");
    let template = fs_err::read_to_string(path).unwrap();
    let template = template.replace("{{ .TagName }}", "v1.2.3");
    let line = |it: &str| match it.trim().strip_prefix("{{addURIAndSha \"") {
        Some(rest) => {
            let (url, end) = rest.split_once('"').unwrap();
            assert_eq!(end, " .TagName }}");
            format!("      uri: {url}\n      sha256: \"{}\"\n", "0".repeat(64))
        }
        None => format!("{it}\n"),
    };
    let filled: String = template.lines().map(line).collect();
    assert!(!filled.contains("{{"), "{filled}");
    serde_yaml::from_str(&filled).unwrap()
}

#[test]
fn the_manifest_for_krew_is_one() {
    let manifest = manifest();
    assert_eq!(manifest["apiVersion"], "krew.googlecontainertools.github.com/v1alpha2");
    assert_eq!(
        (&manifest["kind"], &manifest["metadata"]["name"]),
        (&"Plugin".into(), &"kyma-upgrade".into())
    );
    let spec = &manifest["spec"];
    // krew wants a version with a v, one line of at most 50 characters, and no full stop.
    assert_eq!(spec["version"], "v1.2.3");
    let short = spec["shortDescription"].as_str().unwrap();
    assert!(short.len() < 50 && !short.ends_with('.') && !short.contains('\n'), "{short}");
    assert!(spec["homepage"].as_str().unwrap().starts_with("https://"));
    for field in ["description", "caveats"] {
        let long = spec[field].as_str().unwrap().lines().find(|it| 90 < it.len());
        assert_eq!(long, None, "{field}");
    }
    for field in spec.as_object().unwrap().keys() {
        let known =
            ["version", "homepage", "shortDescription", "description", "caveats", "platforms"];
        assert!(known.contains(&field.as_str()), "{field}");
    }
}

#[test]
fn the_manifest_for_krew_names_an_archive_for_each_system() {
    let manifest = manifest();
    let platforms = manifest["spec"]["platforms"].as_array().unwrap();
    let mut systems = Vec::new();
    for platform in platforms {
        let labels = &platform["selector"]["matchLabels"];
        let (os, arch) = (labels["os"].as_str().unwrap(), labels["arch"].as_str().unwrap());
        let (ending, exe) = if os == "windows" { ("zip", ".exe") } else { ("tar.gz", "") };
        let archive = format!("/v1.2.3/kyma-upgrade_v1.2.3_{os}_{arch}.{ending}");
        assert!(platform["uri"].as_str().unwrap().ends_with(&archive), "{archive}");
        let program = format!("kubectl-kyma_upgrade{exe}");
        assert_eq!(platform["bin"], program.as_str());
        assert_eq!(platform["files"][0]["from"], program.as_str());
        assert_eq!(platform["files"][1]["from"], "LICENSE");
        systems.push(format!("{os}/{arch}"));
    }
    let expected = [
        "linux/amd64",
        "linux/arm64",
        "darwin/amd64",
        "darwin/arm64",
        "windows/amd64",
        "windows/arm64",
    ];
    assert_eq!(systems, expected);
}
