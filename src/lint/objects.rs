//! Rules about objects that leave the artifacts.

use super::{Context, simulation};
use crate::finding::{Code, Finding};
use crate::manifest::Object;
use crate::overrides::{OverrideSet, is_override};

/// Objects that are in the old artifacts only. `kubectl apply` leaves them in the cluster.
pub(super) fn left_behind(context: &Context<'_>) -> Vec<Finding> {
    let diff = &context.changes.objects;
    let renamed = diff.renamed.iter().map(|it| &it.from);
    let gone = diff.removed.iter().chain(renamed).filter(|it| !simulation::is_gone(context, it));
    let objects = gone.filter_map(|key| context.from.objects.get(key));
    objects.map(|object| finding(context, object)).collect()
}

fn finding(context: &Context<'_>, object: &Object) -> Finding {
    let (kind, name) = (object.key.kind.to_lowercase(), &object.key.name);
    let namespace = object.key.namespace.as_ref().map(|it| format!(" -n {it}"));
    let delete = format!("kubectl delete {kind} {name}{}", namespace.unwrap_or_default());
    let (code, what) = if is_override(object) {
        (
            Code::OverrideObjectLeftBehind,
            format!("its keys keep feeding Helm ({})", keys(context, object)),
        )
    } else {
        (Code::ObjectLeftBehind, "`kubectl apply` does not delete it".to_owned())
    };
    let message =
        format!("{} is not in the artifacts of {} any more; {what}", object.key, context.hop.to);
    Finding::new(code, object.key.to_string(), message)
        .remedy(format!("If you do not need it after the hop: `{delete}`."))
        .evidence(context.from.evidence(&object.source, object.line()))
}

fn keys(context: &Context<'_>, object: &Object) -> String {
    const SHOWN: usize = 3;
    let all = OverrideSet::of(&context.from.objects);
    let own: Vec<_> = all.iter().filter(|it| it.object == object.key).collect();
    let mut shown: Vec<_> = own.iter().take(SHOWN).map(|it| it.key.key.clone()).collect();
    if SHOWN < own.len() {
        shown.push(format!("and {} more", own.len() - SHOWN));
    }
    shown.join(", ")
}
