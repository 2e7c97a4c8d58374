//! The time, for the shell. The core gets it as a value.

use jiff::Timestamp;

/// The time now, to the second: nothing that is written needs more.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
