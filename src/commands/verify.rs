//! `verify`: whether a saved plan still holds.

use serde::Serialize;

use super::approve::told::accepted;
use super::saved::Saved;
use super::{cluster, output, policy, save};
use crate::cli::{Format, VerifyArgs};
use crate::error::{Error, Exit};
use crate::execute::preflight;
use crate::finding::{Finding, Severity};
use crate::journal::ResumePoint;
use crate::plan::{PlannedAcceptance, Refusal};
use crate::report::{Report, sanitize};

mod source;

/// What `verify` says, as `-o json` prints it.
#[derive(Debug, Serialize)]
struct Verification {
    /// The version of the JSON shape.
    format: u32,
    /// The digest of the plan.
    plan: String,
    from: String,
    to: String,
    /// Whether the plan holds.
    holds: bool,
    /// Why it may not be executed, whatever the cluster is like.
    refusal: Option<String>,
    /// What people have to do yet before it may be executed: approvals, guides.
    open: Option<String>,
    /// Who approved it.
    approved_by: Vec<String>,
    /// The findings that were accepted.
    accepted: Vec<String>,
    /// Why and until when, and which findings the policy lowered.
    acceptances: Vec<PlannedAcceptance>,
    /// Whether a cluster was looked at, and which.
    cluster: Option<String>,
    /// Whether releases and guides were compared with their source.
    source_checked: bool,
    /// What differs from what the plan was made from.
    findings: Vec<Finding>,
}

pub(super) async fn run(mut args: VerifyArgs) -> Result<Exit, Error> {
    let policy = policy::open(&args.policy, &args.console)?;
    policy.settle_source(&mut args.source);
    let args = &args;
    let saved = Saved::read(&args.file, &policy)?;
    if args.show {
        return show(&saved, args);
    }
    let state = cluster::load(args.cluster_state.as_deref(), &args.cluster).await?;
    let uid = state.as_ref().and_then(|it| super::simulation::identity(&it.state));
    let refused = saved.verified(uid.as_ref().map(|it| it.uid.as_str())).err();
    // A plan is true or not, whoever has approved it so far.
    let (open, refusal): (Option<Refusal>, Option<Refusal>) = match refused {
        Some(open @ (Refusal::Approvals { .. } | Refusal::Guides(_))) => (Some(open), None),
        refusal => (None, refusal),
    };
    let mut findings = Vec::new();
    if let Some(state) = &state {
        let start = ResumePoint { hop: 0, step: 0, begun: None };
        findings = preflight::look(&saved.plan, &saved.bundles, &state.state, &start).findings;
    }
    if !args.no_source {
        findings.extend(source::changed(&saved.plan, args).await?);
    }
    let stands = findings.iter().any(|it| it.severity == Severity::Blocker);
    let verification = Verification {
        format: 1,
        plan: saved.plan.digest.clone(),
        from: saved.plan.from.to_string(),
        to: saved.plan.to.to_string(),
        holds: refusal.is_none() && !stands,
        refusal: refusal.as_ref().map(ToString::to_string),
        open: open.as_ref().map(ToString::to_string),
        approved_by: saved.observed.approved_by.clone(),
        accepted: saved.plan.accepted.clone(),
        acceptances: saved.plan.acceptances.clone(),
        cluster: state.map(|it| it.source),
        source_checked: !args.no_source,
        findings,
    };
    output::print(&match args.output {
        Format::Json => json(&verification),
        Format::Text | Format::Markdown | Format::Html | Format::Sarif => {
            text(&verification, &saved)
        }
    })?;
    if verification.holds {
        if let Some(open) = open {
            output::say(&format!("hint: {}", open.hint()));
        }
        return Ok(Exit::Done);
    }
    let error = Error::refused(format!("the plan {} does not hold", saved.plan.short_digest()));
    Err(match refusal {
        Some(refusal) => error.hint(refusal.hint()),
        None => error.hint("make the plan again, look at what is different, and have it approved"),
    })
}

fn json(verification: &Verification) -> String {
    serde_json::to_string_pretty(verification).expect("a verification has only JSON types") + "\n"
}

fn text(verification: &Verification, saved: &Saved) -> String {
    let plan = &saved.plan;
    let mut lines = vec![crate::execute::title(plan)];
    let until =
        plan.valid_until.map_or_else(|| "without a limit".to_owned(), |it| format!("until {it}"));
    lines.push(format!("  valid        {until}"));
    let approved = match &*verification.approved_by {
        [] => "by nobody".to_owned(),
        names => format!("by {}", names.join(", ")),
    };
    lines.push(format!("  approved     {approved}; {} needed", saved.needed()));
    lines.extend(accepted(plan).map(|it| format!("  accepted     {it}")));
    lines.extend(plan.guides().iter().map(|it| format!("  guide        {}", it.name)));
    let checked = if verification.source_checked { "compared" } else { "not looked at" };
    lines.push(format!("  releases     {checked}"));
    let cluster = verification.cluster.as_deref().unwrap_or("not looked at");
    lines.push(format!("  cluster      {cluster}"));
    lines.extend(verification.open.iter().map(|it| format!("  open         {it}")));
    lines.extend(verification.refusal.iter().map(|it| format!("  refused      {it}")));
    lines.extend(
        verification.findings.iter().map(|it| {
            format!("  {:<12} {}: {}", it.severity.as_str(), it.code.as_str(), it.message)
        }),
    );
    lines.push(
        (if verification.holds { "the plan holds" } else { "the plan does not hold" }).to_owned(),
    );
    lines.iter().map(|it| sanitize(it) + "\n").collect()
}

/// Prints the report that was made with the plan.
fn show(saved: &Saved, args: &VerifyArgs) -> Result<Exit, Error> {
    let report = Report::read(&saved.plan.report.to_string()).map_err(|error| {
        Error::failed(format!("cannot read the report in the plan: {error}"))
            .hint("use the version of kyma-upgrade that made the plan")
    })?;
    let plan = save::plan_file(&args.file.plan, &saved.plan);
    let told = output::Told { report: &report, plan: Some(&plan) };
    output::show(told, args.output, &args.console)?;
    Ok(Exit::Done)
}
