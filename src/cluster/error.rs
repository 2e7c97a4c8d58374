//! Why a cluster could not be read.

use std::fmt;

use kube::client::AuthError;
use kube::config::KubeconfigError;

use super::lock::Lost;
use super::rejection::Rejection;
use crate::files::root_cause;
use crate::finding::nearest;
use crate::simulate::state::{Origin, StateError};

/// Why a cluster could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kubeconfig does not lead to a cluster.
    #[error("cannot use the kubeconfig: {cause}")]
    Kubeconfig {
        /// Why.
        cause: String,
        /// The contexts that it has, where it has not the one that was asked for.
        contexts: Vec<String>,
        /// The one of them that may have been meant.
        near: Option<String>,
    },
    /// The cluster did not give what was asked for.
    #[error("cannot read {}: {cause}", Place(origin))]
    Cluster {
        /// The cluster.
        origin: Origin,
        /// Why.
        cause: Cause,
    },
}

/// Why a cluster did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// There was no connection, or it broke.
    #[error("{0}")]
    Connection(String),
    /// There was a connection, but not to this cluster, or not a secure one.
    #[error("{0}")]
    Untrusted(String),
    /// The user could not be logged in.
    #[error("the login failed: {0}")]
    Login(String),
    /// The server does not know the user.
    #[error("the API server does not accept the credentials (401)")]
    Unauthorized,
    /// The user may not do this.
    #[error("no permission to {0} (403)")]
    Forbidden(String),
    /// There is none of this.
    #[error("the server has no {0} (404)")]
    NotFound(String),
    /// The server forgot the page that is to go on.
    #[error("{0} changed too fast to be read in pages (410)")]
    Gone(String),
    /// Another answer than the one that was asked for.
    #[error("the server answered {code} to {request}")]
    Status {
        /// The status code of HTTP.
        code: u16,
        /// What was asked for.
        request: String,
    },
    /// What came is not what an API server sends.
    #[error("the answer to {request} is not that of an API server: {cause}")]
    Answer {
        /// What was asked for.
        request: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The answers are larger than anything sensible.
    #[error("its answers are larger than {0}")]
    TooLarge(String),
    /// The time for everything was over.
    #[error("no whole answer within {seconds} s")]
    OutOfTime {
        /// The limit.
        seconds: u64,
    },
    /// The server refuses the request.
    #[error("{0}")]
    Rejected(Rejection),
    /// The server serves no such kind.
    #[error("the server serves no {kind} of {api_version}")]
    UnknownKind {
        /// The version of the API.
        api_version: String,
        /// The kind.
        kind: String,
    },
    /// What was to be sent is no object that can be named.
    #[error("{what} has no {field} that can be part of a request")]
    NoObject {
        /// The object, as far as it is known.
        what: String,
        /// What it lacks.
        field: &'static str,
    },
    /// Something that passes did not pass in the time that it was given.
    #[error("{last}, still after {seconds} s")]
    Exhausted {
        /// The time that it was given.
        seconds: u64,
        /// How the last attempt failed.
        last: Box<Self>,
    },
    /// Nothing was sent, because the lock of the cluster is not surely held.
    #[error("{0}")]
    Unlocked(Lost),
    /// The user may read nothing of it.
    #[error("the user may list nothing that plans need (403)")]
    NothingPermitted,
}

impl Error {
    pub(super) fn of(origin: &Origin, cause: Cause) -> Self {
        Self::Cluster { origin: origin.clone(), cause }
    }

    /// The error without what the file holds: it has tokens and keys.
    pub(super) fn kubeconfig(error: &KubeconfigError, contexts: Vec<String>) -> Self {
        let named = |what: &str, name: &str| format!("it has no {what} {name}");
        let (cause, contexts) = match error {
            KubeconfigError::CurrentContextNotSet => {
                ("it names no current context".to_owned(), contexts)
            }
            KubeconfigError::LoadContext(name) => (named("context", name), contexts),
            KubeconfigError::LoadClusterOfContext(name) => (named("cluster", name), Vec::new()),
            KubeconfigError::ReadConfig(cause, path) => {
                (format!("cannot read {}: {}", path.display(), root_cause(cause)), Vec::new())
            }
            KubeconfigError::FindPath => ("there is none".to_owned(), Vec::new()),
            KubeconfigError::Parse(_) => ("it is no kubeconfig in YAML".to_owned(), Vec::new()),
            KubeconfigError::LoadCertificateAuthority(_)
            | KubeconfigError::ParseCertificates(_) => credential("certificate-authority"),
            KubeconfigError::LoadClientCertificate(_) => credential("client-certificate"),
            KubeconfigError::LoadClientKey(_) => credential("client-key"),
            _ => ("a cluster or proxy in it has no valid URL".to_owned(), Vec::new()),
        };
        let near = match error {
            KubeconfigError::LoadContext(name) => {
                nearest(name, contexts.iter().map(String::as_str)).map(ToOwned::to_owned)
            }
            _ => None,
        };
        Self::Kubeconfig { cause, contexts, near }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Kubeconfig { contexts, near, .. } if !contexts.is_empty() => {
                let near = near.as_ref().map(|it| format!("did you mean `--context {it}`? "));
                let near = near.unwrap_or_default();
                format!("{near}choose one with --context: {}", contexts.join(", "))
            }
            Self::Kubeconfig { .. } => {
                "name a kubeconfig with --kubeconfig, or check that kubectl can use yours"
                    .to_owned()
            }
            Self::Cluster { origin, cause } => cause.hint(origin),
        }
    }
}

fn credential(field: &str) -> (String, Vec<String>) {
    (format!("its {field} cannot be read"), Vec::new())
}

impl Cause {
    /// The cause of an error of the client, without what the server or a command said.
    pub(super) fn of(error: &kube::Error) -> Self {
        match error {
            kube::Error::Auth(error) => Self::login(error),
            kube::Error::Service(inner) => match inner.downcast_ref::<AuthError>() {
                Some(error) => Self::login(error),
                None => Self::connection(inner.as_ref()),
            },
            other => Self::connection(other),
        }
    }

    fn connection(error: &(dyn std::error::Error + 'static)) -> Self {
        let cause = root_cause(error);
        if is_invalid(error) { Self::Untrusted(cause) } else { Self::Connection(cause) }
    }

    fn login(error: &AuthError) -> Self {
        Self::Login(match error {
            AuthError::AuthExecStart(error) => {
                format!("the command of the kubeconfig does not start: {error}")
            }
            AuthError::AuthExecRun { cmd, out } => {
                let command = cmd.split_whitespace().next().unwrap_or_default();
                format!("{command} of the kubeconfig failed with {}", out.status)
            }
            AuthError::ReadTokenFile(error, path) => {
                format!("cannot read {}: {error}", path.display())
            }
            _ => "the credentials of the kubeconfig cannot be used".to_owned(),
        })
    }

    /// The cause of pages that cannot be read.
    pub(super) fn answer(request: &str, error: &StateError) -> Self {
        Self::Answer { request: request.to_owned(), cause: error.to_string() }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Status { code: 429 | 500 | 502 | 503 | 504, .. }
                | Self::Connection(_)
                | Self::OutOfTime { .. }
                | Self::Exhausted { .. }
                // The next renewal may prove that it was held all the time.
                | Self::Unlocked(Lost::Expired { .. })
        )
    }

    /// The answer of a server that refuses the request; none of another failure.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }

    fn hint(&self, origin: &Origin) -> String {
        let kubectl = match &origin.context {
            Some(context) => format!("kubectl --context {context}"),
            None => "kubectl".to_owned(),
        };
        match self {
            Self::Connection(_) | Self::Untrusted(_) | Self::Answer { .. } => {
                format!("check that {kubectl} get --raw /version works from here")
            }
            Self::Login(_) | Self::Unauthorized => {
                format!("log in again, or choose another context; {kubectl} auth can-i --list tells more")
            }
            Self::Forbidden(_) | Self::NothingPermitted => {
                "ask for permission to get and list; the role `view` and the right to list secrets in \
                 kyma-installer are enough for most of it"
                    .to_owned()
            }
            Self::Rejected(rejection) if rejection.code == 403 => {
                format!("ask for the permission; {kubectl} auth can-i --list tells which you have")
            }
            Self::Exhausted { last, .. } => last.hint(origin),
            Self::TooLarge(_) => "check that this is the cluster that you mean".to_owned(),
            _ => "try again a little later; `snapshot` and `apply` have --timeout for more time"
                .to_owned(),
        }
    }
}

/// Whether the other side sent what cannot be: above all a certificate that nobody vouches for.
fn is_invalid(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut errors = std::iter::successors(Some(error), |it| below(*it));
    errors.any(|it| {
        let error = it.downcast_ref::<std::io::Error>();
        error.is_some_and(|it| it.kind() == std::io::ErrorKind::InvalidData)
    })
}

/// The error in another one. That in an error of input and output is not its source, but itself.
fn below<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// A cluster in an error.
struct Place<'a>(&'a Origin);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { context, server } = self.0;
        match context {
            Some(context) => write!(f, "{server} (context {context})"),
            None => f.write_str(server),
        }
    }
}
