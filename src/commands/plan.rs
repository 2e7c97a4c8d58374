//! `plan`: the path, what every hop changes, what was found, and the steps.

use futures::future::try_join;

use super::cluster;
use super::hops::{self, Keys, Read};
use super::load::{Documents, Releases};
use super::policy::InForce;
use super::simulation::{Knowledge, Simulation, Start};
use super::{output, policy, save, user_overrides};
use crate::analysis::Changes;
use crate::bundle::Bundle;
use crate::cli::PlanArgs;
use crate::error::{Error, Exit};
use crate::guide::{HopGuide, Known};
use crate::lint::{self, Context};
use crate::liveness::Story;
use crate::manifest::{Component, Reading};
use crate::migrate;
use crate::path::{self, Hop, UpgradePath};
use crate::plan;
use crate::release::{Deployment, Facts, KubernetesFacts, VersionRequest};
use crate::report::{self, HopReport, Report, UserOverride};
use crate::simulate::Simulated;

pub(super) async fn run(mut args: PlanArgs) -> Result<Exit, Error> {
    output::check(&args.output)?;
    let policy = &settle(&mut args)?;
    let args = &args;
    save::check(&args.save)?;
    cluster::check(args)?;
    let files = user_overrides::read_files(&args.overrides)?;
    let override_files = user_overrides::sources(&files);
    // Reading a large state takes as long as reading the releases; neither needs the other unless the
    // cluster has to say which release comes first.
    let loading = cluster::load(args.cluster.cluster_state.as_deref(), &args.cluster.live);
    let (cluster, whole) = if let Some(from) = &args.from {
        try_join(loading, whole(args, policy, from)).await?
    } else {
        let cluster = loading.await?;
        let from = cluster::start(cluster.as_ref())?;
        (cluster, whole(args, policy, &from).await?)
    };
    let Whole { releases, path, read } = whole;
    let deployment = args.upgrade.deployment();
    let known = Knowledge {
        facts: &releases.facts,
        api: &KubernetesFacts::builtin(),
        kubernetes: args.cluster.kubernetes_version,
        kubernetes_otherwise: policy.kubernetes_version(),
        keep_overrides: args.handling.keep_overrides,
        keep_states: args.cluster.save_states.is_some(),
        keep_read_sets: args.save.save_plan.is_some(),
    };
    let is_real = cluster.is_some();
    let start = Start::new(cluster, &read.bundles[0], &known);
    let set = if is_real { start.user_overrides(&read.bundles[0]) } else { Reading::default() };
    let overrides = user_overrides::with_cluster(set, files);
    let compared = hops::compare(&read, &releases.facts, (&overrides, Keys::All));
    let moves = args.handling.migrate_overrides;
    let moves = moves.then(|| migrate::planned_moves(&overrides, &compared.stories));
    let mut simulation = start.run(&read, moves.unwrap_or_default());
    let analysis = Analysis {
        facts: &releases.facts,
        deployment,
        stories: &compared.stories,
        simulated: &simulation.hops,
    };
    let Read { bundles, documents } = read;
    let told = (&bundles[..], documents);
    let hops = analysis.hops(&path, told, &compared.changes, |it| analysis.whole(it));
    let mut report =
        Report::new(&path.from().to_string(), &path.to().to_string(), deployment, hops);
    if overrides.objects().next().is_some() || !args.overrides.files.is_empty() {
        report.user_overrides = Some(user_overrides_of(&compared.stories, &simulation));
    }
    report.override_files = override_files;
    report.findings.extend(lint::user_override_findings(&overrides));
    add_path_findings(&mut report, &releases, &path);
    cluster::save_states(args.cluster.save_states.as_deref(), &path, &simulation.states)?;
    add_simulation(&mut report, &mut simulation);
    let report = output::judged(report, &policy.judging(&args.policy, true));
    let plan = save::save(&args.save, &report, (&bundles, simulation))?;
    output::publish(output::Told { report: &report, plan: plan.as_ref() }, &args.output)
}

/// Puts the policy file behind what the command line says.
fn settle(args: &mut PlanArgs) -> Result<InForce, Error> {
    let policy = policy::open(&args.policy.file, &args.output.console)?;
    policy.settle_source(&mut args.source);
    policy.settle_deployment(&mut args.upgrade.deployment);
    policy.settle_saving(&mut args.save);
    Ok(policy)
}

/// What becomes of the user's overrides, without the keys that the plan moves.
fn user_overrides_of(stories: &[Story], simulation: &Simulation) -> Vec<UserOverride> {
    let mut list = report::user_overrides(stories);
    for (number, it) in simulation.hops.iter().enumerate() {
        let moves = it.as_ref().map(|it| it.moves.as_slice()).unwrap_or_default();
        report::take_out_moves(&mut list, number, moves);
    }
    list
}

/// Everything that is read of releases.
struct Whole {
    releases: Releases,
    path: UpgradePath,
    read: Read,
}

async fn whole(args: &PlanArgs, policy: &InForce, from: &VersionRequest) -> Result<Whole, Error> {
    let releases = Releases::open(&args.source).await?;
    let via = policy.via(&args.upgrade.via, (from, &args.to));
    let path = releases.path(from, &args.to, &via)?;
    let read = hops::read(&releases, &path, args.upgrade.deployment()).await?;
    Ok(Whole { releases, path, read })
}

fn add_simulation(report: &mut Report, simulation: &mut Simulation) {
    report.kubernetes_version = simulation.kubernetes.map(|it| it.to_string());
    report.cluster = simulation.cluster.take();
    report.findings.append(&mut simulation.findings);
    lint::sort(&mut report.findings);
}

/// What all hops are judged with.
pub(super) struct Analysis<'a> {
    pub(super) facts: &'a Facts,
    pub(super) deployment: Deployment,
    pub(super) stories: &'a [Story],
    /// What each hop does to the cluster; empty where that was not asked for.
    pub(super) simulated: &'a [Option<Simulated>],
}

impl Analysis<'_> {
    /// Every hop of the path, as `report` makes it of what is known.
    pub(super) fn hops(
        &self,
        path: &UpgradePath,
        (bundles, documents): (&[Bundle], Vec<Documents>),
        changes: &[Changes],
        report: impl Fn(&Context<'_>) -> HopReport,
    ) -> Vec<HopReport> {
        let ends = bundles.iter().zip(&bundles[1..]);
        let hops = path.hops().iter().zip(ends).zip(changes).zip(documents).enumerate();
        let hops = hops.map(|(number, (((hop, (from, to)), changes), documents))| {
            let guide = &self.judged(hop, number, documents, changes);
            let context = Context {
                hop,
                from,
                to,
                changes,
                guide,
                facts: self.facts,
                deployment: self.deployment,
                is_first: number == 0,
                stories: self.stories,
                number,
                simulated: self.simulated.get(number).and_then(Option::as_ref),
                history: &bundles[..number],
            };
            report(&context)
        });
        hops.collect()
    }

    /// A hop with everything that is known.
    pub(super) fn whole(&self, context: &Context<'_>) -> HopReport {
        let guides: Vec<_> = context.guide.guides.iter().map(|it| it.name.clone()).collect();
        report::hop(report::HopInput {
            context,
            findings: lint::findings(context),
            steps: plan::steps(&plan::StepsInput {
                hop: context.hop,
                release: context.to,
                deployment: self.deployment,
                facts: self.facts,
                guides: &guides,
                simulated: context.simulated,
            }),
        })
    }

    fn judged(
        &self,
        hop: &Hop,
        number: usize,
        documents: Documents,
        changes: &Changes,
    ) -> HopGuide {
        let names = |list: &[Component]| -> Vec<String> {
            list.iter().map(|it| it.release_name().to_owned()).collect()
        };
        let (removed, added) =
            (names(&changes.components.removed), names(&changes.components.added));
        let mut fates = self.stories.iter().filter_map(|it| it.fates.get(number));
        let breaks = changes.break_something() || fates.any(|it| it.status.breaks());
        let known = Known { breaks, removed: &removed, added: &added };
        HopGuide::new(hop.minors(), documents.guides, documents.stale, documents.notes, known)
    }
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
