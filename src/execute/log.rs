//! The journal on the disk and in the cluster.
//!
//! # Decisions
//! * An entry is on the disk, fsynced, before it is copied to the cluster, and both before the effect
//!   that it announces.
//! * The journal belongs to the plan file, and only its owner can read it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::clock;
use crate::cluster::{Cause, Objects, Patience, Progress, ProgressError};
use crate::fault;
use crate::files;
use crate::journal::{Event, Journal, JournalError};
use crate::plan::Plan;

/// Why the journal cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be read or written.
    #[error("cannot keep the journal: {0}")]
    File(#[from] files::Error),
    /// What it says cannot be gone on with.
    #[error("cannot go on with the journal {place}: {error}")]
    Journal {
        /// Where it is.
        place: String,
        /// Why.
        error: JournalError,
    },
    /// The copy in the cluster cannot be read or written.
    #[error("cannot keep the copy of the journal in the cluster: {0}")]
    Cluster(ProgressError),
}

impl From<Cause> for LogError {
    fn from(cause: Cause) -> Self {
        Self::Cluster(cause.into())
    }
}

/// The journal of an execution.
pub struct Log {
    /// The file; none where the journal is in the cluster only.
    path: Option<PathBuf>,
    file: Option<File>,
    objects: Objects,
    /// The copy in the cluster as it was read or written last.
    copy: Option<Progress>,
    journal: Journal,
    by: String,
}

/// Reads the journal file of a plan; empty where there is none.
///
/// # Errors
/// When the file cannot be read, or is none.
pub fn read_file(path: &Path) -> Result<Journal, LogError> {
    if !path.exists() {
        return Ok(Journal::default());
    }
    let bytes = files::read_input(path, MAX_BYTES)?;
    let place = path.display().to_string();
    // What a crash left of a line may end within a character.
    let text = String::from_utf8_lossy(&bytes);
    Journal::read(&text).map_err(|error| LogError::Journal { place, error })
}

/// The most bytes of a journal that are read.
const MAX_BYTES: u64 = 64 << 20;

impl Log {
    /// The journal, of which there may be a copy on the disk and one in the cluster. Nothing is
    /// written yet.
    ///
    /// # Errors
    /// When one of them cannot be read, or they tell two histories.
    pub async fn open(
        path: Option<&Path>,
        (plan, by): (&Plan, &str),
        objects: &Objects,
    ) -> Result<Self, LogError> {
        let here = path.map_or_else(|| Ok(Journal::default()), read_file)?;
        let place = "in the cluster".to_owned();
        let progress = Progress::read(objects).await?;
        let text = progress.as_ref().map(|it| it.journal.as_str()).unwrap_or_default();
        let copy = Journal::read(text)
            .map_err(|error| LogError::Journal { place: place.clone(), error })?;
        // That of an earlier upgrade which is over has to give way.
        let copy = if is_over(&copy, plan) { Journal::default() } else { copy };
        let journal =
            Journal::longer(here, copy).map_err(|error| LogError::Journal { place, error })?;
        let (path, by) = (path.map(ToOwned::to_owned), by.to_owned());
        let objects = objects.clone();
        Ok(Self { path, file: None, objects, copy: progress, journal, by })
    }

    /// What stands in it.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Writes an event, and returns when it is kept.
    ///
    /// # Errors
    /// When it is not kept everywhere.
    pub async fn write(&mut self, plan: &Plan, event: Event) -> Result<(), LogError> {
        let objects = self.objects.clone();
        self.write_with(&objects, plan, event).await
    }

    /// Whether it says everywhere that the upgrade is finished.
    pub fn is_finished(&self) -> bool {
        let last = self.journal.entries().last();
        let copy = self.copy.as_ref().map(|it| it.journal.as_str());
        last.is_some_and(|it| it.event == Event::Finished) && copy == Some(self.journal.text())
    }

    /// Says everywhere that the upgrade is finished, as a crash after its last step may have kept it
    /// from doing. The next upgrade begins only where this one is over.
    ///
    /// # Errors
    /// When it is not kept everywhere.
    pub async fn finish(&mut self, plan: &Plan) -> Result<(), LogError> {
        if self.is_finished() { Ok(()) } else { self.write(plan, Event::Finished).await }
    }

    /// The same without patience for the cluster, for what need not be kept.
    ///
    /// # Errors
    /// When it is not kept everywhere.
    pub async fn write_once(&mut self, plan: &Plan, event: Event) -> Result<(), LogError> {
        let objects = self.objects.with_patience(Patience::ONCE);
        self.write_with(&objects, plan, event).await
    }

    async fn write_with(
        &mut self,
        objects: &Objects,
        plan: &Plan,
        event: Event,
    ) -> Result<(), LogError> {
        let (step, place) = place(&event);
        let line = self.journal.append(plan, &self.by, clock::now(), event);
        self.write_file(&line)?;
        fault::point(&step, &format!("{place}-here"));
        let about = about(plan, &self.journal);
        let text = self.journal.text();
        let copy = Progress::write(objects, self.copy.as_ref(), text, &about).await;
        self.copy = Some(copy.map_err(LogError::Cluster)?);
        Ok(())
    }

    /// Appends a line to the file. Where it lacks earlier ones, because another machine wrote them
    /// or a crash left half of one, it is written anew.
    fn write_file(&mut self, line: &str) -> Result<(), files::Error> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        if let Some(file) = &mut self.file {
            let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
            if written.is_err() {
                // Half of the line may stand there: the next one has to begin with a whole file.
                self.file = None;
            }
            return written.map_err(|error| files::unwritable(path, &error));
        }
        files::write_private(path, self.journal.text().as_bytes())?;
        let opened = File::options().append(true).open(path);
        self.file = Some(opened.map_err(|error| files::unwritable(path, &error))?);
        Ok(())
    }
}

/// Where an event belongs among the places at which tests let the program crash.
fn place(event: &Event) -> (String, &'static str) {
    let whole = || "run".to_owned();
    match event {
        Event::Begun { step, .. } => (step.clone(), "begun"),
        Event::Done { step, .. } => (step.clone(), "done"),
        Event::Failed { step, .. } => (step.clone(), "failed"),
        Event::Started { .. } => (whole(), "started"),
        Event::Stopped { .. } => (whole(), "stopped"),
        Event::Finished => (whole(), "finished"),
    }
}

/// Whether a journal is that of another plan, and that one came to its end.
fn is_over(journal: &Journal, plan: &Plan) -> bool {
    let last = journal.entries().last();
    last.is_some_and(|it| it.plan != plan.digest && it.event == Event::Finished)
}

/// What people see of the copy in the cluster.
fn about(plan: &Plan, journal: &Journal) -> std::collections::BTreeMap<String, String> {
    let last = journal.entries().last();
    let state = match last.map(|it| &it.event) {
        Some(Event::Begun { step, .. }) => format!("step {step} is being done"),
        Some(Event::Done { step, .. }) => format!("step {step} is done"),
        Some(Event::Failed { step, .. }) => format!("step {step} failed"),
        Some(Event::Stopped { .. }) => "stopped".to_owned(),
        Some(Event::Finished) => "finished".to_owned(),
        Some(Event::Started { .. }) | None => "started".to_owned(),
    };
    let upgrade = format!("{} to {}", plan.from, plan.to);
    [("plan", plan.digest.clone()), ("upgrade", upgrade), ("state", state)]
        .map(|(name, text)| (format!("kyma-upgrade/{name}"), text))
        .into()
}
