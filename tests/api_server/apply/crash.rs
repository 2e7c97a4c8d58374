//! Crashes: at each step boundary, inside of steps, and at any moment.
//!
//! # Decisions
//! * One upgrade over three hops goes from crash to crash: each run ends at the next place, having
//!   done again what the crash before it interrupted. So each place is crashed at once, and each one
//!   is resumed from.
//! * In turn the next run finds the journal as the crash left it, none (another machine), one that
//!   lacks its last lines, one with half a line at its end, and one with a line that never came to the
//!   cluster, after another machine went on without it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{HOPS, Planned};
use crate::until::until;

/// How the next run finds the journal file.
#[derive(Debug, Clone, Copy)]
enum Left {
    AsItWas,
    None,
    WithoutLines,
    Torn,
}

const LEFT: [Left; 4] = [Left::AsItWas, Left::None, Left::WithoutLines, Left::Torn];

/// Makes an object so large that the copy of a hop has two parts.
fn enlarge(upgrade: &crate::upgrade::Upgrade) {
    let patch = json!({"data": {"large": "x".repeat(610 << 10)}}).to_string();
    let args = ["-n", "kyma-installer", "patch", "configmap", "kyma-script", "--type=merge"];
    let args = [&args[..], &["--patch-file=/dev/stdin"]].concat();
    upgrade.cluster().kubectl(&args, &patch);
}

/// The places of a step, in the order in which they come. The later hops leave out those that are
/// next to another one.
fn places(hop: usize, step: &Value) -> Vec<String> {
    let id = step["id"].as_str().unwrap();
    let inside: &[&str] = match step["action"].as_str().unwrap() {
        "save" => &["inside-0"],
        "delete" => &["inside", "inside-gone"],
        "apply" if step["target"].as_str().unwrap().contains("tiller") => &["inside-0"],
        "apply" => &["inside-0", "inside-1", "inside-2", "inside-3"],
        _ => &[],
    };
    let all = ["before", "begun-here", "begun"].iter().chain(inside);
    let all = all.chain(&["effect", "done-here", "done"]);
    let few: &[&str] = match hop {
        0 => &[],
        1 => &["before", "begun-here", "done-here", "done"],
        _ => &["before", "begun-here", "begun", "done-here", "done"],
    };
    let wanted = all.filter(|it| !few.contains(it));
    wanted.map(|it| format!("{id}:{it}")).collect()
}

/// All places of a plan.
fn all_places(plan: &Value) -> Vec<String> {
    let mut all: Vec<_> = ["run:locked", "run:started-here"].map(str::to_owned).into();
    for (number, hop) in plan["hops"].as_array().unwrap().iter().enumerate() {
        all.extend(hop["steps"].as_array().unwrap().iter().flat_map(|it| places(number, it)));
    }
    all.push("run:finished-here".to_owned());
    all
}

/// Leaves the journal file for the next run as somebody might find it.
fn leave(planned: &Planned, left: Left) {
    let path = planned.journal_path();
    let Ok(text) = fs_err::read_to_string(&path) else { return };
    match left {
        Left::AsItWas => {}
        Left::None => fs_err::remove_file(&path).unwrap(),
        Left::WithoutLines => {
            let lines = text.lines().count().saturating_sub(3);
            let kept: Vec<_> = text.split_inclusive('\n').take(lines).collect();
            fs_err::write(&path, kept.concat()).unwrap();
        }
        Left::Torn => fs_err::write(&path, &text[..text.len() - 20]).unwrap(),
    }
}

#[test]
fn an_upgrade_goes_on_after_a_crash_at_every_place() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let start = Instant::now();
    let places = all_places(&planned.plan());
    // A line that is only here, when another machine went on.
    let mut stale = None::<String>;
    for (number, place) in places.iter().enumerate() {
        // Nobody waits for a lock whose holder is known to be dead; now and then it is waited for.
        let wait = number % 10 == 3;
        planned.crash(place, if wait { &[] } else { &["--break-lock"] });
        if let Some(text) = stale.take() {
            fs_err::write(planned.journal_path(), text).unwrap();
        } else if place.ends_with("-here") && number % 2 == 0 {
            stale = fs_err::read_to_string(planned.journal_path()).ok();
            leave(&planned, Left::None);
        } else {
            leave(&planned, LEFT[number % LEFT.len()]);
        }
    }
    planned.apply_well(&[]);
    planned.check_done();
    let took = start.elapsed().as_secs();
    println!("{} crashes in {took} s", places.len());
}

#[test]
fn a_copy_in_parts_goes_on_where_it_was() {
    let Some(planned) = Planned::prepared("1.13", "cluster", enlarge) else { return };
    let save = planned.step(0, "save", "");
    planned.crash(&format!("{save}:inside-0"), &[]);
    // Without the large object all would fit into one part, which is there already.
    let patch = r#"{"data":{"large":null}}"#;
    planned.upgrade.kubectl(&format!("-n kyma-installer patch configmap kyma-script -p {patch}"));
    planned.crash(&format!("{save}:inside-1"), &["--break-lock"]);
    planned.apply_well(&["--break-lock"]);
    planned.check_done();
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[test]
fn an_upgrade_goes_on_after_kills_at_any_moment() {
    let Some(planned) = Planned::new("1.13", "local") else { return };
    let mut numbers = Numbers(7);
    let mut kills = 0;
    let start = Instant::now();
    loop {
        let proxy = planned.upgrade.proxy();
        proxy.clear_log();
        let mut program = planned.spawn(&[]);
        let writes = 1 + usize::try_from(numbers.below(25)).unwrap();
        let is_over = || proxy.writes().len() >= writes;
        let ended = until("some writes, or the end", || {
            let runs = program.runs();
            (!runs || is_over()).then_some(!runs)
        });
        if ended {
            let said = program.stderr();
            assert!(program.wait().success(), "{said}");
            break;
        }
        // Somewhere between two requests, or in one.
        std::thread::park_timeout(Duration::from_millis(numbers.below(15)));
        program.kill();
        kills += 1;
        assert!(kills < 60, "no end");
    }
    planned.check_done();
    println!("{kills} kills in {} s", start.elapsed().as_secs());
}

#[test]
fn another_machine_finishes_what_the_first_one_began() {
    let Some(planned) = Planned::new("1.13", "cluster") else { return };
    let watch = planned.step(0, "watch", "");
    // The line that the step is begun never comes to the cluster.
    planned.crash(&format!("{watch}:begun-here"), &[]);
    let here = fs_err::read_to_string(planned.journal_path()).unwrap();
    assert!(here.starts_with(&planned.copy()) && here != planned.copy());
    let other = planned.upgrade.path("other-machine.journal");
    planned.apply_well(&[&format!("--journal={other}"), "--pause-after=1"]);
    planned.apply_well(&["--no-journal-file", "--hop=2"]);
    assert_eq!(fs_err::read_to_string(planned.journal_path()).unwrap(), here);
    planned.apply_well(&[]);
    planned.check_done();
    assert_eq!(planned.upgrade.operator().outcomes().len(), HOPS.len());
}
