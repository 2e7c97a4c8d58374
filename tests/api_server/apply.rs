//! `apply` on a real API server, with the operator played.

mod support;

mod hops;
mod overrides;
