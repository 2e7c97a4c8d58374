//! What an operator does from the label to the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use super::controller::uid_of;
use super::installation::{self as installation, Generation, PATH};
use super::link::{Link, Refused, wait};
use super::{Behaviour, Kind, Outcome, Run, Shared};

/// The time between two tries; in truth 10 seconds and more.
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How long all components take together where nothing else is told.
const ALL_COMPONENTS: Duration = Duration::from_millis(200);

/// The operators, one for each Pod that runs.
pub(super) struct Operators {
    link: Link,
    shared: Arc<Shared>,
    /// By the UIDs of their Pods.
    running: BTreeMap<String, Running>,
}

struct Running {
    task: JoinHandle<()>,
    /// Where its runs stand among all.
    runs: Arc<std::sync::Mutex<Vec<usize>>>,
}

impl Operators {
    pub(super) fn new(link: &Link, shared: &Arc<Shared>) -> Self {
        Self { link: link.clone(), shared: Arc::clone(shared), running: BTreeMap::new() }
    }

    /// Starts operators in these Pods, and ends those whose Pods are gone.
    pub(super) fn keep(&mut self, pods: &[Value]) {
        let gone = |uid: &str| pods.iter().all(|it| uid_of(it) != uid);
        let ended = self.running.extract_if(.., |uid, _| gone(uid)).map(|it| it.1);
        for Running { task, runs } in ended.collect::<Vec<_>>() {
            // The tasks share one thread with this, so none is at work just now.
            task.abort();
            for run in runs.lock().unwrap().iter() {
                self.shared.end(*run, Outcome::Killed);
            }
        }
        for pod in pods.iter().filter(|it| it["status"]["phase"] == "Running") {
            if !self.running.contains_key(uid_of(pod)) {
                drop(self.running.insert(uid_of(pod).to_owned(), self.start(pod)));
            }
        }
    }

    fn start(&self, pod: &Value) -> Running {
        let image = pod["spec"]["containers"][0]["image"].as_str().unwrap();
        let (_, tag) = image.rsplit_once(':').unwrap_or((image, ""));
        let runs = Arc::default();
        let operator = Operator {
            link: self.link.clone(),
            shared: Arc::clone(&self.shared),
            generation: Generation::of(tag),
            tag: tag.to_owned(),
            runs: Arc::clone(&runs),
        };
        Running { task: tokio::spawn(operator.watch()), runs }
    }
}

impl Drop for Operators {
    fn drop(&mut self) {
        for it in self.running.values() {
            it.task.abort();
        }
    }
}

impl Shared {
    /// Ends a run that has not ended.
    fn end(&self, run: usize, outcome: Outcome) {
        self.with(|it| {
            let run = &mut it.runs[run];
            if run.outcome == Outcome::Running {
                run.outcome = outcome;
            }
        });
    }
}

struct Operator {
    link: Link,
    shared: Arc<Shared>,
    generation: Generation,
    tag: String,
    runs: Arc<std::sync::Mutex<Vec<usize>>>,
}

/// Why a run does not go on.
enum Stop {
    /// A component failed.
    Failed(String),
    /// There is no Installation any more.
    Gone,
}

impl Operator {
    /// Waits for the label, again and again.
    async fn watch(self) {
        let mut changed = self.shared.changed.subscribe();
        loop {
            let installation = self.link.get(PATH).await;
            if installation.is_some_and(|it| installation::is_triggered(&it)) {
                self.run().await;
            } else {
                wait(&mut changed, Duration::from_secs(1)).await;
            }
        }
    }

    async fn run(&self) {
        let behaviour = self.shared.with(|it| it.behaviour(&self.tag).clone());
        tokio::time::sleep(behaviour.picks_up_after).await;
        let number = self.begin();
        let outcome = loop {
            match self.pass(number, &behaviour).await {
                Ok(()) => break Outcome::Installed,
                Err(Stop::Gone) => break Outcome::Killed,
                Err(Stop::Failed(_)) if self.generation.repeats() => {
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
                Err(Stop::Failed(component)) => {
                    let log = format!(
                        "max number of retries reached during step: install component {component}"
                    );
                    self.fail(&component, &log).await;
                    break Outcome::Failed;
                }
            }
        };
        if outcome != Outcome::Killed {
            drop(self.update(installation::untrigger).await);
        }
        self.shared.end(number, outcome);
    }

    fn begin(&self) -> usize {
        let run = Run {
            tag: self.tag.clone(),
            generation: self.generation.minor,
            components: Vec::new(),
            outcome: Outcome::Running,
            overrides: BTreeMap::new(),
        };
        let number = self.shared.with(|it| {
            it.runs.push(run);
            it.runs.len() - 1
        });
        self.runs.lock().unwrap().push(number);
        number
    }

    /// Goes over the whole list once.
    async fn pass(&self, number: usize, behaviour: &Behaviour) -> Result<(), Stop> {
        self.update(|it| installation::set_conditions(it, &installation::BEGUN)).await?;
        for description in self.generation.beginning() {
            self.update(|it| installation::progress(it, description)).await?;
        }
        let installation = self.link.get(PATH).await.ok_or(Stop::Gone)?;
        let components = installation::components(&installation);
        let each = ALL_COMPONENTS / u32::try_from(components.len().max(1)).unwrap();
        let each = behaviour.component_takes.unwrap_or(each);
        for component in &components {
            self.component(number, component, each).await?;
        }
        let generation = self.generation;
        self.update(|it| installation::succeed(it, generation)).await?;
        self.update(|it| installation::set_conditions(it, &installation::INSTALLED)).await
    }

    async fn component(&self, number: usize, name: &str, time: Duration) -> Result<(), Stop> {
        let step = self.generation.step(name);
        self.update(|it| installation::progress(it, &step)).await?;
        for _ in 0..self.generation.tries() {
            let overrides = self.overrides().await;
            self.shared.with(|it| {
                let run = &mut it.runs[number];
                run.components.push(name.to_owned());
                run.overrides = overrides;
            });
            tokio::time::sleep(time).await;
            match self.trouble(name) {
                None => return Ok(()),
                Some(Kind::Hangs) => std::future::pending().await,
                Some(Kind::Fails(_)) => self.fail(name, "told to fail").await,
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Err(Stop::Failed(name.to_owned()))
    }

    /// What goes wrong with a component this time.
    fn trouble(&self, component: &str) -> Option<Kind> {
        self.shared.with(|it| {
            let trouble = it.behaviour(&self.tag).trouble.as_mut();
            let trouble = trouble.filter(|it| it.component == component)?;
            let kind = trouble.kind;
            if let Kind::Fails(left) = &mut trouble.kind {
                *left = left.checked_sub(1)?;
            }
            Some(kind)
        })
    }

    async fn fail(&self, component: &str, log: &str) {
        let generation = self.generation;
        drop(self.update(|it| installation::fail(it, generation, component, log)).await);
        let conditions = installation::failed(generation);
        drop(self.update(|it| installation::set_conditions(it, &conditions)).await);
    }

    /// The override ConfigMaps and their data.
    async fn overrides(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        const LABELLED: &str =
            "/api/v1/namespaces/kyma-installer/configmaps?labelSelector=installer%3Doverrides";
        let maps = self.link.list(LABELLED).await;
        let maps = maps.iter().map(|it| {
            let data = serde_json::from_value(it["data"].clone()).unwrap_or_default();
            (super::controller::name_of(it).to_owned(), data)
        });
        maps.collect()
    }

    /// Changes the Installation, once more after each conflict.
    async fn update(&self, change: impl Fn(&mut Value)) -> Result<(), Stop> {
        loop {
            let mut object = self.link.get(PATH).await.ok_or(Stop::Gone)?;
            change(&mut object);
            match self.link.call("PUT", PATH, Some(&object)).await {
                Ok(_) => return Ok(()),
                Err(Refused::Conflict) => {}
                Err(Refused::Absent) => return Err(Stop::Gone),
            }
        }
    }
}
