//! `path`: only the hops.

use super::load::Releases;
use super::{output, plan, policy};
use crate::cli::PathArgs;
use crate::error::{Error, Exit};
use crate::report::{self, Report};

pub(super) async fn run(mut args: PathArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let policy = policy::open(&args.policy.file, &args.output.console)?;
    policy.settle_source(&mut args.source);
    policy.settle_deployment(&mut args.upgrade.deployment);
    let releases = Releases::open(&args.source).await?;
    let via = policy.via(&args.upgrade.via, (&args.from, &args.to));
    let path = releases.path(&args.from, &args.to, &via)?;
    let hops = path.hops().iter().map(report::path_hop).collect();
    let (from, to) = (path.from().to_string(), path.to().to_string());
    let mut report = Report::new(&from, &to, args.upgrade.deployment(), hops);
    plan::add_path_findings(&mut report, &releases, &path);
    output::finish(report, &policy.judging(&args.policy, false), &args.output)
}
