//! The record of an execution, for the ticket of the change.

use jiff::Timestamp;
use serde::Serialize;

use crate::journal::{Event, Journal};
use crate::plan::Plan;
use crate::report::sanitize;

/// What was planned, approved and done, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The version of the JSON shape.
    pub format: u32,
    /// The digest of the plan.
    pub plan: String,
    /// The release that the upgrade starts from.
    pub from: String,
    /// The release that it leads to.
    pub to: String,
    /// The `uid` of the cluster.
    pub cluster: Option<String>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// The findings that were accepted.
    pub accepted: Vec<String>,
    /// When it began first.
    pub started: Option<Timestamp>,
    /// When the last entry was written.
    pub last: Option<Timestamp>,
    /// `finished`, `stopped`, `failed`, `interrupted` or `not started`.
    pub result: &'static str,
    /// Why it stopped or failed.
    pub reason: Option<String>,
    /// How often it was begun or resumed.
    pub runs: usize,
    /// Every step.
    pub steps: Vec<StepRecord>,
}

/// What was done of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRecord {
    /// The step.
    pub id: String,
    /// What it does to what.
    pub what: String,
    /// When it was begun first.
    pub begun: Option<Timestamp>,
    /// When it was done.
    pub done: Option<Timestamp>,
    /// How often it was begun.
    pub tries: usize,
    /// What came of it.
    pub result: Option<String>,
}

impl Record {
    /// The record of a plan by its journal.
    pub fn new(plan: &Plan, journal: &Journal) -> Self {
        let entries = journal.entries();
        let last = entries.last();
        let approved_by = entries.iter().rev().find_map(|it| match &it.event {
            Event::Started { approved_by, .. } => Some(approved_by.clone()),
            _ => None,
        });
        let (result, reason) = match last.map(|it| &it.event) {
            None => ("not started", None),
            Some(Event::Finished) => ("finished", None),
            Some(Event::Stopped { reason }) => ("stopped", Some(reason.clone())),
            Some(Event::Failed { error, .. }) => ("failed", Some(error.clone())),
            Some(_) => ("interrupted", None),
        };
        let started = |it: &&Event| matches!(it, Event::Started { .. });
        Self {
            format: 1,
            plan: plan.digest.clone(),
            from: plan.from.to_string(),
            to: plan.to.to_string(),
            cluster: plan.cluster.as_ref().map(|it| it.uid.clone()),
            approved_by: approved_by.unwrap_or_default(),
            accepted: plan.accepted.clone(),
            started: entries.first().map(|it| it.at),
            last: last.map(|it| it.at),
            result,
            reason,
            runs: entries.iter().map(|it| &it.event).filter(started).count(),
            steps: plan.hops.iter().flat_map(|it| &it.steps).map(|it| step(it, journal)).collect(),
        }
    }

    /// The record as JSON with a line break at its end.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a record has only JSON types") + "\n"
    }

    /// The record as Markdown.
    pub fn markdown(&self) -> String {
        let list = |items: &[String]| match items {
            [] => "none".to_owned(),
            items => items.iter().map(|it| sanitize(it)).collect::<Vec<_>>().join(", "),
        };
        let time = |it: Option<Timestamp>| it.map(|it| it.to_string()).unwrap_or_default();
        let reason = self.reason.iter().map(|it| format!("- Reason: {}\n", cell(it)));
        let head = format!(
            "# Kyma {} to {}: {}\n\n- Plan: `{}`\n- Cluster: {}\n- Approved by: {}\n- Accepted findings: {}\n\
             - Started: {}\n- Last entry: {}\n- Runs: {}\n{}\n| step | what | begun | done | tries | result |\n\
             |---|---|---|---|---|---|\n",
            self.from,
            self.to,
            self.result,
            self.plan,
            self.cluster.as_deref().unwrap_or("unknown"),
            list(&self.approved_by),
            list(&self.accepted),
            time(self.started),
            time(self.last),
            self.runs,
            reason.collect::<String>(),
        );
        let rows = self.steps.iter().map(|it| {
            let result = it.result.as_deref().unwrap_or("not done");
            [
                &it.id,
                &cell(&it.what),
                &time(it.begun),
                &time(it.done),
                &it.tries.to_string(),
                &cell(result),
            ]
            .map(String::as_str)
            .join(" | ")
        });
        let rows: Vec<_> = rows.map(|it| ["| ", &it, " |\n"].concat()).collect();
        head + &rows.concat()
    }
}

fn cell(text: &str) -> String {
    sanitize(text).replace('|', "\\|").replace('\n', " ")
}

fn step(step: &crate::plan::Step, journal: &Journal) -> StepRecord {
    let mut record = StepRecord {
        id: step.id.clone(),
        what: format!("{} {}", step.action.as_str(), step.target),
        begun: None,
        done: None,
        tries: 0,
        result: None,
    };
    for entry in journal.entries() {
        match &entry.event {
            Event::Begun { step: id, .. } if *id == step.id => {
                record.tries += 1;
                record.begun = record.begun.or(Some(entry.at));
            }
            Event::Done { step: id, result } if *id == step.id => {
                record.done = Some(entry.at);
                record.result = Some(result.clone());
            }
            Event::Failed { step: id, error } if *id == step.id => {
                record.result = Some(format!("failed: {error}"));
            }
            _ => {}
        }
    }
    record
}
