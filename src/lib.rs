//! A dry-run simulator and plan verifier for Kyma upgrades.

pub mod event;
pub mod fetch;
pub mod files;
pub mod finding;
pub mod path;
pub mod release;
pub mod yaml;
