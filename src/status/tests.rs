use serde_json::json;

use super::*;

const NOW: &str = "2026-01-02T04:00:00Z";

/// An Installation with three components, of which one has a release of another name.
fn installation(state: &str, description: &str, triggered: bool) -> Value {
    let condition = |kind: &str, status: &str| {
        json!({
            "type": kind,
            "status": status,
            "lastTransitionTime": "2026-01-02T03:30:00Z",
            "lastProbeTime": "2026-01-02T03:31:00Z",
        })
    };
    let labels = if triggered { json!({"action": "install"}) } else { json!({}) };
    json!({
        "metadata": {"name": "kyma-installation", "namespace": "default", "labels": labels},
        "spec": {"components": [
            {"name": "cluster-essentials", "namespace": "kyma-system"},
            {"name": "istio", "namespace": "istio-system"},
            {"name": "core", "release": "kyma-core", "namespace": "kyma-system"},
        ]},
        "status": {
            "state": state,
            "description": description,
            "conditions": [
                condition("Installed", if state == "Installed" { "True" } else { "False" }),
                condition(state, "True"),
            ],
        },
    })
}

fn pod(phase: &str) -> Value {
    json!({
        "metadata": {"name": "kyma-installer-7d9"},
        "spec": {"containers": [{"image": "registry:5000/kyma-installer:0.0.1"}]},
        "status": {
            "phase": phase,
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"restartCount": 2}],
        },
    })
}

fn seen(version: &str, installation: Value) -> Seen {
    let image = format!("registry:5000/kyma-project/kyma-installer:{version}");
    let template = json!({"spec": {"containers": [{"image": image}]}});
    Seen {
        installation: Some(installation),
        deployment: Some(json!({"spec": {"template": template}})),
        pods: vec![pod("Running")],
        ..Seen::default()
    }
}

fn read(seen: &Seen) -> Status {
    status(seen, &Facts::builtin(), NOW.parse().unwrap())
}

fn told(version: &str, state: &str, description: &str, triggered: bool) -> Status {
    read(&seen(version, installation(state, description, triggered)))
}

#[test]
fn the_component_at_work_is_counted_in_the_words_of_every_generation() {
    for (version, description, number) in [
        ("1.1.0", "Processing component istio", 2),
        ("1.9.0", "install component kyma-core", 3),
        ("1.10.0", "install component istio", 2),
        ("1.11.0", "install component cluster-essentials", 1),
        ("1.13.0", "install component istio", 2),
        ("1.24.11", "install component kyma-core", 3),
    ] {
        let status = told(version, "InProgress", description, true);
        let component = status.component.clone().unwrap();
        assert_eq!((component.number, component.of), (Some(number), 3), "{version}");
        assert_eq!(
            (status.phase, status.version.unwrap().to_string()),
            (Phase::Working, version.to_owned())
        );
    }
    for description in ["Get Kyma Sources", "Verify installed components", ""] {
        assert_eq!(told("1.9.0", "InProgress", description, true).component, None);
    }
    let gone = told("1.9.0", "InProgress", "install component jaeger", true);
    assert_eq!(gone.component.unwrap().number, None);
}

#[test]
fn an_error_passes_or_stays_depending_on_the_generation_and_the_label() {
    let error = |version: &str, triggered: bool| {
        told(version, "Error", "install component istio", triggered)
    };
    for version in ["1.1.0", "1.9.0", "1.10.0"] {
        let status = error(version, true);
        assert_eq!(status.phase, Phase::Retrying);
        assert!(status.meaning.contains("for ever"), "{version}: {}", status.meaning);
        let stopped = error(version, false);
        assert_eq!(stopped.phase, Phase::Failed);
        assert!(stopped.meaning.contains("The label is gone"), "{version}");
    }
    for version in ["1.11.0", "1.13.0", "1.24.11"] {
        let status = error(version, true);
        assert_eq!(status.phase, Phase::Retrying);
        assert!(status.meaning.contains("removes the label and stops"), "{version}");
        let stopped = error(version, false);
        assert!(stopped.meaning.contains("gave up after 6 tries"), "{version}");
        assert!(stopped.meaning.contains("label installation/kyma-installation action=install"));
    }
}

#[test]
fn the_state_of_the_last_run_is_not_taken_for_that_of_the_next() {
    let stale = told("1.12.0", "Installed", "Kyma installed", true);
    assert_eq!((stale.phase, stale.is_done()), (Phase::Starting, false));
    let done = told("1.12.0", "Installed", "Kyma installed", false);
    assert_eq!((done.phase, done.is_done()), (Phase::Installed, true));
    assert_eq!(done.seconds, Some(1800));
    assert!(told("1.24.1", "Installed", "", false).meaning.contains("does not wait"));
    assert_eq!(told("1.12.0", "", "", false).phase, Phase::NotStarted);
    assert_eq!(told("1.12.0", "Uninstalled", "", false).phase, Phase::Uninstalled);
    assert_eq!(told("1.12.0", "Odd", "", false).phase, Phase::Unknown);
}

#[test]
fn without_a_running_installer_nothing_goes_on() {
    let mut seen = seen("1.12.0", installation("Installed", "", true));
    for pods in [vec![], vec![pod("Pending")]] {
        seen.pods = pods;
        assert!(read(&seen).meaning.starts_with("No Pod of the installer is running"));
    }
    seen.installation = Some(installation("Installed", "", false));
    assert!(!read(&seen).meaning.contains("No Pod"));
}

#[test]
fn a_cluster_without_an_installation_is_told() {
    let status = read(&Seen::default());
    assert_eq!((status.phase, status.image.clone()), (Phase::Missing, None));
    assert!(status.text().contains("There is no Installation"));
}

#[test]
fn a_pod_that_is_left_tells_the_version_where_the_deployment_is_gone() {
    let mut seen = seen("1.12.0", installation("InProgress", "install component istio", true));
    seen.deployment = None;
    assert_eq!(read(&seen).version.unwrap().to_string(), "0.0.1");
}

#[test]
fn texts_of_the_error_log_are_not_shown() {
    let mut installation = installation("Error", "install component istio", false);
    let log = json!([{"component": "istio", "log": "failed: password hunter2", "occurrences": 5}]);
    installation["status"]["errorLog"] = log;
    let status = read(&seen("1.11.0", installation));
    let expected = Failure { component: "istio".to_owned(), occurrences: 5 };
    assert_eq!(status.errors, [expected]);
    for text in [status.json(), status.json_line(), status.text(), status.summary()] {
        assert!(!text.contains("hunter2") && text.contains("istio"), "{text}");
    }
}

#[test]
fn the_plan_that_is_applied_is_read_from_its_journal_and_its_lock() {
    let mut seen = seen("1.12.0", installation("Installed", "", false));
    let line = json!({
        "format": 1, "at": "2026-01-02T03:58:00Z", "previous": "", "plan": "sha256:ab",
        "by": "host/1", "event": "begun", "step": "1.12.0/4", "digest": "sha256:cd",
    });
    let entry: crate::journal::JournalEntry = serde_json::from_value(line).unwrap();
    let line = serde_json::to_string(&entry).unwrap();
    seen.journal = Some(json!({"data": {"journal": format!("{line}\n")}}));
    let lease = |renewed: &str| {
        let spec = json!({
            "holderIdentity": "host/1", "leaseDurationSeconds": 30, "renewTime": renewed,
        });
        Some(json!({"kind": "Lease", "spec": spec}))
    };
    seen.lock = lease("2026-01-02T03:59:50.000001Z");
    let upgrade = read(&seen).upgrade.unwrap();
    assert_eq!(upgrade.problem, None);
    assert_eq!(
        (upgrade.hop.as_deref(), upgrade.step.as_deref()),
        (Some("1.12.0"), Some("1.12.0/4"))
    );
    assert!(!upgrade.holder.unwrap().expired);
    seen.lock = lease("2026-01-02T03:59:00.000000Z");
    assert!(read(&seen).upgrade.unwrap().holder.unwrap().expired);
    seen.journal = Some(json!({"data": {"journal": "{}\n"}}));
    assert!(read(&seen).upgrade.unwrap().problem.is_some());
}

#[test]
fn the_text_has_one_line_for_each_fact() {
    let mut seen =
        seen("1.11.0", installation("InProgress", "install component istio\u{1b}[2J", true));
    seen.pods[0]["status"]["containerStatuses"][0]["state"] =
        json!({"waiting": {"reason": "Crash\nLoop"}});
    let status = read(&seen);
    let text = status.text();
    assert!(!text.contains('\u{1b}'));
    let expected = [
        "Kyma       1.11.0 (registry:5000/kyma-project/kyma-installer:1.11.0)",
        "state      at work (InProgress: install component istio\\u{1b}[2J) since 2026-01-02T03:30:00Z, 30 min",
        "component  istio\\u{1b}[2J, not on the list of 3",
        "label      action=install",
        "condition  Installed False since 2026-01-02T03:30:00Z",
        "condition  InProgress True since 2026-01-02T03:30:00Z",
        "installer  Pod kyma-installer-7d9 Running, ready, restarted 2 times, waits: Crash Loop",
    ];
    assert_eq!(text.lines().take(7).collect::<Vec<_>>(), expected);
    let line = status.summary();
    let expected = "1.11.0  at work  istio\\u{1b}[2J, not on the list of 3";
    assert_eq!(line, expected);
}

#[test]
fn objects_of_any_shape_are_read() {
    for odd in
        [json!(null), json!([]), json!("x"), json!({"status": [], "spec": 1, "metadata": {}})]
    {
        let seen = Seen {
            installation: Some(odd.clone()),
            deployment: Some(odd.clone()),
            pods: vec![odd.clone()],
            journal: Some(odd.clone()),
            lock: Some(odd),
        };
        assert!(!read(&seen).text().is_empty());
    }
}
