//! Operators that are late, fail, hang or are not there.

use std::time::Duration;

use super::support::{HOPS, Planned};
use crate::operator::{Behaviour, Linger, Outcome};
use crate::until::until;

#[test]
fn an_operator_that_is_late_or_fails_is_waited_for_or_started_again() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (upgrade, operator) = (&planned.upgrade, planned.upgrade.operator());
    // Nobody begins, and somebody takes the label away.
    let deployment = ("POST", "deployments?fieldManager=kubectl-client-side-apply");
    upgrade.proxy().slow(deployment, Duration::from_secs(1));
    let mut program = planned.spawn(&[]);
    let install = planned.step(0, "apply", "kyma-installer-cluster.yaml");
    until("a new installer", || program.stdout().contains(&install).then_some(()));
    operator.pods_start(false);
    upgrade.proxy().heal();
    upgrade.until("the label", |it| it["metadata"]["labels"]["action"] == "install");
    until("a wait", || program.stdout().contains("has not begun").then_some(()));
    upgrade.kubectl("-n default label installation kyma-installation action-");
    assert_eq!(program.wait().code(), Some(5), "{}", program.stderr());
    assert!(program.stderr().contains("somebody took its label"), "{}", program.stderr());
    // The label is set again; the operator is late, fails and works.
    operator.pods_start(true);
    let late = Behaviour::fails_then_works("core", 2).picks_up_after(Duration::from_millis(500));
    operator.behave(late);
    let said = planned.apply_well(&["--hop=1"]);
    assert!(said.contains("the label was gone; the operator is started once more"), "{said}");
    assert!(said.contains("error, retrying: core"), "{said}");
    // It gives up, and is started again after the cause is mended; also where that is interrupted.
    operator.behave(Behaviour::fails_for_good("monitoring"));
    let said = planned.apply_badly(5, &["--hop=2"]);
    assert!(said.contains("the operator gave up for good at"), "{said}");
    assert!(said.contains("monitoring ("), "{said}");
    operator.behave(Behaviour::works());
    let watch = planned.step(1, "watch", "");
    planned.crash(&format!("{watch}:inside"), &["--hop=2"]);
    planned.apply_well(&["--hop=2"]);
    // It hangs, and goes on in a new Pod.
    operator.behave(Behaviour::hangs_at("core"));
    let said = planned.apply_badly(5, &["--timeout=4s"]);
    assert!(said.contains("was not done within 4 s of its hop: install component core"), "{said}");
    operator.behave(Behaviour::works());
    upgrade.kubectl("-n kyma-installer delete pod -l name=installer --wait=false");
    planned.apply_well(&[]);
    let expected = [
        (HOPS[0], Outcome::Installed),
        (HOPS[1], Outcome::Failed),
        (HOPS[1], Outcome::Installed),
        (HOPS[2], Outcome::Killed),
        (HOPS[2], Outcome::Installed),
    ];
    assert_eq!(operator.outcomes(), expected.map(|(tag, it)| (tag.to_owned(), it)));
    planned.check_end();
}

#[test]
fn nothing_is_applied_while_an_old_installer_is_there() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (upgrade, operator) = (&planned.upgrade, planned.upgrade.operator());
    operator.pods_linger(Linger::Forever);
    let said = planned.apply_badly(5, &["--timeout=2s"]);
    assert!(said.contains("Pods of the installer are still there"), "{said}");
    assert_eq!(upgrade.image(), None);
    let delete = planned.step(0, "delete", "kyma-installer");
    assert_eq!(planned.done(&delete), 0);
    operator.pods_linger(Linger::For(Duration::ZERO));
    planned.apply_well(&[]);
    planned.check_done();
}
