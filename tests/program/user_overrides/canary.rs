//! The canary: a secret value that no output, file or error may show.

use std::path::Path;

use serde_json::Value;

use super::{in_folder, told};
use crate::support::{History, findings, overrides, tree};

/// A secret that must not show, and what base64 makes of it at each of the three offsets.
const CANARY: [&str; 4] =
    ["hunter2-canary", "aHVudGVyMi1jYW5hcn", "1bnRlcjItY2FuYXJ5", "odW50ZXIyLWNhbmFye"];

/// Objects with the canary wherever a user may put a secret, each with something to complain about.
fn canaries() -> String {
    let encoded = "aHVudGVyMi1jYW5hcnk=";
    let [canary, ..] = CANARY;
    let metadata = |name: &str, more: &str| {
        format!(
            "metadata:\n  name: {name}\n  namespace: kyma-installer\n  labels:\n    \
             installer: overrides\n{more}"
        )
    };
    let copy = format!(
        "  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: \
         '{{\"kind\":\"Secret\",\"data\":{{\"a.b\":\"{encoded}\"}}}}'\n"
    );
    [
        format!(
            "kind: Secret\n{}data:\n  a.b: {encoded}\n  a: {encoded}\n",
            metadata("one", &copy)
        ),
        format!("kind: Secret\n{}stringData:\n  a.b: {canary}\n", metadata("two", "")),
        format!("kind: Secret\n{}data:\n  c.d: {canary}\n", metadata("bad", "")),
        format!(
            "kind: ConfigMap\n{}data:\n  a.password: {canary}\n  a.b: visible\n",
            metadata("map", "    component: ''\n")
        ),
        format!("kind: ConfigMap\n{}data: {{a.b: v, a.token: {canary}}}\n", metadata("flow", "")),
        format!(
            "kind: ConfigMap\n{}data:\n  a.file: |\n    password: {canary}\n",
            metadata("text", "")
        ),
        format!("kind: ConfigMap\n{}data:\n  a.file: \"{canary}\"\n", metadata("text2", "")),
        format!("kind: secret\n{}data:\n  a.b: {canary}\n", metadata("kind", "")),
        format!("{}data:\n  a.b: {canary}\n", metadata("none", "")),
    ]
    .map(|it| format!("apiVersion: v1\n{it}"))
    .join("---\n")
}

fn assert_silent(text: &[u8], what: &str) {
    let text = String::from_utf8_lossy(text);
    for canary in CANARY {
        assert!(!text.contains(canary), "{what} shows {canary}: {text}");
    }
}

/// Runs a command with all reports, and checks everything that it prints and leaves behind but its
/// input. Returns the exit code, and the files below `out`.
fn run(files: &[(&str, &str)], args: &[&str], input: &str) -> (Option<i32>, Vec<String>) {
    let (output, folder) = in_folder(files, args, input);
    assert_silent(&output.stdout, "standard output");
    assert_silent(&output.stderr, "standard error");
    let mut written = Vec::new();
    for (path, bytes) in tree(folder.path()) {
        if files.iter().all(|(name, _)| *name != path) && !path.starts_with("releases/") {
            assert_silent(path.as_bytes(), "the name of a file");
            assert_silent(&bytes, &path);
            written.push(path);
        }
    }
    (output.status.code(), written)
}

const REPORTS: [&str; 10] = [
    "--report", "r.md", "--report", "r.json", "--report", "r.txt", "--report", "r.html",
    "--report", "r.sarif",
];

/// All ways to tell of overrides: a command, a deployment, a format and a level of detail.
fn ways() -> impl Iterator<Item = Vec<&'static str>> {
    let commands: [&[&str]; 3] = [&["plan"], &["overrides"], &["overrides", "--migrate", "out"]];
    let deployments = ["cluster", "local"].map(|it| ["--deployment", it]);
    let formats = ["text", "json", "markdown", "html"].map(|it| ["-o", it]);
    commands.into_iter().flat_map(move |command| {
        deployments.into_iter().flat_map(move |deployment| {
            formats.into_iter().flat_map(move |format| {
                let way = [command, &deployment, &format, &REPORTS].concat();
                ["-q", "-v", "--no-progress"].map(|detail| [&way[..], &[detail]].concat())
            })
        })
    })
}

const DEMO: [&str; 8] = ["--source", "demo", "--from", "1.0", "--to", "1.3", "-f", "mine.yaml"];

#[test]
fn a_secret_value_is_in_no_output_of_any_format() {
    let text = canaries();
    let files = [("mine.yaml", text.as_str())];
    let told = told(&files, &["-f", "mine.yaml"], "");
    assert_eq!(told.len(), 8, "the objects with the canary are complained about: {told:#?}");
    for way in ways() {
        let (code, written) = run(&files, &[&way[..], &DEMO].concat(), "");
        assert_eq!(code, Some(0), "{way:?}");
        assert!(4 <= written.len());
    }
    let path = ["--source", "demo", "--from", "1.0", "--to", "1.1", "-f", "-"];
    for command in ["plan", "overrides"] {
        assert_eq!(run(&[], &[&[command][..], &path].concat(), &text).0, Some(0));
    }
}

/// Objects with secret values under keys that the example's hops rename, move, split, merge, remove
/// or give another type or default: as Secrets of both forms, or as ConfigMaps with keys that look
/// like credentials.
fn moving(kind: &str) -> String {
    let [canary, encoded, ..] = CANARY;
    let keys = [
        ("", "global.etcdBackup.enabled"),
        ("", "global.domainName"),
        ("helm-broker", "config.isDevelopMode"),
        ("ark", "configuration.schedule"),
        ("ark", "credentials.secretContents.cloud"),
        ("ark", "credentials.secretContents.token"),
        ("istio", "mixer.resources.limits.memory"),
        ("core", "apiserver-proxy.minikubeIP"),
        ("core", "console-backend.minikubeIP"),
        ("core", "some.password"),
        ("monitoring", "prometheus.retention"),
        ("monitoring", "grafana.persistence.size"),
    ];
    let object = |(number, (component, key)): (usize, &(&str, &str))| {
        let (kind, field, value) = match kind {
            "data" => ("Secret", "data", format!("{encoded}k=")),
            "stringData" => {
                ("Secret", "stringData", format!("|\n    {canary}-{number}\n    '\"$x"))
            }
            _ => ("ConfigMap", "data", format!("\"{canary}-{number}\"")),
        };
        let object = overrides(&format!("mine-{number}"), Some(component), &format!("{key}: x"));
        let object = object
            .replace("    component: \n", "")
            .replace("kind: ConfigMap", &format!("kind: {kind}"));
        object.replace("\ndata:", &format!("\n{field}:")).replace(": x\n", &format!(": {value}\n"))
    };
    let is_wanted = |it: &&(&str, &str)| {
        kind != "ConfigMap" || it.1.contains("secret") || it.1.contains("password")
    };
    let objects = keys.iter().filter(is_wanted).enumerate().map(object);
    objects.collect::<Vec<_>>().join("---\n")
}

#[test]
fn a_secret_value_is_in_no_file_of_a_migration_and_in_no_report_of_one() {
    for kind in ["data", "stringData", "ConfigMap"] {
        let text = moving(kind);
        let files = [("mine.yaml", text.as_str())];
        let (output, _) =
            in_folder(&files, &[&["overrides", "-o", "json"][..], &DEMO].concat(), "");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let told = findings(&report).into_iter().filter(|it| it["severity"] == "blocker").count();
        assert!(2 <= told, "{kind}: something happens to the canaries: {report:#}");
        for way in ways() {
            let (code, written) = run(&files, &[&way[..], &DEMO].concat(), "");
            assert_eq!(code, Some(3), "{way:?}");
            let scripts = written.iter().filter(|it| it.ends_with("commands.sh")).count();
            assert!(!way.contains(&"--migrate") || 2 <= scripts, "{written:?}");
        }
    }
}

/// Two releases with defaults that look like credentials, each of which changes in its own way.
fn secret_defaults() -> History {
    let canary = CANARY[0];
    let old = format!(
        "password: {canary}\nadminPassword: {canary}\napiToken: \"{canary}\"\n\
         inline: {{secret: {canary}}}\nprivateKey: |\n  {canary}\ngone: {{token: {canary}}}\n"
    );
    let new = format!(
        "password: {canary}-2\nadmin:\n  password: {canary}\napiToken:\n  value: {canary}\n\
         inline: {{secret: {canary}-2}}\nprivateKey: |\n  {canary}-2\n"
    );
    let line = |key: &str| {
        format!("{0}: {{{{ .Values.{key} | default \"{1}\" }}}}\n", key.replace('.', "_"), canary)
    };
    let lines = |keys: &[&str]| -> String {
        let lines = keys.iter().map(|it| line(it));
        let renamed = lines.map(|it| it.replacen("admin_password", "adminPassword", 1));
        format!("kind: A\n{}", renamed.collect::<String>())
    };
    let old_keys =
        ["password", "adminPassword", "apiToken", "inline.secret", "privateKey", "gone.token"];
    let new_keys = ["password", "admin.password", "apiToken.value", "inline.secret", "privateKey"];
    let mut history = History::default();
    for (tag, values, template) in
        [("1.4.0", old, lines(&old_keys)), ("1.5.0", new, lines(&new_keys))]
    {
        let files = [
            ("core/Chart.yaml", "name: core\n"),
            ("core/values.yaml", values.as_str()),
            ("core/templates/a.yaml", template.as_str()),
        ];
        let config = overrides("config", None, "a.b: c");
        history.complete(tag, &config).charts(tag, &files);
    }
    history
}

#[test]
fn a_default_that_looks_like_a_credential_is_shown_nowhere() {
    let data = "password: a\nadminPassword: b\napiToken: c\ninline.secret: d\nprivateKey: e\n\
                gone.token: f\npasswort: g";
    let text = overrides("mine", Some("core"), data);
    let files = [("mine.yaml", text.as_str())];
    let (_, folder) = in_folder(&files, &["--version"], "");
    let releases = folder.path().join("releases");
    secret_defaults().write(&releases);
    let releases = releases.to_str().unwrap();
    let path = ["--source", releases, "--from", "1.4", "--to", "1.5", "-f", "mine.yaml"];
    let mut codes = std::collections::BTreeSet::new();
    for way in ways() {
        let (output, folder) = in_folder(&files, &[&way[..], &path].concat(), "");
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        assert_silent(&output.stdout, "standard output");
        assert_silent(&output.stderr, "standard error");
        assert_no_default(folder.path());
        let report = fs_err::read(folder.path().join("r.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        codes.extend(findings(&report).iter().map(|it| it["code"].as_str().unwrap().to_owned()));
    }
    for code in ["renamed", "removed", "type-changed", "default-changed", "dead"] {
        assert!(codes.contains(&format!("override-{code}")), "{code}: {codes:?}");
    }
    let (output, _) = in_folder(&[], &["diff", "1.4", "1.5", "--source", releases, "-v"], "");
    assert!(output.status.success());
    assert_silent(&output.stdout, "the differences");
}

/// Checks the files that a run wrote. The cache holds what the releases hold, which is public.
fn assert_no_default(folder: &Path) {
    for (path, bytes) in tree(folder) {
        if !path.starts_with(".cache/") {
            assert_silent(&bytes, &path);
        }
    }
}

/// The exit codes of a plan and of a migration.
fn assert_no_canary(text: &str) -> [Option<i32>; 2] {
    let commands: [&[&str]; 2] = [&["plan"], &["overrides", "--migrate", "out"]];
    commands.map(|it| run(&[("mine.yaml", text)], &[it, &DEMO].concat(), "").0)
}

#[test]
fn a_secret_value_is_in_no_error() {
    let [canary, encoded, ..] = CANARY;
    let whole = canaries();
    let broken = [
        format!("data:\n  a.b: [{canary}\n"),
        format!("data:\n  a.b: \"{canary}\n"),
        format!("data:\n  a.b: {canary}: x\n"),
        format!("data:\n  {canary}\n  b: c\n"),
        format!("data:\n\t{canary}: x\n"),
        format!("data: *{canary}\n"),
        format!("data: !{canary}! x\n"),
        format!("data: {{{{ {canary} }}}}\n"),
        format!("data:\n  a.b: |x{canary}\n"),
        format!("%{canary}\n"),
        format!("{{\"data\": {{\"a\": \"{canary}"),
        format!("{{\"data\": {{\"a\": {encoded}"),
        format!("data:\n  a.b: \"\\q{canary}\"\n"),
    ];
    for tail in broken {
        for text in [tail.clone(), format!("{whole}---\n{tail}")] {
            assert_no_canary(&text);
        }
        assert_eq!(assert_no_canary(&tail), [Some(1), Some(1)], "{tail}");
    }
}
