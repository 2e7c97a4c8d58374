//! Servers that fail, and answers that cannot be used.

use std::time::{Duration, SystemTime};

use kyma_upgrade::event::Event;
use kyma_upgrade::fetch::{Error, Options, Patience, Source};
use wiremock::{MockServer, ResponseTemplate};

use crate::support::*;

/// `printf 'a: 1' | sha256sum`
const DIGEST: &str = "sha256:16c3c6d78678d53d39ab2c7a5a7bc4596567b46a1a57000a2d707334f779b824";

#[tokio::test]
async fn resets_truncated_answers_and_server_errors_pass() {
    let folder = tempfile::tempdir().unwrap();
    let answers = vec![
        vec![],
        wire("Content-Length: 4", b"a:"),
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n".to_vec(),
        wire("Content-Length: 4", b"a: 1"),
    ];
    let source = online(&raw_server(answers).await, folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(4, None))).await;
    assert_eq!(content(fetched.unwrap()), b"a: 1");
}

#[tokio::test]
async fn a_server_that_never_recovers_is_given_up_at_the_deadline() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(ASSET_PATH).respond_with(answer(502, "")).mount(&server).await;
    let total = Duration::from_millis(500);
    let patience = Patience { total, ..PATIENCE };
    let source = Source::github(Options { patience, ..options(&server.uri(), folder.path()) });
    let error = source.unwrap().fetch(&asset(), None).await.unwrap_err();
    let text = error.to_string();
    let start = format!(
        "cannot download kyma-installer.yaml of release 1.0.0 from {}{ASSET_PATH}: 502 Bad Gateway (",
        server.uri()
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(1 < asked(&server).await);
}

#[tokio::test]
async fn a_server_that_asks_for_more_time_than_there_is_is_asked_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let busy = answer(503, "").insert_header("Retry-After", "100");
    get(ASSET_PATH).respond_with(busy).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    let error = source.fetch(&asset(), None).await.unwrap_err();
    assert!(matches!(error, Error::Network { failed: 1, .. }));
    assert_eq!(asked(&server).await, 1);
}

#[tokio::test]
async fn a_server_that_sends_nothing_is_left_after_the_time_for_an_attempt() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let late = answer(200, "a: 1").set_delay(Duration::from_mins(1));
    get(ASSET_PATH).respond_with(late).up_to_n_times(1).mount(&server).await;
    get(ASSET_PATH).respond_with(answer(200, "a: 1")).mount(&server).await;
    let attempt = Duration::from_millis(100);
    let patience = Patience { attempt, ..PATIENCE };
    let source = Source::github(Options { patience, ..options(&server.uri(), folder.path()) });
    let fetched = source.unwrap().fetch(&asset(), None).await;
    assert_eq!(content(fetched.unwrap()), b"a: 1");
}

#[tokio::test]
async fn no_network_is_said_soon_and_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::start().await;
    let base = server.uri();
    drop(server);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let base = base.rsplit_once(':').map_or(base.clone(), |(host, _)| format!("{host}:{port}"));
    let source = online(&base, folder.path());
    let error = source.releases().await.unwrap_err();
    let text = format!(
        "cannot download the list of releases from {base}{RELEASES_PATH}?per_page=100&page=1: \
         Connection refused (os error 111) (4 attempts)"
    );
    if cfg!(target_os = "linux") {
        assert_eq!(error.to_string(), text);
    }
    for word in ["--offline", "--source DIR", "HTTPS_PROXY"] {
        assert!(error.hint().contains(word));
    }
}

#[tokio::test]
async fn a_size_other_than_the_listed_one_is_asked_again_and_then_unusable() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(ASSET_PATH).respond_with(answer(200, "a: 1")).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(5, None))).await;
    let text = "has 4 bytes, but the release lists 5";
    assert_eq!(problem(fetched.unwrap()), text);
    assert_eq!(asked(&server).await, 4);
}

#[tokio::test]
async fn a_digest_other_than_the_listed_one_is_asked_again_until_it_fits() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(ASSET_PATH).respond_with(answer(200, "a: 2")).up_to_n_times(2).mount(&server).await;
    get(ASSET_PATH).respond_with(answer(200, "a: 1")).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(4, Some(DIGEST)))).await;
    let artifact = fetched.unwrap().unwrap();
    assert_eq!((artifact.bytes.as_slice(), artifact.sha256.as_str()), (&b"a: 1"[..], DIGEST));
    assert_eq!(asked(&server).await, 3);
}

#[tokio::test]
async fn an_html_page_is_unusable_at_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let page = answer(200, "<!DOCTYPE html>\n<title>Sign in</title>");
    get(ASSET_PATH).respond_with(page).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), None).await.unwrap();
    assert_eq!(problem(fetched), "is an HTML page, not YAML");
    assert_eq!(asked(&server).await, 1);
}

#[tokio::test]
async fn an_html_page_in_place_of_the_catalogue_is_an_error() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(RELEASES_PATH).respond_with(answer(200, "<html>")).mount(&server).await;
    let error = online(&server.uri(), folder.path()).releases().await;
    let text = error.unwrap_err().to_string();
    assert!(text.ends_with(": it is an HTML page, not JSON"), "{text}");
}

#[tokio::test]
async fn garbled_json_is_asked_again_and_not_kept() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let garbled = answer(200, r#"[{"tag_nbme": "1.0.0"}]"#).insert_header("ETag", "\"1\"");
    get(RELEASES_PATH).respond_with(garbled).up_to_n_times(1).mount(&server).await;
    get(RELEASES_PATH).respond_with(answer(200, r#"[{"tag_name": "1.0.0"}]"#)).mount(&server).await;
    let releases = online(&server.uri(), folder.path()).releases().await;
    assert_eq!(releases.unwrap()[0].tag_name, "1.0.0");
}

#[tokio::test]
async fn an_announced_size_above_the_limit_is_not_downloaded() {
    let folder = tempfile::tempdir().unwrap();
    let answers = vec![wire("Content-Length: 209715200", b"a: 1")];
    let source = online(&raw_server(answers).await, folder.path());
    let fetched = source.fetch(&asset(), None).await.unwrap();
    assert_eq!(problem(fetched), "is 200 MiB, more than the limit of 64 MiB");
}

#[tokio::test]
async fn a_size_above_the_limit_in_the_catalogue_is_not_even_asked_for() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(200 << 20, None))).await;
    let text = "is 200 MiB, more than the limit of 64 MiB";
    assert_eq!(problem(fetched.unwrap()), text);
    assert_eq!(asked(&server).await, 0);
}

#[tokio::test]
async fn an_answer_of_unknown_size_is_cut_off_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let answers = vec![wire("Connection: close", &vec![b' '; 17 << 20])];
    let source = online(&raw_server(answers).await, folder.path());
    let fetched = source.fetch(&asset(), None).await.unwrap();
    assert_eq!(problem(fetched), "is more than the limit of 64 MiB");
}

#[tokio::test]
async fn a_refused_file_is_unusable_and_a_missing_one_is_missing() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(ASSET_PATH).respond_with(answer(403, "<Error/>")).mount(&server).await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), None).await.unwrap();
    assert_eq!(problem(fetched), "is refused by the server (403 Forbidden)");
    let other = kyma_upgrade::release::Resource::Bucket {
        tag: "1.0.0".to_owned(),
        name: "tiller.yaml".to_owned(),
    };
    let fetched = source.fetch(&other, None).await.unwrap();
    assert_eq!(problem(fetched), "missing");
}

#[tokio::test]
async fn a_name_that_could_leave_its_folder_is_refused_before_anything_is_asked() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let source = online(&server.uri(), folder.path());
    let resource = kyma_upgrade::release::Resource::Notes { dir: "..".to_owned() };
    let error = source.fetch(&resource, None).await.unwrap_err();
    assert!(matches!(error, Error::Name { .. }));
    assert_eq!(asked(&server).await, 0);
}

fn used_up(reset: SystemTime) -> ResponseTemplate {
    let reset = reset.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    answer(403, r#"{"message": "API rate limit exceeded"}"#)
        .insert_header("X-RateLimit-Remaining", "0")
        .insert_header("X-RateLimit-Reset", reset.to_string())
}

#[tokio::test]
async fn a_rate_limit_that_ends_soon_is_waited_for() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    get(RELEASES_PATH)
        .respond_with(used_up(SystemTime::UNIX_EPOCH))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    get(RELEASES_PATH).respond_with(answer(200, "[]")).mount(&server).await;
    let (sink, events) = recorder();
    let source = Source::github(Options { sink, ..options(&server.uri(), folder.path()) });
    assert_eq!(source.unwrap().releases().await.unwrap(), []);
    let events = events.lock().unwrap();
    let waiting =
        |it: &&Event| matches!(it, Event::Waiting { until, .. } if until == "1970-01-01T00:00:00Z");
    assert_eq!(events.iter().filter(waiting).count(), 1);
}

#[tokio::test]
async fn a_rate_limit_that_ends_late_is_an_error_that_says_when_and_what_to_do() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let reset = SystemTime::UNIX_EPOCH + Duration::from_secs(4_107_542_400);
    get(RELEASES_PATH).respond_with(used_up(reset)).mount(&server).await;
    let base = options(&server.uri(), folder.path());
    let error = Source::github(base).unwrap().releases().await.unwrap_err();
    let text = error.to_string();
    let end = "the rate limit is used up until 2100-03-01T00:00:00Z";
    assert!(text.ends_with(end), "{text}");
    assert!(error.hint().contains("GITHUB_TOKEN"));
    assert_eq!(asked(&server).await, 1);
}
