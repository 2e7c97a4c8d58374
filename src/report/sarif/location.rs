//! Where a finding stands.

use std::collections::BTreeSet;
use std::path::MAIN_SEPARATOR_STR;

use serde_json::{Map, Value, json};

use super::NAME;
use super::text::clean;
use crate::finding::{EXCERPT, Evidence, Finding};
use crate::lint::is_about_policy;
use crate::overrides::OverrideKey;
use crate::report::{Report, UserOverride};

/// The folder of the user's files.
const SOURCES: &str = "%SRCROOT%";

/// What releases consist of.
const RELEASES: &str = "RELEASES";

/// The state of the cluster.
const CLUSTER: &str = "CLUSTER";

/// What a finding without any evidence is said to stand in, where nothing of a release was read.
const CATALOG: &str = "releases";

/// What the bases of paths are.
pub(super) fn bases() -> Value {
    let base = |text: &str| json!({ "description": { "text": text } });
    json!({
        SOURCES: base("the folder in which kyma-upgrade ran"),
        RELEASES: base("files of Kyma releases and what kyma-upgrade knows about them, as evidence names them"),
        CLUSTER: base("the state of the cluster, as evidence names it"),
    })
}

/// What the places of a report's findings depend on.
pub(super) struct Places<'a> {
    report: &'a Report,
    files: BTreeSet<&'a str>,
}

impl<'a> Places<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let files = report.override_files.iter().map(String::as_str);
        Self { report, files: files.filter(|it| *it != "-").collect() }
    }

    /// Whether evidence of a finding stands in a file of the user: one of overrides, or the policy.
    fn is_of_user(&self, finding: &Finding, evidence: &Evidence) -> bool {
        is_about_policy(finding.code) || self.files.contains(evidence.source.as_str())
    }

    fn is_of_cluster(&self, evidence: &Evidence) -> bool {
        let cluster = self.report.cluster.as_ref();
        evidence.source == "-" || cluster.is_some_and(|it| it.source == evidence.source)
    }

    /// The evidence at which a finding stands, and the rest of it: of a finding about overrides a line
    /// of the user's files, else one of a release, and these before anything else. What was read from
    /// standard input or a live cluster stands in no file.
    pub(super) fn split<'f>(
        &self,
        finding: &'f Finding,
    ) -> (Option<&'f Evidence>, Vec<&'f Evidence>) {
        let about_user = is_about_overrides(finding) || is_about_policy(finding.code);
        let of_user = if about_user { 0 } else { 2 };
        let rank = |it: &Evidence| match it.line {
            _ if self.is_of_user(finding, it) => Some(of_user),
            line if self.is_of_cluster(it) => line.filter(|_| it.source != "-").map(|_| 3),
            Some(_) => Some(1),
            None => Some(2),
        };
        let ranks = finding.evidence.iter().enumerate();
        let ranks = ranks.filter_map(|(place, it)| Some((rank(it)?, place)));
        let first = ranks.min().map(|(_, place)| place);
        let others = finding.evidence.iter().enumerate().filter(|(it, _)| Some(*it) != first);
        let others = others.map(|(_, it)| it).collect();
        (first.map(|it| &finding.evidence[it]), others)
    }

    /// The place of a finding: in a file, and what it is about.
    pub(super) fn of_finding(&self, finding: &Finding, evidence: Option<&Evidence>) -> Value {
        let mut physical = match evidence {
            Some(evidence) => self.physical(finding, evidence),
            None => file(RELEASES, &self.fallback(finding)),
        };
        // GitHub shows no result without a line.
        physical.entry("region").or_insert_with(|| json!({ "startLine": 1 }));
        json!({ "physicalLocation": physical, "logicalLocations": self.logical(finding) })
    }

    /// The place of evidence beside the first.
    pub(super) fn related(
        &self,
        finding: &Finding,
        (number, evidence): (usize, &Evidence),
    ) -> Value {
        let text = clean(&evidence.text, EXCERPT);
        let text = if text.is_empty() { clean(&evidence.source, NAME) } else { text };
        json!({
            "id": number,
            "physicalLocation": self.physical(finding, evidence),
            "message": { "text": text },
        })
    }

    fn physical(&self, finding: &Finding, evidence: &Evidence) -> Map<String, Value> {
        let base = match () {
            () if self.is_of_user(finding, evidence) => SOURCES,
            () if self.is_of_cluster(evidence) => CLUSTER,
            () => RELEASES,
        };
        let mut physical = file(base, &evidence.source);
        if let Some(region) = region(evidence) {
            physical.insert("region".to_owned(), region);
        }
        physical
    }

    /// A file for a finding that has no evidence: the first one of the hop, else of the last hop.
    fn fallback(&self, finding: &Finding) -> String {
        let hop = finding.hop.as_ref().map(ToString::to_string);
        let hops = &self.report.hops;
        let hop = hops.iter().find(|it| Some(&it.to) == hop.as_ref()).or(hops.last());
        let file = hop.and_then(|it| Some((it, it.artifacts.as_ref()?.first()?)));
        file.map_or(CATALOG.to_owned(), |(hop, file)| format!("{}/{}", hop.to, file.name))
    }

    /// What a finding is about, and the objects that set it, where it is an override of the user.
    fn logical(&self, finding: &Finding) -> Vec<Value> {
        let subject = clean(&finding.subject, NAME);
        let overrides = self.report.user_overrides.iter().flatten();
        let setting: Vec<&UserOverride> = overrides
            .filter(|it| key(it).to_string() == finding.subject)
            .take(super::result::RELATED)
            .collect();
        let objects: BTreeSet<_> = setting.iter().map(|it| clean(&it.object, NAME)).collect();
        let name = setting.first().map_or(subject.clone(), |it| clean(&it.key, NAME));
        let kind = if is_about_overrides(finding) { "property" } else { "object" };
        let first = json!({ "name": name, "fullyQualifiedName": subject, "kind": kind });
        let objects = objects.into_iter().map(|object| {
            let name = object.rsplit('/').next().unwrap_or_default();
            json!({ "name": name, "fullyQualifiedName": object, "kind": "object" })
        });
        std::iter::once(first).chain(objects).collect()
    }
}

/// Whether a finding is about what a user sets, and not about what a release does.
fn is_about_overrides(finding: &Finding) -> bool {
    finding.code.as_str().starts_with("override-")
}

fn key(it: &UserOverride) -> OverrideKey {
    OverrideKey::new(it.component.as_deref(), &it.key)
}

/// The line, with the text on it; with columns where it is known at which one the text starts.
fn region(evidence: &Evidence) -> Option<Value> {
    let line = evidence.line.filter(|it| *it != 0)?;
    let mut region = json!({ "startLine": line });
    if let Some(column) = evidence.column.filter(|it| *it != 0) {
        region["startColumn"] = column.into();
        if !evidence.text.contains(['\n', '\r']) {
            let length = u32::try_from(evidence.text.chars().count()).unwrap_or(u32::MAX);
            region["endColumn"] = column.saturating_add(length).into();
        }
    }
    if !evidence.text.is_empty() {
        region["snippet"] = json!({ "text": clean(&evidence.text, EXCERPT) });
    }
    Some(region)
}

/// A file below a base, or by its whole path.
fn file(base: &str, path: &str) -> Map<String, Value> {
    let path = path.replace(MAIN_SEPARATOR_STR, "/");
    let location = match absolute(&path) {
        Some(uri) => json!({ "uri": uri }),
        None => json!({ "uri": relative(&path), "uriBaseId": base }),
    };
    Map::from_iter([("artifactLocation".to_owned(), location)])
}

fn absolute(path: &str) -> Option<String> {
    let drive =
        path.get(1..3) == Some(":/") && path.starts_with(|it: char| it.is_ascii_alphabetic());
    if drive {
        return Some(format!("file:///{}:{}", &path[..1], encoded(&path[2..])));
    }
    path.starts_with('/').then(|| format!("file://{}", encoded(path)))
}

/// The path without `.`, and without `..` after a folder: code scanning compares paths as texts.
fn relative(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { encoded(&parts.join("/")) }
}

/// Every byte of a path that is not plain in an address is written in hexadecimal digits.
fn encoded(path: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~/".contains(&it);
    let encode = |it: u8| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") };
    path.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> (String, bool) {
        let file = file(SOURCES, path);
        let location = &file["artifactLocation"];
        let uri = location["uri"].as_str().unwrap_or_default();
        (uri.to_owned(), location.get("uriBaseId").is_some())
    }

    #[test]
    fn relative_paths_are_written_as_code_scanning_compares_them() {
        for (path, expected) in [
            ("a/b.yaml", "a/b.yaml"),
            ("./a//b.yaml", "a/b.yaml"),
            ("x/../a.yaml", "a.yaml"),
            ("../../a.yaml", "../../a.yaml"),
            (".", "."),
            ("", "."),
            ("a b/ö:#?%.yaml", "a%20b/%C3%B6%3A%23%3F%25.yaml"),
            ("\u{202e}\u{1b}", "%E2%80%AE%1B"),
        ] {
            assert_eq!(uri(path), (expected.to_owned(), true), "{path}");
        }
    }

    #[test]
    fn absolute_paths_become_addresses() {
        assert_eq!(uri("/home/a b/c.yaml"), ("file:///home/a%20b/c.yaml".to_owned(), false));
        assert_eq!(uri("C:/a/b.yaml"), ("file:///C:/a/b.yaml".to_owned(), false));
    }
}
