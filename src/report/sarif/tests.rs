use semver::Version;

use super::*;
use crate::finding::{Acceptance, Evidence};
use crate::release::Deployment;
use crate::report::HopReport;

fn found(code: Code, subject: &str) -> Finding {
    Finding::new(code, subject, "it is so").remedy("Do that.").hop(&Version::new(1, 1, 0))
}

fn report(findings: Vec<Finding>) -> Report {
    let hop = HopReport { findings, ..HopReport::new("1.0.0", "1.1.0", "") };
    let mut report = Report::new("1.0.0", "1.1.0", Deployment::Cluster, vec![hop]);
    report.override_files = vec!["-".to_owned(), "./my/a.yaml".to_owned()];
    report
}

fn results_of(findings: Vec<Finding>) -> Vec<Value> {
    let log: Value = serde_json::from_str(&sarif(&report(findings))).unwrap();
    log["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn a_finding_stands_in_the_users_file_whatever_its_evidence_begins_with() {
    let finding = found(Code::OverrideRenamed, "core:a.b")
        .evidence(Evidence::at("1.1.0/values.yaml", 3, "b:"))
        .evidence(Evidence::at("./my/a.yaml", 7, "a.b").column(5));
    let results = results_of(vec![finding]);
    let place = &results[0]["locations"][0]["physicalLocation"];
    let location = json!({ "uri": "my/a.yaml", "uriBaseId": "%SRCROOT%" });
    let region =
        json!({ "startLine": 7, "startColumn": 5, "endColumn": 8, "snippet": { "text": "a.b" } });
    assert_eq!(*place, json!({ "artifactLocation": location, "region": region }));
    let related = &results[0]["relatedLocations"][0]["physicalLocation"];
    let location = json!({ "uri": "1.1.0/values.yaml", "uriBaseId": "RELEASES" });
    assert_eq!(related["artifactLocation"], location);
    let message = results[0]["message"]["text"].as_str();
    assert_eq!(message, Some("Hop to 1.1.0: it is so. Do that."));
}

#[test]
fn every_finding_has_a_file_and_a_line() {
    let findings = vec![
        found(Code::UnusedAccept, "a"),
        found(Code::GuideMissing, "b").evidence(Evidence::listing("release-1.1/docs", "nothing")),
        found(Code::OverrideDead, "c").evidence(Evidence::at("-", 4, "c")),
    ];
    let results = results_of(findings);
    let places = results.iter().map(|it| &it["locations"][0]["physicalLocation"]);
    let texts = places.map(|it| {
        let location = &it["artifactLocation"];
        format!("{} {} {}", location["uri"], location["uriBaseId"], it["region"]["startLine"])
    });
    assert_eq!(
        texts.collect::<Vec<_>>(),
        [
            r#""releases" "RELEASES" 1"#,
            r#""release-1.1/docs" "RELEASES" 1"#,
            r#""releases" "RELEASES" 1"#
        ]
    );
}

#[test]
fn fingerprints_survive_moved_lines_and_new_words_and_tell_hops_apart() {
    let prints = |finding: Finding| results_of(vec![finding])[0]["partialFingerprints"].clone();
    let at = |line| Evidence::at("./my/a.yaml", line, "a");
    let one = prints(found(Code::OverrideDead, "a").evidence(at(1)));
    let mut moved = found(Code::OverrideDead, "a").evidence(at(9).column(3));
    moved.message = "other words".to_owned();
    assert_eq!(one, prints(moved));
    assert_ne!(one, prints(found(Code::OverrideDead, "a").hop(&Version::new(1, 2, 0))));
    assert_ne!(one, prints(found(Code::OverrideDead, "b")));
    assert_ne!(one, prints(found(Code::OverrideRemoved, "a")));
    let unnamed = |line: u32| {
        found(Code::OverrideObjectIgnored, &format!("./my/a.yaml:{line}")).evidence(at(line))
    };
    assert_eq!(prints(unnamed(3)), prints(unnamed(8)));
    let two = results_of(vec![unnamed(3), unnamed(8)]);
    assert_ne!(two[0]["partialFingerprints"], two[1]["partialFingerprints"]);
}

#[test]
fn of_too_many_findings_those_stay_that_matter_most_and_the_number_is_told() {
    let findings = vec![
        found(Code::GuideStale, "a"),
        found(Code::OverrideDead, "b"),
        found(Code::ArtifactMissing, "c"),
    ];
    let log: Value = serde_json::from_str(&limited(&report(findings), 2)).unwrap();
    let run = &log["runs"][0];
    let rules = run["results"].as_array().unwrap().iter().map(|it| it["ruleId"].clone());
    assert_eq!(rules.collect::<Vec<_>>(), ["override-dead", "artifact-missing"]);
    assert_eq!(run["properties"]["resultsLeftOut"], 1);
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
}

#[test]
fn more_related_locations_than_code_scanning_shows_are_left_out_and_counted() {
    let lines = (1..=103).map(|line| Evidence::at("1.1.0/a.yaml", line, "a"));
    let results = results_of(vec![found(Code::OverrideDead, "a").evidence_all(lines)]);
    assert_eq!(results[0]["relatedLocations"].as_array().unwrap().len(), 100);
    assert_eq!(results[0]["properties"]["relatedLocationsLeftOut"], 2);
}

#[test]
fn an_accepted_finding_is_suppressed_and_then_the_others_say_that_they_are_not() {
    let open = found(Code::GuideMissing, "a");
    let results = results_of(vec![open.clone()]);
    assert_eq!(results[0].get("suppressions"), None);
    let results = results_of(vec![Finding { accepted: true, ..open.clone() }, open]);
    let suppressed = &results[0]["suppressions"][0];
    assert_eq!(
        (&suppressed["kind"], &suppressed["status"]),
        (&json!("external"), &json!("accepted"))
    );
    assert_eq!(results[1]["suppressions"], json!([]));
}

#[test]
fn rules_are_found_by_their_index() {
    let findings = vec![found(Code::OverrideDead, "a"), found(Code::GuideMissing, "b")];
    let log: Value = serde_json::from_str(&sarif(&report(findings))).unwrap();
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[test]
fn what_others_wrote_is_shown_and_not_obeyed() {
    let mut finding = found(Code::ApplyRejected, "ConfigMap/a/<script>\u{1b}[31m");
    finding.message = "[here](https://example.org) {0} \u{202e}".to_owned();
    let results = results_of(vec![finding.evidence(Evidence::at("1.1.0/a.yaml", 1, "x\u{7}"))]);
    let text = serde_json::to_string(&results).unwrap();
    assert!(!text.contains("](") && !text.contains("\\u001b") && !text.contains('\u{202e}'));
    assert_eq!(
        results[0]["message"]["text"],
        "Hop to 1.1.0: [here] (https://example.org) {{0}} \\u{202e}. Do that."
    );
}

#[test]
fn why_a_finding_is_accepted_is_its_justification() {
    let acceptance = Acceptance {
        reason: Some("tested on staging".to_owned()),
        expires: Some("2027-01-01".to_owned()),
        source: "kyma-upgrade.yaml:12".to_owned(),
    };
    let finding = found(Code::GuideMissing, "a");
    let finding = Finding { accepted: true, acceptance: Some(acceptance), ..finding };
    assert_eq!(
        results_of(vec![finding])[0]["suppressions"][0]["justification"],
        "accepted until 2027-01-01: tested on staging (kyma-upgrade.yaml:12)"
    );
}

#[test]
fn what_is_wrong_with_the_policy_stands_in_the_policy_file() {
    let entry = Evidence::at("kyma-upgrade.yaml", 12, "guide-missing@1.9");
    let results = results_of(vec![found(Code::UnusedAccept, "guide-missing@1.9").evidence(entry)]);
    let place = &results[0]["locations"][0]["physicalLocation"];
    let location = json!({ "uri": "kyma-upgrade.yaml", "uriBaseId": "%SRCROOT%" });
    assert_eq!(place["artifactLocation"], location);
    assert_eq!(place["region"]["startLine"], 12);
}
