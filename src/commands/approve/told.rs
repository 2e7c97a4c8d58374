//! What `approve` says.

use std::collections::BTreeSet;
use std::path::Path;

use crate::plan::{Approval, Plan, PlannedAcceptance, PlannedGuide, approval};
use crate::report::sanitize;

/// What the approval leaves open.
pub(super) fn warnings(plan: &Plan, read: &[&PlannedGuide]) -> Vec<String> {
    let all = plan.guides().into_iter().filter(|it| !read.contains(it));
    let open: BTreeSet<_> = all.map(|it| sanitize(&it.name)).collect();
    let unread = open
        .into_iter()
        .map(|name| format!("you do not say that you read {name}; `--guide {name}` says it"));
    let cluster = plan
        .cluster
        .is_none()
        .then(|| "the plan was made without a cluster, so it cannot be applied".to_owned());
    unread.chain(cluster).collect()
}

/// What was approved, and what is still needed.
pub(super) fn approved(plan: &Plan, approvals: &[Approval], file: &Path) -> String {
    let mut lines = subject(plan);
    let judged = approval::judge(approvals, plan);
    let field = |label: &str, text: String| format!("{label:<10} {text}");
    for it in &judged.valid {
        lines.push(field("approval", one(it)));
    }
    for (name, why) in &judged.refused {
        let name = sanitize(name);
        lines.push(field("no effect", format!("approval of {name}: {}", sanitize(why))));
    }
    lines.push(field("written", file.display().to_string()));
    lines.push(field("needed", needed(plan, &judged)));
    lines.join("\n") + "\n"
}

/// What the plan is.
fn subject(plan: &Plan) -> Vec<String> {
    let field = |label: &str, text: String| format!("{label:<10} {text}");
    let deployment = plan.deployment.as_str();
    let mut lines = vec![
        field("plan", plan.digest.clone()),
        field("upgrade", format!("Kyma {} → {} ({deployment})", plan.from, plan.to)),
        field("cluster", cluster(plan)),
    ];
    lines.extend(plan.valid_until.map(|it| field("valid", format!("until {it}"))));
    lines.extend(accepted(plan).map(|it| field("accepts", sanitize(&it))));
    let guides = plan.guides().into_iter();
    lines.extend(guides.map(|it| field("guide", sanitize(&format!("{} {}", it.name, it.url)))));
    lines
}

/// What the plan accepts, with the reasons where it has them.
pub(in crate::commands) fn accepted(plan: &Plan) -> impl Iterator<Item = String> {
    let is_told = |name: &String| plan.acceptances.iter().any(|it| it.finding == *name);
    let unsaid = plan.accepted.iter().filter(move |it| !is_told(it)).cloned();
    plan.acceptances.iter().map(PlannedAcceptance::words).chain(unsaid)
}

fn cluster(plan: &Plan) -> String {
    match &plan.cluster {
        Some(cluster) => {
            let server = cluster.server.as_ref().map(|it| format!(" at {}", sanitize(it)));
            format!("{}{}", sanitize(&cluster.uid), server.unwrap_or_default())
        }
        None => "none".to_owned(),
    }
}

/// An approval in one line.
fn one(approval: &Approval) -> String {
    let guides: BTreeSet<_> = approval.guides.iter().map(|it| sanitize(&it.name)).collect();
    let guides: Vec<_> = guides.into_iter().collect();
    let read =
        if guides.is_empty() { String::new() } else { format!(", read {}", guides.join(", ")) };
    let signed = if approval.signature.is_some() { ", signed" } else { "" };
    let note = approval
        .note
        .as_ref()
        .map(|it| format!(" ({})", sanitize(it).replace('\n', " ")))
        .unwrap_or_default();
    format!("{} at {}{read}{signed}{note}", sanitize(&approval.by), approval.at)
}

/// What `apply` still asks for.
fn needed(plan: &Plan, judged: &approval::Judged<'_>) -> String {
    let (has, needs) = (judged.valid.len(), plan.approvals as usize);
    let read = judged.guides_read(plan);
    let unread: BTreeSet<_> = plan
        .guides()
        .into_iter()
        .filter(|it| !read.contains(&it.name))
        .map(|it| &it.name)
        .collect();
    let mut open = Vec::new();
    if has < needs {
        open.push(format!("{} more approval(s); the plan has {has} of {needs}", needs - has));
    }
    if !unread.is_empty() {
        let names: Vec<_> = unread.into_iter().map(|it| sanitize(it)).collect();
        open.push(format!("somebody who read {}", names.join(", ")));
    }
    if open.is_empty() { "nothing more".to_owned() } else { open.join(", and ") }
}
