//! Passing requests on, and breaking them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, TRANSFER_ENCODING};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use super::faults::{Answer, Cut, Expiry, What};
use super::{Logged, Shared};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Error>;

/// How long a piece of an answer has to reach its reader before the connection breaks.
const ON_ITS_WAY: Duration = Duration::from_millis(20);

/// Accepts connections for ever.
pub(super) async fn serve(
    listener: std::net::TcpListener,
    config: kube::Config,
    shared: Arc<Shared>,
) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let client = kube::Client::try_from(config).unwrap();
    loop {
        let Ok((connection, _)) = listener.accept().await else { continue };
        let (client, shared) = (client.clone(), Arc::clone(&shared));
        let service = hyper::service::service_fn(move |request| {
            handle(request, client.clone(), Arc::clone(&shared))
        });
        let served = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(connection), service);
        // It ends with an error where a connection is to be broken.
        drop(tokio::spawn(async { drop(served.await) }));
    }
}

/// Answers a request; with an error the connection is closed without an answer.
async fn handle(
    request: Request<Incoming>,
    client: kube::Client,
    shared: Arc<Shared>,
) -> Result<Response<Body>, Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let asked = Logged {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: body.to_vec(),
        forwarded: false,
        status: None,
    };
    let line = shared.begin(&asked);
    let delay = shared.faults.lock().unwrap().delay(&asked);
    tokio::time::sleep(delay).await;
    let fault = shared.faults.lock().unwrap().take(&asked);
    let response = match fault {
        Some(What::DropBefore) => Err("told to break the connection".into()),
        Some(What::Fail { status, retry_after }) => Ok(failure(status, retry_after)),
        Some(What::Expire(how)) => Ok(expired(how)),
        _ => {
            shared.change(line, |it| it.forwarded = true);
            let request = Request::from_parts(parts, body);
            let passed = pass_on(request, asked, fault, client, Arc::clone(&shared));
            // Goes on although the asker may be gone.
            tokio::spawn(passed).await?
        }
    };
    let status = response.as_ref().ok().map(|it| it.status().as_u16());
    shared.change(line, |it| it.status = status);
    response
}

impl Shared {
    /// Writes a request into the log. Gives its number, for [`Self::change`].
    fn begin(&self, asked: &Logged) -> u64 {
        let mut log = self.log.lock().unwrap();
        log.last += 1;
        let number = log.last;
        drop(log.requests.insert(number, asked.clone()));
        number
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Logged)) {
        // The log may have been cleared meanwhile.
        if let Some(it) = self.log.lock().unwrap().requests.get_mut(&number) {
            change(it);
        }
    }
}

/// Asks the API server.
async fn pass_on(
    request: Request<Bytes>,
    asked: Logged,
    fault: Option<What>,
    client: kube::Client,
    shared: Arc<Shared>,
) -> Result<Response<Body>, Error> {
    let (mut parts, body) = request.into_parts();
    for it in [CONNECTION, TRANSFER_ENCODING] {
        drop(parts.headers.remove(it));
    }
    let response = client.send(Request::from_parts(parts, body.into())).await?;
    let (mut parts, body) = response.into_parts();
    for it in [CONNECTION, TRANSFER_ENCODING] {
        drop(parts.headers.remove(it));
    }
    if asked.is_watch() {
        return Ok(Response::from_parts(parts, watched(body, fault)));
    }
    let body = body.collect().await?.to_bytes();
    if fault == Some(What::DropAfter) {
        return Err("told to break the connection".into());
    }
    let answer = shared.faults.lock().unwrap().stale(&asked, Answer { parts, body });
    Ok(Response::from_parts(answer.parts, whole(answer.body)))
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|it| match it {}).boxed_unsync()
}

/// The answer to a watch, piece by piece as it comes.
fn watched(body: kube::client::Body, fault: Option<What>) -> Body {
    let pieces = body.into_data_stream().map_err(Error::from);
    match fault {
        Some(What::Cut(Cut::Time(time))) => {
            let time = Box::pin(tokio::time::sleep(time));
            streamed(pieces.take_until(time).chain(stream::once(cut())))
        }
        Some(What::Cut(Cut::Events(count))) => streamed(events(pieces, count)),
        Some(What::DropAfter) => streamed(stream::once(cut())),
        _ => streamed(pieces),
    }
}

fn streamed(pieces: impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Body {
    StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync()
}

/// The end of a connection.
async fn cut() -> Result<Bytes, Error> {
    tokio::time::sleep(ON_ITS_WAY).await;
    Err("told to cut the watch".into())
}

/// So many events, each of which is a line, and then the end of the connection.
fn events(
    pieces: impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static,
    count: usize,
) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let state = Some((Box::pin(pieces), count));
    stream::unfold(state, async |state| match state? {
        (_, 0) => Some((cut().await, None)),
        (mut pieces, left) => match pieces.next().await? {
            Ok(piece) => {
                let (piece, left) = first_lines(&piece, left);
                Some((Ok(piece), Some((pieces, left))))
            }
            error => Some((error, None)),
        },
    })
}

/// At most so many lines of a piece, and how many may still come.
fn first_lines(piece: &Bytes, most: usize) -> (Bytes, usize) {
    let ends = piece.iter().enumerate().filter(|(_, it)| **it == b'\n').map(|it| it.0 + 1);
    let ends: Vec<_> = ends.take(most).collect();
    match ends.last() {
        Some(last) if ends.len() == most => (piece.slice(..*last), 0),
        _ => (piece.clone(), most - ends.len()),
    }
}

fn failure(status: u16, retry_after: Option<u32>) -> Response<Body> {
    let object = status_object(status, "told to fail");
    let mut response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        response = response.header(RETRY_AFTER, seconds);
    }
    response.body(whole(object.to_string())).unwrap()
}

/// The words of an API server that has forgotten the version that a watch begins at.
fn expired(how: Expiry) -> Response<Body> {
    let object = status_object(410, "too old resource version: 1 (2)");
    match how {
        Expiry::Status => failure(410, None).map(|_| whole(object.to_string())),
        Expiry::Event => {
            let event = format!("{}\n", json!({"type": "ERROR", "object": object}));
            let response = Response::builder().header(CONTENT_TYPE, "application/json");
            response.body(whole(event)).unwrap()
        }
    }
}

fn status_object(code: u16, message: &str) -> Value {
    let reason = match code {
        403 => "Forbidden",
        410 => "Expired",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "",
    };
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code
    })
}
