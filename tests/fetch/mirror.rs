//! Mirrors: the same answers as their origin, and none when they were changed.

use std::collections::BTreeMap;
use std::path::Path;

use kyma_upgrade::fetch::mirror::{Contents, check, write};
use kyma_upgrade::fetch::{Error, Source};
use kyma_upgrade::files;
use kyma_upgrade::release::{Minor, Resource};
use wiremock::MockServer;

use crate::support::*;

const MINOR: Minor = Minor { major: 1, minor: 2 };

fn resources() -> Vec<Resource> {
    let bucket = |name: &str| Resource::Bucket { tag: "1.0.0".to_owned(), name: name.to_owned() };
    let dir = "2019-06-13-release-notes-1.2".to_owned();
    vec![
        asset(),
        bucket("absent.yaml"),
        bucket("page.yaml"),
        Resource::guide(MINOR, "1.1-1.2.md"),
        Resource::Archive { tag: "1.0.0".to_owned() },
        Resource::Notes { dir },
    ]
}

async fn serve(server: &MockServer) {
    let bodies = [
        (ASSET_PATH, "a: 1"),
        ("/kyma-prow-artifacts/1.0.0/page.yaml", "<html>"),
        ("/kyma-project/kyma/release-1.2/docs/migration-guides/1.1-1.2.md", "# Guide"),
        (
            "/kyma-project/website/main/content/blog-posts/2019-06-13-release-notes-1.2/index.md",
            "# Notes",
        ),
        ("/kyma-project/kyma/archive/refs/tags/1.0.0.tar.gz", "\u{1f}"),
        (RELEASES_PATH, r#"[{"tag_name": "1.0.0"}]"#),
        (GUIDES_PATH, r#"[{"name": "1.1-1.2.md", "type": "file"}]"#),
        (NOTES_PATH, r#"[{"name": "2019-06-13-release-notes-1.2", "type": "dir"}]"#),
    ];
    for (path, body) in bodies {
        get(path).respond_with(answer(200, body)).mount(server).await;
    }
}

/// Everything that a source says to these questions.
async fn contents(source: &Source, resources: &[Resource]) -> Contents {
    let mut files = vec![];
    for resource in resources {
        files.push(source.fetch(resource, None).await.unwrap());
    }
    Contents {
        origins: source.origins().clone(),
        releases: source.releases().await.unwrap(),
        guides: BTreeMap::from([(MINOR, source.guides(MINOR).await.unwrap())]),
        notes: source.notes().await.unwrap(),
        files,
    }
}

/// A mirror of everything, in a new folder.
async fn mirrored() -> (tempfile::TempDir, Contents) {
    let (cache, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server).await;
    let source = online(&server.uri(), cache.path());
    let contents = contents(&source, &resources()).await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &contents).unwrap();
    (folder, contents)
}

fn damage(folder: &Path) -> String {
    let source = Source::mirror(folder).unwrap();
    let fetched = futures::executor::block_on(source.fetch(&asset(), None));
    let error = fetched.unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(error.hint().contains("again"));
    let prefix = format!("cannot trust the mirror: its file {}/", folder.display());
    error.to_string().replace(&prefix, "")
}

#[tokio::test]
async fn a_mirror_answers_as_its_origin_did() {
    let (folder, original) = mirrored().await;
    let source = Source::mirror(folder.path()).unwrap();
    let copy = contents(&source, &resources()).await;
    assert_eq!(format!("{copy:?}"), format!("{original:?}"));
    assert_eq!(copy.files.iter().flatten().count(), 4);
}

#[tokio::test]
async fn a_mirror_of_a_mirror_has_the_same_bytes() {
    let (folder, _) = mirrored().await;
    let source = Source::mirror(folder.path()).unwrap();
    let second = tempfile::tempdir().unwrap();
    write(second.path(), &contents(&source, &resources()).await).unwrap();
    let list = |folder: &Path| fs_err::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(list(folder.path()), list(second.path()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_digest_list_is_one_for_sha256sum() {
    let (folder, _) = mirrored().await;
    let status = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "--quiet", "SHA256SUMS"])
        .current_dir(folder.path())
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn a_mirror_can_be_extended_and_keeps_what_it_held() {
    let (cache, server) = (tempfile::tempdir().unwrap(), MockServer::start().await);
    serve(&server).await;
    let source = online(&server.uri(), cache.path());
    let (folder, all) = (tempfile::tempdir().unwrap(), resources());
    let first = write(folder.path(), &contents(&source, &all[..2]).await).unwrap();
    let second = write(folder.path(), &contents(&source, &all[2..]).await).unwrap();
    assert_eq!((first.files, second.files), (6, 9));
    let copy = contents(&Source::mirror(folder.path()).unwrap(), &all).await;
    let original = contents(&source, &all).await;
    assert_eq!(format!("{copy:?}"), format!("{original:?}"));
}

#[tokio::test]
async fn what_appears_or_vanishes_at_the_origin_does_so_in_an_extended_mirror() {
    let (folder, mut contents) = mirrored().await;
    let missing = contents.files[1].clone();
    let found = contents.files[0].clone().unwrap();
    let resource = missing.as_ref().unwrap_err().resource.clone();
    contents.files =
        vec![Ok(kyma_upgrade::release::Artifact { resource: resource.clone(), ..found })];
    write(folder.path(), &contents).unwrap();
    let source = Source::mirror(folder.path()).unwrap();
    assert_eq!(content(source.fetch(&resource, None).await.unwrap()), b"a: 1");
    contents.files = vec![missing];
    write(folder.path(), &contents).unwrap();
    let source = Source::mirror(folder.path()).unwrap();
    assert_eq!(problem(source.fetch(&resource, None).await.unwrap()), "missing");
}

#[tokio::test]
async fn what_the_mirror_was_not_written_for_is_an_error_and_not_a_missing_file() {
    let (folder, _) = mirrored().await;
    let source = Source::mirror(folder.path()).unwrap();
    let tag = "1.5.0".to_owned();
    let name = "kyma-installer.yaml".to_owned();
    let error = source.fetch(&Resource::Asset { tag, name }, None).await;
    let text = format!(
        "cannot read kyma-installer.yaml of release 1.5.0: the mirror {} does not hold it",
        folder.path().display()
    );
    assert_eq!(error.unwrap_err().to_string(), text);
    let other = Minor { major: 1, minor: 5 };
    let error = source.guides(other).await.unwrap_err();
    assert!(matches!(error, Error::NotMirrored { .. }));
}

#[tokio::test]
async fn a_changed_removed_or_added_file_is_an_error_that_names_it() {
    let (folder, _) = mirrored().await;
    let path = "download/1.0.0/kyma-installer.yaml";
    let file = folder.path().join(path);
    files::write_atomically(&file, b"a: 2").unwrap();
    let text = format!("{path} does not have the digest of the list SHA256SUMS");
    assert_eq!(damage(folder.path()), text);
    fs_err::remove_file(&file).unwrap();
    let text = format!("{path} is in the list SHA256SUMS but not there");
    assert_eq!(damage(folder.path()), text);
    files::write_atomically(&file, b"a: 1").unwrap();
    let list = folder.path().join("SHA256SUMS");
    let sums = fs_err::read_to_string(&list).unwrap();
    let others = sums.lines().filter(|it| !it.ends_with(path));
    let others: String = others.map(|it| it.to_owned() + "\n").collect();
    files::write_atomically(&list, others.as_bytes()).unwrap();
    let text = format!("{path} is not in the list SHA256SUMS");
    assert_eq!(damage(folder.path()), text);
}

#[tokio::test]
async fn a_mirror_that_was_interrupted_is_none_until_it_is_written_again() {
    let (folder, contents) = mirrored().await;
    fs_err::remove_file(folder.path().join("SHA256SUMS")).unwrap();
    let error = Source::mirror(folder.path()).unwrap_err();
    let text = format!(
        "cannot read releases from `{}`, which is no mirror: it has no SHA256SUMS",
        folder.path().display()
    );
    assert_eq!(error.to_string(), text);
    write(folder.path(), &contents).unwrap();
    assert!(Source::mirror(folder.path()).is_ok());
}

#[tokio::test]
async fn a_name_that_could_leave_the_directory_is_refused_and_nothing_is_written() {
    let (_folder, contents) = mirrored().await;
    let artifact = contents.files[0].clone().unwrap();
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("mirror");
    for name in ["../../escaped", "/escaped", "a\0b", "a\\b", ".."] {
        let mut contents = contents.clone();
        let resource = Resource::Asset { tag: "1.0.0".to_owned(), name: name.to_owned() };
        contents.files.push(Ok(kyma_upgrade::release::Artifact { resource, ..artifact.clone() }));
        let error = write(&folder, &contents).unwrap_err();
        assert!(matches!(error, Error::Name { .. }), "{name}");
        assert!(fs_err::read_dir(parent.path()).unwrap().next().is_none());
    }
}

#[tokio::test]
async fn a_directory_with_other_files_is_left_alone() {
    let (_folder, contents) = mirrored().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("releases.json");
    files::write_atomically(&file, b"mine").unwrap();
    let error = write(folder.path(), &contents).unwrap_err();
    assert!(matches!(error, Error::NotEmpty { .. }));
    assert_eq!(files::read_limited(&file, 9).unwrap(), b"mine");
}

#[tokio::test]
async fn a_directory_that_has_only_a_digest_list_of_something_else_is_left_alone() {
    let (mirror, contents) = mirrored().await;
    fs_err::remove_file(mirror.path().join("origin.json")).unwrap();
    let error = write(mirror.path(), &contents).unwrap_err();
    assert!(matches!(error, Error::NotEmpty { .. }));
}

#[tokio::test]
async fn a_file_is_no_directory_for_a_mirror() {
    let (folder, contents) = mirrored().await;
    let file = folder.path().join("notes.json");
    for error in [write(&file, &contents).unwrap_err(), check(&file).unwrap_err()] {
        assert!(matches!(error, Error::NotADirectory { .. }), "{error}");
    }
    let error = check(&file.join("below")).unwrap_err();
    assert!(matches!(error, Error::MirrorFile { .. }), "{error}");
}

#[tokio::test]
async fn a_directory_that_can_be_written_passes_the_check_and_is_not_made() {
    let (mirror, _) = mirrored().await;
    check(mirror.path()).unwrap();
    let folder = mirror.path().join("new/folder");
    check(&folder).unwrap();
    assert!(!mirror.path().join("new").exists());
}

#[tokio::test]
async fn a_mirror_with_damaged_records_is_repaired_by_writing_it_again() {
    for record in ["SHA256SUMS", "absent.json", "origin.json", "releases.json"] {
        let (folder, contents) = mirrored().await;
        files::write_atomically(&folder.path().join(record), b"damaged").unwrap();
        write(folder.path(), &contents).unwrap();
        let source = Source::mirror(folder.path()).unwrap();
        let copy = self::contents(&source, &resources()).await;
        assert_eq!(format!("{copy:?}"), format!("{contents:?}"), "{record}");
    }
}

#[tokio::test]
async fn a_mirror_that_cannot_be_extended_stays_as_it_was() {
    let (folder, mut contents) = mirrored().await;
    // A file stands where the extension needs a folder.
    files::write_atomically(&folder.path().join("download/1.1.0"), b"").unwrap();
    let before = all_texts(folder.path());
    contents.releases.clear();
    contents.files.push(Ok(kyma_upgrade::release::Artifact {
        resource: Resource::Asset {
            tag: "1.1.0".to_owned(),
            name: "kyma-installer.yaml".to_owned(),
        },
        ..contents.files[0].clone().unwrap()
    }));
    let error = write(folder.path(), &contents).unwrap_err();
    assert!(matches!(error, Error::MirrorFile { .. }), "{error}");
    assert!(error.hint().contains("unchanged"));
    assert_eq!(all_texts(folder.path()), before);
}

/// The content of every file below a folder, by its path.
fn all_texts(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(all_texts(&path));
        } else {
            let text = fs_err::read_to_string(&path).unwrap();
            texts.insert(path.display().to_string(), text);
        }
    }
    texts
}

#[test]
fn a_directory_that_does_not_exist_is_no_mirror() {
    let error = Source::mirror(Path::new("/no/such/folder")).unwrap_err();
    let text = "cannot read releases from `/no/such/folder`, which is no mirror: it does not exist";
    assert_eq!(error.to_string(), text);
}

const EMBEDDED: &[(&str, &[u8])] = &[
    (
        "origin.json",
        br#"{"api": "demo:api", "web": "demo:web", "raw": "demo:raw", "bucket": "demo:bucket"}"#,
    ),
    ("releases.json", br#"[{"tag_name": "1.0.0"}]"#),
    ("guides/release-1.2.json", br#"["1.1-1.2.md"]"#),
    ("download/1.0.0/kyma-installer.yaml", b"a: 1"),
];

#[tokio::test]
async fn built_in_files_are_a_complete_source() {
    let source = Source::embedded(EMBEDDED).unwrap();
    let artifact = source.fetch(&asset(), None).await.unwrap().unwrap();
    assert_eq!(artifact.bytes, b"a: 1");
    assert_eq!(artifact.url, format!("demo:web{ASSET_PATH}"));
    assert_eq!(source.releases().await.unwrap().len(), 1);
    assert_eq!(source.guides(MINOR).await.unwrap(), ["1.1-1.2.md"]);
    assert_eq!(source.notes().await.unwrap(), [""; 0]);
    let guide = Resource::guide(MINOR, "1.1-1.2.md");
    assert_eq!(problem(source.fetch(&guide, None).await.unwrap()), "missing");
}

#[tokio::test]
async fn a_mirrored_file_that_its_catalogue_lists_otherwise_is_unusable() {
    let (folder, _) = mirrored().await;
    let source = Source::mirror(folder.path()).unwrap();
    let fetched = source.fetch(&asset(), Some(&listed(5, None))).await;
    let text = "has 4 bytes, but the release lists 5";
    assert_eq!(problem(fetched.unwrap()), text);
}
