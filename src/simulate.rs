//! What a hop does to a cluster: the state before, what `kubectl apply` and `delete` do to it, and
//! the state after.

pub mod merge;
pub mod server;
pub mod state;
