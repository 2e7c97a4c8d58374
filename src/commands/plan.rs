//! `plan`: the path, what every hop changes, what was found, and the steps.

use super::load::{Documents, Gathered, Releases};
use super::{output, user_overrides};
use crate::analysis::Changes;
use crate::bundle::Bundle;
use crate::cli::PlanArgs;
use crate::error::{Error, Exit};
use crate::guide::{HopGuide, Known};
use crate::lint::{self, Context};
use crate::manifest::Component;
use crate::path::{self, Hop, UpgradePath};
use crate::plan;
use crate::release::{Deployment, Facts};
use crate::report::{self, HopReport, Report};

pub(super) async fn run(args: &PlanArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let overrides = user_overrides::read(&args.overrides)?;
    let releases = Releases::open(&args.source, &args.output.console).await?;
    let path = releases.path(&args.from, &args.to, &args.upgrade.via)?;
    let deployment = args.upgrade.deployment.into();
    let hops = hops(&releases, &path, deployment).await?;
    let mut report =
        Report::new(&path.from().to_string(), &path.to().to_string(), deployment, hops);
    add_path_findings(&mut report, &releases, &path);
    report.findings.extend(lint::user_override_findings(&overrides));
    output::finish(report, &args.policy, &args.output)
}

/// Every hop of the path, analysed.
pub(super) async fn hops(
    releases: &Releases,
    path: &UpgradePath,
    deployment: Deployment,
) -> Result<Vec<HopReport>, Error> {
    let mut gathered = Gathered::default();
    let versions: Vec<_> = path.versions().collect();
    releases.gather_files(&mut gathered, &versions, &[deployment]).await?;
    releases.gather_documents(&mut gathered, path).await?;
    let bundles = versions.iter().map(|it| releases.bundle(&gathered, it, deployment));
    let bundles: Vec<_> = bundles.collect();
    let ends = bundles.iter().zip(&bundles[1..]);
    let hops = path.hops().iter().zip(ends).map(|(hop, (from, to))| {
        let is_first = hop.from == *path.from();
        let documents = gathered.documents(hop);
        analyse(&releases.facts, hop, (from, to), documents, (deployment, is_first))
    });
    Ok(hops.collect())
}

fn analyse(
    facts: &Facts,
    hop: &Hop,
    (from, to): (&Bundle, &Bundle),
    documents: Documents,
    (deployment, is_first): (Deployment, bool),
) -> HopReport {
    let changes = Changes::between(from, to, facts);
    let guide = &judged(hop, documents, &changes);
    let context = Context { hop, from, to, changes: &changes, guide, facts, deployment, is_first };
    let guides: Vec<_> = guide.guides.iter().map(|it| it.name.clone()).collect();
    report::hop(report::HopInput {
        context: &context,
        findings: lint::findings(&context),
        steps: plan::steps(hop, to, deployment, facts, &guides),
    })
}

fn judged(hop: &Hop, documents: Documents, changes: &Changes) -> HopGuide {
    let names = |list: &[Component]| -> Vec<String> {
        list.iter().map(|it| it.release_name().to_owned()).collect()
    };
    let (removed, added) = (names(&changes.components.removed), names(&changes.components.added));
    let known = Known { breaks: changes.break_something(), removed: &removed, added: &added };
    HopGuide::new(hop.minors(), documents.guides, documents.stale, documents.notes, known)
}

/// Puts the findings of the path itself where they belong.
pub(super) fn add_path_findings(report: &mut Report, releases: &Releases, path: &UpgradePath) {
    for finding in path::findings(path, &releases.catalog) {
        let hop = finding.hop.as_ref().map(ToString::to_string);
        let place = report.hops.iter_mut().find(|it| Some(&it.to) == hop.as_ref());
        match place {
            Some(hop) => {
                hop.findings.push(finding);
                lint::sort(&mut hop.findings);
            }
            None => report.findings.push(finding),
        }
    }
}
