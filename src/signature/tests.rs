use std::process::Command;

use super::*;
use crate::plan::approval::APPROVAL_FORMAT;

/// A folder with keys; none where the program is not installed.
fn keys(names: &[&str]) -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        let mut command = Command::new(PROGRAM);
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(path);
        let Ok(status) = command.status() else {
            println!("{PROGRAM} is not installed: signatures are not checked");
            return None;
        };
        assert!(status.success());
    }
    Some(folder)
}

fn approval(by: &str) -> Approval {
    Approval {
        format: APPROVAL_FORMAT,
        plan: "sha256:00".to_owned(),
        by: by.to_owned(),
        at: "2026-01-02T03:04:05Z".parse().unwrap(),
        guides: Vec::new(),
        accepted: Vec::new(),
        note: None,
        digest: String::new(),
        signature: None,
    }
}

fn signed(by: &str, key: &Path) -> Approval {
    let mut approval = approval(by);
    sign(&mut approval, key).unwrap();
    approval
}

/// Writes a list of allowed signers: names, options and the name of the key in each line.
fn allowed(folder: &Path, lines: &[(&str, &str, &str)]) -> PathBuf {
    let line = |(names, options, key): &(&str, &str, &str)| {
        let public = fs_err::read_to_string(folder.join(format!("{key}.pub"))).unwrap();
        format!("{names} {options} {public}")
    };
    let path = folder.join("allowed_signers");
    fs_err::write(&path, lines.iter().map(line).collect::<String>()).unwrap();
    path
}

/// Why the approvals are refused; empty for those that are not.
fn refusals(approvals: Vec<Approval>, allowed: &Path) -> Vec<String> {
    let all: Vec<_> = approvals.iter().map(|it| it.by.clone()).collect();
    let checked = check(approvals, allowed).unwrap();
    assert_eq!(checked.signed.len() + checked.refused.len(), all.len());
    checked.refused.into_iter().map(|(name, why)| format!("{name}: {why}")).collect()
}

const BAD: &str = "its signature is not that of a key that is allowed for this name now";

#[test]
fn a_signature_counts_for_its_name_its_content_and_its_key() {
    let Some(folder) = keys(&["alice", "bob"]) else { return };
    let folder = folder.path();
    let allowed = allowed(folder, &[("alice", "", "alice"), ("bob", "", "bob")]);
    let fine = signed("alice", &folder.join("alice"));
    assert_eq!(refusals(vec![fine.clone()], &allowed), [""; 0]);
    assert_eq!(
        refusals(vec![signed("alice", &folder.join("bob"))], &allowed),
        [format!("alice: {BAD}")]
    );
    let note = Approval { note: Some("more".to_owned()), ..fine.clone() };
    assert_eq!(refusals(vec![note], &allowed), [format!("alice: {BAD}")]);
    let other = Approval { by: "bob".to_owned(), ..fine.clone() };
    assert_eq!(refusals(vec![other], &allowed), [format!("bob: {BAD}")]);
    assert_eq!(refusals(vec![approval("alice")], &allowed), ["alice: it is not signed"]);
    let broken = Approval { signature: Some("no signature".to_owned()), ..fine };
    assert_eq!(refusals(vec![broken], &allowed), [format!("alice: {BAD}")]);
}

#[test]
fn a_signature_for_something_else_does_not_count() {
    let Some(folder) = keys(&["alice"]) else { return };
    let folder = folder.path();
    let mut approval = approval("alice");
    let mut command = Command::new(PROGRAM);
    command.args(["-Y", "sign", "-n", "git", "-f"]).arg(folder.join("alice"));
    let output = run(command, &approval.signed_bytes()).unwrap();
    approval.signature = Some(String::from_utf8(output.stdout).unwrap());
    let any = allowed(folder, &[("alice", "", "alice")]);
    assert_eq!(refusals(vec![approval.clone()], &any), [format!("alice: {BAD}")]);
    let only_git = allowed(folder, &[("alice", "namespaces=\"git\"", "alice")]);
    let fine = signed("alice", &folder.join("alice"));
    assert_eq!(refusals(vec![fine], &only_git), [format!("alice: {BAD}")]);
}

#[test]
fn a_key_that_is_valid_no_more_does_not_count() {
    let Some(folder) = keys(&["alice"]) else { return };
    let folder = folder.path();
    let fine = signed("alice", &folder.join("alice"));
    let past = allowed(folder, &[("alice", "valid-before=\"20200101\"", "alice")]);
    assert_eq!(refusals(vec![fine.clone()], &past), [format!("alice: {BAD}")]);
    let since = allowed(folder, &[("alice", "valid-after=\"20200101\"", "alice")]);
    assert_eq!(refusals(vec![fine], &since), [""; 0]);
}

#[test]
fn one_key_is_one_person_whatever_names_it_is_allowed_for() {
    let Some(folder) = keys(&["alice"]) else { return };
    let folder = folder.path();
    let allowed = allowed(folder, &[("*@example.org", "", "alice")]);
    let names = ["a@example.org", "A@example.org", "b@example.org"];
    let approvals = names.map(|it| signed(it, &folder.join("alice"))).to_vec();
    let expected = "b@example.org: the key that signed it signed for a@example.org, too";
    assert_eq!(refusals(approvals, &allowed), [expected]);
}

#[test]
fn what_is_missing_is_named() {
    let Some(folder) = keys(&["alice"]) else { return };
    let none = folder.path().join("none");
    let error = sign(&mut approval("alice"), &none).unwrap_err();
    assert!(error.to_string().contains("/none: "), "{error}");
    let error = check(vec![approval("alice")], &none).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the allowed signers: "), "{error}");
}
