//! What is asked again, what is believed offline, and what survives damage.

use std::path::{Path, PathBuf};

use kyma_upgrade::fetch::{Error, Options, Source};
use kyma_upgrade::files;
use kyma_upgrade::release::{Minor, Resource};
use wiremock::MockServer;
use wiremock::matchers::header;

use crate::support::*;

const MINOR: Minor = Minor { major: 1, minor: 2 };
const GUIDE_PATH: &str = "/kyma-project/kyma/release-1.2/docs/migration-guides/1.1-1.2.md";

fn guide() -> Resource {
    Resource::guide(MINOR, "1.1-1.2.md")
}

async fn serve(server: &MockServer, path: &str, body: &str) {
    let tagged = answer(200, body).insert_header("ETag", "\"1\"");
    get(path).respond_with(tagged).mount(server).await;
}

/// All files below a folder.
fn all_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let nested = entries.flat_map(|it| if it.is_dir() { all_files(&it) } else { vec![it] });
    nested.collect()
}

#[tokio::test]
async fn what_cannot_change_is_asked_for_once_in_all_runs() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, ASSET_PATH, "a: 1").await;
    let expected = listed(4, None);
    for _ in 0..3 {
        let source = online(&server.uri(), folder.path());
        let fetched = source.fetch(&asset(), Some(&expected)).await.unwrap();
        assert_eq!(content(fetched), b"a: 1");
    }
    assert_eq!(asked(&server).await, 1);
}

#[tokio::test]
async fn a_cached_file_that_the_catalogue_no_longer_lists_so_is_asked_for_again() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, ASSET_PATH, "a: 1").await;
    let source = online(&server.uri(), folder.path());
    source.fetch(&asset(), None).await.unwrap().unwrap();
    server.reset().await;
    serve(&server, ASSET_PATH, "a: 10").await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(5, None))).await;
    assert_eq!(content(fetched.unwrap()), b"a: 10");
}

#[tokio::test]
async fn what_can_change_is_asked_about_with_its_etag() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, GUIDE_PATH, "# Guide").await;
    let first = online(&server.uri(), folder.path()).fetch(&guide(), None).await.unwrap();
    server.reset().await;
    get(GUIDE_PATH)
        .and(header("If-None-Match", "\"1\""))
        .respond_with(answer(304, ""))
        .expect(1)
        .mount(&server)
        .await;
    let source = online(&server.uri(), folder.path());
    assert_eq!(source.fetch(&guide(), None).await.unwrap(), first);
    assert_eq!(source.fetch(&guide(), None).await.unwrap(), first);
}

#[tokio::test]
async fn a_changed_answer_replaces_what_was_known() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, GUIDE_PATH, "# Guide").await;
    let source = online(&server.uri(), folder.path());
    source.fetch(&guide(), None).await.unwrap().unwrap();
    server.reset().await;
    serve(&server, GUIDE_PATH, "# Better guide").await;
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&guide(), None).await.unwrap();
    assert_eq!(content(fetched), b"# Better guide");
}

#[tokio::test]
async fn what_was_missing_is_asked_for_again_when_there_is_a_network() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    for resource in [asset(), guide()] {
        let source = online(&server.uri(), folder.path());
        let fetched = source.fetch(&resource, None).await.unwrap();
        assert_eq!(problem(fetched), "missing");
    }
    serve(&server, ASSET_PATH, "a: 1").await;
    serve(&server, GUIDE_PATH, "# Guide").await;
    for resource in [asset(), guide()] {
        let source = online(&server.uri(), folder.path());
        source.fetch(&resource, None).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn offline_gives_what_the_last_run_got_without_a_request() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, ASSET_PATH, "a: 1").await;
    serve(&server, RELEASES_PATH, r#"[{"tag_name": "1.0.0"}]"#).await;
    serve(&server, NOTES_PATH, "[]").await;
    get("/kyma-prow-artifacts/1.0.0/page.yaml")
        .respond_with(answer(200, "<html>"))
        .mount(&server)
        .await;
    let page = Resource::Bucket { tag: "1.0.0".to_owned(), name: "page.yaml".to_owned() };
    let before = everything(&online(&server.uri(), folder.path()), &page).await;
    let requests = asked(&server).await;
    let after = everything(&offline(&server.uri(), folder.path()), &page).await;
    assert_eq!(before, after);
    assert_eq!(asked(&server).await, requests);
}

async fn everything(source: &Source, page: &Resource) -> String {
    let files = [
        source.fetch(&asset(), None).await.unwrap(),
        source.fetch(&guide(), None).await.unwrap(),
        source.fetch(page, None).await.unwrap(),
    ];
    let releases = source.releases().await.unwrap();
    let guides = source.guides(MINOR).await.unwrap();
    let notes = source.notes().await.unwrap();
    format!("{files:?} {releases:?} {guides:?} {notes:?}")
}

#[tokio::test]
async fn offline_says_which_file_of_which_release_is_not_cached() {
    let folder = tempfile::tempdir().unwrap();
    let source = offline("http://127.0.0.1:1", folder.path());
    let error = source.fetch(&asset(), None).await.unwrap_err();
    let text = format!(
        "cannot use kyma-installer.yaml of release 1.0.0 offline: it is not in the cache {} \
         (it comes from http://127.0.0.1:1{ASSET_PATH})",
        folder.path().display()
    );
    assert_eq!(error.to_string(), text);
    assert!(error.hint().contains("mirror"));
    assert!(fs_err::read_dir(folder.path()).unwrap().next().is_none());
}

#[tokio::test]
async fn a_poisoned_blob_is_downloaded_again() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, ASSET_PATH, "a: 1").await;
    let source = online(&server.uri(), folder.path());
    source.fetch(&asset(), None).await.unwrap().unwrap();
    for blob in all_files(&folder.path().join("blobs")) {
        files::write_atomically(&blob, b"a: 2").unwrap();
    }
    let source = online(&server.uri(), folder.path());
    let fetched = source.fetch(&asset(), Some(&listed(4, None))).await;
    assert_eq!(content(fetched.unwrap()), b"a: 1");
    assert_eq!(asked(&server).await, 2);
}

#[tokio::test]
async fn two_runs_may_fill_one_cache_at_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, ASSET_PATH, "a: 1").await;
    let sources = [(); 6].map(|()| online(&server.uri(), folder.path()));
    let asset = asset();
    let fetches = sources.iter().map(|it| it.fetch(&asset, None));
    for fetched in futures::future::join_all(fetches).await {
        assert_eq!(content(fetched.unwrap()), b"a: 1");
    }
    assert_eq!(all_files(folder.path()).len(), 2);
}

#[tokio::test]
async fn an_abandoned_download_leaves_no_file() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let late = answer(200, "a: 1").set_delay(std::time::Duration::from_mins(1));
    get(ASSET_PATH).respond_with(late).mount(&server).await;
    let (source, asset) = (online(&server.uri(), folder.path()), asset());
    let soon = std::time::Duration::from_millis(50);
    let fetch = tokio::time::timeout(soon, source.fetch(&asset, None));
    assert!(fetch.await.is_err());
    assert!(all_files(folder.path()).is_empty());
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_an_error_before_anything_is_asked() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    let file = folder.path().join("file");
    files::write_atomically(&file, b"").unwrap();
    let error = Source::github(Options {
        cache: Some(file.join("cache")),
        ..options(&server.uri(), folder.path())
    });
    let error = error.unwrap_err();
    assert!(matches!(error, Error::CacheFolder { .. }));
    let start = format!("cannot use the download cache {}", file.join("cache").display());
    assert!(error.to_string().starts_with(&start), "{error}");
    assert_eq!(asked(&server).await, 0);
}

#[tokio::test]
async fn no_token_is_in_any_file_of_the_cache() {
    let (folder, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server, RELEASES_PATH, "[]").await;
    let source = Source::github(Options {
        token: Some("secret-token".to_owned()),
        ..options(&server.uri(), folder.path())
    });
    source.unwrap().releases().await.unwrap();
    let files = all_files(folder.path());
    assert_eq!(files.len(), 2);
    for file in files {
        let text = fs_err::read_to_string(&file).unwrap();
        assert!(!text.contains("secret"), "{}", file.display());
    }
}
