//! `roles`: the permissions that plans and upgrades need, as manifests.

use super::output;
use super::policy::InForce;
use super::saved::Saved;
use crate::cli::{PlanFileArgs, RolesArgs};
use crate::cluster::roles;
use crate::error::{Error, Exit};

pub(super) fn run(args: &RolesArgs) -> Result<Exit, Error> {
    let saved = match &args.plan {
        Some(plan) => Some(Saved::read(&PlanFileArgs::of(plan), &InForce::none())?),
        None => None,
    };
    let of = match &saved {
        Some(saved) => format!("the plan {}", saved.plan.short_digest()),
        None => "any plan".to_owned(),
    };
    let text = roles(saved.as_ref().map(|it| it.bundles.as_slice()));
    output::print(&format!("# Roles for {of}. The namespaces in them have to exist.\n{text}"))?;
    Ok(Exit::Done)
}
