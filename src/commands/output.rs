//! Printing and writing reports.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use crate::cli::{ColorArg, ConsoleArgs, Format, OutputArgs, PolicyArgs};
use crate::error::{Error, Exit};
use crate::files;
use crate::lint::{self, Policy, Verdict};
use crate::report::{self, Detail, Report, Style};

/// The columns of a report that goes to a file or a pipe.
const FILE_WIDTH: usize = 100;

/// Judges a report by the policy, writes and prints it, and says how the command ends.
pub(super) fn finish(
    mut report: Report,
    policy: &PolicyArgs,
    output: &OutputArgs,
) -> Result<Exit, Error> {
    judge(&mut report, policy);
    let report = report.sealed();
    for path in &output.report {
        let text = render(
            &report,
            format_of(path)?,
            Style { width: FILE_WIDTH, color: false },
            &output.console,
        );
        files::write_atomically(path, text.as_bytes())?;
    }
    let style = Style { width: width(output.console.width), color: colored(output.console.color) };
    print(&render(&report, output.output, style, &output.console))?;
    Ok(match report.verdict {
        Verdict::Ready => Exit::Done,
        Verdict::Blocked => Exit::Blocked,
    })
}

fn judge(report: &mut Report, args: &PolicyArgs) {
    let policy = Policy { accept: args.accept.clone(), fail_on: args.fail_on.into() };
    let unused = policy.unused(&report.all_findings());
    report.findings.extend(unused);
    for finding in report.all_findings_mut() {
        policy.accept(std::slice::from_mut(finding));
    }
    lint::sort(&mut report.findings);
    report.verdict = policy.verdict(report.all_findings());
}

fn render(report: &Report, format: Format, style: Style, console: &ConsoleArgs) -> String {
    let detail = match (console.quiet, console.verbose) {
        (true, _) => Detail::Summary,
        (_, true) => Detail::Full,
        _ => Detail::Normal,
    };
    match format {
        Format::Text => report::text(report, style, detail),
        Format::Json => report.json(),
        Format::Markdown => report::markdown(report),
    }
}

fn format_of(path: &Path) -> Result<Format, Error> {
    match path.extension().and_then(|it| it.to_str()) {
        Some("txt") => Ok(Format::Text),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => {
            let message = format!("--report {}: the ending names no format", path.display());
            Err(Error::usage(message).hint("use .txt, .md or .json"))
        }
    }
}

/// The width that was asked for, else the terminal's; from 60 to 200 columns.
fn width(asked: Option<usize>) -> usize {
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(terminal).unwrap_or(FILE_WIDTH).clamp(60, 200)
}

/// Whether standard output gets colour.
pub(super) fn colored(choice: ColorArg) -> bool {
    match choice {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            io::stdout().is_terminal()
                && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

/// Prints to standard output. A reader that has gone away is no error.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
