//! Places at which tests let the program end as a crash would.
//!
//! # Decisions
//! * Only builds with debug assertions have them. In a release build a place is nothing.
//! * The process ends itself without running anything else: no destructor, no flush.

/// The variable that names the place: `1.11.1/5:begun`.
#[cfg(debug_assertions)]
const VARIABLE: &str = "KYMA_UPGRADE_TEST_CRASH_AT";

/// Ends the process if this is the place that the test named.
#[cfg(debug_assertions)]
pub fn point(step: &str, place: &str) {
    if std::env::var_os(VARIABLE).is_some_and(|it| it == *format!("{step}:{place}")) {
        std::process::abort();
    }
}

/// Nothing: this is a release build.
#[cfg(not(debug_assertions))]
pub fn point(_step: &str, _place: &str) {}
