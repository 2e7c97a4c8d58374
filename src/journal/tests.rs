use proptest::prelude::*;

use super::*;
use crate::plan::{Action, PlannedHop, ReadSet};
use crate::release::Deployment;

fn step(id: &str) -> Step {
    Step {
        id: id.to_owned(),
        action: Action::Check,
        target: "cluster".to_owned(),
        command: None,
        wait: None,
        note: None,
        digest: digest::sha256(id.as_bytes()),
    }
}

fn plan() -> Plan {
    let hop = |from: &str, to: &str, steps: usize| PlannedHop {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        steps: (1..=steps).map(|it| step(&format!("{to}/{it}"))).collect(),
        guides: Vec::new(),
        predictions: Vec::new(),
        kept: Vec::new(),
        moves: Vec::new(),
        after: ReadSet::default(),
    };
    Plan {
        kind: crate::plan::KIND.to_owned(),
        format: 1,
        digest: "sha256:1".to_owned(),
        tool: "0".to_owned(),
        from: "1.0.0".parse().unwrap(),
        to: "1.2.0".parse().unwrap(),
        deployment: Deployment::Cluster,
        cluster: None,
        valid_until: None,
        approvals: 0,
        ready: true,
        accepted: Vec::new(),
        acceptances: Vec::new(),
        releases: Vec::new(),
        hops: vec![hop("1.0.0", "1.1.0", 2), hop("1.1.0", "1.2.0", 3)],
        read_set: ReadSet::default(),
        report: serde_json::Value::Null,
    }
}

/// Everything that a run without trouble writes.
fn events(plan: &Plan) -> Vec<Event> {
    let cluster = "one".to_owned();
    let mut events = vec![Event::Started { cluster, approved_by: Vec::new() }];
    for it in plan.hops.iter().flat_map(|it| &it.steps) {
        let (step, digest) = (it.id.clone(), it.digest.clone());
        events.push(Event::Begun { step: step.clone(), digest, note: Some("n".to_owned()) });
        events.push(Event::Done { step, result: "done".to_owned() });
    }
    events.push(Event::Finished);
    events
}

fn journal(plan: &Plan, events: impl IntoIterator<Item = Event>) -> Journal {
    let mut journal = Journal::default();
    for event in events {
        journal.append(plan, "test", Timestamp::UNIX_EPOCH, event);
    }
    journal
}

proptest! {
    /// A crash may happen after any byte; what is left resumes at the step that was not done.
    #[test]
    fn any_prefix_of_the_bytes_resumes(at in any::<prop::sample::Index>()) {
        let plan = plan();
        let whole = journal(&plan, events(&plan));
        let cut = at.index(whole.text().len() + 1);
        let read = Journal::read(&whole.text()[..cut]).unwrap();
        let point = read.resume_point(&plan).unwrap();
        let done = read.entries().iter().filter(|it| matches!(it.event, Event::Done { .. })).count();
        let steps: Vec<_> = plan.hops.iter().enumerate()
            .flat_map(|(hop, it)| (0..it.steps.len()).map(move |step| (hop, step))).collect();
        let expected = steps.get(done).copied().unwrap_or((plan.hops.len(), 0));
        prop_assert_eq!((point.hop, point.step), expected);
        let last = read.entries().last().map(|it| &it.event);
        prop_assert_eq!(point.begun.is_some(), matches!(last, Some(Event::Begun { .. })));
        // What is left goes on to the same end.
        let mut resumed = read;
        for it in steps[done..].iter().map(|(hop, step)| &plan.hops[*hop].steps[*step]) {
            let (step, digest) = (it.id.clone(), it.digest.clone());
            resumed.append(&plan, "test", Timestamp::UNIX_EPOCH, Event::Begun { step: step.clone(), digest, note: None });
            resumed.append(&plan, "test", Timestamp::UNIX_EPOCH, Event::Done { step, result: String::new() });
        }
        prop_assert!(Journal::read(resumed.text()).unwrap().resume_point(&plan).unwrap().is_end(&plan));
    }

    #[test]
    fn a_changed_byte_is_noticed(at in 0usize..4000, byte in 32u8..127) {
        let plan = plan();
        let whole = journal(&plan, events(&plan));
        let last_line = whole.text().trim_end().rfind('\n').unwrap();
        let at = at % last_line;
        let mut bytes = whole.text().as_bytes().to_vec();
        prop_assume!(bytes[at] != byte && bytes[at] != b'\n');
        bytes[at] = byte;
        prop_assert!(Journal::read(std::str::from_utf8(&bytes).unwrap()).is_err());
    }
}

#[test]
fn a_step_that_failed_is_done_again_with_what_was_known_first() {
    let plan = plan();
    let mut events = events(&plan)[..2].to_vec();
    let step = plan.hops[0].steps[0].clone();
    events.push(Event::Failed { step: step.id.clone(), error: "no".to_owned() });
    events.push(Event::Begun {
        step: step.id,
        digest: step.digest,
        note: Some("later".to_owned()),
    });
    let point = journal(&plan, events).resume_point(&plan).unwrap();
    assert_eq!(point, ResumePoint { hop: 0, step: 0, begun: Some(Some("n".to_owned())) });
}

#[test]
fn the_journal_of_another_plan_is_refused() {
    let first = plan();
    let second = Plan { digest: "sha256:2".to_owned(), ..plan() };
    let error = journal(&first, events(&first)).resume_point(&second).unwrap_err();
    assert_eq!(error.to_string(), "line 1 is about the plan sha256:1, and this is sha256:2");
}

#[test]
fn a_step_at_the_wrong_place_is_refused() {
    let plan = plan();
    let mut events = events(&plan);
    events.remove(2);
    let error = journal(&plan, events).resume_point(&plan).unwrap_err();
    assert!(matches!(error, JournalError::OutOfOrder { line: 3, .. }), "{error}");
}

#[test]
fn the_longer_copy_counts_and_two_histories_are_told() {
    let plan = plan();
    let all = events(&plan);
    let (short, long) = (journal(&plan, all[..3].to_vec()), journal(&plan, all.clone()));
    assert_eq!(Journal::longer(short.clone(), long.clone()), Ok(long.clone()));
    assert_eq!(Journal::longer(long.clone(), short), Ok(long.clone()));
    let mut other = all;
    other[2] = Event::Stopped { reason: "Ctrl-C".to_owned() };
    let error = Journal::longer(long.clone(), journal(&plan, other)).unwrap_err();
    assert!(matches!(error, JournalError::TwoHistories { line: 3, .. }), "{error}");
    // A last line here that never came to the cluster.
    let mut events = events(&plan)[..2].to_vec();
    events.push(Event::Finished);
    assert_eq!(Journal::longer(journal(&plan, events), long.clone()), Ok(long));
}
