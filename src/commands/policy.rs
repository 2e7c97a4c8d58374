//! The policy file of a command: found, read, and put behind what the command line says.
//!
//! # Decisions
//! * What is given wins over the file: options, and environment variables that stand for options. An
//!   `--accept` is added to what the file accepts.
//! * Only this folder is searched for a file that nobody named, no folder above it: a plan must not
//!   change because of a file that is out of sight. That it is used is said.
//! * A file that cannot be used is a mistake of whoever calls the program (exit code 2), as a wrong
//!   option is; one that cannot be read is not (exit code 1).
//! * The host of a REST API that only the file names gets no token: whoever may change the file in a
//!   pull request must not be able to have the token of the pipeline sent to them.

use std::path::{Path, PathBuf};

use crate::cli::{
    ConsoleArgs, DeploymentArg, FailOnArg, PolicyArgs, PolicyFileArgs, SaveArgs, SourceArgs,
};
use crate::clock;
use crate::commands::output;
use crate::error::Error;
use crate::files;
use crate::finding::Finding;
use crate::lint::{Entry, FailOn, Policy};
use crate::policy::{self, FILE_NAME, Problem, TeamPolicy};
use crate::release::{Deployment, KubernetesVersion, Minor, VersionRequest};
use crate::report::sanitize;

/// The most bytes of a policy file.
const LIMIT: u64 = 1 << 20;

/// The most problems of a policy file that are shown.
const SHOWN: usize = 20;

/// The policy file of a command, or none.
pub(super) struct InForce {
    file: Option<(PathBuf, TeamPolicy)>,
}

/// Reads the policy file that the options name, else the one in this folder.
pub(super) fn open(args: &PolicyFileArgs, console: &ConsoleArgs) -> Result<InForce, Error> {
    let named = args.policy.clone().filter(|it| !it.as_os_str().is_empty());
    let found = || Some(PathBuf::from(FILE_NAME)).filter(|it| it.is_file());
    let is_named = named.is_some();
    let Some(path) = named.or_else(found).filter(|_| !args.no_policy) else {
        return Ok(InForce { file: None });
    };
    let bytes = files::read_limited(&path, LIMIT)?;
    let name = path.display().to_string();
    let policy = policy::read(&name, &bytes).map_err(|it| unusable(&name, &it))?;
    if !is_named && !console.quiet {
        output::say(&format!("using the policy file {name} of this folder (--no-policy: without)"));
    }
    Ok(InForce { file: Some((path, policy)) })
}

fn unusable(name: &str, problems: &[Problem]) -> Error {
    let count = match problems.len() {
        1 => "there is 1 problem in it".to_owned(),
        more => format!("there are {more} problems in it"),
    };
    let shown = problems.iter().take(SHOWN).map(|it| format!("\n  {name}:{it}"));
    let shown: Vec<_> = shown.map(|it| sanitize(&it)).collect();
    let more = problems.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
    let text = format!("cannot use the policy file {name}: {count}{}{more}", shown.concat());
    Error::usage(text).hint("correct the file, or go without it: --no-policy")
}

impl InForce {
    /// No policy file.
    pub(super) fn none() -> Self {
        Self { file: None }
    }

    fn policy(&self) -> Option<&TeamPolicy> {
        self.file.as_ref().map(|it| &it.1)
    }

    /// What findings are judged by. `whole` says whether they are those of a whole plan.
    pub(super) fn judging(&self, args: &PolicyArgs, whole: bool) -> Policy {
        let given = args.accept.iter().cloned().map(Entry::accept);
        let own = self.policy().map(|it| it.entries.clone()).unwrap_or_default();
        Policy {
            entries: given.chain(own).collect(),
            fail_on: args.fail_on.map_or_else(|| self.fail_on(), FailOnArg::into),
            today: clock::today(),
            whole,
        }
    }

    fn fail_on(&self) -> FailOn {
        self.policy().and_then(|it| it.fail_on).unwrap_or_default()
    }

    /// The findings of a plan that blocked nothing when it was made, and would under this policy.
    /// `given` was accepted on the command line then. None where there is no policy file.
    pub(super) fn withdrawn(
        &self,
        findings: Vec<Finding>,
        given: impl IntoIterator<Item = Entry>,
    ) -> Option<(String, Vec<Finding>)> {
        let (path, policy) = self.file.as_ref()?;
        let judging = Policy {
            entries: policy.entries.iter().cloned().chain(given).collect(),
            fail_on: self.fail_on(),
            today: clock::today(),
            whole: true,
        };
        Some((path.display().to_string(), judging.withdrawn(findings)))
    }

    /// Says where releases come from, where the command line does not.
    pub(super) fn settle_source(&self, args: &mut SourceArgs) {
        let Some((path, policy)) = &self.file else { return };
        if args.source.is_none() {
            args.source = policy.source.as_ref().map(|it| beside(path, it));
        }
        let api = args.github_api_url.as_ref().is_none_or(String::is_empty);
        args.api_of_policy = api && policy.github_api_url.is_some();
        let urls = [
            (&mut args.github_api_url, &policy.github_api_url),
            (&mut args.github_url, &policy.github_url),
            (&mut args.github_raw_url, &policy.github_raw_url),
            (&mut args.bucket_url, &policy.bucket_url),
        ];
        for (given, own) in urls {
            if given.as_ref().is_none_or(String::is_empty) && own.is_some() {
                given.clone_from(own);
            }
        }
    }

    /// Says which artifacts, where the command line does not.
    pub(super) fn settle_deployment(&self, given: &mut Option<DeploymentArg>) {
        let own = self.policy().and_then(|it| it.deployment);
        *given = given.or(own.map(|it| match it {
            Deployment::Cluster => DeploymentArg::Cluster,
            Deployment::Local => DeploymentArg::Local,
        }));
    }

    /// Says what is demanded of a saved plan, where the command line does not.
    pub(super) fn settle_saving(&self, args: &mut SaveArgs) {
        args.approvals = self.approvals(args.approvals);
        args.valid_for = args.valid_for.or(self.policy().and_then(|it| it.valid_for));
    }

    /// How many people have to approve a plan.
    pub(super) fn approvals(&self, given: Option<u32>) -> Option<u32> {
        given.or(self.policy().and_then(|it| it.approvals))
    }

    /// The version of Kubernetes where nothing else says it.
    pub(super) fn kubernetes_version(&self) -> Option<KubernetesVersion> {
        self.policy().and_then(|it| it.kubernetes_version)
    }

    /// The patches to pass through: those of the command line, else those of the file that are on the
    /// way.
    pub(super) fn via(
        &self,
        given: &[VersionRequest],
        (from, to): (&VersionRequest, &VersionRequest),
    ) -> Vec<VersionRequest> {
        if !given.is_empty() {
            return given.to_vec();
        }
        let own = self.policy().map(|it| it.via.as_slice()).unwrap_or_default();
        own.iter().filter(|it| is_between(it, from, to)).cloned().collect()
    }
}

/// Whether a patch is on the way from one version to another.
fn is_between(via: &VersionRequest, from: &VersionRequest, to: &VersionRequest) -> bool {
    let VersionRequest::Exact(version) = via else {
        let minor = via.minor();
        return from.minor() < minor && minor <= to.minor();
    };
    let minor = Minor::of(version);
    let after = match from {
        VersionRequest::Exact(from) => from < version,
        // What is installed is the newest patch already.
        VersionRequest::Newest(from) => *from < minor,
    };
    let before = match to {
        VersionRequest::Exact(to) => version <= to,
        VersionRequest::Newest(to) => minor <= *to,
    };
    after && before
}

/// A source as a policy file names it: a folder is relative to the file.
fn beside(policy: &Path, source: &str) -> String {
    match (source, policy.parent()) {
        ("github" | "demo", _) | (_, None) => source.to_owned(),
        (folder, Some(parent)) => parent.join(folder).display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> VersionRequest {
        text.parse().unwrap()
    }

    #[test]
    fn only_patches_on_the_way_are_passed_through() {
        let between = |via, from, to| is_between(&version(via), &version(from), &version(to));
        assert!(between("1.11.0", "1.9", "1.13"));
        assert!(between("1.11.0", "1.9", "1.11"));
        assert!(between("1.11.0", "1.9", "1.11.1"));
        assert!(between("1.9.2", "1.9.1", "1.11"));
        assert!(between("1.11", "1.9", "1.13"));
        assert!(!between("1.9.2", "1.9", "1.11"));
        assert!(!between("1.9.1", "1.9.1", "1.11"));
        assert!(!between("1.11.2", "1.9", "1.11.1"));
        assert!(!between("1.12.0", "1.9", "1.11"));
        assert!(!between("1.12", "1.12", "1.13"));
    }

    #[test]
    fn a_folder_is_relative_to_the_file_that_names_it() {
        assert_eq!(beside(Path::new("a/p.yaml"), "releases"), "a/releases");
        assert_eq!(beside(Path::new("p.yaml"), "releases"), "releases");
        assert_eq!(beside(Path::new("a/p.yaml"), "/srv/releases"), "/srv/releases");
        assert_eq!(beside(Path::new("a/p.yaml"), "demo"), "demo");
    }
}
