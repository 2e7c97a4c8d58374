//! A saved plan with what lies beside it: artifacts, approvals.

use std::collections::BTreeMap;
use std::path::Path;

use super::approve::{read_approvals, read_plan};
use super::policy::InForce;
use super::save::folder_beside;
use crate::bundle::Bundle;
use crate::cli::{PlanFileArgs, approvals_file};
use crate::clock;
use crate::error::Error;
use crate::execute::Beside;
use crate::files;
use crate::lint::{Entry, Place};
use crate::plan::{
    self, Demands, Observed, Plan, Refusal, VerifiedPlan, Withdrawn, approval, verify,
};
use crate::report::Report;
use crate::signature;

/// The most bytes of an artifact.
const MAX_ARTIFACT: u64 = 64 << 20;

/// A saved plan, read.
pub(super) struct Saved {
    pub(super) plan: Plan,
    /// Its releases, the first one included.
    pub(super) bundles: Vec<Bundle>,
    /// Who approved it, and whose approvals do not count.
    pub(super) observed: Observed,
    demands: Demands,
}

impl Saved {
    /// Reads a plan with what lies beside it.
    pub(super) fn read(args: &PlanFileArgs, policy: &InForce) -> Result<Self, Error> {
        let plan = read_plan(&args.plan)?;
        let beside = beside(&args.plan, &plan)?;
        let bundles = plan.bundles(&beside).map_err(|error| {
            let text = format!("cannot use the plan {}: {error}", args.plan.display());
            let folder = folder_beside(&args.plan);
            Error::refused(text).hint(format!("copy {} together with the plan", folder.display()))
        })?;
        let observed = approved(args, &plan)?;
        let demands = Demands {
            approvals: policy.approvals(args.approvals).unwrap_or_default(),
            withdrawn: withdrawn(&plan, policy),
        };
        Ok(Self { plan, bundles, observed, demands })
    }

    /// How many people have to have approved the plan.
    pub(super) fn needed(&self) -> u32 {
        self.plan.approvals.max(self.demands.approvals)
    }

    /// Whether the plan may be executed on the cluster with this `uid`; without one, as far as that
    /// can be told without a cluster.
    pub(super) fn verified(&self, cluster: Option<&str>) -> Result<VerifiedPlan, Refusal> {
        let cluster = cluster.map(ToOwned::to_owned);
        let observed = Observed { cluster, ..self.observed.clone() };
        verify(self.plan.clone(), &observed, &self.demands, clock::now())
    }
}

/// What the plan accepts and the policy of today does not. A report that cannot be read is that of
/// another program, whose plan is refused anyway.
fn withdrawn(plan: &Plan, policy: &InForce) -> Option<Withdrawn> {
    let report = Report::read(&plan.report.to_string()).ok()?;
    let findings = report.all_findings().cloned().collect();
    // What was accepted when the plan was made is as good as it was.
    let given = plan.acceptances.iter().filter(|it| it.source == Place::CommandLine.to_string());
    let given = given.filter_map(|it| it.finding.parse().ok()).map(Entry::accept);
    let (policy, findings) = policy.withdrawn(findings, given)?;
    let findings: Vec<_> = findings.iter().map(plan::accepted_name).collect();
    (!findings.is_empty()).then_some(Withdrawn { policy, findings })
}

/// The artifacts that lie beside a plan. One that is missing is told when it is needed.
fn beside(path: &Path, plan: &Plan) -> Result<Beside, Error> {
    let folder = folder_beside(path);
    let mut beside = BTreeMap::new();
    for file in plan.beside() {
        let path = folder.join(file.name_beside());
        if path.exists() {
            beside.insert(file.sha256.clone(), files::read_limited(&path, MAX_ARTIFACT)?);
        }
    }
    Ok(beside)
}

/// Who approved a plan.
fn approved(args: &PlanFileArgs, plan: &Plan) -> Result<Observed, Error> {
    let file = approvals_file(&args.plan, args.approvals_file.as_deref());
    let (_, approvals) = read_approvals(&file)?;
    let mut refused_approvals = Vec::new();
    let counted = match &args.allowed_signers {
        Some(allowed) => {
            let checked = signature::check(approvals, allowed)?;
            refused_approvals.extend(checked.refused);
            checked.signed
        }
        None => approvals,
    };
    let judged = approval::judge(&counted, plan);
    refused_approvals.extend(judged.refused.iter().cloned());
    Ok(Observed {
        cluster: None,
        approved_by: judged.names(),
        refused_approvals,
        guides_read: judged.guides_read(plan),
    })
}
