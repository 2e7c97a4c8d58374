//! A saved, approved plan for a cluster.

use std::process::Output;

use crate::server::Server;
use crate::upgrade::{Source, Upgrade};

/// A cluster with a saved plan for it.
pub(crate) struct Planned {
    pub(crate) upgrade: Upgrade,
    /// The folder with the made-up releases.
    _releases: tempfile::TempDir,
}

/// The file of the plan, in the home of the program.
pub(crate) const PLAN: &str = "plan.json";

/// What every `apply` gets in these tests: a backup, no question, and little patience.
const APPLY: [&str; 9] = [
    "apply",
    "--yes",
    "--backup-done",
    "a test",
    "--poll",
    "50ms",
    "--lock-duration",
    "3s",
    "--timeout=30s",
];

impl Planned {
    /// A cluster with 1.10.0 and a plan to `to`, approved by one person. None where there are no
    /// binaries for a cluster.
    pub(crate) fn new(to: &str, deployment: &str) -> Option<Self> {
        if !Server::is_available() {
            return None;
        }
        let releases = tempfile::tempdir().unwrap();
        let source = Source::made_up(releases.path());
        let upgrade = Upgrade::new(&source, "1.10.0", deployment)?;
        let planned = Self { upgrade, _releases: releases };
        let plan = planned.path();
        let kubeconfig = planned.kubeconfig();
        let args = ["plan", "--to", to, "--deployment", deployment, "--source", &source.name];
        let more = ["--kubeconfig", &kubeconfig, "--save-plan", &plan, "--approvals", "1"];
        let accepted = ["--accept", "guide-missing", "--fail-on", "never"];
        let output = planned.upgrade.run(&[&args[..], &more, &accepted].concat());
        assert!(output.status.success(), "{}", errors(&output));
        planned.approve();
        planned.upgrade.proxy().clear_log();
        Some(planned)
    }

    /// Approves the plan.
    pub(crate) fn approve(&self) {
        let output = self.upgrade.run(&["approve", &self.path(), "--as", "alice"]);
        assert!(output.status.success(), "{}", errors(&output));
    }

    /// The path of the plan.
    pub(crate) fn path(&self) -> String {
        self.upgrade.path(PLAN)
    }

    fn kubeconfig(&self) -> String {
        self.upgrade.path(".kube/config")
    }

    /// The arguments of `apply`, and more.
    pub(crate) fn args(&self, more: &[&str]) -> Vec<String> {
        let args = APPLY.iter().chain(more).map(|it| (*it).to_owned());
        args.chain([self.path()]).collect()
    }

    /// Applies the plan to its end.
    pub(crate) fn apply(&self, more: &[&str]) -> Output {
        let args = self.args(more);
        self.upgrade.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Applies the plan, which has to succeed.
    pub(crate) fn apply_well(&self, more: &[&str]) -> String {
        let output = self.apply(more);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", errors(&output));
        said
    }
}

/// What a program wrote to standard error.
pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The exit code of a program that was not killed.
pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("killed: {}", errors(output)))
}
