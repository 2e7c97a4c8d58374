//! What the operator does at a hop, as the view model has it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lint::Context;
use crate::release::{Operator, Rollout};
use crate::simulate::Simulated;
use crate::simulate::operator::ComponentRun;

/// What the operator does at a hop.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OperatorReport {
    /// The version of Helm: 2 or 3.
    pub helm: u8,
    /// What starts it, in a sentence without a full stop.
    pub starts: String,
    /// What it does with each component, in its order; then the releases that are on the list no
    /// more. Empty where nothing starts it.
    pub components: Vec<ComponentReport>,
    /// What happens when a component fails, and how to go on, in sentences.
    pub on_failure: String,
    /// How long it waits for a component, in a sentence without a full stop.
    pub waits: String,
}

/// What the operator does with a component.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ComponentReport {
    /// The name of its Helm release.
    pub name: String,
    /// Its namespace; empty where it is not known.
    pub namespace: String,
    /// `install`, `upgrade`, `fails` or `left-installed`.
    pub action: Cow<'static, str>,
    /// Why, where that is not a matter of course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What the operator of the release does that the hop leads to.
pub(super) fn operator(context: &Context<'_>, simulated: &Simulated) -> OperatorReport {
    let operator = context.facts.operator(&context.hop.to);
    let runs = simulated.operator.iter().flat_map(|it| &it.components);
    OperatorReport {
        helm: operator.helm,
        starts: starts(context, simulated, operator),
        components: runs.map(component).collect(),
        on_failure: operator.failing(),
        waits: operator.waiting(),
    }
}

fn component(run: &ComponentRun) -> ComponentReport {
    let error = run.why.as_ref().and_then(|it| it.error(&run.name));
    let error = error.map(|it| format!(" (`{it}`)")).unwrap_or_default();
    ComponentReport {
        name: run.name.clone(),
        namespace: run.namespace.clone(),
        action: run.action.as_str().into(),
        why: run.why.as_ref().map(|it| format!("{it}{error}")),
    }
}

fn starts(context: &Context<'_>, simulated: &Simulated, operator: &Operator) -> String {
    if !simulated.triggered {
        return "nothing starts it: the Installation does not carry the label `action=install` when \
                all is applied"
            .to_owned();
    }
    let starts = if context.to.installation().is_some_and(|it| it.triggers()) {
        "it starts when the Installation is applied, which carries the label `action=install`"
    } else {
        "it starts when the label `action=install` is set; applying the Installation of this release \
         starts nothing"
    };
    match operator.rollout {
        Rollout::Recreate => starts.to_owned(),
        Rollout::Rolling => format!(
            "{starts}; its Deployment is updated by rolling, so unless the old one is deleted before, \
             the old operator acts on the label, too"
        ),
    }
}
