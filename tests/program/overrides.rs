//! `overrides` on the built-in example and on made-up releases: what it prints and writes, and what
//! has to hold whatever the releases are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{
    History, Installer, findings, overrides, report_on, run, run_at_home, snapshot, tree,
};

#[cfg(target_os = "linux")]
mod sources;

/// The overrides of the built-in example.
const MINE: &str = "fixtures/demo/my-overrides.yaml";

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// What a command on the built-in example prints. Its overrides need changes, so it is blocked.
fn printed(command: &str, more: &[&str]) -> String {
    let args = [command, "--source", "demo", "--from", "1.0", "--to", "1.3", "-f", MINE];
    let output = run(&[&args, more].concat());
    assert_eq!(output.status.code(), Some(3), "{}", text(output.stderr));
    assert_eq!(text(output.stderr), "");
    text(output.stdout)
}

fn json(command: &str, more: &[&str]) -> Value {
    let printed = printed(command, &[more, &["-o", "json"]].concat());
    serde_json::from_str(&printed).unwrap()
}

/// A folder that does not exist yet, as an argument.
fn below(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The files below a folder with their contents, as one text.
fn shown(folder: &Path) -> String {
    let files = tree(folder).into_iter();
    files
        .flat_map(|(path, bytes)| ["==> ".to_owned(), path, "\n".to_owned(), text(bytes)])
        .collect()
}

#[test]
fn what_becomes_of_the_overrides_of_the_example_in_every_format() {
    snapshot("overrides_text", &printed("overrides", &[]));
    snapshot("overrides_text_summary", &printed("overrides", &["-q"]));
    snapshot("overrides_text_verbose_120", &printed("overrides", &["-v", "--width", "120"]));
    snapshot("overrides_markdown", &printed("overrides", &["-o", "markdown"]));
    snapshot("overrides_json", &printed("overrides", &["-o", "json"]));
}

#[test]
fn the_plan_of_the_example_with_its_overrides() {
    snapshot("plan_with_overrides_text", &printed("plan", &[]));
}

#[test]
fn the_files_of_the_migration_of_the_example() {
    let folder = tempfile::tempdir().unwrap();
    let out = below(&folder, "out");
    let report = json("overrides", &["--migrate", &out]);
    snapshot("overrides_migration", &shown(folder.path()));
    let hops = report["migration"].as_array().unwrap();
    let told = hops.iter().flat_map(|it| it["files"].as_array().unwrap());
    let told: BTreeSet<_> = told.map(|it| format!("out/{}", it.as_str().unwrap())).collect();
    assert_eq!(told, tree(folder.path()).into_keys().collect());
    for format in ["text", "markdown"] {
        let out = below(&folder, format);
        let with = printed("overrides", &["--migrate", &out, "-o", format, "-q"]);
        let without = printed("overrides", &["-o", format, "-q"]);
        let is_new = |it: &&str| !without.contains(it) && !it.contains("digest");
        let told: Vec<_> = with.lines().filter(is_new).collect();
        snapshot(&format!("overrides_migration_{format}"), &told.join("\n"));
    }
}

#[test]
fn a_successor_that_the_new_release_does_not_install_is_named_nowhere() {
    let mut history = History::default();
    for (tag, components, key) in
        [("1.4.0", "core@kyma-system logging@x", "size"), ("1.5.0", "core@kyma-system", "bytes")]
    {
        let installer = Installer { image: tag, components, ..Installer::default() }.text();
        let charts = [
            ("logging/Chart.yaml", "name: logging\n".to_owned()),
            ("logging/values.yaml", format!("{key}: 7Gi\n")),
            ("logging/templates/a.yaml", format!("kind: A\na: {{{{ .Values.{key} }}}}\n")),
        ];
        let charts: Vec<_> = charts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        history.installer(tag, &installer).charts(tag, &charts);
    }
    let folder = tempfile::tempdir().unwrap();
    let mine = below(&folder, "mine.yaml");
    fs_err::write(&mine, overrides("one", Some("logging"), "size: \"2\"")).unwrap();
    let report = report_on(&history, &["overrides", "--from", "1.4", "--to", "1.5", "-f", &mine]);
    let hop = &report["user_overrides"][0]["hops"][0];
    assert_eq!(hop["status"], "removed");
    assert_eq!(hop["rename"], Value::Null, "{hop}");
}

#[test]
fn the_same_overrides_give_the_same_bytes_on_screen_and_on_disk() {
    for deployment in ["cluster", "local"] {
        let [one, other] = ["a", "b"].map(|name| {
            let folder = tempfile::tempdir().unwrap();
            let out = below(&folder, name);
            let args = ["--deployment", deployment, "-o", "json", "--migrate", &out];
            (printed("overrides", &args), tree(Path::new(&out)))
        });
        assert!(10 < one.1.len());
        assert_eq!(one, other);
    }
}

#[test]
fn a_plan_tells_of_overrides_what_the_command_for_them_tells() {
    for deployment in ["cluster", "local"] {
        let args = ["--deployment", deployment];
        let (plan, own) = (json("plan", &args), json("overrides", &args));
        assert_eq!(plan["user_overrides"], own["user_overrides"]);
        let told = |report: &Value| -> BTreeSet<[String; 3]> {
            let parts = |it: &Value| ["hop", "code", "subject"].map(|part| it[part].to_string());
            findings(report).into_iter().map(parts).collect()
        };
        let (plan, own) = (told(&plan), told(&own));
        assert!(8 < own.len());
        assert!(own.is_subset(&plan), "{:#?}", own.difference(&plan));
    }
}

const VALUES: &str = "size: 1\nauth:\n  password: \"\"\nlist: [a]\nhost: a\n";
const TEMPLATE: &str = "a: {{ .Values.size }}\nb: {{ .Values.auth.password }}\n\
                        c: {{ .Values.list }}\nd: {{ required \"a host\" .Values.host }}\n";

/// Three releases with the same charts.
fn equal_releases() -> History {
    let mut history = History::default();
    for tag in ["1.4.0", "1.5.0", "1.6.0"] {
        let charts = [
            ("core/Chart.yaml", "name: core\n"),
            ("core/values.yaml", VALUES),
            ("core/templates/a.yaml", TEMPLATE),
        ];
        let config = overrides("core-overrides", Some("core"), "size: \"4\"");
        history.complete(tag, &config).charts(tag, &charts);
    }
    history
}

#[test]
fn over_equal_releases_everything_stays_alive_and_nothing_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mine = below(&folder, "mine.yaml");
    let live = overrides("one", Some("core"), "size: \"2\"\nhost: \"b\"");
    let common = overrides("two", None, "size: \"3\"");
    fs_err::write(&mine, [live, common].join("---\n")).unwrap();
    for deployment in ["cluster", "local"] {
        let out = below(&folder, deployment);
        let args = ["overrides", "--from", "1.4", "--to", "1.6", "--deployment", deployment];
        let args = [&args[..], &["-f", &mine, "--migrate", &out]].concat();
        let report = report_on(&equal_releases(), &args);
        assert_eq!(findings(&report), Vec::<&Value>::new());
        assert_eq!(report["verdict"], "ready");
        let all = report["user_overrides"].as_array().unwrap();
        let fates: Vec<_> = all.iter().flat_map(|it| it["hops"].as_array().unwrap()).collect();
        assert_eq!(fates.len(), 6);
        assert!(fates.iter().all(|it| it["status"] == "live"), "{fates:#?}");
        assert_eq!(tree(Path::new(&out)), BTreeMap::new(), "there is nothing to migrate");
    }
}

/// The ConfigMaps of the example by the names that migrated ones have.
fn config_maps() -> BTreeMap<String, String> {
    let all = fs_err::read_to_string(MINE).unwrap();
    let maps = all.split("---\n").filter(|it| it.contains("kind: ConfigMap"));
    let named = maps.map(|it| {
        let name = it.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap();
        (format!("configmap-{name}.yaml"), it.to_owned())
    });
    named.collect()
}

/// Puts the migrated objects of a stage over those that were there.
fn apply(objects: &mut BTreeMap<String, String>, stage: &Path) {
    let files = tree(stage).into_iter().filter(|it| it.0.contains(".yaml"));
    objects.extend(files.map(|(path, bytes)| (path, text(bytes))));
}

/// What a run over a part of the example's path with these objects finds: code and subject.
fn found(objects: &BTreeMap<String, String>, from: &str, to: &str, more: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in objects {
        fs_err::write(folder.path().join(name), text).unwrap();
    }
    let mine = folder.path().to_str().unwrap();
    let args = ["overrides", "--source", "demo", "--from", from, "--to", to, "-f", mine];
    let output = run(&[&args[..], &["-o", "json"], more].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    findings(&report).into_iter().cloned().collect()
}

fn subjects(found: &[Value], wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let found = found.iter().filter(|it| wanted(it));
    found.map(|it| format!("{} {}", it["code"], it["subject"]).replace('"', "")).collect()
}

#[test]
fn migrated_objects_survive_their_hop_and_leave_later_hops_what_they_ask() {
    let folder = tempfile::tempdir().unwrap();
    let mut objects = config_maps();
    let out = below(&folder, "out");
    let whole = found(&objects, "1.0", "1.3", &["--migrate", &out]);
    let path = ["1.0.0", "1.1.0", "1.2.1", "1.3.0"];
    let mut open = Vec::new();
    for hop in path.windows(2) {
        apply(&mut objects, &Path::new(&out).join(hop[1]).join("before"));
        let during = found(&objects, hop[0], hop[1], &[]);
        open.extend(subjects(&during, |it| it["severity"] == "blocker"));
        apply(&mut objects, &Path::new(&out).join(hop[1]).join("after"));
        if hop[1] == "1.3.0" {
            break;
        }
        let later = found(&objects, hop[1], "1.3", &[]);
        let is_later = |it: &Value| hop[1] < it["hop"].as_str().unwrap();
        let mut expected = subjects(&whole, is_later);
        let mut told = subjects(&later, |it| it["code"] != "override-dead");
        expected.sort();
        told.sort();
        assert_eq!(told, expected, "after {}", hop[1]);
    }
    let undecided = [
        "override-renamed istio:mixer.resources.limits.memory",
        "override-type-changed monitoring:prometheus.retention",
    ];
    assert_eq!(open, undecided, "only what nobody but the user can decide is left open");
    let last: String = objects.into_values().collect();
    for (there, key) in [
        (true, "helm-broker\ndata:\n  global.isDevelopMode: \"true\""),
        (true, "velero\ndata:\n  configuration.schedule: \"0 4 * * *\""),
        (true, "  global.minikubeIP: \"192.168.64.7\""),
        (true, "  prometheus.retention: \"7d\""),
        (false, "apiserver-proxy.minikubeIP"),
        (false, "global.etcdBackup.enabled"),
        (false, "config.isDevelopMode:"),
    ] {
        assert_eq!(last.contains(key), there, "{key} in {last}");
    }
}

#[test]
fn a_mirror_holds_what_overrides_need_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = below(&folder, "mirror");
    let filled = run(&["mirror", "--from", "1.0", "--to", "1.3", &mirror, "--source", "demo"]);
    assert!(filled.status.success(), "{}", text(filled.stderr));
    for deployment in ["cluster", "local"] {
        let more = ["--deployment", deployment, "-o", "json"];
        let path = ["overrides", "--from", "1.0", "--to", "1.3", "-f", MINE];
        let args = [&path[..], &["--source", &mirror, "--offline"], &more].concat();
        let offline = |home: &Path| -> Output { run_at_home(home, &args) };
        let cold = offline(folder.path());
        assert_eq!(cold.status.code(), Some(3), "{}", text(cold.stderr));
        assert_eq!(text(cold.stdout), printed("overrides", &more));
        let warm = offline(folder.path());
        assert_eq!(text(warm.stdout), printed("overrides", &more));
    }
}
