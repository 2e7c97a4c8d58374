//! Artifacts that cannot be used: findings of a plan that is blocked, exit code 3.

use std::fmt::Write as _;
use std::process::Output;

use serde_json::Value;

use super::{INSTALLER, Place, history, text};
use crate::server::{Answer, Server};
use crate::support::{History, findings, snapshot};

const PLAN: &str = "plan --from 1.4 --to 1.5 -o json";

/// What the only blocker of a report says.
fn blocker(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let blockers = findings(&report).into_iter().filter(|it| it["severity"] == "blocker");
    let [blocker] = blockers.collect::<Vec<_>>()[..] else {
        panic!("not one blocker: {report}");
    };
    assert_eq!(blocker["code"], "artifact-unreadable");
    assert_eq!(blocker["subject"], format!("1.5.0/{INSTALLER}"));
    assert!(blocker["remedy"].as_str().is_some_and(|it| !it.is_empty()));
    blocker["message"].as_str().unwrap().to_owned()
}

/// The plan of a history in which the newer installer has this content.
fn mirrored(content: &[u8]) -> String {
    let mut history = history();
    history.replace("1.5.0", INSTALLER, content);
    let place = Place::new();
    place.mirror("releases", &history);
    blocker(&place.run(&format!("{PLAN} --source releases")))
}

/// The plan against a server that gives this for the newer installer, asked twice: the cache must
/// not make it anything else.
fn served(history: History, answer: Option<fn() -> Answer>) -> String {
    let place = Place::new();
    let server = Server::start(history, move |path| {
        answer.filter(|_| path.ends_with(&format!("1.5.0/{INSTALLER}"))).map(|it| it())
    });
    let message = blocker(&place.run_at(&server, PLAN));
    assert_eq!(blocker(&place.run_at(&server, &format!("{PLAN} --offline"))), message);
    message.replace(&server.base(), "[SERVER]")
}

fn bomb() -> String {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (old, new) in ('a'..'j').zip('b'..='j') {
        let copies = vec![format!("*{old}"); 10].join(", ");
        writeln!(text, "{new}: &{new} [{copies}]").unwrap();
    }
    text
}

#[test]
fn an_artifact_that_cannot_be_used_is_a_blocker_that_says_why() {
    let page = b"<!DOCTYPE html><html><title>Sign in</title></html>";
    let mut huge = history();
    huge.announce("1.5.0", INSTALLER, 200 << 20);
    let cases = [
        ("an HTML page", mirrored(page)),
        (
            "an HTML page from a proxy",
            served(history(), Some(|| Answer::Whole(200, "", b"<html>".to_vec()))),
        ),
        ("a YAML bomb", mirrored(bomb().as_bytes())),
        ("100,000 brackets", mirrored("[".repeat(100_000).as_bytes())),
        ("invalid UTF-8", mirrored(b"apiVersion: v1\nkind: \"\xff\xfe\"\n")),
        ("a tab", mirrored(b"apiVersion: v1\nmetadata:\n\tname: a\n")),
        ("200 MB by the catalogue", served(huge, None)),
        ("200 MB on the wire", served(history(), Some(|| Answer::Endless))),
        ("forbidden", served(history(), Some(|| Answer::Whole(403, "", vec![])))),
    ];
    let lines = cases.iter().map(|(case, message)| format!("{case}:\n  {message}\n"));
    snapshot("errors__unusable_artifacts", &lines.collect::<Vec<_>>().concat());
}

#[test]
fn an_artifact_of_another_size_is_asked_for_again_and_then_a_blocker() {
    let wrong = || Answer::Whole(200, "", b"apiVersion: v1\n".to_vec());
    let message = served(history(), Some(wrong));
    assert!(message.contains("has 15 bytes, but the release lists "), "{message}");
}
