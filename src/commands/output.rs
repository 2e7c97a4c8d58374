//! Printing and writing reports.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use crate::cli::{self, ColorArg, ConsoleArgs, Format, OutputArgs};
use crate::error::{Error, Exit};
use crate::event::{Event, Phase, console};
use crate::files;
use crate::lint::{Policy, Verdict};
use crate::report::{self, Detail, PlanFile, Report, Style};

/// The columns of a report that goes to a file or a pipe.
const FILE_WIDTH: usize = 100;

/// The most warnings that are shown.
const WARNINGS: usize = 10;

/// A report, and the file in which its plan was saved, if it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) report: &'a Report,
    pub(super) plan: Option<&'a PlanFile>,
}

/// Makes sure that the reports can be written, before the work for them.
pub(super) fn check(output: &OutputArgs) -> Result<(), Error> {
    let mut files = output.report.iter();
    Ok(files.try_for_each(|it| files::check_writable(&it.path))?)
}

/// Prints a report as it is.
pub(super) fn show(told: Told<'_>, format: Format, console: &ConsoleArgs) -> Result<(), Error> {
    print(&render(told, format, style(console), console))
}

/// Judges a report by the policy, writes and prints it, and says how the command ends.
pub(super) fn finish(report: Report, policy: &Policy, output: &OutputArgs) -> Result<Exit, Error> {
    publish(Told { report: &judged(report, policy), plan: None }, output)
}

/// The report as the policy judges it.
pub(super) fn judged(mut report: Report, policy: &Policy) -> Report {
    report.judge(policy);
    report.sealed()
}

/// Writes and prints a report, and says how the command ends.
pub(super) fn publish(told: Told<'_>, output: &OutputArgs) -> Result<Exit, Error> {
    for (number, file) in output.report.iter().enumerate() {
        let (what, number) = (file.path.display().to_string(), (number + 1, output.report.len()));
        console::tell(Event::Item { phase: Phase::Write, what, number });
        let style = Style { width: FILE_WIDTH, color: false };
        let text = render(told, file.format, style, &output.console);
        files::write_atomically(&file.path, text.as_bytes())?;
    }
    print(&render(told, output.output, style(&output.console), &output.console))?;
    Ok(match told.report.verdict {
        Verdict::Ready => Exit::Done,
        Verdict::Blocked => Exit::Blocked,
    })
}

fn render(told: Told<'_>, format: Format, style: Style, console: &ConsoleArgs) -> String {
    let Told { report, plan } = told;
    let detail = match (console.quiet, console.verbose) {
        (true, _) => Detail::Summary,
        (_, true) => Detail::Full,
        _ => Detail::Normal,
    };
    match format {
        Format::Text => report::text(report, style, detail),
        Format::Json => report.json(),
        Format::Markdown => report::markdown(report, plan),
        Format::Html => report::html(report),
        Format::Sarif => report::sarif(report),
    }
}

/// How text for standard output looks.
pub(super) fn style(console: &ConsoleArgs) -> Style {
    Style { width: width(console.width), color: colored(console.color) }
}

/// The width that was asked for, else that of the variable `COLUMNS`, else the terminal's; from 60 to
/// 200 columns. What is no number in a variable that shells set counts as nothing.
fn width(asked: Option<u16>) -> usize {
    let variable = || std::env::var_os("COLUMNS")?.to_str()?.trim().parse().ok();
    let terminal = || terminal_size::terminal_size().map(|(width, _)| width.0);
    let asked = asked.or_else(|| variable().filter(|it| *it != 0)).or_else(terminal);
    asked.map_or(FILE_WIDTH, usize::from).clamp(60, 200)
}

/// Whether standard output gets colour.
pub(super) fn colored(choice: ColorArg) -> bool {
    cli::colored(choice, io::stdout().is_terminal(), |it| std::env::var_os(it))
}

/// Prints to standard output. A reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let result = console::aside(|| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
    });
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let text = format!("cannot write to standard output: {error}");
            Err(Error::failed(text).hint("check where the output is sent, and the room there"))
        }
        _ => Ok(()),
    }
}

/// Says on standard error what was done.
pub(super) fn say(text: &str) {
    console::say(text);
}

/// Says on standard error what was wrong in a small way: the first lines of it.
pub(super) fn warn(problems: &[impl fmt::Display]) {
    let (shown, more) = (problems.iter().take(WARNINGS), problems.len().saturating_sub(WARNINGS));
    shown.for_each(|it| console::warn(&it.to_string()));
    if more != 0 {
        console::warn(&format!("{more} more like these"));
    }
}
