//! Saving a plan.

use std::path::{Path, PathBuf};

use super::output;
use super::simulation::Simulation;
use crate::bundle::Bundle;
use crate::cli::SaveArgs;
use crate::clock;
use crate::error::Error;
use crate::event::{Event, Phase, console};
use crate::files;
use crate::lint::Verdict;
use crate::plan::{Plan, PlanInput, PlannedGuide, Step};
use crate::report::{HopReport, PlanFile, Report};

/// Makes sure that the plan can be written, before the work for it.
pub(super) fn check(args: &SaveArgs) -> Result<(), Error> {
    Ok(args.save_plan.as_deref().map_or(Ok(()), files::check_writable)?)
}

/// Writes the plan file, where one was asked for, and says which it is.
pub(super) fn save(
    args: &SaveArgs,
    report: &Report,
    (bundles, simulation): (&[Bundle], Simulation),
) -> Result<Option<PlanFile>, Error> {
    let Some(path) = &args.save_plan else {
        return Ok(None);
    };
    let plan = plan(args, report, (bundles, simulation)).ok_or_else(|| {
        let message = format!("cannot save the plan to {}: not every hop is known", path.display());
        Error::failed(message)
            .hint("see the findings about artifacts; every applied file is needed")
    })?;
    let what = path.display().to_string();
    console::tell(Event::Item { phase: Phase::Write, what, number: (1, 1) });
    write_beside(path, &plan, bundles)?;
    files::write_atomically(path, &plan.to_bytes())?;
    if plan.cluster.is_none() {
        output::warn(&[
            "the plan was made without a cluster: it can be read and compared, but not applied",
        ]);
    }
    output::say(&format!("saved the plan {} to {}", plan.short_digest(), path.display()));
    Ok(Some(plan_file(path, &plan)))
}

fn plan(
    args: &SaveArgs,
    report: &Report,
    (bundles, simulation): (&[Bundle], Simulation),
) -> Option<Plan> {
    let valid_until = args.valid_for.map(|it| clock::now() + it);
    Plan::new(PlanInput {
        bundles,
        deployment: report.deployment,
        hops: report.hops.iter().map(steps_and_guides).collect(),
        simulated: &simulation.hops,
        read_sets: simulation.read_sets,
        cluster: simulation.identity,
        valid_until,
        approvals: args.approvals.unwrap_or_default(),
        findings: report.all_findings().collect(),
        ready: report.verdict == Verdict::Ready,
        report: serde_json::to_value(report).expect("the report has only JSON types"),
    })
}

fn steps_and_guides(hop: &HopReport) -> (Vec<Step>, Vec<PlannedGuide>) {
    let guides = hop.guide.iter().flat_map(|it| &it.files).map(|it| PlannedGuide {
        name: it.name.clone(),
        url: it.url.clone(),
        sha256: it.sha256.clone(),
    });
    (hop.steps.clone().unwrap_or_default(), guides.collect())
}

/// A saved plan, as reports name it.
pub(super) fn plan_file(path: &Path, plan: &Plan) -> PlanFile {
    PlanFile {
        name: path.display().to_string(),
        digest: plan.digest.clone(),
        approvals: plan.approvals,
    }
}

/// The folder of the artifacts that are no part of a plan file.
pub(super) fn folder_beside(plan: &Path) -> PathBuf {
    files::with_ending(plan, "artifacts")
}

/// Writes the artifacts that hold secret values, for their owner alone.
fn write_beside(path: &Path, plan: &Plan, bundles: &[Bundle]) -> Result<(), Error> {
    let folder = folder_beside(path);
    for file in plan.beside() {
        let files = bundles.iter().flat_map(|it| &it.files);
        let mut same = files.filter(|it| it.artifact.sha256 == file.sha256);
        if let Some(artifact) = same.next() {
            files::make_folder(&folder)?;
            files::write_private(&folder.join(file.name_beside()), &artifact.artifact.bytes)?;
        }
    }
    Ok(())
}
