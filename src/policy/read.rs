//! Bytes to a policy, or to everything that is wrong with them.

use jiff::SignedDuration;

use super::file::{AcceptedFinding, ChangedSeverity, PolicyFile, schema};
use super::problem::Problem;
use super::{FORMAT, check, rules};
use crate::finding::{Severity, excerpt};
use crate::lint::{Accept, Effect, Entry, FailOn, Place};
use crate::release::{Deployment, KubernetesVersion, VersionRequest};
use crate::yaml::{self, Limits, Node, RawDocument, Value};

/// Far more than a policy needs.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 20, nodes: 100_000 };

/// A policy file, read. What it does not say is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamPolicy {
    /// What is accepted, and which severities are others.
    pub entries: Vec<Entry>,
    /// From which severity the verdict is `blocked`.
    pub fail_on: Option<FailOn>,
    /// How many people have to approve a saved plan.
    pub approvals: Option<u32>,
    /// How long a saved plan may be applied.
    pub valid_for: Option<SignedDuration>,
    /// Which artifacts.
    pub deployment: Option<Deployment>,
    /// The version of Kubernetes where no cluster says it.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Patches to pass through.
    pub via: Vec<VersionRequest>,
    /// Where releases come from.
    pub source: Option<String>,
    /// Base URL of GitHub's REST API.
    pub github_api_url: Option<String>,
    /// Base URL of GitHub's web site.
    pub github_url: Option<String>,
    /// Base URL of raw repository files.
    pub github_raw_url: Option<String>,
    /// Base URL of the artifact bucket's host.
    pub bucket_url: Option<String>,
}

/// Reads a policy file, which evidence calls `name`.
///
/// # Errors
/// Everything that is wrong with it, in the order of the lines; never nothing.
pub fn read(name: &str, bytes: &[u8]) -> Result<TeamPolicy, Vec<Problem>> {
    let (document, root) = located(bytes).map_err(|it| vec![it])?;
    if let Some(problem) = of_another_format(&root) {
        return Err(vec![problem]);
    }
    let text = whole_lines(&document);
    let mut problems = check::check(&schema(), &text, &root);
    problems.extend(repeated(&document));
    problems.extend(contradictions(&root));
    let file = typed(&document);
    match file {
        Ok(file) if problems.is_empty() => Ok(policy(&file, &root, (name, &text))),
        Err(problem) if problems.is_empty() => Err(vec![problem]),
        _ => {
            problems.sort();
            problems.dedup();
            Err(problems)
        }
    }
}

/// The one document of a file, and its values with their places.
fn located(bytes: &[u8]) -> Result<(RawDocument<'_>, Node), Problem> {
    let wrong = |it: yaml::Error| Problem::line(it.line, it.problem.to_string());
    let mut documents = yaml::split(bytes).map_err(wrong)?;
    if let Some(second) = documents.get(1) {
        let text = "a policy file is one document; there is a second one here";
        return Err(Problem::line(second.line, text));
    }
    let empty = || Problem::line(1, "the file is empty; a policy begins with `version: 1`");
    let document = documents.pop().ok_or_else(empty)?;
    let root = yaml::parse(&document, &LIMITS).map_err(wrong)?.ok_or_else(empty)?;
    Ok((document, root))
}

/// What a file of a later format is told before anything in it that is not known yet.
fn of_another_format(root: &Node) -> Option<Problem> {
    let version = root.get("version")?;
    let Value::Number(number) = &version.value else { return None };
    let other = number.as_u64().filter(|it| *it != u64::from(FORMAT))?;
    let text = format!("the policy has version {other}, and this program reads version {FORMAT}");
    Some(Problem::at((version.line, version.column), text))
}

/// The text of a document with empty lines before it, so that its lines have the numbers of the file.
fn whole_lines(document: &RawDocument<'_>) -> String {
    let before = (document.line as usize).saturating_sub(1);
    "\n".repeat(before) + document.text.trim_start_matches('\u{feff}')
}

fn repeated(document: &RawDocument<'_>) -> Vec<Problem> {
    let repeated = yaml::repeated_keys(document, &LIMITS).unwrap_or_default();
    let told = repeated.into_iter().map(|it| {
        let text = format!("the key `{}` stands on line {} already", it.key, it.first);
        Problem::line(it.line, text)
    });
    told.collect()
}

/// Entries about the same findings, and severities that are lowered without a reason.
fn contradictions(root: &Node) -> Vec<Problem> {
    let mut problems = Vec::new();
    for list in ["accept", "severities"] {
        let mut seen: Vec<(Accept, u32)> = Vec::new();
        for entry in root.get(list).map(Node::items).unwrap_or_default() {
            let Some((node, names)) = named(entry) else { continue };
            let place = (node.line, node.column);
            if let Some((_, first)) = seen.iter().find(|(it, _)| *it == names) {
                let text = format!("the entry on line {first} is about the same findings");
                problems.push(Problem::at(place, text));
            }
            if list == "severities" && lowers(entry, &names) {
                let text = format!(
                    "the key `reason` is missing: `{}` is {} by itself, and only a reason lowers that",
                    names.code(),
                    names.code().info().severity.as_str()
                );
                problems.push(Problem::at((entry.line, entry.column), text));
            }
            seen.push((names, node.line));
        }
    }
    problems
}

fn named(entry: &Node) -> Option<(&Node, Accept)> {
    let node = entry.get("finding")?;
    Some((node, node.as_str()?.parse().ok()?))
}

/// Whether an entry may lower a severity, and says not why.
fn lowers(entry: &Node, names: &Accept) -> bool {
    let severity = match entry.get("severity").and_then(Node::as_str) {
        Some("info") => Severity::Info,
        Some("warning") => Severity::Warning,
        _ => return false,
    };
    let unsaid = entry.get("reason").is_none_or(|it| it.value == Value::Null);
    unsaid && severity <= names.code().info().severity
}

fn typed(document: &RawDocument<'_>) -> Result<PolicyFile, Problem> {
    serde_yaml::from_str(&whole_lines(document)).map_err(|error| {
        let place = error.location().map_or((1, 1), |it| (it.line(), it.column()));
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        // The words of the library may quote a value.
        let text = if error.to_string().starts_with("duplicate field") {
            "a key stands twice here"
        } else {
            "this cannot be read as a policy; merges (`<<`), tags and the like do not belong here"
        };
        Problem::at((number(place.0), number(place.1)), text)
    })
}

/// The policy that a file without problems describes.
fn policy(file: &PolicyFile, root: &Node, place: (&str, &str)) -> TeamPolicy {
    let nodes = |list: &str| root.get(list).map(Node::items).unwrap_or_default();
    let accepted = file.accept.iter().zip(nodes("accept"));
    let accepted = accepted.filter_map(|(it, node)| accepted_entry(it, node, place));
    let changed = file.severities.iter().zip(nodes("severities"));
    let changed = changed.filter_map(|(it, node)| changed_entry(it, node, place));
    TeamPolicy {
        entries: accepted.chain(changed).collect(),
        fail_on: file.fail_on,
        approvals: file.approvals,
        valid_for: file.valid_for.as_ref().and_then(|it| rules::duration(it).ok()),
        deployment: file.deployment,
        kubernetes_version: file.kubernetes_version.as_ref().and_then(|it| it.parse().ok()),
        via: file.via.iter().filter_map(|it| it.parse().ok()).collect(),
        source: file.source.clone(),
        github_api_url: file.github_api_url.clone(),
        github_url: file.github_url.clone(),
        github_raw_url: file.github_raw_url.clone(),
        bucket_url: file.bucket_url.clone(),
    }
}

fn accepted_entry(it: &AcceptedFinding, node: &Node, place: (&str, &str)) -> Option<Entry> {
    let more = [it.ticket.as_deref(), it.approved_by.as_deref()];
    Some(Entry {
        names: rules::names(&it.finding).ok()?,
        effect: Effect::Accept,
        reason: Some(reason(&it.reason, more)),
        expires: it.expires.as_ref().and_then(|it| rules::date(it).ok()),
        place: place_of(node, place),
    })
}

fn changed_entry(it: &ChangedSeverity, node: &Node, place: (&str, &str)) -> Option<Entry> {
    let more = [it.ticket.as_deref(), it.approved_by.as_deref()];
    Some(Entry {
        names: rules::names(&it.finding).ok()?,
        effect: Effect::Severity(it.severity),
        reason: it.reason.as_ref().map(|it| reason(it, more)),
        expires: it.expires.as_ref().and_then(|it| rules::date(it).ok()),
        place: place_of(node, place),
    })
}

/// A reason in one line, with where it is written down and who accepted it.
fn reason(text: &str, [ticket, approved_by]: [Option<&str>; 2]) -> String {
    let one_line = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ");
    let by = approved_by.map(|it| format!("approved by {}", one_line(it)));
    let more: Vec<_> = ticket.map(one_line).into_iter().chain(by).collect();
    match &*more {
        [] => one_line(text),
        more => format!("{} ({})", one_line(text), more.join(", ")),
    }
}

/// Where an entry stands: the line of its `finding`.
fn place_of(entry: &Node, (name, text): (&str, &str)) -> Place {
    let line = entry.get("finding").map_or(entry.line, |it| it.line);
    let written = text.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default();
    Place::File { name: name.to_owned(), line, text: excerpt(written) }
}
