//! Ctrl-C, and readers that go away.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{INSTALLER, Place, failed, history, text};
use crate::server::{Answer, Server};

/// A server that gives no answer to the first question for the newer installer.
fn hesitant() -> Server {
    let first = AtomicBool::new(true);
    Server::start(history(), move |path| {
        let silent = path.ends_with(&format!("1.5.0/{INSTALLER}"));
        (silent && first.swap(false, Ordering::SeqCst)).then_some(Answer::Silence)
    })
}

fn start(mut command: Command) -> Child {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.spawn().unwrap()
}

fn interrupt(child: Child) -> Output {
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

/// Interrupts a command while it downloads, and then lets it run to its end.
fn interrupted(name: &str, line: &str, unwanted: &[&str]) -> (Place, Output) {
    let (place, server) = (Place::new(), hesitant());
    let child = start(place.command_at(&server.base(), line));
    server.wait_for(&format!("1.5.0/{INSTALLER}"));
    failed(name, 130, line, &interrupt(child));
    for file in place.files() {
        assert!(!file.contains(".kyma-upgrade-"), "{file}");
        assert!(file.starts_with("cache/"), "{file}");
    }
    for name in unwanted {
        assert!(!place.path().join(name).exists(), "{name}");
    }
    let output = place.run_at(&server, line);
    (place, output)
}

#[test]
fn a_plan_that_is_interrupted_writes_no_report_and_works_the_next_time() {
    let line = "plan --from 1.4 --to 1.5 --report plan.json -o json";
    let (place, output) = interrupted("interrupted", line, &["plan.json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = fs_err::read_to_string(place.path().join("plan.json")).unwrap();
    assert_eq!(report, text(&output.stdout));
}

#[test]
fn a_mirror_that_is_interrupted_in_its_downloads_is_not_begun() {
    let line = "mirror --from 1.4 --to 1.5 copy";
    let (place, output) = interrupted("interrupted_mirror", line, &["copy"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(place.run("plan --from 1.4 --to 1.5 --source copy").status.success());
}

#[test]
fn a_command_that_waits_for_standard_input_is_interrupted() {
    let place = Place::new();
    place.file("a.yaml", "");
    let mut child = start(place.command("diff - a.yaml"));
    // More than a pipe holds: when it is written, the command has begun to read.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![b'#'; 1 << 20]).unwrap();
    let output = interrupt(child);
    drop(stdin);
    assert_eq!(output.status.code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    for line in ["explain", "releases --source demo", "path 1.0 1.3 --source demo", "man"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(line).stdout(writer).output().unwrap();
        assert!(output.status.success(), "{line}");
        assert_eq!(text(&output.stderr), "", "{line}");
    }
}
