//! `explain`, `completions` and `man`: what the program knows about itself.

use clap::CommandFactory as _;

use super::output;
use crate::cli::{Cli, ExplainArgs, nearest_code};
use crate::error::{Error, Exit};
use crate::finding::{Code, CodeInfo};

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Error> {
    let text = match &args.code {
        Some(name) => one(name.parse::<Code>().map_err(|error| unknown(name, &error))?.info()),
        None => all(),
    };
    output::print(&text)?;
    Ok(Exit::Done)
}

fn one(info: &CodeInfo) -> String {
    format!(
        "{} ({} by default)\n{}\n\n{}\n\nexample: {}\nremedy:  {}\n",
        info.name,
        info.severity.as_str(),
        info.title,
        info.meaning,
        info.example,
        info.remedy
    )
}

fn all() -> String {
    let line = |it: &CodeInfo| format!("{:<34} {:<8} {}", it.name, it.severity.as_str(), it.title);
    let lines: Vec<_> = Code::all().map(|code| line(code.info())).collect();
    lines.join("\n") + "\n"
}

fn unknown(name: &str, error: &impl std::fmt::Display) -> Error {
    let error = Error::usage(error);
    match nearest_code(name) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kyma-upgrade", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

pub(super) fn man() -> Result<Exit, Error> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| Error::failed(format!("cannot render the manual page: {error}")))?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
