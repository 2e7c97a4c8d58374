//! Why the operator does with a component what it does.

use std::fmt;

use semver::Version;

/// Since when a release is on no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Since before the first hop.
    Before,
    /// Since the hop that leads to this release.
    Hop(Version),
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before => f.write_str("from before the first hop on"),
            Self::Hop(version) => write!(f, "since the hop to {version}"),
        }
    }
}

/// Why the operator does with a component what it does. Statuses are as Helm writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The release is not deployed, and the operator installs it: Helm 2 refuses its name.
    Exists(String),
    /// None of the revisions that the operator looks at is deployed.
    NoDeployedRevision(String),
    /// The operator knows nothing to do about the status.
    UnexpectedStatus(String),
    /// Helm refuses to upgrade while an operation is in progress.
    InProgress(String),
    /// The release is in this other namespace, and Helm 3 looks in the one on the list.
    NotInNamespace(String),
    /// It is deleted, and installed anew.
    InstalledAnew(String),
    /// An operation on it did not end.
    Unfinished(String),
    /// Its last operation failed, and an older revision is deployed.
    UpgradedAfter(String),
    /// It stays in this other namespace.
    StaysIn(String),
    /// It was left installed, and is on the list again.
    BackSince(Since),
    /// A release of the name is there that no list had.
    Foreign,
    /// It is not on the list.
    Left(Since),
}

impl Why {
    /// The words with which the operator fails at a component, if it does.
    pub fn error(&self, name: &str) -> Option<String> {
        match self {
            Self::Exists(_) => Some(format!("a release named {name} already exists")),
            Self::NoDeployedRevision(_) => Some("no deployed revision to rollback to".to_owned()),
            Self::UnexpectedStatus(_) => Some("unexpected status".to_owned()),
            Self::InProgress(_) => {
                Some("another operation (install/upgrade/rollback) is in progress".to_owned())
            }
            Self::NotInNamespace(_) => Some(format!("\"{name}\" has no deployed releases")),
            _ => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(status) => write!(
                f,
                "its release is {status}, so the operator runs `helm install`, and Helm finds the name taken"
            ),
            Self::NoDeployedRevision(status) => write!(
                f,
                "its release is {status} and none of its last revisions is deployed; the operator \
                 ends before it visits any component"
            ),
            Self::UnexpectedStatus(status) => write!(
                f,
                "its release is {status}, for which the operator has no rule; it ends before it \
                 visits any component"
            ),
            Self::InProgress(status) => {
                write!(f, "its release is {status}, and Helm refuses to upgrade it")
            }
            Self::NotInNamespace(namespace) => write!(
                f,
                "a release of the name is in namespace {namespace}; the operator, which goes by the \
                 name alone, upgrades, and Helm 3 finds nothing in the namespace on the list"
            ),
            Self::InstalledAnew(status) => write!(
                f,
                "its release is {status} and never worked; the first try fails, then the operator \
                 deletes it with all its objects and installs it anew"
            ),
            Self::Unfinished(status) => write!(
                f,
                "its release is {status}: an operation did not end; the operator upgrades it, and \
                 Helm may refuse that"
            ),
            Self::UpgradedAfter(status) => {
                write!(f, "its release is {status}; an older revision is deployed, so it is upgraded")
            }
            Self::StaysIn(namespace) => {
                write!(f, "it is installed in namespace {namespace} and is upgraded there")
            }
            Self::BackSince(since) => write!(
                f,
                "its release was left installed {since}, and is upgraded from the version that it had then"
            ),
            Self::Foreign => f.write_str(
                "a release of that name is there that was on no list: the operator takes it for the \
                 component's and upgrades it to the component's chart",
            ),
            Self::Left(since) => write!(f, "it is on no list, {since}"),
        }
    }
}
