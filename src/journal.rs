//! The journal of an upgrade: what was begun, what is done, and where to go on.
//!
//! # Decisions
//! * Append-only lines of JSON. An effect is begun in the journal before it happens, and done only
//!   after its wait: what is begun and not done may have happened, and is done again.
//! * Each line holds the digest of the line before (a chain), so a journal that was edited, or put
//!   together from two, is noticed. A last line without its line break was cut off by a crash and
//!   does not count.
//! * The journal is copied to the cluster. Of two copies one has to begin with the other; the longer
//!   one counts. Anything else is two histories, and nobody goes on from there without looking.
//! * But for one last line here: it is written here first, and nothing is done before it is in the
//!   cluster, too. Where it never came there and somebody went on without it, it tells nothing.
//! * Times are given by the caller.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::plan::{Plan, Step};

/// The format of the lines that this program writes.
pub const FORMAT: u32 = 1;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// The format of the line.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// When it was written.
    pub at: Timestamp,
    /// The digest of the line before; empty at the first.
    pub previous: String,
    /// The digest of the plan.
    pub plan: String,
    /// Who wrote it: machine and process.
    pub by: String,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The plan is being applied, from its start or again.
    Started {
        /// The `uid` of the cluster.
        cluster: String,
        /// Who approved the plan.
        approved_by: Vec<String>,
    },
    /// A step is about to be done.
    Begun {
        /// The step.
        step: String,
        /// Its digest.
        digest: String,
        /// What has to be known to do it again: the `uid` of what is deleted, the status before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A step is done, its wait included.
    Done {
        /// The step.
        step: String,
        /// What came of it, in a few words.
        result: String,
    },
    /// A step failed. It is done again when the plan is resumed.
    Failed {
        /// The step.
        step: String,
        /// Why.
        error: String,
    },
    /// The execution stopped between steps, because somebody wanted it to.
    Stopped {
        /// Why.
        reason: String,
    },
    /// All hops are done.
    Finished,
}

/// Where to go on: a hop and a step of it, both from 0 on. After the last step of a hop, the next
/// hop; after the last hop, its number is that of the hops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumePoint {
    /// The hop.
    pub hop: usize,
    /// The step.
    pub step: usize,
    /// The note of the step, where it was begun and may have had its effect.
    pub begun: Option<Option<String>>,
}

/// Why a journal cannot be gone on with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A line is not readable.
    #[error("line {line} is no entry of a journal: {why}")]
    Line {
        /// Its 1-based number.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The chain is broken.
    #[error("line {0} does not follow the line before it: the journal was edited")]
    Broken(usize),
    /// It is the journal of another plan.
    #[error("line {line} is about the plan {found}, and this is {plan}")]
    OtherPlan {
        /// Its 1-based number.
        line: usize,
        /// The digest of the plan in the journal.
        found: String,
        /// That of this plan.
        plan: String,
    },
    /// The plan has no such step, or not at this place.
    #[error("line {line} is about step {step}, and the next one of the plan is {next}")]
    OutOfOrder {
        /// Its 1-based number.
        line: usize,
        /// The step in the journal.
        step: String,
        /// The step that the plan has next.
        next: String,
    },
    /// Two copies tell different histories.
    #[error(
        "the journal here and the one in the cluster differ from line {line} on:\n  here: {here}\n  cluster: {cluster}"
    )]
    TwoHistories {
        /// The first 1-based line that differs.
        line: usize,
        /// What it says here.
        here: String,
        /// What it says in the cluster.
        cluster: String,
    },
}

/// A journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    text: String,
    entries: Vec<JournalEntry>,
}

impl Journal {
    /// Reads a journal. What a crash left of a last line is left out.
    ///
    /// # Errors
    /// When a line cannot be read, or the chain is broken.
    pub fn read(text: &str) -> Result<Self, JournalError> {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let mut journal = Self::default();
        for (number, line) in whole.lines().enumerate() {
            let number = number + 1;
            let entry: JournalEntry = serde_json::from_str(line).map_err(|error| {
                let why = format!("column {}", error.column());
                JournalError::Line { line: number, why }
            })?;
            if entry.format != FORMAT {
                let why =
                    format!("it has format {}, and this program reads {FORMAT}", entry.format);
                return Err(JournalError::Line { line: number, why });
            }
            if entry.line() != *line {
                let why = "it is not written as this program writes it".to_owned();
                return Err(JournalError::Line { line: number, why });
            }
            if entry.previous != journal.last_digest() {
                return Err(JournalError::Broken(number));
            }
            journal.text.push_str(line);
            journal.text.push('\n');
            journal.entries.push(entry);
        }
        Ok(journal)
    }

    /// The longer one of two copies, or that of the cluster where only the last line here is not in it.
    ///
    /// # Errors
    /// When neither begins with the other.
    pub fn longer(here: Self, cluster: Self) -> Result<Self, JournalError> {
        let pairs = here.text.lines().zip(cluster.text.lines()).enumerate();
        for (number, (one, other)) in pairs {
            if one != other && number + 1 == here.entries.len() {
                return Ok(cluster);
            }
            if one != other {
                let (here, cluster) = (one.to_owned(), other.to_owned());
                return Err(JournalError::TwoHistories { line: number + 1, here, cluster });
            }
        }
        Ok(if cluster.entries.len() > here.entries.len() { cluster } else { here })
    }

    /// Adds an entry and gives its line, with its line break.
    pub fn append(&mut self, plan: &Plan, by: &str, at: Timestamp, event: Event) -> String {
        let entry = JournalEntry {
            format: FORMAT,
            at,
            previous: self.last_digest(),
            plan: plan.digest.clone(),
            by: by.to_owned(),
            event,
        };
        let line = entry.line() + "\n";
        self.text.push_str(&line);
        self.entries.push(entry);
        line
    }

    fn last_digest(&self) -> String {
        self.text.lines().last().map(|it| digest::sha256(it.as_bytes())).unwrap_or_default()
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its entries.
    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where to go on with a plan.
    ///
    /// # Errors
    /// When the journal is not that of the plan.
    pub fn resume_point(&self, plan: &Plan) -> Result<ResumePoint, JournalError> {
        let mut point = ResumePoint { hop: 0, step: 0, begun: None };
        for (number, entry) in self.entries.iter().enumerate() {
            let line = number + 1;
            if entry.plan != plan.digest {
                let (found, plan) = (entry.plan.clone(), plan.digest.clone());
                return Err(JournalError::OtherPlan { line, found, plan });
            }
            point.advance(plan, &entry.event, line)?;
        }
        Ok(point)
    }
}

impl JournalEntry {
    /// The line without its line break. Nothing else stands for the entry, so that no field is lost
    /// on reading.
    fn line(&self) -> String {
        serde_json::to_string(self).expect("an entry has only JSON types")
    }
}

impl ResumePoint {
    fn advance(&mut self, plan: &Plan, event: &Event, line: usize) -> Result<(), JournalError> {
        match event {
            Event::Begun { step, digest, note } => {
                let next = self.expect(plan, step, line)?;
                if next.digest != *digest {
                    return Err(out_of_order(line, step, Some(next)));
                }
                // A step that is done again keeps what was known before its first effect.
                let known = self.begun.take().flatten();
                self.begun = Some(known.or_else(|| note.clone()));
            }
            Event::Done { step, .. } => {
                self.expect(plan, step, line)?;
                self.begun = None;
                self.step += 1;
                if plan.hops.get(self.hop).is_some_and(|it| it.steps.len() <= self.step) {
                    (self.hop, self.step) = (self.hop + 1, 0);
                }
            }
            Event::Failed { step, .. } => {
                self.expect(plan, step, line)?;
            }
            Event::Started { .. } | Event::Stopped { .. } | Event::Finished => {}
        }
        Ok(())
    }

    fn expect<'p>(
        &self,
        plan: &'p Plan,
        step: &str,
        line: usize,
    ) -> Result<&'p Step, JournalError> {
        let next = plan.hops.get(self.hop).and_then(|it| it.steps.get(self.step));
        next.filter(|it| it.id == step).ok_or_else(|| out_of_order(line, step, next))
    }

    /// Whether nothing is left to do.
    pub fn is_end(&self, plan: &Plan) -> bool {
        plan.hops.len() <= self.hop
    }
}

fn out_of_order(line: usize, step: &str, next: Option<&Step>) -> JournalError {
    let next = next.map_or_else(|| "none".to_owned(), |it| it.id.clone());
    JournalError::OutOfOrder { line, step: step.to_owned(), next }
}

#[cfg(test)]
mod tests;
