//! A saved, approved plan for a cluster.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

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

/// What is planned.
pub(crate) struct Wish<'a> {
    pub(crate) to: &'a str,
    pub(crate) deployment: &'a str,
    /// More options of `plan`.
    pub(crate) options: &'a [&'a str],
    /// Where the releases come from; 1.10.0 is installed.
    pub(crate) releases: &'a dyn Fn(&Path) -> Source,
    /// What is done to the cluster before it is planned.
    pub(crate) edit: &'a dyn Fn(&Upgrade),
}

impl Planned {
    /// A cluster with 1.10.0 and a plan to `to`, approved by one person. None where there are no
    /// binaries for a cluster.
    pub(crate) fn new(to: &str, deployment: &str) -> Option<Self> {
        let (releases, edit) = (&Source::made_up, &|_: &Upgrade| ());
        Self::of(&Wish { to, deployment, options: &[], releases, edit })
    }

    /// A cluster and a plan as they are wished.
    pub(crate) fn of(wish: &Wish<'_>) -> Option<Self> {
        if !Server::is_available() {
            return None;
        }
        let Wish { to, deployment, options, .. } = *wish;
        let releases = tempfile::tempdir().unwrap();
        let source = (wish.releases)(releases.path());
        let upgrade = Upgrade::new(&source, "1.10.0", deployment)?;
        (wish.edit)(&upgrade);
        let planned = Self { upgrade, _releases: releases };
        let plan = planned.path();
        let kubeconfig = planned.kubeconfig();
        let args = ["plan", "--to", to, "--deployment", deployment, "--source", &source.name];
        let more = ["--kubeconfig", &kubeconfig, "--save-plan", &plan, "--approvals", "1"];
        let accepted = ["--accept", "guide-missing", "--fail-on", "never"];
        let output = planned.upgrade.run(&[&args[..], &more, &accepted, options].concat());
        assert!(output.status.success(), "{}", errors(&output));
        let output = planned.upgrade.run(&["approve", &plan, "--as", "alice"]);
        assert!(output.status.success(), "{}", errors(&output));
        planned.upgrade.proxy().clear_log();
        Some(planned)
    }

    /// The path of the plan.
    pub(crate) fn path(&self) -> String {
        self.upgrade.path(PLAN)
    }

    fn kubeconfig(&self) -> String {
        self.upgrade.path(".kube/config")
    }

    /// The plan itself.
    pub(crate) fn plan(&self) -> Value {
        serde_json::from_slice(&fs_err::read(self.path()).unwrap()).unwrap()
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

impl Planned {
    /// Applies the plan until the program crashes at this place of a step.
    pub(crate) fn crash(&self, step: &str, place: &str) {
        let args = self.args(&[]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let at = format!("{step}:{place}");
        let mut crashing = self.upgrade.spawn(&args, &[("KYMA_UPGRADE_TEST_CRASH_AT", &at)]);
        let status = crashing.wait();
        assert_eq!(status.code(), None, "it did not crash at {at}: {}", crashing.stderr());
    }

    /// The number of the steps of a hop that do this to that, as `1.11.1/6`.
    pub(crate) fn steps(&self, hop: usize, action: &str, target: &str) -> Vec<String> {
        let plan = self.plan();
        let steps = plan["hops"][hop]["steps"].as_array().unwrap().iter();
        let is =
            |it: &&Value| it["action"] == action && it["target"].as_str().unwrap().contains(target);
        steps.filter(is).map(|it| it["id"].as_str().unwrap().to_owned()).collect()
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
