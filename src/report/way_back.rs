//! What can be undone, until when, and what a restore means.
//!
//! # Decisions
//! * Only what holds for every plan is said in general; the rest comes from the hops.
//! * There is no downgrade (Kyma, the Upgrade document: no dedicated procedure; a backup that was made
//!   before gives a similar result). So nothing here is called a rollback.

use super::{HopReport, Report};

/// What holds for the way back from any hop, one sentence or two each.
pub(super) const SENTENCES: [&str; 5] = [
    "The way back from a hop is a backup from right before it; the plan has a step for it at each hop. \
     `apply` starts no hop without a completed Velero backup of the last 24 hours \
     (`--backup-max-age`) or `--backup-done REFERENCE`.",
    "Up to the point of no return, a hop is undone by putting back the objects that were saved before it: \
     `apply` keeps them in the Secret `kyma-upgrade-saved-VERSION`, the steps by hand in \
     `before-VERSION.yaml`.",
    "After it, a restore means: objects and volumes as of the backup. Everything that was written since, by \
     Kyma or by what runs on it, is lost.",
    "Velero leaves objects that exist as they are, so restore into a new or emptied cluster, and check \
     that the backup holds the volumes. A snapshot of etcd holds every object and no volume.",
    "No restore undoes what happened outside the cluster (DNS, certificates, connected systems), brings back \
     what a guide's command deleted before the backup, or takes Kubernetes back to an older version.",
];

/// The points of no return that have the same reason: the steps, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoReturn<'a> {
    /// The ids of the steps.
    pub(super) steps: Vec<&'a str>,
    /// Why, in a sentence without a full stop.
    pub(super) why: &'a str,
}

/// The points of no return of all hops, by their reason.
pub(super) fn no_return(report: &Report) -> Vec<NoReturn<'_>> {
    let mut groups: Vec<NoReturn<'_>> = Vec::new();
    for point in report.hops.iter().filter_map(|it| it.point_of_no_return.as_ref()) {
        match groups.iter_mut().find(|it| it.why == point.why) {
            Some(group) => group.steps.push(&point.step),
            None => groups.push(NoReturn { steps: vec![&point.step], why: &point.why }),
        }
    }
    groups
}

/// What a hop lets stand still: components by what is expected and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standstill<'a> {
    /// `none`, `restart`, `unavailable` or `unknown`.
    pub(super) expectation: &'a str,
    /// Why, in a sentence without a full stop.
    pub(super) why: &'a str,
    /// The components in the operator's order.
    pub(super) components: Vec<&'a str>,
}

/// The components of a hop, those that are away first.
pub(super) fn standstill(hop: &HopReport) -> Vec<Standstill<'_>> {
    const ORDER: [&str; 4] = ["unavailable", "unknown", "restart", "none"];
    let mut groups: Vec<Standstill<'_>> = Vec::new();
    for it in hop.downtime.iter().flatten() {
        match groups.iter_mut().find(|group| group.why == it.why) {
            Some(group) => group.components.push(&it.component),
            None => groups.push(Standstill {
                expectation: &it.expectation,
                why: &it.why,
                components: vec![&it.component],
            }),
        }
    }
    groups.sort_by_key(|group| ORDER.iter().position(|it| *it == group.expectation));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Deployment;
    use crate::report::{Downtime, PointOfNoReturn};

    fn hop(to: &str, why: &str, components: &[(&str, &'static str)]) -> HopReport {
        let mut hop = HopReport::new("1.0.0", to, "");
        hop.point_of_no_return =
            Some(PointOfNoReturn { step: format!("{to}/6"), why: why.to_owned() });
        let downtime = components.iter().map(|(name, expectation)| Downtime {
            component: (*name).to_owned(),
            expectation: (*expectation).into(),
            why: format!("because of {expectation}"),
        });
        hop.downtime = Some(downtime.collect());
        hop
    }

    #[test]
    fn points_of_no_return_are_told_once_for_each_reason() {
        let hops = vec![
            hop("1.1.0", "start", &[]),
            hop("1.2.0", "guide", &[]),
            hop("1.3.0", "start", &[]),
        ];
        let report = Report::new("1.0.0", "1.3.0", Deployment::Cluster, hops);
        let told = no_return(&report);
        assert_eq!(told[0], NoReturn { steps: vec!["1.1.0/6", "1.3.0/6"], why: "start" });
        assert_eq!(told[1], NoReturn { steps: vec!["1.2.0/6"], why: "guide" });
    }

    #[test]
    fn what_restarts_comes_before_what_stays() {
        let hop =
            hop("1.1.0", "", &[("a", "none"), ("b", "restart"), ("c", "none"), ("d", "unknown")]);
        let told = standstill(&hop);
        let names: Vec<_> = told.iter().map(|it| (it.expectation, it.components.clone())).collect();
        let expected = [("unknown", vec!["d"]), ("restart", vec!["b"]), ("none", vec!["a", "c"])];
        assert_eq!(names, expected);
    }
}
