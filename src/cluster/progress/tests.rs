use std::collections::BTreeMap;

use super::*;
use crate::cluster::mock::{Answer, Store, answering};
use crate::cluster::objects::Writes;

const AT: &str = "/api/v1/namespaces/kyma-installer/configmaps/kyma-upgrade-journal";

fn annotations(step: &str) -> BTreeMap<String, String> {
    [("step".to_owned(), step.to_owned())].into()
}

#[tokio::test(start_paused = true)]
async fn the_journal_comes_back_as_it_was_written() {
    let store = Store::default();
    let answers = store.clone();
    let (objects, _) = answering(Writes::Real, move |seen| answers.answer(seen));
    assert_eq!(Progress::read(&objects).await.unwrap(), None);
    let first = Progress::write(&objects, None, "one\n", &annotations("1")).await.unwrap();
    let second = Progress::write(&objects, Some(&first), "one\ntwo\n", &annotations("2")).await;
    let read = Progress::read(&objects).await.unwrap().unwrap();
    assert_eq!(second.unwrap(), read);
    assert_eq!((&*read.journal, read.annotations), ("one\ntwo\n", annotations("2")));
    let labels = &store.get(AT).unwrap()["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/managed-by"], "kyma-upgrade");
}

#[tokio::test(start_paused = true)]
async fn of_two_writers_one_learns_of_the_other() {
    let store = Store::default();
    let (objects, _) = answering(Writes::Real, move |seen| store.answer(seen));
    let first = Progress::write(&objects, None, "a", &annotations("1")).await.unwrap();
    let again = Progress::write(&objects, None, "b", &annotations("1")).await;
    assert_eq!(again, Err(ProgressError::Changed));
    Progress::write(&objects, Some(&first), "ab", &annotations("1")).await.unwrap();
    let other = Progress::write(&objects, Some(&first), "ac", &annotations("1")).await;
    assert_eq!(other, Err(ProgressError::Changed));
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_known_for_ones_own() {
    let store = Store::default();
    let mut lost = 0;
    let (objects, _) = answering(Writes::Real, move |seen| {
        let answer = store.answer(seen);
        lost += u32::from(seen.method != "GET");
        if lost == 1 && seen.method == "POST" { Answer::Lost } else { answer }
    });
    let written = Progress::write(&objects, None, "a", &annotations("1")).await.unwrap();
    Progress::write(&objects, Some(&written), "ab", &annotations("1")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_does_not_fit_is_not_sent() {
    let (objects, log) = answering(Writes::Real, |_| Answer::Lost);
    let text = "x".repeat(MAX_BYTES + 1);
    let error = Progress::write(&objects, None, &text, &annotations("1")).await.unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
    assert_eq!(log.lines().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_label_beside_the_journal_and_a_late_line_of_ones_own_are_gone_over() {
    let store = Store::default();
    let answers = store.clone();
    let (objects, _) = answering(Writes::Real, move |seen| answers.answer(seen));
    let first = Progress::write(&objects, None, "a\n", &annotations("1")).await.unwrap();
    let mut live = store.get(AT).unwrap();
    live["metadata"]["labels"]["team"] = "x".into();
    store.set(AT, Some(live));
    let second =
        Progress::write(&objects, Some(&first), "a\nb\n", &annotations("2")).await.unwrap();
    assert_eq!(second.journal, "a\nb\n");
    // The second line is there, although its answer never came.
    let third = Progress::write(&objects, Some(&first), "a\nb\nc\n", &annotations("3")).await;
    assert_eq!(third.unwrap().journal, "a\nb\nc\n");
    assert_eq!(store.get(AT).unwrap()["metadata"]["labels"]["team"], "x");
}
