//! The program as a user runs it: real commands, made-up releases, no network but loopback.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]
#![expect(clippy::print_stdout, reason = "a test says what it does not run")]

mod approve;
#[cfg(target_os = "linux")]
mod ci;
mod codes;
mod docs;
#[cfg(target_os = "linux")]
mod errors;
mod help;
mod html;
mod overrides;
mod policy;
mod read_back;
mod real;
mod reference;
mod reports;
mod sarif;
mod saved;
mod schemas;
#[cfg(target_os = "linux")]
mod server;
mod steps;
mod support;
#[cfg(unix)]
mod tour;
mod user_overrides;
