//! Rules about the component list.

use super::{Context, operator};
use crate::finding::{Code, Finding};
use crate::manifest::Component;

/// Components that left the list. Renamed ones have a finding of their own.
pub(super) fn removed(context: &Context<'_>) -> Vec<Finding> {
    let renamed = |it: &&Component| context.guide.renamed_component(it.release_name()).is_none();
    let removed = context.changes.components.removed.iter().filter(renamed);
    removed.map(|it| removed_finding(context, it)).collect()
}

fn removed_finding(context: &Context<'_>, component: &Component) -> Finding {
    let (name, namespace) = (component.release_name(), &component.namespace);
    let message = format!(
        "{name} ({namespace}) is not on the component list of {} any more; its Helm release stays \
         installed at the version of {}",
        context.hop.to, context.hop.from
    );
    let (helm, keep) = (uninstall(context, name, namespace), context.guide.notes_mention(name));
    let remedy = match keep {
        Some(_) => format!(
            "Read what the release notes say about {name}; to remove it with all its objects after the hop: `{helm}`."
        ),
        None => format!(
            "Decide whether to keep {name}; to remove it with all its objects after the hop: `{helm}`."
        ),
    };
    Finding::new(Code::ComponentRemovedLeftInstalled, name, message)
        .remedy(remedy)
        .evidence(context.from.evidence(&component.source, component.line))
        .evidence_all(keep)
}

fn uninstall(context: &Context<'_>, name: &str, namespace: &str) -> String {
    operator::uninstall(context.facts.operator(&context.hop.to).helm, name, namespace)
}

/// Components that the release notes call by a new name.
pub(super) fn renamed(context: &Context<'_>) -> Vec<Finding> {
    let removed = context.changes.components.removed.iter();
    removed.filter_map(|it| renamed_finding(context, it)).collect()
}

fn renamed_finding(context: &Context<'_>, old: &Component) -> Option<Finding> {
    let name = old.release_name();
    let (new_name, said) = context.guide.renamed_component(name)?;
    let new = context.changes.components.added.iter().find(|it| it.release_name() == new_name)?;
    let message = format!(
        "{name} is called {new_name} from {} on; {name} stays installed, and overrides labelled \
         `component: {name}` reach nothing",
        context.hop.to
    );
    let helm = uninstall(context, name, &old.namespace);
    let remedy = format!(
        "Change the label of your overrides to `component: {new_name}` before the hop, and check each \
         key; remove the old release with all its objects after it: `{helm}`."
    );
    let finding = Finding::new(Code::ComponentRenamed, name, message).remedy(remedy);
    Some(
        finding
            .evidence(said.clone())
            .evidence(context.from.evidence(&old.source, old.line))
            .evidence(context.to.evidence(&new.source, new.line)),
    )
}

/// Components that have another namespace.
pub(super) fn moved(context: &Context<'_>) -> Vec<Finding> {
    let moved = context.changes.components.moved.iter();
    let outcome = if context.facts.operator(&context.hop.to).helm == 2 {
        "so the installed one is upgraded where it is"
    } else {
        "and Helm 3 finds none to upgrade in the new namespace"
    };
    moved.map(|(old, new)| {
        let name = new.release_name();
        let message = format!(
            "{name} moves from namespace {} to {}; the operator looks for a release by its name alone, \
             {outcome}",
            old.namespace, new.namespace
        );
        let remedy = format!(
            "Check after the hop where {name} runs (`kubectl get pods --all-namespaces -l release={name}`), \
             and reinstall it if other components look for it in {}.",
            new.namespace
        );
        Finding::new(Code::ComponentNamespaceMoved, name, message)
            .remedy(remedy)
            .evidence(context.from.evidence(&old.source, old.line))
            .evidence(context.to.evidence(&new.source, new.line))
    })
    .collect()
}
