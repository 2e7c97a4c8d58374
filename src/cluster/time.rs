//! Points in time as Kubernetes writes them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// Now to the second, as `2026-01-02T03:04:05Z`.
pub(super) fn now() -> String {
    clock::now().to_string()
}

/// Now to the microsecond, as `2026-01-02T03:04:05.000006Z`.
pub(super) fn now_micro() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// A point in time that is later by a duration, to the second; none of a text that tells no time.
pub(super) fn later(time: &str, duration: Duration) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    let later = time.checked_add(SignedDuration::try_from(duration).ok()?).ok()?;
    Some(later.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_kubernetes_reads_them() {
        assert_eq!(now().len(), "2026-01-02T03:04:05Z".len());
        assert_eq!(now_micro().len(), "2026-01-02T03:04:05.000006Z".len());
        assert!(later(&now_micro(), Duration::ZERO).is_some());
    }

    #[test]
    fn a_later_time_is_told_and_no_time_is_not() {
        let later = |it| later(it, Duration::from_secs(30));
        assert_eq!(later("2025-12-31T23:59:45.000001Z").as_deref(), Some("2026-01-01T00:00:15Z"));
        assert_eq!(later("now"), None);
    }
}
