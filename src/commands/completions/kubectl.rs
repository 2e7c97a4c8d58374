//! Completions for `kubectl kyma-upgrade`.
//!
//! # Decisions
//! * kubectl 1.26 and newer asks a program `kubectl_complete-kyma_upgrade` with the words after its
//!   own, and reads what Cobra's completions print: a candidate on a line, its description after a
//!   tabulator, and on the last line a number that says what the shell does with them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

use crate::program::PLUGIN;

/// Cobra: add no blank after the candidate.
const NO_SPACE: u8 = 2;

/// Cobra: do not complete file names where there is no candidate.
const NO_FILES: u8 = 4;

/// The program that kubectl asks.
pub(super) struct Kubectl;

impl EnvCompleter for Kubectl {
    fn name(&self) -> &'static str {
        "kubectl"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _command: &str,
        _completer: &str,
        script: &mut dyn Write,
    ) -> Result<(), io::Error> {
        writeln!(
            script,
            "#!/bin/sh\n\
             # kubectl (1.26 or newer) asks this program for completions of `kubectl kyma-upgrade`.\n\
             # It has to be executable and on the PATH as kubectl_complete-kyma_upgrade.\n\
             {variable}=kubectl exec {PLUGIN} -- {PLUGIN} \"$@\""
        )
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        answer: &mut dyn Write,
    ) -> Result<(), io::Error> {
        let last = words.len().saturating_sub(1);
        let candidates = complete(command, words, last, folder)?;
        for it in &candidates {
            let help = it.get_help().map(ToString::to_string).unwrap_or_default();
            let help = help.lines().next().unwrap_or_default();
            writeln!(answer, "{}\t{help}", it.get_value().to_string_lossy())?;
        }
        let goes_on = |text: &str| text.ends_with(['=', '/', ':', '@']);
        let open = candidates.iter().all(|it| goes_on(&it.get_value().to_string_lossy()));
        writeln!(answer, ":{}", NO_FILES + if open { NO_SPACE } else { 0 })
    }
}
