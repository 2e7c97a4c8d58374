//! A dry-run simulator and plan verifier for Kyma upgrades.

pub mod diff;
pub mod finding;
pub mod manifest;
pub mod release;
pub mod yaml;
