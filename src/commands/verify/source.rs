//! Whether the releases and guides of a plan are still the same at their source.

use crate::cli::VerifyArgs;
use crate::commands::source;
use crate::error::Error;
use crate::event::{Event, Phase, console};
use crate::finding::{Code, Evidence, Finding};
use crate::plan::Plan;
use crate::release::Resource;

/// A finding for each file that is another one now.
pub(super) async fn changed(plan: &Plan, args: &VerifyArgs) -> Result<Vec<Finding>, Error> {
    let source = source::open(&args.source)?;
    let mut planned: Vec<(Resource, String)> = Vec::new();
    for file in plan.releases.iter().flat_map(|it| &it.files) {
        planned.push((file.resource.clone(), file.sha256.clone()));
    }
    for it in plan.hops.iter().flat_map(|it| &it.guides) {
        planned.extend(guide(&it.url, &it.name).map(|guide| (guide, it.sha256.clone())));
    }
    let mut findings = Vec::new();
    let files = planned.len();
    for (number, (resource, planned)) in planned.into_iter().enumerate() {
        let (what, number) = (resource.source(), (number + 1, files));
        console::tell(Event::Item { phase: Phase::Source, what, number });
        let what = match source.fetch(&resource, None).await? {
            Ok(artifact) if artifact.sha256 == planned => continue,
            Ok(artifact) => format!("it has the digest {} now", artifact.sha256),
            Err(_) => "it is not there any more".to_owned(),
        };
        let name = resource.source();
        let message = format!("{name} is not the file that the plan was made from: {what}");
        let evidence = Evidence::listing(name.clone(), planned);
        findings.push(Finding::new(Code::SourceChanged, name, message).evidence(evidence));
    }
    Ok(findings)
}

/// The resource of a guide, by the branch in its URL.
fn guide(url: &str, name: &str) -> Option<Resource> {
    let branch = url.split('/').find(|it| it.starts_with("release-"))?;
    let minor = branch.strip_prefix("release-")?.parse().ok()?;
    Some(Resource::guide(minor, name))
}
