//! What the program says where it cannot do what was asked: what was being done, to what, why it
//! failed and what to do next, with the exit code that scripts rely on, and nothing half-written.

use std::path::Path;
use std::process::{Command, Output};

use crate::hints;
use crate::server::Server;
use crate::support::{History, overrides, snapshot};

mod artifacts;
mod files;
mod interrupts;
mod network;
mod overrides;
mod refusals;
mod sources;
mod usage;

/// The file of a release that plans for clusters need.
const INSTALLER: &str = "kyma-installer-cluster.yaml";

/// A token that must not be in any output or file.
const TOKEN: &str = "ghp_a-token-that-nobody-may-see";

/// A folder of its own in which a command runs.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders that it is in.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
        self
    }

    /// Writes a mirror.
    fn mirror(&self, name: &str, history: &History) -> &Self {
        history.write(&self.path().join(name));
        self
    }

    /// The program with the words of a command line, in this folder and an empty environment.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyma-upgrade"));
        let cache = self.path().join("cache");
        command.args(line.split_whitespace()).current_dir(self.path()).env_clear();
        command.env("HOME", self.path()).env("KYMA_UPGRADE_CACHE_DIR", cache);
        // Whether a run is slow is a matter of the machine.
        command.env("KYMA_UPGRADE_PROGRESS", "none");
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// The program, asking this server for everything.
    fn command_at(&self, base: &str, line: &str) -> Command {
        let mut command = self.command(line);
        for name in ["GITHUB_API", "GITHUB", "GITHUB_RAW", "BUCKET"] {
            command.env(format!("KYMA_UPGRADE_{name}_URL"), base);
        }
        command
    }

    fn run_at(&self, server: &Server, line: &str) -> Output {
        self.command_at(&server.base(), line).output().unwrap()
    }

    /// The paths of all files below this folder, sorted.
    fn files(&self) -> Vec<String> {
        let mut files = vec![];
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.path()).unwrap();
                    files.push(name.to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }
}

/// Releases of two minors that can be upgraded.
fn history() -> History {
    let mut history = History::default();
    history.plain("1.4.0").plain("1.5.0");
    history
}

/// Releases with all files that a mirror holds.
fn complete(tags: &[&str]) -> History {
    let mut history = History::default();
    for tag in tags {
        let config = overrides("core-overrides", Some("core"), "a.b: c");
        history.complete(tag, &config);
    }
    history
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Checks that a command failed with an exit code, without a word on standard output, and compares
/// what it said with the snapshot `errors__NAME`.
fn failed(name: &str, exit: i32, line: &str, output: &Output) {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{line}: {stderr}");
    assert_eq!(stdout, "", "{line}");
    for word in ["panicked", TOKEN] {
        assert!(!stderr.contains(word), "{line}: {stderr}");
    }
    hints::has_hint(line, &stderr);
    let mut settings = insta::Settings::clone_current();
    for (pattern, replacement) in [
        (r"http://127\.0\.0\.1:\d+", "[SERVER]"),
        (r"\d+ attempts?\)", "[N] attempts)"),
        (r"/\S*/\.tmp\w+", "[FOLDER]"),
    ] {
        settings.add_filter(pattern, replacement);
    }
    let said = format!("$ kyma-upgrade {line}\n{stderr}exit code {exit}\n");
    settings.bind(|| snapshot(&format!("errors__{name}"), &said));
}

/// Checks a command that fails in an empty folder.
fn fails(name: &str, exit: i32, line: &str) {
    let place = Place::new();
    failed(name, exit, line, &place.run(line));
    assert_eq!(place.files(), [""; 0], "{line}");
}
