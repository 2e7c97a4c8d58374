//! `apply`: a verified plan on a live cluster.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use super::saved::Saved;
use super::{output, policy};
use crate::cli::ApplyArgs;
use crate::cluster::{Cluster, Held, Lock, LockError, Objects, Patience, Writes};
use crate::error::{Error, Exit};
use crate::event::{Event, Phase, console};
use crate::execute::preflight::{self, Scene};
use crate::execute::{
    self, Backup, Execution, Log, LogError, Options, Outcome, Record, Stop, Told,
};
use crate::fault;
use crate::files;
use crate::finding::{Finding, Severity};
use crate::journal::ResumePoint;
use crate::plan::{Plan, VerifiedPlan};
use crate::release::Facts;
use crate::report::sanitize;

pub(super) async fn run(args: &ApplyArgs, stop: watch::Receiver<bool>) -> Result<Exit, Error> {
    let policy = policy::open(&args.policy, &args.console)?;
    let saved = Saved::read(&args.file, &policy)?;
    saved.verified(None)?;
    args.record.iter().try_for_each(|it| files::check_writable(it))?;
    let cluster = Cluster::connect(&args.cluster.access()).await?.telling(console::sink());
    let verified = saved.verified(Some(&cluster.identity().await?))?;
    let apply = Apply { args, saved: &saved, verified, cluster };
    apply.run(stop).await
}

struct Apply<'a> {
    args: &'a ApplyArgs,
    saved: &'a Saved,
    verified: VerifiedPlan,
    cluster: Cluster,
}

impl Apply<'_> {
    async fn run(&self, stop: watch::Receiver<bool>) -> Result<Exit, Error> {
        let plan = self.verified.plan();
        let patience = Patience { total: self.args.patience, reconnects: true };
        let objects = self.cluster.objects(Writes::Real).with_patience(patience);
        let by = by()?;
        let log = self.open(&objects, &by).await?;
        let point = self.resume_point(&log)?;
        if point.is_end(plan) {
            self.is_as_it_ended(&point).await?;
            self.finish(&log, (&objects, &by), &point).await?;
            output::say(&format!(
                "{} is done already; there is nothing to do",
                execute::title(plan)
            ));
            self.write_records(&log)?;
            return Ok(Exit::Done);
        }
        let last_hop = last_hop(self.args, plan, &point)?;
        self.preflight(&point).await?;
        if self.args.dry_run {
            output::say(
                "the API server would accept every object of the next hop; nothing was changed",
            );
            return Ok(Exit::Done);
        }
        self.confirm(&point)?;
        let lock = self.lock_or_stop(&objects, &by, stop.clone()).await?;
        fault::point("run", "locked");
        let objects = objects.guarded_by(&lock);
        let log = match self.open_again(&objects, &by, &point).await {
            Ok(log) => log,
            Err(error) => {
                release(lock).await;
                return Err(error);
            }
        };
        self.execute(Work { objects, lock, log, last_hop, stop, point }).await
    }

    async fn execute(&self, work: Work) -> Result<Exit, Error> {
        let Work { objects, lock, log, last_hop, stop, point } = work;
        let quiet = self.args.console.quiet;
        let mut execution = Execution {
            plan: &self.verified,
            bundles: &self.saved.bundles,
            cluster: &self.cluster,
            objects,
            lock,
            log,
            options: self.options(last_hop),
            tell: Arc::new(move |told| tell(told, quiet)),
            stop,
            facts: Facts::builtin(),
            deadline: tokio::time::Instant::now(),
            waits_for: String::new(),
            checked: point.hop,
        };
        let result = execution.run().await;
        let Execution { lock, log, .. } = execution;
        if !matches!(result, Err(Stop::Lock(_))) {
            release(lock).await;
        }
        self.write_records(&log)?;
        match result {
            Ok(Outcome::Finished) => {
                output::say(&format!("done: {}", execute::title(self.verified.plan())));
                Ok(Exit::Done)
            }
            Ok(Outcome::Paused) => {
                output::say("paused as you wanted; run `apply` again to go on");
                Ok(Exit::Done)
            }
            Err(stop) => Err(part_way(&stop)),
        }
    }

    fn options(&self, last_hop: Option<usize>) -> Options {
        Options {
            timeout: self.args.timeout.unsigned_abs(),
            last_hop,
            backup: backup(self.args),
            approved_by: self.saved.observed.approved_by.clone(),
            poll: self.args.poll,
            patience: self.args.patience,
        }
    }

    /// The file of the journal; none where it is to be in the cluster only.
    fn journal_file(&self) -> Option<PathBuf> {
        let default = || files::with_ending(&self.args.file.plan, "journal");
        (!self.args.no_journal_file).then(|| self.args.journal.clone().unwrap_or_else(default))
    }

    async fn open(&self, objects: &Objects, by: &str) -> Result<Log, Error> {
        let file = self.journal_file();
        let about = (self.verified.plan(), by);
        Ok(Log::open(file.as_deref(), about, objects).await?)
    }

    fn resume_point(&self, log: &Log) -> Result<ResumePoint, Error> {
        log.journal().resume_point(self.verified.plan()).map_err(|error| {
            let text = format!("the journal does not fit the plan: {error}");
            Error::refused(text).hint(
                "use the plan with which the upgrade was begun (`kyma-upgrade status` tells which one); to \
                 give that upgrade up, delete ConfigMap kyma-installer/kyma-upgrade-journal first",
            )
        })
    }

    fn scene<'s>(&'s self, backup: &'s Backup) -> Scene<'s> {
        let (plan, bundles) = (self.verified.plan(), &self.saved.bundles);
        Scene { plan, bundles, cluster: &self.cluster, backup }
    }

    /// Whether the cluster is as the plan left it, where the journal says that it is done.
    async fn is_as_it_ended(&self, end: &ResumePoint) -> Result<(), Error> {
        let backup = backup(self.args);
        let findings = preflight::since_the_end(&self.scene(&backup), end)
            .await
            .map_err(|it| unchecked(&it))?;
        let blockers = preflight::blockers(findings);
        if blockers.is_empty() {
            return Ok(());
        }
        let text = format!(
            "the journal says that this plan is done, but the cluster is not as it left it:{}",
            lines(&blockers)
        );
        Err(Error::refused(text).hint(
            "make a new plan from what the cluster is now; where it was put back from a backup, the \
             journal in it and PLAN.journal tell of what is undone",
        ))
    }

    /// Checks everything before the first change.
    async fn preflight(&self, point: &ResumePoint) -> Result<(), Error> {
        console::tell(Event::Phase(Phase::Check));
        let backup = backup(self.args);
        let scene = self.scene(&backup);
        let findings = preflight::findings(&scene, point).await.map_err(|it| unchecked(&it))?;
        for it in findings.iter().filter(|it| it.severity == Severity::Warning) {
            output::warn(&[told(it)]);
        }
        let blockers = preflight::blockers(findings);
        if blockers.is_empty() {
            return Ok(());
        }
        // Perhaps it is somebody else's hop that stands in the way.
        let holder = match Lock::holder(&self.cluster.objects(Writes::DryRun)).await {
            Ok(Some(holder)) => format!("\n  (the lock of the cluster is held by {holder})"),
            _ => String::new(),
        };
        let hop = &self.verified.plan().hops[point.hop];
        let text = format!("the hop to {} cannot be done now:{}{holder}", hop.to, lines(&blockers));
        Err(Error::refused(text).hint(blockers[0].remedy.clone()))
    }

    /// Asks whether the plan is to be executed.
    fn confirm(&self, point: &ResumePoint) -> Result<(), Error> {
        if self.args.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            let text = "nobody can be asked whether to go on: standard input is no terminal";
            return Err(Error::usage(text).hint("give --yes"));
        }
        let plan = self.verified.plan();
        let step = plan.hops[point.hop].steps.get(point.step);
        let from = step.map(|it| it.id.clone()).unwrap_or_default();
        console::ask(&format!(
            "{}\ncluster: {}\nbegins with step {from}. Type `yes` to go on:",
            execute::title(plan),
            sanitize(&self.cluster.origin().server),
        ));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" {
            return Ok(());
        }
        let text = "you did not say yes; nothing was changed";
        Err(Error::refused(text).hint("run the same command again and type `yes`, or give --yes"))
    }

    /// Makes sure that the journal says that the upgrade is finished, where a crash came first.
    async fn finish(
        &self,
        log: &Log,
        (objects, by): (&Objects, &str),
        point: &ResumePoint,
    ) -> Result<(), Error> {
        if log.is_finished() || self.args.dry_run {
            return Ok(());
        }
        let lock = self.lock(objects, by).await?;
        let finished = match self.open_again(&objects.guarded_by(&lock), by, point).await {
            Ok(mut log) => log.finish(self.verified.plan()).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        release(lock).await;
        finished
    }

    /// The journal under the lock. Somebody may have worked on it until that was free.
    async fn open_again(
        &self,
        objects: &Objects,
        by: &str,
        point: &ResumePoint,
    ) -> Result<Log, Error> {
        let log = self.open(objects, by).await?;
        if self.resume_point(&log)? == *point {
            return Ok(log);
        }
        let text = "somebody else went on with this plan in the meantime";
        Err(Error::refused(text).hint("run the same command again to go on from there"))
    }

    /// Takes the lock, which may take as long as that of a program that crashed lasts.
    async fn lock_or_stop(
        &self,
        objects: &Objects,
        by: &str,
        mut stop: watch::Receiver<bool>,
    ) -> Result<Held, Error> {
        tokio::select! {
            lock = self.lock(objects, by) => lock,
            _ = stop.wait_for(|it| *it) => Err(Error::interrupted()),
        }
    }

    async fn lock(&self, objects: &Objects, by: &str) -> Result<Held, Error> {
        let duration = self.args.lock_duration.unsigned_abs();
        if self.args.break_lock {
            let (held, before) =
                Lock::break_lock(objects, by, duration).await.map_err(|it| locked(&it))?;
            if let Some(holder) = before {
                output::warn(&[format!("the lock was taken away from {holder}")]);
            }
            return Ok(held);
        }
        Lock::acquire(objects, by, duration).await.map_err(|it| locked(&it))
    }

    fn write_records(&self, log: &Log) -> Result<(), Error> {
        let record = Record::new(self.verified.plan(), log.journal());
        for path in &self.args.record {
            let is_json = path.extension().is_some_and(|it| it == "json");
            let text = if is_json { record.json() } else { record.markdown() };
            files::write_atomically(path, text.as_bytes())?;
        }
        Ok(())
    }
}

/// Gives the lock back. Where that fails it expires, and the next run waits for that.
async fn release(lock: Held) {
    if let Err(cause) = lock.release().await {
        output::warn(&[format!("the lock was not given back, and expires by itself: {cause}")]);
    }
}

/// What is needed to begin.
struct Work {
    objects: Objects,
    lock: Held,
    log: Log,
    last_hop: Option<usize>,
    stop: watch::Receiver<bool>,
    point: ResumePoint,
}

fn backup(args: &ApplyArgs) -> Backup {
    match &args.backup_done {
        Some(reference) => Backup::Done(reference.clone()),
        None => Backup::NotOlder(args.backup_max_age),
    }
}

/// The last hop to do, by its number from 0 on.
fn last_hop(args: &ApplyArgs, plan: &Plan, point: &ResumePoint) -> Result<Option<usize>, Error> {
    let Some(asked) = args.hop.as_ref().or(args.pause_after.as_ref()) else {
        return Ok(None);
    };
    let of_number = asked.parse().ok().and_then(|it: usize| it.checked_sub(1));
    let of_version = plan.hops.iter().position(|it| it.to.to_string() == *asked);
    let hop = of_version.or(of_number).filter(|it| *it < plan.hops.len());
    let Some(hop) = hop else {
        let versions: Vec<_> = plan.hops.iter().map(|it| it.to.to_string()).collect();
        let text = format!("the plan has no hop {}", sanitize(asked));
        return Err(Error::usage(text).hint(format!("its hops lead to {}", versions.join(", "))));
    };
    if args.hop.is_some() && hop != point.hop {
        let next = &plan.hops[point.hop].to;
        let text = format!("the hop to {} is not the next one", plan.hops[hop].to);
        return Err(Error::refused(text).hint(format!("the next hop leads to {next}")));
    }
    if hop < point.hop {
        let text = format!("the hop to {} is done already", plan.hops[hop].to);
        let next = &plan.hops[point.hop].to;
        return Err(Error::refused(text).hint(format!("the next hop leads to {next}")));
    }
    Ok(Some(hop))
}

/// Who writes journal and lock: the machine, the process and a number of its own.
fn by() -> Result<String, Error> {
    let host = std::env::var_os("HOSTNAME").filter(|it| !it.is_empty());
    let host = host.map(|it| it.to_string_lossy().into_owned());
    let host = host.or_else(|| fs_err::read_to_string("/etc/hostname").ok());
    let host = host.map_or_else(|| "unknown".to_owned(), |it| sanitize(it.trim()));
    let mut number = [0; 4];
    getrandom::fill(&mut number).map_err(|error| {
        let text = format!("cannot get random bytes for the name of the lock's holder: {error}");
        Error::failed(text).hint("check that /dev/urandom can be read")
    })?;
    Ok(format!("{host}/{}/{:08x}", std::process::id(), u32::from_ne_bytes(number)))
}

fn locked(error: &LockError) -> Error {
    match error {
        LockError::HeldBy(_) => Error::refused(error).hint(
            "wait until it is done, or, if you know that nobody works on the cluster, give --break-lock",
        ),
        LockError::Cluster(_) => {
            Error::failed(error).hint("see `kyma-upgrade roles` for the permissions that it needs")
        }
    }
}

/// What cannot be checked.
fn unchecked(stop: &Stop) -> Error {
    Error::failed(format!("cannot check the cluster: {stop}")).hint(stop.hint())
}

/// Findings below a headline, one on a line.
fn lines(findings: &[Finding]) -> String {
    let lines: Vec<_> = findings.iter().map(|it| format!("\n  {}", told(it))).collect();
    lines.concat()
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.code.as_str(), sanitize(&finding.message))
}

impl From<LogError> for Error {
    fn from(error: LogError) -> Self {
        let hint = match &error {
            LogError::Journal { .. } => {
                "look at both copies (PLAN.journal, ConfigMap kyma-installer/kyma-upgrade-journal); \
                 nothing was changed by this run"
            }
            _ => "mend the cause, then run the same command again",
        };
        match error {
            LogError::Journal { .. } => Self::refused(&error).hint(hint),
            _ => Self::failed(&error).hint(hint),
        }
    }
}

/// How the command ends when the execution stopped part-way.
fn part_way(stop: &Stop) -> Error {
    let exit = if matches!(stop, Stop::Wanted) { Exit::Interrupted } else { Exit::PartWay };
    Error::failed(stop).hint(stop.hint()).exit(exit)
}

/// Prints what is told, and shows the object at work as progress.
fn tell(told: Told, quiet: bool) {
    if let Told::Object { number, key } = told {
        let what = sanitize(&key);
        console::tell(Event::Item { phase: Phase::Apply, what, number });
        return;
    }
    // What follows is told here, and may be a long wait for the operator.
    console::rest();
    if !quiet {
        output::print(&line(&told)).unwrap_or_default();
    }
}

/// What is told, as lines.
fn line(told: &Told) -> String {
    match told {
        Told::Object { .. } => String::new(),
        Told::Hop { number: (number, of), versions: (from, to) } => {
            format!("hop {number} of {of}: {from} to {to}\n")
        }
        Told::Begun { step, again } => {
            let again = if *again { " (again)" } else { "" };
            format!("  {} {} {}{again}\n", step.id, step.action.as_str(), sanitize(&step.target))
        }
        Told::Note(text) => format!("      {}\n", sanitize(text)),
        Told::Done { result, .. } => format!("      done: {}\n", sanitize(result)),
    }
}
