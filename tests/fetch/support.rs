//! Servers, sources and resources for the tests.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kyma_upgrade::event::{Event, Sink, ignore};
use kyma_upgrade::fetch::{Options, Origins, Patience, Source};
use kyma_upgrade::release::{Absent, Asset, Fetched, Problem, Resource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

/// Where GitHub serves the asset that most tests fetch.
pub(crate) const ASSET_PATH: &str =
    "/kyma-project/kyma/releases/download/1.0.0/kyma-installer.yaml";
pub(crate) const RELEASES_PATH: &str = "/repos/kyma-project/kyma/releases";
pub(crate) const GUIDES_PATH: &str = "/repos/kyma-project/kyma/contents/docs/migration-guides";
pub(crate) const NOTES_PATH: &str = "/repos/kyma-project/website/contents/content/blog-posts";

/// Pauses so short that no test waits for them.
pub(crate) const PATIENCE: Patience = Patience {
    attempt: Duration::from_secs(10),
    total: Duration::from_secs(20),
    shortest_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(2),
};

pub(crate) fn origins(base: &str) -> Origins {
    Origins {
        api: base.to_owned(),
        web: base.to_owned(),
        raw: base.to_owned(),
        bucket: base.to_owned(),
    }
}

pub(crate) fn options(base: &str, cache: &Path) -> Options {
    Options {
        origins: origins(base),
        token: None,
        cache: Some(cache.to_owned()),
        offline: false,
        patience: PATIENCE,
        sink: ignore(),
    }
}

pub(crate) fn online(base: &str, cache: &Path) -> Source {
    Source::github(options(base, cache)).unwrap()
}

pub(crate) fn offline(base: &str, cache: &Path) -> Source {
    let options = Options { offline: true, ..options(base, cache) };
    Source::github(options).unwrap()
}

/// A sink and the events that it took.
pub(crate) fn recorder() -> (Sink, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::new(Mutex::new(vec![]));
    let taken = Arc::clone(&events);
    let sink: Sink = Arc::new(move |event| taken.lock().unwrap().push(event));
    (sink, events)
}

pub(crate) fn asset() -> Resource {
    Resource::Asset { tag: "1.0.0".to_owned(), name: "kyma-installer.yaml".to_owned() }
}

pub(crate) fn listed(size: u64, digest: Option<&str>) -> Asset {
    Asset {
        name: "kyma-installer.yaml".to_owned(),
        size,
        browser_download_url: String::new(),
        digest: digest.map(str::to_owned),
    }
}

pub(crate) fn content(fetched: Fetched) -> Vec<u8> {
    fetched.unwrap().bytes
}

pub(crate) fn problem(fetched: Fetched) -> String {
    match fetched {
        Ok(artifact) => panic!("found {} bytes", artifact.bytes.len()),
        Err(Absent { problem: Problem::Missing, .. }) => "missing".to_owned(),
        Err(Absent { problem: Problem::Unusable(text), .. }) => text,
    }
}

pub(crate) fn get(at: &str) -> MockBuilder {
    Mock::given(method("GET")).and(path(at))
}

pub(crate) fn answer(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(body)
}

/// How many requests a server got.
pub(crate) async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A server that answers each connection with the next of these bytes, whatever was asked, and then
/// closes it. The base URL is returned. After the last answer it closes every connection.
pub(crate) async fn raw_server(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            assert!(0 < read);
            // The client may have hung up, which is what some tests are about.
            stream.write_all(&answer).await.unwrap_or_default();
            stream.shutdown().await.unwrap_or_default();
        }
    });
    base
}

/// An HTTP answer as it goes over the wire.
pub(crate) fn wire(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}
