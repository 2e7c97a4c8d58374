//! Whole upgrades.

use std::path::{Path, PathBuf};

use super::support::{Planned, Wish};
use crate::operator::Outcome;
use crate::support::Mirror;
use crate::upgrade::{Source, Upgrade};

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
    let status = upgrade.run(&["status"]);
    let status = String::from_utf8_lossy(&status.stdout);
    assert!(status.contains("1.13.0") && status.contains("installed"), "{status}");
    let again = planned.apply_well(&[]);
    assert_eq!(again, "", "nothing is left to do");
    assert_eq!(upgrade.operator().outcomes().len(), 3);
    let edit =
        "-n kyma-installer set image deployment/kyma-installer *=registry/kyma-installer:1.12.0";
    upgrade.kubectl(edit);
    let said = planned.apply_badly(4, &[]);
    assert!(said.contains("is not as it left it") && said.contains("1.12.0"), "{said}");
}

#[test]
fn a_cluster_goes_over_three_hops_as_planned() {
    whole("cluster");
}

#[test]
fn minikube_goes_over_three_hops_as_planned() {
    whole("local");
}

/// An edit of an override of the release, and overrides of one's own.
const OWN: [&str; 3] = [
    "-n kyma-installer patch configmap istio-overrides --type=merge -p \
     {\"data\":{\"pilot.resources.limits.memory\":\"2048Mi\"}}",
    "-n kyma-installer create configmap mine --from-literal=global.own=1",
    "-n kyma-installer label configmap mine installer=overrides",
];

/// The folder of the releases as they were published, if there is one.
fn data() -> Option<PathBuf> {
    std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from)
}

fn real(data: &Path, deployment: &str, options: &[&str]) {
    let mirror = Mirror::of_release_data(data);
    let releases = |_: &Path| Source::of_release_data(data, mirror.path());
    let local = deployment == "local";
    let edit = |upgrade: &Upgrade| {
        for command in &OWN[usize::from(!local)..] {
            upgrade.kubectl(command);
        }
    };
    let wish = Wish { to: "1.13", deployment, options, releases: &releases, edit: &edit };
    let Some(planned) = Planned::of(&wish) else { return };
    let said = planned.apply_well(&[]);
    let upgrade = &planned.upgrade;
    assert!(upgrade.image().unwrap().ends_with(":1.13.0"), "{said}");
    let outcomes = upgrade.operator().outcomes();
    assert!(outcomes.iter().all(|it| it.1 == Outcome::Installed), "{outcomes:?}");
    assert_eq!(outcomes.len(), 3);
    assert!(said.contains("objects are as predicted; 1.13.0 is installed"), "{said}");
    if local {
        let kept = upgrade.kubectl("-n kyma-installer get configmap istio-overrides -o json");
        assert!(kept.contains("\"pilot.resources.limits.memory\": \"2048Mi\""), "{kept}");
    }
}

#[test]
fn published_releases_for_clusters_go_over_three_hops() {
    let Some(data) = data() else {
        println!("not run: KYMA_RELEASE_DATA names no folder with real releases");
        return;
    };
    real(&data, "cluster", &[]);
}

#[test]
fn published_releases_for_minikube_keep_an_edit_over_three_hops() {
    let Some(data) = data() else {
        println!("not run: KYMA_RELEASE_DATA names no folder with real releases");
        return;
    };
    real(&data, "local", &["--keep-overrides"]);
}
