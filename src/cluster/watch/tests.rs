use serde_json::json;

use super::*;
use crate::cluster::mock::{Answer, Log, Seen, answering, ok, refused};
use crate::cluster::objects::Writes;

const INTERVAL: Duration = Duration::from_secs(5);

fn installation(version: u64, state: &str) -> Value {
    json!({
        "metadata": { "name": "kyma-installation", "uid": "u", "resourceVersion": version.to_string() },
        "status": { "state": state },
    })
}

fn list(version: u64, items: &[Value]) -> Answer {
    ok(json!({ "metadata": { "resourceVersion": version.to_string() }, "items": items }))
}

fn event(kind: &str, object: &Value) -> String {
    json!({ "type": kind, "object": object }).to_string() + "\n"
}

fn events(events: &[String]) -> Answer {
    Answer::Text(200, events.concat().leak())
}

/// A watch of a cluster that answers in turn to lists, and to watches.
fn watch(lists: Vec<Answer>, watches: Vec<Answer>) -> (InstallationWatch, Log) {
    let (mut lists, mut watches) = (lists.into_iter(), watches.into_iter());
    let answer = move |seen: &Seen| {
        let answers = if seen.path.contains("watch=true") { &mut watches } else { &mut lists };
        answers.next().unwrap_or(Answer::Lost)
    };
    let (objects, log) = answering(Writes::Real, answer);
    (objects.watch_installation(INTERVAL), log)
}

async fn states(watch: &mut InstallationWatch, count: usize) -> Vec<String> {
    let mut states = Vec::new();
    for _ in 0..count {
        states.push(match watch.next().await {
            Sighting::Present(object) => object["status"]["state"].as_str().unwrap().to_owned(),
            Sighting::Absent => "absent".to_owned(),
            Sighting::Trouble(cause) => cause.to_string(),
        });
    }
    states
}

#[tokio::test(start_paused = true)]
async fn it_is_read_first_and_then_watched_from_the_version_of_the_list() {
    let bookmark = json!({ "kind": "Installation", "apiVersion": "v1", "metadata": { "resourceVersion": "9" } });
    let (mut watch, log) = watch(
        vec![list(7, &[installation(3, "Installed")])],
        vec![events(&[
            event("BOOKMARK", &bookmark),
            event("MODIFIED", &installation(10, "InProgress")),
            event("DELETED", &installation(11, "InProgress")),
        ])],
    );
    assert_eq!(states(&mut watch, 3).await, ["Installed", "InProgress", "absent"]);
    let opened = log.seen().pop().unwrap().path;
    assert!(opened.contains("fieldSelector=metadata.name%3Dkyma-installation"), "{opened}");
    assert!(opened.contains("resourceVersion=7") && opened.contains("allowWatchBookmarks=true"));
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_cut_or_gone_or_unreadable_begins_with_a_read() {
    let gone = json!({ "kind": "Status", "status": "Failure", "code": 410, "reason": "Expired" });
    let (mut watch, _) = watch(
        (1..=6).map(|at| list(at * 10, &[installation(at * 10, &at.to_string())])).collect(),
        vec![
            events(&[]),
            refused(410, "Expired"),
            events(&[event("ERROR", &gone)]),
            events(&["{\"type\": \"MODIFIED\", \"obj".to_owned()]),
            events(&["<html>\n".to_owned()]),
        ],
    );
    let start = Instant::now();
    assert_eq!(states(&mut watch, 6).await, ["1", "2", "3", "4", "5", "6"]);
    assert!(start.elapsed() <= INTERVAL * 6, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_forbidden_is_asked_for_once_and_replaced_by_polling() {
    let lists = (1..=4).map(|at| list(at, &[installation(at, &at.to_string())])).collect();
    let (mut watch, log) = watch(lists, vec![refused(403, "Forbidden")]);
    let start = Instant::now();
    assert_eq!(states(&mut watch, 4).await, ["1", "2", "3", "4"]);
    assert_eq!(start.elapsed().as_secs(), 15);
    let watches = log.seen().iter().filter(|it| it.path.contains("watch=true")).count();
    assert_eq!(watches, 1);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_list_gets_the_object_alone() {
    let lists = vec![refused(403, "Forbidden"), ok(installation(1, "a")), ok(installation(2, "b"))];
    let (mut watch, log) = watch(lists, Vec::new());
    assert_eq!(states(&mut watch, 2).await, ["a", "b"]);
    assert!(log.lines()[1].ends_with("/installations/kyma-installation"));
    assert_eq!(log.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn trouble_is_told_once_and_ends() {
    let lists = vec![
        list(1, &[installation(1, "a")]),
        Answer::Busy(503, 1),
        Answer::Lost,
        list(1, &[installation(1, "a")]),
    ];
    let (mut watch, _) = watch(lists, Vec::new());
    let seen = states(&mut watch, 3).await;
    assert_eq!((&*seen[0], &*seen[2]), ("a", "a"));
    assert!(seen[1].contains("answered 503"), "{}", seen[1]);
}

#[tokio::test(start_paused = true)]
async fn a_state_from_the_past_is_not_believed() {
    let lists = vec![
        list(8, &[installation(8, "InProgress")]),
        list(5, &[installation(5, "Installed")]),
        list(9, &[installation(8, "InProgress")]),
        list(10, &[installation(10, "Error")]),
    ];
    let (mut watch, _) = watch(lists, Vec::new());
    assert_eq!(states(&mut watch, 2).await, ["InProgress", "Error"]);
}

#[tokio::test(start_paused = true)]
async fn a_past_that_stays_is_a_backup_that_was_put_back() {
    let mut lists = vec![list(8, &[installation(8, "InProgress")])];
    lists.extend((0..5).map(|_| list(5, &[installation(5, "Installed")])));
    let (mut watch, _) = watch(lists, Vec::new());
    assert_eq!(states(&mut watch, 2).await, ["InProgress", "Installed"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_loses_nothing() {
    let lists = (1..=3).map(|at| list(at, &[installation(at, &at.to_string())])).collect();
    let (mut watch, _) = watch(lists, Vec::new());
    let mut seen = Vec::new();
    while seen.len() < 3 {
        if let Ok(Sighting::Present(it)) = timeout(INTERVAL / 3, watch.next()).await {
            seen.push(it["status"]["state"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(seen, ["1", "2", "3"]);
}
