//! Servers that are not there, do not answer, or do not want to.

use std::net::TcpListener;
use std::process::Output;

use super::{Place, TOKEN, failed, history, text};
use crate::server::{Answer, Server};
use crate::support::History;

const LIST: &str = "/repos/kyma-project/kyma/releases?";
const PLAN: &str = "plan --from 1.4 --to 1.5 --report plan.json";

/// The rate limit is used up until the year 2100.
const USED_UP: &str = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 4102444800\r\n";

/// Runs a plan against a server that answers this to all paths with this text.
fn plan_at(part: &'static str, answer: fn() -> Answer) -> (Place, Output) {
    let place = Place::new();
    let server = Server::start(history(), move |path| path.contains(part).then(answer));
    let mut command = place.command_at(&server.base(), PLAN);
    let output = command.env("GITHUB_TOKEN", TOKEN).output().unwrap();
    assert!(!place.path().join("plan.json").exists());
    (place, output)
}

fn fails(name: &str, part: &'static str, answer: fn() -> Answer) {
    let (place, output) = plan_at(part, answer);
    failed(name, 1, PLAN, &output);
    for file in place.files() {
        let kept = text(&fs_err::read(place.path().join(&file)).unwrap());
        assert!(!kept.contains(TOKEN), "{file}");
        assert!(!file.contains(".kyma-upgrade-"), "{file}");
    }
}

#[test]
fn no_network_is_said_with_the_ways_to_work_without_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let place = Place::new();
    failed("no_network", 1, PLAN, &place.command_at(&base, PLAN).output().unwrap());
    assert!(place.files().is_empty());
}

#[test]
fn without_network_and_cache_it_is_said_what_is_not_in_the_cache() {
    let place = Place::new();
    let line = "plan --from 1.4 --to 1.5 --offline";
    failed("offline_without_cache", 1, line, &place.run(line));
    assert!(place.files().is_empty());
}

#[test]
fn a_refused_token_is_named_but_not_shown() {
    fails("token_refused", LIST, || Answer::Whole(401, "", TOKEN.into()));
}

#[test]
fn a_server_that_wants_a_token_is_understood() {
    let place = Place::new();
    let server = Server::start(history(), |_| Some(Answer::Whole(401, "", vec![])));
    failed("token_wanted", 1, PLAN, &place.run_at(&server, PLAN));
}

#[test]
fn a_rate_limit_that_lasts_is_an_error_that_names_its_end() {
    fails("rate_limit_with_token", LIST, || Answer::Whole(403, USED_UP, vec![]));
    let place = Place::new();
    let server = Server::start(history(), |path| {
        path.starts_with("/repos/").then(|| Answer::Whole(429, USED_UP, vec![]))
    });
    failed("rate_limit_without_token", 1, PLAN, &place.run_at(&server, PLAN));
}

#[test]
fn what_is_no_catalogue_is_not_taken_for_one() {
    let page = || Answer::Whole(200, "", b"<!DOCTYPE html><title>Sign in</title>".to_vec());
    fails("catalogue_is_html", LIST, page);
    fails("catalogue_is_missing", LIST, || Answer::Whole(404, "", vec![]));
    fails("catalogue_is_forbidden", LIST, || Answer::Whole(403, "", vec![]));
    fails("catalogue_is_endless", LIST, || Answer::Endless);
    fails("catalogue_is_no_list", LIST, || Answer::Whole(200, "", b"{\"message\": 1}".to_vec()));
    let place = Place::new();
    let server = Server::start(History::default(), |_| None);
    failed("empty_catalogue", 1, PLAN, &place.run_at(&server, PLAN));
}

#[test]
fn guides_that_nobody_can_list_are_no_missing_guides() {
    fails("guides_are_html", "migration-guides", || Answer::Whole(200, "", b"<html>".to_vec()));
}

#[test]
fn answers_that_are_always_truncated_are_given_up_at_the_deadline() {
    let place = Place::new();
    let truncated =
        |path: &str| path.contains("/1.5.0/kyma-installer").then_some(Answer::Truncated);
    let server = Server::start(history(), truncated);
    let line = "plan --from 1.4 --to 1.5 --download-timeout 3 -q";
    failed("truncated_forever", 1, line, &place.run_at(&server, line));
    assert!(1 < server.asked().iter().filter(|it| it.contains("/1.5.0/")).count());
}
