use serde_json::json;

use super::*;
use crate::cluster::mock::{ok, refused, scripted};

const NOTE: Note<'_> = Note { reason: "StepDone", message: "applied", warning: true };

fn about() -> Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Thing",
        "metadata": { "name": "x", "namespace": "n", "uid": "u" },
    })
}

#[tokio::test(start_paused = true)]
async fn an_event_names_the_object_and_is_counted_when_it_is_there() {
    let (objects, log) =
        scripted(vec![refused(409, "AlreadyExists"), ok(json!({ "count": 2 })), ok(json!({}))]);
    objects.note(&about(), NOTE).await.unwrap();
    let seen = log.seen();
    let event = &seen[0].body;
    assert_eq!(event["involvedObject"]["uid"], "u");
    assert_eq!(event["type"], "Warning");
    assert_eq!(event["source"]["component"], "kyma-upgrade");
    assert_eq!(seen[0].line(), "POST /api/v1/namespaces/n/events");
    let name = event["metadata"]["name"].as_str().unwrap();
    assert_eq!(seen[2].line(), format!("PATCH /api/v1/namespaces/n/events/{name}"));
    assert_eq!(seen[2].body["count"], 3);
}

#[test]
fn an_event_has_the_same_name_for_the_same_words_only() {
    let name = |note| event(&about(), note)["metadata"]["name"].clone();
    assert_eq!(name(NOTE), name(NOTE));
    assert_ne!(name(NOTE), name(Note { message: "other", ..NOTE }));
}
