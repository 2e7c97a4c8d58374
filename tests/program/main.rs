//! The program as a user runs it: real commands, made-up releases, no network but loopback.

mod codes;
mod real;
mod reports;
mod steps;
mod support;
