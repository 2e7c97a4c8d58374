//! Upgrades for which there is no path: exit code 4.

use super::{Place, failed, text};
use crate::support::History;

const TAGS: &str = "0.6.1 0.7.0 0.9.1 0.90.0 1.0.0 1.1.0 1.2.0 1.2.1 1.2.2 1.3.0-rc1 1.3.0 1.5.0 \
                    1.24.0 2.0.0";

fn place() -> Place {
    let mut history = History::default();
    for tag in TAGS.split(' ') {
        history.plain(tag);
    }
    let place = Place::new();
    place.mirror("releases", &history);
    place
}

fn refused(place: &Place, name: &str, line: &str) {
    let line = format!("{line} --source releases");
    failed(name, 4, &line, &place.run(&line));
}

#[test]
fn versions_that_do_not_exist_are_refused_with_the_nearest_ones() {
    let place = place();
    refused(&place, "unknown_version", "path 1.3 1.9");
    refused(&place, "unknown_patch", "path 1.0 1.2.9");
    refused(&place, "unknown_patch_of_a_minor_with_a_candidate", "plan --from 1.0 --to 1.3.9");
    refused(&place, "unknown_version_to_pass_through", "path 1.0 1.3 --via 1.2.9");
    refused(&place, "unknown_version_to_compare", "diff 1.3 1.9");
    refused(&place, "excluded_version", "path 0.90.0 1.0");
}

#[test]
fn upgrades_without_a_path_are_refused_with_what_to_do_instead() {
    let place = place();
    refused(&place, "downgrade", "path 1.3 1.0");
    refused(&place, "same_version", "path 1.3 1.3.0");
    refused(&place, "before_the_first_procedure", "path 0.6 1.0");
    refused(&place, "out_of_the_installer_world", "path 1.24 2.0");
    refused(&place, "no_release_of_a_minor", "path 1.3 1.5");
    refused(&place, "pin_outside_the_range", "path 1.0 1.2 --via 1.3.0");
}

#[test]
fn all_commands_that_need_a_path_refuse_alike_and_write_nothing() {
    let place = place();
    let before = place.files();
    let source = "--source releases";
    let said = |line: &str| {
        let output = place.run(&format!("{line} {source}"));
        assert_eq!(output.status.code(), Some(4), "{line}");
        text(&output.stderr)
    };
    let expected = said("path 1.3 1.0");
    for line in [
        "plan --from 1.3 --to 1.0 --report plan.json",
        "guides 1.3 1.0 --report guides.md",
        "mirror --from 1.3 --to 1.0 copy",
    ] {
        assert_eq!(said(line), expected, "{line}");
    }
    assert_eq!(place.files(), before);
}
