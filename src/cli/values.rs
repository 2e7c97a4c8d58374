//! The values that options take, and reading those that are more than one word of a list.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::finding::{Code, nearest};
use crate::lint::{Accept, FailOn};
pub(super) use crate::policy::duration;
use crate::release::Deployment;
use crate::schema::Document;

/// A kind of installation, on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DeploymentArg {
    /// Kyma on a cluster
    Cluster,
    /// Kyma on Minikube
    Local,
}

impl From<DeploymentArg> for Deployment {
    fn from(it: DeploymentArg) -> Self {
        match it {
            DeploymentArg::Cluster => Self::Cluster,
            DeploymentArg::Local => Self::Local,
        }
    }
}

/// A severity that fails, on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FailOnArg {
    /// Blockers
    Blocker,
    /// Blockers and warnings
    Warning,
    /// Nothing
    Never,
}

impl From<FailOnArg> for FailOn {
    fn from(it: FailOnArg) -> Self {
        match it {
            FailOnArg::Blocker => Self::Blocker,
            FailOnArg::Warning => Self::Warning,
            FailOnArg::Never => Self::Never,
        }
    }
}

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For scripts
    Json,
    /// For change requests
    Markdown,
    /// For a browser: one file to look at, to mail and to print
    Html,
    /// For code scanning
    Sarif,
}

/// A format of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For a terminal
    Text,
    /// For scripts
    Json,
}

/// A format of what is known of finding codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal
    Text,
    /// For scripts
    Json,
    /// For documents
    Markdown,
}

/// A document that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentArg {
    /// A report, as `-o json` prints it
    Report,
    /// A saved plan
    Plan,
    /// A line of an approvals file
    Approval,
    /// A line of a journal
    Journal,
    /// The policy file
    Policy,
}

impl From<DocumentArg> for Document {
    fn from(it: DocumentArg) -> Self {
        match it {
            DocumentArg::Report => Self::Report,
            DocumentArg::Plan => Self::Plan,
            DocumentArg::Approval => Self::Approval,
            DocumentArg::Journal => Self::Journal,
            DocumentArg::Policy => Self::Policy,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// When standard output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Who asks for completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShellArg {
    /// bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// kubectl 1.26 or newer, for `kubectl kyma-upgrade` in any shell
    Kubectl,
    /// The shell of Windows
    #[value(help = "PowerShell")]
    Powershell,
    /// zsh
    Zsh,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressArg {
    /// Bars on a terminal, else lines; with --quiet nothing
    Auto,
    /// Bars, where standard error is a terminal
    Bars,
    /// Lines: what is at work, once it takes longer
    Lines,
    /// JSON, one object on a line; also hints and errors
    Json,
    /// Nothing
    None,
}

/// Reads how progress is shown. CI systems set variables to nothing, which counts as not set.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProgressParser;

impl TypedValueParser for ProgressParser {
    type Value = ProgressArg;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<ProgressArg, clap::Error> {
        if value.is_empty() {
            return Ok(ProgressArg::Auto);
        }
        EnumValueParser::<ProgressArg>::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = ProgressArg::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

/// A file for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Where it is written.
    pub path: PathBuf,
    /// Its format, which follows from its ending.
    pub format: Format,
}

/// Reads the format of a report file from the ending of its name.
pub(super) fn report_file(path: PathBuf) -> Result<ReportFile, &'static str> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let format = match ending.to_str() {
        Some("txt") => Format::Text,
        Some("md") => Format::Markdown,
        Some("json") => Format::Json,
        Some("html") => Format::Html,
        Some("sarif") => Format::Sarif,
        _ => return Err("its ending names no format; use .txt, .md, .html, .json or .sarif"),
    };
    Ok(ReportFile { path, format })
}

/// Reads what is accepted, and says which code may have been meant.
pub(super) fn accept(text: &str) -> Result<Accept, String> {
    text.parse::<Accept>().map_err(|error| {
        let code = text.split(['@', ':']).next().unwrap_or_default();
        let known = code.parse::<Code>().is_ok();
        match nearest_code(code).filter(|_| !known) {
            Some(near) => format!("{error}; did you mean `{near}`?"),
            None => error.to_string(),
        }
    })
}

/// The finding code that a wrong one may have been meant for.
pub fn nearest_code(name: &str) -> Option<&'static str> {
    nearest(name, Code::all().map(Code::as_str))
}

/// Reads a pause such as `2s` or `50ms`.
pub(super) fn pause(text: &str) -> Result<std::time::Duration, String> {
    let milliseconds = text.strip_suffix("ms").and_then(|it| it.parse().ok());
    if let Some(milliseconds) = milliseconds.filter(|it| *it != 0) {
        return Ok(std::time::Duration::from_millis(milliseconds));
    }
    let pause = duration(text)?;
    Ok(pause.unsigned_abs())
}

/// Reads the path of a record, whose ending says its format.
pub(super) fn record_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|it| it.to_str());
    match ending {
        Some("md" | "json") => Ok(path),
        _ => Err("a record ends with .md or .json".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_report_names_its_format_in_any_case() {
        let format = |name: &str| report_file(PathBuf::from(name)).map(|it| it.format);
        assert_eq!(format("a.txt"), Ok(Format::Text));
        assert_eq!(format("b/a.b.MD"), Ok(Format::Markdown));
        assert_eq!(format("a.Json"), Ok(Format::Json));
        assert_eq!(format("a.html"), Ok(Format::Html));
        assert_eq!(format("a.sarif"), Ok(Format::Sarif));
        for name in ["a", "json", ".json", "a.json/b", "a.foo", "-", "a.json."] {
            assert!(format(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_slip_in_a_code_is_answered_with_the_nearest_one() {
        assert_eq!(nearest_code("guide-mising"), Some("guide-missing"));
        assert_eq!(nearest_code("overide_renamed"), Some("override-renamed"));
        assert_eq!(nearest_code("frobnicate"), None);
        assert_eq!(nearest_code(""), None);
        let text = accept("guide-mising@1.9").unwrap_err();
        assert!(text.ends_with("did you mean `guide-missing`?"), "{text}");
        let text = accept("guide-missing@1.x").unwrap_err();
        assert!(!text.contains("did you mean"), "{text}");
    }
}
