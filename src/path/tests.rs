use super::*;
use crate::release::ReleaseRecord;

const TAGS: &str = "0.6.1 0.7.0 0.8.0 0.8.2 0.9.0 0.9.1 0.90.0 1.0.0-rc1 1.0.0 1.1.0 1.2.0-rc0 1.2.0 \
                    1.2.2 1.3.0 1.5.0 1.15.1 1.16.0-rc3 1.16.0-rc4 1.17.0 1.17.1 1.24.11";

fn catalog() -> Catalog {
    let record = |tag: &str| ReleaseRecord {
        tag_name: tag.to_owned(),
        draft: false,
        prerelease: false,
        published_at: Some("2020-12-21T10:00:00Z".to_owned()),
        assets: vec![],
    };
    Catalog::new(TAGS.split(' ').map(record).collect(), &Facts::builtin())
}

fn ask(from: &str, to: &str, via: &[&str]) -> Result<UpgradePath, Refusal> {
    let via = via.iter().map(|it| it.parse().unwrap()).collect();
    let request = Request { from: from.parse().unwrap(), to: to.parse().unwrap(), via };
    between(&catalog(), &Facts::builtin(), &request)
}

fn chain(from: &str, to: &str, via: &[&str]) -> String {
    let path = ask(from, to, via).unwrap();
    path.versions().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn refusal(from: &str, to: &str) -> String {
    let refusal = ask(from, to, &[]).unwrap_err();
    format!("{refusal} | {}", refusal.hint())
}

#[test]
fn the_path_takes_the_newest_patch_of_every_minor() {
    assert_eq!(chain("0.7", "1.3", &[]), "0.7.0 0.8.2 0.9.1 1.0.0 1.1.0 1.2.2 1.3.0");
}

#[test]
fn a_patch_only_upgrade_is_one_hop() {
    assert_eq!(chain("1.2.0", "1.2", &[]), "1.2.0 1.2.2");
    assert_eq!(chain("1.2.0-rc0", "1.2.0", &[]), "1.2.0-rc0 1.2.0");
}

#[test]
fn a_start_that_is_not_the_newest_patch_goes_on_to_the_next_minor() {
    assert_eq!(chain("1.2.0", "1.3", &[]), "1.2.0 1.3.0");
}

#[test]
fn a_pinned_patch_takes_the_place_of_the_newest() {
    assert_eq!(chain("1.1", "1.3", &["1.2.0"]), "1.1.0 1.2.0 1.3.0");
    assert_eq!(chain("1.1", "1.3", &["1.2.2", "1.2.0"]), "1.1.0 1.2.0 1.2.2 1.3.0");
    assert_eq!(chain("1.1", "1.2.2", &["1.2.0"]), "1.1.0 1.2.0 1.2.2");
    assert!(matches!(ask("1.1", "1.2", &["1.3.0"]), Err(Refusal::PinOutsideRange { .. })));
}

#[test]
fn a_minor_that_has_only_candidates_is_passed_through_its_newest() {
    assert_eq!(chain("1.15", "1.17", &[]), "1.15.1 1.16.0-rc4 1.17.1");
    let path = ask("1.15", "1.17", &[]).unwrap();
    let findings = findings(&path, &catalog());
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, Code::PrereleaseHop);
    assert_eq!(findings[0].evidence.len(), 2);
}

#[test]
fn an_excluded_tag_in_range_is_reported_and_not_passed_through() {
    let path = ask("0.9", "1.0", &[]).unwrap();
    let findings = findings(&path, &catalog());
    assert_eq!(findings[0].code, Code::VersionExcluded);
    assert_eq!(findings[0].evidence[0].source, "facts.yaml");
    assert!(refusal("0.90.0", "1.0").contains("ancestor of 0.4.0"));
}

#[test]
fn what_was_skipped_is_told_with_the_reason() {
    let path = ask("1.1", "1.2", &[]).unwrap();
    let skipped = &path.hops()[0].skipped;
    let told: Vec<_> = skipped.iter().map(|it| format!("{}: {}", it.version, it.why)).collect();
    assert_eq!(
        told,
        ["1.2.0-rc0: release candidate", "1.2.0: older patch; patches may be skipped"]
    );
}

#[test]
fn refusals_say_what_to_do_instead() {
    let cases = [
        ("1.3", "1.0", "cannot be downgraded"),
        ("1.3", "1.3.0", "nothing to upgrade"),
        ("1.3", "1.4", "no release 1.4"),
        ("1.3", "1.5", "no release of 1.4"),
        ("0.6", "1.0", "no upgrade procedure"),
        ("1.24", "2.0", "kyma deploy"),
        ("1.2.7", "1.3", "did you mean 1.2.2"),
    ];
    for (from, to, expected) in cases {
        let text = refusal(from, to);
        assert!(text.contains(expected), "{from} to {to}: {text}");
    }
}
