//! Folders that are no mirrors, and mirrors that were changed.

use super::{INSTALLER, Place, complete, failed, history, text};
use crate::support::History;

const PLAN: &str = "plan --from 1.4 --to 1.5 --source releases";

fn place() -> Place {
    let place = Place::new();
    place.mirror("releases", &history());
    place
}

fn fails(name: &str, place: &Place, line: &str) {
    failed(name, 1, line, &place.run(line));
}

#[test]
fn what_is_no_mirror_is_said_to_be_none() {
    let place = Place::new();
    place.file("notes/todo.txt", "mine").file("releases.zip", "PK");
    fails("no_mirror", &place, "releases --source notes");
    fails("no_such_folder", &place, "releases --source Github");
    fails("a_file_as_mirror", &place, "releases --source releases.zip");
    assert_eq!(place.files(), ["notes/todo.txt", "releases.zip"]);
}

#[test]
fn a_mirror_without_releases_is_an_empty_catalogue() {
    let place = Place::new();
    place.mirror("releases", &History::default());
    fails("empty_mirror", &place, PLAN);
    let mut excluded = History::default();
    place.mirror("excluded", excluded.plain("0.90.0"));
    fails("mirror_of_excluded_tags", &place, "plan --from 1.4 --to 1.5 --source excluded");
}

#[test]
fn a_mirror_with_one_changed_byte_is_not_trusted() {
    let place = place();
    let path = place.path().join("releases/download/1.5.0").join(INSTALLER);
    let mut bytes = fs_err::read(&path).unwrap();
    bytes[100] ^= 1;
    fs_err::write(&path, &bytes).unwrap();
    fails("mirror_with_a_changed_byte", &place, PLAN);
}

#[test]
fn a_mirror_without_a_file_that_it_lists_is_not_trusted() {
    let place = place();
    let path = place.path().join("releases/download/1.5.0").join(INSTALLER);
    fs_err::remove_file(path).unwrap();
    fails("mirror_without_a_file", &place, PLAN);
}

#[test]
fn a_file_that_was_added_is_not_trusted_where_it_is_asked_for_and_else_ignored() {
    let place = place();
    let plan = format!("{PLAN} -o json");
    let before = place.run(&plan).stdout;
    place.file("releases/download/1.5.0/more.yaml", "kind: [");
    assert_eq!(text(&place.run(&plan).stdout), text(&before));
    let list = place.path().join("releases/SHA256SUMS");
    let sums = fs_err::read_to_string(&list).unwrap();
    let others = sums.lines().filter(|it| !it.contains("releases.json"));
    fs_err::write(&list, others.collect::<Vec<_>>().join("\n")).unwrap();
    fails("mirror_with_an_added_file", &place, PLAN);
}

#[test]
fn a_mirror_for_other_versions_is_said_to_lack_these() {
    let place = Place::new();
    place.mirror("all", &complete(&["1.4.0", "1.5.0", "1.6.0"]));
    let line = "mirror --from 1.4 --to 1.5 part --source all";
    assert!(place.run(line).status.success());
    fails("mirror_for_other_versions", &place, "plan --from 1.4 --to 1.6 --source part");
}

#[test]
fn a_damaged_digest_list_is_no_digest_list() {
    let place = place();
    place.file("releases/SHA256SUMS", "0123  releases.json\n");
    fails("mirror_with_a_damaged_list", &place, PLAN);
}
