//! Tests with answers that a real API server gives rarely.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::manifest::ObjectKey;
use crate::simulate::state::Outcome;

const LIMIT: Duration = Duration::from_secs(30);

/// A server of core kinds without objects.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let empty = ResponseTemplate::new(200).set_body_json(json!({"items": []}));
    Mock::given(any()).respond_with(empty).with_priority(9).mount(&server).await;
    answer(&server, "/version", json!({"gitVersion": "v1.12.3"})).await;
    answer(&server, "/apis", json!({"groups": []})).await;
    server
}

async fn answer(server: &MockServer, at: &str, body: serde_json::Value) {
    let response = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(path(at)).respond_with(response).mount(server).await;
}

async fn reading(server: &MockServer) -> Result<Reading, Error> {
    let mut config = Config::new(server.uri().parse().unwrap());
    let origin = Origin { context: Some("test".to_owned()), server: url(&config) };
    config.default_retry = false;
    let client = Client::try_from(config).unwrap();
    Cluster { client, origin, sink: ignore() }.read_state([1; 32], LIMIT).await
}

fn status(code: u16) -> ResponseTemplate {
    let body = json!({"kind": "Status", "status": "Failure", "code": code, "message": "hunter"});
    ResponseTemplate::new(code).set_body_json(body)
}

fn namespaces(reading: &Reading) -> Vec<&str> {
    let keys = reading.state.keys().filter(|it| it.kind == "Namespace");
    keys.map(|it| it.name.as_str()).collect()
}

/// Pages of a list that is forgotten once after its first page.
#[derive(Default)]
struct Forgetful {
    continued: AtomicU32,
}

impl Respond for Forgetful {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: Vec<_> = request.url.query_pairs().into_owned().collect();
        assert!(query.contains(&("limit".to_owned(), "500".to_owned())));
        let item = |name: &str| json!({"metadata": {"name": name}});
        let next = query.iter().find(|(name, _)| name == "continue").map(|(_, value)| &**value);
        let body = match next {
            None => json!({"metadata": {"continue": "a+b/c="}, "items": [item("one")]}),
            Some(token) => {
                assert_eq!(token, "a+b/c=");
                if self.continued.fetch_add(1, Ordering::Relaxed) == 0 {
                    return status(410);
                }
                json!({"metadata": {}, "items": [item("two")]})
            }
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

#[tokio::test]
async fn a_list_that_the_server_forgot_is_read_from_the_start() {
    let server = server().await;
    let pages = Forgetful::default();
    Mock::given(path("/api/v1/namespaces")).respond_with(pages).mount(&server).await;
    let reading = reading(&server).await.unwrap();
    assert_eq!(namespaces(&reading), ["one", "two"]);
    assert_eq!(reading.state.kubernetes_version(), Some("v1.12.3"));
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let server = server().await;
    for code in [429, 503] {
        let busy = Mock::given(path("/api/v1/namespaces")).respond_with(status(code));
        busy.up_to_n_times(1).expect(1).with_priority(1).mount(&server).await;
    }
    let items = json!({"items": [{"metadata": {"name": "one"}}]});
    answer(&server, "/api/v1/namespaces", items).await;
    assert_eq!(namespaces(&reading(&server).await.unwrap()), ["one"]);
}

#[tokio::test]
async fn the_newest_version_that_is_served_is_read() {
    let server = server().await;
    let versions = json!([{"version": "v1beta1"}, {"version": "v1alpha1"}]);
    let group = json!({"name": "rbac.authorization.k8s.io", "versions": versions});
    let apis = ResponseTemplate::new(200).set_body_json(json!({"groups": [group]}));
    Mock::given(path("/apis")).respond_with(apis).with_priority(1).mount(&server).await;
    let items = json!({"items": [{"metadata": {"name": "one"}}]});
    answer(&server, "/apis/rbac.authorization.k8s.io/v1beta1/clusterroles", items).await;
    let missing = "/apis/rbac.authorization.k8s.io/v1beta1/clusterrolebindings";
    Mock::given(path(missing)).respond_with(status(404)).with_priority(1).mount(&server).await;
    let state = reading(&server).await.unwrap().state;
    let key = |kind: &str| ObjectKey {
        group: "rbac.authorization.k8s.io".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        name: "one".to_owned(),
    };
    let role = state.get(&key("ClusterRole")).unwrap();
    assert_eq!(role["apiVersion"], "rbac.authorization.k8s.io/v1beta1");
    let listing = state.listings().iter().find(|it| it.kind == "ClusterRoleBinding").unwrap();
    assert_eq!(listing.outcome, Outcome::NotServed);
    assert!(state.covers_object(&key("ClusterRoleBinding")));
}

#[tokio::test]
async fn records_of_helm_are_asked_for_without_their_contents() {
    let server = server().await;
    reading(&server).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let accept = |path: &str| {
        let request = requests.iter().find(|it| it.url.path() == path).unwrap();
        let accept = request.headers["accept"].to_str().unwrap();
        (request.url.query().unwrap().to_owned(), accept.to_owned())
    };
    let (query, accepted) = accept("/api/v1/secrets");
    assert!(query.contains("fieldSelector=type%3Dhelm.sh%2Frelease.v1"), "{query}");
    assert!(accepted.contains("as=PartialObjectMetadataList"), "{accepted}");
    let (_, accepted) = accept("/api/v1/namespaces/kyma-installer/secrets");
    assert_eq!(accepted, "application/json");
    assert!(requests.iter().all(|it| it.method == "GET"));
}

#[tokio::test]
async fn what_is_no_api_server_is_an_error_that_quotes_nothing_of_the_answer() {
    let server = server().await;
    let page = ResponseTemplate::new(200).set_body_string("<html>hunter</html>");
    Mock::given(path("/version")).respond_with(page).with_priority(1).mount(&server).await;
    let error = reading(&server).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("the answer to /version is not that of an API server"), "{text}");
    assert!(text.contains("(context test)") && !text.contains("hunter"), "{text}");
    assert!(error.hint().contains("kubectl --context test get --raw /version"));
}

#[tokio::test]
async fn an_error_of_the_server_is_told_without_its_words() {
    let server = server().await;
    let refused = status(400);
    Mock::given(path("/api/v1/namespaces"))
        .respond_with(refused)
        .with_priority(1)
        .mount(&server)
        .await;
    let text = reading(&server).await.unwrap_err().to_string();
    assert!(text.ends_with("the server answered 400 to /api/v1/namespaces"), "{text}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_an_error() {
    let server = server().await;
    let slow = status(200).set_delay(Duration::from_mins(5));
    Mock::given(path("/version")).respond_with(slow).with_priority(1).mount(&server).await;
    let config = Config::new(server.uri().parse().unwrap());
    let origin = Origin { context: None, server: url(&config) };
    let cluster = Cluster { client: Client::try_from(config).unwrap(), origin, sink: ignore() };
    let error = cluster.read_state([1; 32], Duration::from_millis(50)).await.unwrap_err();
    assert!(error.to_string().contains("no whole answer within"), "{error}");
}

#[test]
fn the_url_of_the_server_is_told_without_user_and_password() {
    let config = Config::new("https://user:hunter@example.com:6443/".parse().unwrap());
    assert_eq!(url(&config), "https://example.com:6443");
}

#[test]
fn no_question_is_asked_twice_and_each_has_a_reason() {
    let mut listings: Vec<_> =
        questions::questions().iter().map(|it| it.listing(Outcome::Read)).collect();
    let count = listings.len();
    listings.sort();
    listings.dedup();
    assert_eq!(listings.len(), count);
    assert!(questions::questions().iter().all(|it| !it.reason.is_empty()));
}
