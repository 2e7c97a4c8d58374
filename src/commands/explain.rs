//! `explain`, `schema`, `completions` and `man`: what the program knows about itself.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::output;
use crate::cli::{Cli, ExplainArgs, ExplainFormat, nearest_code};
use crate::error::{Error, Exit};
use crate::finding::Code;
use crate::report;
use crate::schema::Document;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Error> {
    let parsed = args.code.as_ref().map(|it| it.parse().map_err(|error| unknown(it, &error)));
    let code: Option<Code> = parsed.transpose()?;
    let style = output::style(&args.console);
    output::print(&match (args.output, code) {
        (ExplainFormat::Text, Some(code)) => report::explanation(code, style),
        (ExplainFormat::Text, None) => report::code_list(style),
        (ExplainFormat::Json, _) => report::explanations_json(code),
        (ExplainFormat::Markdown, _) => report::explanations_markdown(code),
    })?;
    Ok(Exit::Done)
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
