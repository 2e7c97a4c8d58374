//! Executing a verified plan on a live cluster: journal, act, wait, journal.
//!
//! # Decisions
//! * **Nothing is decided here.** Steps, their order and their waits are those of the plan; the patch
//!   of an object is what the simulation computes.
//! * Each step can be done again: it looks at what is there before it changes anything. So a step
//!   that was begun when the program ended is simply done again.
//! * Before each hop everything is checked again (`preflight`), and after each hop the cluster is
//!   compared with the prediction. A difference stops before the next hop.
//! * The lock is looked at before each effect: who lost it does nothing more.
//! * A wish to stop (Ctrl-C) is heard between steps and while the program only waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::bundle::Bundle;
use crate::cluster::{Cluster, Held, Note, Objects, Patience};
use crate::fault;
use crate::journal::{Event, ResumePoint};
use crate::plan::{Action, Plan, PlannedHop, Step, VerifiedPlan};
use crate::procedure;
use crate::release::Facts;

mod apply;
mod compare;
mod delete;
mod log;
mod migrate;
pub mod preflight;
mod record;
mod run_state;
mod save;
mod stop;
mod trigger;

pub use log::{Log, LogError, read_file};
pub use preflight::Backup;
pub use record::{Record, StepRecord};
pub use run_state::{Before, RunState, doing, run_state};
pub use stop::Stop;

/// How long reading the cluster may take.
const READING: Duration = Duration::from_secs(120);

/// What an execution says while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A hop begins or goes on.
    Hop {
        /// Its number, from 1 on, and how many there are.
        number: (usize, usize),
        /// From which release to which.
        versions: (String, String),
    },
    /// A step begins.
    Begun {
        /// The step.
        step: Step,
        /// Whether it had been begun before.
        again: bool,
    },
    /// An object of a file is about to be applied.
    Object {
        /// Its number in the file, from 1 on, and how many there are.
        number: (usize, usize),
        /// What it is.
        key: String,
    },
    /// Something about the step at work.
    Note(String),
    /// A step is done.
    Done {
        /// The step.
        id: String,
        /// What came of it.
        result: String,
    },
}

/// Who is told.
pub type Teller = Arc<dyn Fn(Told) + Send + Sync>;

/// How a plan is executed.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long one hop may take.
    pub timeout: Duration,
    /// After which hop to stop, by its number from 0 on.
    pub last_hop: Option<usize>,
    /// How a backup is known.
    pub backup: Backup,
    /// Who approved the plan.
    pub approved_by: Vec<String>,
    /// How often what has no watch is looked at.
    pub poll: Duration,
    /// How long failures of the cluster are waited for.
    pub patience: Duration,
}

/// An execution.
pub struct Execution<'a> {
    /// The plan.
    pub plan: &'a VerifiedPlan,
    /// Its releases, the first one included.
    pub bundles: &'a [Bundle],
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Its objects.
    pub objects: Objects,
    /// The lock.
    pub lock: Held,
    /// The journal.
    pub log: Log,
    /// How.
    pub options: Options,
    /// Who is told.
    pub tell: Teller,
    /// Turns true when somebody wants to stop.
    pub stop: watch::Receiver<bool>,
    /// The facts about releases.
    pub facts: Facts,
    /// When the present hop runs out of time.
    pub deadline: tokio::time::Instant,
    /// What was said last to be waited for.
    pub waits_for: String,
    /// The hop that this run begins with, which was checked before the first change.
    pub checked: usize,
}

/// How an execution ended that did not stop part-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All hops are done.
    Finished,
    /// The hops that were wanted are done.
    Paused,
}

/// A step at work.
#[derive(Clone, Copy)]
struct At<'a> {
    number: usize,
    hop: &'a PlannedHop,
    step: &'a Step,
    /// The release that the hop leads to.
    to: &'a Bundle,
    /// What was noted when the step was begun first; none where it is begun now.
    begun: Option<&'a str>,
}

impl Execution<'_> {
    /// Executes the plan from where its journal says.
    ///
    /// # Errors
    /// When it stops part-way. The journal says where.
    pub async fn run(&mut self) -> Result<Outcome, Stop> {
        let plan = self.plan.plan();
        let mut point = self.log.journal().resume_point(plan)?;
        let cluster = plan.cluster.as_ref().map(|it| it.uid.clone()).unwrap_or_default();
        let approved_by = self.options.approved_by.clone();
        self.note(Event::Started { cluster, approved_by }).await?;
        while !point.is_end(plan) {
            if self.options.last_hop.is_some_and(|it| it < point.hop) {
                let reason = "the hop after which it was to pause is done".to_owned();
                self.note(Event::Stopped { reason }).await?;
                return Ok(Outcome::Paused);
            }
            self.hop(&point).await?;
            point = self.log.journal().resume_point(plan)?;
        }
        self.note(Event::Finished).await?;
        Ok(Outcome::Finished)
    }

    /// Does a hop, or the rest of one.
    async fn hop(&mut self, from: &ResumePoint) -> Result<(), Stop> {
        let plan = self.plan.plan();
        let hop = &plan.hops[from.hop];
        self.deadline = tokio::time::Instant::now() + self.options.timeout;
        (self.tell)(Told::Hop {
            number: (from.hop + 1, plan.hops.len()),
            versions: (hop.from.to_string(), hop.to.to_string()),
        });
        if self.checked != from.hop {
            self.check(from).await?;
        }
        for (number, step) in hop.steps.iter().enumerate().skip(from.step) {
            let begun = from.begun.as_ref().filter(|_| number == from.step);
            let begun = begun.map(|it| it.as_deref().unwrap_or_default());
            let to = &self.bundles[from.hop + 1];
            self.step(At { number: from.hop, hop, step, to, begun }).await?;
        }
        Ok(())
    }

    /// Checks everything before a hop that follows another one.
    async fn check(&mut self, from: &ResumePoint) -> Result<(), Stop> {
        let scene = preflight::Scene {
            plan: self.plan.plan(),
            bundles: self.bundles,
            cluster: self.cluster,
            backup: &self.options.backup,
        };
        let findings = preflight::findings(&scene, from).await?;
        let blockers = preflight::blockers(findings);
        if blockers.is_empty() { Ok(()) } else { Err(Stop::Preflight(blockers)) }
    }

    async fn step(&mut self, at: At<'_>) -> Result<(), Stop> {
        if *self.stop.borrow() {
            return Err(Stop::Wanted);
        }
        let (id, digest) = (at.step.id.clone(), at.step.digest.clone());
        fault::point(&id, "before");
        let note = match at.begun {
            Some(note) => Some(note.to_owned()).filter(|it| !it.is_empty()),
            None => self.note_of(&at).await?,
        };
        (self.tell)(Told::Begun { step: at.step.clone(), again: at.begun.is_some() });
        self.note(Event::Begun { step: id.clone(), digest, note: note.clone() }).await?;
        self.announce(&at, "UpgradeStepStarted", false).await;
        fault::point(&id, "begun");
        let known = note.unwrap_or_default();
        match self.act(&at, &known).await {
            Ok(result) => {
                fault::point(&id, "effect");
                self.note(Event::Done { step: id.clone(), result: result.clone() }).await?;
                self.announce(&at, "UpgradeStepDone", false).await;
                (self.tell)(Told::Done { id: id.clone(), result });
                fault::point(&id, "done");
                Ok(())
            }
            Err(stop) => {
                if !matches!(stop, Stop::Wanted | Stop::Lock(_)) {
                    let error = stop.to_string();
                    let event = Event::Failed { step: id, error };
                    // The reason to stop is more important than that it could not be written.
                    drop(self.log.write_once(self.plan.plan(), event).await);
                    self.announce(&at, "UpgradeStepFailed", true).await;
                }
                Err(stop)
            }
        }
    }

    /// What has to be known before the first effect of a step.
    async fn note_of(&self, at: &At<'_>) -> Result<Option<String>, Stop> {
        match at.step.action {
            Action::Delete => self.installer_before().await,
            Action::Apply | Action::Label if is_trigger(at) => {
                let before = Before::of(self.installation().await?.as_ref());
                Ok(Some(serde_json::to_string(&before).expect("it has only JSON types")))
            }
            _ => Ok(None),
        }
    }

    async fn act(&mut self, at: &At<'_>, known: &str) -> Result<String, Stop> {
        self.locked().await?;
        match at.step.action {
            Action::Check => Ok(format!("{} is installed", at.hop.from)),
            Action::Backup => Ok(self.options.backup.to_string()),
            Action::Guide => Ok(format!("read by {}", self.options.approved_by.join(", "))),
            Action::Save => self.save(at).await,
            Action::Migrate => self.migrate(at).await,
            Action::Delete => self.delete_installer(at, known).await,
            Action::Apply => self.apply_file(at).await,
            Action::Label => self.label(at).await,
            Action::Watch => self.watch(at).await,
            Action::Compare => self.compare(at).await,
        }
    }

    /// Writes to the journal.
    async fn note(&mut self, event: Event) -> Result<(), Stop> {
        self.locked().await?;
        Ok(self.log.write(self.plan.plan(), event).await?)
    }

    /// Makes sure that the lock is held. Where the cluster was away for longer than the lock lasts, it
    /// waits for the renewal that proves that nobody else had it.
    async fn locked(&self) -> Result<(), Stop> {
        Ok(self.lock.confirm(self.options.patience).await?)
    }

    /// Tells the cluster about a step. Nothing depends on whether that works.
    async fn announce(&self, at: &At<'_>, reason: &str, warning: bool) {
        let Step { id, action, target, .. } = at.step;
        let message =
            format!("step {id} of the upgrade to {}: {} {target}", at.hop.to, action.as_str());
        let objects = self.objects.with_patience(Patience::ONCE);
        let key = procedure::installation();
        let Ok(Some(installation)) = objects.get(procedure::INSTALLATION_API, &key).await else {
            return;
        };
        let note = Note { reason, message: &message, warning };
        drop(objects.note(&installation, note).await);
    }

    fn say(&self, text: impl Into<String>) {
        (self.tell)(Told::Note(text.into()));
    }

    /// Waits for a while; ends early where somebody wants to stop or the hop has no time left.
    async fn pause(&mut self, at: &At<'_>, what: &str) -> Result<(), Stop> {
        if *self.stop.borrow() {
            return Err(Stop::Wanted);
        }
        self.lock.check_not_lost()?;
        if std::mem::replace(&mut self.waits_for, what.to_owned()) != what {
            self.say(format!("waiting: {what}"));
        }
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(self.options.poll) => Ok(()),
            () = tokio::time::sleep_until(self.deadline) => Err(self.out_of_time(at, what)),
            _ = stop.wait_for(|it| *it) => Err(Stop::Wanted),
        }
    }

    fn out_of_time(&self, at: &At<'_>, what: &str) -> Stop {
        let seconds = self.options.timeout.as_secs();
        Stop::OutOfTime { step: at.step.id.clone(), what: what.to_owned(), seconds }
    }
}

/// Whether it is this step that starts the operator: the one that sets the label, and where there is
/// none the one that applies the Installation with it.
fn is_trigger(at: &At<'_>) -> bool {
    trigger(at).is_some_and(|it| it.id == at.step.id)
}

/// The step of a hop that starts the operator.
fn trigger<'p>(at: &At<'p>) -> Option<&'p Step> {
    let key = procedure::installation();
    let with_it = procedure::applied(at.to)
        .filter(|file| at.to.objects_of(file).iter().any(|it| it.key == key));
    let sources: Vec<_> = with_it.map(|it| it.source().clone()).collect();
    let applies = |it: &&Step| it.action == Action::Apply && sources.contains(&it.target);
    let label = at.hop.steps.iter().find(|it| it.action == Action::Label);
    label.or_else(|| at.hop.steps.iter().rev().find(applies))
}

/// The plan's predictions for an object at a hop, by the line of the file.
fn predicted<'p>(hop: &'p PlannedHop, source: &str, line: u32) -> Option<&'p str> {
    let place = Some((source.to_owned(), line));
    hop.predictions.iter().find(|it| it.place == place).map(|it| it.verb.as_str())
}

/// All copies of artifacts that lie beside a plan, by digest.
pub type Beside = BTreeMap<String, Vec<u8>>;

/// The plan of an execution in a few words.
pub fn title(plan: &Plan) -> String {
    format!(
        "Kyma {} to {} ({}), plan {}",
        plan.from,
        plan.to,
        plan.deployment.as_str(),
        plan.short_digest()
    )
}
