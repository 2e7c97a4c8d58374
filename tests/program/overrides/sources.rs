//! The same releases from a mirror, over HTTP and from the cache tell the same of overrides.

use std::path::Path;

use super::{below, text};
use crate::server::Server;
use crate::support::{History, overrides, tree};

/// A key that is renamed at one hop and moved to another component at the next.
fn history() -> History {
    let chart = |component: &str, values: &str, key: &str| {
        [
            (format!("{component}/Chart.yaml"), format!("name: {component}\n")),
            (format!("{component}/values.yaml"), values.to_owned()),
            (
                format!("{component}/templates/a.yaml"),
                format!("kind: A\na: {{{{ .Values.{key} }}}}\n"),
            ),
        ]
    };
    let releases = [
        ("1.4.0", chart("core", "size: 7Gi\n", "size")),
        ("1.5.0", chart("core", "volumeSize: 7Gi\n", "volumeSize")),
        ("1.6.0", chart("core", "volumeSize: 8Gi\n", "volumeSize")),
    ];
    let mut history = History::default();
    for (tag, files) in &releases {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        history.plain(tag).charts(tag, &files);
    }
    history
}

/// The report of a run with this cache and these arguments, and the files that it wrote.
struct Runs {
    folder: tempfile::TempDir,
    base: String,
    number: usize,
}

impl Runs {
    fn next(&mut self, more: &[&str]) -> (String, Vec<(String, Vec<u8>)>) {
        self.number += 1;
        let (out, mine) = (
            below(&self.folder, &format!("out-{}", self.number)),
            below(&self.folder, "mine.yaml"),
        );
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
        command.env_clear().env("HOME", self.folder.path());
        for name in ["GITHUB_API", "GITHUB", "GITHUB_RAW", "BUCKET"] {
            command.env(format!("KYMA_UPGRADE_{name}_URL"), &self.base);
        }
        command.args(["overrides", "--from", "1.4", "--to", "1.6", "-o", "json", "-f", &mine]);
        let output = command.args(["--migrate", &out]).args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", text(output.stderr));
        (text(output.stdout), tree(Path::new(&out)).into_iter().collect())
    }
}

#[test]
fn a_mirror_the_network_and_the_cache_tell_the_same() {
    let server = Server::start(history(), |_| None);
    let mut runs = Runs { folder: tempfile::tempdir().unwrap(), base: server.base(), number: 0 };
    let folder = runs.folder.path().to_owned();
    let mine = overrides("mine", Some("core"), "size: 9Gi");
    fs_err::write(folder.join("mine.yaml"), mine).unwrap();
    history().write(&folder.join("mirror"));
    let mirror = below(&runs.folder, "mirror");
    let mirrored = runs.next(&["--source", &mirror]);
    assert!(mirrored.0.contains("volumeSize") && mirrored.1.len() == 5, "{mirrored:?}");
    assert_eq!(server.asked(), [""; 0]);
    let cold = runs.next(&[]);
    assert!(server.asked().iter().any(|it| it.contains("1.5.0.tar.gz")));
    assert_eq!(cold, mirrored);
    assert_eq!(runs.next(&["--offline"]), mirrored, "from the cache");
    assert_eq!(server.asked(), [""; 0]);
    assert_eq!(runs.next(&["--source", &mirror]), mirrored, "with a warm cache");
}

#[test]
fn a_kept_index_that_was_damaged_is_built_again() {
    let folder = tempfile::tempdir().unwrap();
    history().write(&folder.path().join("mirror"));
    let mirror = below(&folder, "mirror");
    let mut runs = Runs { folder, base: "http://127.0.0.1:1".to_owned(), number: 0 };
    let mine = overrides("mine", Some("core"), "size: 9Gi");
    fs_err::write(runs.folder.path().join("mine.yaml"), mine).unwrap();
    let before = runs.next(&["--source", &mirror]);
    let cache = runs.folder.path().join(".cache");
    let kept = tree(&cache);
    assert!(kept.len() >= 3, "{:?}", kept.keys());
    for (path, bytes) in &kept {
        fs_err::write(cache.join(path), &bytes[..bytes.len() / 2]).unwrap();
    }
    assert_eq!(runs.next(&["--source", &mirror]), before);
    assert_eq!(tree(&cache), kept);
}
