//! Files that cannot be read or written.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::{Place, complete, failed, history, text};
use crate::server::Server;

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n";
const PATH: &str = "path 1.0 1.3 --source demo";
const PLAN: &str = "plan --from 1.4 --to 1.5";

fn fails(name: &str, exit: i32, place: &Place, line: &str) {
    failed(name, exit, line, &place.run(line));
}

fn fails_at(name: &str, place: &Place, line: &str) {
    let server = Server::start(history(), |_| None);
    failed(name, 1, line, &place.run_at(&server, line));
    assert_eq!(server.asked(), [""; 0], "nothing is downloaded in vain");
}

#[test]
fn a_cache_that_cannot_be_written_is_an_error_before_anything_is_asked() {
    let place = Place::new();
    place.file("file", "");
    fails_at("cache_below_a_file", &place, &format!("{PLAN} --cache-dir file/cache"));
    fails_at("cache_is_a_file", &place, &format!("{PLAN} --cache-dir file"));
    assert_eq!(place.files(), ["file"]);
}

#[test]
fn reports_that_cannot_be_written_are_an_error_before_anything_is_asked_or_written() {
    let place = Place::new();
    let reports = "--report plan.md --report none/plan.json";
    fails_at("report_in_a_missing_folder", &place, &format!("{PLAN} {reports}"));
    fs_err::create_dir(place.path().join("plan.json")).unwrap();
    fails_at("report_is_a_folder", &place, &format!("{PLAN} --report plan.json"));
    assert!(place.files().is_empty());
}

#[test]
fn a_full_disk_leaves_the_old_report_and_no_other_file() {
    let place = Place::new();
    symlink("/dev/full", place.path().join("full.json")).unwrap();
    fails("report_on_a_full_disk", 1, &place, &format!("{PATH} --report full.json"));
    let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command(PATH).stdout(full.into_file()).output().unwrap();
    failed("full_standard_output", 1, &format!("{PATH} > /dev/full"), &output);
    place.file("path.json", "old");
    let line = format!("{PATH} --report path.json");
    let output = on_small_disk(&place, &place.command(&line));
    failed("report_on_a_disk_that_fills_up", 1, &line, &output);
    assert_eq!(place.files(), ["full.json", "path.json"]);
    let old = fs_err::read_to_string(place.path().join("path.json")).unwrap();
    assert_eq!(old, "old");
}

/// Runs a command that cannot write more than 512 bytes to any file.
pub(super) fn on_small_disk(place: &Place, command: &Command) -> std::process::Output {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(place.path()).env_clear();
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    shell.output().unwrap()
}

#[test]
fn a_cache_that_fills_up_holds_no_half_file_and_the_next_run_works() {
    let place = Place::new();
    let server = Server::start(history(), |_| None);
    let output = on_small_disk(&place, &place.command_at(&server.base(), PLAN));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let start = "error: cannot keep a download in the cache: cannot write ";
    assert!(said.starts_with(start), "{said}");
    assert!(said.contains(": File too large (os error 27)\nhint: "), "{said}");
    let left = place.files();
    assert!(left.iter().all(|it| !it.contains(".kyma-upgrade-")), "{left:?}");
    assert!(place.run_at(&server, PLAN).status.success());
}

#[test]
fn a_mirror_that_fills_the_disk_is_none_and_can_be_written_again() {
    let place = Place::new();
    place.mirror("all", &complete(&["1.4.0", "1.5.0"]));
    let line = "mirror --from 1.4 --to 1.5 copy --source all";
    let output = on_small_disk(&place, &place.command(line));
    failed("mirror_on_a_disk_that_fills_up", 1, line, &output);
    let plan = format!("{PLAN} --source copy");
    assert_eq!(place.run(&plan).status.code(), Some(1));
    assert!(place.run(line).status.success());
    assert!(place.run(&plan).status.success());
    assert!(place.files().iter().all(|it| !it.contains(".kyma-upgrade-")));
}

#[test]
fn a_mirror_that_cannot_be_extended_is_used_as_before() {
    let place = Place::new();
    place.mirror("all", &complete(&["1.4.0", "1.5.0", "1.6.0"]));
    let mirror = |to: &str| format!("mirror --from 1.4 --to {to} part --source all");
    let plan = format!("{PLAN} --source part -o json");
    assert!(place.run(&mirror("1.5")).status.success());
    let (before, files) = (place.run(&plan), place.files());
    let output = on_small_disk(&place, &place.command(&mirror("1.6")));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(place.files(), files);
    assert_eq!(text(&place.run(&plan).stdout), text(&before.stdout));
}

#[test]
fn a_mirror_takes_the_place_of_nothing_else() {
    let place = Place::new();
    place.file("file", "mine").file("folder/todo.txt", "mine");
    let mirror = "mirror --from 1.4 --to 1.5";
    fails_at("mirror_over_a_file", &place, &format!("{mirror} file"));
    fails_at("mirror_below_a_file", &place, &format!("{mirror} file/copy"));
    fails_at("mirror_among_other_files", &place, &format!("{mirror} folder"));
    assert_eq!(place.files(), ["file", "folder/todo.txt"]);
}

#[test]
fn what_cannot_be_compared_is_said_with_what_can() {
    let place = Place::new();
    place.file("a.yaml", CONFIG).file("notes/todo.txt", "mine");
    fails("diff_version_and_file", 2, &place, "diff 1.0 a.yaml");
    fails("diff_file_and_version", 2, &place, "diff a.yaml 1.0");
    fails("diff_standard_input_twice", 2, &place, "diff - -");
    fails("diff_missing_file", 1, &place, "diff a.yaml b.yaml");
    fails("diff_version_with_a_slip", 1, &place, "diff 1.0 1.o");
    fails("diff_folder_without_manifests", 1, &place, "diff notes a.yaml");
}

#[test]
fn files_that_are_no_manifests_are_named_with_the_line() {
    let place = Place::new();
    place.file("a.yaml", CONFIG);
    let files: [(&str, &[u8]); 6] = [
        ("binary", b"\x7fELF\x02\x01\x01\0\0"),
        ("broken.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [a\n"),
        ("latin1.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: caf\xe9\n"),
        ("page.yaml", b"<!DOCTYPE html><title>Sign in</title>\n"),
        ("text.yaml", b"# A note\nnothing\n"),
        ("new/sub/broken.yaml", b"a: 1\n  b: 2\n"),
    ];
    for (name, content) in files {
        place.file(name, content);
    }
    fails("diff_binary_file", 1, &place, "diff binary a.yaml");
    fails("diff_broken_yaml", 1, &place, "diff a.yaml broken.yaml");
    fails("diff_latin1", 1, &place, "diff a.yaml latin1.yaml");
    fails("diff_html", 1, &place, "diff page.yaml a.yaml");
    fails("diff_text", 1, &place, "diff a.yaml text.yaml");
    fails("diff_broken_yaml_in_a_folder", 1, &place, "diff a.yaml new");
}

#[test]
fn a_file_of_300_mb_is_refused() {
    let place = Place::new();
    place.file("a.yaml", CONFIG);
    let huge = fs_err::File::create(place.path().join("huge.yaml")).unwrap();
    huge.set_len(300 << 20).unwrap();
    fails("diff_huge_file", 1, &place, "diff huge.yaml a.yaml");
}

#[test]
fn documents_without_an_object_are_left_out_with_a_warning() {
    let place = Place::new();
    place.file("a.yaml", CONFIG);
    place.file("b.yaml", format!("{CONFIG}---\nnothing\n---\nfoo: 1\n"));
    let output = place.run("diff a.yaml b.yaml -o json");
    assert!(output.status.success());
    let warnings = "warning: b.yaml:8: no Kubernetes object\n\
                    warning: b.yaml:10: an object without apiVersion\n";
    assert_eq!(text(&output.stderr), warnings);
    let empty = place.file("empty.yaml", "---\n").run("diff a.yaml empty.yaml");
    assert!(empty.status.success() && empty.stderr.is_empty());
}
