//! `apply` on a real API server, with the operator played.

mod support;

mod crash;
mod faults;
mod hops;
mod operators;
mod overrides;
mod race;
mod refusals;
