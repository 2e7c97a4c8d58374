//! Every finding code in a history of its own: it is found there, with evidence, and a history in
//! which nothing changes is silent.

use std::collections::BTreeSet;

use crate::schemas::check_report;
use crate::support::{History, Installer, findings, overrides, report_on};
use kyma_upgrade::finding::Code;
use serde_json::Value;

mod clusters;

const PLAN: [&str; 5] = ["plan", "--from", "1.4", "--to", "1.5"];

/// The codes that only `verify` and `apply` find: `saved.rs` has cases for them.
const SAVED: [Code; 2] = [Code::ClusterDrifted, Code::SourceChanged];

/// The codes that are about the user and the backups of a live cluster: `apply/refusals.rs` of the
/// tests with an API server has cases for them.
const LIVE: [Code; 2] = [Code::PermissionMissing, Code::BackupMissing];

/// A history of two minors, 1.4 and 1.5, with these installers.
fn two(old: &Installer<'_>, new: &Installer<'_>) -> History {
    let mut history = History::default();
    history.installer("1.4.0", &Installer { image: "1.4.0", ..copy(old) }.text());
    history.installer("1.5.0", &Installer { image: "1.5.0", ..copy(new) }.text());
    history
}

fn copy<'a>(it: &Installer<'a>) -> Installer<'a> {
    Installer { image: it.image, components: it.components, verbs: it.verbs, more: it.more }
}

/// A history of two minors whose override files hold these keys of component `core`.
fn settings(old: &str, new: &str) -> History {
    let mut history = History::default();
    for (tag, keys) in [("1.4.0", old), ("1.5.0", new)] {
        let text = Installer { image: tag, ..Installer::default() }.text();
        let config = overrides("core-overrides", Some("core"), keys);
        history.release(
            tag,
            &[
                ("kyma-installer-cluster.yaml", &text),
                ("kyma-installer-local.yaml", &text),
                ("kyma-config-local.yaml", &config),
            ],
        );
    }
    history
}

fn plain() -> Installer<'static> {
    Installer::default()
}

fn with_components(components: &str) -> Installer<'_> {
    Installer { components, ..Installer::default() }
}

/// The history in which a code is found, and what is asked of it.
fn case(code: Code) -> (History, Vec<&'static str>) {
    let (history, extra): (History, &[&'static str]) = match code {
        Code::VersionExcluded => return excluded(),
        Code::PrereleaseHop | Code::PrereleaseDiffersFromGuide | Code::GuideCoversSeveralHops => {
            return candidates();
        }
        Code::ProcedureChanged => return procedure(),
        Code::ArtifactMissing => (missing(), &[]),
        Code::ArtifactUnreadable => (unreadable(), &[]),
        Code::ArtifactImageMismatch => (mismatch(), &[]),
        Code::ArtifactPlaceholder => {
            (two(&plain(), &Installer { more: PLACEHOLDER, ..plain() }), &[])
        }
        Code::GuideRequired => (guide("1.4-1.5.md"), &[]),
        Code::GuideStale => (guide("1.3-1.4.md"), &[]),
        Code::GuideMissing | Code::ComponentRemovedLeftInstalled => {
            (two(&with_components("core@a old@a"), &with_components("core@a")), &[])
        }
        Code::BreakingChangeWithoutGuide => (undocumented(), &[]),
        Code::OverrideRenamed => (settings("a.minikubeIP: x", "b.minikubeIP: x"), &[]),
        Code::OverrideRemoved => (settings("a.minikubeIP: x\nc.d: e", "c.d: e"), &[]),
        Code::OverrideConflict | Code::OverrideSecretInConfigmap | Code::OverrideObjectIgnored => {
            (mine(), &["-f", "{}/mine.yaml"])
        }
        Code::OverrideTypeChanged
        | Code::OverrideDead
        | Code::OverrideDefaultChanged
        | Code::OverrideEmpty => (charts(), &["-f", "{}/mine.yaml"]),
        Code::OverrideObjectLeftBehind => (left_behind(), &["--deployment", "local"]),
        Code::ObjectLeftBehind => (two(&Installer { more: ACCOUNT, ..plain() }, &plain()), &[]),
        Code::PermissionsWidened => {
            (two(&plain(), &Installer { verbs: "get, delete", ..plain() }), &[])
        }
        Code::ComponentRenamed => (renamed(), &[]),
        Code::ComponentNamespaceMoved => {
            (two(&with_components("core@a"), &with_components("core@b")), &[])
        }
        Code::UnusedAccept => (two(&plain(), &plain()), &["--accept", "guide-stale"]),
        Code::AcceptExpired => (with_policy("2020-01-31"), POLICY),
        Code::AcceptExpiresSoon => {
            let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 5);
            (with_policy(&soon.to_string()[..10]), POLICY)
        }
        _ => return clusters::case(code),
    };
    (history, PLAN.iter().chain(extra).copied().collect())
}

const POLICY: &[&str] = &["--policy", "{}/policy.yaml"];

/// A history with a finding that a policy accepts until a day.
fn with_policy(expires: &str) -> History {
    let mut history = guide("1.3-1.4.md");
    let entry = format!("{{finding: guide-stale, reason: x, expires: {expires}}}");
    history.file("policy.yaml", &format!("version: 1\naccept: [{entry}]\n"));
    history
}

const PLACEHOLDER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: a\ndata:\n  url: \"__URL__\"";
const ACCOUNT: &str =
    "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: old\n  namespace: kyma-installer";

fn excluded() -> (History, Vec<&'static str>) {
    let mut history = History::default();
    history.plain("0.9.0").plain("1.0.0").release("0.90.0", &[]);
    (history, vec!["plan", "--from", "0.9", "--to", "1.0"])
}

fn candidates() -> (History, Vec<&'static str>) {
    let mut history = History::default();
    for tag in ["1.4.0", "1.5.0-rc1", "1.5.0-rc2", "1.6.0"] {
        history.plain(tag);
    }
    history.guide("1.6", "1.4-1.6.md", "# Migrate\n\nFirst upgrade to 1.5.0-rc1.\n");
    (history, vec!["plan", "--from", "1.4", "--to", "1.6"])
}

fn procedure() -> (History, Vec<&'static str>) {
    let mut history = History::default();
    history.plain("1.2.0").plain("1.3.0");
    (history, vec!["plan", "--from", "1.2", "--to", "1.3"])
}

fn missing() -> History {
    let mut history = History::default();
    history.plain("1.4.0").release("1.5.0", &[]);
    for folder in ["download", "bucket"] {
        history.absent(&format!("{folder}/1.5.0/kyma-installer-cluster.yaml"), None);
    }
    history
}

fn unreadable() -> History {
    let mut history = History::default();
    history.plain("1.4.0").installer("1.5.0", "apiVersion: v1\nkind: [ConfigMap\n");
    history
}

fn mismatch() -> History {
    let mut history = History::default();
    history.plain("1.4.0").installer("1.5.0", &Installer { image: "1.5.1", ..plain() }.text());
    history
}

fn guide(name: &str) -> History {
    let mut history = two(&plain(), &plain());
    history.guide("1.5", name, "# Migrate\n\nBefore you upgrade, delete all Pods.\n");
    history
}

fn undocumented() -> History {
    let mut history = two(&with_components("core@a old-one@a"), &with_components("core@a"));
    history.guide("1.5", "1.4-1.5.md", "# Migrate\n\nBefore you upgrade, delete all Pods.\n");
    history
}

fn left_behind() -> History {
    let mut history = History::default();
    for (tag, name) in [("1.4.0", "old-overrides"), ("1.5.0", "new-settings")] {
        let text = Installer { image: tag, ..plain() }.text();
        let config = overrides(name, None, &format!("{name}.{name}: {name}"));
        let files =
            [("kyma-installer-local.yaml", text.as_str()), ("kyma-config-local.yaml", &config)];
        history.release(tag, &files);
    }
    history
}

/// Overrides of a user with one of each: a key in two objects, a credential, an object without labels.
fn mine() -> History {
    let mut history = two(&plain(), &plain());
    let one = overrides("one", None, "a.b: \"x\"\na.password: \"y\"");
    let two = overrides("two", None, "a.b: \"z\"");
    let three = overrides("three", None, "c.d: \"x\"").replace("installer: overrides", "a: b");
    history.file("mine.yaml", &[one, two, three].join("---\n"));
    history
}

/// Charts and overrides of a user: a value that became a map, one that nobody reads, one over a
/// default that changed, and an empty one where a template insists on a value.
fn charts() -> History {
    let mut history = two(&plain(), &plain());
    let template = |retention: &str| {
        format!(
            "kind: ConfigMap\napiVersion: v1\ndata:\n  a: {{{{ .Values.{retention} }}}}\n  \
             b: {{{{ .Values.size }}}}\n  c: {{{{ required \"host\" .Values.host }}}}\n"
        )
    };
    let charts = [
        ("1.4.0", "retention: 1d\nsize: 10\nhost: x\n", template("retention")),
        ("1.5.0", "retention: {time: 1d}\nsize: 20\nhost: x\n", template("retention.time")),
    ];
    for (tag, values, template) in &charts {
        history.charts(
            tag,
            &[
                ("core/Chart.yaml", "name: core\nversion: 0.1.0\n"),
                ("core/values.yaml", values),
                ("core/templates/all.yaml", template),
            ],
        );
    }
    let data = "retention: \"7d\"\nsize: \"5\"\nhost: \"\"\nnobody.reads: \"x\"";
    history.file("mine.yaml", &overrides("mine", Some("core"), data));
    history
}

fn renamed() -> History {
    let mut history =
        two(&with_components("core@a jaeger@a"), &with_components("core@a tracing@a"));
    history.notes("1.5", "---\ntitle: x\n---\n\n### Jaeger renamed to Tracing\n");
    history
}

fn codes(report: &Value) -> BTreeSet<String> {
    findings(report).iter().map(|it| it["code"].to_string()).collect()
}

#[test]
fn every_code_is_found_in_its_history_with_evidence() {
    let mut wrong = Vec::new();
    for code in Code::all().filter(|it| !SAVED.contains(it) && !LIVE.contains(it)) {
        let (history, args) = case(code);
        let report = report_on(&history, &args);
        check_report(&report);
        let all = findings(&report);
        let found: Vec<_> = all.iter().filter(|it| it["code"] == code.as_str()).collect();
        if found.is_empty() {
            wrong.push(format!("{code} is not among {:?}", codes(&report)));
        }
        let incomplete = |it: &&&&Value| {
            let texts = ["message", "remedy", "subject"];
            it["evidence"].as_array().unwrap().is_empty() || texts.iter().any(|text| it[text] == "")
        };
        let incomplete = found.iter().filter(incomplete);
        wrong.extend(incomplete.map(|it| format!("{code} lacks something: {it}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_hop_between_equal_releases_is_silent() {
    let report = report_on(&two(&plain(), &plain()), &PLAN);
    assert_eq!(codes(&report), BTreeSet::new());
    assert_eq!(report["verdict"], "ready");
}

#[test]
fn blockers_block_and_accepted_ones_do_not() {
    let (history, args) = case(Code::ArtifactImageMismatch);
    assert_eq!(report_on(&history, &args)["verdict"], "blocked");
    let accepted: Vec<_> =
        args.iter().copied().chain(["--accept", "artifact-image-mismatch@1.5"]).collect();
    assert_eq!(report_on(&history, &accepted)["verdict"], "ready");
}
