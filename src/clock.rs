//! The time, for the shell. The core gets it as a value.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The time now, to the second: nothing that is written needs more.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// The day of today, by the calendar of UTC.
pub fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}
