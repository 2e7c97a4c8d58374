//! What approving a hop means: the Kubernetes that it needs, from where on there is no way back, and
//! what stands still meanwhile.
//!
//! # Decisions
//! * Kyma has no downgrade, so the way back is a backup (Kyma, the Update document). The point of no
//!   return of a hop is its first step that a saved copy of objects cannot undo: a destructive item
//!   of a guide that comes before the hop, else the step that starts the operator.
//! * Charts are read, not rendered. So nothing is said about how long a component is away; what is
//!   known is whether Helm touches it at all, and whether its chart is the same in both releases.
//! * The same chart gives the same objects unless the values differ. So a component counts as
//!   untouched only if the release's own overrides of it stay, too, and the same Helm renders it: some
//!   charts write its name (`.Release.Service`) into the labels of Pods.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bundle::Bundle;
use crate::lint::{self, Context};
use crate::plan::{Action, Step};
use crate::simulate::Simulated;

/// The versions of Kubernetes on which a hop works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KubernetesWindow {
    /// The oldest minor, such as `1.12`; absent where no bound is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The newest minor; absent where no bound is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Why, one sentence without a full stop for each bound that is known.
    pub reasons: Vec<String>,
}

/// From where on a hop cannot be undone by putting objects back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PointOfNoReturn {
    /// The id of the step: `1.1.0/6`.
    pub step: String,
    /// Why, in a sentence without a full stop.
    pub why: String,
}

/// What a hop lets stand still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Downtime {
    /// The name of the component's Helm release.
    pub component: String,
    /// `none`, `restart` (its Pods may be replaced), `unavailable` or `unknown`.
    pub expectation: Cow<'static, str>,
    /// Why, in a sentence without a full stop.
    pub why: String,
}

/// The bounds that both releases of a hop keep.
pub(super) fn kubernetes_window(context: &Context<'_>) -> Option<KubernetesWindow> {
    let windows = lint::required_windows((&context.hop.from, &context.hop.to));
    let first = windows.iter().filter_map(|it| it.min).max();
    let last = windows.iter().filter_map(|it| it.max).min();
    let mut reasons: Vec<_> = windows.iter().map(|it| it.reason.clone()).collect();
    reasons.sort();
    reasons.dedup();
    (!reasons.is_empty()).then(|| KubernetesWindow {
        min: first.map(|it| it.to_string()),
        max: last.map(|it| it.to_string()),
        reasons,
    })
}

/// The first step of a hop that putting objects back does not undo; none where nothing starts the
/// operator and no guide destroys anything.
pub(super) fn point_of_no_return(context: &Context<'_>, steps: &[Step]) -> Option<PointOfNoReturn> {
    destroying_guide(context, steps).or_else(|| start_of_operator(context.to, steps))
}

fn destroying_guide(context: &Context<'_>, steps: &[Step]) -> Option<PointOfNoReturn> {
    let destroys = |it: &&crate::guide::Guide| {
        it.steps.iter().any(|it| it.destructive && it.when.as_str() == "before")
    };
    let guide = context.guide.guides.iter().find(destroys)?;
    let step = steps.iter().find(|it| it.action == Action::Guide && it.target == guide.name)?;
    let why = format!("{} has a command that destroys data before the hop", guide.name);
    Some(PointOfNoReturn { step: step.id.clone(), why })
}

fn start_of_operator(release: &Bundle, steps: &[Step]) -> Option<PointOfNoReturn> {
    let key = release.installation()?.object().key.clone();
    let holds = |it: &&crate::bundle::File| release.objects_of(it).iter().any(|it| it.key == key);
    let file = release.files.iter().find(holds).map(crate::bundle::File::source);
    let label = steps.iter().find(|it| it.action == Action::Label);
    let apply =
        || steps.iter().find(|it| it.action == Action::Apply && Some(&it.target) == file.as_ref());
    let step = label.or_else(apply)?;
    let why = "it starts the operator, which upgrades the Helm releases; Kyma has no downgrade";
    Some(PointOfNoReturn { step: step.id.clone(), why: why.to_owned() })
}

/// What stands still at a hop, component by component in the operator's order.
pub(super) fn downtime(context: &Context<'_>, simulated: &Simulated) -> Vec<Downtime> {
    let runs = simulated.operator.iter().flat_map(|it| &it.components);
    let told = runs.map(|run| {
        let (expectation, why) = match run.action.as_str() {
            "install" => ("none", "it is new"),
            "left-installed" => ("none", "nothing touches it; it stays installed as it is"),
            "fails" => ("unknown", "its upgrade is expected to fail"),
            _ if is_same_chart(context, &run.name) => (
                "none",
                "its chart is the same in both releases, so Helm changes nothing of it unless its \
                 overrides change",
            ),
            _ => ("restart", "Helm upgrades it; Pods whose templates changed are replaced"),
        };
        Downtime {
            component: run.name.clone(),
            expectation: expectation.into(),
            why: why.to_owned(),
        }
    });
    told.collect()
}

/// Whether the upgrade of a component renders what is there already.
fn is_same_chart(context: &Context<'_>, release: &str) -> bool {
    let identity = |bundle: &Bundle| {
        let components = bundle.components();
        let listed = components.iter().find(|it| it.release_name() == release)?;
        bundle.chart_index()?.get(&listed.name)?.identity
    };
    let helm = |version| context.facts.operator(version).helm;
    let same = identity(context.from).is_some_and(|it| Some(it) == identity(context.to));
    same && helm(&context.hop.from) == helm(&context.hop.to)
        && !are_values_changed(context, release)
}

/// Whether the release's own overrides of a component change at the hop.
fn are_values_changed(context: &Context<'_>, release: &str) -> bool {
    let diff = &context.changes.overrides;
    let changed = diff.changed.iter().map(|(_, new)| &new.key);
    let keys = changed
        .chain(diff.added.iter().map(|it| &it.key))
        .chain(diff.removed.iter().map(|it| &it.key))
        .chain(context.changes.renames.iter().map(|it| &it.from));
    let mut components = keys.map(|it| it.component.as_deref());
    components.any(|it| it.is_none_or(|it| it == release))
}
