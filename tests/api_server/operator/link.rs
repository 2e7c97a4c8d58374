//! Requests of the stand-in, which wait for an API server that is away.

use std::time::Duration;

use futures::AsyncBufReadExt as _;
use http::Request;
use serde_json::Value;
use tokio::sync::watch;

/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_millis(50);

/// Why the API server did not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such object.
    Absent,
    /// It has changed, or is there already.
    Conflict,
}

pub(super) type Answer = Result<Value, Refused>;

/// The way to the API server.
#[derive(Clone)]
pub(super) struct Link {
    client: kube::Client,
}

impl Link {
    pub(super) fn new(client: kube::Client) -> Self {
        Self { client }
    }

    pub(super) async fn get(&self, path: &str) -> Option<Value> {
        self.call("GET", path, None).await.ok()
    }

    /// The objects of a list.
    pub(super) async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await.unwrap_or_default();
        list["items"].as_array().cloned().unwrap_or_default()
    }

    /// Asks until the API server answers that it did something, or why it did not. Panics where it
    /// refuses for a reason that the stand-in gives no cause for.
    pub(super) async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(|it| it.to_string().into_bytes()).unwrap_or_default();
        loop {
            let request = Request::builder().method(method).uri(path);
            let request = request.header("Content-Type", "application/json").body(body.clone());
            match self.client.request_text(request.unwrap()).await {
                Ok(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Err(kube::Error::Api(status)) => match status.code {
                    404 => return Err(Refused::Absent),
                    409 => return Err(Refused::Conflict),
                    429 | 500.. => {}
                    // A namespace that is not ready yet; the server's roles after its start.
                    403 if status.message.contains("is being terminated") => {
                        return Err(Refused::Absent);
                    }
                    _ => panic!("{method} {path}: {status:?}"),
                },
                // It is away.
                Err(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Watches until the connection ends.
    async fn watch(&self, path: &str, changed: &watch::Sender<()>) {
        let request = Request::get(format!("{path}?watch=true")).body(Vec::new()).unwrap();
        let Ok(stream) = self.client.request_stream(request).await else { return };
        let mut lines = Box::pin(stream);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).await.is_ok_and(|it| it > 0) {
            changed.send_replace(());
            line.clear();
        }
    }
}

/// Tells of all changes that could matter, for ever.
pub(super) async fn listen(link: &Link, changed: &watch::Sender<()>) {
    const WATCHED: [&str; 5] = [
        "/apis/apps/v1/namespaces/kyma-installer/deployments",
        "/apis/apps/v1/namespaces/kube-system/deployments",
        "/api/v1/namespaces/kyma-installer/pods",
        "/api/v1/namespaces/kube-system/pods",
        "/apis/installer.kyma-project.io/v1alpha1/namespaces/default/installations",
    ];
    let all = WATCHED.map(async |path| {
        loop {
            link.watch(path, changed).await;
            changed.send_replace(());
            tokio::time::sleep(PAUSE).await;
        }
    });
    futures::future::join_all(all).await;
}

/// Waits for a change, but not for long, as a change during an outage is told by nobody.
pub(super) async fn wait(changed: &mut watch::Receiver<()>, at_most: Duration) {
    drop(tokio::time::timeout(at_most, changed.changed()).await);
}
