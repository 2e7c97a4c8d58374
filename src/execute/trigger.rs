//! Starting the operator, and waiting until it is done.
//!
//! # Decisions
//! * The label is set once for each run that is wanted: on the very version of the Installation that
//!   was looked at, and only where no operator has begun since the Installation was noted.
//! * While it only watches, an API server that is away does not end it. The hop's time does.

use std::time::Instant;

use serde_json::{Value, json};

use super::{At, Before, Execution, RunState, Stop, doing, run_state, trigger};
use crate::cluster::{InstallationWatch, Sighting};
use crate::fault;
use crate::journal::Event;
use crate::procedure::{self, TRIGGER};
use crate::simulate::merge::{Patch, Style};

impl Execution<'_> {
    /// Sets the label where it is not set. The operator that takes it away later is a step further.
    pub(super) async fn label(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let before = self.before(at).ok_or_else(unknown)?;
        let set = self.set_label(&|it| !before.is_over(it)).await?;
        Ok(if set { "the label is set" } else { "the label was set already" }.to_owned())
    }

    /// Sets the label on an Installation that has none, and tells whether it did.
    async fn set_label(
        &self,
        wanted: &(dyn Fn(&Value) -> bool + Send + Sync),
    ) -> Result<bool, Stop> {
        self.locked().await?;
        let wish = |it: &Value| {
            let body = json!({"metadata": {"labels": {TRIGGER.0: TRIGGER.1}}});
            let patch = Patch { style: Style::Json, body };
            (!procedure::is_triggered(it) && wanted(it)).then_some(patch)
        };
        let key = procedure::installation();
        let changed = self.objects.change(procedure::INSTALLATION_API, &key, &wish).await;
        let what = format!("set the label action=install on {key}");
        match changed.map_err(|cause| Stop::of(what, cause))? {
            Some((_, set)) => Ok(set),
            None => Err(Stop::Gone),
        }
    }

    /// The Installation before the trigger, which was noted when the step with it was begun first; none
    /// where the journal does not tell.
    pub(super) fn before(&self, at: &At<'_>) -> Option<Before> {
        let id = trigger(at).map(|it| it.id.as_str()).unwrap_or_default();
        let entries = self.log.journal().entries().iter();
        let mut notes = entries.filter_map(|it| match &it.event {
            Event::Begun { step, note, .. } if step == id => note.as_deref(),
            _ => None,
        });
        serde_json::from_str(notes.next()?).ok()
    }

    pub(super) async fn watch(&mut self, at: &At<'_>) -> Result<String, Stop> {
        let operator = self.facts.operator(&at.hop.to).clone();
        let before = match at.begun {
            Some(_) => self.started_again(at).await?,
            None => self.before(at).ok_or_else(unknown)?,
        };
        let start = Instant::now();
        let mut states = self.objects.watch_installation(self.options.poll);
        let mut told = String::new();
        loop {
            let installation = match self.next(at, &mut states, &told).await? {
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
                RunState::Waiting if installation.is_some_and(|it| before.is_untriggered(&it)) => {
                    return Err(Stop::Untriggered);
                }
                RunState::Waiting | RunState::Working | RunState::Retrying(_) => {}
            }
        }
    }

    /// Starts the operator once more where it has given up, and where somebody took the label away
    /// before it began. Gives the Installation that was before the run that is to be waited for.
    async fn started_again(&self, at: &At<'_>) -> Result<Before, Stop> {
        let operator = self.facts.operator(&at.hop.to);
        let before = self.before(at).ok_or_else(unknown)?;
        let now = self.installation().await?;
        let gave_up = matches!(run_state(now.as_ref(), &before, operator), RunState::GaveUp(_));
        let untriggered = now.as_ref().is_some_and(|it| before.is_untriggered(it));
        if !gave_up && !untriggered {
            return Ok(before);
        }
        let again = Before::of(now.as_ref());
        if self.set_label(&|it| !again.is_over(it)).await? {
            let why = if gave_up { "the operator had given up" } else { "the label was gone" };
            self.say(format!("{why}; the operator is started once more"));
        }
        fault::point(&at.step.id, "inside");
        Ok(again)
    }

    /// The next sighting of the Installation. It is waited for however long its answer takes, while
    /// the lock, the time of the hop and the wish to stop are looked at.
    async fn next(
        &self,
        at: &At<'_>,
        states: &mut InstallationWatch,
        told: &str,
    ) -> Result<Sighting, Stop> {
        let mut stop = self.stop.clone();
        let sighting = states.next();
        tokio::pin!(sighting);
        loop {
            tokio::select! {
                it = &mut sighting => return Ok(it),
                () = tokio::time::sleep(self.options.poll) => self.lock.check_not_lost()?,
                () = tokio::time::sleep_until(self.deadline) => {
                    return Err(self.out_of_time(at, told));
                }
                _ = stop.wait_for(|it| *it) => return Err(Stop::Wanted),
            }
        }
    }
}

/// What cannot be gone on from.
pub(super) fn unknown() -> Stop {
    let text = "the journal does not tell how the Installation was before the operator began";
    Stop::Changed(text.to_owned())
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
