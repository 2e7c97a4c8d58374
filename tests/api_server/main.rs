//! What is modelled here against a real API server, where `KUBEBUILDER_ASSETS` names a folder with
//! etcd and kube-apiserver. Without it nothing of this runs, and it says so.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

#[cfg(unix)]
mod apply;
#[cfg(unix)]
mod background;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod compare;
#[cfg(unix)]
mod differential;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod objects;
#[cfg(unix)]
mod operator;
#[cfg(unix)]
mod proxy;
#[cfg(unix)]
mod rejections;
#[cfg(unix)]
mod releases;
#[cfg(unix)]
mod roles;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod snapshot;
#[cfg(unix)]
mod status;
#[cfg(unix)]
#[path = "../program/support.rs"]
#[expect(dead_code, reason = "the tests of the program use all of it")]
mod support;
#[cfg(unix)]
mod until;
#[cfg(unix)]
mod upgrade;
