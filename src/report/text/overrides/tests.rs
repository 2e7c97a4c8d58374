use super::super::{Detail, text};
use crate::liveness::Status::{Dead, Live, Removed};
use crate::report::user_overrides::tests::{crowded, fares, key, replaced, report};
use crate::report::{Report, Style, UserOverride};

fn print(report: &Report, width: usize, detail: Detail) -> String {
    text(report, Style { width, color: false }, detail)
}

/// The section of the report, from its heading to the one after it.
fn section(overrides: Vec<UserOverride>, width: usize) -> String {
    let text = print(&report(overrides), width, Detail::Normal);
    let start = text.find("Your overrides\n").unwrap();
    let rest = &text[start..];
    let end = ["\nWhat to do", "\nHop 1"].iter().filter_map(|it| rest.find(it)).min();
    rest[..end.unwrap()].to_owned()
}

#[test]
fn a_row_shows_what_every_hop_does() {
    let mut typed = replaced(&key("a", "x"), &key("a", "y"), 1);
    typed.hops[2].default_changed = true;
    let overrides = vec![
        fares(&key("", "global.x"), &[Live, Removed, Dead]),
        typed,
        fares(&key("b", "fine"), &[Live, Live, Live]),
    ];
    let expected = "\
Your overrides
  · live  * live, over another default  → renamed, moved, split or merged
  ✗ removed, nothing takes its place  - without effect
  all components   1.1 1.2 1.3
    global.x        ·   ✗   -
  a                1.1 1.2 1.3
    x               ·   →   *
  1 other is live on the whole path (-v lists them).
";
    assert_eq!(section(overrides, 80), expected);
}

#[test]
fn a_long_key_is_cut_in_its_middle() {
    let long = format!("first.{}.last", "middle.".repeat(15));
    let overrides = vec![fares(&key("a", &long), &[Removed, Dead, Dead])];
    let expected = "    first.middle.m…le.middle.middle.middle..last  ✗   -   -\n";
    assert!(section(overrides, 60).ends_with(expected));
}

#[test]
fn keys_that_would_look_alike_are_not_cut() {
    let long = |middle: &str| format!("{}{middle}{}", "a".repeat(50), "z".repeat(50));
    let statuses = [Removed, Dead, Dead];
    let overrides =
        vec![fares(&key("a", &long("1")), &statuses), fares(&key("a", &long("2")), &statuses)];
    let section = section(overrides, 60);
    for middle in ["1", "2"] {
        let lines = format!("    {}\n{}  ✗   -   -\n", long(middle), " ".repeat(48));
        assert!(section.contains(&lines), "{section}");
    }
}

#[test]
fn a_narrow_page_names_the_hops_instead() {
    let mut statuses = vec![Live; 13];
    statuses[8] = Removed;
    statuses[9..].fill(Dead);
    let overrides = vec![
        fares(&key("a", "a.key.that.takes.some.room.on.a.page"), &statuses),
        fares(&key("a", "short"), &statuses),
    ];
    let section = section(overrides, 60);
    let expected = "
  a
    a.key.that.takes.some.room.on.a.page
        · 1.1–1.8  ✗ 1.9  - 1.10–1.13
    short  · 1.1–1.8  ✗ 1.9  - 1.10–1.13
";
    assert!(section.ends_with(expected), "{section}");
}

#[test]
fn control_characters_in_keys_are_shown() {
    let overrides = vec![fares(&key("a\u{7}", "x\u{1b}[31m"), &[Removed, Dead, Dead])];
    let text = print(&report(overrides), 80, Detail::Full);
    assert!(text.contains("x\\u{1b}[31m") && text.contains("a\\u{7}"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{7}']));
}

#[test]
fn a_summary_has_the_counts_alone() {
    let overrides = || vec![fares(&key("a", "x"), &[Live, Removed, Dead])];
    let text = print(&report(overrides()), 80, Detail::Summary);
    assert!(text.contains("  overrides   The only override is lost (at 1.2).\n"), "{text}");
    assert!(!text.contains("Your overrides"));
}

#[test]
fn overrides_that_stay_live_are_listed_only_on_demand() {
    let overrides =
        vec![fares(&key("a", "x"), &[Live, Live]), fares(&key("a", "y"), &[Live, Live])];
    let report = report(overrides);
    assert!(!print(&report, 80, Detail::Normal).contains("Your overrides"));
    let text = print(&report, 80, Detail::Full);
    assert!(text.contains("  All 2 are live on the whole path:\n    a: x, y\n"), "{text}");
}

#[test]
fn what_to_do_is_a_list_by_hop() {
    let overrides = vec![replaced(&key("a", "x"), &key("a", "y"), 1)];
    let text = print(&report(overrides), 80, Detail::Normal);
    let expected = "
  before 1.2.0
    [ ] a: set y (was x)
  after 1.2.0
    [ ] a: remove x
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_finding_of_a_crowd_stands_in_full_exactly_once() {
    for count in [10, 11] {
        let report = crowded(count);
        for detail in [Detail::Normal, Detail::Full] {
            let text = print(&report, 100, detail);
            for entry in report.user_overrides.iter().flatten() {
                let message = format!("the message of a:{}.\n", entry.key);
                assert_eq!(text.matches(&message).count(), 1, "{text}");
            }
        }
    }
    let text = print(&crowded(11), 100, Detail::Normal);
    assert!(text.contains("\n          1.2.0  a:old0 → new.old0\n"), "{text}");
}

#[test]
fn no_line_of_the_section_is_wider_than_the_page_but_for_a_long_word() {
    let parts = ["controller", "service", "annotations", "loadBalancerSourceRanges"];
    let names = (0..40).map(|it| format!("{}.{it}.{}", parts[it % 4], parts[it % 3]));
    let overrides = names.map(|it| {
        let mut statuses = vec![Live; 13];
        statuses[it.len() % 13] = Removed;
        fares(&key("a-component-with-a-name", &it), &statuses)
    });
    let overrides: Vec<_> = overrides.collect();
    for width in [60, 80, 100, 200] {
        let section = section(overrides.clone(), width);
        assert!(section.lines().all(|it| it.chars().count() <= width), "{section}");
    }
}
