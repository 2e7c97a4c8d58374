//! A dry-run simulator and plan verifier for Kyma upgrades.

pub mod finding;
pub mod guide;
pub mod release;
pub mod yaml;
