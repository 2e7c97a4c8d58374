//! Reading a live cluster once.
//!
//! # Decisions
//! * **Read only, and only what plans need**: the lists in `questions`, each with its reason. The
//!   contents of Helm's records and the secrets of other namespaces are never asked for.
//! * The cluster is found as kubectl finds it: a kubeconfig that is named, `KUBECONFIG`,
//!   `~/.kube/config`, and inside a cluster the service account.
//! * Lists come in pages of 500. When a list changes so long that the server forgets its first page
//!   (410), it is read from the start again. Secret values are sealed page by page.
//! * A server that is busy (429, 503) is asked again a few times. Everything together has a limit of
//!   time and of bytes.
//! * A list that the user may not read is told and not covered. Only where nothing at all can be
//!   read it is an error.
//! * Errors name the context, the server and the cause, and never quote a kubeconfig, an answer or
//!   what a login command prints: tokens stand there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use crate::event::{Sink, ignore};
use crate::simulate::state::{ClusterState, Listing, Origin};
use call::{Call, Calls};
use request::Requests;

mod call;
mod error;
mod events;
mod lock;
mod objects;
mod progress;
mod questions;
mod read;
mod rejection;
mod request;
mod retry;
mod roles;
mod status;
mod time;
mod watch;

pub use error::{Cause, Error};
pub use events::Note;
pub use lock::{Held, Holder, Lock, LockError, Lost};
pub use objects::{
    Adjust, Applied, ApplyError, Change, MANAGED_BY, MANAGER, Objects, Permission, Writes,
};
pub use progress::{Progress, ProgressError};
pub use rejection::{FieldCause, Rejection};
pub use retry::Patience;
pub(crate) use roles::document;
pub use roles::roles;
pub use status::Sight;
pub use watch::{InstallationWatch, Sighting};

/// How long one connection may take to open or stay silent.
const SILENCE: Duration = Duration::from_secs(20);

/// Which cluster.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The context of the kubeconfig; none is its current one.
    pub context: Option<String>,
    /// The kubeconfig; none is the one that kubectl takes.
    pub kubeconfig: Option<PathBuf>,
}

/// A cluster that can be read.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    origin: Origin,
    sink: Sink,
}

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// The state.
    pub state: ClusterState,
    /// What the user may not read.
    pub forbidden: Vec<Forbidden>,
}

/// A list that the user may not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no permission to list {what}, so plans do not know {reason}")]
pub struct Forbidden {
    /// What the permission is for: `secrets in the namespace kyma-installer`.
    pub what: String,
    /// What the list tells.
    pub reason: &'static str,
    /// The question.
    pub listing: Listing,
}

impl Cluster {
    /// A client of the cluster. Nothing is sent yet, unless a login command of the kubeconfig does.
    ///
    /// # Errors
    /// When there is no usable kubeconfig, or none with this context.
    pub async fn connect(access: &Access) -> Result<Self, Error> {
        let (config, context) = config(access).await?;
        let origin = Origin { context, server: url(&config) };
        match Client::try_from(config) {
            Ok(client) => Ok(Self { client, origin, sink: ignore() }),
            Err(error) => Err(Error::of(&origin, Cause::of(&error))),
        }
    }

    /// The same cluster, which tells `sink` what is read of it.
    #[must_use]
    pub fn telling(self, sink: Sink) -> Self {
        Self { sink, ..self }
    }

    /// Where the cluster is.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Reads the state. `key` is that of its seal and has to be random; `limit` is for everything
    /// together.
    ///
    /// # Errors
    /// When the server cannot be reached or does not answer in time, does not know the user, or lets
    /// the user read nothing.
    pub async fn read_state(&self, key: [u8; 32], limit: Duration) -> Result<Reading, Error> {
        let reading = tokio::time::timeout(limit, read::state(self, key)).await;
        let out_of_time = |_| self.error(Cause::OutOfTime { seconds: limit.as_secs() });
        reading.map_err(out_of_time)?
    }

    /// What tells this cluster from all others: the UID of its namespace `kube-system`.
    ///
    /// # Errors
    /// When the server cannot be reached, does not know the user, or the user may not read it.
    pub async fn identity(&self) -> Result<String, Error> {
        let (client, patience) = (self.client.clone(), Patience::READING);
        let calls = Calls { client, patience, guard: None };
        let what = "get Namespace/kube-system".to_owned();
        let call = Call::get("/api/v1/namespaces/kube-system".to_owned(), what.clone());
        let namespace = calls.send(&call).await.map_err(|cause| self.error(cause))?;
        let no_uid = || Cause::Answer { request: what, cause: "it has no uid".to_owned() };
        let uid = namespace["metadata"]["uid"].as_str().filter(|it| !it.is_empty());
        uid.map(str::to_owned).ok_or_else(|| self.error(no_uid()))
    }

    /// The version of the API server, as `v1.20.2`; none where the user may not know it.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn kubernetes_version(&self) -> Result<Option<String>, Error> {
        let requests = Requests::new(self.client.clone());
        read::version(&requests).await.map_err(|cause| self.error(cause))
    }

    fn error(&self, cause: Cause) -> Error {
        Error::of(&self.origin, cause)
    }
}

/// The names of the contexts of a kubeconfig, by default of the one that kubectl takes; none where
/// there is none. No command of it is run.
pub fn contexts(kubeconfig: Option<&Path>) -> Vec<String> {
    let kubeconfig = match kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let contexts = kubeconfig.map(|it| it.contexts).unwrap_or_default();
    contexts.into_iter().map(|it| it.name).collect()
}

/// The configuration of the client, and the name of its context.
async fn config(access: &Access) -> Result<(Config, Option<String>), Error> {
    let kubeconfig = match &access.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let (mut config, context) = match kubeconfig {
        Ok(kubeconfig) => {
            let context = access.context.clone().or_else(|| kubeconfig.current_context.clone());
            let options = KubeConfigOptions { context: context.clone(), cluster: None, user: None };
            let known = kubeconfig.contexts.iter().map(|it| it.name.clone()).collect();
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            (config.map_err(|error| Error::kubeconfig(&error, known))?, context)
        }
        Err(error) => match (is_missing(&error, access), Config::incluster()) {
            (true, Ok(config)) => (config, None),
            _ => return Err(Error::kubeconfig(&error, Vec::new())),
        },
    };
    config.connect_timeout = Some(SILENCE);
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
    // Asking again is up to `request`, which tells why in the end.
    config.default_retry = false;
    Ok((config, context))
}

/// Whether nobody named a kubeconfig and there is none, as in a container of the cluster.
fn is_missing(error: &KubeconfigError, access: &Access) -> bool {
    let missing = match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    };
    missing && access.kubeconfig.is_none() && access.context.is_none()
}

/// The URL of the server without a user and a password in it.
fn url(config: &Config) -> String {
    let url = config.cluster_url.to_string();
    match url::Url::parse(&url) {
        Ok(mut parsed) => {
            // Both refuse only URLs without a host, which have neither.
            parsed.set_username("").unwrap_or_default();
            parsed.set_password(None).unwrap_or_default();
            parsed.as_str().trim_end_matches('/').to_owned()
        }
        Err(_) => "the server of the kubeconfig".to_owned(),
    }
}

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
