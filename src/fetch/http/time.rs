//! The two ways in which points in time are written here.
//!
//! # Decisions
//! * Two short functions instead of a calendar crate. The arithmetic of days is Howard Hinnant's
//!   (`civil_from_days`, `days_from_civil`), over years that begin in March.

use std::time::{Duration, SystemTime};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAY: u64 = 86_400;

/// A point in time as RFC 3339 in UTC, to the second. What is before 1970 reads as 1970.
pub(super) fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.unwrap_or_default().as_secs();
    let (year, month, day) = date(seconds / DAY);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The point in time of `Wed, 21 Oct 2015 07:28:00 GMT` (RFC 9110, section 5.6.7).
pub(super) fn http_date(text: &str) -> Option<SystemTime> {
    let parts: Vec<_> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = parts[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|it| *it == month)? as u64 + 1;
    let days = days(year.parse().ok()?, month, day.parse().ok()?)?;
    let clock: Vec<u64> = time.split(':').map_while(|it| it.parse().ok()).collect();
    let [hour @ 0..24, minute @ 0..60, second @ 0..=60] = clock[..] else {
        return None;
    };
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Year, month and day, this many days after 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to a date of the years 1970 to 9999.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    let year = year - u64::from(month <= 2);
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let (era, of_era) = (year / 400, year % 400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Each line: `date -u -d @SECONDS`.
    #[test]
    fn known_points_in_time_are_written_as_rfc_3339() {
        assert_eq!(rfc3339(at(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(at(951_782_399)), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(at(951_868_799)), "2000-02-29T23:59:59Z");
        assert_eq!(rfc3339(at(1_445_412_480)), "2015-10-21T07:28:00Z");
        assert_eq!(rfc3339(at(4_107_542_400)), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn dates_of_http_are_read() {
        let date = http_date("Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(date, Some(at(1_445_412_480)));
        let bad = [
            "",
            "soon",
            "Wed, 21 Oct 2015 07:28:00",
            "Wed, 21 Okt 2015 07:28:00 GMT",
            "Wed, 21 Oct 1500 07:28:00 GMT",
            "Wed, 21 Oct 2015 27:28:00 GMT",
            "Wed, 0 Jan 1970 00:00:00 GMT",
        ];
        assert!(bad.iter().all(|it| http_date(it).is_none()));
    }

    #[test]
    fn both_directions_agree_on_every_day_of_four_centuries() {
        for number in 0..146_097 {
            let (year, month, day) = date(number);
            assert_eq!(days(year, month, day), Some(number));
        }
    }
}
