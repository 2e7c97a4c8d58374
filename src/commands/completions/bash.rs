//! Completions for bash.
//!
//! # Decisions
//! * bash ends a word at `@`, `:` and `=`, but `guide-missing@1.9` is one value. So the words are put
//!   together again by the blanks of the line, and what stands before the last such character is
//!   taken off the answers. The setting itself (`COMP_WORDBREAKS`) belongs to all programs.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{self, EnvCompleter};

const SCRIPT: &str = r#"
_kyma_upgrade() {
    local IFS=$'\013' words=() index=-1 i rest left word
    rest="${COMP_LINE:0:COMP_POINT}"
    for ((i = 0; i <= COMP_CWORD; i++)); do
        left="${rest#"${rest%%[![:space:]]*}"}"
        word="${COMP_WORDS[i]}"
        ((i == COMP_CWORD)) && word="$left"
        if ((i == 0)) || [[ "$left" != "$rest" ]]; then
            ((index += 1))
            words[index]="$word"
        else
            words[index]+="$word"
        fi
        rest="${left#"$word"}"
    done
    local before="${words[index]%"$2"}"
    [[ "$before$2" == "${words[index]}" ]] || before=""
    before="${before#[\"\']}"
    words[index]="$before$2"
    COMPREPLY=($(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$index" VARIABLE=bash \
        COMPLETER -- "${words[@]}" 2>/dev/null))
    [[ -e "${COMPREPLY[0]}" ]] && compopt -o filenames 2>/dev/null
    [[ "${#COMPREPLY[@]}" == 1 && "${COMPREPLY[0]}" =~ [=/:@]$ ]] && compopt -o nospace 2>/dev/null
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]="${COMPREPLY[i]#"$before"}"
    done
    return 0
}
complete -o bashdefault -o nosort -F _kyma_upgrade COMMAND 2>/dev/null ||
    complete -o bashdefault -F _kyma_upgrade COMMAND
"#;

/// The script for bash.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        env::Bash.name()
    }

    fn is(&self, name: &str) -> bool {
        env::Bash.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        command: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> Result<(), io::Error> {
        let text = SCRIPT.replace("VARIABLE", variable).replace("COMPLETER", completer);
        script.write_all(text.replace("COMMAND", command).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        answer: &mut dyn Write,
    ) -> Result<(), io::Error> {
        env::Bash.write_complete(command, words, folder, answer)
    }
}
