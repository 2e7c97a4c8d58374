//! What the pages of the documentation, the image and the workflows say, against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Parser as _;
use kyma_upgrade::cli::Cli;

mod container;
mod release;

/// The folder of the project.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project.
fn text(path: &str) -> String {
    fs_err::read_to_string(root().join(path)).unwrap()
}

/// All pages: their paths and texts.
fn pages() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::from([(PathBuf::from("README.md"), text("README.md"))]);
    for folder in ["docs", "docs/reference"] {
        for entry in fs_err::read_dir(root().join(folder)).into_iter().flatten() {
            let path = entry.unwrap().path().strip_prefix(root()).unwrap().to_owned();
            if path.extension().is_some_and(|it| it == "md") {
                pages.insert(path.clone(), text(path.to_str().unwrap()));
            }
        }
    }
    pages
}

/// The lines of a page that are no code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        is_code ^= fence;
        !is_code && !fence
    })
}

/// The targets of the links of a page, without those into the network.
fn links(page: &str) -> Vec<&str> {
    let starts = prose(page).flat_map(|line| line.split("](").skip(1));
    let targets = starts.filter_map(|it| it.split(')').next());
    targets.filter(|it| !it.starts_with("http")).collect()
}

/// The name by which a link reaches a heading, as GitHub and GitLab make it.
fn anchor(heading: &str) -> String {
    let letters = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = letters.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut wrong = Vec::new();
    for (page, content) in pages() {
        for link in links(&content) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => root().join(&page),
                file => root().join(page.parent().unwrap()).join(file),
            };
            let reached = match fs_err::read(&target) {
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    let headings = prose(&text).filter(|it| it.starts_with('#'));
                    place.is_empty() || headings.into_iter().any(|it| anchor(it) == place)
                }
                Err(_) => target.is_dir(),
            };
            if !reached {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The words of a command of this program in a line of a page; none for other lines.
fn words(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let line = line.split(" # ").next()?.replace("cargo run -- ", "kyma-upgrade ");
    let command = line.split(" | ").find(|it| it.trim_start().starts_with("kyma-upgrade "))?;
    let command = command.split([';', '&', '>']).next()?;
    let whole = !command.contains('…');
    whole.then(|| command.split_whitespace().map(ToOwned::to_owned).collect())
}

#[test]
fn every_command_of_a_page_is_one_that_the_program_takes() {
    let mut seen = 0;
    for (page, content) in pages() {
        let mut language = "";
        for line in content.lines() {
            if let Some(fence) = line.strip_prefix("```") {
                language = fence;
            }
            let is_typed = language == "sh" || language == "console" && line.starts_with("$ ");
            let Some(words) = words(line).filter(|_| is_typed) else { continue };
            seen += 1;
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{}: {line}\n{error}", page.display());
            }
        }
    }
    assert!(40 < seen, "only {seen} commands were found");
}

/// The texts between backticks of a page.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    prose(page).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Everything in the sources that can be a name of a test.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![root().join("src"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let code = fs_err::read_to_string(path).unwrap();
                let starts = code.split("fn ").skip(1);
                names.extend(starts.filter_map(|it| Some(it.split('(').next()?.to_owned())));
            }
        }
    }
    names
}

#[test]
fn every_test_and_path_that_a_page_names_is_there() {
    let functions = functions();
    let is_test = |it: &str| {
        let plain = it.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        plain && 3 < it.split('_').count()
    };
    let tops = ["src/", "tests/", "docs/", "fixtures/", "benches/", ".ci/", ".cargo/", ".docker/"];
    let mut tests = 0;
    for (page, content) in pages() {
        for name in quoted(&content) {
            if is_test(name) {
                tests += 1;
                assert!(functions.contains(name), "{}: no test {name}", page.display());
            }
            let is_path = tops.iter().any(|it| name.starts_with(it)) && !name.contains([' ', '*']);
            let there = !is_path || root().join(name).exists();
            assert!(there, "{}: there is no {name}", page.display());
        }
    }
    assert!(50 < tests, "only {tests} tests are named");
}

#[test]
fn the_readme_is_short() {
    assert!(text("README.md").lines().count() <= 150);
}
