//! Requests about single objects, whose answers are JSON.
//!
//! # Decisions
//! * The answer is read here and not by the client's own helpers: they lose the header that says how
//!   long to wait, and may write an answer that they cannot read into a log.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{Method, Request, Response};
use kube::Client;
use kube::client::Body;
use serde_json::Value;
use tokio::time::timeout;

use super::error::Cause;
use super::lock::Guard;
use super::rejection::Status;
use super::request::WHOLE;
use super::retry::{Failed, Patience, persist};
use crate::files::size;
use crate::simulate::state::MAX_BYTES;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(60);

/// The content type of an object.
pub(super) const JSON: &str = "application/json";

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The path with its parameters.
    pub(super) path: String,
    pub(super) content_type: &'static str,
    /// The body; empty for none.
    pub(super) body: Vec<u8>,
    /// What errors call it: `patch ConfigMap/kyma-installer/x`.
    pub(super) what: String,
}

impl Call {
    pub(super) fn get(path: String, what: String) -> Self {
        Self { method: Method::GET, path, content_type: JSON, body: Vec::new(), what }
    }

    pub(super) fn with_body(method: Method, path: String, body: &Value, what: String) -> Self {
        Self { method, path, content_type: JSON, body: body.to_string().into_bytes(), what }
    }

    fn request<B: From<Vec<u8>>>(&self) -> Result<Request<B>, Cause> {
        let request = Request::builder().method(&self.method).uri(&self.path).header(ACCEPT, WHOLE);
        let request = if self.body.is_empty() {
            request
        } else {
            request.header(CONTENT_TYPE, self.content_type)
        };
        let no_path = |_| Cause::NoObject { what: self.what.clone(), field: "name or namespace" };
        request.body(self.body.clone().into()).map_err(no_path)
    }
}

/// Sends requests to one server.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) client: Client,
    pub(super) patience: Patience,
    /// The lock without which nothing may be changed; none where there is none to hold.
    pub(super) guard: Option<Guard>,
}

impl Calls {
    /// The answer; what passes is waited for.
    pub(super) async fn send(&self, call: &Call) -> Result<Value, Cause> {
        persist(self.patience, || self.once(call)).await
    }

    /// The answer to one attempt.
    pub(super) async fn once(&self, call: &Call) -> Result<Value, Failed> {
        if call.method != Method::GET {
            self.guard.as_ref().map_or(Ok(()), Guard::check).map_err(Cause::Unlocked)?;
        }
        let whole = async {
            let response = self.client.send(call.request::<Body>()?).await;
            read(call, response.map_err(|error| Cause::of(&error))?).await
        };
        match timeout(ATTEMPT, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Cause::OutOfTime { seconds: ATTEMPT.as_secs() }.into()),
        }
    }

    /// The request as the client takes it for a watch.
    pub(super) fn watch_request(call: &Call) -> Result<Request<Vec<u8>>, Cause> {
        call.request()
    }
}

async fn read(call: &Call, response: Response<Body>) -> Result<Value, Failed> {
    let (head, body) = response.into_parts();
    if header(&head.headers, &CONTENT_LENGTH).is_some_and(|it| it > MAX_BYTES) {
        return Err(Cause::TooLarge(size(MAX_BYTES)).into());
    }
    let body = body.collect_bytes().await.map_err(|error| Cause::of(&error))?;
    if head.status.is_success() {
        return Ok(parsed(call, &body)?);
    }
    let status = Status::read(&body);
    let after = header(&head.headers, &RETRY_AFTER);
    let after = after.or_else(|| status.as_ref()?.retry_after()).map(Duration::from_secs);
    Err(Failed { cause: refused(call, head.status.as_u16(), status), after })
}

fn header(headers: &HeaderMap, name: &http::HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn parsed(call: &Call, body: &[u8]) -> Result<Value, Cause> {
    serde_json::from_slice(body).map_err(|error| {
        // The words of the parser may quote the answer.
        let cause = format!("line {}, column {}", error.line(), error.column());
        Cause::Answer { request: call.what.clone(), cause }
    })
}

/// The cause of an answer that is none.
fn refused(call: &Call, code: u16, status: Option<Status>) -> Cause {
    let request = call.what.clone();
    match (code, status) {
        (401, _) => Cause::Unauthorized,
        (410, _) => Cause::Gone(request),
        (400..=499, Some(status)) if code != 429 => {
            Cause::Rejected(status.into_rejection(code, request))
        }
        _ => Cause::Status { code, request },
    }
}

/// The cause of a failed attempt to open a watch.
pub(super) fn watch_refused(call: &Call, error: &kube::Error) -> Cause {
    match error {
        kube::Error::Api(status) => refused(call, status.code, None),
        other => Cause::of(other),
    }
}
