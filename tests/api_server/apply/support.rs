//! A saved, approved plan for a cluster.

use std::path::Path;
use std::process::Output;

use kyma_upgrade::journal::{Event, Journal};
use serde_json::Value;

use crate::operator::Outcome;
use crate::server::Server;
use crate::upgrade::{Program, Source, Upgrade};

/// A cluster with a saved plan for it.
pub(crate) struct Planned {
    pub(crate) upgrade: Upgrade,
    /// The folder with the made-up releases.
    _releases: tempfile::TempDir,
}

/// The file of the plan, in the home of the program.
pub(crate) const PLAN: &str = "plan.json";

/// What every `apply` gets in these tests: a backup, no question, and little patience.
const APPLY: [&str; 6] = [
    "apply",
    "--yes",
    "--backup-done=a test",
    "--poll=50ms",
    "--lock-duration=1s",
    "--timeout=30s",
];

/// The releases of the hops.
pub(crate) const HOPS: [&str; 3] = ["1.11.1", "1.12.0", "1.13.0"];

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
        Self::prepared(to, deployment, |_| {})
    }

    /// The same, with a cluster that was changed before the plan was made.
    pub(crate) fn prepared(to: &str, deployment: &str, prepare: impl Fn(&Upgrade)) -> Option<Self> {
        let (releases, edit) = (&Source::made_up, &prepare);
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
        planned.approve();
        planned.upgrade.proxy().clear_log();
        Some(planned)
    }

    /// Approves the plan, with all of its guides read.
    pub(crate) fn approve(&self) {
        let (plan, path) = (self.plan(), self.path());
        let hops = plan["hops"].as_array().unwrap().iter();
        let guides = hops.flat_map(|it| it["guides"].as_array().unwrap());
        let guides = guides.flat_map(|it| ["--guide", it["name"].as_str().unwrap()]);
        let args: Vec<_> = ["approve", &path, "--as", "alice"].into_iter().chain(guides).collect();
        let output = self.upgrade.run(&args);
        assert!(output.status.success(), "{}", errors(&output));
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

    /// The arguments of `apply`, and more, each of which takes the place of one with the same name.
    pub(crate) fn args(&self, more: &[&str]) -> Vec<String> {
        let name = |it: &&str| it.split('=').next().unwrap().to_owned();
        let replaced = |it: &&&str| more.iter().all(|other| name(other) != name(it));
        let args = APPLY.iter().filter(replaced).chain(more).map(|it| (*it).to_owned());
        args.chain([self.path()]).collect()
    }

    /// Starts `apply`.
    pub(crate) fn spawn(&self, more: &[&str]) -> Program {
        self.spawn_with(more, &[])
    }

    /// Starts `apply` with variables in its environment.
    pub(crate) fn spawn_with(&self, more: &[&str], variables: &[(&str, &str)]) -> Program {
        let args = self.args(more);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        self.upgrade.spawn(&args, variables)
    }

    /// Applies the plan up to a place at which the program crashes.
    pub(crate) fn crash(&self, at: &str, more: &[&str]) {
        let mut program = self.spawn_with(more, &[("KYMA_UPGRADE_TEST_CRASH_AT", at)]);
        let status = program.wait();
        let said = || format!("{at}: {status}\n{}{}", program.stdout(), program.stderr());
        assert!(status.code().is_none(), "no crash at {}", said());
    }

    /// Applies the plan, which has to end with this code, and gives what it wrote to standard error.
    pub(crate) fn apply_badly(&self, exit: i32, more: &[&str]) -> String {
        let output = self.apply(more);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(code(&output), exit, "{said}{}", errors(&output));
        errors(&output)
    }

    /// The path of the journal file.
    pub(crate) fn journal_path(&self) -> String {
        self.path() + ".journal"
    }

    /// The journal file, whose chain is checked.
    pub(crate) fn journal(&self) -> Journal {
        Journal::read(&fs_err::read_to_string(self.journal_path()).unwrap()).unwrap()
    }

    /// The copy of the journal in the cluster.
    pub(crate) fn copy(&self) -> String {
        self.upgrade.kubectl(
            "-n kyma-installer get configmap kyma-upgrade-journal -o jsonpath={.data.journal}",
        )
    }

    /// The id of the first step of a hop with this action, whose target has this ending.
    pub(crate) fn step(&self, hop: usize, action: &str, target: &str) -> String {
        let plan = self.plan();
        let steps = plan["hops"][hop]["steps"].as_array().unwrap().clone();
        let is_it = |it: &&Value| {
            it["action"] == action && it["target"].as_str().unwrap().ends_with(target)
        };
        let step = steps.iter().find(is_it).unwrap_or_else(|| panic!("{steps:?}"));
        step["id"].as_str().unwrap().to_owned()
    }

    /// How often a step is done by the journal.
    pub(crate) fn done(&self, step: &str) -> usize {
        let journal = self.journal();
        let is_done = |it: &&Event| matches!(it, Event::Done { step: id, .. } if id == step);
        journal.entries().iter().map(|it| &it.event).filter(is_done).count()
    }

    /// Checks that the whole plan was executed: each hop with one run of the operator and each step
    /// done once, never two installers at once, both copies of the journal whole, and what was there
    /// before each hop kept.
    pub(crate) fn check_done(&self) {
        let runs = self.upgrade.operator().outcomes();
        assert_eq!(runs, HOPS.map(|it| (it.to_owned(), Outcome::Installed)));
        self.check_end();
    }

    /// The same, however often the operator ran.
    pub(crate) fn check_end(&self) {
        let upgrade = &self.upgrade;
        assert!(!upgrade.operator().overlapped(), "two installers were at work at once");
        assert_eq!(upgrade.image().as_deref(), Some("registry/kyma-installer:1.13.0"));
        let installation = upgrade.installation();
        assert_eq!(installation["status"]["state"], "Installed");
        assert!(installation["metadata"]["labels"].get("action").is_none());
        let journal = self.journal();
        assert_eq!(self.copy(), journal.text());
        assert_eq!(journal.entries().last().unwrap().event, Event::Finished);
        let plan = self.plan();
        for hop in plan["hops"].as_array().unwrap() {
            for step in hop["steps"].as_array().unwrap() {
                let id = step["id"].as_str().unwrap();
                assert_eq!(self.done(id), 1, "{id}");
            }
        }
        for (from, to) in [("1.10.0", HOPS[0]), (HOPS[0], HOPS[1]), (HOPS[1], HOPS[2])] {
            self.check_saved(from, to);
        }
    }

    /// Checks that the copy of a hop is what was there before it.
    fn check_saved(&self, from: &str, to: &str) {
        let object = |name: &str, part: &str| {
            let secret = format!("kyma-upgrade-saved-{to}{part}");
            let command = format!(
                "-n kyma-installer get secret {secret} -o 'go-template={{{{index .data \"{name}\" | base64decode}}}}'"
            );
            let text = self.upgrade.kubectl(&command);
            serde_json::from_str::<Value>(&text).unwrap_or_else(|it| panic!("{name}: {it}: {text}"))
        };
        let parts = self.upgrade.kubectl(
            "-n kyma-installer get secret -l app.kubernetes.io/managed-by=kyma-upgrade -o name",
        );
        let last = format!("secret/kyma-upgrade-saved-{to}-2");
        let part = if parts.lines().any(|it| it == last) { "-2" } else { "" };
        let deployment = object("Deployment.kyma-installer.kyma-installer.json", part);
        let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
        assert_eq!(image, &format!("registry/kyma-installer:{from}"), "{to}");
        let script = object("ConfigMap.kyma-installer.kyma-script.json", "");
        assert_eq!(script["data"]["version"], from, "{to}");
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
