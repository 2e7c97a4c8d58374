//! `guides`: the migration guides of every hop.

use super::hops::{self, Keys};
use super::load::Releases;
use super::plan::Analysis;
use super::{output, policy};
use crate::cli::GuidesArgs;
use crate::error::{Error, Exit};
use crate::finding::{Code, Finding};
use crate::overrides::UserOverrides;
use crate::report::{HopReport, Report};

pub(super) async fn run(mut args: GuidesArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let policy = policy::open(&args.policy.file, &args.output.console)?;
    policy.settle_source(&mut args.source);
    policy.settle_deployment(&mut args.upgrade.deployment);
    let releases = Releases::open(&args.source).await?;
    let via = policy.via(&args.upgrade.via, (&args.from, &args.to));
    let path = releases.path(&args.from, &args.to, &via)?;
    let deployment = args.upgrade.deployment();
    let read = hops::read(&releases, &path, deployment).await?;
    let none = UserOverrides::default();
    let compared = hops::compare(&read, &releases.facts, (&none, Keys::All));
    let analysis = Analysis { facts: &releases.facts, deployment, stories: &[], simulated: &[] };
    let hops = analysis
        .hops(&path, (&read.bundles, read.documents), &compared.changes, |it| analysis.whole(it));
    let hops = hops.into_iter().map(|hop| only_guides(hop, args.show)).collect();
    let (from, to) = (path.from().to_string(), path.to().to_string());
    let report = Report::new(&from, &to, deployment, hops);
    output::finish(report, &policy.judging(&args.policy, false), &args.output)
}

fn only_guides(hop: HopReport, show: bool) -> HopReport {
    let mut guide = hop.guide;
    if let Some(guide) = guide.as_mut().filter(|_| !show) {
        guide.checklist.clear();
    }
    HopReport {
        guide,
        findings: hop.findings.into_iter().filter(is_about_guides).collect(),
        skipped: hop.skipped,
        ..HopReport::new(&hop.from, &hop.to, &hop.reason)
    }
}

fn is_about_guides(finding: &Finding) -> bool {
    matches!(
        finding.code,
        Code::GuideRequired
            | Code::GuideMissing
            | Code::GuideStale
            | Code::GuideCoversSeveralHops
            | Code::BreakingChangeWithoutGuide
            | Code::PrereleaseDiffersFromGuide
    )
}
