//! The catalogue and the listings, and where the token goes.

use kyma_upgrade::event::{Event, Outcome};
use kyma_upgrade::fetch::{Error, Options, Origins, Request, Source};
use kyma_upgrade::release::{Minor, Resource};
use wiremock::MockServer;
use wiremock::matchers::{header, query_param};

use crate::support::*;

const MINOR: Minor = Minor { major: 1, minor: 2 };

/// Two pages of releases. GitHub's own links name the repository by number.
async fn two_pages(server: &MockServer) {
    let link =
        r#"<https://api.github.com/repositories/1/releases?per_page=100&page=2>; rel="next""#;
    let page = |at: &'static str, body: &str| {
        let tagged = answer(200, body).insert_header("ETag", format!("\"{at}\""));
        (get(RELEASES_PATH).and(query_param("page", at)), tagged)
    };
    let (first, body) = page("1", r#"[{"tag_name": "1.1.0"}]"#);
    first.respond_with(body.insert_header("Link", link)).mount(server).await;
    let (second, body) = page("2", r#"[{"tag_name": "1.0.0"}]"#);
    second.respond_with(body).mount(server).await;
}

fn tags(releases: &[kyma_upgrade::release::ReleaseRecord]) -> Vec<&str> {
    releases.iter().map(|it| it.tag_name.as_str()).collect()
}

#[tokio::test]
async fn all_pages_of_releases_are_read_in_their_order_and_each_once_in_a_run() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    two_pages(&server).await;
    let source = online(&server.uri(), folder.path());
    assert_eq!(tags(&source.releases().await.unwrap()), ["1.1.0", "1.0.0"]);
    assert_eq!(tags(&source.releases().await.unwrap()), ["1.1.0", "1.0.0"]);
    assert_eq!(asked(&server).await, 2);
}

#[tokio::test]
async fn a_later_run_asks_whether_pages_changed_and_keeps_their_order() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    two_pages(&server).await;
    online(&server.uri(), folder.path()).releases().await.unwrap();
    server.reset().await;
    for tag in ["\"1\"", "\"2\""] {
        get(RELEASES_PATH)
            .and(header("If-None-Match", tag))
            .respond_with(answer(304, ""))
            .expect(1)
            .mount(&server)
            .await;
    }
    let source = online(&server.uri(), folder.path());
    assert_eq!(tags(&source.releases().await.unwrap()), ["1.1.0", "1.0.0"]);
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_one_ends_the_list() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let link = r#"</releases?per_page=100&page=1>; rel="next""#;
    let page = answer(200, r#"[{"tag_name": "1.0.0"}]"#).insert_header("Link", link);
    get(RELEASES_PATH).respond_with(page).mount(&server).await;
    let releases = online(&server.uri(), folder.path()).releases().await;
    assert_eq!(tags(&releases.unwrap()), ["1.0.0"]);
}

#[tokio::test]
async fn a_repository_that_does_not_exist_is_an_error_that_names_the_option() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let source = online(&server.uri(), folder.path());
    let error = source.releases().await.unwrap_err();
    assert!(matches!(error, Error::Unexpected { .. }), "{error}");
    assert!(error.hint().contains("--github-api-url"));
}

#[tokio::test]
async fn listings_give_sorted_names_of_their_kind_and_nothing_where_there_is_no_folder() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let entries = r#"[{"name": "b.md", "type": "file"}, {"name": "assets", "type": "dir"},
                      {"name": "a.md", "type": "file"}]"#;
    get(GUIDES_PATH)
        .and(query_param("ref", "release-1.2"))
        .respond_with(answer(200, entries))
        .mount(&server)
        .await;
    get(NOTES_PATH).respond_with(answer(200, entries)).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    assert_eq!(source.guides(MINOR).await.unwrap(), ["a.md", "b.md"]);
    assert_eq!(source.notes().await.unwrap(), ["assets"]);
    let other = Minor { major: 1, minor: 3 };
    assert_eq!(source.guides(other).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn many_files_come_in_the_order_of_the_requests() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let requests: Vec<_> = (0..30u64)
        .map(|number| Request {
            resource: Resource::Bucket { tag: "1.0.0".to_owned(), name: format!("{number}.yaml") },
            expected: None,
        })
        .collect();
    for number in 0..30u64 {
        let late = std::time::Duration::from_millis((30 - number) % 7);
        get(&format!("/kyma-prow-artifacts/1.0.0/{number}.yaml"))
            .respond_with(answer(200, &number.to_string()).set_delay(late))
            .mount(&server)
            .await;
    }
    let source = online(&server.uri(), folder.path());
    let files = source.fetch_all(&requests).await.unwrap();
    let numbers: Vec<_> = files.into_iter().map(content).collect();
    let expected: Vec<_> = (0..30).map(|it: u64| it.to_string().into_bytes()).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn every_started_request_says_that_it_is_over_also_when_it_is_abandoned() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let late = answer(200, "a: 1").set_delay(std::time::Duration::from_secs(60));
    get(ASSET_PATH).respond_with(late).mount(&server).await;
    let (sink, events) = recorder();
    let source = Source::github(Options { sink, ..options(&server.uri(), folder.path()) });
    let (source, asset) = (source.unwrap(), asset());
    let fetch = source.fetch(&asset, None);
    let soon = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(soon, fetch).await.is_err());
    let url = format!("{}{ASSET_PATH}", server.uri());
    let what = "kyma-installer.yaml of release 1.0.0".to_owned();
    let started = Event::Started { url: url.clone(), what };
    let finished = Event::Finished { url, outcome: Outcome::Abandoned };
    assert_eq!(*events.lock().unwrap(), [started, finished]);
}

/// An API on one server; everything else, and where it redirects to, on another.
fn with_token(api: &MockServer, other: &MockServer, cache: &std::path::Path) -> Source {
    Source::github(Options {
        origins: Origins { api: api.uri(), ..origins(&other.uri()) },
        token: Some(" secret-token\n".to_owned()),
        ..options(&api.uri(), cache)
    })
    .unwrap()
}

#[tokio::test]
async fn the_token_goes_to_the_api_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let (api, other) = (MockServer::start().await, MockServer::start().await);
    let moved = format!("{}/elsewhere", other.uri());
    get(RELEASES_PATH)
        .and(header("Authorization", "Bearer secret-token"))
        .respond_with(answer(302, "").insert_header("Location", moved.as_str()))
        .expect(1)
        .mount(&api)
        .await;
    get("/elsewhere").respond_with(answer(200, "[]")).expect(1).mount(&other).await;
    get(ASSET_PATH).respond_with(answer(200, "a: 1")).expect(1).mount(&other).await;
    let source = with_token(&api, &other, folder.path());
    source.releases().await.unwrap();
    content(source.fetch(&asset(), None).await.unwrap());
    for request in other.received_requests().await.unwrap() {
        assert!(!request.headers.contains_key("authorization"), "{}", request.url);
    }
    assert!(!format!("{source:?}").contains("secret"));
}

#[tokio::test]
async fn a_refused_token_is_an_error_that_does_not_show_it() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(RELEASES_PATH).respond_with(answer(401, "Bad credentials")).mount(&server).await;
    let source = with_token(&server, &server, folder.path());
    let error = source.releases().await.unwrap_err();
    let text = format!("{error} {error:?} {}", error.hint());
    assert!(matches!(error, Error::TokenRefused { .. }), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn an_empty_token_is_none() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(RELEASES_PATH).respond_with(answer(200, "[]")).mount(&server).await;
    let source = Source::github(Options {
        token: Some(" ".to_owned()),
        ..options(&server.uri(), folder.path())
    });
    source.unwrap().releases().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert!(!requests[0].headers.contains_key("authorization"));
    let agent = requests[0].headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("kyma-upgrade/"), "{agent}");
}
