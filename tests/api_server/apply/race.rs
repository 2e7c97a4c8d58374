//! Two programs at once, and people who stop one.

use std::time::{Duration, Instant};

use super::support::Planned;
use crate::operator::{Behaviour, Linger};
use crate::until::until;
use crate::upgrade::Program;

/// A component that takes long enough for somebody to come in between.
const LONG: Duration = Duration::from_millis(700);

fn long() -> Behaviour {
    Behaviour::works().components_take(LONG)
}

fn end(program: &mut Program) -> (i32, String) {
    let code = program.wait().code();
    let said = program.stderr();
    (code.unwrap_or_else(|| panic!("killed: {said}")), said)
}

/// Waits until a program waits for the Pods of an installer that never go.
fn until_it_waits(program: &mut Program) {
    until("a wait for Pods", || {
        assert!(program.runs(), "{}{}", program.stdout(), program.stderr());
        program.stdout().contains("still there").then_some(())
    });
}

#[test]
fn of_two_programs_one_works() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    planned.upgrade.operator().behave(long());
    for _ in 0..3 {
        let args = ["--pause-after=1", "--lock-duration=3s"];
        let args = if planned.upgrade.operator().outcomes().is_empty() { &args[..] } else { &[] };
        let mut both = [planned.spawn(args), planned.spawn(args)];
        let mut ends = both.each_mut().map(end);
        ends.sort();
        let [(first, _), (second, said)] = &ends;
        assert_eq!((*first, *second), (0, 4), "{ends:?}");
        assert!(said.contains("the lock of the cluster is held by"), "{said}");
        if !args.contains(&"--pause-after=1") {
            break;
        }
    }
    planned.check_done();
}

#[test]
fn who_loses_the_lock_does_nothing_more() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, proxy) = (planned.upgrade.operator(), planned.upgrade.proxy());
    // Stopped for so long that the lock expires.
    operator.pods_linger(Linger::Forever);
    let mut stopped = planned.spawn(&[]);
    until_it_waits(&mut stopped);
    stopped.signal("STOP");
    operator.pods_linger(Linger::For(Duration::ZERO));
    planned.apply_well(&["--pause-after=1"]);
    let journal = planned.journal();
    proxy.clear_log();
    stopped.signal("CONT");
    let (code, said) = end(&mut stopped);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("the lock of the cluster"), "{said}");
    let writes = proxy.writes();
    assert!(writes.iter().all(|it| it.contains("/leases/")), "{writes:?}");
    assert_eq!(planned.journal(), journal);
    // At work when somebody takes the lock away.
    operator.pods_linger(Linger::Forever);
    let mut first = planned.spawn(&[]);
    until_it_waits(&mut first);
    let mut second = planned.spawn(&["--break-lock"]);
    let (code, said) = end(&mut first);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("the lock of the cluster was taken by"), "{said}");
    operator.pods_linger(Linger::For(Duration::ZERO));
    let (code, said) = end(&mut second);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the lock was taken away from"), "{said}");
    planned.check_done();
}

#[test]
fn a_program_that_is_interrupted_stops_and_goes_on_later() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let (operator, proxy) = (planned.upgrade.operator(), planned.upgrade.proxy());
    // While it waits in a step, and the lock is given back.
    operator.pods_linger(Linger::Forever);
    let mut program = planned.spawn(&[]);
    until_it_waits(&mut program);
    program.signal("INT");
    let (code, said) = end(&mut program);
    assert_eq!(code, 130, "{said}");
    let holder = "-n kyma-installer get lease kyma-upgrade -o jsonpath={.spec.holderIdentity}";
    assert_eq!(planned.upgrade.kubectl(holder), "");
    operator.pods_linger(Linger::For(Duration::ZERO));
    // While it watches; the operator goes on.
    operator.behave(long());
    let mut program = planned.spawn(&["--hop=1"]);
    until("work of the operator", || program.stdout().contains("install component").then_some(()));
    program.signal("TERM");
    let (code, said) = end(&mut program);
    assert_eq!(code, 130, "{said}");
    planned.apply_well(&["--hop=1"]);
    // Within a step, which takes long: only the second wish ends it at once.
    let copy = planned.step(1, "save", "");
    proxy.slow(("POST", "/secrets"), Duration::from_secs(30));
    let mut program = planned.spawn(&[]);
    until("a slow step", || program.stdout().contains(&copy).then_some(()));
    let posts =
        || proxy.writes().iter().any(|it| it.starts_with("POST") && it.ends_with("/secrets"));
    until("a slow request", || posts().then_some(()));
    program.signal("INT");
    until("an answer", || program.stderr().contains("stopping after this step").then_some(()));
    assert!(program.runs());
    let start = Instant::now();
    program.signal("INT");
    let (code, said) = end(&mut program);
    assert_eq!(code, 130, "{said}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    proxy.heal();
    planned.apply_well(&[]);
    planned.check_done();
}
