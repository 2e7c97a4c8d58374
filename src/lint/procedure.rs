//! Rules about the upgrade procedure.

use super::Context;
use crate::finding::{Code, Evidence, Finding};
use crate::release::Facts;

/// A procedure that differs from the one of the release that the hop starts from, and override
/// files that are no longer published.
pub(super) fn changed(context: &Context<'_>) -> Vec<Finding> {
    other_document(context).into_iter().chain(dropped_files(context)).collect()
}

fn other_document(context: &Context<'_>) -> Option<Finding> {
    let before = context.facts.generation(&context.hop.from);
    let after = context.facts.generation(&context.hop.to);
    if before.procedure == after.procedure {
        return None;
    }
    let message = format!("upgrades to {} are documented as: {}", context.hop.to, after.procedure);
    let evidence = Facts::evidence(&format!("document: \"{}\"", after.document));
    Some(Finding::new(Code::ProcedureChanged, "procedure", message).evidence(evidence))
}

fn dropped_files<'a>(context: &'a Context<'_>) -> impl Iterator<Item = Finding> + 'a {
    let dropped = context.from.overrides.iter().filter(|(name, set)| {
        !set.is_empty() && !context.to.overrides.contains_key(*name) && !context.to.is_incomplete()
    });
    dropped.map(|(name, set)| {
        let message = format!(
            "{} publishes no {name} any more; the {} override keys that it held are not removed: \
             objects that you made from it stay in the cluster and keep feeding Helm",
            context.hop.to,
            set.iter().count()
        );
        let first = set.iter().next().map(|it| context.from.override_evidence(it));
        let listed: Vec<_> = context.to.files.iter().map(crate::bundle::File::name).collect();
        let listing = Evidence::listing(format!("{}", context.hop.to), format!("files used: {}", listed.join(", ")));
        Finding::new(Code::ProcedureChanged, name, message)
            .remedy("Keep your override objects, and check their keys against the findings of each hop.")
            .evidence_all(first)
            .evidence(listing)
    })
}
