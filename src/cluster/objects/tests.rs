//! Sequences of requests and failures.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::cluster::events::Note;
use crate::cluster::mock::{Answer, answering, cluster, ok, refused, scripted};
use crate::simulate::merge::{self, Style};

const LIVE: &str = "/api/v1/namespaces/a/configmaps/b";

fn key() -> ObjectKey {
    ObjectKey {
        group: String::new(),
        kind: "ConfigMap".to_owned(),
        namespace: Some("a".to_owned()),
        name: "b".to_owned(),
    }
}

fn manifest() -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "b", "namespace": "a" },
        "data": { "password": "hunter2" },
    })
}

/// The manifest as it was applied, of another value.
fn older() -> Value {
    let mut older = manifest();
    older["data"]["password"] = "hunter1".into();
    merge::annotated(&older)
}

fn permission() -> Permission {
    Permission {
        verb: "patch".to_owned(),
        group: "apps".to_owned(),
        resource: "deployments".to_owned(),
        subresource: None,
        namespace: Some("a".to_owned()),
        name: Some("b".to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_gets_the_time_that_it_asks_for_up_to_a_limit() {
    let (objects, log) =
        scripted(vec![Answer::Busy(429, 7), Answer::Busy(503, 9999), Answer::Lost, ok(manifest())]);
    let start = Instant::now();
    assert_eq!(objects.get("v1", &key()).await.unwrap(), Some(manifest()));
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(37) && waited < Duration::from_secs(45), "{waited:?}");
    assert_eq!(log.lines(), vec![format!("GET {LIVE}"); 4]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_in_time_is_an_error_that_says_so() {
    let (objects, _) = answering(Writes::Real, |_| Answer::Lost);
    let start = Instant::now();
    let cause = objects.get("v1", &key()).await.unwrap_err();
    assert!(
        start.elapsed() > Duration::from_secs(110) && start.elapsed() < Duration::from_secs(121)
    );
    assert!(cause.is_passing() && cause.to_string().contains("still after 11"), "{cause}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_asked_for_twice_and_quotes_no_value() {
    for (code, reason) in [(400, "BadRequest"), (403, "Forbidden"), (422, "Invalid")] {
        let (objects, log) = scripted(vec![refused(code, reason)]);
        let cause = objects.create(&manifest()).await.unwrap_err();
        let expected = format!(
            "the server refuses to create ConfigMap/a/b: {reason} ({code}): \
             data[password] (FieldValueInvalid)"
        );
        assert_eq!(cause.to_string(), expected);
        assert!(!format!("{cause:?}").contains("hunter"), "{cause:?}");
        assert!(!cause.is_passing());
        assert_eq!(log.lines().len(), 1);
    }
    let (objects, log) = scripted(vec![refused(401, "Unauthorized")]);
    assert_eq!(objects.create(&manifest()).await, Err(Cause::Unauthorized));
    assert_eq!(log.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_object_is_created_configured_or_left_alone() {
    let (objects, log) = scripted(vec![
        refused(404, "NotFound"),
        ok(merge::annotated(&manifest())),
        ok(older()),
        ok(merge::annotated(&manifest())),
        ok(merge::annotated(&manifest())),
    ]);
    let mut changes = Vec::new();
    for _ in 0..3 {
        changes.push(objects.apply(&manifest()).await.unwrap().change);
    }
    assert_eq!(changes, [Change::Created, Change::Configured, Change::Unchanged]);
    let (get, post) = (format!("GET {LIVE}"), "POST /api/v1/namespaces/a/configmaps".to_owned());
    assert_eq!(log.lines(), [get.clone(), post, get.clone(), format!("PATCH {LIVE}"), get]);
    let seen = log.seen();
    assert_eq!(seen[1].body, merge::annotated(&manifest()));
    assert!(seen[1].path.ends_with("?fieldManager=kubectl-client-side-apply"), "{}", seen[1].path);
    assert_eq!(seen[3].content_type, "application/strategic-merge-patch+json");
    assert_eq!(seen[3].body["data"], json!({ "password": "hunter2" }));
}

#[tokio::test(start_paused = true)]
async fn a_post_whose_answer_was_lost_is_not_repeated() {
    let (objects, log) =
        scripted(vec![refused(404, "NotFound"), Answer::Lost, ok(merge::annotated(&manifest()))]);
    let applied = objects.apply(&manifest()).await.unwrap();
    assert_eq!(applied.change, Change::Unchanged);
    let posts = log.lines().iter().filter(|it| it.starts_with("POST")).count();
    assert_eq!(posts, 1);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_somebody_else_creates_or_deletes_meanwhile_is_looked_at_again() {
    let (objects, log) = scripted(vec![
        refused(404, "NotFound"),
        refused(409, "AlreadyExists"),
        ok(older()),
        refused(409, "Conflict"),
        ok(older()),
        refused(404, "NotFound"),
        refused(404, "NotFound"),
        ok(manifest()),
    ]);
    let applied = objects.apply(&manifest()).await.unwrap();
    assert_eq!(applied.change, Change::Created);
    let methods: Vec<_> = log.seen().into_iter().map(|it| it.method).collect();
    assert_eq!(methods, ["GET", "POST", "GET", "PATCH", "GET", "PATCH", "GET", "POST"]);
    assert!(!format!("{applied:?}").contains("hunter"));
}

#[tokio::test(start_paused = true)]
async fn an_object_that_changes_all_the_time_is_given_up() {
    let (objects, log) = answering(Writes::Real, |seen| match &*seen.method {
        "GET" => ok(older()),
        _ => refused(409, "Conflict"),
    });
    let error = objects.apply(&manifest()).await.unwrap_err();
    assert!(error.to_string().contains("Conflict (409)"), "{error}");
    assert_eq!(log.lines().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn every_write_of_a_dry_run_says_so() {
    let (objects, log) = answering(Writes::DryRun, |seen| match &*seen.method {
        "GET" => ok(older()),
        _ => ok(json!({ "status": { "allowed": true } })),
    });
    objects.create(&manifest()).await.unwrap();
    objects.replace(&manifest()).await.unwrap();
    let patch = Patch { style: Style::Json, body: json!({ "data": null }) };
    objects.patch("v1", &key(), &patch).await.unwrap();
    assert!(objects.delete("v1", &key(), "u").await.unwrap());
    objects.apply(&manifest()).await.unwrap();
    assert!(objects.may(&permission()).await.unwrap());
    let note = Note { reason: "R", message: "m", warning: false };
    objects.note(&manifest(), note).await.unwrap();
    let writes: Vec<_> = log.seen().into_iter().filter(|it| it.method != "GET").collect();
    assert_eq!(writes.len(), 7);
    assert!(writes.iter().all(|it| it.path.contains("dryRun=All")), "{writes:?}");
    let delete = writes.iter().find(|it| it.method == "DELETE").unwrap();
    // The server does not read the parameters where there is a body.
    assert_eq!(delete.body["dryRun"], json!(["All"]));
}

#[tokio::test(start_paused = true)]
async fn only_the_object_with_the_uid_is_deleted() {
    let conflict = refused(409, "Conflict");
    let (objects, log) = scripted(vec![conflict, Answer::Lost, refused(404, "NotFound")]);
    let cause = objects.delete("v1", &key(), "u").await.unwrap_err();
    assert!(cause.rejection().unwrap().is_conflict());
    assert!(!objects.delete("v1", &key(), "u").await.unwrap());
    let body = &log.seen()[0].body;
    assert_eq!(body["preconditions"]["uid"], "u");
    assert_eq!(body["propagationPolicy"], "Background");
    assert_eq!(body.get("dryRun"), None);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_an_object_that_cannot_be_named() {
    let (objects, log) = scripted(Vec::new());
    for name in ["", "..", "a/b", "%2e"] {
        let key = ObjectKey { name: name.to_owned(), ..key() };
        let cause = objects.delete("v1", &key, "u").await.unwrap_err();
        assert!(matches!(cause, Cause::NoObject { field: "name", .. }), "{cause}");
    }
    assert!(objects.apply(&json!({ "kind": "ConfigMap" })).await.is_err());
    assert_eq!(log.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_missing_is_looked_for_again() {
    let mut lookups = 0;
    let (objects, _) = answering(Writes::Real, move |seen| {
        let path = seen.path.as_str();
        if path != "/apis/example.com/v1" {
            return ok(json!({ "found": path }));
        }
        lookups += 1;
        match lookups {
            1 => Answer::Text(404, "404 page not found"),
            2 => ok(json!({ "resources": [] })),
            _ => ok(
                json!({ "resources": [{ "name": "things", "kind": "Thing", "namespaced": true }] }),
            ),
        }
    });
    let key = ObjectKey { kind: "Thing".to_owned(), ..key() };
    for _ in 0..2 {
        let cause = objects.get("example.com/v1", &key).await.unwrap_err();
        assert_eq!(cause.to_string(), "the server serves no Thing of example.com/v1");
    }
    let found = objects.get("example.com/v1", &key).await.unwrap().unwrap();
    assert_eq!(found["found"], "/apis/example.com/v1/namespaces/a/things/b");
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_in_pages_and_its_items_say_what_they_are() {
    let item = |name: &str| json!({ "metadata": { "name": name } });
    let (objects, log) = scripted(vec![
        ok(json!({ "metadata": { "continue": "x&y" }, "items": [item("one")] })),
        refused(410, "Expired"),
        ok(json!({ "metadata": { "continue": "x&y" }, "items": [item("one")] })),
        ok(json!({ "metadata": {}, "items": [item("two")] })),
    ]);
    let items = objects.list("v1", "ConfigMap", None, Some("a=b")).await.unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|it| it["kind"] == "ConfigMap" && it["apiVersion"] == "v1"));
    let last = log.seen().pop().unwrap().path;
    assert_eq!(last, "/api/v1/configmaps?limit=500&labelSelector=a%3Db&continue=x%26y");
}

#[tokio::test(start_paused = true)]
async fn a_permission_is_asked_for_as_kubectl_says_it() {
    let denied = ok(json!({ "status": { "allowed": false } }));
    let (objects, log) = scripted(vec![refused(400, "BadRequest"), denied]);
    assert!(!objects.may(&permission()).await.unwrap());
    assert_eq!(permission().to_string(), "patch deployments.apps/b -n a");
    let seen = log.seen();
    assert!(seen[0].path.contains("dryRun=All") && !seen[1].path.contains("dryRun"));
    let expected = json!({
        "verb": "patch", "group": "apps", "resource": "deployments", "namespace": "a", "name": "b",
    });
    assert_eq!(seen[1].body["spec"]["resourceAttributes"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_told_by_the_uid_of_its_system_namespace() {
    let (cluster, log) = cluster(|_| ok(json!({ "metadata": { "uid": "u-1" } })));
    assert_eq!(cluster.identity().await.unwrap(), "u-1");
    assert_eq!(log.lines(), ["GET /api/v1/namespaces/kube-system"]);
}
