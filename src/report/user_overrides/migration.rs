//! What a migration wrote and what it left open, hop by hop, in words.

use crate::overrides::OverrideKey;
use crate::report::{Migration, OpenKey, Report};

/// The heading of the section.
pub(in crate::report) const TITLE: &str = "Migrated override objects";

/// What holds for all hops.
pub(in crate::report) const INTRODUCTION: &str = "The files are below the folder given with \
     --migrate, in a folder for each hop. changes.diff shows what its commands change.";

/// A hop of a migration.
#[derive(Debug)]
pub(in crate::report) struct Written {
    /// The release that the hop leads to.
    pub(in crate::report) to: String,
    /// What was written.
    pub(in crate::report) files: String,
    /// What a person has to decide, one line each.
    pub(in crate::report) open: Vec<String>,
}

/// The hops; none if nothing was migrated. `code` marks keys.
pub(in crate::report) fn hops(report: &Report, code: fn(&str) -> String) -> Vec<Written> {
    let hops = report.migration.iter().flatten();
    let hop = |it: &Migration| Written {
        to: it.to.clone(),
        files: files(it),
        open: it.conflicts.iter().chain(&it.undecided).map(|it| open(it, code)).collect(),
    };
    hops.map(hop).collect()
}

fn files(hop: &Migration) -> String {
    let has = |name: &str| hop.files.iter().any(|it| it.ends_with(name));
    let when = match (has("/before/commands.sh"), has("/after/commands.sh")) {
        (true, true) => "run before/commands.sh before the hop, after/commands.sh after it",
        (true, false) => "run before/commands.sh before the hop",
        (false, true) => "run after/commands.sh after the hop",
        (false, false) => "nothing to run",
    };
    match hop.files.len() {
        0 => "nothing to change".to_owned(),
        1 => format!("1 file: {when}"),
        count => format!("{count} files: {when}"),
    }
}

fn open(open: &OpenKey, code: fn(&str) -> String) -> String {
    let key = OverrideKey::new(open.component.as_deref(), &open.key);
    format!("left as it is: {}: {}", code(&key.to_string()), open.text)
}
