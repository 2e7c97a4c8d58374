//! Reports are read back from their own JSON: nothing is lost, in no command and no format.

use kyma_upgrade::report::{Detail, Report, Style, markdown, text};

use crate::support::run;

/// Every command that prints a report, with each part of the model in at least one of them.
pub(crate) const COMMANDS: [&str; 8] = [
    "plan --from 1.0 --to 1.3 --source demo",
    "plan --from 1.0 --to 1.3 --source demo --deployment local -f fixtures/demo/my-overrides.yaml",
    "plan --from 1.0 --to 1.3 --source demo --cluster-state fixtures/demo/cluster-state.json",
    "plan --from 1.0 --to 1.3 --source demo --accept guide-missing --fail-on warning",
    "path 1.0 1.3 --source demo",
    "diff 1.0 1.3 --source demo",
    "guides 1.0 1.3 --source demo",
    "overrides --from 1.0 --to 1.3 --source demo -f fixtures/demo/my-overrides.yaml",
];

fn json(line: &str) -> String {
    let args: Vec<_> = line.split_whitespace().chain(["-o", "json"]).collect();
    String::from_utf8(run(&args).stdout).unwrap()
}

#[test]
fn a_report_that_was_read_is_written_with_the_same_bytes() {
    for line in COMMANDS {
        let written = json(line);
        let report = Report::read(&written).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(written.starts_with('{') && report.json() == written, "{line}");
        assert_eq!(report.digest, report.clone().sealed().digest, "{line}");
    }
}

#[test]
fn a_report_that_was_read_is_shown_as_before() {
    for line in COMMANDS {
        let report = Report::read(&json(line)).unwrap();
        let printed = |format: &[&str]| {
            let args: Vec<_> = line.split_whitespace().chain(format.iter().copied()).collect();
            String::from_utf8(run(&args).stdout).unwrap()
        };
        assert_eq!(markdown(&report, None), printed(&["-o", "markdown"]), "{line}");
        let style = Style { width: 100, color: false };
        assert_eq!(text(&report, style, Detail::Full), printed(&["-v"]), "{line}");
    }
}

#[test]
fn a_report_of_another_format_or_with_an_unknown_word_is_refused() {
    let written = json(COMMANDS[0]);
    let refused = |from: &str, to: &str| {
        assert!(written.contains(from), "{from}");
        let error = Report::read(&written.replacen(from, to, 1)).err();
        error.expect("it is refused").to_string()
    };
    let error = refused("\"format\": 1", "\"format\": 2");
    assert_eq!(error, "its format is 2; this program reads format 1");
    let error = refused("\"code\": \"override-renamed\"", "\"code\": \"override-renemed\"");
    assert!(error.starts_with("`override-renemed` is not a finding code"), "{error}");
}
