//! `man`: the manual pages.
//!
//! # Decisions
//! * One page for the program and one for each command. They are made of the same texts as `--help`;
//!   what holds for all commands (exit codes, variables, files) is on every page.

use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::output;
use crate::cli::{Cli, ManArgs};
use crate::error::{Error, Exit};
use crate::files;
use crate::finding::nearest;
use crate::program::NAME;

/// The variables that count, and what they do.
const VARIABLES: &[(&str, &str)] = &[
    (
        "GITHUB_TOKEN",
        "A token for GitHub's REST API, which raises its rate limit. It is sent to the host of the API only and stored nowhere.",
    ),
    ("KUBECONFIG", "The kubeconfig, where --kubeconfig names none."),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "The proxy for downloads."),
    ("KYMA_UPGRADE_CACHE_DIR", "The folder of the download cache, as --cache-dir."),
    ("KYMA_UPGRADE_POLICY", "The policy file, as --policy."),
    ("KYMA_UPGRADE_PROGRESS", "How progress is shown, as --progress."),
    (
        "KYMA_UPGRADE_GITHUB_API_URL, KYMA_UPGRADE_GITHUB_URL, KYMA_UPGRADE_GITHUB_RAW_URL, KYMA_UPGRADE_BUCKET_URL",
        "Base URLs of the origins of releases, as the options --github-api-url, --github-url, --github-raw-url and --bucket-url.",
    ),
    ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", "Whether colour is used, where --color is auto."),
    ("COLUMNS", "The width of the text report, where --width is not given."),
];

/// The files that are read or written without being named.
const FILES: &[(&str, &str)] = &[
    (
        "~/.cache/kyma-upgrade",
        "The download cache on Linux; other platforms have their own folder. It may be deleted at any time.",
    ),
    ("kyma-upgrade.yaml", "The policy file of the current folder, where --policy names none."),
    ("~/.kube/config", "The kubeconfig, where neither --kubeconfig nor KUBECONFIG names one."),
    ("PLAN.approvals", "The approvals of a saved plan."),
    ("PLAN.journal", "What apply did with a saved plan."),
    ("PLAN.artifacts", "A folder with the artifacts of a saved plan that hold secret values."),
];

pub(super) fn run(args: &ManArgs) -> Result<Exit, Error> {
    let mut program = Cli::command();
    program.build();
    if let Some(folder) = &args.dir {
        return write_all(&program, folder);
    }
    let command = match &args.command {
        None => &program,
        Some(name) if name == NAME => &program,
        Some(name) => of_name(&program, name)?,
    };
    output::print(&page(&program, command)?)?;
    Ok(Exit::Done)
}

/// The commands that have a page.
fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|it| it.get_name() != "help")
}

fn of_name<'a>(program: &'a Command, name: &str) -> Result<&'a Command, Error> {
    let found = commands(program).find(|it| it.get_name() == name);
    found.ok_or_else(|| {
        let near = nearest(name, commands(program).map(Command::get_name));
        let near = near.map(|it| format!("did you mean `{NAME} man {it}`? ")).unwrap_or_default();
        let hint = format!("{near}`{NAME} --help` lists the commands");
        Error::usage(format!("there is no command `{name}`")).hint(hint)
    })
}

fn write_all(program: &Command, folder: &Path) -> Result<Exit, Error> {
    files::make_folder(folder)?;
    let pages = [program].into_iter().chain(commands(program));
    let mut written = 0;
    for command in pages {
        let page = page(program, command)?;
        files::write_atomically(&folder.join(file_name(command)), page.as_bytes())?;
        written += 1;
    }
    output::say(&format!("wrote {written} pages to {}", folder.display()));
    Ok(Exit::Done)
}

/// `kyma-upgrade-plan`, as the page of a command is called.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn file_name(command: &Command) -> String {
    format!("{}.1", title(command))
}

fn page(program: &Command, command: &Command) -> Result<String, Error> {
    let mut page = Vec::new();
    let rendered = render(&mut page, program, command);
    rendered.map_err(|error| {
        let text = format!("cannot render the manual page: {error}");
        Error::failed(text).hint("this is a fault of the program; please report it")
    })?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn render(page: &mut Vec<u8>, program: &Command, command: &Command) -> io::Result<()> {
    let is_program = command.get_name() == NAME;
    let version = concat!("kyma-upgrade ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version).section("1");
    man.render_title(page)?;
    man.render_name_section(page)?;
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    verbatim(page, "SYNOPSIS", usage.lines().map(str::trim))?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if is_program {
        pages_of_commands(page, program)?;
    }
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    below_the_options(page, &text)?;
    let exits = Exit::ALL.map(|it| ((it as u8).to_string(), it.meaning()));
    let exits = exits.iter().map(|(code, meaning)| (code.as_str(), *meaning));
    definitions(page, "EXIT STATUS", exits)?;
    definitions(page, "ENVIRONMENT", VARIABLES.iter().copied())?;
    definitions(page, "FILES", FILES.iter().copied())?;
    see_also(page, program, command)
}

fn pages_of_commands(page: &mut Vec<u8>, program: &Command) -> io::Result<()> {
    let about = |it: &Command| it.get_about().map(ToString::to_string).unwrap_or_default();
    let list: Vec<_> =
        commands(program).map(|it| (format!("{}(1)", title(it)), about(it))).collect();
    let list = list.iter().map(|(name, about)| (name.as_str(), about.as_str()));
    definitions(page, "COMMANDS", list)
}

/// What stands below the options in the help: examples, and notes before them. The exit codes have a
/// section of their own.
fn below_the_options(page: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let is_list = |it: &&str| it.lines().nth(1).is_some_and(|it| it.starts_with("  "));
    let (lists, notes): (Vec<_>, Vec<_>) = text.split("\n\n").partition(is_list);
    let notes: Vec<_> = notes.into_iter().filter(|it| !it.is_empty()).collect();
    if !notes.is_empty() {
        writeln!(page, ".SH NOTES")?;
        for note in notes {
            writeln!(page, ".PP\n{}", escaped(&note.replace('\n', " ")))?;
        }
    }
    let lists = lists.into_iter().filter(|it| !it.starts_with("Exit codes:"));
    let examples: Vec<_> = lists.flat_map(|it| it.lines().skip(1)).collect();
    if examples.is_empty() {
        return Ok(());
    }
    verbatim(page, "EXAMPLES", examples.iter().map(|it| it.strip_prefix("  ").unwrap_or(it)))
}

fn see_also(page: &mut Vec<u8>, program: &Command, command: &Command) -> io::Result<()> {
    let pages = [program].into_iter().chain(commands(program));
    let others = pages.map(title).filter(|it| *it != title(command));
    let others: Vec<_> =
        others.chain(["kubectl"]).map(|it| format!(".BR {} (1)", escaped(it))).collect();
    writeln!(page, ".SH \"SEE ALSO\"\n{}", others.join(",\n"))
}

/// A section of lines that stay as they are.
fn verbatim<'a>(
    page: &mut Vec<u8>,
    title: &str,
    lines: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let lines: Vec<_> = lines.map(escaped).collect();
    writeln!(page, ".SH {title}\n.nf\n{}\n.fi", lines.join("\n"))
}

/// A section of names and what they mean.
fn definitions<'a>(
    page: &mut Vec<u8>,
    title: &str,
    list: impl Iterator<Item = (&'a str, &'a str)>,
) -> io::Result<()> {
    writeln!(page, ".SH \"{title}\"")?;
    list.into_iter().try_for_each(|(name, meaning)| {
        writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(meaning))
    })
}

/// A line of text in the language of manual pages.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_language_of_manual_pages_would_read_is_escaped() {
        assert_eq!(escaped(".x"), "\\&.x");
        assert_eq!(escaped("'x"), "\\&'x");
        assert_eq!(escaped("a\\b --c"), "a\\eb \\-\\-c");
    }

    #[test]
    fn notes_and_examples_of_the_help_have_their_sections() {
        let mut page = Vec::new();
        let help =
            "A note\nof two lines.\n\nExamples:\n  a\n    b\n\nExit codes:\n  0  done\n\nEnd.";
        below_the_options(&mut page, help).unwrap();
        let expected =
            ".SH NOTES\n.PP\nA note of two lines.\n.PP\nEnd.\n.SH EXAMPLES\n.nf\na\n  b\n.fi\n";
        assert_eq!(String::from_utf8(page).unwrap(), expected);
    }
}
