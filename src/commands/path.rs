//! `path`: only the hops.

use super::load::Releases;
use super::{output, plan};
use crate::cli::PathArgs;
use crate::error::{Error, Exit};
use crate::report::{self, Report};

pub(super) async fn run(args: &PathArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let releases = Releases::open(&args.source).await?;
    let path = releases.path(&args.from, &args.to, &args.upgrade.via)?;
    let hops = path.hops().iter().map(report::path_hop).collect();
    let (from, to) = (path.from().to_string(), path.to().to_string());
    let mut report = Report::new(&from, &to, args.upgrade.deployment.into(), hops);
    plan::add_path_findings(&mut report, &releases, &path);
    output::finish(report, &args.policy, &args.output)
}
