//! Requests to an API server, one by one.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::AsyncReadExt as _;
use kube::Client;

use super::error::Cause;
use super::retry::{Patience, persist};
use crate::files::{root_cause, size};
use crate::simulate::state::MAX_BYTES;

/// How an object of a list is asked for as a whole.
pub(super) const WHOLE: &str = "application/json";

/// How only its metadata is asked for: as Kubernetes 1.15 and later, or 1.12 and later, know it. A
/// server that knows neither sends whole objects.
pub(super) const METADATA: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,\
                                   application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io,\
                                   application/json";

/// Gets texts from a server, all together up to a limit.
pub(super) struct Requests {
    client: Client,
    bytes: AtomicU64,
}

impl Requests {
    pub(super) fn new(client: Client) -> Self {
        Self { client, bytes: AtomicU64::new(0) }
    }

    /// Gets what stands at a path of the server. A busy server is asked again.
    pub(super) async fn get(&self, path: &str, accept: &str) -> Result<String, Cause> {
        persist(Patience::READING, || async { Ok(self.attempt(path, accept).await?) }).await
    }

    async fn attempt(&self, path: &str, accept: &str) -> Result<String, Cause> {
        let request = http::Request::get(path).header(http::header::ACCEPT, accept);
        let request = request.body(Vec::new());
        let request = request.map_err(|error| Cause::Connection(error.to_string()))?;
        let body = self.client.request_stream(request).await;
        let body = body.map_err(|error| cause(&error, path))?;
        let mut text = Vec::new();
        let left = MAX_BYTES.saturating_sub(self.bytes.load(Ordering::Relaxed));
        let read = body.take(left + 1).read_to_end(&mut text).await;
        let read = read.map_err(|error| Cause::Connection(root_cause(&error)))? as u64;
        self.bytes.fetch_add(read, Ordering::Relaxed);
        if left < read {
            return Err(Cause::TooLarge(size(MAX_BYTES)));
        }
        let no_text = |_| Cause::Answer { request: name(path), cause: "it is no text".to_owned() };
        String::from_utf8(text).map_err(no_text)
    }
}

fn cause(error: &kube::Error, path: &str) -> Cause {
    let kube::Error::Api(status) = error else {
        return Cause::of(error);
    };
    match status.code {
        401 => Cause::Unauthorized,
        403 => Cause::Forbidden(format!("get {}", name(path))),
        404 => Cause::NotFound(name(path)),
        410 => Cause::Gone(name(path)),
        code => Cause::Status { code, request: name(path) },
    }
}

/// The path of a request without its parameters, which may hold a token of paging.
fn name(path: &str) -> String {
    path.split('?').next().unwrap_or_default().to_owned()
}
