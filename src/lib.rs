//! A dry-run simulator and plan verifier for Kyma upgrades.

pub mod analysis;
pub mod bundle;
pub mod chart;
pub mod cli;
pub mod commands;
pub mod demo;
pub mod diff;
pub mod digest;
pub mod error;
pub mod event;
pub mod fetch;
pub mod files;
pub mod finding;
pub mod guide;
pub mod lint;
pub mod liveness;
pub mod manifest;
pub mod migrate;
pub mod overrides;
pub mod path;
pub mod plan;
pub mod release;
pub mod rename;
pub mod report;
pub mod yaml;
