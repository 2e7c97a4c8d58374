//! All lists of a cluster to a state.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;

use super::error::{Cause, Error};
use super::questions::{Question, Served, questions};
use super::request::{METADATA, Requests, WHOLE};
use super::{Cluster, Forbidden, Reading};
use crate::event::{Event, Phase};
use crate::simulate::state::{ClusterState, Outcome, Page, Seal};

/// How many lists are read at once.
const PARALLEL: usize = 6;

/// How many objects a page has.
const PAGE: &str = "500";

/// How often a list is begun.
const BEGINNINGS: u32 = 3;

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "gitVersion")]
    git_version: String,
}

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

/// The answer to a question.
struct Answer {
    question: Question,
    outcome: Outcome,
    pages: Vec<Page>,
}

/// Asks one cluster.
struct Reader<'a> {
    requests: Requests,
    seal: &'a Seal,
    source: &'a str,
}

/// Reads everything.
pub(super) async fn state(cluster: &Cluster, key: [u8; 32]) -> Result<Reading, Error> {
    (cluster.sink)(Event::Phase(Phase::Cluster));
    let seal = Seal::random(key);
    let (requests, source) = (Requests::new(cluster.client.clone()), &cluster.origin.server);
    let reader = Reader { requests, seal: &seal, source };
    let failed = |cause| cluster.error(cause);
    let version = version(&reader.requests).await.map_err(failed)?;
    let served = reader.served().await.map_err(failed)?;
    let questions = questions();
    let lists = questions.len();
    let ask = |(number, question): (usize, Question)| {
        let (what, number) = (question.what(), (number + 1, lists));
        (cluster.sink)(Event::Item { phase: Phase::Cluster, what, number });
        reader.answer(question, &served)
    };
    let answers = stream::iter(questions.into_iter().enumerate())
        .map(ask)
        .buffered(PARALLEL)
        .try_collect::<Vec<_>>();
    let answers = answers.await.map_err(failed)?;
    if answers.iter().all(|it| it.outcome != Outcome::Read) {
        return Err(failed(Cause::NothingPermitted));
    }
    let state = ClusterState::new(source, seal.clone());
    Ok(collected(state.of_cluster(cluster.origin.clone(), version), answers))
}

fn collected(mut state: ClusterState, answers: Vec<Answer>) -> Reading {
    let mut forbidden = Vec::new();
    for Answer { question, outcome, pages } in answers {
        let listing = question.listing(outcome);
        if outcome == Outcome::Forbidden {
            let (what, reason) = (question.what(), question.reason);
            forbidden.push(Forbidden { what, reason, listing: listing.clone() });
        }
        state.add(listing, pages);
    }
    Reading { state, forbidden }
}

impl Reader<'_> {
    async fn served(&self) -> Result<Served, Cause> {
        let text = self.requests.get("/apis", WHOLE).await?;
        let groups = parsed::<Groups>("/apis", &text)?.groups.into_iter();
        let versions = |it: Vec<GroupVersion>| it.into_iter().map(|it| it.version).collect();
        Ok(groups.map(|it| (it.name, versions(it.versions))).collect())
    }

    async fn answer(&self, question: Question, served: &Served) -> Result<Answer, Cause> {
        let answer = |outcome, pages| Ok(Answer { question, outcome, pages });
        let Some(version) = question.version(served) else {
            return answer(Outcome::NotServed, Vec::new());
        };
        let mut begun = 1;
        loop {
            match self.pages(&question, version).await {
                Ok(pages) => return answer(Outcome::Read, pages),
                Err(Cause::Forbidden(_)) => return answer(Outcome::Forbidden, Vec::new()),
                // The group has this version, but not the kind in it.
                Err(Cause::NotFound(_)) => return answer(Outcome::NotServed, Vec::new()),
                Err(Cause::Gone(_)) if begun < BEGINNINGS => begun += 1,
                Err(cause) => return Err(cause),
            }
        }
    }

    /// All pages of a list.
    async fn pages(&self, question: &Question, version: &str) -> Result<Vec<Page>, Cause> {
        let api_version = question.api_version(version);
        let accept = if question.metadata_only { METADATA } else { WHOLE };
        let mut pages = Vec::new();
        let mut next = None;
        loop {
            let path = path(question, version, next.as_deref());
            let text = self.requests.get(&path, accept).await?;
            let kind = (&*api_version, question.kind);
            let page = Page::read(self.source, &text, kind, self.seal);
            let page = page.map_err(|error| Cause::answer(&question.what(), &error))?;
            next.clone_from(&page.next);
            pages.push(page);
            if next.is_none() {
                return Ok(pages);
            }
        }
    }
}

/// The version of Kubernetes; none where the user may not know it.
pub(super) async fn version(requests: &Requests) -> Result<Option<String>, Cause> {
    let text = match requests.get("/version", WHOLE).await {
        Err(Cause::Forbidden(_)) => return Ok(None),
        text => text?,
    };
    Ok(Some(parsed::<Version>("/version", &text)?.git_version))
}

/// The path of a page with its parameters.
fn path(question: &Question, version: &str, next: Option<&str>) -> String {
    let mut parameters = url::form_urlencoded::Serializer::new(String::new());
    parameters.append_pair("limit", PAGE);
    if let Some((name, value)) = question.selector.map(super::questions::Selector::parameter) {
        parameters.append_pair(name, value);
    }
    if let Some(next) = next {
        parameters.append_pair("continue", next);
    }
    format!("{}?{}", question.path(version), parameters.finish())
}

fn parsed<'a, T: Deserialize<'a>>(request: &str, text: &'a str) -> Result<T, Cause> {
    let wrong = |error: serde_json::Error| {
        // The words of the parser may quote the answer.
        let cause = format!("line {}, column {}", error.line(), error.column());
        Cause::Answer { request: request.to_owned(), cause }
    };
    serde_json::from_str(text).map_err(wrong)
}
