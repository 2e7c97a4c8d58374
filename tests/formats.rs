//! Every format of plans, approvals and journals that ever was can still be read.
//!
//! A file in `fixtures/formats` is never changed: a new format gets new files beside it.

use std::path::PathBuf;

use kyma_upgrade::journal::{Journal, ResumePoint};
use kyma_upgrade::plan::{Plan, approval};

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    fs_err::read(folder.join(name)).expect("the fixture is there")
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).expect("fixtures are texts")
}

#[test]
fn a_plan_of_format_1_is_read_and_written_as_it_is() {
    let bytes = file("plan-1.json");
    let plan = Plan::read(&bytes).expect("the plan can be read");
    assert_eq!(plan.format, 1);
    assert_eq!(plan.to_bytes(), bytes);
    assert!(!plan.hops.is_empty() && !plan.read_set.objects.is_empty());
}

#[test]
fn approvals_of_format_1_count_for_their_plan() {
    let plan = Plan::read(&file("plan-1.json")).expect("the plan can be read");
    let approvals = approval::read("approvals-1.jsonl", &text("approvals-1.jsonl"));
    let approvals = approvals.expect("the approvals can be read");
    assert_eq!(approval::judge(&approvals, &plan).names(), ["alice"]);
}

#[test]
fn a_journal_of_format_1_says_where_to_go_on() {
    let plan = Plan::read(&file("plan-1.json")).expect("the plan can be read");
    let journal = Journal::read(&text("journal-1.jsonl")).expect("the journal can be read");
    assert_eq!(journal.text(), text("journal-1.jsonl"));
    let point = journal.resume_point(&plan).expect("it is the journal of the plan");
    let begun = Some(Some("what was known".to_owned()));
    assert_eq!(point, ResumePoint { hop: 0, step: 1, begun });
}
