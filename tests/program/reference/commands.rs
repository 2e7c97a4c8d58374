//! The page of commands, made of the command line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Arg, Command};

/// The options below one heading of the help, as rows of a table.
type Group = (String, Vec<String>);

/// The page. `program` has been built.
pub(super) fn page(program: &Command) -> String {
    let told = |it: &&Command| it.get_name() != "help" && !it.is_hide_set();
    let commands: Vec<&Command> = program.get_subcommands().filter(told).collect();
    let shared = shared(&commands);
    let list = commands.iter().map(|it| {
        let name = it.get_name();
        format!("| [`{name}`](#{name}) | {} |\n", about(it))
    });
    let sections: Vec<_> = commands.iter().map(|it| section(it, &shared)).collect();
    let options: Vec<_> =
        shared.iter().map(|it| format!("### {}\n\n{}", it.0, table(&it.1))).collect();
    format!(
        "# Commands\n\nMade of the program's own help; `kyma-upgrade COMMAND --help` prints the same.\n\n\
         | command | does |\n|---|---|\n{}\n{}\n## Options of several commands\n\n{}",
        list.collect::<String>(),
        sections.join("\n"),
        options.join("\n")
    )
}

/// The groups that several commands have with the same options, one for each heading.
fn shared(commands: &[&Command]) -> Vec<Group> {
    let mut counted: BTreeMap<Group, usize> = BTreeMap::new();
    for group in commands.iter().flat_map(|it| groups(it)).filter(|it| !it.0.is_empty()) {
        *counted.entry(group).or_default() += 1;
    }
    let mut best: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for ((heading, rows), count) in counted.into_iter().filter(|it| 1 < it.1) {
        if best.get(&heading).is_none_or(|it| it.0 < count) {
            best.insert(heading, (count, rows));
        }
    }
    best.into_iter().map(|(heading, (_, rows))| (heading, rows)).collect()
}

fn section(command: &Command, shared: &[Group]) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let (name, about) = (command.get_name(), about(command));
    let mut text = format!("## {name}\n\n{about}.\n\n```text\n{usage}\n```\n");
    let mut elsewhere = Vec::new();
    for (heading, rows) in groups(command) {
        if shared.contains(&(heading.clone(), rows.clone())) {
            let anchor = heading.to_lowercase().replace(' ', "-");
            elsewhere.push(format!("[{heading}](#{anchor})"));
            continue;
        }
        if !heading.is_empty() {
            write!(text, "\n**{heading}**\n").unwrap();
        }
        write!(text, "\n{}", table(&rows)).unwrap();
    }
    if !elsewhere.is_empty() {
        write!(text, "\nAnd the options of: {}.\n", elsewhere.join(", ")).unwrap();
    }
    text
}

fn table(rows: &[String]) -> String {
    format!("| option | what it does |\n|---|---|\n{}", rows.concat())
}

fn groups(command: &Command) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let told = |it: &&Arg| !it.is_hide_set() && !matches!(it.get_id().as_str(), "help" | "version");
    for arg in command.get_arguments().filter(told) {
        let heading = arg.get_help_heading().unwrap_or_default().to_owned();
        match groups.iter_mut().find(|it| it.0 == heading) {
            Some(group) => group.1.push(row(arg)),
            None => groups.push((heading, vec![row(arg)])),
        }
    }
    groups
}

fn row(arg: &Arg) -> String {
    let takes = arg.get_action().takes_values();
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = vec![plain(&help)];
    let possible = arg.get_possible_values();
    let values: Vec<_> = possible.iter().map(|it| format!("`{}`", it.get_name())).collect();
    if takes && !values.is_empty() {
        text.push(format!("One of {}", values.join(", ")));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if takes && !defaults.is_empty() {
        text.push(format!("Default: `{}`", defaults.join(" ")));
    }
    text.extend(arg.get_env().map(|it| format!("Variable: `{}`", it.to_string_lossy())));
    format!(
        "| `{}` | {} |\n",
        name(arg, takes).replace('|', "\\|"),
        text.join(". ").replace('|', "\\|")
    )
}

/// `-f, --overrides <FILE>`, or `<PLAN>`.
fn name(arg: &Arg, takes: bool) -> String {
    let values = arg.get_value_names().unwrap_or_default();
    let value = values.iter().map(|it| format!("<{it}>")).collect::<Vec<_>>().join(" ");
    let short = arg.get_short().map(|it| format!("-{it}"));
    let long = arg.get_long().map(|it| format!("--{it}"));
    let name = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (name.is_empty(), takes && !value.is_empty()) {
        (true, _) => value,
        (_, true) => format!("{name} {value}"),
        _ => name,
    }
}

fn about(command: &Command) -> String {
    plain(&command.get_about().map(ToString::to_string).unwrap_or_default())
}

/// Help as Markdown: one line, in which only code spans are markup.
fn plain(help: &str) -> String {
    let line = help.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches('.').replace('<', "&lt;")
}
