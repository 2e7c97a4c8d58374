//! What an HTTP status and its headers mean.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::retry::Failure;
use super::time::http_date;

/// What to do with a response.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Read its body.
    Content,
    /// What is known is still true.
    NotModified,
    /// There is no such thing.
    Missing,
    /// The server does not know who asks.
    Unauthorized,
    /// The server does not want to, and never will.
    Refused,
    /// Another attempt may work.
    Later(Failure),
}

/// What a response means at the time `now`. GitHub answers 403 or 429 with `X-RateLimit-Remaining`
/// 0 or `Retry-After` where a rate limit is used up; 403 without them is a refusal.
pub(super) fn judge(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Verdict {
    match status.as_u16() {
        200 | 203 => Verdict::Content,
        304 => Verdict::NotModified,
        404 | 410 => Verdict::Missing,
        401 => Verdict::Unauthorized,
        403 | 429 => match limit_end(headers, now) {
            Some(until) => Verdict::Later(Failure::Limited {
                until,
                wait: until.duration_since(now).unwrap_or_default(),
            }),
            None if status.as_u16() == 429 => Verdict::Later(Failure::passing(status.to_string())),
            None => Verdict::Refused,
        },
        408 | 500..=599 => Verdict::Later(Failure::Passing {
            cause: status.to_string(),
            after: retry_after(headers, now),
        }),
        _ => Verdict::Refused,
    }
}

fn limit_end(headers: &HeaderMap, now: SystemTime) -> Option<SystemTime> {
    if let Some(after) = retry_after(headers, now) {
        return now.checked_add(after);
    }
    if number(headers, "x-ratelimit-remaining")? != 0 {
        return None;
    }
    let reset = number(headers, "x-ratelimit-reset")?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(reset))
}

/// `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if let Some(seconds) = number(headers, RETRY_AFTER.as_str()) {
        return Some(Duration::from_secs(seconds));
    }
    let date = http_date(headers.get(RETRY_AFTER)?.to_str().ok()?)?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    fn verdict(status: u16, headers: &[(&'static str, &str)]) -> Verdict {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let status = StatusCode::from_u16(status).unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        judge(status, &headers.collect(), now)
    }

    fn wait(status: u16, headers: &[(&'static str, &str)]) -> Option<u64> {
        match verdict(status, headers) {
            Verdict::Later(Failure::Limited { wait, .. }) => Some(wait.as_secs()),
            _ => None,
        }
    }

    #[test]
    fn a_used_up_rate_limit_ends_when_the_server_says() {
        let reset = (NOW + 7).to_string();
        let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset.as_str())];
        assert_eq!(wait(403, &used_up), Some(7));
        assert_eq!(wait(429, &used_up), Some(7));
        assert_eq!(wait(403, &[("retry-after", "9")]), Some(9));
        let date = [("retry-after", "Mon, 12 Jan 1970 13:46:43 GMT")];
        assert_eq!(wait(429, &date), Some(3));
        let past = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000")];
        assert_eq!(wait(403, &past), Some(0));
    }

    #[test]
    fn a_refusal_with_requests_left_is_final() {
        let left = [("x-ratelimit-remaining", "12"), ("x-ratelimit-reset", "1")];
        assert!(matches!(verdict(403, &left), Verdict::Refused));
        assert!(matches!(verdict(403, &[]), Verdict::Refused));
        assert!(matches!(verdict(451, &[]), Verdict::Refused));
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        for status in [408, 429, 500, 502, 503, 599] {
            let verdict = verdict(status, &[]);
            assert!(matches!(verdict, Verdict::Later(_)), "{status}");
        }
        let absurd = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-1")];
        let verdict = verdict(429, &absurd);
        assert!(matches!(verdict, Verdict::Later(Failure::Passing { after: None, .. })));
    }
}
