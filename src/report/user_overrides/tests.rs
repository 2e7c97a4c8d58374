//! A report with overrides to try things on, and what is said of it.

use semver::Version;

use super::crowd::{Blockers, Gist, by_hop, gist};
use super::matrix::{Mark, Matrix};
use super::summary::sentence;
use super::todo::todos;
use crate::finding::{Code, Finding, Severity};
use crate::liveness::Status::{self, Dead, Live, Moved, Removed, Renamed, TypeChanged, Unknown};
use crate::overrides::OverrideKey;
use crate::release::Deployment;
use crate::report::{ActionReport, HopReport, RenameReport, Report, UserHop, UserOverride};

/// A report over hops to 1.1.0, 1.2.0 and so on.
pub(in crate::report) fn report(overrides: Vec<UserOverride>) -> Report {
    let count = overrides.first().map_or(3, |it| it.hops.len());
    let hops = (1..=count)
        .map(|to| HopReport::new(&format!("1.{}.0", to - 1), &format!("1.{to}.0"), "newest patch"));
    let to = format!("1.{count}.0");
    let mut report = Report::new("1.0.0", &to, Deployment::Cluster, hops.collect());
    report.user_overrides = Some(overrides);
    report
}

/// An override that fares like this, under the same key all the way.
pub(in crate::report) fn fares(key: &OverrideKey, statuses: &[Status]) -> UserOverride {
    let hop = |(status, to): (&Status, usize)| UserHop {
        to: format!("1.{to}.0"),
        status: *status,
        component: key.component.clone(),
        key: key.key.clone(),
        rename: None,
        actions: match status {
            Removed => vec![action("after", "remove", &[key])],
            _ => Vec::new(),
        },
        default_changed: false,
        equals_default: false,
        note: None,
    };
    UserOverride {
        component: key.component.clone(),
        key: key.key.clone(),
        object: "ConfigMap/kyma-installer/mine".to_owned(),
        secret: false,
        hops: statuses.iter().zip(1..).map(hop).collect(),
    }
}

pub(in crate::report) fn key(component: &str, key: &str) -> OverrideKey {
    OverrideKey::new((!component.is_empty()).then_some(component), key)
}

fn action(when: &'static str, action: &'static str, keys: &[&OverrideKey]) -> ActionReport {
    ActionReport {
        when: when.into(),
        action: action.into(),
        keys: keys.iter().map(|it| (*it).clone()).collect(),
    }
}

/// An override that gets another key at one hop of three.
pub(in crate::report) fn replaced(
    old: &OverrideKey,
    new: &OverrideKey,
    place: usize,
) -> UserOverride {
    let mut entry = fares(old, &[Live, Live, Live]);
    for hop in &mut entry.hops[place..] {
        hop.component.clone_from(&new.component);
        hop.key.clone_from(&new.key);
    }
    let hop = &mut entry.hops[place];
    hop.status = if old.component == new.component { Renamed } else { Moved };
    hop.actions = vec![action("before", "set", &[new]), action("after", "remove", &[old])];
    hop.rename = Some(RenameReport {
        component: old.component.clone(),
        key: old.key.clone(),
        kind: "renamed".into(),
        to: vec![new.clone()],
        confidence: 0.97,
        evidence: Vec::new(),
    });
    entry
}

/// The lists as `before 1.1.0 | item | item`.
fn told(report: &Report) -> Vec<String> {
    let list = |it: &super::todo::Todo| {
        let items: Vec<_> = it.items.iter().map(|it| it.words(ToOwned::to_owned)).collect();
        format!("{} {} | {}", it.when, it.to, items.join(" | "))
    };
    todos(report).iter().map(list).collect()
}

#[test]
fn every_override_is_counted_once_by_how_it_ends() {
    let a = |statuses: &[Status]| fares(&key("a", "b"), statuses);
    let mut lost_later = replaced(&key("a", "b"), &key("a", "c"), 0);
    lost_later.hops[2].status = Removed;
    let overrides = vec![
        a(&[Live, Live, Live]),
        replaced(&key("a", "b"), &key("a", "c"), 1),
        replaced(&key("a", "b"), &key("a", "c"), 2),
        a(&[Live, Removed, Dead]),
        lost_later,
        a(&[Dead, Dead, Live]),
        a(&[Removed, Dead, Live]),
        a(&[Dead, Dead, Dead]),
    ];
    let expected = "Of 8 overrides, 1 survives unchanged, 2 need a change (at 1.2, 1.3), 2 are lost \
                    (at 1.2, 1.3), 1 takes effect only later (at 1.3), 1 loses its effect for some \
                    releases (at 1.1), 1 never has an effect.";
    assert_eq!(sentence(&report(overrides)).unwrap(), expected);
}

#[test]
fn the_sentence_fits_few_overrides_too() {
    let a = |statuses: &[Status]| fares(&key("a", "b"), statuses);
    let says = |overrides| sentence(&report(overrides)).unwrap();
    assert_eq!(says(Vec::new()), "The files hold no overrides that the operator reads.");
    assert_eq!(says(vec![a(&[Live])]), "The only override survives unchanged.");
    assert_eq!(says(vec![a(&[Live, Removed])]), "The only override is lost (at 1.2).");
    assert_eq!(says(vec![a(&[Live]), a(&[Live])]), "All 2 overrides survive unchanged.");
    assert_eq!(
        says(vec![a(&[Live]), a(&[Removed])]),
        "Of 2 overrides, 1 survives unchanged, none needs a change, 1 is lost (at 1.1)."
    );
    assert_eq!(
        says(vec![a(&[Unknown, Dead]), a(&[Unknown, Live])]),
        "Of 2 overrides, 2 cannot be judged without charts (at 1.1)."
    );
    let mut silent = report(Vec::new());
    silent.user_overrides = None;
    assert_eq!(sentence(&silent), None);
}

#[test]
fn a_key_that_is_set_already_needs_no_change() {
    let mut prepared = replaced(&key("a", "b"), &key("a", "c"), 1);
    prepared.hops[1].actions.remove(0);
    let report = report(vec![prepared]);
    assert_eq!(sentence(&report).unwrap(), "The only override survives unchanged.");
    assert_eq!(told(&report), ["after 1.2.0 | a: remove b: what takes its place is set already"]);
}

#[test]
fn new_keys_are_set_before_the_hop_and_old_ones_removed_after_it() {
    let mut secret = replaced(&key("ark", "x.password"), &key("velero", "x.password"), 0);
    secret.secret = true;
    let overrides = vec![
        replaced(&key("b", "two"), &key("b", "one"), 0),
        replaced(&key("b", "three"), &key("b", "one"), 0),
        replaced(&key("b", "one.old"), &key("", "global.one"), 0),
        secret,
    ];
    let expected = [
        "before 1.1.0 | all components: set global.one (was one.old of b) | b: set one (was three \
         and two) | velero: set x.password (was in ark, secret)",
        "after 1.1.0 | ark: remove x.password | b: remove one.old, three, two",
    ];
    assert_eq!(told(&report(overrides)), expected);
}

#[test]
fn a_key_that_is_set_before_a_hop_is_not_removed_after_it() {
    let overrides = vec![
        replaced(&key("a", "x"), &key("a", "y"), 0),
        replaced(&key("a", "y"), &key("a", "z"), 0),
    ];
    let told = told(&report(overrides));
    assert_eq!(told[1], "after 1.1.0 | a: remove x");
}

#[test]
fn what_is_lost_is_removed_unless_a_later_release_reads_it() {
    let overrides = vec![
        fares(&key("a", "gone"), &[Removed, Dead, Dead]),
        fares(&key("a", "lost"), &[Removed, Dead, Dead]),
        fares(&key("a", "again"), &[Removed, Dead, Live]),
    ];
    let expected = ["after 1.1.0 | a: remove gone, lost: nothing takes their place | a: remove \
                     again, or keep it: 1.3.0 reads it again"];
    assert_eq!(told(&report(overrides)), expected);
}

#[test]
fn a_value_that_does_not_fit_is_replaced_in_one_step() {
    let typed = |keys: &[&OverrideKey]| {
        let mut entry = fares(&key("a", "x"), &[TypeChanged]);
        entry.hops[0].actions = vec![action("before", "replace", keys)];
        told(&report(vec![entry])).concat()
    };
    let below = [&key("a", "x.one"), &key("a", "x.two")];
    let expected = "before 1.1.0 | a: replace x by keys below it, such as x.one, x.two";
    assert_eq!(typed(&below), expected);
    assert_eq!(typed(&[&key("a", "w")]), "before 1.1.0 | a: replace x by w in one step");
    assert_eq!(typed(&[]), "before 1.1.0 | a: remove x: no single value fits there any more");
}

#[test]
fn rows_stand_by_component_and_the_same_key_of_two_objects_is_told_apart() {
    let mut other = fares(&key("b", "x"), &[Dead]);
    other.object = "Secret/kyma-installer/more".to_owned();
    other.secret = true;
    let overrides = vec![
        fares(&key("b", "x"), &[Removed]),
        other,
        fares(&key("a", "z"), &[Removed]),
        fares(&key("", "y"), &[Removed]),
        fares(&key("a", "live"), &[Live]),
    ];
    let report = report(overrides);
    let matrix = Matrix::new(&report).unwrap();
    let names = matrix.rows.iter().map(|it| format!("{}{}", it.own.name(), it.suffix()));
    let expected = [
        "y",
        "a:z",
        "b:x in ConfigMap/kyma-installer/mine",
        "b:x (secret) in Secret/kyma-installer/more",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!(matrix.others(), "1 other is live on the whole path");
    assert_eq!(matrix.legend().into_iter().collect::<Vec<_>>(), [Mark::Removed, Mark::Dead]);
}

#[test]
fn without_any_chart_there_is_no_matrix() {
    let statuses = [Unknown, Unknown];
    assert!(Matrix::new(&report(vec![fares(&key("a", "x"), &statuses)])).is_none());
    let one_known = [Unknown, Live];
    assert!(Matrix::new(&report(vec![fares(&key("a", "x"), &one_known)])).is_some());
}

#[test]
fn hops_of_one_minor_are_named_in_full() {
    let mut report = report(vec![fares(&key("a", "x"), &[Removed, Dead, Dead])]);
    "1.2.5".clone_into(&mut report.hops[2].to);
    assert_eq!(Matrix::new(&report).unwrap().columns, ["1.1", "1.2.0", "1.2.5"]);
}

/// So many overrides that all get another key, with the blockers that say so.
pub(in crate::report) fn crowded(count: usize) -> Report {
    let names = (0..count).map(|number| key("a", &format!("old{number}")));
    let overrides = names.map(|it| replaced(&it, &key("a", &format!("new.{}", it.key)), 1));
    let mut report = report(overrides.collect());
    for entry in report.user_overrides.iter().flatten() {
        let subject = entry.name().to_string();
        let message = format!("the message of {subject}.");
        let finding = Finding::new(Code::OverrideRenamed, subject, message)
            .severity(Severity::Blocker)
            .hop(&Version::new(1, 2, 0));
        report.hops[1].findings.push(finding);
    }
    report
}

#[test]
fn many_blockers_of_one_code_are_a_crowd_and_few_are_not() {
    for (count, is_crowd) in [(10, false), (11, true)] {
        let report = crowded(count);
        let blockers = Blockers::new(&report);
        assert_eq!(blockers.crowds.contains_key("override-renamed"), is_crowd);
        assert_eq!(blockers.few.is_empty(), is_crowd);
        assert!(report.all_findings().all(|it| blockers.tells(it) != is_crowd));
    }
}

#[test]
fn the_gist_of_a_renamed_override_is_its_new_key() {
    let report = crowded(11);
    let blockers = Blockers::new(&report);
    let all = &blockers.crowds["override-renamed"];
    assert_eq!(gist(&report, all[0]), Gist::Successors(vec!["new.old0".to_owned()]));
    assert_eq!(by_hop(all), "11 at 1.2.0");
    let other = Finding::new(Code::OverrideRenamed, "a:unknown", "It says so.");
    assert_eq!(gist(&report, &other), Gist::Message("It says so."));
}
