//! A stand-in for Kyma's operator, and for the controllers that a bare API server lacks.
//!
//! # Decisions
//! * It knows what changes from watches and then reads what is there, so it misses nothing and asks
//!   little. Where the API server is away it asks again until it is back.
//! * Each Pod of the installer that exists and runs has an operator, also one that is about to end:
//!   two Pods at once are two operators, as in a real cluster. An operator ends with its Pod.
//! * Which generation an operator is of, the tag of its Pod's image says.
//! * A status is written as the operator does it: read, changed, and updated as a whole, and done once
//!   more after a conflict. State, conditions and label are three updates in this order.
//! * Nothing is installed. A component takes time, fails or hangs, as a behaviour says.
//! * Pods belong to the Deployment itself: there are no `ReplicaSet`s.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::background::Background;
use crate::server::{Server, User};

mod controller;
pub(crate) mod installation;
mod link;
mod run;
#[cfg(test)]
mod tests;

use link::Link;

/// What an operator does when it is started.
#[derive(Debug, Clone)]
pub(crate) struct Behaviour {
    trouble: Option<Trouble>,
    picks_up_after: Duration,
    component_takes: Option<Duration>,
}

#[derive(Debug, Clone)]
struct Trouble {
    component: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It fails so many times more, all runs taken together.
    Fails(usize),
    Hangs,
}

impl Behaviour {
    /// All components are installed, in about 200 ms.
    pub(crate) fn works() -> Self {
        Self { trouble: None, picks_up_after: Duration::ZERO, component_takes: None }
    }

    /// A component fails so many times, and works then.
    pub(crate) fn fails_then_works(component: &str, times: usize) -> Self {
        Self::with(component, Kind::Fails(times))
    }

    /// A component never works.
    pub(crate) fn fails_for_good(component: &str) -> Self {
        Self::with(component, Kind::Fails(usize::MAX))
    }

    /// A component is never done.
    pub(crate) fn hangs_at(component: &str) -> Self {
        Self::with(component, Kind::Hangs)
    }

    fn with(component: &str, kind: Kind) -> Self {
        let component = component.to_owned();
        Self { trouble: Some(Trouble { component, kind }), ..Self::works() }
    }

    /// The operator sees the label only after this time, and the old status stays meanwhile.
    pub(crate) fn picks_up_after(self, time: Duration) -> Self {
        Self { picks_up_after: time, ..self }
    }

    /// Each component takes this time.
    pub(crate) fn components_take(self, time: Duration) -> Self {
        Self { component_takes: Some(time), ..self }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has not ended.
    Running,
    /// All components are installed.
    Installed,
    /// The operator gave up (1.11 and later).
    Failed,
    /// Its Pod or the Installation was gone first.
    Killed,
}

/// What an operator did after it had seen the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The tag of the image, which is the version.
    pub(crate) tag: String,
    /// The major and minor version that it behaves as.
    pub(crate) generation: (u64, u64),
    /// The components in the order in which they were tried, each try once.
    pub(crate) components: Vec<String>,
    pub(crate) outcome: Outcome,
    /// The data of the override ConfigMaps when the last component was tried, by their names.
    pub(crate) overrides: BTreeMap<String, BTreeMap<String, String>>,
}

/// How long a Pod is there after its deletion has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linger {
    For(Duration),
    Forever,
}

/// What was told and what was done.
struct State {
    behaviours: BTreeMap<String, Behaviour>,
    linger: Linger,
    starts: bool,
    runs: Vec<Run>,
    overlapped: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

/// Stands for the behaviour of all images that have none of their own.
const ANY: &str = "";

/// The running stand-in. It ends when it is dropped.
pub(crate) struct Operator {
    shared: Arc<Shared>,
    _work: Background,
}

impl Operator {
    /// Starts the controllers, and operators as their Pods appear.
    pub(crate) fn start(server: &Server, behaviour: Behaviour) -> Self {
        let state = State {
            behaviours: BTreeMap::from([(ANY.to_owned(), behaviour)]),
            linger: Linger::For(Duration::from_millis(50)),
            starts: true,
            runs: Vec::new(),
            overlapped: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: watch::Sender::new(()) });
        let (config, own) = (server.config_of(Some(User::Admin)), Arc::clone(&shared));
        let work = Background::start(async move || {
            let link = Link::new(kube::Client::try_from(config).unwrap());
            futures::join!(
                link::listen(&link, &own.changed),
                controller::installer(&link, &own),
                controller::tiller(&link, &own),
            );
        });
        Self { shared, _work: work }
    }

    /// What operators do from their next run on.
    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.behave_at(ANY, behaviour);
    }

    /// What the operator of a version does from its next run on.
    pub(crate) fn behave_at(&self, tag: &str, behaviour: Behaviour) {
        self.change(|it| drop(it.behaviours.insert(tag.to_owned(), behaviour)));
    }

    /// How long Pods are there after their deletion has begun.
    pub(crate) fn pods_linger(&self, linger: Linger) {
        self.change(|it| it.linger = linger);
    }

    /// Whether new Pods start, or stay `Pending` as where their image cannot be pulled.
    pub(crate) fn pods_start(&self, starts: bool) {
        self.change(|it| it.starts = starts);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.state.lock().unwrap());
        self.shared.changed.send_replace(());
    }

    /// All runs so far, in the order in which they began.
    pub(crate) fn runs(&self) -> Vec<Run> {
        self.shared.state.lock().unwrap().runs.clone()
    }

    /// The tag and the outcome of all runs so far.
    pub(crate) fn outcomes(&self) -> Vec<(String, Outcome)> {
        self.runs().into_iter().map(|it| (it.tag, it.outcome)).collect()
    }

    /// Whether there were ever two Pods of the installer at once.
    pub(crate) fn overlapped(&self) -> bool {
        self.shared.state.lock().unwrap().overlapped
    }
}

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }
}

impl State {
    fn behaviour(&mut self, tag: &str) -> &mut Behaviour {
        let key = if self.behaviours.contains_key(tag) { tag } else { ANY };
        self.behaviours.get_mut(key).unwrap()
    }
}
