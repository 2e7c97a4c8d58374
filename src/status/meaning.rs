//! What the state of an Installation means, in sentences.

use super::{Phase, Pod};
use crate::release::{OnFailure, Operator, RESUME};

/// What a phase means and how to go on.
pub(super) fn meaning(
    phase: Phase,
    triggered: bool,
    operator: Option<&Operator>,
    pods: &[Pod],
) -> String {
    let text = match phase {
        Phase::Missing => "There is no Installation default/kyma-installation: Kyma was not \
                           installed here by its operator, or not yet."
            .to_owned(),
        Phase::NotStarted => {
            format!("Nothing has started the operator; the label does: `{RESUME}`.")
        }
        Phase::Starting => {
            "The label `action=install` is set, and the operator has not taken it up \
                            yet: the state is that of the last run."
                .to_owned()
        }
        Phase::Working => operator.map(Operator::watching).unwrap_or_default(),
        Phase::Retrying => retrying(operator),
        Phase::Failed => failed(operator),
        Phase::Installed => installed(operator),
        Phase::Uninstalled => "The operator has removed the components.".to_owned(),
        Phase::Deleting => {
            "The Installation is being deleted; its finalizer waits for an operator \
                            that removes it (releases up to 1.17 do)."
                .to_owned()
        }
        Phase::Unknown => "The operator writes no such state.".to_owned(),
    };
    let runs = pods.iter().any(Pod::is_at_work);
    let needed = triggered || matches!(phase, Phase::Working | Phase::Retrying);
    if runs || !needed || phase == Phase::Deleting {
        return text;
    }
    let dead = "No Pod of the installer is running, so nothing goes on: `kubectl -n kyma-installer \
                get deployments,pods` tells why.";
    format!("{dead} {text}").trim_end().to_owned()
}

/// After an error, with the label still there.
fn retrying(operator: Option<&Operator>) -> String {
    match operator {
        Some(operator) => format!("{} {}", operator.goes_on(), operator.resume()),
        None => "The label `action=install` is still set, so an operator tries again.".to_owned(),
    }
}

/// After an error, without the label.
fn failed(operator: Option<&Operator>) -> String {
    match operator.map(|it| it.on_failure) {
        Some(OnFailure::Stops | OnFailure::MendsAndStops) => {
            let tries = operator.map(|it| it.pauses.len() + 1).unwrap_or_default();
            let resume = operator.map(Operator::resume).unwrap_or_default();
            format!("The operator gave up after {tries} tries and removed the label. {resume}")
        }
        _ => format!(
            "The label is gone, so nothing goes on by itself. To go on, mend the cause and set the \
             label again (`{RESUME}`)."
        ),
    }
}

fn installed(operator: Option<&Operator>) -> String {
    use crate::release::Waits;
    match operator.map(|it| it.waits) {
        Some(Waits::Never) => {
            "All charts were sent; this operator does not wait until anything is \
                               ready, so look at the Pods."
                .to_owned()
        }
        _ => "All components are installed, and nothing has started the operator again.".to_owned(),
    }
}
