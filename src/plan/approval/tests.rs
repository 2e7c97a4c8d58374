use super::*;
use crate::plan::{KIND, PlannedHop, ReadSet};
use crate::release::Deployment;

fn guide(name: &str, text: &str) -> PlannedGuide {
    let (name, sha256) = (name.to_owned(), digest::sha256(text.as_bytes()));
    PlannedGuide { url: format!("https://example.org/{text}/{name}"), name, sha256 }
}

/// A plan with a guide for each of two hops, and one whose text differs between them.
fn plan(accepted: &[&str]) -> Plan {
    let version = |text: &str| text.parse().unwrap();
    let hop = |from: &str, to: &str, guides: &[PlannedGuide]| PlannedHop {
        from: version(from),
        to: version(to),
        steps: Vec::new(),
        guides: guides.to_vec(),
        predictions: Vec::new(),
        kept: Vec::new(),
        moves: Vec::new(),
        after: ReadSet::default(),
    };
    Plan {
        kind: KIND.to_owned(),
        format: 1,
        digest: digest::sha256(accepted.concat().as_bytes()),
        tool: "0.1.0".to_owned(),
        from: version("1.0.0"),
        to: version("1.2.0"),
        deployment: Deployment::Cluster,
        cluster: None,
        valid_until: None,
        approvals: 1,
        ready: true,
        accepted: accepted.iter().map(|it| (*it).to_owned()).collect(),
        acceptances: Vec::new(),
        releases: Vec::new(),
        hops: vec![
            hop("1.0.0", "1.1.0", &[guide("1.0-1.1.md", "a"), guide("both.md", "b")]),
            hop("1.1.0", "1.2.0", &[guide("both.md", "c")]),
        ],
        read_set: ReadSet::default(),
        report: serde_json::Value::Null,
    }
}

fn approval(plan: &Plan, by: &str, guides: &[PlannedGuide]) -> Approval {
    Approval::new(plan, (by, "2026-01-02T03:04:05Z".parse().unwrap()), guides, None)
}

fn refused(approvals: &[Approval], plan: &Plan) -> Vec<(String, String)> {
    judge(approvals, plan).refused
}

#[test]
fn a_line_that_was_read_is_written_with_the_same_bytes() {
    let plan = plan(&["guide-missing@1.1.0:1.0-1.1.md"]);
    let mut one = approval(&plan, "alice@example.org", &[guide("1.0-1.1.md", "a")]);
    one.signature = Some("-----BEGIN SSH SIGNATURE-----\n".to_owned());
    let two = Approval::new(&plan, ("bob", one.at), &[], Some("looks\ngood"));
    let text = format!("{}\n{}", one.line(), two.line());
    let approvals = read("plan.approvals", &text).unwrap();
    assert_eq!(approvals, [one.clone(), two.clone()]);
    assert_eq!(one.line().lines().count(), 1);
    assert_eq!(judge(&approvals, &plan).names(), ["alice@example.org", "bob"]);
}

#[test]
fn the_signature_is_over_everything_else() {
    let plan = plan(&[]);
    let mut signed = approval(&plan, "alice", &[]);
    let bytes = signed.signed_bytes();
    signed.signature = Some("x".to_owned());
    assert_eq!(signed.signed_bytes(), bytes);
    assert!(String::from_utf8(bytes).unwrap().contains(&signed.digest));
}

#[test]
fn every_field_is_covered_by_the_digest() {
    let plan = plan(&["guide-missing@1.1.0:1.0-1.1.md"]);
    let fine = approval(&plan, "alice", &[guide("1.0-1.1.md", "a")]);
    assert_eq!(refused(std::slice::from_ref(&fine), &plan), []);
    let changes: [fn(&mut Approval); 6] = [
        |it| it.by = "mallory".to_owned(),
        |it| it.at = Timestamp::UNIX_EPOCH,
        |it| it.guides.clear(),
        |it| it.accepted.clear(),
        |it| it.note = Some(String::new()),
        |it| it.plan = digest::sha256(b"another plan"),
    ];
    for change in changes {
        let mut changed = fine.clone();
        change(&mut changed);
        let why = "it was changed after it was made".to_owned();
        assert_eq!(refused(&[changed.clone()], &plan), [(changed.by, why)]);
    }
}

#[test]
fn an_approval_of_another_plan_says_nothing_about_this_one() {
    let other = approval(&plan(&["guide-stale:x"]), "alice", &[]);
    let found = refused(&[other], &plan(&[]));
    assert!(found[0].1.starts_with("it is for the plan sha256:"), "{found:?}");
}

#[test]
fn a_guide_with_another_text_and_other_accepted_findings_do_not_count() {
    let plan = plan(&[]);
    let other_text = approval(&plan, "alice", &[guide("1.0-1.1.md", "z")]);
    let mut other_findings = plan.clone();
    other_findings.accepted.push("guide-stale:x".to_owned());
    let other_findings = approval(&other_findings, "bob", &[]);
    let whys: Vec<_> = refused(&[other_text, other_findings], &plan);
    let whys: Vec<_> = whys.iter().map(|it| it.1.as_str()).collect();
    let expected = [
        "it names a text of 1.0-1.1.md that is not that of the plan",
        "it accepts other findings than the plan does",
    ];
    assert_eq!(whys, expected);
}

#[test]
fn a_name_counts_once_and_the_last_approval_is_the_one() {
    let plan = plan(&[]);
    let again = approval(&plan, "Alice", &[guide("1.0-1.1.md", "a")]);
    let approvals = [approval(&plan, "alice", &[]), approval(&plan, "bob", &[]), again.clone()];
    let judged = judge(&approvals, &plan);
    assert_eq!(judged.names(), ["Alice", "bob"]);
    assert_eq!(judged.valid[0], &again);
    assert_eq!(judged.refused.len(), 1);
}

#[test]
fn a_guide_is_read_when_all_texts_of_its_name_were() {
    let plan = plan(&[]);
    let one = approval(&plan, "alice", &[guide("1.0-1.1.md", "a"), guide("both.md", "b")]);
    let two = approval(&plan, "bob", &[guide("both.md", "c")]);
    let read = |approvals: &[Approval]| judge(approvals, &plan).guides_read(&plan);
    assert_eq!(read(std::slice::from_ref(&one)), ["1.0-1.1.md"]);
    assert_eq!(read(&[one, two]), ["1.0-1.1.md", "both.md"]);
}

#[test]
fn a_line_that_is_no_approval_is_named() {
    let line = approval(&plan(&[]), "alice", &[]).line();
    for (text, expected) in [
        ("{}", "a.approvals:1 is no approval: missing field `format`"),
        ("\n[", "a.approvals:2 is no approval: EOF while parsing a list"),
        (&line[..40], "a.approvals:1 is no approval: EOF while parsing a string"),
        (
            &line.replace("\"format\":1", "\"format\":2"),
            "a.approvals:1 is no approval: it has format 2, and this program reads 1",
        ),
        (&line.replace("{\"format\"", "{\"more\":1,\"format\""), "unknown field `more`"),
        (&line.replace("2026-01-02", "2026-13-02"), "a.approvals:1 is no approval: "),
    ] {
        let error = read("a.approvals", text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn names_are_plain_texts() {
    for text in ["alice", "Alice B. <alice@example.org>", "Ünal"] {
        assert_eq!(name(text).as_deref(), Ok(text));
    }
    for text in ["", " alice", "alice\n", "a\u{1b}[2Kb", &"x".repeat(201)] {
        assert_eq!(name(text), Err(NotAName));
    }
}
