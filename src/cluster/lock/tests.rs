use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tokio::time::advance;

use super::*;
use crate::cluster::Patience;
use crate::cluster::mock::{Answer, Log, Store, answering, bare, ok};

const AT: &str = "/apis/coordination.k8s.io/v1/namespaces/kyma-installer/leases/kyma-upgrade";
const DURATION: Duration = Duration::from_secs(30);

/// A cluster whose connections break while `cut` says so.
fn breaking() -> (Objects, Store, Arc<AtomicBool>, Log) {
    let (store, cut) = (Store::default(), Arc::new(AtomicBool::new(false)));
    let (answers, is_cut) = (store.clone(), cut.clone());
    let (objects, log) = answering(Writes::Real, move |seen| {
        if is_cut.load(Ordering::SeqCst) { Answer::Lost } else { answers.answer(seen) }
    });
    (objects, store, cut, log)
}

fn cluster() -> (Objects, Store) {
    let (objects, store, ..) = breaking();
    (objects, store)
}

async fn acquire(objects: &Objects, holder: &str) -> Result<Held, LockError> {
    Lock::acquire(objects, holder, DURATION).await
}

/// What the holder of the error is called; empty if the lock was taken.
fn loser(result: Result<Held, LockError>) -> String {
    match result {
        Ok(_) => String::new(),
        Err(LockError::HeldBy(holder)) => holder.holder,
        Err(error) => error.to_string(),
    }
}

/// Passes time in steps in which others can work.
async fn pass(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_at_once_exactly_one_gets_the_lock() {
    let (objects, store) = cluster();
    let start = Instant::now();
    let first = async {
        let held = acquire(&objects, "one").await;
        pass(DURATION * 2).await;
        held
    };
    let second = async {
        let held = acquire(&objects, "two").await;
        pass(DURATION * 2).await;
        held
    };
    let (first, second) = tokio::join!(first, second);
    let spec = store.get(AT).unwrap()["spec"].clone();
    let winner = spec["holderIdentity"].as_str().unwrap();
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    let (told, held) = match first {
        Ok(held) => (loser(second), held),
        Err(error) => (loser(Err(error)), second.ok().unwrap()),
    };
    assert_eq!(told, winner);
    held.check().unwrap();
    assert!(start.elapsed() >= DURATION * 2);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_renews_keeps_the_lock_and_is_told() {
    let (objects, _) = cluster();
    let held = acquire(&objects, "one").await.unwrap();
    pass(DURATION * 3).await;
    held.check().unwrap();
    let start = Instant::now();
    let Err(LockError::HeldBy(holder)) = acquire(&objects, "two").await else { panic!() };
    assert!(start.elapsed() < DURATION / 2, "{:?}", start.elapsed());
    assert_eq!(holder.holder, "one");
    assert!(holder.since.ends_with('Z') && holder.expires.ends_with('Z'), "{holder}");
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_a_crashed_holder_is_taken_after_its_whole_duration() {
    let (objects, store) = cluster();
    drop(acquire(&objects, "one").await.unwrap());
    let start = Instant::now();
    // Not even the same name gets it earlier.
    let held = acquire(&objects, "one").await.unwrap();
    assert!(start.elapsed() >= DURATION && start.elapsed() < DURATION + LOOK * 2);
    held.check().unwrap();
    assert_eq!(store.get(AT).unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_released_lock_is_free_at_once() {
    let (objects, store) = cluster();
    acquire(&objects, "one").await.unwrap().release().await.unwrap();
    assert_eq!(Lock::holder(&objects).await.unwrap(), None);
    let start = Instant::now();
    let held = acquire(&objects, "two").await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(store.get(AT).unwrap()["spec"]["holderIdentity"], "two");
    held.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_broken_lock_is_lost_and_stays_with_the_one_who_broke_it() {
    let (objects, store) = cluster();
    let first = acquire(&objects, "one").await.unwrap();
    let (second, before) = Lock::break_lock(&objects, "two", DURATION).await.unwrap();
    assert_eq!(before.unwrap().holder, "one");
    pass(DURATION).await;
    assert_eq!(first.check(), Err(Lost::Replaced { holder: "two".to_owned() }));
    // Nothing of the other one is given back.
    first.release().await.unwrap();
    second.check().unwrap();
    assert_eq!(store.get(AT).unwrap()["spec"]["holderIdentity"], "two");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_lock_is_lost() {
    let (objects, store) = cluster();
    let held = acquire(&objects, "one").await.unwrap();
    store.set(AT, None);
    pass(DURATION / 2).await;
    assert_eq!(held.check(), Err(Lost::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_cannot_be_renewed_is_not_sure_until_it_is() {
    let (objects, _, cut, _) = breaking();
    let held = acquire(&objects, "one").await.unwrap();
    cut.store(true, Ordering::SeqCst);
    pass(DURATION / 2).await;
    held.check().unwrap();
    pass(DURATION / 2).await;
    assert!(matches!(held.check(), Err(Lost::Expired { seconds: 25.. })));
    let waiting = held.confirm(DURATION);
    cut.store(false, Ordering::SeqCst);
    waiting.await.unwrap();
    held.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_renewal_ends() {
    let (objects, _, cut, _) = breaking();
    let held = acquire(&objects, "one").await.unwrap();
    cut.store(true, Ordering::SeqCst);
    advance(DURATION).await;
    let start = Instant::now();
    assert!(held.confirm(DURATION).await.is_err());
    assert_eq!(start.elapsed().as_secs(), DURATION.as_secs());
}

#[tokio::test(start_paused = true)]
async fn requests_whose_answers_are_lost_are_known_for_ones_own() {
    let store = Store::default();
    let answers = store.clone();
    let mut writes = 0;
    let (objects, _) = answering(Writes::Real, move |seen| {
        let answer = answers.answer(seen);
        writes += u32::from(seen.method != "GET");
        if seen.method != "GET" && writes % 3 == 1 { Answer::Lost } else { answer }
    });
    let start = Instant::now();
    let held = acquire(&objects, "one").await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    pass(DURATION * 2).await;
    held.check().unwrap();
    let renewed = store.get(AT).unwrap();
    assert_eq!(renewed["spec"]["holderIdentity"], "one");
    assert_eq!(renewed["spec"]["leaseTransitions"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_leases_gets_a_config_map() {
    let store = Store::default();
    let answers = store.clone();
    let (objects, _) = answering(Writes::Real, move |seen| answers.answer(seen));
    let lock = Lock {
        objects: objects.clone(),
        form: Form::ConfigMap,
        holder: "one".to_owned(),
        duration: DURATION,
    };
    let record = lock.record(None);
    lock.write(None, &record).await.unwrap().unwrap();
    let live = store.get("/api/v1/namespaces/kyma-installer/configmaps/kyma-upgrade-lock").unwrap();
    assert_eq!(live["data"]["holderIdentity"], "one");
    assert_eq!(Form::ConfigMap.record(&live), record);
}

#[tokio::test(start_paused = true)]
async fn the_newest_form_that_the_server_serves_is_taken() {
    for (served, form) in [
        ("/apis/coordination.k8s.io/v1", Form::Lease("coordination.k8s.io/v1")),
        ("/apis/coordination.k8s.io/v1beta1", Form::Lease("coordination.k8s.io/v1beta1")),
        ("/api/v1", Form::ConfigMap),
    ] {
        let leases =
            json!({ "resources": [{ "name": "leases", "kind": "Lease", "namespaced": true }] });
        let (objects, _) = bare(move |seen| {
            let is_served = seen.path == served;
            if is_served { ok(leases.clone()) } else { Answer::Text(404, "404 page not found") }
        });
        assert_eq!(Form::of(&objects).await.unwrap(), form);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_takes_no_lock_but_tells_who_has_it() {
    let (objects, log) = answering(Writes::DryRun, |seen| match &*seen.method {
        "GET" => crate::cluster::mock::refused(404, "NotFound"),
        _ => ok(seen.body.clone()),
    });
    let held = acquire(&objects, "one").await.unwrap();
    advance(DURATION * 2).await;
    held.check().unwrap();
    held.release().await.unwrap();
    let writes: Vec<_> = log.seen().into_iter().filter(|it| it.method != "GET").collect();
    assert_eq!(writes.len(), 1);
    assert!(writes[0].path.contains("dryRun=All"));
}

#[test]
fn a_record_that_somebody_wrote_by_hand_is_read_with_something_sensible() {
    let form = Form::Lease("coordination.k8s.io/v1");
    let spec =
        json!({ "holderIdentity": "x", "leaseDurationSeconds": 99_999, "leaseTransitions": -4 });
    let record = form.record(&json!({ "spec": spec }));
    assert_eq!((record.seconds, record.transitions), (3600, 0));
    assert_eq!(record.told().to_string(), "x since an unknown time until at least an unknown time");
    assert!(form.record(&json!({})).is_free());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_until_a_late_renewal_proves_that_the_lock_was_held() {
    let (objects, _, cut, log) = breaking();
    let held = acquire(&objects, "one").await.unwrap();
    let guarded = objects.guarded_by(&held);
    let map = |name: &str| {
        let metadata = json!({"name": name, "namespace": "default"});
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    };
    guarded.create(&map("a")).await.unwrap();
    cut.store(true, Ordering::SeqCst);
    pass(DURATION).await;
    cut.store(false, Ordering::SeqCst);
    let sent = log.lines().len();
    let refused = guarded.with_patience(Patience::ONCE).create(&map("b")).await;
    assert!(matches!(refused, Err(Cause::Unlocked(Lost::Expired { .. }))), "{refused:?}");
    assert_eq!(log.lines().len(), sent);
    held.check_not_lost().unwrap();
    guarded.create(&map("b")).await.unwrap();
    held.check().unwrap();
    // Somebody else takes it away.
    let (_other, _) = Lock::break_lock(&objects, "two", DURATION).await.unwrap();
    pass(DURATION / 2).await;
    let refused = guarded.create(&map("c")).await;
    assert_eq!(refused, Err(Cause::Unlocked(Lost::Replaced { holder: "two".to_owned() })));
    held.check_not_lost().unwrap_err();
}
