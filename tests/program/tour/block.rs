//! The commands that a page shows.

use std::ops::Range;

/// A command, and what the page says about it.
pub(super) struct Shown {
    /// What is typed.
    pub(super) command: String,
    /// The lines of the page that show what it prints; none where the page shows nothing of it.
    pub(super) output: Option<Range<usize>>,
    /// What it ends with.
    pub(super) exit: i32,
}

/// What asks for the exit code of the command before.
const ASKS: &str = "echo $?";

/// The commands of a page, in order.
pub(super) fn commands(lines: &[String]) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut language = None;
    for (number, line) in lines.iter().enumerate() {
        match (line.strip_prefix("```"), language) {
            (Some(name), None) => language = Some(name),
            (Some(_), Some(_)) => language = None,
            (None, Some("console")) => console(&mut all, line, number),
            (None, Some("sh")) => all.extend(of_the_example(line)),
            _ => {}
        }
    }
    answers(all, lines)
}

/// A line of a block with output: a command, or one line more of what the last one prints.
fn console(all: &mut Vec<Shown>, line: &str, number: usize) {
    if let Some(command) = line.strip_prefix("$ ") {
        let output = Some(number + 1..number + 1);
        all.push(Shown { command: command.to_owned(), output, exit: 0 });
    } else if let Some(output) = all.last_mut().and_then(|it| it.output.as_mut()) {
        output.end = number + 1;
    }
}

/// A command of a block without output, if it needs no network and no cluster.
fn of_the_example(line: &str) -> Option<Shown> {
    let command = line.split(" # ").next().unwrap_or_default().trim();
    let is_ours = command.starts_with("kyma-upgrade ") || command.starts_with("cargo run -- ");
    let runs = is_ours && command.contains("--source demo");
    runs.then(|| Shown { command: command.to_owned(), output: None, exit: 0 })
}

/// Takes the questions for exit codes out, and notes their answers.
fn answers(all: Vec<Shown>, lines: &[String]) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    for shown in all {
        if shown.command == ASKS {
            let answer = &lines[shown.output.unwrap().start];
            commands.last_mut().unwrap().exit = answer.parse().unwrap();
        } else {
            commands.push(shown);
        }
    }
    commands
}

#[test]
fn commands_are_taken_from_a_page_with_what_they_print() {
    let page = "text\n```console\n$ a b\nx\n\ny\n$ echo $?\n3\n$ c\n```\n```sh\nkyma-upgrade plan \
                --source demo --to 1.1 # so\nkyma-upgrade releases\ndocker run x --source demo\n```\n```yaml\n$ d\n```";
    let lines: Vec<_> = page.lines().map(ToOwned::to_owned).collect();
    let all = commands(&lines);
    let told: Vec<_> =
        all.iter().map(|it| (it.command.as_str(), it.output.clone(), it.exit)).collect();
    let expected = [
        ("a b", Some(3..6), 3),
        ("c", Some(9..9), 0),
        ("kyma-upgrade plan --source demo --to 1.1", None, 0),
    ];
    assert_eq!(told, expected);
}
