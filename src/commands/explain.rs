//! `explain`: what finding codes mean.

use super::output;
use crate::cli::{ExplainArgs, nearest_code};
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
        Some(near) => error.hint(format!("did you mean `kyma-upgrade explain {near}`?")),
        None => error.hint("`kyma-upgrade explain` lists all codes"),
    }
}
