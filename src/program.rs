//! How the program was called, and what it calls itself.
//!
//! # Decisions
//! * kubectl starts `kubectl-kyma_upgrade` for `kubectl kyma-upgrade`. Under that name usage lines,
//!   examples, hints and errors say `kubectl kyma-upgrade`, so that what they name works when typed.
//!   Reports stay as they are: the same plan gives the same bytes, whoever made it.
//! * The texts are written for `kyma-upgrade` and changed where they leave the program, in one place.

use std::ffi::OsStr;
use std::path::Path;

/// The program's own name.
pub const NAME: &str = "kyma-upgrade";

/// The name of the file as which kubectl finds it.
pub const PLUGIN: &str = "kubectl-kyma_upgrade";

/// How the program was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Program {
    /// As `kyma-upgrade`.
    #[default]
    Itself,
    /// As `kubectl kyma-upgrade`.
    Plugin,
}

impl Program {
    /// How it was called by the first word of its command line.
    pub fn of(first: &OsStr) -> Self {
        let name = Path::new(first).file_stem();
        if name == Some(OsStr::new(PLUGIN)) { Self::Plugin } else { Self::Itself }
    }

    /// A text of the program as somebody has to read it who called it like that. `words` are those
    /// that may follow its name in a command: `plan`, `path`.
    pub fn spoken(self, text: &str, words: &[String]) -> String {
        if self == Self::Itself {
            return text.to_owned();
        }
        let mut spoken = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(NAME) {
            spoken.push_str(before);
            let begins = spoken.chars().last().is_none_or(|it| !is_part_of_a_name(it));
            let again = spoken.ends_with("kubectl ");
            if begins && !again && is_command(after, words) {
                spoken.push_str("kubectl ");
            }
            spoken.push_str(NAME);
            rest = after;
        }
        spoken + rest
    }
}

fn is_part_of_a_name(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '/' | '-' | '_' | '.' | ':')
}

/// Whether what follows the program's name is the rest of a command.
fn is_command(after: &str, words: &[String]) -> bool {
    let Some(after) = after.strip_prefix(' ') else {
        return false;
    };
    let word: String = after.chars().take_while(|it| !it.is_whitespace() && *it != '`').collect();
    let word = word.trim_end_matches([',', '.', ';', ')']);
    ["COMMAND", "<COMMAND>", "--help"].contains(&word) || words.iter().any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_says_how_it_was_called() {
        for name in
            ["kubectl-kyma_upgrade", "/usr/bin/kubectl-kyma_upgrade", "kubectl-kyma_upgrade.exe"]
        {
            assert_eq!(Program::of(OsStr::new(name)), Program::Plugin, "{name}");
        }
        for name in ["kyma-upgrade", "./kyma-upgrade", "", "kubectl", "kubectl-kyma_upgrade-x"] {
            assert_eq!(Program::of(OsStr::new(name)), Program::Itself, "{name}");
        }
    }

    #[test]
    fn commands_in_texts_are_those_of_the_plugin() {
        let words = ["plan".to_owned(), "path".to_owned()];
        let spoken = |text| Program::Plugin.spoken(text, &words);
        let text = "Usage: kyma-upgrade plan, `kyma-upgrade path`, x | kyma-upgrade plan";
        let expected = "Usage: kubectl kyma-upgrade plan, `kubectl kyma-upgrade path`, \
                        x | kubectl kyma-upgrade plan";
        assert_eq!(spoken(text), expected);
        assert_eq!(spoken(expected), expected);
        for text in [
            "the version of kyma-upgrade that made it",
            "kyma-upgrade",
            "/cache/kyma-upgrade plan",
            "the label my-kyma-upgrade plan",
        ] {
            assert_eq!(spoken(text), text);
        }
        assert_eq!(Program::Itself.spoken(text, &words), text);
    }
}
