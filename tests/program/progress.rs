//! What a run says about itself while it works: bars, lines, JSON, nothing.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::plugin::Links;
use crate::server::{Answer, Server};
use crate::support::History;

const PLAN: &str = "plan --from 1.4 --to 1.5 -o json --progress json";

fn history() -> History {
    let mut history = History::default();
    history.plain("1.4.0").plain("1.5.0");
    history
}

/// The program, asking a server for everything.
fn command(links: &Links, server: &Server, line: &str) -> Command {
    let args: Vec<_> = line.split(' ').collect();
    let mut command = links.command("kyma-upgrade", &args);
    for name in ["GITHUB_API", "GITHUB", "GITHUB_RAW", "BUCKET"] {
        command.env(format!("KYMA_UPGRADE_{name}_URL"), server.base());
    }
    command
}

/// The events of a run. Every line has to be one.
fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let events: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).expect(it)).collect();
    let (first, last) = (events.first().unwrap(), events.last().unwrap());
    assert_eq!((&first["event"], &first["format"]), (&"begin".into(), &1.into()));
    assert_eq!(last["event"], "end");
    assert_eq!(last["exit"], output.status.code().unwrap());
    let ends = events.iter().filter(|it| it["event"] == "end" || it["event"] == "begin");
    assert_eq!(ends.count(), 2);
    events
}

fn of<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|it| it["event"] == name).collect()
}

/// Checks that every request that began is over, and that the bytes of all add up to the total.
fn requests_add_up(events: &[Value]) {
    let mut open: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut begun, mut finished, mut bytes) = (0, 0, 0);
    for event in events {
        let url = event["url"].as_str().unwrap_or_default();
        match event["event"].as_str().unwrap() {
            "started" => {
                begun += 1;
                assert_eq!(open.insert(url, 0), None, "{url}");
            }
            "progress" => {
                let received = event["received"].as_u64().unwrap();
                let before = open.insert(url, received).unwrap();
                assert!(before <= received, "{url}");
            }
            "finished" => {
                finished += 1;
                bytes += event["received"].as_u64().unwrap();
                open.remove(url).unwrap();
            }
            _ => continue,
        }
        assert_eq!(
            (&event["requests"], &event["requests_finished"]),
            (&begun.into(), &finished.into())
        );
    }
    let end = events.last().unwrap();
    assert!(open.is_empty(), "{open:?}");
    assert_eq!((&end["requests"], &end["requests_finished"]), (&begun.into(), &finished.into()));
    assert_eq!(end["bytes"], bytes);
}

#[test]
fn as_json_every_line_is_an_event_and_the_totals_add_up() {
    let (links, server) = (Links::new(), Server::start(history(), |_| None));
    let output = command(&links, &server, PLAN).output().unwrap();
    assert!(output.status.success());
    assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
    let told = events(&output);
    requests_add_up(&told);
    assert_eq!(told[0]["command"], "plan");
    assert!(2 < of(&told, "finished").iter().filter(|it| it["outcome"] == "received").count());
    let phases: Vec<_> =
        of(&told, "phase").iter().map(|it| it["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["catalogue", "files", "documents", "charts"]);
    let items: Vec<_> =
        of(&told, "item").iter().map(|it| it["message"].as_str().unwrap()).collect();
    for item in [
        "reading charts of 1.4.0 (1 of 2)",
        "comparing 1.4.0 to 1.5.0 (1 of 1)",
        "simulating the hop 1.4.0 to 1.5.0 (1 of 1)",
    ] {
        assert!(items.contains(&item), "{item}: {items:?}");
    }
    // The second run asks whether anything changed, and receives nothing.
    let again = command(&links, &server, PLAN).output().unwrap();
    assert_eq!(again.stdout, output.stdout);
    requests_add_up(&events(&again));
}

#[test]
fn as_json_a_failure_ends_with_its_error_and_a_hint() {
    let links = Links::new();
    for (line, exit, word) in [
        ("plan --from 1.4 --to 1.5 --offline --progress json", 1, "not in the cache"),
        ("path 1.0 1.9 --source demo --progress json", 4, "no release 1.9"),
        ("explain guide-mising --progress=json", 2, "not a finding code"),
        ("plan --progress json --from 1.4", 2, "required arguments"),
        ("pln --progress json", 2, "unrecognized subcommand"),
    ] {
        let args: Vec<_> = line.split(' ').collect();
        let output = links.run("kyma-upgrade", &args).unwrap();
        let told = events(&output);
        let error = &told[told.len() - 2];
        assert_eq!((&error["event"], &error["exit"]), (&"error".into(), &exit.into()), "{line}");
        assert!(error["message"].as_str().unwrap().contains(word), "{line}: {error}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{line}");
    }
}

#[test]
fn as_json_an_attempt_that_fails_is_an_event_and_the_next_one_begins_anew() {
    let first = AtomicBool::new(true);
    let server = Server::start(history(), move |path| {
        let cut = path.ends_with("1.5.0/kyma-installer-cluster.yaml");
        (cut && first.swap(false, Ordering::SeqCst)).then_some(Answer::Truncated)
    });
    let links = Links::new();
    let output = command(&links, &server, PLAN).output().unwrap();
    let told = events(&output);
    let retrying = of(&told, "retrying");
    assert_eq!(retrying.len(), 1);
    assert_eq!(retrying[0]["failed"], 1);
    assert_eq!(told.last().unwrap()["retries"], 1);
    assert_eq!(told.last().unwrap()["exit"], 0);
}

#[test]
fn as_json_an_interrupted_run_says_so_and_closes_what_was_open() {
    let server = Server::start(history(), |path| {
        path.ends_with("1.5.0/kyma-installer-cluster.yaml").then_some(Answer::Silence)
    });
    let links = Links::new();
    let mut command = command(&links, &server, PLAN);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    server.wait_for("1.5.0/kyma-installer-cluster.yaml");
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let told = events(&output);
    requests_add_up(&told);
    assert!(of(&told, "finished").iter().any(|it| it["outcome"] == "abandoned"));
    let error = &told[told.len() - 2];
    assert_eq!((&error["event"], &error["exit"]), (&"error".into(), &130.into()));
}

#[test]
fn as_json_warnings_and_notes_are_events() {
    let links = Links::new();
    let line =
        "plan --source demo --from 1.0 --to 1.3 --save-plan p.plan --progress json --fail-on never";
    let args: Vec<_> = line.split(' ').collect();
    let output = links.run("kyma-upgrade", &args).unwrap();
    let told = events(&output);
    let warning = of(&told, "warning");
    assert!(warning[0]["message"].as_str().unwrap().contains("without a cluster"), "{warning:?}");
    let note = of(&told, "note");
    assert!(note[0]["message"].as_str().unwrap().starts_with("saved the plan"), "{note:?}");
    assert!(of(&told, "item").iter().any(|it| it["phase"] == "write" && it["what"] == "p.plan"));
}

/// What standard error is like where the run had delays that are worth a line.
fn told_of_delays(options: &str, variable: Option<&str>) -> String {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(history(), move |path| {
        let flaky = path.ends_with("1.5.0/kyma-installer-cluster.yaml");
        let fails = flaky && tries.fetch_add(1, Ordering::SeqCst) < 3;
        fails.then(|| Answer::Whole(503, "Retry-After: 0\r\n", vec![]))
    });
    let links = Links::new();
    let line = format!("plan --from 1.4 --to 1.5 -o json{options}");
    let mut command = command(&links, &server, &line);
    if let Some(value) = variable {
        command.env("KYMA_UPGRADE_PROGRESS", value);
    }
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn delays_are_told_in_a_log_and_nothing_where_nothing_is_wanted() {
    for told in [
        told_of_delays("", None),
        told_of_delays(" --progress lines", Some("none")),
        told_of_delays(" --progress bars", None),
        told_of_delays("", Some("")),
    ] {
        assert!(told.contains("failed 3 times and is tried again"), "{told}");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
    for told in [
        told_of_delays(" -q", None),
        told_of_delays(" --no-progress", None),
        told_of_delays(" --no-progress", Some("json")),
        told_of_delays(" --progress none", None),
        told_of_delays("", Some("none")),
    ] {
        assert_eq!(told, "");
    }
}

#[test]
fn on_a_terminal_there_are_bars_and_they_are_gone_at_the_end() {
    let links = Links::new();
    let run = |term: &str| {
        let line = "kyma-upgrade plan --source demo --from 1.0 --to 1.3 -o json >report.json";
        let mut command = links.command("timeout", &["30", "script", "-qec", line, "/dev/null"]);
        let output = command.env("TERM", term).stdin(Stdio::null()).output().ok()?;
        Some(String::from_utf8(output.stdout).unwrap())
    };
    let Some(screen) = run("xterm") else {
        println!("there is no `script`, so bars are not looked at");
        return;
    };
    assert!(screen.contains("reading the list of releases"), "{screen:?}");
    assert!(screen.ends_with("\u{1b}[2K") || screen.ends_with("\u{1b}[1G"), "{screen:?}");
    assert!(fs_err::read(links.path().join("report.json")).unwrap().starts_with(b"{"));
    assert_eq!(run("dumb").unwrap(), "");
}
