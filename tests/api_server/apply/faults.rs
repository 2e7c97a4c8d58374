//! Servers that are busy, break connections, lag behind, refuse or are away.

use std::time::Duration;

use kyma_upgrade::journal::Event;

use super::support::{HOPS, Planned};
use crate::operator::{Behaviour, Linger, Outcome};
use crate::proxy::{Cut, Expiry, On};
use crate::server::User;
use crate::until::until;
use crate::upgrade::Program;

const JOURNAL: &str = "configmaps/kyma-upgrade-journal";
const INSTALLATION: &str = "installations/kyma-installation?fieldManager";
/// The question with which the Installation is read before it is watched.
const LISTED: &str = "installations?fieldSelector=metadata.name%3Dkyma-installation";

/// All kinds of writes of a hop.
const WRITES: [On<'static>; 6] = [
    ("PUT", JOURNAL),
    ("PUT", "leases/kyma-upgrade"),
    ("POST", "/secrets"),
    ("DELETE", "deployments/kyma-installer"),
    ("POST", "deployments?fieldManager=kubectl-client-side-apply"),
    ("PATCH", "configmaps/kyma-script"),
];

/// Does one hop, in which all faults have to be met.
fn hop_through_faults(planned: &Planned, hop: &str) {
    planned.apply_well(&[hop]);
    assert_eq!(planned.upgrade.proxy().faults_left(), 0, "{hop}");
}

#[test]
fn servers_that_are_busy_or_break_connections_are_waited_for() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, proxy) = (planned.upgrade.operator(), planned.upgrade.proxy());
    // The operator is done before an attempt is made again.
    operator.behave(Behaviour::works().components_take(Duration::ZERO));
    proxy.fail_for(("GET", JOURNAL), 1, 429, 1);
    proxy.fail(("GET", "deployments/kyma-installer"), 2, 500);
    proxy.fail(("GET", LISTED), 2, 503);
    proxy.fail_for(("POST", "/leases"), 1, 429, 1);
    for on in WRITES.into_iter().skip(1).chain([("PATCH", INSTALLATION)]) {
        proxy.fail(on, 2, 503);
    }
    proxy.fail_for(("PUT", JOURNAL), 1, 429, 1);
    hop_through_faults(&planned, "--hop=1");
    for on in WRITES.into_iter().chain([("GET", JOURNAL), ("PATCH", INSTALLATION)]) {
        proxy.drop_before(on, 2);
    }
    hop_through_faults(&planned, "--hop=2");
    for on in WRITES.into_iter().take(4).chain([("GET", JOURNAL)]) {
        proxy.drop_after(on, 1);
    }
    let mut program = begin_after_delete(&planned, &["--hop=3"]);
    // Only now, because the server was asked about the same objects before.
    for on in [WRITES[4], WRITES[5], ("PATCH", INSTALLATION)] {
        proxy.drop_after(on, 1);
    }
    operator.pods_linger(Linger::For(Duration::ZERO));
    assert!(program.wait().success(), "{}", program.stderr());
    assert_eq!(proxy.faults_left(), 0);
    planned.check_done();
}

/// Where a program is that deletes the installer, when the Pods may go.
fn begin_after_delete(planned: &Planned, more: &[&str]) -> Program {
    let operator = planned.upgrade.operator();
    operator.pods_linger(Linger::Forever);
    let program = planned.spawn(more);
    until("the end of the Deployment", || program.stdout().contains("still there").then_some(()));
    program
}

/// Checks that the last step was begun and is not called done.
fn check_not_done(planned: &Planned, step: &str) {
    assert_eq!(planned.done(step), 0, "{step}");
    let journal = planned.journal();
    let begun = |it: &Event| matches!(it, Event::Begun { step: id, .. } if id == step);
    assert!(journal.entries().iter().any(|it| begun(&it.event)), "{step}");
}

#[test]
fn what_is_refused_stops_the_upgrade_and_is_done_when_it_is_allowed() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, proxy) = (planned.upgrade.operator(), planned.upgrade.proxy());
    for (on, (action, target)) in [
        (("POST", "/secrets"), ("save", "")),
        (("DELETE", "deployments/kyma-installer"), ("delete", "kyma-installer")),
    ] {
        proxy.fail(on, 1, 403);
        let said = planned.apply_badly(5, &[]);
        assert!(said.contains("403"), "{said}");
        check_not_done(&planned, &planned.step(0, action, target));
    }
    // The same of objects, which were asked about before.
    for on in [WRITES[4], WRITES[5], ("PATCH", INSTALLATION)] {
        if planned.upgrade.image().is_some_and(|it| it.ends_with("1.10.0")) {
            let mut program = begin_after_delete(&planned, &[]);
            proxy.fail(on, 1, 403);
            operator.pods_linger(Linger::For(Duration::ZERO));
            assert_eq!(program.wait().code(), Some(5), "{}", program.stderr());
            assert!(program.stderr().contains("403"), "{}", program.stderr());
            check_not_done(&planned, &planned.step(0, "apply", "kyma-installer-cluster.yaml"));
        } else {
            // The dry run is refused, so nothing is changed at all.
            let journal = planned.journal();
            proxy.fail(on, 1, 403);
            let said = planned.apply_badly(4, &[]);
            assert!(said.contains("403"), "{said}");
            assert_eq!(planned.journal(), journal);
            proxy.heal();
        }
    }
    // The journal cannot be copied: nothing is done without it.
    proxy.fail(("PUT", JOURNAL), 1, 403);
    planned.apply_badly(5, &[]);
    planned.apply_well(&["--pause-after=1"]);
    assert_eq!(operator.outcomes(), [(HOPS[0].to_owned(), Outcome::Installed)]);
    planned.apply_well(&[]);
    planned.check_done();
}

/// Asks the proxy once, so that it knows an old answer.
fn ask(planned: &Planned, path: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = format!("{}{path}", planned.upgrade.proxy().url());
    let answer = reqwest::Client::new().get(url).bearer_auth(User::Admin.token()).send();
    let text = runtime.block_on(async { answer.await.unwrap().text().await.unwrap() });
    assert!(text.contains("Installed"), "{text}");
}

#[test]
fn the_installation_is_watched_through_slow_cut_expired_and_old_answers() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, proxy) = (planned.upgrade.operator(), planned.upgrade.proxy());
    let path = format!("/apis/installer.kyma-project.io/v1alpha1/namespaces/default/{LISTED}");
    ask(&planned, &path);
    // Each answer takes longer than the pause between two looks at the lock.
    proxy.slow(("GET", "installations"), Duration::from_millis(200));
    proxy.slow(("WATCH", "installations"), Duration::from_millis(200));
    planned.apply_well(&["--hop=1"]);
    proxy.heal();
    proxy.cut_watch("installations", 2, Cut::Events(1));
    proxy.cut_watch("installations", 1, Cut::Time(Duration::from_millis(50)));
    proxy.expire_watch("installations", 1, Expiry::Status);
    proxy.expire_watch("installations", 1, Expiry::Event);
    proxy.fail(("WATCH", "installations"), 1, 500);
    operator.behave(Behaviour::works().components_take(Duration::from_millis(400)));
    hop_through_faults(&planned, "--hop=2");
    // Answers from before the first hop, which say that all is installed, more often than is
    // disbelieved, and while the operator has not begun.
    proxy.stale(LISTED, 12);
    proxy.fail(("WATCH", "installations"), 12, 500);
    let slow = Behaviour::works().picks_up_after(Duration::from_secs(2));
    operator.behave(slow);
    hop_through_faults(&planned, "--hop=3");
    planned.check_done();
}

#[test]
fn an_api_server_may_be_away() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, server) = (planned.upgrade.operator(), planned.upgrade.cluster().server());
    // While the operator is at work.
    operator.behave(Behaviour::works().components_take(Duration::from_millis(700)));
    let mut program = planned.spawn(&["--hop=1"]);
    until("work of the operator", || program.stdout().contains("install component").then_some(()));
    server.restart();
    assert!(program.wait().success(), "{}{}", program.stdout(), program.stderr());
    // While files are applied, for longer than the lock lasts.
    operator.behave(Behaviour::works());
    let mut program = begin_after_delete(&planned, &["--hop=2"]);
    server.stop_api();
    operator.pods_linger(Linger::For(Duration::ZERO));
    server.start_api();
    assert!(program.wait().success(), "{}{}", program.stdout(), program.stderr());
    // For longer than anybody waits.
    let mut program = begin_after_delete(&planned, &["--patience=1s"]);
    server.stop_api();
    assert_eq!(program.wait().code(), Some(5), "{}", program.stderr());
    check_not_done(&planned, &planned.step(2, "delete", "kyma-installer"));
    server.start_api();
    operator.pods_linger(Linger::For(Duration::ZERO));
    planned.apply_well(&[]);
    planned.check_done();
}
