//! Moves that a plan does itself.

use super::*;
use crate::overrides::{Move, MoveKind, When};

/// The moves of each hop as lines without values.
fn planned(texts: &[&str], hops: &[&[Rule<'_>]]) -> Vec<Vec<String>> {
    let overrides = of_text(&objects(texts));
    let moves = planned_moves(&overrides, &stories(&overrides, hops));
    moves.iter().map(|it| it.iter().map(line).collect()).collect()
}

fn line(it: &Move) -> String {
    let place = |it: &crate::overrides::Place| format!("{} {}", it.object.name, it.key);
    let when = if it.when == When::Before { "before" } else { "after" };
    match &it.what {
        MoveKind::Set { from } => format!("{when}: {} = {}", place(&it.at), place(from)),
        MoveKind::Remove { successor } => {
            format!("{when}: no {} beside {}", place(&it.at), place(successor))
        }
    }
}

#[test]
fn a_new_key_is_set_before_and_the_old_one_goes_after_from_hop_to_hop() {
    let second: &[Rule<'_>] = &[("core:b", Status::Renamed, &["core:c"])];
    let moves = planned(&["ConfigMap m core\na: x"], &[&[RENAMED], &[], second]);
    assert_eq!(moves[0], ["before: m core:b = m core:a", "after: no m core:a beside m core:b"]);
    assert_eq!(moves[1], [""; 0]);
    assert_eq!(moves[2], ["before: m core:c = m core:b", "after: no m core:b beside m core:c"]);
}

#[test]
fn a_secret_value_goes_to_a_secret_of_the_new_scope() {
    let rules: &[Rule<'_>] = &[("core:a", Status::Moved, &["logging:a"])];
    let moves = planned(&["Secret m core\na: x", "ConfigMap o logging\nz: x"], &[rules]);
    let expected =
        ["before: m-logging logging:a = m core:a", "after: no m core:a beside m-logging logging:a"];
    assert_eq!(moves[0], expected);
}

#[test]
fn a_key_below_its_old_one_takes_its_place_at_once() {
    let rules: &[Rule<'_>] = &[("core:a", Status::Renamed, &["core:a.b"])];
    let moves = planned(&["ConfigMap m core\na: x"], &[rules]);
    let expected = ["before: m core:a.b = m core:a", "before: no m core:a beside m core:a.b"];
    assert_eq!(moves[0], expected);
}

#[test]
fn what_has_not_one_answer_or_no_successor_is_not_moved() {
    let rules: &[Rule<'_>] = &[
        ("core:a", Status::Split, &["core:b", "core:c"]),
        ("core:d", Status::Removed, &[]),
        ("core:e", Status::Renamed, &["core:guess"]),
        ("core:f", Status::Renamed, &["core:g"]),
    ];
    let moves = planned(&["ConfigMap m core\na: x\nd: x\ne: x\nf: x\ng: y"], &[rules]);
    assert_eq!(moves[0], [""; 0]);
}

#[test]
fn an_entry_that_another_one_beats_goes_with_it() {
    let moves = planned(&["ConfigMap m core\na: x", "ConfigMap n core\na: y"], &[&[RENAMED]]);
    let expected = [
        "before: n core:b = n core:a",
        "after: no m core:a beside n core:b",
        "after: no n core:a beside n core:b",
    ];
    assert_eq!(moves[0], expected);
}
