//! The policy file: what a team accepts and how it plans, checked into its repository.
//!
//! # Decisions
//! * It lies right of `lint`: that judges findings by entries wherever they come from, this reads
//!   them from a file.
//! * **The types are the only list of keys.** They are read with `serde_yaml`; their JSON Schema is
//!   derived from them, and the file is checked against that schema before. So what an editor marks is
//!   what the program refuses, and all problems are told at once, each with its line and column.
//! * The places come from `yaml`, which knows them; the values from `serde_yaml`, which leaves `1.10`
//!   the text that it is where a text is wanted. What the two read differently is a problem.
//! * The file is written for people, so what cannot be right is refused and nothing is skipped:
//!   unknown keys, repeated keys, entries about the same findings, empty reasons.
//! * There is no secret in it, because it is checked in. A key that looks like one is refused, and no
//!   message quotes a value.
//! * Both lists have entries of one shape, with `finding` in the words of `--accept`.
//! * A later format has another `version`, and this program says that it cannot read it before it
//!   complains about anything in it.

mod check;
mod file;
mod problem;
mod read;
mod rules;

pub use file::{AcceptedFinding, ChangedSeverity, PolicyFile, schema};
pub use problem::Problem;
pub use read::{TeamPolicy, read};
pub use rules::duration;

/// The `version` of policy files that this program reads.
pub const FORMAT: u32 = 1;

/// The name of the policy file that is used without being named.
pub const FILE_NAME: &str = "kyma-upgrade.yaml";

#[cfg(test)]
mod tests;
