//! The policy file: where it is found, what it changes, what of it is told, and what is refused.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;

use kyma_upgrade::plan::Plan;
use serde_json::{Value, json};

use crate::saved::{Desk, state};
use crate::support::{findings, snapshot};

const DEMO: &str = "plan --from 1.0 --to 1.3 -o json";

/// A folder of its own in which the program runs.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A place with a policy file that is used without being named.
    fn with(policy: &str) -> Self {
        let place = Self::new();
        place.write("kyma-upgrade.yaml", policy);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    fn command(&self, line: &str) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
        command.env_clear().env("HOME", self.0.path()).current_dir(self.0.path());
        command.args(line.split(' ')).timeout(std::time::Duration::from_mins(1));
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    fn report(&self, line: &str) -> Value {
        report(&self.run(line))
    }
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|it| panic!("{it}: {}", said(output)))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn of_code<'a>(report: &'a Value, code: &str) -> Vec<&'a Value> {
    findings(report).into_iter().filter(|it| it["code"] == code).collect()
}

#[test]
fn the_example_is_ready_with_its_policy_and_every_format_says_why() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    let place = Place::new();
    for name in ["kyma-upgrade.yaml", "my-overrides.yaml"] {
        place.write(name, &fs_err::read_to_string(fixtures.join(name)).unwrap());
    }
    let line = "plan --from 1.0 --to 1.3 -f my-overrides.yaml -o json";
    let blocked = place.run(&format!("{line} --no-policy --source demo"));
    assert_eq!(blocked.status.code(), Some(3));
    let ready = place.run(line);
    assert_eq!(ready.status.code(), Some(0), "{}", said(&ready));
    let report = report(&ready);
    assert_eq!((&report["verdict"], of_code(&report, "unused-accept").len()), (&json!("ready"), 0));
    let renamed = of_code(&report, "override-renamed");
    assert!(renamed.iter().all(|it| it["accepted"] == true));
    assert_eq!(
        renamed[0]["acceptance"],
        json!({
            "reason": "The new key is set since Monday, and both have the same value. \
                       (CHG-1042, approved by alice@example.org)",
            "source": "kyma-upgrade.yaml:12",
        })
    );
    let widened = of_code(&report, "permissions-widened")[0];
    assert_eq!(widened["severity"], "info");
    assert_eq!(widened["severity_changed"]["from"], "warning");
    for format in ["text", "markdown"] {
        let output = place.run(&line.replace("json", format));
        let text = String::from_utf8(output.stdout).unwrap();
        snapshot(&format!("policy_{format}"), &about_the_policy(&text));
    }
}

/// The lines of a report about what the policy changed.
fn about_the_policy(text: &str) -> String {
    let words = ["kyma-upgrade.yaml:", "accepted until ", "accepted: ", "by itself, changed"];
    let told = |line: &&str| words.iter().any(|it| line.contains(it));
    text.lines().filter(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_of_this_folder_is_used_and_that_is_said() {
    let place = Place::with("version: 1\nsource: demo\nfail-on: warning\n");
    let output = place.run(DEMO);
    assert_eq!(output.status.code(), Some(3));
    let told = "using the policy file kyma-upgrade.yaml of this folder (--no-policy: without)\n";
    assert_eq!(said(&output), told);
    assert_eq!(said(&place.run(&format!("{DEMO} -q"))), "");
    let without = place.run(&format!("{DEMO} --source demo --no-policy"));
    assert_eq!((without.status.code(), said(&without).as_str()), (Some(0), ""));
    // One that is named is no surprise.
    let named = place.run(&format!("{DEMO} --policy kyma-upgrade.yaml"));
    assert_eq!((named.status.code(), said(&named).as_str()), (Some(3), ""));
}

#[test]
fn folders_above_are_not_searched() {
    let place = Place::with("version: 1\nfail-on: warning\n");
    place.write("below/x", "");
    let mut command = place.command(&format!("{DEMO} --source demo"));
    let output = command.current_dir(place.path("below")).output().unwrap();
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
}

#[test]
fn the_command_line_wins_over_the_file_and_a_variable_over_the_file_that_is_found() {
    let place = Place::with("version: 1\nsource: demo\nfail-on: warning\ndeployment: local\n");
    assert_eq!(place.report(DEMO)["deployment"], "local");
    let given = format!("{DEMO} --fail-on never --deployment cluster");
    let output = place.run(&given);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(report(&output)["deployment"], "cluster");
    place.write("other.yaml", "version: 1\nsource: demo\nfail-on: never\n");
    let with = |variable: &str, more: &str| {
        let mut command = place.command(&format!("{DEMO}{more}"));
        command.env("KYMA_UPGRADE_POLICY", variable).output().unwrap().status.code()
    };
    assert_eq!(with("other.yaml", ""), Some(0));
    assert_eq!(with("other.yaml", " --policy kyma-upgrade.yaml"), Some(3));
    assert_eq!(with("other.yaml", " --no-policy --source demo"), Some(0));
    assert_eq!(with("", ""), Some(3));
}

#[test]
fn a_source_is_relative_to_the_file_and_all_commands_about_releases_know_it() {
    let place = Place::new();
    place.write("team/policy.yaml", "version: 1\nsource: nowhere\n");
    for command in [
        DEMO,
        "path 1.0 1.3",
        "guides 1.0 1.3",
        "diff 1.0 1.3",
        "releases",
        "mirror --from 1.0 --to 1.3 x",
    ] {
        let output = place.run(&format!("{command} --policy team/policy.yaml"));
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(said(&output).contains("team/nowhere"), "{command}: {}", said(&output));
    }
    place.write("team/policy.yaml", "version: 1\nsource: demo\nvia: [1.2.0, 1.11.0]\n");
    let path = place.report("path 1.0 1.3 --policy team/policy.yaml -o json");
    let hops: Vec<_> = path["hops"].as_array().unwrap().iter().map(|it| &it["to"]).collect();
    assert!(hops.contains(&&json!("1.2.0")), "{hops:?}");
}

/// The request that a command sends to an address, which answers with no releases.
fn request(listener: &TcpListener, mut command: assert_cmd::Command) -> String {
    std::thread::scope(|scope| {
        let asking = scope.spawn(move || command.output().unwrap());
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
        request.extend(lines.by_ref().take_while(|it| !it.is_empty()).map(|it| it + "\n"));
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
        stream.write_all(answer.as_bytes()).unwrap();
        drop(stream);
        assert_eq!(asking.join().unwrap().status.code(), Some(1), "a catalogue without releases");
        request.to_lowercase()
    })
}

#[test]
fn a_token_goes_to_an_address_of_a_variable_and_not_to_one_of_the_file() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let place = Place::with(&format!("version: 1\ngithub-api-url: {url}\n"));
    let releases = || {
        let mut command = place.command("releases --download-timeout 20");
        command.env("GITHUB_TOKEN", "ghp_canary-horse");
        command
    };
    let of_file = request(&listener, releases());
    assert!(of_file.starts_with("get /repos/kyma-project/kyma/releases"), "{of_file}");
    assert!(!of_file.contains("canary-horse"), "{of_file}");
    // The variable wins over the file, and whoever sets it may have the token sent there.
    place.write("kyma-upgrade.yaml", "version: 1\ngithub-api-url: http://127.0.0.1:1\n");
    let mut given = releases();
    given.env("KYMA_UPGRADE_GITHUB_API_URL", &url);
    assert!(request(&listener, given).contains("canary-horse"));
}

#[test]
fn unused_entries_are_told_of_whole_plans_with_their_line() {
    let place = Place::with(
        "version: 1\nsource: demo\naccept:\n- finding: guide-missing@1.9\n  reason: x\n\
         severities:\n- {finding: override-empty, severity: blocker}\n",
    );
    let report = place.report(DEMO);
    let unused = of_code(&report, "unused-accept");
    let told: Vec<_> = unused
        .iter()
        .map(|it| {
            (
                &it["severity"],
                &it["subject"],
                &it["evidence"][0]["source"],
                &it["evidence"][0]["line"],
            )
        })
        .collect();
    let file = json!("kyma-upgrade.yaml");
    assert_eq!(
        told,
        [
            (&json!("warning"), &json!("guide-missing@1.9"), &file, &json!(4)),
            (&json!("info"), &json!("override-empty"), &file, &json!(7)),
        ]
    );
    for part in ["path 1.0 1.3 -o json", "guides 1.0 1.3 -o json", "diff 1.0 1.3 -o json"] {
        assert_eq!(of_code(&place.report(part), "unused-accept"), Vec::<&Value>::new(), "{part}");
    }
}

#[test]
fn what_has_ended_counts_again_and_the_last_day_counts() {
    let policy = |expires: &str| {
        format!(
            "version: 1\nsource: demo\nseverities: [{{finding: permissions-widened, severity: blocker}}]\n\
             accept: [{{finding: permissions-widened, reason: x, expires: {expires}}}]\n"
        )
    };
    let judged = |expires: &str| {
        let output = Place::with(&policy(expires)).run(DEMO);
        let report = report(&output);
        let told: Vec<_> = ["accept-expired", "accept-expires-soon"]
            .map(|it| of_code(&report, it).len())
            .into_iter()
            .collect();
        (output.status.code().unwrap(), told)
    };
    assert_eq!(judged("2020-01-31"), (3, vec![1, 0]));
    assert_eq!(judged("2999-01-31"), (0, vec![0, 0]));
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 5);
    assert_eq!(judged(&soon.to_string()[..10]), (0, vec![0, 1]));
}

#[test]
fn a_file_with_slips_is_refused_with_all_of_them_before_any_work() {
    let place = Place::with(
        "version: 1\nfailOn: warning\ngithub-token: canary-horse\naccept:\n- finding: guide-mising\n  \
         reason: \"\"\n  expires: soon\nsource: a\nsource: \"b\\e[31m\"\n",
    );
    for command in [
        "plan --from 1.0 --to 1.3",
        "path 1.0 1.3",
        "diff 1.0 1.3",
        "guides 1.0 1.3",
        "releases",
        "mirror --from 1.0 --to 1.3 x",
        "verify x",
        "apply x",
    ] {
        let output = place.run(command);
        assert_eq!(output.status.code(), Some(2), "{command}: {}", said(&output));
        assert!(output.stdout.is_empty() && !said(&output).contains("canary"), "{command}");
        snapshot("errors__policy", &said(&output));
    }
    let missing = place.run("path 1.0 1.3 --source demo --policy nowhere.yaml");
    assert_eq!(missing.status.code(), Some(1));
    snapshot("errors__policy_missing", &said(&missing));
}

const RISK: &str = "severities: [{finding: guide-required, severity: blocker}]\n";
const ACCEPTED: &str =
    "accept: [{finding: guide-required, reason: we know it, expires: 2999-01-31}]\n";

#[test]
fn a_saved_plan_follows_the_policy_that_it_was_made_with_and_the_one_of_today() {
    let desk = Desk::new();
    let policy = desk.text("p.yaml");
    desk.write("p.yaml", &format!("version: 1\napprovals: 1\nvalid-for: 7d\n{RISK}{ACCEPTED}"));
    let mut plan = desk.plan(&["--policy", &policy]);
    assert_eq!((plan.approvals, plan.valid_until.is_some(), plan.acceptances.len()), (1, true, 1));
    let words =
        format!("guide-required@1.5.0:1.4-1.5.md until 2999-01-31: we know it ({policy}:5)");
    assert_eq!(plan.acceptances[0].words(), words);
    desk.approve();
    let line =
        "verify {}/plan.json --source {}/releases --cluster-state {}/state.json --policy {}/p.yaml";
    let holds = desk.run(line, &[]);
    assert_eq!(holds.status.code(), Some(0), "{}", said(&holds));
    assert!(String::from_utf8_lossy(&holds.stdout).contains(&format!("accepted     {words}")));
    // The team changed its mind.
    desk.write("p.yaml", &format!("version: 1\n{RISK}"));
    let refused = |line: &str, why: &str| {
        let output = desk.run(line, &[]);
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        let both = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
        assert!(both.contains(why), "{both}");
    };
    let why =
        format!("the plan accepts what {policy} no longer does: guide-required@1.5.0:1.4-1.5.md");
    refused(line, &why);
    refused("apply {}/plan.json --yes --policy {}/p.yaml", &why);
    // More approvals are demanded now.
    desk.write("p.yaml", &format!("version: 1\napprovals: 3\n{RISK}{ACCEPTED}"));
    refused("apply {}/plan.json --yes --policy {}/p.yaml", "needs 3 approvals and has 1");
    // Time has passed.
    plan.acceptances[0].expires = Some("2020-01-31".to_owned());
    plan.digest = String::new();
    plan.digest = kyma_upgrade::digest::sha256(&plan.to_bytes());
    desk.write("plan.json", &String::from_utf8(plan.to_bytes()).unwrap());
    let why = "the plan accepts guide-required@1.5.0:1.4-1.5.md until 2020-01-31, which is over";
    refused(&line.replace(" --policy {}/p.yaml", ""), why);
    refused("apply {}/plan.json --yes", why);
    refused("approve {}/plan.json --as alice", why);
    assert!(desk.verify(&state()).1["acceptances"].is_array());
}

#[test]
fn what_the_command_line_accepted_does_not_need_the_policy_of_today() {
    let desk = Desk::new();
    desk.write("p.yaml", &format!("version: 1\n{RISK}"));
    let policy = desk.text("p.yaml");
    let plan = desk.plan(&["--policy", &policy, "--accept", "guide-required"]);
    assert_eq!(plan.accepted, ["guide-required@1.5.0:1.4-1.5.md"]);
    let line = "verify {}/plan.json --no-source --cluster-state {}/state.json --policy {}/p.yaml";
    assert_eq!(desk.run(line, &[]).status.code(), Some(0));
    let plan = Plan::read(&fs_err::read(desk.path("plan.json")).unwrap()).unwrap();
    assert_eq!(plan.acceptances[0].source, "command line");
}
