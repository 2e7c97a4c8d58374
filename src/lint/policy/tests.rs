use proptest::prelude::*;

use super::*;
use crate::finding::Code;

const TODAY: Date = Date::constant(2026, 6, 15);

fn finding(subject: &str) -> Finding {
    Finding::new(Code::GuideMissing, subject, "no guide")
        .hop(&"1.2.2".parse().unwrap())
        .severity(Severity::Blocker)
}

fn policy(entries: Vec<Entry>) -> Policy {
    Policy { entries, fail_on: FailOn::Blocker, today: TODAY, whole: true }
}

fn accepting(names: &[&str]) -> Policy {
    policy(names.iter().map(|it| Entry::accept(it.parse().unwrap())).collect())
}

/// An entry of a file, with a reason.
fn entry(names: &str, effect: Effect, expires: Option<Date>) -> Entry {
    let place = Place::File { name: "p.yaml".to_owned(), line: 3, text: names.to_owned() };
    let reason = Some("a reason".to_owned());
    Entry { names: names.parse().unwrap(), effect, reason, expires, place }
}

fn codes(findings: &[Finding]) -> Vec<(Code, Severity)> {
    findings.iter().map(|it| (it.code, it.severity)).collect()
}

#[test]
fn a_finding_is_accepted_by_code_hop_and_subject() {
    let matching = ["guide-missing", "guide-missing@1.2", "guide-missing@1.2.2:core:a.b"];
    for text in matching {
        let mut findings = [finding("core:a.b")];
        assert_eq!(accepting(&[text]).judge(&mut findings), []);
        assert!(findings[0].accepted, "{text}");
        let source = findings[0].acceptance.as_ref().map(|it| it.source.as_str());
        assert_eq!(source, Some("command line"));
        assert_eq!(accepting(&[text]).verdict(&findings), Verdict::Ready);
    }
    for text in ["guide-stale", "guide-missing@1.3", "guide-missing:other"] {
        let mut findings = [finding("core:a.b")];
        accepting(&[text]).judge(&mut findings);
        assert!(!findings[0].accepted, "{text}");
        assert_eq!(findings[0].acceptance, None);
        assert_eq!(accepting(&[text]).verdict(&findings), Verdict::Blocked);
    }
}

#[test]
fn an_entry_that_matches_nothing_is_a_finding() {
    let about = accepting(&["guide-missing", "guide-stale"]).judge(&mut [finding("a")]);
    assert_eq!(codes(&about), [(Code::UnusedAccept, Severity::Warning)]);
    assert_eq!(about[0].subject, "guide-stale");
    let about = policy(vec![
        entry("guide-stale", Effect::Accept, None),
        entry("guide-stale", Effect::Severity(Severity::Blocker), None),
        entry("unused-accept", Effect::Severity(Severity::Blocker), None),
    ])
    .judge(&mut [finding("a")]);
    let blocker = (Code::UnusedAccept, Severity::Blocker);
    assert_eq!(codes(&about), [blocker, blocker]);
    let from: Vec<_> = about.iter().map(|it| it.severity_changed.as_ref().unwrap().from).collect();
    assert_eq!(from, [Severity::Warning, Severity::Info]);
    assert_eq!(
        (about[0].evidence[0].source.as_str(), about[0].evidence[0].line),
        ("p.yaml", Some(3))
    );
}

#[test]
fn an_entry_that_matches_nothing_names_the_finding_that_may_have_been_meant() {
    for (wrong, near) in [
        ("guide-missing:cor:a.b", Some("guide-missing:core:a.b")),
        ("guide-missing@1.2.1", Some("guide-missing@1.2.2")),
        ("guide-missing@1.3:core:a.c", Some("guide-missing@1.2.2:core:a.b")),
        ("guide-missing:something else", None),
        ("guide-stale", None),
    ] {
        let mut findings = [finding("core:a.b")];
        let about = accepting(&[wrong]).judge(&mut findings);
        let said = near.map(|it| format!("; did you mean `{it}`?"));
        let told = about[0]
            .message
            .strip_prefix(&format!("`--accept {wrong}` matches no finding of this plan"));
        assert_eq!(told, Some(said.as_deref().unwrap_or_default()), "{wrong}");
        if let Some(near) = near {
            assert_eq!(accepting(&[near]).judge(&mut findings), [], "{near}");
        }
    }
}

#[test]
fn of_a_part_of_a_plan_nobody_says_that_an_entry_of_the_file_is_unused() {
    let mut policy = policy(vec![
        entry("guide-stale", Effect::Accept, None),
        entry("guide-stale", Effect::Accept, Some(Date::constant(2020, 1, 1))),
        Entry::accept("guide-stale".parse().unwrap()),
    ]);
    policy.whole = false;
    let about = policy.judge(&mut [finding("a")]);
    assert_eq!(codes(&about), [(Code::UnusedAccept, Severity::Warning)]);
    assert_eq!(about[0].evidence[0].source, "command line");
}

#[test]
fn what_blocks_depends_on_the_threshold() {
    let warning = [finding("a").severity(Severity::Warning)];
    let verdict = |fail_on| Policy { fail_on, ..policy(vec![]) }.verdict(&warning);
    assert_eq!(verdict(FailOn::Blocker), Verdict::Ready);
    assert_eq!(verdict(FailOn::Warning), Verdict::Blocked);
    assert_eq!(verdict(FailOn::Never), Verdict::Ready);
}

#[test]
fn an_entry_counts_through_its_last_day_and_is_told_two_weeks_before() {
    let on = |expires: (i16, i8, i8)| {
        let (year, month, day) = expires;
        let expires = Date::constant(year, month, day);
        let policy = policy(vec![entry("guide-missing", Effect::Accept, Some(expires))]);
        let mut findings = [finding("a")];
        let about = policy.judge(&mut findings);
        (findings[0].accepted, about.iter().map(|it| it.code).collect::<Vec<_>>())
    };
    assert_eq!(on((2026, 6, 14)), (false, vec![Code::AcceptExpired]));
    assert_eq!(on((2026, 6, 15)), (true, vec![Code::AcceptExpiresSoon]));
    assert_eq!(on((2026, 6, 29)), (true, vec![Code::AcceptExpiresSoon]));
    assert_eq!(on((2026, 6, 30)), (true, vec![]));
    assert_eq!(on((9999, 12, 31)), (true, vec![]));
    assert_eq!(on((-9999, 1, 1)), (false, vec![Code::AcceptExpired]));
}

#[test]
fn a_changed_severity_tells_what_it_was_and_ends_with_its_entry() {
    let lower = Effect::Severity(Severity::Info);
    let mut findings = [finding("a")];
    policy(vec![entry("guide-missing", lower, Some(Date::MAX))]).judge(&mut findings);
    assert_eq!(findings[0].severity, Severity::Info);
    let change = findings[0].severity_changed.clone().unwrap();
    assert_eq!(change.from, Severity::Blocker);
    assert_eq!(change.words(), "blocker by itself, changed until 9999-12-31: a reason (p.yaml:3)");
    let about = policy(vec![entry("guide-missing", lower, Some(Date::MIN))]).judge(&mut findings);
    assert_eq!(codes(&about), [(Code::AcceptExpired, Severity::Warning)]);
    assert_eq!((findings[0].severity, &findings[0].severity_changed), (Severity::Blocker, &None));
}

#[test]
fn without_a_reason_a_severity_is_raised_and_never_lowered() {
    let to = |severity, finding: Finding| {
        let entry =
            Entry { reason: None, ..entry("guide-missing", Effect::Severity(severity), None) };
        let mut findings = [finding];
        assert_eq!(policy(vec![entry]).judge(&mut findings), []);
        findings[0].severity
    };
    assert_eq!(to(Severity::Warning, finding("a")), Severity::Blocker);
    assert_eq!(to(Severity::Blocker, finding("a").severity(Severity::Info)), Severity::Blocker);
}

#[test]
fn the_narrowest_entry_counts_whatever_its_place_in_the_list() {
    let mut entries = vec![
        entry("guide-missing@1.2", Effect::Severity(Severity::Warning), None),
        entry("guide-missing", Effect::Severity(Severity::Info), None),
        Entry::accept("guide-missing@1.2".parse().unwrap()),
        entry("guide-missing@1.2", Effect::Accept, None),
        entry("guide-missing", Effect::Accept, Some(Date::MAX)),
    ];
    for _ in 0..2 {
        let mut findings = [finding("a")];
        assert_eq!(policy(entries.clone()).judge(&mut findings), []);
        assert_eq!(findings[0].severity, Severity::Warning);
        let acceptance = findings[0].acceptance.as_ref().unwrap();
        assert_eq!(acceptance.words(), "accepted: a reason (p.yaml:3)");
        entries.reverse();
    }
}

fn some_entry() -> impl Strategy<Value = Entry> {
    let names =
        ["guide-missing", "guide-missing@1.2", "guide-missing:a", "guide-stale", "unused-accept"];
    let effects =
        [Effect::Accept, Effect::Severity(Severity::Info), Effect::Severity(Severity::Blocker)];
    let days = [None, Some(Date::MIN), Some(TODAY), Some(Date::MAX)];
    let parts = (prop::sample::select(names.to_vec()), prop::sample::select(effects.to_vec()));
    (parts, prop::sample::select(days.to_vec()), any::<bool>()).prop_map(
        |((names, effect), expires, reason)| {
            let entry = entry(names, effect, expires);
            Entry { reason: entry.reason.clone().filter(|_| reason), ..entry }
        },
    )
}

proptest! {
    #[test]
    fn judging_again_changes_nothing(entries in prop::collection::vec(some_entry(), 0..6)) {
        let policy = policy(entries);
        let mut findings = [finding("a"), finding("b").severity(Severity::Info)];
        let about = policy.judge(&mut findings);
        let once = findings.clone();
        prop_assert_eq!(policy.judge(&mut findings), about);
        prop_assert_eq!(findings, once);
    }
}
