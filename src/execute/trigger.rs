//! Starting the operator, and waiting until it is done.

use std::time::Instant;

use serde_json::{Value, json};

use super::{At, Execution, RunState, Stop, doing, run_state, status_digest};
use crate::cluster::Sighting;
use crate::journal::Event;
use crate::plan::Action;
use crate::procedure::{self, TRIGGER};
use crate::simulate::merge::{Patch, Style};

impl Execution<'_> {
    /// Sets the label where it is not set. The operator that takes it away later is a step further.
    pub(super) async fn label(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let Some(installation) = self.installation().await? else {
            return Err(Stop::Gone);
        };
        let before = self.known_status(at);
        let runs = status_digest(Some(&installation)) != before;
        if procedure::is_triggered(&installation) || (at.begun.is_some() && runs) {
            return Ok("the label was set already".to_owned());
        }
        self.set_label().await?;
        Ok("the label is set".to_owned())
    }

    async fn set_label(&mut self) -> Result<(), Stop> {
        self.lock.check()?;
        let body = json!({"metadata": {"labels": {TRIGGER.0: TRIGGER.1}}});
        let key = procedure::installation();
        let patch = Patch { style: Style::Json, body };
        let labelled = self.objects.patch(procedure::INSTALLATION_API, &key, &patch).await;
        let what = format!("set the label action=install on {key}");
        labelled.map(drop).map_err(|cause| Stop::Cluster { what, cause })
    }

    /// The status before the trigger, which was noted before the first effect of the hop.
    fn known_status(&self, at: &At<'_>) -> String {
        let save = at.hop.steps.iter().find(|it| it.action == Action::Save);
        let id = save.map(|it| it.id.as_str()).unwrap_or_default();
        let entries = self.log.journal().entries().iter();
        let mut notes = entries.filter_map(|it| match &it.event {
            Event::Begun { step, note, .. } if step == id => note.clone(),
            _ => None,
        });
        notes.next().unwrap_or_default()
    }

    pub(super) async fn watch(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let operator = self.facts.operator(&at.hop.to).clone();
        let mut before = self.known_status(at);
        let now = self.installation().await?;
        let gave_up = matches!(run_state(now.as_ref(), &before, &operator), RunState::GaveUp(_));
        if at.begun.is_some() && gave_up {
            self.say("the operator had given up; it is started once more");
            before = status_digest(now.as_ref());
            self.set_label().await?;
        }
        let start = Instant::now();
        let mut states = self.objects.watch_installation(self.options.poll);
        let mut told = String::new();
        loop {
            let mut stop = self.stop.clone();
            let installation = tokio::select! {
                it = states.next() => it,
                () = tokio::time::sleep(self.options.poll) => { self.lock.check()?; continue }
                () = tokio::time::sleep_until(self.deadline) => return Err(self.out_of_time(at, &told)),
                _ = stop.wait_for(|it| *it) => return Err(Stop::Wanted),
            };
            let installation = match installation {
                Sighting::Present(installation) => Some(installation),
                Sighting::Absent => None,
                Sighting::Trouble(cause) => {
                    self.say(format!("the Installation cannot be seen now: {cause}"));
                    continue;
                }
            };
            let state = run_state(installation.as_ref(), &before, &operator);
            let text = text(&state, installation.as_ref());
            if text != told {
                self.say(format!("{text} [{} s]", start.elapsed().as_secs()));
                told = text;
            }
            match state {
                RunState::Installed => return Ok("the operator is done: Installed".to_owned()),
                RunState::GaveUp(failures) => return Err(Stop::GaveUp(failures)),
                RunState::Gone => return Err(Stop::Gone),
                RunState::Waiting | RunState::Working | RunState::Retrying(_) => {}
            }
        }
    }
}

/// How far the operator is, for people.
fn text(state: &RunState, installation: Option<&Value>) -> String {
    let doing = installation.map(doing).unwrap_or_default();
    match state {
        RunState::Waiting => "the operator has not begun".to_owned(),
        RunState::Working => doing,
        RunState::Retrying(failures) | RunState::GaveUp(failures) => {
            let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
            let verb = if matches!(state, RunState::GaveUp(_)) { "given up" } else { "retrying" };
            format!("error, {verb}: {} {doing}", failures.join(", ")).trim_end().to_owned()
        }
        RunState::Installed => "Installed".to_owned(),
        RunState::Gone => "the Installation is gone".to_owned(),
    }
}
