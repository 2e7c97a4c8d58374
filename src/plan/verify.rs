//! Whether a plan still holds, and may be executed.
//!
//! # Decisions
//! * The order of checks is that in which a person can do something about them: the file, its age,
//!   the cluster, its approvals.
//! * What changed in the cluster since is judged where the execution stands, hop by hop, by
//!   [`ReadSet`](super::ReadSet).

use jiff::Timestamp;

use super::file::Plan;

/// What is demanded of a plan beyond what it demands itself.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// How many people have to have approved it.
    pub approvals: u32,
    /// What the policy of today does not accept any more.
    pub withdrawn: Option<Withdrawn>,
}

/// Findings that the plan accepts and a policy does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The policy file.
    pub policy: String,
    /// The findings, as `--accept` names them; never none.
    pub findings: Vec<String>,
}

/// What is known at the time of the check.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The `uid` of the namespace `kube-system`; none where no cluster was looked at.
    pub cluster: Option<String>,
    /// The names of those who approved this plan, each once.
    pub approved_by: Vec<String>,
    /// The approvals that do not count, and why.
    pub refused_approvals: Vec<(String, String)>,
    /// The names of the guides that were read by those who approved.
    pub guides_read: Vec<String>,
}

/// Why a plan is not executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another version of the program made it, which may judge otherwise.
    #[error("the plan was made by kyma-upgrade {made}, and this is {this}")]
    Tool {
        /// The version that made it.
        made: String,
        /// This one.
        this: String,
    },
    /// It is too old.
    #[error("the plan was valid until {0}")]
    Expired(Timestamp),
    /// Something stands against the upgrade.
    #[error("the plan is blocked by findings that nobody accepted")]
    Blocked,
    /// Something that it accepts was accepted for a time that is over.
    #[error("the plan accepts {finding} until {until}, which is over")]
    AcceptanceEnded {
        /// The finding, as `--accept` names it.
        finding: String,
        /// The last day.
        until: String,
    },
    /// Something that it accepts is not accepted any more.
    #[error("the plan accepts what {} no longer does: {}", .0.policy, .0.findings.join(", "))]
    Withdrawn(Withdrawn),
    /// It was made without a cluster.
    #[error("the plan was made without a cluster, so nobody knows what it would do to this one")]
    NoCluster,
    /// It was made for another cluster.
    #[error("the plan was made for another cluster ({planned}); this is {this}")]
    OtherCluster {
        /// The cluster of the plan.
        planned: String,
        /// This one.
        this: String,
    },
    /// Not enough people approved it.
    #[error("the plan needs {needed} approvals and has {}{}", given.len(), refused_text(refused))]
    Approvals {
        /// How many it needs.
        needed: u32,
        /// Who approved it.
        given: Vec<String>,
        /// Whose approvals do not count, and why.
        refused: Vec<(String, String)>,
    },
    /// Guides were not read.
    #[error("nobody says to have read {}", .0.join(", "))]
    Guides(Vec<String>),
}

fn refused_text(refused: &[(String, String)]) -> String {
    let texts = refused.iter().map(|(name, why)| format!("; that of {name} does not count: {why}"));
    texts.collect::<Vec<_>>().concat()
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Tool { made, .. } => {
                format!("use kyma-upgrade {made}, or make and approve the plan again with this one")
            }
            Self::Blocked => {
                "settle the blockers, or accept them by name when planning (--accept)".to_owned()
            }
            Self::AcceptanceEnded { .. } => {
                "have the finding accepted again, and make the plan again".to_owned()
            }
            Self::Withdrawn(_) => {
                "make the plan again with the policy of today, look at what is different, and have it \
                 approved; or say which policy counts: --policy FILE"
                    .to_owned()
            }
            Self::NoCluster => "plan with --context, --kubeconfig or --cluster-state".to_owned(),
            Self::OtherCluster { .. } => {
                "choose the right cluster with --context or --kubeconfig".to_owned()
            }
            Self::Approvals { .. } => {
                "approve it: kyma-upgrade approve PLAN --as NAME --guide GUIDE...".to_owned()
            }
            Self::Guides(_) => {
                "read them (kyma-upgrade guides FROM TO --show), do what has to be done before each \
                 hop, and say so: kyma-upgrade approve PLAN --as NAME --guide GUIDE..."
                    .to_owned()
            }
            Self::Expired(_) => {
                "make the plan again, look at what is different, and have it approved".to_owned()
            }
        }
    }
}

/// A plan that may be executed. Only [`verify`] makes one.
#[derive(Debug)]
pub struct VerifiedPlan {
    plan: Plan,
}

impl VerifiedPlan {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Checks a plan against what is known now. `now` is the time of the check.
///
/// # Errors
/// When the plan must not be executed.
pub fn verify(
    plan: Plan,
    observed: &Observed,
    demands: &Demands,
    now: Timestamp,
) -> Result<VerifiedPlan, Refusal> {
    is_usable(&plan, now)?;
    if let Some(withdrawn) = &demands.withdrawn {
        return Err(Refusal::Withdrawn(withdrawn.clone()));
    }
    match (&plan.cluster, &observed.cluster) {
        (None, _) => return Err(Refusal::NoCluster),
        (Some(planned), Some(this)) if planned.uid != *this => {
            let server = planned.server.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
            let planned = format!("{}{server}", planned.uid);
            return Err(Refusal::OtherCluster { planned, this: this.clone() });
        }
        _ => {}
    }
    is_approved(&plan, observed, demands)?;
    Ok(VerifiedPlan { plan })
}

/// Whether the plan itself can still be used.
fn is_usable(plan: &Plan, now: Timestamp) -> Result<(), Refusal> {
    let this = env!("CARGO_PKG_VERSION");
    if plan.tool != this {
        return Err(Refusal::Tool { made: plan.tool.clone(), this: this.to_owned() });
    }
    if let Some(until) = plan.valid_until.filter(|it| *it < now) {
        return Err(Refusal::Expired(until));
    }
    if !plan.ready {
        return Err(Refusal::Blocked);
    }
    ended(plan, now).map_or(Ok(()), Err)
}

/// The refusal of a plan that accepts something for a time that is over.
pub fn ended(plan: &Plan, now: Timestamp) -> Option<Refusal> {
    let ended = plan.ended_acceptance(now)?;
    let until = ended.expires.clone().unwrap_or_default();
    Some(Refusal::AcceptanceEnded { finding: ended.finding.clone(), until })
}

fn is_approved(plan: &Plan, observed: &Observed, demands: &Demands) -> Result<(), Refusal> {
    let needed = plan.approvals.max(demands.approvals);
    if observed.approved_by.len() < needed as usize {
        let (given, refused) = (observed.approved_by.clone(), observed.refused_approvals.clone());
        return Err(Refusal::Approvals { needed, given, refused });
    }
    let unread = plan.guides().into_iter().filter(|it| !observed.guides_read.contains(&it.name));
    let unread: Vec<_> = unread.map(|it| it.name.clone()).collect();
    if unread.is_empty() { Ok(()) } else { Err(Refusal::Guides(unread)) }
}
