//! The pages of the documentation, run: every command that a page shows prints what the page says.
//!
//! A page is its own snapshot. `UPDATE_DOCS=1 cargo test --test program tour` writes what the commands
//! print now; what stands between two markers keeps its place and its length. What a command ends with
//! is never rewritten: it is 0, or what the page says after `echo $?`.
//!
//! # Decisions
//! * A block ```` ```console ```` shows commands (`$ …`) with what they print. In a block ```` ```sh ````
//!   the commands that use the built-in example are run, too, and have to succeed.
//! * The commands of a page run in order, in one folder that holds a copy of the example, in a shell.
//! * A line `[…]` stands for any lines. Times and digests are those of the run that wrote the page, and
//!   are not compared.
//! * Of standard error only warnings, errors and hints are shown: progress is no part of what is said.

use std::path::{Path, PathBuf};

mod block;
mod compare;
mod shell;

use block::{Shown, commands};
use shell::Shell;

/// A page, by its path below the project.
struct Page {
    path: PathBuf,
    lines: Vec<String>,
}

impl Page {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = fs_err::read_to_string(&path).unwrap();
        Self { path, lines: text.lines().map(ToOwned::to_owned).collect() }
    }

    /// Runs all commands and says which do not do what the page says.
    fn run(&mut self) -> Vec<String> {
        let shell = Shell::new();
        let mut wrong = Vec::new();
        let mut fresh = Vec::new();
        for shown in commands(&self.lines) {
            let ran = shell.run(&shown.command);
            if ran.exit != shown.exit {
                let (command, exit, expected) = (&shown.command, ran.exit, shown.exit);
                let lines = ran.lines.join("\n");
                wrong.push(format!("{command}\nends with {exit}, not with {expected}:\n{lines}"));
            }
            if let Some(lines) = self.differs(&shown, &ran.lines) {
                wrong.push(format!("{}\nprints:\n{}", shown.command, ran.lines.join("\n")));
                fresh.push((shown, lines));
            }
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            self.write(fresh);
            wrong.retain(|it| it.contains("\nends with "));
        }
        wrong
    }

    /// What the page should show in place of what it shows, if that is something else.
    fn differs(&self, shown: &Shown, printed: &[String]) -> Option<Vec<String>> {
        let lines = &self.lines[shown.output.clone()?];
        let same = compare::shows(lines, printed);
        (!same).then(|| compare::refreshed(lines, printed))
    }

    fn write(&mut self, fresh: Vec<(Shown, Vec<String>)>) {
        for (shown, lines) in fresh.into_iter().rev() {
            self.lines.splice(shown.output.unwrap_or_default(), lines);
        }
        fs_err::write(&self.path, format!("{}\n", self.lines.join("\n"))).unwrap();
    }
}

fn do_what_they_show(names: &[String]) {
    let all = names.iter().flat_map(|name| {
        let wrong = Page::read(name).run();
        wrong.into_iter().map(move |it| format!("{name}: {it}"))
    });
    let wrong: Vec<_> = all.collect();
    assert!(
        wrong.is_empty(),
        "a page shows something else; if that is how it should be, run `UPDATE_DOCS=1 cargo test \
         --test program tour` and look at the changes:\n\n{}",
        wrong.join("\n\n")
    );
}

#[test]
fn the_readme_shows_what_the_program_does() {
    do_what_they_show(&["README.md".to_owned()]);
}

#[test]
fn the_tour_shows_what_the_program_does() {
    do_what_they_show(&["docs/tour.md".to_owned()]);
}

#[test]
fn the_other_pages_show_what_the_program_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let entries = fs_err::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let pages = entries.filter(|it| it.extension().is_some_and(|it| it == "md"));
    let names = pages.map(|it| format!("docs/{}", it.file_name().unwrap().to_str().unwrap()));
    do_what_they_show(&names.filter(|it| it != "docs/tour.md").collect::<Vec<_>>());
}
