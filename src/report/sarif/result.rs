//! A finding as a result.

use serde_json::{Map, Value, json};

use super::location::Places;
use super::text::{clean, sentences};
use super::{NAME, level};
use crate::digest;
use crate::finding::{Acceptance, Finding};

/// The most characters of a message.
const MESSAGE: usize = 4000;

/// The most related locations that GitHub shows.
pub(super) const RELATED: usize = 100;

/// So many hexadecimal digits of a digest tell findings apart.
const DIGITS: usize = 32;

/// The result for a finding; `identity` is what it is known by, and which one of that it is.
pub(super) fn result(
    places: &Places<'_>,
    finding: &Finding,
    identity: (&str, usize),
) -> Map<String, Value> {
    let (first, others) = places.split(finding);
    let related = others
        .iter()
        .take(RELATED)
        .zip(1..)
        .map(|(it, number)| places.related(finding, (number, it)));
    let related: Vec<Value> = related.collect();
    let mut result = Map::new();
    let mut insert = |name: &str, value: Value| result.insert(name.to_owned(), value);
    insert("ruleId", finding.code.as_str().into());
    insert("level", level(finding.severity).into());
    insert("message", json!({ "text": message(finding) }));
    insert("locations", json!([places.of_finding(finding, first)]));
    if !related.is_empty() {
        insert("relatedLocations", related.into());
    }
    insert("partialFingerprints", fingerprints(identity));
    insert("properties", properties(finding, others.len().saturating_sub(RELATED)));
    result
}

fn message(finding: &Finding) -> String {
    let hop = finding.hop.as_ref().map(|to| format!("Hop to {to}: ")).unwrap_or_default();
    let text = sentences(&[&finding.message, &finding.remedy]);
    clean(&format!("{hop}{text}"), MESSAGE)
}

/// What makes a finding the same one in another run.
pub(super) fn identity(finding: &Finding) -> String {
    let hop = finding.hop.as_ref().map(ToString::to_string).unwrap_or_default();
    // What has no name is called by its line, which may move.
    let unnamed = finding
        .evidence
        .iter()
        .find(|it| it.line.is_some_and(|line| finding.subject == format!("{}:{line}", it.source)));
    let subject = unnamed.map_or(finding.subject.as_str(), |it| it.source.as_str());
    let text = [finding.code.as_str(), &hop, subject].join("\n");
    digest::hex(text.as_bytes())[..DIGITS].to_owned()
}

fn fingerprints((identity, number): (&str, usize)) -> Value {
    let value = format!("{identity}:{number}");
    json!({ "primaryLocationLineHash": value, "kymaUpgradeFinding/v1": value })
}

fn properties(finding: &Finding, left_out: usize) -> Value {
    let mut properties = json!({
        "hop": finding.hop.as_ref().map(ToString::to_string),
        "severity": finding.severity,
        "subject": clean(&finding.subject, NAME),
    });
    if left_out != 0 {
        properties["relatedLocationsLeftOut"] = left_out.into();
    }
    properties
}

/// Why a finding does not count; none where it does.
pub(super) fn suppression(finding: &Finding) -> Option<Value> {
    let words = finding.acceptance.as_ref().map(Acceptance::words);
    let justification = clean(&words.unwrap_or_else(|| "accepted by name".to_owned()), MESSAGE);
    finding.accepted.then(
        || json!({ "kind": "external", "status": "accepted", "justification": justification }),
    )
}
