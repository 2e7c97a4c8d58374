use super::*;

const RELEASES: [&str; 63] = [
    "0.7.0",
    "0.8.0",
    "0.8.1",
    "0.8.2",
    "0.9.0",
    "0.9.1",
    "1.0.0",
    "1.1.0",
    "1.2.0",
    "1.2.1",
    "1.2.2",
    "1.3.0",
    "1.4.0",
    "1.4.1",
    "1.5.0",
    "1.6.0",
    "1.7.0",
    "1.7.1",
    "1.8.0",
    "1.9.0",
    "1.10.0",
    "1.11.0",
    "1.11.1",
    "1.12.0",
    "1.13.0",
    "1.14.0",
    "1.15.0",
    "1.15.1",
    "1.16.0-rc1",
    "1.16.0-rc2",
    "1.16.0-rc3",
    "1.16.0-rc4",
    "1.17.0",
    "1.17.1",
    "1.18.0",
    "1.18.1",
    "1.18.2",
    "1.19.0",
    "1.19.1",
    "1.19.2",
    "1.20.0",
    "1.21.0",
    "1.21.1",
    "1.21.2",
    "1.22.0",
    "1.22.1",
    "1.23.0",
    "1.23.1",
    "1.24.0",
    "1.24.1",
    "1.24.2",
    "1.24.3",
    "1.24.4",
    "1.24.5",
    "1.24.6",
    "1.24.7",
    "1.24.8",
    "1.24.9",
    "1.24.10",
    "1.24.11",
    "1.2.0-rc1",
    "1.12.0-rc3",
    "1.18.0-rc1",
];

fn operator<'a>(facts: &'a Facts, release: &str) -> &'a Operator {
    facts.operator(&release.parse().unwrap())
}

#[test]
fn every_release_has_exactly_one_operator() {
    let facts = Facts::builtin();
    assert!(facts.operators.is_sorted_by(|a, b| a.from < b.from));
    for it in &facts.operators {
        assert!(RELEASES.contains(&it.from.to_string().as_str()), "{} is no release", it.from);
    }
    for release in RELEASES {
        let release: Version = release.parse().unwrap();
        let begun: Vec<_> =
            facts.operators.iter().map(|it| has_begun(&it.from, &release)).collect();
        // A range holds where it has begun and the one after it has not.
        let nexts = begun.iter().skip(1).chain([&false]);
        let holding = begun.iter().zip(nexts).filter(|(begun, next)| **begun && !**next);
        assert_eq!(holding.count(), 1, "{release}");
    }
}

#[test]
fn limits_are_given_where_there_is_one_and_sources_differ() {
    let facts = Facts::builtin();
    for it in &facts.operators {
        let limited = it.waits == Waits::Limited;
        assert_eq!(it.install_minutes.is_some(), limited, "{}", it.from);
        assert_eq!(it.upgrade_minutes.is_some(), limited, "{}", it.from);
        assert!(!it.pauses.is_empty());
        let line = it.evidence();
        let same = facts.operators.iter().filter(|other| other.evidence() == line);
        assert_eq!((same.count(), line.line.is_some()), (1, true), "{}", it.from);
    }
}

#[test]
fn operators_change_where_their_code_did() {
    let facts = Facts::builtin();
    let told = |release: &str| {
        let it = operator(&facts, release);
        (it.helm, it.decides, it.on_failure, it.waits, it.rollout)
    };
    let deployed = Decides::Deployed;
    let status = Decides::Status;
    let mends = OnFailure::MendsAndStops;
    let limited = Waits::Limited;
    assert_eq!(told("1.10.0"), (2, deployed, OnFailure::Repeats, limited, Rollout::Rolling));
    assert_eq!(told("1.11.1"), (2, deployed, OnFailure::Stops, limited, Rollout::Rolling));
    assert_eq!(told("1.12.0"), (2, deployed, OnFailure::Stops, limited, Rollout::Recreate));
    assert_eq!(told("1.13.0"), (2, status, mends, limited, Rollout::Recreate));
    assert_eq!(told("1.14.0"), (3, status, mends, Waits::Unlimited, Rollout::Recreate));
    assert_eq!(told("1.24.0"), (3, status, mends, Waits::Unlimited, Rollout::Recreate));
    assert_eq!(told("1.24.1"), (3, status, mends, Waits::Never, Rollout::Recreate));
    assert_eq!(told("1.24.11"), (3, status, mends, limited, Rollout::Recreate));
}

#[test]
fn only_1_14_and_1_15_convert_and_none_from_1_18_on_removes_the_finalizer() {
    let facts = Facts::builtin();
    let all = RELEASES.map(|it| (it, operator(&facts, it)));
    let converting: Vec<_> = all.iter().filter(|it| it.1.converts_helm2).map(|it| it.0).collect();
    assert_eq!(converting, ["1.14.0", "1.15.0", "1.15.1"]);
    for (release, operator) in all {
        let release: Version = release.parse().unwrap();
        let before = (release.major, release.minor) < (1, 18);
        assert_eq!(operator.removes_finalizer, before, "{release}");
    }
}

#[test]
fn whoever_reads_about_a_failure_learns_whether_it_goes_on_by_itself() {
    let facts = Facts::builtin();
    let repeats = operator(&facts, "1.10.0").failing();
    assert!(repeats.contains("for ever") && repeats.contains("no command is needed"));
    let stops = operator(&facts, "1.11.1").failing();
    assert!(stops.contains("6 times") && stops.contains("nothing goes on by itself"));
    assert!(stops.contains(RESUME) && !stops.contains("rolls back"));
    assert!(operator(&facts, "1.13.0").failing().contains("rolls back"));
    assert!(operator(&facts, "0.7.0").failing().contains("logs deployment/kyma-installer"));
}

#[test]
fn limits_are_told_in_minutes() {
    let facts = Facts::builtin();
    assert!(operator(&facts, "1.0.0").waiting().contains(", 60 minutes at most"));
    let both = operator(&facts, "1.24.9").waiting();
    assert!(both.contains("6 minutes where it upgrades, 20 where it installs"), "{both}");
    assert!(operator(&facts, "1.14.0").waiting().contains("without a limit"));
    assert!(operator(&facts, "1.24.1").waiting().contains("does not wait"));
}
