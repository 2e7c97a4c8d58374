//! Whether a stream gets colour.

use std::ffi::OsString;

use super::ColorArg;

/// Whether a stream gets colour: what `--color` says, then `NO_COLOR`, `CLICOLOR_FORCE`, and on a
/// terminal `CLICOLOR` and `TERM`. A variable without a value counts as not set
/// (<https://no-color.org>, <https://bixense.com/clicolors>).
pub fn colored(
    choice: ColorArg,
    is_terminal: bool,
    variable: impl Fn(&str) -> Option<OsString>,
) -> bool {
    let set = |name| variable(name).filter(|it| !it.is_empty());
    match choice {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if set("NO_COLOR").is_some() => false,
        ColorArg::Auto if set("CLICOLOR_FORCE").is_some_and(|it| it != "0") => true,
        ColorArg::Auto => {
            let unwanted = set("CLICOLOR").is_some_and(|it| it == "0");
            is_terminal && !unwanted && set("TERM").is_none_or(|it| it != "dumb")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(is_terminal: bool, variables: &[(&str, &str)]) -> bool {
        let value = |name: &str| Some(variables.iter().find(|it| it.0 == name)?.1.into());
        colored(ColorArg::Auto, is_terminal, value)
    }

    #[test]
    fn the_environment_decides_where_the_command_line_does_not() {
        assert!(auto(true, &[("TERM", "xterm")]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(true, &[("CLICOLOR", "0")]));
        assert!(!auto(false, &[("CLICOLOR", "1"), ("TERM", "xterm")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!auto(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(auto(true, &[("NO_COLOR", ""), ("CLICOLOR_FORCE", ""), ("CLICOLOR", "")]));
    }

    #[test]
    fn the_command_line_beats_the_environment() {
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".into());
        assert!(colored(ColorArg::Always, false, no_color));
        let force = |name: &str| (name == "CLICOLOR_FORCE").then(|| "1".into());
        assert!(!colored(ColorArg::Never, true, force));
    }
}
