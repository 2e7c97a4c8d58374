//! `explain`, `schema`, `completions` and `man`: what the program knows about itself.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::output;
use crate::cli::{Cli, ExplainArgs, nearest_code};
use crate::error::{Error, Exit};
use crate::finding::{Code, CodeInfo};
use crate::schema::Document;

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

pub(super) fn schema(document: Document) -> Result<Exit, Error> {
    output::print(&document.text())?;
    Ok(Exit::Done)
}

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kyma-upgrade", &mut script);
    // clap_complete 4.6 names the parts of its bash script in two ways where the program's name
    // has a hyphen, so that no option is ever completed.
    let script = String::from_utf8_lossy(&script).replace("kyma__subcmd__upgrade", "kyma__upgrade");
    output::print(&script)?;
    Ok(Exit::Done)
}

/// One page for the program and all its commands.
pub(super) fn man() -> Result<Exit, Error> {
    let mut page = Vec::new();
    let rendered = render_page(&mut page);
    rendered.map_err(|error| Error::failed(format!("cannot render the manual page: {error}")))?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

fn render_page(page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let man = Man::new(program.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    for command in program.get_subcommands().filter(|it| it.get_name() != "help") {
        writeln!(page, ".SH \"COMMAND: {}\"", command.get_name())?;
        let man = Man::new(command.clone());
        man.render_description_section(page)?;
        man.render_options_section(page)?;
    }
    man.render_extra_section(page)?;
    man.render_version_section(page)
}
