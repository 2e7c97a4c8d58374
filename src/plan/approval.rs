//! Who approved a plan, and whether that counts.
//!
//! # Decisions
//! * An approval is one line of JSON, so that approvals of several people can be joined with `cat`.
//! * It is bound to the digest of the plan, and repeats which guides were read and which findings are
//!   accepted: whoever reads the line sees to what somebody said yes, and a plan that asks for
//!   something else has another digest anyway.
//! * Its own digest shows slips and hasty edits, and is no proof of who wrote it. That proof is a
//!   signature, which the shell checks before anything is judged here.
//! * A name counts once, in whatever case it is written; the last approval of a name is the one that
//!   counts, so that somebody who read one more guide can approve again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::{Plan, PlannedGuide};
use crate::digest;

/// The format of approvals that this program writes and reads.
pub const APPROVAL_FORMAT: u32 = 1;

/// The namespace of signatures, so that one made for something else proves nothing here.
pub const SIGNATURE_NAMESPACE: &str = "kyma-upgrade";

/// The most characters of a name.
const LONGEST_NAME: usize = 200;

/// What somebody said about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its format.
    #[schemars(extend("const" = APPROVAL_FORMAT))]
    pub format: u32,
    /// The digest of the plan.
    pub plan: String,
    /// Who approved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The guides of the plan that were read.
    pub guides: Vec<GuideRead>,
    /// The findings that the plan accepts, as `--accept` names them.
    pub accepted: Vec<String>,
    /// What else was said.
    pub note: Option<String>,
    /// `sha256:…` over everything above.
    pub digest: String,
    /// An SSH signature over everything above, as `ssh-keygen -Y sign` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A guide that somebody read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideRead {
    /// Its file name.
    pub name: String,
    /// The digest of its text.
    pub sha256: String,
}

impl From<&PlannedGuide> for GuideRead {
    fn from(guide: &PlannedGuide) -> Self {
        Self { name: guide.name.clone(), sha256: guide.sha256.clone() }
    }
}

/// Why a file holds no approvals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}:{line} is no approval: {cause}")]
pub struct NotAnApproval {
    /// The file.
    pub source_name: String,
    /// The 1-based line.
    pub line: usize,
    /// What is wrong with it.
    pub cause: String,
}

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to {LONGEST_NAME} characters, no line breaks, and no spaces at its start and end"
)]
pub struct NotAName;

/// The name of somebody who approves.
///
/// # Errors
/// When the text is empty, too long, or would be read otherwise than it is written.
pub fn name(text: &str) -> Result<String, NotAName> {
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_NAME;
    let plain = text.trim() == text && !text.chars().any(char::is_control);
    if fits && plain { Ok(text.to_owned()) } else { Err(NotAName) }
}

impl Approval {
    /// The approval of a plan by `by` at the time `at`, not signed. The guides are those that were
    /// read.
    pub fn new<'a>(
        plan: &Plan,
        (by, at): (&str, Timestamp),
        guides: impl IntoIterator<Item = &'a PlannedGuide>,
        note: Option<&str>,
    ) -> Self {
        let guides: BTreeSet<_> = guides.into_iter().map(GuideRead::from).collect();
        let mut approval = Self {
            format: APPROVAL_FORMAT,
            plan: plan.digest.clone(),
            by: by.to_owned(),
            at,
            guides: guides.into_iter().collect(),
            accepted: plan.accepted.clone(),
            note: note.map(ToOwned::to_owned),
            digest: String::new(),
            signature: None,
        };
        approval.digest = approval.computed_digest();
        approval
    }

    /// The bytes that are signed: everything but the signature.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let unsigned = Self { signature: None, ..self.clone() };
        unsigned.line().into_bytes()
    }

    /// The approval as a line of the file, with its line break.
    pub fn line(&self) -> String {
        let json = serde_json::to_string(self).expect("an approval has only JSON types");
        format!("{json}\n")
    }

    fn computed_digest(&self) -> String {
        let unsealed = Self { digest: String::new(), signature: None, ..self.clone() };
        digest::sha256(unsealed.line().as_bytes())
    }

    /// Why it says nothing about a plan; none if it does.
    fn refusal(&self, plan: &Plan, guides: &BTreeSet<GuideRead>) -> Option<String> {
        if name(&self.by).is_err() {
            return Some(NotAName.to_string());
        }
        if self.computed_digest() != self.digest {
            return Some("it was changed after it was made".to_owned());
        }
        if self.plan != plan.digest {
            let other = short(&self.plan);
            return Some(format!("it is for the plan {other}, not for this one"));
        }
        if let Some(guide) = self.guides.iter().find(|it| !guides.contains(it)) {
            let name = &guide.name;
            return Some(format!("it names a text of {name} that is not that of the plan"));
        }
        let other = self.accepted != plan.accepted;
        other.then(|| "it accepts other findings than the plan does".to_owned())
    }
}

/// The first characters of a digest that anybody may have written.
fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

/// The approvals that a text holds, one in each line. `source` is the name of the file.
///
/// # Errors
/// When a line is no approval, or one of another format.
pub fn read(source: &str, text: &str) -> Result<Vec<Approval>, NotAnApproval> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let read = lines.map(|(line, number)| {
        let source_name = source.to_owned();
        read_line(line).map_err(|cause| NotAnApproval { source_name, line: number, cause })
    });
    read.collect()
}

#[derive(Deserialize)]
struct Outline {
    format: u32,
}

fn read_line(line: &str) -> Result<Approval, String> {
    let wrong = |error: serde_json::Error| {
        // Of the parser's words the place is left out: it counts from the start of the line.
        let text = error.to_string();
        text.split(" at line ").next().unwrap_or_default().to_owned()
    };
    let outline: Outline = serde_json::from_str(line).map_err(wrong)?;
    if outline.format != APPROVAL_FORMAT {
        let format = outline.format;
        return Err(format!("it has format {format}, and this program reads {APPROVAL_FORMAT}"));
    }
    serde_json::from_str(line).map_err(wrong)
}

/// What the approvals of a plan are worth.
#[derive(Debug, Default)]
pub struct Judged<'a> {
    /// Those that count: one for each name, in the order of the names.
    pub valid: Vec<&'a Approval>,
    /// The names of the others, and why they do not count.
    pub refused: Vec<(String, String)>,
}

impl Judged<'_> {
    /// The names of those who approved the plan, each once.
    pub fn names(&self) -> Vec<String> {
        self.valid.iter().map(|it| it.by.clone()).collect()
    }

    /// The names of the guides of a plan that were read, together, by those who approved it. Where
    /// several hops have guides of one name with different texts, all of them have to be read.
    pub fn guides_read(&self, plan: &Plan) -> Vec<String> {
        let read: BTreeSet<_> = self.valid.iter().flat_map(|it| &it.guides).collect();
        let mut names = BTreeMap::new();
        for guide in plan.guides() {
            let all = names.entry(guide.name.clone()).or_insert(true);
            *all &= read.contains(&GuideRead::from(guide));
        }
        names.into_iter().filter(|(_, all)| *all).map(|(name, _)| name).collect()
    }
}

/// Judges approvals: which count for a plan, and why the others do not.
pub fn judge<'a>(approvals: &'a [Approval], plan: &Plan) -> Judged<'a> {
    let guides: BTreeSet<_> = plan.guides().into_iter().map(GuideRead::from).collect();
    let mut judged = Judged::default();
    let mut by_name: BTreeMap<String, &Approval> = BTreeMap::new();
    for approval in approvals {
        if let Some(why) = approval.refusal(plan, &guides) {
            judged.refused.push((approval.by.clone(), why));
        } else if let Some(old) = by_name.insert(approval.by.to_lowercase(), approval) {
            let why = "the same name approved it again later, and counts once".to_owned();
            judged.refused.push((old.by.clone(), why));
        }
    }
    judged.valid = by_name.into_values().collect();
    judged
}

#[cfg(test)]
mod tests;
