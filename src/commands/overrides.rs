//! `overrides`: what becomes of every override of the user at every hop.

use super::hops::{self, Keys};
use super::load::Releases;
use super::plan::Analysis;
use super::{output, user_overrides};
use crate::cli::OverridesArgs;
use crate::error::{Error, Exit};
use crate::lint::{self, Context};
use crate::report::{self, HopReport, Report};

pub(super) async fn run(args: &OverridesArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    if args.overrides.files.is_empty() {
        let hint = "give your override ConfigMaps and Secrets with -f, or pipe them in: \
                    kubectl get cm,secret -n kyma-installer -l installer=overrides -o yaml | \
                    kyma-upgrade overrides -f - …";
        return Err(Error::usage("no overrides are given").hint(hint));
    }
    let overrides = user_overrides::read(&args.overrides)?;
    let releases = Releases::open(&args.source, &args.output.console).await?;
    let path = releases.path(&args.from, &args.to, &args.upgrade.via)?;
    let deployment = args.upgrade.deployment.into();
    let read = hops::read(&releases, &path, deployment).await?;
    let compared = hops::compare(&read, &releases.facts, (&overrides, Keys::Given));
    let analysis = Analysis { facts: &releases.facts, deployment, stories: &compared.stories };
    let hops = analysis.hops(&path, read, &compared.changes, only_overrides);
    let (from, to) = (path.from().to_string(), path.to().to_string());
    let mut report = Report::new(&from, &to, deployment, hops);
    report.user_overrides = Some(report::user_overrides(&compared.stories));
    report.findings.extend(lint::user_override_findings(&overrides));
    output::finish(report, &args.policy, &args.output)
}

fn only_overrides(context: &Context<'_>) -> HopReport {
    HopReport { findings: lint::fate_findings(context), ..report::path_hop(context.hop) }
}
