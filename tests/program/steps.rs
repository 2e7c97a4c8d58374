//! The steps of a hop, for each generation of releases.

use serde_json::Value;

use crate::support::{History, Installer, findings, report_on};

const TILLER: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tiller-deploy\n  \
                      namespace: kube-system\nspec: {}\n";

fn plan(history: &History, from: &str, to: &str, more: &[&str]) -> Value {
    report_on(history, &[&["plan", "--from", from, "--to", to], more].concat())
}

/// The steps of the only hop as `action target`.
fn steps(report: &Value) -> Vec<String> {
    let steps = report["hops"][0]["steps"].as_array().unwrap();
    let text = |it: &Value| {
        format!("{} {}", it["action"].as_str().unwrap(), it["target"].as_str().unwrap())
    };
    steps.iter().map(text).collect()
}

fn two(from: &str, to: &str) -> History {
    let mut history = History::default();
    history.plain(from).plain(to);
    history
}

const CHECK: &str = "check Deployment/kyma-installer/kyma-installer";
const SAVE: &str = "save what the hop overwrites or deletes";
const COMPARE: &str = "compare cluster";
const DELETE: &str = "delete Deployment/kyma-installer/kyma-installer";
const WATCH: &str = "watch Installation/default/kyma-installation";

#[test]
fn an_old_installation_without_the_label_gets_it() {
    let mut history = two("1.0.0", "1.0.1");
    let text = Installer { image: "1.1.0", ..Installer::default() }.text();
    let text =
        text.replace("  labels:\n    action: install\n", "").replace("  namespace: default\n", "");
    history.installer("1.1.0", &text);
    let report = plan(&history, "1.0", "1.1", &[]);
    let label = "label Installation/default/kyma-installation";
    let apply = "apply 1.1.0/kyma-installer-cluster.yaml";
    let expected = [CHECK, "backup cluster", SAVE, DELETE, apply, label, WATCH, COMPARE];
    assert_eq!(steps(&report), expected);
    let steps = report["hops"][0]["steps"].as_array().unwrap();
    assert!(steps[4]["note"].as_str().unwrap().contains("has no namespace"));
    assert!(steps[3]["note"].as_str().unwrap().contains("not in the document"));
}

#[test]
fn tiller_is_upgraded_from_1_10_to_1_13() {
    for (from, to, has_tiller) in [
        ("1.8.0", "1.9.0", false),
        ("1.9.0", "1.10.0", true),
        ("1.12.0", "1.13.0", true),
        ("1.13.0", "1.14.0", false),
    ] {
        let mut history = two(from, to);
        for tag in [from, to] {
            history.file(&format!("raw/{tag}/installation/resources/tiller.yaml"), TILLER);
        }
        let minor = |it: &str| it.trim_end_matches(".0").to_owned();
        let steps = steps(&plan(&history, &minor(from), &minor(to), &[]));
        let tiller = format!("apply {to}/installation/resources/tiller.yaml");
        assert_eq!(steps.contains(&tiller), has_tiller, "{to}: {steps:?}");
    }
}

#[test]
fn a_local_deployment_applies_its_config_before_the_installer() {
    let mut history = History::default();
    for tag in ["1.4.0", "1.5.0"] {
        let text = Installer { image: tag, ..Installer::default() }.text();
        let files = [("kyma-installer-local.yaml", text.as_str()), ("kyma-config-local.yaml", "")];
        history.release(tag, &files);
    }
    let steps = steps(&plan(&history, "1.4", "1.5", &["--deployment", "local"]));
    assert_eq!(steps[4], "apply 1.5.0/kyma-config-local.yaml");
    assert_eq!(steps[5], "apply 1.5.0/kyma-installer-local.yaml");
}

/// A release from 1.15 on: the installer and the Installation CR in files of their own.
fn split(history: &mut History, tag: &str) {
    let text = Installer { image: tag, ..Installer::default() }.text();
    let (installer, cr) = text.rsplit_once("---\n").unwrap();
    let cr = cr.replace("spec:\n", "spec:\n  version: \"__VERSION__\"\n  url: \"__URL__\"\n");
    history.release(
        tag,
        &[("kyma-installer.yaml", installer), ("kyma-installer-cr-cluster.yaml", &cr)],
    );
}

#[test]
fn from_1_15_installer_and_cr_are_applied_one_after_the_other() {
    let mut history = History::default();
    history.plain("1.14.0");
    split(&mut history, "1.15.0");
    let report = plan(&history, "1.14", "1.15", &[]);
    let applied =
        ["apply 1.15.0/kyma-installer.yaml", "apply 1.15.0/kyma-installer-cr-cluster.yaml"];
    let expected = [CHECK, "backup cluster", SAVE, DELETE, applied[0], applied[1], WATCH, COMPARE];
    assert_eq!(steps(&report), expected);
    let objects = &report["hops"][0]["objects"];
    assert_eq!(
        (&objects["added"], &objects["removed"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    let codes: Vec<_> = findings(&report).iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["procedure-changed", "artifact-placeholder"]);
    assert_eq!(report["verdict"], "ready");
}

#[test]
fn from_1_17_the_documented_command_stands_beside_our_steps() {
    let mut history = History::default();
    split(&mut history, "1.17.0");
    split(&mut history, "1.18.0");
    let report = plan(&history, "1.17", "1.18", &[]);
    let procedure = &report["hops"][0]["procedure"];
    assert_eq!(procedure["documented_command"], "kyma upgrade -s 1.18.0");
    assert!(steps(&report).contains(&"apply 1.18.0/kyma-installer.yaml".to_owned()));
}

#[test]
fn a_guide_is_a_step_before_anything_is_deleted() {
    let mut history = two("1.4.0", "1.5.0");
    history.guide("1.5", "1.4-1.5.md", "# Migrate\n\nBefore you upgrade, delete all Pods.\n");
    let steps = steps(&plan(&history, "1.4", "1.5", &[]));
    assert_eq!(steps[2..4], ["guide 1.4-1.5.md", SAVE]);
}

#[test]
fn the_digest_of_a_step_follows_the_file_that_it_applies() {
    let digest = |more: &str| {
        let mut history = History::default();
        history.plain("1.4.0");
        history
            .installer("1.5.0", &Installer { image: "1.5.0", more, ..Installer::default() }.text());
        let report = plan(&history, "1.4", "1.5", &[]);
        let steps = report["hops"][0]["steps"].as_array().unwrap();
        let digests = steps.iter().map(|it| it["digest"].as_str().unwrap().to_owned());
        digests.collect::<Vec<_>>()
    };
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: b";
    let (one, other) = (digest(""), digest(account));
    let different = one.iter().zip(&other).filter(|(a, b)| a != b).count();
    assert_eq!(different, 1);
}
