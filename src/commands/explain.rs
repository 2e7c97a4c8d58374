//! `explain` and `schema`: what finding codes mean, and the shape of documents.

use super::output;
use crate::cli::{ExplainArgs, ExplainFormat, nearest_code};
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
        Some(near) => error.hint(format!("did you mean `kyma-upgrade explain {near}`?")),
        None => error.hint("`kyma-upgrade explain` lists all codes"),
    }
}

pub(super) fn schema(document: Document) -> Result<Exit, Error> {
    output::print(&document.text())?;
    Ok(Exit::Done)
}
