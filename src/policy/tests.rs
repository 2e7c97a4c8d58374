use proptest::prelude::*;

use super::*;
use crate::finding::Severity;
use crate::lint::{Effect, FailOn};
use crate::release::Deployment;

/// Everything that is wrong with a text, a line each.
fn problems(text: &str) -> Vec<String> {
    read("p.yaml", text.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
}

/// The one thing that is wrong with a text after `version: 1`.
fn problem(text: &str) -> String {
    let problems = problems(&format!("version: 1\n{text}"));
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().unwrap()
}

fn good(text: &str) -> TeamPolicy {
    read("p.yaml", text.as_bytes()).unwrap_or_else(|it| panic!("{it:?}"))
}

const WHOLE: &str = "\
# what we live with
version: 1
accept:
  - finding: guide-missing@1.9
    reason: |
      We wrote our own,
      see the wiki.
    expires: 2027-01-31
    ticket: CHG-1
    approved-by: alice@example.org
  - finding: override-dead:core:a.b
    reason: kept for later
severities:
  - {finding: guide-stale, severity: blocker}
  - finding: permissions-widened
    severity: info
    reason: reviewed elsewhere
fail-on: warning
approvals: 2
valid-for: 7d
deployment: local
kubernetes-version: 1.10
via: [1.10, 1.11.0]
source: releases
github-api-url: https://ghe.example.org/api/v3
";

#[test]
fn a_whole_file_is_read() {
    let policy = good(WHOLE);
    let entry = |at: usize| {
        let it = &policy.entries[at];
        (it.place.to_string(), it.reason.clone(), it.expires.map(|it| it.to_string()))
    };
    assert_eq!(policy.entries.len(), 4);
    let reason = "We wrote our own, see the wiki. (CHG-1, approved by alice@example.org)";
    let expires = Some("2027-01-31".to_owned());
    assert_eq!(entry(0), ("p.yaml:4".to_owned(), Some(reason.to_owned()), expires));
    assert_eq!(entry(1), ("p.yaml:11".to_owned(), Some("kept for later".to_owned()), None));
    assert_eq!(entry(2), ("p.yaml:14".to_owned(), None, None));
    assert_eq!(policy.entries[2].effect, Effect::Severity(Severity::Blocker));
    assert_eq!(policy.entries[3].effect, Effect::Severity(Severity::Info));
    assert_eq!((policy.fail_on, policy.approvals), (Some(FailOn::Warning), Some(2)));
    assert_eq!(policy.valid_for.unwrap().as_hours(), 7 * 24);
    assert_eq!(policy.deployment, Some(Deployment::Local));
    // A text that looks like a number is the text: 1.10 is not 1.1.
    assert_eq!(policy.kubernetes_version.unwrap().to_string(), "1.10");
    let via: Vec<_> = policy.via.iter().map(ToString::to_string).collect();
    assert_eq!(via, ["1.10", "1.11.0"]);
    assert_eq!(policy.source.as_deref(), Some("releases"));
}

#[test]
fn a_file_with_a_version_alone_says_nothing() {
    for text in ["version: 1\n", "---\nversion: 1\n", "{\"version\": 1}", "\u{feff}version: 1"] {
        let policy = good(text);
        assert!(policy.entries.is_empty() && policy.fail_on.is_none(), "{text}");
    }
}

#[test]
fn unknown_keys_are_told_with_the_key_that_was_meant() {
    assert_eq!(problem("failOn: warning"), "2:1: unknown key `failOn`; did you mean `fail-on`?");
    assert_eq!(
        problem("accept:\n  - finding: guide-missing\n    reason: x\n    expire: 2027-01-31"),
        "5:5: unknown key `expire`; did you mean `expires`?"
    );
    let flow = problem("accept: [{finding: guide-missing, reason: x, whom: y}]");
    assert_eq!(
        flow,
        "2:46: unknown key `whom`; there are approved-by, expires, finding, reason, ticket"
    );
}

#[test]
fn a_key_that_looks_like_a_secret_is_refused_and_its_value_is_not_quoted() {
    for key in ["github-token", "token", "GITHUB_TOKEN", "password", "api-key"] {
        let told = problem(&format!("{key}: canary-horse"));
        assert!(told.contains(&format!("`{key}` looks like a credential")), "{told}");
        assert!(told.contains("GITHUB_TOKEN") && !told.contains("canary"), "{told}");
    }
    let told = problem("github-api-url: https://me:canary-horse@ghe.example.org");
    assert_eq!(
        told,
        "2:17: `github-api-url` holds a user name or password; a policy file holds none"
    );
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_lines() {
    let text = "\
version: 1
fail-on: warn
approvals: two
accept:
- finding: guide-mising
  reason: ''
  expires: tomorrow
- reason: x
via: [x]
bogus: 1
";
    assert_eq!(
        problems(text),
        [
            "2:10: `fail-on` has to be one of blocker, warning, never; did you mean `warning`?",
            "3:12: `approvals` has to be a whole number from 0 to 1000",
            "5:12: `finding` starts with no finding code; did you mean `guide-missing`?",
            "6:11: `reason` is empty",
            "7:12: `expires` has to be a day such as 2027-01-31",
            "8:3: the key `finding` is missing",
            "9:7: `via` has to list versions such as 1.11.0",
            "10:1: unknown key `bogus`; there are accept, approvals, bucket-url, deployment, fail-on, \
             github-api-url, github-raw-url, github-url, kubernetes-version, severities, source, \
             valid-for, version, via",
        ]
    );
}

#[test]
fn values_have_their_types() {
    let cases = [
        ("accept: {}", "2:9: `accept` has to be a list (leave the key out where there is nothing)"),
        ("accept:", "2:1: `accept` has to be a list (leave the key out where there is nothing)"),
        (
            "accept: [x]",
            "2:10: an entry of `accept` has to be keys with values: finding, reason, …",
        ),
        ("accept: [{finding: [x], reason: x}]", "2:20: `finding` has to be a text"),
        ("accept: [{finding: guide-missing, reason: }]", "2:35: `reason` has to be a text"),
        ("approvals: -1", "2:12: `approvals` has to be a whole number from 0 to 1000"),
        ("approvals: 1001", "2:12: `approvals` has to be a whole number from 0 to 1000"),
        ("approvals: 1.5", "2:12: `approvals` has to be a whole number from 0 to 1000"),
        (
            "deployment: lokal",
            "2:13: `deployment` has to be one of cluster, local; did you mean `local`?",
        ),
        ("fail-on: [x]", "2:10: `fail-on` has to be a text"),
        ("source: ''", "2:9: `source` is empty"),
        ("valid-for: 7 days", "2:12: `valid-for` has to be a time such as 90s, 30m, 12h or 7d"),
        (
            "kubernetes-version: new",
            "2:21: `kubernetes-version` has to be a version of Kubernetes such as 1.15",
        ),
        ("bucket-url: ftp://x", "2:13: `bucket-url` has to be an http or https URL"),
        (
            "github-url: https://x?y",
            "2:13: `github-url` has to be a base URL, without a query or fragment",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problem(text), expected, "{text}");
    }
}

#[test]
fn names_of_findings_are_read_with_care() {
    let of = |name: &str| problem(&format!("accept: [{{finding: {name}, reason: x}}]"));
    assert!(of("frobnicate").ends_with("`kyma-upgrade explain` lists them"));
    assert!(of("guide-missing@x").ends_with("no version such as 1.9 or 1.9.2 after its @"));
    assert!(of("override-renamd@1.9").ends_with("did you mean `override-renamed`?"));
}

#[test]
fn a_day_is_a_day_of_the_calendar() {
    for day in ["2027-02-29", "2027-13-01", "27-01-01", "2027-01-01T00:00", "soon", "20270101xx"] {
        let told = problem(&format!(
            "accept: [{{finding: guide-missing, reason: x, expires: \"{day}\"}}]"
        ));
        assert!(told.ends_with("`expires` has to be a day such as 2027-01-31"), "{day}: {told}");
    }
}

#[test]
fn what_stands_twice_is_told() {
    assert_eq!(
        problem("source: a\nfail-on: never\nsource: b"),
        "4: the key `source` stands on line 2 already"
    );
    let entry = "- {finding: guide-missing@1.9, reason: x}\n";
    let twice = format!("accept:\n{entry}{entry}");
    assert_eq!(problem(&twice), "4:13: the entry on line 3 is about the same findings");
    let narrower = "accept:\n- {finding: guide-missing@1.9, reason: x}\n\
                    - {finding: guide-missing@1.9.0, reason: x}\n";
    assert_eq!(good(&format!("version: 1\n{narrower}")).entries.len(), 2);
    let json = problems("{\"version\": 1, \"source\": \"a\", \"source\": \"b\"}");
    assert!(json[0].ends_with("a key stands twice here"), "{json:?}");
}

#[test]
fn lowering_a_severity_needs_a_reason_and_raising_it_does_not() {
    let of = |entry: &str| format!("severities: [{{finding: {entry}}}]");
    assert_eq!(
        problem(&of("apply-rejected, severity: warning")),
        "2:14: the key `reason` is missing: `apply-rejected` is blocker by itself, and only a reason \
         lowers that"
    );
    assert!(problem(&of("guide-missing, severity: info")).contains("`reason` is missing"));
    // A finding of the code may be a blocker all the same.
    assert!(problem(&of("guide-missing, severity: warning")).contains("`reason` is missing"));
    for raised in ["guide-stale, severity: warning", "apply-rejected, severity: blocker"] {
        assert_eq!(good(&format!("version: 1\n{}", of(raised))).entries.len(), 1);
    }
}

#[test]
fn another_version_is_told_before_anything_else() {
    let told = "1:10: the policy has version 2, and this program reads version 1";
    assert_eq!(problems("version: 2\nfrom-the-future: x\n"), [told]);
    assert_eq!(
        problems("fail-on: never"),
        ["1:1: the key `version` is missing; write `version: 1`"]
    );
    assert_eq!(problems("version: one"), ["1:10: `version` has to be a whole number from 1 to 1"]);
}

#[test]
fn what_is_no_policy_at_all_is_told_with_its_line() {
    let empty = "1: the file is empty; a policy begins with `version: 1`";
    assert_eq!(problems(""), [empty]);
    assert_eq!(problems("# nothing\n"), [empty]);
    assert_eq!(problems("just words"), ["1:1: a policy file has to be keys with values"]);
    assert_eq!(
        problems("version: 1\n---\nversion: 1\n"),
        ["3: a policy file is one document; there is a second one here"]
    );
    assert_eq!(
        problems("version: 1\nsource: 'a\n"),
        ["2: the quote ' that opens here is never closed"]
    );
    assert!(problem("<<: {source: a}").contains("merges (`<<`)"));
}

#[test]
fn the_schema_that_editors_use_is_that_of_the_types() {
    let derived = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/policy-1.json");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs_err::write(path, &derived).unwrap();
    }
    let copy = fs_err::read_to_string(path).unwrap_or_default();
    assert!(
        copy == derived,
        "write docs/schemas/policy-1.json anew: UPDATE_SCHEMAS=1 cargo test schema"
    );
}

#[test]
fn the_schema_and_the_reader_agree_on_files() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let agrees = |text: &str| {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(validator.is_valid(&value), read("p", text.as_bytes()).is_ok(), "{text}");
    };
    // The version of Kubernetes has to be a text in JSON.
    agrees(&WHOLE.replace("1.10\n", "'1.10'\n").replace("[1.10, ", "['1.10', "));
    for wrong in [
        "version: 2",
        "version: 1\nfailOn: never",
        "version: 1\nfail-on: warn",
        "version: 1\napprovals: -1",
        "version: 1\naccept: {}",
        "version: 1\naccept: [{finding: guide-mising, reason: x}]",
        "version: 1\naccept: [{finding: guide-missing}]",
        "version: 1\naccept: [{finding: guide-missing, reason: ''}]",
        "version: 1\naccept: [{finding: guide-missing@x, reason: x}]",
        "version: 1\nseverities: [{finding: guide-stale, severity: bad}]",
        "fail-on: never",
    ] {
        agrees(wrong);
    }
}

proptest! {
    #[test]
    fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(read("p.yaml", &bytes));
    }

    #[test]
    fn reading_a_file_with_one_slip_never_panics_and_never_tells_nothing(
        at in 0..WHOLE.len(),
        slip in "[\\PC\n\t:{}\\[\\]'\"&*<>|-]{0,3}",
    ) {
        let at = (0..=at).rev().find(|it| WHOLE.is_char_boundary(*it)).unwrap_or(0);
        let text = format!("{}{slip}{}", &WHOLE[..at], &WHOLE[at..]);
        if let Err(problems) = read("p.yaml", text.as_bytes()) {
            prop_assert!(!problems.is_empty());
            let lines = u32::try_from(text.lines().count()).unwrap() + 1;
            prop_assert!(problems.iter().all(|it| 1 <= it.line && it.line <= lines));
        }
    }

    #[test]
    fn every_cut_of_a_file_is_read_or_refused(at in 0..WHOLE.len()) {
        let text = WHOLE.get(..at).unwrap_or_default();
        let told = read("p.yaml", text.as_bytes()).err();
        prop_assert!(told.is_none_or(|it| !it.is_empty()));
    }
}
