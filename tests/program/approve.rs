//! `approve`: what is written, what is refused, and what is said about it.

use std::path::{Path, PathBuf};
use std::process::Output;

use kyma_upgrade::digest::sha256;
use kyma_upgrade::plan::{KIND, Plan, PlannedCluster, PlannedGuide, PlannedHop, ReadSet, approval};
use kyma_upgrade::release::Deployment;

use crate::support::{run_at_home, snapshot};

const GUIDE: &str = "# Migrate\n";

fn plan() -> Plan {
    let version = |text: &str| text.parse().unwrap();
    Plan {
        kind: KIND.to_owned(),
        format: 1,
        digest: String::new(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        from: version("1.10.0"),
        to: version("1.11.1"),
        deployment: Deployment::Cluster,
        cluster: Some(PlannedCluster {
            uid: "0b5c".to_owned(),
            server: Some("https://kyma.example.org".to_owned()),
        }),
        valid_until: None,
        approvals: 2,
        ready: true,
        accepted: vec!["guide-stale@1.11.1:1.9-1.10.md".to_owned()],
        acceptances: Vec::new(),
        releases: Vec::new(),
        hops: vec![PlannedHop {
            from: version("1.10.0"),
            to: version("1.11.1"),
            steps: Vec::new(),
            guides: vec![PlannedGuide {
                name: "1.10-1.11.md".to_owned(),
                url: "https://example.org/1.10-1.11.md".to_owned(),
                sha256: sha256(GUIDE.as_bytes()),
            }],
            predictions: Vec::new(),
            kept: Vec::new(),
            moves: Vec::new(),
            after: ReadSet::default(),
        }],
        read_set: ReadSet::default(),
        report: serde_json::Value::Null,
    }
}

/// A folder with a plan.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(mut plan: Plan) -> Self {
        plan.digest = sha256(&plan.to_bytes());
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("upgrade.plan", &plan.to_bytes());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs_err::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs_err::read(self.path(name)).unwrap()
    }

    fn approvals(&self) -> Vec<approval::Approval> {
        let text = String::from_utf8(self.read("upgrade.plan.approvals")).unwrap();
        approval::read("upgrade.plan.approvals", &text).unwrap()
    }

    fn plan(&self) -> Plan {
        Plan::read(&self.read("upgrade.plan")).unwrap()
    }

    fn approve(&self, args: &[&str]) -> Output {
        let plan = self.path("upgrade.plan");
        run_at_home(self.0.path(), &[&["approve", plan.to_str().unwrap()], args].concat())
    }

    /// What the program says, without the path of the folder.
    fn said(&self, bytes: &[u8]) -> String {
        let folder = format!("{}/", self.0.path().display());
        String::from_utf8(bytes.to_vec()).unwrap().replace(&folder, "")
    }

    /// The code and the error of a command that is refused.
    fn refused(&self, args: &[&str]) -> (i32, String) {
        let output = self.approve(args);
        assert!(output.stdout.is_empty() && !self.path("upgrade.plan.approvals").exists());
        (output.status.code().unwrap(), self.said(&output.stderr))
    }
}

/// The time of an approval does not belong in a snapshot.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.len() >= 20 && word.parse::<jiff::Timestamp>().is_ok();
    let word = |it: &str| {
        let bare = it.trim_end_matches(',');
        if is_time(bare) { it.replace(bare, "TIME") } else { it.to_owned() }
    };
    let line = |it: &str| it.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n";
    text.lines().map(line).collect()
}

#[test]
fn two_people_approve_one_after_the_other() {
    let desk = Desk::new(plan());
    let first = desk.approve(&["--as", "alice", "--note", "CHG-1\nfine"]);
    assert_eq!(first.status.code(), Some(0));
    let warning =
        "warning: you do not say that you read 1.10-1.11.md; `--guide 1.10-1.11.md` says it\n";
    assert_eq!(desk.said(&first.stderr), warning);
    let second = desk.approve(&["--as", "bob", "--guide", "1.10-1.11.md"]);
    assert_eq!((second.status.code(), desk.said(&second.stderr).as_str()), (Some(0), ""));
    let said = [first.stdout, second.stdout].map(|it| without_times(&desk.said(&it)));
    snapshot("approve_text", &said.join("\n"));
    let (approvals, plan) = (desk.approvals(), desk.plan());
    let judged = approval::judge(&approvals, &plan);
    assert_eq!(judged.names(), ["alice", "bob"]);
    assert_eq!(judged.guides_read(&plan), ["1.10-1.11.md"]);
    assert_eq!(approvals[0].note.as_deref(), Some("CHG-1\nfine"));
}

#[test]
fn a_guide_is_named_or_given_as_a_file_with_the_text_of_the_plan() {
    let desk = Desk::new(plan());
    desk.write("mine.md", GUIDE.as_bytes());
    desk.write("other.md", b"# Other\n");
    let path = |name: &str| desk.path(name).to_str().unwrap().to_owned();
    let (code, error) = desk.refused(&["--as", "alice", "--guide", &path("other.md")]);
    assert_eq!(code, 4);
    snapshot("errors__approve_another_guide", &error);
    let (code, error) = desk.refused(&["--as", "alice", "--guide", "1.9-1.10.md"]);
    assert_eq!(code, 2);
    snapshot("errors__approve_no_such_guide", &error);
    let args = ["--as", "alice", "--guide", &path("mine.md"), "--guide", "1.10-1.11.md"];
    assert_eq!(desk.approve(&args).status.code(), Some(0));
    assert_eq!(desk.approvals()[0].guides.len(), 1);
}

#[test]
fn a_plan_that_nobody_may_carry_out_is_not_approved() {
    let blocked = Desk::new(Plan { ready: false, ..plan() });
    let expired =
        Desk::new(Plan { valid_until: Some("2020-01-01T00:00:00Z".parse().unwrap()), ..plan() });
    let tampered = Desk::new(plan());
    let text = String::from_utf8(tampered.read("upgrade.plan")).unwrap();
    tampered.write("upgrade.plan", text.replace("\"approvals\": 2", "\"approvals\": 0").as_bytes());
    for (name, desk) in [("blocked", blocked), ("expired", expired), ("tampered", tampered)] {
        let (code, error) = desk.refused(&["--as", "alice"]);
        assert_eq!(code, 4, "{name}");
        let digest = error.split_whitespace().find(|it| it.starts_with("sha256:"));
        let digest = digest.unwrap_or("sha256:").trim_end_matches(':').to_owned();
        snapshot(&format!("errors__approve_{name}"), &error.replace(&digest, "DIGEST"));
    }
    let desk = Desk::new(plan());
    desk.write("upgrade.plan", b"apiVersion: v1\n");
    assert_eq!(desk.refused(&["--as", "alice"]).0, 1);
    assert_eq!(desk.refused(&["--as", " alice"]).0, 2);
}

#[test]
fn an_approvals_file_that_cannot_be_read_is_left_as_it_is() {
    let desk = Desk::new(plan());
    desk.write("a", b"{}\n");
    let file = desk.path("a");
    let output = desk.approve(&["--as", "alice", "--approvals-file", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    snapshot("errors__approve_broken_file", &desk.said(&output.stderr));
    assert_eq!(desk.read("a"), b"{}\n");
}

#[cfg(unix)]
#[test]
fn people_who_approve_at_the_same_time_all_stand_in_the_file() {
    let desk = Desk::new(plan());
    let names: Vec<_> = (0..8).map(|it| format!("person-{it}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| assert!(desk.approve(&["--as", name]).status.success()));
        }
    });
    let approvals = desk.approvals();
    assert_eq!(approval::judge(&approvals, &desk.plan()).names(), names);
}

#[test]
fn an_approval_is_signed_with_the_key_that_is_named() {
    let desk = Desk::new(plan());
    let key = desk.path("key");
    let mut generate = std::process::Command::new("ssh-keygen");
    generate.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
    if generate.status().is_err() {
        println!("ssh-keygen is not installed: no approval is signed");
        return;
    }
    let sign = ["--as", "alice", "--sign", key.to_str().unwrap()];
    assert_eq!(desk.approve(&sign).status.code(), Some(0));
    let public = String::from_utf8(desk.read("key.pub")).unwrap();
    desk.write("allowed", format!("alice {public}").as_bytes());
    let allowed: &Path = &desk.path("allowed");
    let checked = kyma_upgrade::signature::check(desk.approvals(), allowed).unwrap();
    assert_eq!((checked.signed.len(), checked.refused.len()), (1, 0));
    let lines = desk.read("upgrade.plan.approvals");
    let private = String::from_utf8(desk.read("key")).unwrap();
    let secret = private.lines().nth(1).unwrap();
    assert!(!String::from_utf8(lines).unwrap().contains(secret));
}

#[test]
fn without_the_program_for_signatures_nothing_is_written() {
    let desk = Desk::new(plan());
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("PATH", desk.0.path()).env("HOME", desk.0.path());
    let plan = desk.path("upgrade.plan");
    let output = command.arg("approve").arg(plan).args(["--as", "alice", "--sign", "k"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    snapshot("errors__approve_without_ssh", &desk.said(&output.stderr));
    assert!(!desk.path("upgrade.plan.approvals").exists());
}
