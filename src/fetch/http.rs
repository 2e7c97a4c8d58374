//! One question to a server, asked until there is an answer.
//!
//! # Decisions
//! * The token goes to GitHub's REST API only. reqwest drops it when a redirect leads to another
//!   host, port or scheme; a redirect from HTTPS to HTTP is refused.
//! * The limit is checked on the announced length first and then on what really arrives, after
//!   decompression, so that neither a large file nor a bomb is held in memory.
//! * Eight requests run at once, however many are wanted. A request that pauses after a failure
//!   gives its place to another one.
//! * Errors show the URL that was asked. Where redirects led is left out: those URLs are signed.

use std::fmt;
use std::time::{Duration, SystemTime};

use backon::Retryable;
use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LINK};
use reqwest::{Client, RequestBuilder, Response, redirect};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Error;
use super::check::{Flaw, Query, within_limit};
use crate::event::{Event, Outcome, Sink};
use crate::files::root_cause;

mod retry;
mod status;
mod time;

pub use retry::Patience;
use retry::{Failure, Tally};
use status::Verdict;

const USER_AGENT: &str = concat!("kyma-upgrade/", env!("CARGO_PKG_VERSION"));

/// How many requests run at once.
const AT_ONCE: usize = 8;

/// How long a connection may take to be made, and how long a server may be silent.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(30);

/// A client with its token and its patience.
pub(super) struct Http {
    client: Client,
    token: Option<HeaderValue>,
    places: Semaphore,
    patience: Patience,
    deadline: Instant,
    sink: Sink,
}

/// What a server has to say.
#[derive(Debug)]
pub(super) enum Reply {
    Found(Found),
    /// What was known under the given `ETag` is still true.
    NotModified,
    Missing,
    /// A sentence part that says how.
    Unusable(String),
}

/// A whole, checked answer.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) etag: Option<String>,
    /// Where the next page is, by the `Link` header.
    pub(super) next: Option<String>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    /// A client whose total time starts now.
    pub(super) fn new(token: Option<&str>, patience: Patience, sink: Sink) -> Result<Self, Error> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(redirect::Policy::custom(redirect_safely))
            .build();
        let cause = |error: &reqwest::Error| root_cause(error);
        Ok(Self {
            client: client.map_err(|error| Error::Client { cause: cause(&error) })?,
            token: token.map(bearer).transpose()?,
            places: Semaphore::new(AT_ONCE),
            deadline: Instant::now() + patience.total,
            patience,
            sink,
        })
    }

    /// The answer to `query`, or that it has not changed since it had this `ETag`. Failures that
    /// may pass are retried until the deadline.
    pub(super) async fn get(&self, query: &Query<'_>, etag: Option<&str>) -> Result<Reply, Error> {
        let mut running = Running::start(&self.sink, query);
        let mut tally = Tally::new(query, self);
        let attempt = || self.attempt(query, etag);
        let outcome = attempt
            .retry(self.patience.backoff())
            .adjust(|failure, delay| tally.pause(failure, delay))
            .await;
        let reply = outcome.or_else(|failure| tally.conclude(failure));
        running.outcome = match &reply {
            Ok(Reply::Found(_)) => Outcome::Received,
            Ok(Reply::NotModified) => Outcome::Unchanged,
            Ok(Reply::Missing) => Outcome::Missing,
            Ok(Reply::Unusable(_)) | Err(_) => Outcome::Failed,
        };
        reply
    }

    async fn attempt(&self, query: &Query<'_>, etag: Option<&str>) -> Result<Reply, Failure> {
        let place = self.places.acquire().await;
        let _place = place.expect("the semaphore is never closed");
        let (longest, remaining) = (self.patience.attempt, self.remaining());
        let exchange = self.exchange(query, etag);
        let reply = tokio::time::timeout(longest.min(remaining), exchange).await;
        reply.unwrap_or_else(|_| {
            Err(if remaining < longest {
                Failure::OutOfTime
            } else {
                Failure::passing(format!("no whole answer within {} s", longest.as_secs()))
            })
        })
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn exchange(&self, query: &Query<'_>, etag: Option<&str>) -> Result<Reply, Failure> {
        let response = self.request(query, etag).send().await;
        let response = response.map_err(|error| Failure::transport(&error))?;
        let verdict = status::judge(response.status(), response.headers(), now());
        match verdict {
            Verdict::Content => self.read(query, response).await,
            Verdict::NotModified if etag.is_some() => Ok(Reply::NotModified),
            Verdict::Missing => Ok(Reply::Missing),
            Verdict::Later(failure) => Err(failure),
            Verdict::Unauthorized if self.sends_token(query) => {
                let (what, url) = (query.what.clone(), query.url.clone());
                Err(Failure::Final(Error::TokenRefused { what, url }))
            }
            Verdict::NotModified | Verdict::Unauthorized | Verdict::Refused => {
                let text = format!("is refused by the server ({})", response.status());
                Err(Failure::Flawed(Flaw::Unusable(text)))
            }
        }
    }

    fn request(&self, query: &Query<'_>, etag: Option<&str>) -> RequestBuilder {
        let mut request = self.client.get(&query.url);
        if query.answer.is_api() {
            request = request
                .header(ACCEPT, "application/vnd.github+json")
                .header("X-GitHub-Api-Version", "2022-11-28");
        }
        if let Some(token) = self.token.as_ref().filter(|_| self.sends_token(query)) {
            request = request.header(AUTHORIZATION, token);
        }
        // What the cache remembers could be anything.
        match etag.and_then(|it| HeaderValue::from_str(it).ok()) {
            Some(etag) => request.header(IF_NONE_MATCH, etag),
            None => request,
        }
    }

    fn sends_token(&self, query: &Query<'_>) -> bool {
        query.answer.is_api() && self.token.is_some()
    }

    async fn read(&self, query: &Query<'_>, response: Response) -> Result<Reply, Failure> {
        let headers = response.headers();
        let etag = header(headers, ETAG.as_str());
        let next = header(headers, LINK.as_str()).and_then(|it| next_page(&it));
        let bytes = self.body(query, response).await?;
        query.answer.judge(&bytes).map_err(Failure::Flawed)?;
        Ok(Reply::Found(Found { bytes, etag, next }))
    }

    async fn body(&self, query: &Query<'_>, mut response: Response) -> Result<Vec<u8>, Failure> {
        let too_large = |text| Failure::Flawed(Flaw::Unusable(text));
        let total = response.content_length();
        within_limit(total.unwrap_or_default()).map_err(too_large)?;
        let mut bytes = Vec::new();
        let transport = |error: reqwest::Error| Failure::transport(&error);
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            bytes.extend_from_slice(&chunk);
            within_limit(bytes.len() as u64).map_err(|_| too_large(MORE.to_owned()))?;
            (self.sink)(Event::Progress {
                url: query.url.clone(),
                received: bytes.len() as u64,
                total,
            });
        }
        Ok(bytes)
    }
}

/// What is said of an answer that announced no size and went on and on.
const MORE: &str = "is more than the limit of 64 MiB";

fn bearer(token: &str) -> Result<HeaderValue, Error> {
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    let mut value = value.map_err(|_| Error::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

fn redirect_safely(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let from_https = attempt.previous().last().map(url::Url::scheme) == Some("https");
    if 10 < attempt.previous().len() {
        attempt.error("more than 10 redirects")
    } else if from_https && attempt.url().scheme() != "https" {
        attempt.error("a redirect from HTTPS to HTTP")
    } else {
        attempt.follow()
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// The URL with `rel="next"` of a `Link` header (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|it| it.contains("rel=\"next\""))?;
    let (_, url) = next.split_once('<')?;
    url.split_once('>').map(|(url, _)| url.to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "servers name points in time, so the shell has to know the time"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Says that a request is over, also when it is dropped half-way.
struct Running<'a> {
    sink: &'a Sink,
    url: &'a str,
    outcome: Outcome,
}

impl<'a> Running<'a> {
    fn start(sink: &'a Sink, query: &'a Query<'_>) -> Self {
        sink(Event::Started { url: query.url.clone(), what: query.what.clone() });
        Self { sink, url: &query.url, outcome: Outcome::Abandoned }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let url = self.url.to_owned();
        (self.sink)(Event::Finished { url, outcome: self.outcome });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_link_with_that_relation() {
        let link =
            r#"<https://a.example/r?page=2>; rel="next", <https://a.example/r?page=7>; rel="last""#;
        assert_eq!(next_page(link).as_deref(), Some("https://a.example/r?page=2"));
        let last = r#"<https://a.example/r?page=1>; rel="first""#;
        assert_eq!(next_page(last), None);
        assert_eq!(next_page(""), None);
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = bearer("secret").unwrap();
        assert!(!format!("{token:?}").contains("secret"));
        let error = bearer("secret\n").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("secret"));
    }
}
