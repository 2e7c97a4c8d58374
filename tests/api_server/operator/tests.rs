//! The stand-in on made-up releases, played by hand.

use std::time::Duration;

use serde_json::{Value, json};

use super::installation::{self, Generation};
use super::{Behaviour, Linger, Outcome};
use crate::install::file;
use crate::until::until;
use crate::upgrade::{COMPONENTS, Source, Upgrade};

/// A cluster with 1.10.0, and the releases.
struct Stage {
    upgrade: Upgrade,
    source: Source,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let source = Source::made_up(folder.path());
        let upgrade = Upgrade::new(&source, "1.10.0", "cluster")?;
        Some(Self { upgrade, source, _folder: folder })
    }

    fn apply(&self, version: &str) {
        let path = format!("{version}/kyma-installer-cluster.yaml");
        let path = file(&self.source.folder, &path).unwrap();
        self.upgrade.kubectl(&format!("apply -f {}", path.display()));
    }

    fn delete(&self) {
        self.upgrade.kubectl("-n kyma-installer delete deployment kyma-installer");
    }

    /// Deletes the installer, waits for the end of its Pod, and applies a release.
    fn hop(&self, version: &str) {
        self.delete();
        until("the end of the Pods", || self.upgrade.pods().is_empty().then_some(()));
        self.apply(version);
    }

    fn label(&self) {
        self.upgrade.kubectl("-n default label installation kyma-installation action=install");
    }

    /// Waits for the end of a run of this number, and gives the Installation.
    fn ended(&self, number: usize) -> Value {
        until("the end of a run", || {
            let runs = self.upgrade.operator().runs();
            runs.get(number).filter(|it| it.outcome != Outcome::Running).map(|_| ())
        });
        self.upgrade.installation()
    }

    fn outcomes(&self) -> Vec<(String, Outcome)> {
        self.upgrade.operator().outcomes()
    }
}

fn is_untriggered(installation: &Value) -> bool {
    !installation::is_triggered(installation)
}

/// The status of a condition.
fn condition<'a>(installation: &'a Value, kind: &str) -> &'a Value {
    let conditions = installation["status"]["conditions"].as_array().unwrap();
    &conditions.iter().find(|it| it["type"] == kind).unwrap()["status"]
}

#[test]
fn hops_work_with_one_run_each() {
    let Some(stage) = Stage::new() else { return };
    stage.upgrade.kubectl("-n kyma-installer create configmap mine --from-literal=a.b=c");
    stage.upgrade.kubectl("-n kyma-installer label configmap mine installer=overrides");
    for (number, version) in ["1.11.1", "1.12.0"].into_iter().enumerate() {
        stage.hop(version);
        let installation = stage.ended(number);
        assert_eq!(installation["status"]["state"], "Installed");
        assert_eq!(installation["status"]["description"], "Kyma installed");
        assert_eq!(condition(&installation, "Installed"), "True");
        assert!(is_untriggered(&installation));
    }
    let runs = stage.upgrade.operator().runs();
    let worked = ["1.11.1", "1.12.0"].map(|it| (it.to_owned(), Outcome::Installed));
    assert_eq!(stage.outcomes(), worked);
    assert_eq!(runs[0].components, COMPONENTS);
    assert_eq!(runs[0].overrides["mine"]["a.b"], "c");
    assert_eq!(runs[1].generation, (1, 12));
    assert!(!stage.upgrade.operator().overlapped());
    let available =
        "-n kyma-installer get deployment kyma-installer -o jsonpath={.status.availableReplicas}";
    assert_eq!(stage.upgrade.kubectl(available), "1");
}

#[test]
fn up_to_1_10_a_failure_keeps_the_label_and_begins_again() {
    let Some(stage) = Stage::new() else { return };
    let operator = stage.upgrade.operator();
    operator.behave(Behaviour::fails_then_works("core", 3));
    stage.label();
    let failed = stage.upgrade.until("the second failure", |it| {
        it["status"]["errorLog"][0]["occurrences"].as_u64() >= Some(2)
    });
    assert!(installation::is_triggered(&failed));
    stage.ended(0);
    let runs = operator.runs();
    assert_eq!(stage.outcomes(), [("1.10.0".to_owned(), Outcome::Installed)]);
    let tries = |name: &str| runs[0].components.iter().filter(|it| *it == name).count();
    assert_eq!(COMPONENTS.map(tries), [4, 4, 1]);
    assert_eq!(stage.upgrade.installation()["status"]["errorLog"], json!([]));
    operator.behave(Behaviour::fails_for_good("core"));
    stage.label();
    until("many tries", || (operator.runs().get(1)?.components.len() > 20).then_some(()));
    assert_eq!(operator.runs()[1].outcome, Outcome::Running);
    assert!(installation::is_triggered(&stage.upgrade.installation()));
    stage.delete();
    stage.ended(1);
    assert_eq!(operator.runs()[1].outcome, Outcome::Killed);
}

#[test]
fn from_1_11_on_an_operator_that_gives_up_takes_the_label_off() {
    let Some(stage) = Stage::new() else { return };
    let operator = stage.upgrade.operator();
    operator.behave_at("1.11.1", Behaviour::fails_for_good("core"));
    stage.hop("1.11.1");
    let installation = stage.ended(0);
    let status = &installation["status"];
    assert_eq!(
        (&status["state"], &status["description"]),
        (&json!("Error"), &json!("install component core"))
    );
    assert_eq!(
        status["errorLog"][0],
        json!({"component": "core", "log": "told to fail", "occurrences": 6})
    );
    assert!(status["errorLog"][1]["log"].as_str().unwrap().starts_with("max number of retries"));
    assert_eq!(condition(&installation, "Installed"), "False");
    assert!(is_untriggered(&installation));
    assert_eq!(operator.runs()[0].components.len(), 7);
    operator.behave_at("1.11.1", Behaviour::fails_then_works("core", 5));
    stage.label();
    assert_eq!(stage.ended(1)["status"]["state"], "Installed");
    let outcomes = stage.outcomes().into_iter().map(|it| it.1).collect::<Vec<_>>();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Installed]);
}

#[test]
fn an_operator_may_be_late_and_may_hang() {
    let Some(stage) = Stage::new() else { return };
    let operator = stage.upgrade.operator();
    let late = Behaviour::hangs_at("monitoring").picks_up_after(Duration::from_secs(2));
    operator.behave(late.components_take(Duration::ZERO));
    stage.hop("1.11.1");
    let stale = stage.upgrade.installation();
    assert!(installation::is_triggered(&stale));
    assert_eq!((&stale["status"]["state"], operator.runs().len()), (&json!("Installed"), 0));
    let hangs = |it: &Value| it["status"]["description"] == "install component monitoring";
    let installation = stage.upgrade.until("the component that hangs", hangs);
    assert_eq!(installation["status"]["state"], "InProgress");
    assert_eq!(condition(&installation, "Installing"), "True");
    operator.behave(Behaviour::works());
    stage.hop("1.12.0");
    stage.ended(1);
    let expected = [("1.11.1", Outcome::Killed), ("1.12.0", Outcome::Installed)];
    assert_eq!(stage.outcomes(), expected.map(|(tag, it)| (tag.to_owned(), it)));
}

#[test]
fn pods_that_stay_are_two_operators() {
    let Some(stage) = Stage::new() else { return };
    let operator = stage.upgrade.operator();
    operator.pods_linger(Linger::Forever);
    operator.behave(Behaviour::works().components_take(Duration::from_millis(300)));
    stage.delete();
    stage.apply("1.11.1");
    until("two Pods", || operator.overlapped().then_some(()));
    stage.ended(0);
    let tags: Vec<_> = operator.runs().into_iter().map(|it| it.tag).collect();
    assert!(tags.contains(&"1.10.0".to_owned()), "{tags:?}");
    operator.pods_linger(Linger::For(Duration::ZERO));
    until("one Pod", || (stage.upgrade.pods() == ["1.11.1"]).then_some(()));
}

#[test]
fn pods_follow_the_scale_and_may_not_start() {
    let Some(stage) = Stage::new() else { return };
    let (upgrade, operator) = (&stage.upgrade, stage.upgrade.operator());
    upgrade.kubectl("-n kyma-installer scale deployment kyma-installer --replicas=0");
    until("no Pod", || upgrade.pods().is_empty().then_some(()));
    operator.pods_start(false);
    upgrade.kubectl("-n kyma-installer scale deployment kyma-installer --replicas=1");
    let pods = "-n kyma-installer get pods -o jsonpath={.items[*].status.phase}";
    until("a Pod", || (upgrade.kubectl(pods) == "Pending").then_some(()));
    operator.pods_start(true);
    until("a Pod that runs", || (upgrade.pods() == ["1.10.0"]).then_some(()));
    upgrade.kubectl("-n kyma-installer delete deployment kyma-installer --cascade=foreground");
    assert!(upgrade.pods().is_empty());
}

#[test]
fn the_stand_in_outlives_the_api_server() {
    let Some(stage) = Stage::new() else { return };
    stage.upgrade.operator().behave(Behaviour::works().components_take(Duration::from_millis(500)));
    stage.hop("1.11.1");
    until("a run", || stage.upgrade.operator().runs().first().cloned());
    stage.upgrade.cluster().server().restart();
    assert_eq!(stage.ended(0)["status"]["state"], "Installed");
    stage.hop("1.12.0");
    assert_eq!(stage.ended(1)["status"]["state"], "Installed");
    assert_eq!(stage.upgrade.operator().runs().len(), 2);
}

#[test]
fn generations_say_what_they_said() {
    let of = |tag| Generation::of(tag);
    assert_eq!(of("1.2.2").step("core"), "Processing component core");
    assert_eq!(of("1.3.0").step("core"), "install component core");
    assert_eq!([of("1.9.0"), of("1.10.0")].map(|it| it.beginning().len()), [2, 1]);
    assert_eq!([of("1.10.1"), of("1.11.0")].map(Generation::tries), [1, 6]);
    assert_eq!(of("1.16.0-rc4").minor, (1, 16));
    let mut old = json!({});
    installation::fail(&mut old, of("0.7.0"), "core", "why");
    assert_eq!(old["status"].get("errorLog"), None);
}
