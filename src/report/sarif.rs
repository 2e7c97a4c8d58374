//! SARIF 2.1.0: findings for code scanning, at the lines of the user's override files.
//!
//! # Decisions
//! * A finding about an override stands in the user's own file, because that is what has to be
//!   edited; the lines of releases that prove it are related locations. What is about no file of the
//!   user stands in the file of the release: GitHub takes no result without a file and a line, so a
//!   finding without evidence stands at the first line of the first file of its hop.
//! * Relative paths stay relative to the folder in which the program runs (`%SRCROOT%`). Files of
//!   releases have a base of their own, so that nobody looks for them among the sources. Absolute
//!   paths become `file:` addresses, which GitHub's upload makes relative again.
//! * Fingerprints are made of the code, the hop and the subject and of nothing else: a line that
//!   moves, a new wording or a new version of the program opens no new alert. GitHub compares
//!   `primaryLocationLineHash` alone, and would make one alert of several hops at one line if it were
//!   left to hash the line.
//! * There is no time and no path of the machine in it: equal reports give equal bytes.
//! * Nothing in a message is a link or a placeholder, whatever a release or a file says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Report;
use super::layout::escape_json;
use crate::finding::{Code, Finding, Severity};
use crate::lint::Verdict;

mod location;
mod result;
mod rule;
mod text;

use location::Places;
use text::clean;

/// The published schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results that GitHub takes of a run.
const RESULTS: usize = 25_000;

/// The most characters of a version, a path or a name.
const NAME: usize = 1000;

/// The report as a SARIF log, with a line break at its end.
pub fn sarif(report: &Report) -> String {
    limited(report, RESULTS)
}

fn limited(report: &Report, most: usize) -> String {
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run(report, most)] });
    format!("{}\n", escape_json(&format!("{log:#}")))
}

fn run(report: &Report, most: usize) -> Value {
    let findings = selected(report, most);
    let codes: BTreeSet<Code> = findings.iter().map(|it| it.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results = results(report, &findings, &codes);
    let mut properties = properties(report);
    let left_out = report.all_findings().count() - findings.len();
    if left_out != 0 {
        properties.insert("resultsLeftOut".to_owned(), left_out.into());
    }
    json!({
        "tool": { "driver": driver(report, &codes) },
        "automationDetails": { "id": automation_id(report) },
        "invocations": [invocation(report)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": location::bases(),
        "results": results,
        "properties": properties,
    })
}

/// The findings of the run in their order; of too many, those that matter most.
fn selected(report: &Report, most: usize) -> Vec<&Finding> {
    let mut findings: Vec<_> = report.all_findings().enumerate().collect();
    if most < findings.len() {
        findings.sort_by_key(|(_, it)| std::cmp::Reverse(it.severity));
        findings.truncate(most);
        findings.sort_by_key(|(place, _)| *place);
    }
    findings.into_iter().map(|(_, it)| it).collect()
}

fn results(report: &Report, findings: &[&Finding], codes: &[Code]) -> Vec<Value> {
    let places = Places::new(report);
    // SARIF wants the suppressions of all results, or of none.
    let suppressed = findings.iter().any(|it| it.accepted);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let result = |finding: &&Finding| {
        let identity = result::identity(finding);
        let again = seen.entry(identity.clone()).or_default();
        *again += 1;
        let mut result = result::result(&places, finding, (&identity, *again));
        let index = codes.iter().position(|it| *it == finding.code);
        result.insert("ruleIndex".to_owned(), index.into());
        if suppressed {
            let suppressions: Vec<Value> = result::suppression(finding).into_iter().collect();
            result.insert("suppressions".to_owned(), suppressions.into());
        }
        Value::Object(result)
    };
    findings.iter().map(result).collect()
}

fn driver(report: &Report, codes: &[Code]) -> Value {
    let rules: Vec<Value> = codes.iter().map(|it| rule::rule(it.info())).collect();
    json!({
        "name": clean(&report.tool.name, NAME),
        "version": clean(&report.tool.version, NAME),
        "semanticVersion": clean(&report.tool.version, NAME),
        "rules": rules,
    })
}

/// GitHub takes what stands before the last slash for the category: a later analysis of the category
/// closes the alerts of the earlier one, also when the path has become shorter meanwhile.
fn automation_id(report: &Report) -> String {
    let name = |text: &str| clean(text, NAME).replace('/', "-");
    let (from, to) = (name(&report.from), name(&report.to));
    format!("kyma-upgrade/{}/{from}-{to}", report.deployment.as_str())
}

fn invocation(report: &Report) -> Value {
    let (exit_code, description) = match report.verdict {
        Verdict::Ready => (0, "nothing that was found stands against the upgrade"),
        Verdict::Blocked => (3, "the verdict is blocked"),
    };
    json!({
        "executionSuccessful": true,
        "exitCode": exit_code,
        "exitCodeDescription": description,
    })
}

fn properties(report: &Report) -> Map<String, Value> {
    let versions: Vec<String> = report.versions().iter().map(|it| clean(it, NAME)).collect();
    let properties = json!({
        "verdict": report.verdict,
        "digest": report.digest,
        "deployment": report.deployment,
        "path": versions,
        "accepted": report.accepted(),
    });
    match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// The level of a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

#[cfg(test)]
mod tests;
