//! The program as a user runs it: real commands, made-up releases, no network but loopback.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]
#![expect(clippy::print_stdout, reason = "a test says what it does not run")]

mod approve;
#[cfg(target_os = "linux")]
mod ci;
mod codes;
#[cfg(target_os = "linux")]
mod completions;
mod docs;
#[cfg(target_os = "linux")]
mod errors;
mod help;
mod hints;
mod html;
#[cfg(target_os = "linux")]
mod man;
mod overrides;
#[cfg(target_os = "linux")]
mod plugin;
mod policy;
#[cfg(target_os = "linux")]
mod progress;
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
mod terminal;
#[cfg(unix)]
mod tour;
mod user_overrides;
