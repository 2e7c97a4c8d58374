//! Links from release notes to migration guides.

use serde::Serialize;

use crate::guide::coverage::Coverage;
use crate::guide::text::Text;
use crate::release::GUIDE_FOLDER;

/// The most characters of a link that is kept.
const URL_LIMIT: usize = 500;
/// The most links that are kept.
const LINK_LIMIT: usize = 100;

/// A link to a migration guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuideLink {
    /// The file's name.
    pub name: String,
    /// What the name covers.
    #[serde(rename = "covers")]
    pub coverage: Coverage,
    /// The branch or tag in the link; none where the link has none.
    pub branch: Option<String>,
    /// The link without its anchor.
    pub url: String,
    /// The 1-based line that has it first.
    pub line: u32,
}

/// The links in the text, each guide of each branch once, at most 100.
pub(super) fn of(text: &Text) -> Vec<GuideLink> {
    let mut found: Vec<GuideLink> = Vec::new();
    for line in text.numbered() {
        let words = line.text.split(|c: char| c.is_whitespace() || "()[]<>\"'`|".contains(c));
        for link in words.filter_map(|it| link(it, line.number)) {
            let same = |it: &GuideLink| it.name == link.name && it.branch == link.branch;
            if found.len() < LINK_LIMIT && !found.iter().any(same) {
                found.push(link);
            }
        }
    }
    found
}

/// Guides are below the guide folder, and the last one beside it (`docs/migration-guide-…`).
fn link(word: &str, line: u32) -> Option<GuideLink> {
    let url = word.split(['#', '?']).next()?.trim_end_matches(['.', ',', ';', ':']);
    let (folder, name) = url.rsplit_once('/')?;
    let base = folder.strip_suffix(GUIDE_FOLDER).or_else(|| {
        let beside = name.starts_with("migration-guide");
        folder.strip_suffix("docs").filter(|_| beside)
    })?;
    Some(GuideLink {
        name: name.to_owned(),
        coverage: Coverage::of_file(name)?,
        branch: branch(base),
        url: url.chars().take(URL_LIMIT).collect(),
        line,
    })
}

/// The path segment before the folder, unless that is a host or nothing.
fn branch(base: &str) -> Option<String> {
    let path = base.split_once("://").map_or(base, |(_, rest)| rest);
    let segment = path.strip_suffix('/')?.rsplit_once('/')?.1;
    let named = !segment.is_empty() && segment != "." && segment != "..";
    named.then(|| segment.to_owned())
}
