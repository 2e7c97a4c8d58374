//! Whole upgrades.

use super::support::Planned;
use crate::operator::Outcome;

fn whole(deployment: &str) {
    let Some(planned) = Planned::new("1.13", deployment) else { return };
    let said = planned.apply_well(&[]);
    let upgrade = &planned.upgrade;
    assert_eq!(upgrade.image().unwrap().rsplit_once(':').unwrap().1, "1.13.0", "{said}");
    assert_eq!(upgrade.installation()["status"]["state"], "Installed");
    let outcomes = upgrade.operator().outcomes();
    let expected = ["1.11.1", "1.12.0", "1.13.0"].map(|it| (it.to_owned(), Outcome::Installed));
    assert_eq!(outcomes, expected);
    assert!(!upgrade.operator().overlapped(), "two installers were at work at once");
    let again = planned.apply_well(&[]);
    assert_eq!(again, "", "nothing is left to do");
    assert_eq!(upgrade.operator().outcomes().len(), 3);
}

#[test]
fn a_cluster_goes_over_three_hops_as_planned() {
    whole("cluster");
}

#[test]
fn minikube_goes_over_three_hops_as_planned() {
    whole("local");
}
