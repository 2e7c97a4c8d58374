//! The fixture itself.

use serde_json::json;

use super::{Source, Upgrade};
use crate::operator::Outcome;
use crate::support::Mirror;
use crate::until::until;

#[test]
fn the_program_works_at_a_release_that_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::made_up(folder.path());
    let Some(upgrade) = Upgrade::new(&source, "1.10.0", "cluster") else { return };
    assert_eq!(upgrade.image().as_deref(), Some("registry/kyma-installer:1.10.0"));
    let installation = upgrade.installation();
    assert_eq!(installation["status"]["state"], "Installed");
    assert_eq!(installation["status"]["conditions"][0]["status"], "True");
    assert!(installation["metadata"]["labels"].get("action").is_none());
    assert_eq!(upgrade.operator().runs(), []);
    let state = upgrade.path("state.json");
    assert!(upgrade.run(&["snapshot", "--write", &state]).status.success());
    assert!(!upgrade.proxy().log().is_empty());
    assert_eq!(upgrade.proxy().writes(), Vec::<String>::new());
    let plan =
        ["plan", "--from", "1.10.0", "--to", "1.13.0", "--source", &source.name, "-o", "json"];
    let output = upgrade.run(&[&plan[..], &["--cluster-state", &state]].concat());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|it| panic!("{it}: {}", String::from_utf8_lossy(&output.stderr)));
    let hops: Vec<_> = report["hops"].as_array().unwrap().iter().map(|it| &it["to"]).collect();
    assert_eq!(hops, [&json!("1.11.1"), &json!("1.12.0"), &json!("1.13.0")]);
    upgrade.kubectl("-n kyma-installer delete deployment kyma-installer");
    assert_eq!(upgrade.image(), None);
}

#[test]
fn a_program_that_is_started_can_be_asked_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::made_up(folder.path());
    let Some(upgrade) = Upgrade::new(&source, "1.10.0", "local") else { return };
    let snapshot = || upgrade.spawn(&["snapshot"], &[]);
    let mut ends = snapshot();
    assert!(ends.wait().success(), "{}", ends.stderr());
    assert!(ends.stdout().contains("kyma-installation"));
    upgrade.proxy().slow(("*", ""), crate::until::PATIENCE);
    for signal in ["INT", "KILL"] {
        let mut waits = snapshot();
        upgrade.proxy().clear_log();
        until("a request", || (!upgrade.proxy().log().is_empty()).then_some(()));
        assert!(waits.runs());
        waits.signal(signal);
        assert!(!waits.wait().success());
    }
}

#[test]
fn a_real_release_is_installed_and_operated() {
    let Some(data) = std::env::var_os("KYMA_RELEASE_DATA").map(std::path::PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA names no folder with real releases");
        return;
    };
    if !crate::server::Server::is_available() {
        return;
    }
    let mirror = Mirror::of_release_data(&data);
    let source = Source::of_release_data(&data, mirror.path());
    let Some(upgrade) = Upgrade::new(&source, "1.10.0", "local") else { return };
    upgrade.kubectl("-n default label installation kyma-installation action=install");
    let ran = || upgrade.operator().runs().into_iter().find(|it| it.outcome == Outcome::Installed);
    let run = until("the end of the run", ran);
    assert!(run.components.contains(&"core".to_owned()), "{run:?}");
    assert!(!run.overrides.is_empty());
    let tiller = "-n kube-system get deployment tiller-deploy -o jsonpath={.status.readyReplicas}";
    until("Tiller", || (upgrade.kubectl(tiller) == "1").then_some(()));
}
