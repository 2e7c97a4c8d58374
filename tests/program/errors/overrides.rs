//! What `overrides` says where there are no overrides, no charts, or no place for the migration.

use std::process::Output;

use serde_json::Value;
use tar::{Builder, Header};

use super::files::on_small_disk;
use super::{Place, failed, fails, text};
use crate::server::{Answer, Server};
use crate::support::{History, findings, overrides, snapshot};

const DEMO: &str = "overrides --source demo --from 1.0 --to 1.3 -f mine.yaml";
const RUN: &str = "overrides --from 1.4 --to 1.5 -f mine.yaml -o json";

/// A folder with overrides of the example, one of which is renamed.
fn place() -> Place {
    let place = Place::new();
    place.file(
        "mine.yaml",
        overrides("mine", Some("helm-broker"), "config.isDevelopMode: \"true\""),
    );
    place
}

#[test]
fn without_overrides_there_is_nothing_to_follow() {
    fails("overrides_without_files", 2, "overrides --source demo --from 1.0 --to 1.3");
    fails("overrides_without_a_file", 1, DEMO);
}

#[test]
fn overrides_that_cannot_be_read_leave_no_migration() {
    let place = Place::new();
    place.file("mine.yaml", "data:\n  a.b: [1\n");
    let line = format!("{DEMO} --migrate out");
    failed("overrides_broken", 1, &line, &place.run(&line));
    place.file("mine.yaml", "");
    failed("overrides_empty", 1, &line, &place.run(&line));
    assert_eq!(place.files(), ["mine.yaml"]);
}

#[test]
fn a_migration_takes_the_place_of_nothing() {
    let place = place();
    place.file("full/todo.txt", "mine");
    let before = place.files();
    for (name, folder) in [
        ("migration_among_other_files", "full"),
        ("migration_over_a_file", "mine.yaml"),
        ("migration_below_a_file", "mine.yaml/out"),
        ("migration_where_nobody_can_write", "/proc/out"),
    ] {
        let line = format!("{DEMO} --migrate {folder}");
        failed(name, 1, &line, &place.run(&line));
        assert_eq!(place.files(), before, "{folder}");
    }
}

#[test]
fn a_migration_that_fills_the_disk_leaves_no_file_and_can_be_repeated() {
    let place = place();
    let line = format!("{DEMO} --migrate out");
    let output = on_small_disk(&place, &place.command(&line));
    failed("migration_on_a_disk_that_fills_up", 1, &line, &output);
    assert_eq!(place.files(), ["mine.yaml"]);
    assert_eq!(place.run(&line).status.code(), Some(3), "its overrides need a change");
    assert!(place.files().iter().any(|it| it == "out/1.1.0/before/commands.sh"));
}

/// Two releases of which the newer one has another archive, and the overrides for them.
fn with_archive(archive: Option<Vec<u8>>) -> History {
    let chart = [
        ("core/Chart.yaml", "name: core\n"),
        ("core/values.yaml", "a: {b: 1}\n"),
        ("core/templates/a.yaml", "a: {{ .Values.a.b }}\n"),
    ];
    let mut history = History::default();
    history.plain("1.4.0").charts("1.4.0", &chart);
    history.plain("1.5.0").archive("1.5.0", archive);
    history
}

/// Checks that overrides are of unknown fate for want of charts, with one warning, and returns it.
fn unknown(place: &Place, output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = report["user_overrides"].as_array().unwrap();
    assert!(
        !all.is_empty() && all.iter().all(|it| it["hops"][0]["status"] == "unknown"),
        "{report}"
    );
    let [finding] = findings(&report)[..] else { panic!("not one finding: {report}") };
    assert_eq!(finding["severity"], "warning");
    assert_eq!(finding["subject"], "1.5.0.tar.gz");
    assert!(finding["remedy"].as_str().is_some_and(|it| !it.is_empty()));
    assert!(place.files().iter().all(|it| !it.contains("evil") && !it.ends_with("commands.sh")));
    format!("{}: {}", finding["code"].as_str().unwrap(), finding["message"].as_str().unwrap())
}

fn mine() -> Place {
    let place = Place::new();
    place.file("mine.yaml", overrides("mine", Some("core"), "a.b: \"2\"\na.c: \"2\""));
    place
}

fn mirrored(archive: Option<Vec<u8>>) -> String {
    let place = mine();
    place.mirror("releases", &with_archive(archive));
    unknown(&place, &place.run(&format!("{RUN} --source releases --migrate out")))
}

/// The same against a server, twice: the cache must not make it anything else.
fn served(answer: fn() -> Answer) -> String {
    let place = mine();
    let server =
        Server::start(with_archive(None), move |path| path.ends_with("1.5.0.tar.gz").then(answer));
    let told = unknown(&place, &place.run_at(&server, RUN));
    assert_eq!(unknown(&place, &place.run_at(&server, &format!("{RUN} --offline"))), told);
    told.replace(&server.base(), "[SERVER]")
}

/// An archive with a file under a path that the library's own writer refuses.
fn hostile(path: &str) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = Builder::new(gzip);
    let mut header = Header::new_old();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(5);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append(&header, &b"a: 1\n"[..]).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

/// A small file that is a large archive.
fn bomb() -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = vec![0; 1 << 20];
    let header = {
        let mut header = Header::new_gnu();
        header.set_path("kyma/docs/evil").unwrap();
        header.set_size(600 << 20);
        header.set_cksum();
        header
    };
    std::io::Write::write_all(&mut gzip, header.as_bytes()).unwrap();
    for _ in 0..600 {
        std::io::Write::write_all(&mut gzip, &piece).unwrap();
    }
    gzip.finish().unwrap()
}

#[test]
fn without_usable_charts_the_fate_of_overrides_is_unknown_and_a_warning_says_why() {
    let whole = hostile("kyma/resources/core/values.yaml");
    let half = whole[..whole.len() / 2].to_vec();
    let cases = [
        ("a mirror without the archive", mirrored(None)),
        ("half an archive", mirrored(Some(half))),
        ("an HTML page", mirrored(Some(b"<!DOCTYPE html><html></html>".to_vec()))),
        ("a path that leads outside", mirrored(Some(hostile("kyma/resources/../../evil/a.yaml")))),
        ("a path from the root", mirrored(Some(hostile("/evil/resources/core/values.yaml")))),
        ("600 MB in a small file", mirrored(Some(bomb()))),
        ("no archive at the server", served(|| Answer::Whole(404, "", vec![]))),
        ("forbidden", served(|| Answer::Whole(403, "", vec![]))),
        ("an HTML page from a proxy", served(|| Answer::Whole(200, "", b"<html>".to_vec()))),
    ];
    let lines = cases.iter().map(|(case, message)| format!("{case}:\n  {message}\n"));
    snapshot("errors__unusable_charts", &lines.collect::<Vec<_>>().concat());
}

#[test]
fn a_list_of_components_that_cannot_be_read_blocks() {
    let place = mine();
    let mut history = with_archive(None);
    history.replace("1.5.0", super::INSTALLER, b"<html>");
    place.mirror("releases", &history);
    let output = place.run(&format!("{RUN} --source releases"));
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let worst = findings(&report)[0];
    assert_eq!(worst["code"], "artifact-unreadable");
    assert_eq!(worst["subject"], format!("1.5.0/{}", super::INSTALLER));
}

#[test]
fn unknown_fates_stand_in_the_table_with_the_reason() {
    let place = mine();
    place.mirror("releases", &with_archive(None));
    for format in ["text", "markdown"] {
        let line =
            format!("overrides --from 1.4 --to 1.5 -f mine.yaml --source releases -o {format}");
        let output = place.run(&line);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]");
        settings.bind(|| snapshot(&format!("overrides_unknown_{format}"), &text(&output.stdout)));
    }
}
