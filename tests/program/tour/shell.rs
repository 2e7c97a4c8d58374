//! A shell in a folder with the example, as a reader has it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a command printed and ended with.
pub(super) struct Ran {
    pub(super) lines: Vec<String>,
    pub(super) exit: i32,
}

/// A folder with a copy of the example, a home, and the program on the path.
pub(super) struct Shell {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Shell {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
        copy(&example, &folder.path().join("fixtures/demo"));
        Self { folder, home: tempfile::tempdir().unwrap() }
    }

    /// Runs a command line.
    pub(super) fn run(&self, line: &str) -> Ran {
        let line = line.replace("cargo run -- ", "kyma-upgrade ");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.home.path()).env("PATH", path());
        let output = command.output().unwrap();
        Ran { lines: said(&output), exit: output.status.code().unwrap_or(-1) }
    }
}

/// The folder of the program before those of the system.
fn path() -> std::ffi::OsString {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_kyma-upgrade"));
    let own = program.parent().unwrap().to_owned();
    let system = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&system))).unwrap()
}

/// What stands on the screen: warnings, what was asked for, and how it failed.
fn said(output: &Output) -> Vec<String> {
    let printed = String::from_utf8_lossy(&output.stdout);
    let beside = String::from_utf8_lossy(&output.stderr);
    let of = |starts: &[&str]| -> Vec<&str> {
        beside.lines().filter(|line| starts.iter().any(|it| line.starts_with(it))).collect()
    };
    let (warnings, failure) = (of(&["warning: "]), of(&["error: ", "hint: "]));
    let all = warnings.into_iter().chain(printed.lines()).chain(failure);
    all.map(|it| it.trim_end().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).unwrap();
        }
    }
}
