//! Release notes: the blog post of a minor.
//!
//! # Decisions
//! * Notes speak of many things. A caution is about the upgrade only if a sentence of it is, apart
//!   from those that send people to the migration guide.
//! * A section is about migration if its heading says nothing else ("Migrations and upgrades").
//!   Its steps are read like a guide's. Elsewhere a paragraph counts if it asks for something and
//!   speaks of the upgrade itself.

use serde::Serialize;

use super::inline::{plain, shorten};
use super::markdown::{self, Block, Kind};
use super::steps::{self, GuideStep, STEP_LIMIT, Scope, StepKind, TEXT_LIMIT};
use super::text::Text;
use super::words::Words;
use crate::finding::Evidence;
use crate::release::Minor;

mod links;

pub use links::GuideLink;

/// The release notes of a minor.
#[derive(Debug, Clone)]
pub struct Notes {
    /// The minor they announce; none if neither folder nor front matter tells.
    pub minor: Option<Minor>,
    /// The migration guides they link, each once, in the order of the text.
    pub guide_links: Vec<GuideLink>,
    /// Their cautions and notes, in the order of the text.
    pub cautions: Vec<NotesCaution>,
    /// What they ask people to do for the upgrade, in the order of the text, at most
    /// [`STEP_LIMIT`] steps. Cautions of sections about migration are among them.
    pub steps: Vec<GuideStep>,
    /// How many steps there are beyond those.
    pub more_steps: usize,
    /// The known issues they list.
    pub known_issues: Vec<KnownIssue>,
    /// The text: what it mentions, and its lines as evidence.
    pub text: Text,
}

/// A caution or note in release notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesCaution {
    /// Caution or note.
    pub kind: StepKind,
    /// Its text as one line without Markdown, at most [`TEXT_LIMIT`] characters.
    pub text: String,
    /// The 1-based line on which it begins.
    pub line: u32,
    /// Whether it says something about the upgrade beyond where the guide is.
    pub about_upgrade: bool,
}

/// A known issue in release notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownIssue {
    /// The heading of the issue, or of the section whose known issues are listed.
    pub title: String,
    /// The 1-based line of that heading.
    pub line: u32,
}

impl Notes {
    /// Reads the post in the blog folder `dir` (`2019-06-13-release-notes-1.2`), which evidence
    /// calls `source`.
    pub fn parse(dir: &str, source: &str, bytes: &[u8]) -> Self {
        let text = Text::new(source, bytes);
        let minor = minor_of_folder(dir).or_else(|| minor_of_tag(&text));
        let body = text.body();
        let blocks = markdown::blocks(&body);
        let (steps, more_steps) = steps_of(&blocks);
        Self {
            minor,
            guide_links: links::of(&text),
            cautions: cautions(&blocks),
            steps,
            more_steps,
            known_issues: known_issues(&blocks),
            text,
        }
    }

    /// The first link to a guide that covers the hop.
    pub fn link_for(&self, from: Minor, to: Minor) -> Option<&GuideLink> {
        let covers = |it: &&GuideLink| it.coverage.covers(from, to);
        self.guide_links.iter().find(covers)
    }

    /// The line of a link, caution, step or issue as evidence.
    pub fn evidence(&self, line: u32) -> Evidence {
        self.text.evidence(line)
    }
}

fn minor_of_folder(dir: &str) -> Option<Minor> {
    let (_, version) = dir.rsplit_once("release-notes-")?;
    first_two(version)
}

fn minor_of_tag(text: &Text) -> Option<Minor> {
    first_two(text.front_matter_value("releaseTag")?)
}

/// The minor of `1.2`, `1.2.0` and `1.2-beta`.
fn first_two(version: &str) -> Option<Minor> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.');
    let numbers = &version[..end.unwrap_or(version.len())];
    let mut parts = numbers.split('.');
    let minor = format!("{}.{}", parts.next()?, parts.next()?);
    minor.parse().ok()
}

/// The steps of the sections about migration, and elsewhere of what speaks of the upgrade, in the
/// order of the text.
fn steps_of(blocks: &[Block<'_>]) -> (Vec<GuideStep>, usize) {
    let mut steps = Vec::new();
    let mut more = 0;
    for part in parts(blocks) {
        let about = matches!(part.first(), Some(first) if is_about_migration(first));
        let scope = if about { Scope::Everything } else { Scope::UpgradesOnly };
        let checklist = steps::checklist(part, scope);
        steps.extend(checklist.steps);
        more += checklist.more;
    }
    more += steps.len().saturating_sub(STEP_LIMIT);
    steps.truncate(STEP_LIMIT);
    (steps, more)
}

/// The text cut into the sections about migration and what lies between them.
fn parts<'b, 'a>(blocks: &'b [Block<'a>]) -> Vec<&'b [Block<'a>]> {
    let mut parts = Vec::new();
    let mut rest = blocks;
    while let Some(end) = part_end(rest) {
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

fn part_end(blocks: &[Block<'_>]) -> Option<usize> {
    let first = blocks.first()?;
    let rest = &blocks[1..];
    let end = match first.kind {
        Kind::Heading { level } if is_about_migration(first) => rest
            .iter()
            .position(|it| matches!(it.kind, Kind::Heading { level: next } if next <= level)),
        _ => rest.iter().position(is_about_migration),
    };
    Some(end.map_or(blocks.len(), |end| end + 1))
}

/// The deepest heading of a section about migration: one below a component ("Upgrade") tells what
/// was upgraded.
const SECTION_LEVEL: usize = 2;

/// What headings about migration consist of.
const MIGRATION_WORDS: &[&str] = &[
    "actions",
    "and",
    "before",
    "breaking",
    "changes",
    "from",
    "guide",
    "guides",
    "instructions",
    "kyma",
    "manual",
    "migrate",
    "migrating",
    "migration",
    "migrations",
    "needed",
    "notes",
    "procedure",
    "required",
    "steps",
    "the",
    "to",
    "update",
    "updates",
    "upgrade",
    "upgrades",
    "upgrading",
];

fn is_about_migration(block: &Block<'_>) -> bool {
    if !matches!(block.kind, Kind::Heading { level } if level <= SECTION_LEVEL) {
        return false;
    }
    let title = plain(&block.raw()).to_lowercase();
    let words: Vec<_> = title.split_whitespace().collect();
    let version = |it: &str| it.starts_with(|c: char| c.is_ascii_digit());
    let fits = |it: &&str| MIGRATION_WORDS.contains(it) || version(it);
    words.iter().all(fits) && Words::of(&title).has("migrat*|upgrad*|breaking")
}

fn cautions(blocks: &[Block<'_>]) -> Vec<NotesCaution> {
    let inner = blocks.iter().filter_map(|it| match &it.kind {
        Kind::Quote(inner) => Some(inner.as_slice()),
        _ => None,
    });
    let quotes = inner.flat_map(steps::quotes).filter(|it| !it.tip);
    let caution = |it: steps::Quote| NotesCaution {
        kind: it.kind,
        line: it.line,
        about_upgrade: is_about_upgrade(&it.text),
        text: shorten(&it.text, TEXT_LIMIT),
    };
    quotes.map(caution).take(STEP_LIMIT).collect()
}

/// Whether a sentence speaks of the upgrade that does not just send people to the guide, or say
/// what happens to those who do not follow it.
fn is_about_upgrade(text: &str) -> bool {
    let sentences = super::inline::sentences([(1, text)]);
    sentences.iter().any(|it| {
        let words = Words::of(&it.text);
        let upgrade = ["upgrade|upgrading", "updating kyma", "move|migrate ~3 from ~2 to"];
        let pointer = ["guide|guides", "without ~2 performing|following ~3 steps", "these steps"];
        words.has_any(&upgrade) && !words.has_any(&pointer)
    })
}

/// The headings below "Known issues", or the one above it where it has none below.
fn known_issues(blocks: &[Block<'_>]) -> Vec<KnownIssue> {
    let headings: Vec<_> = blocks.iter().filter_map(heading).collect();
    let mut found = Vec::new();
    for (at, (level, title, line)) in headings.iter().enumerate() {
        if !title.to_lowercase().starts_with("known issue") {
            continue;
        }
        let below = headings[at + 1..].iter().take_while(|it| it.0 > *level);
        let before = found.len();
        found.extend(below.map(|(_, title, line)| issue(title, *line)));
        if found.len() == before {
            let above = headings[..at].iter().rev().find(|it| it.0 < *level);
            found.push(issue(above.map_or(title, |it| &it.1), *line));
        }
    }
    found.truncate(STEP_LIMIT);
    found
}

fn heading(block: &Block<'_>) -> Option<(usize, String, u32)> {
    match block.kind {
        Kind::Heading { level } => Some((level, plain(&block.raw()), block.line)),
        _ => None,
    }
}

fn issue(title: &str, line: u32) -> KnownIssue {
    let title = shorten(title, TEXT_LIMIT);
    KnownIssue { title, line }
}

#[cfg(test)]
mod tests;
