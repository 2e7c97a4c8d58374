use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::release::Facts;

fn key(kind: &str, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

/// A state whose Installation lists components, written `name@namespace`.
fn state(components: &[&str]) -> ClusterState {
    let mut state = ClusterState::empty(None);
    list(&mut state, components);
    state
}

fn list(state: &mut ClusterState, components: &[&str]) {
    let components: Vec<_> = components
        .iter()
        .map(|it| it.split_once('@').unwrap())
        .map(|(name, namespace)| json!({"name": name, "namespace": namespace}))
        .collect();
    let installation = json!({
        "apiVersion": "installer.kyma-project.io/v1alpha1",
        "kind": "Installation",
        "metadata": {"name": "kyma-installation", "namespace": "default"},
        "spec": {"components": components},
    });
    state.put(procedure::installation(), installation);
}

/// Adds a record of Helm 2.
fn helm2(state: &mut ClusterState, name: &str, revision: u32, status: &str) {
    let object = format!("{name}.v{revision}");
    let labels =
        json!({"OWNER": "TILLER", "NAME": name, "VERSION": revision.to_string(), "STATUS": status});
    let metadata = json!({"name": object, "namespace": "kube-system", "labels": labels});
    let record = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata});
    state.put(key("ConfigMap", "kube-system", &object), record);
}

/// Adds a record of Helm 3 for `name@namespace`.
fn helm3(state: &mut ClusterState, release: &str, revision: u32, status: &str) {
    let (name, namespace) = release.split_once('@').unwrap();
    let object = format!("sh.helm.release.v1.{name}.v{revision}");
    let labels =
        json!({"owner": "helm", "name": name, "version": revision.to_string(), "status": status});
    let metadata = json!({"name": object, "namespace": namespace, "labels": labels});
    let kind = "helm.sh/release.v1";
    let record = json!({"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": metadata});
    state.put(key("Secret", namespace, &object), record);
}

/// A cluster on its way.
struct Way {
    state: ClusterState,
    facts: Facts,
    releases: Option<Releases>,
}

impl Way {
    /// From `release` on, where all that the state lists was listed by the release, too.
    fn from(release: &str, state: ClusterState) -> Self {
        let names = listed(&state).into_iter().map(|it| it.name).collect();
        Self::listing(release, state, &names)
    }

    /// From `release` on, which lists `installed`.
    fn listing(release: &str, state: ClusterState, installed: &BTreeSet<String>) -> Self {
        let facts = Facts::builtin();
        let operator = facts.operator(&release.parse().unwrap());
        let releases = Releases::of(&state, operator, installed, true);
        Self { releases: Some(releases), state, facts }
    }

    /// The hop to a release that lists these components.
    fn hop(&mut self, to: &str, components: &[&str]) -> OperatorRun {
        list(&mut self.state, components);
        let to: Version = to.parse().unwrap();
        let scene = Scene {
            to: &to,
            operator: self.facts.operator(&to),
            state: &self.state,
            taken_out: &BTreeSet::new(),
        };
        self.releases.as_mut().unwrap().run(&scene)
    }
}

/// `action name` of every component.
fn actions(run: &OperatorRun) -> Vec<String> {
    run.components.iter().map(|it| format!("{} {}", it.action.as_str(), it.name)).collect()
}

/// What happens to the one component at a hop to `to`, given its records with Helm 2.
fn fate2(to: &str, records: &[(u32, &str)]) -> (Action, Option<Why>) {
    let mut state = state(&["istio@istio-system"]);
    for (revision, status) in records {
        helm2(&mut state, "istio", *revision, status);
    }
    one(Way::from("1.12.0", state).hop(to, &["istio@istio-system"]))
}

fn fate3(to: &str, records: &[(u32, &str)]) -> (Action, Option<Why>) {
    let mut state = state(&["istio@istio-system"]);
    for (revision, status) in records {
        helm3(&mut state, "istio@istio-system", *revision, status);
    }
    one(Way::from("1.19.0", state).hop(to, &["istio@istio-system"]))
}

fn one(run: OperatorRun) -> (Action, Option<Why>) {
    let [component] = <[_; 1]>::try_from(run.components).unwrap();
    (component.action, component.why)
}

#[test]
fn without_records_the_list_of_the_installation_says_what_is_installed() {
    let mut way = Way::from("1.0.0", state(&["a@x", "b@x"]));
    let run = way.hop("1.1.0", &["c@x", "b@x"]);
    assert_eq!(actions(&run), ["install c", "upgrade b", "left-installed a"]);
    assert!(run.components[1].why.is_none());
    assert_eq!(run.components[2].why, Some(Why::Left(Since::Hop("1.1.0".parse().unwrap()))));
    assert_eq!(run.components[2].namespace, "x");
}

#[test]
fn what_was_left_is_told_with_its_hop_and_upgraded_when_it_comes_back() {
    let mut way = Way::from("0.8.2", state(&["a@x", "logging@x"]));
    way.hop("0.9.1", &["a@x"]);
    let later = way.hop("1.0.0", &["a@x"]);
    let since = Since::Hop("0.9.1".parse().unwrap());
    assert_eq!(later.components[1].why, Some(Why::Left(since.clone())));
    let back = way.hop("1.1.0", &["a@x", "logging@x"]);
    assert_eq!(actions(&back), ["upgrade a", "upgrade logging"]);
    assert_eq!(back.components[1].why, Some(Why::BackSince(since)));
    let plain = way.hop("1.2.2", &["a@x", "logging@x"]);
    assert_eq!(plain.components[1].why, None);
}

#[test]
fn with_records_a_listed_component_without_one_is_installed() {
    let mut state = state(&["a@x", "b@x"]);
    helm2(&mut state, "a", 1, "DEPLOYED");
    let run = Way::from("1.9.0", state).hop("1.10.0", &["a@x", "b@x"]);
    assert_eq!(actions(&run), ["upgrade a", "install b"]);
}

#[test]
fn until_1_12_anything_but_deployed_fails_because_its_name_is_taken() {
    for status in ["FAILED", "PENDING_UPGRADE", "PENDING_INSTALL", "DELETED", "SUPERSEDED"] {
        let why = Some(Why::Exists(status.to_owned()));
        assert_eq!(fate2("1.12.0", &[(1, "DEPLOYED"), (2, status)]), (Action::Fails, why));
    }
    assert_eq!(fate2("1.12.0", &[(1, "FAILED"), (2, "DEPLOYED")]), (Action::Upgrade, None));
    let error = Why::Exists("FAILED".to_owned()).error("istio");
    assert_eq!(error.as_deref(), Some("a release named istio already exists"));
}

#[test]
fn from_1_13_on_history_decides_about_a_failed_release() {
    let failed = || "FAILED".to_owned();
    let after = (Action::Upgrade, Some(Why::UpgradedAfter(failed())));
    assert_eq!(fate2("1.13.0", &[(1, "DEPLOYED"), (2, "FAILED")]), after);
    let never = (Action::Fails, Some(Why::NoDeployedRevision(failed())));
    assert_eq!(fate2("1.13.0", &[(1, "SUPERSEDED"), (2, "FAILED")]), never);
    let anew = (Action::Install, Some(Why::InstalledAnew(failed())));
    assert_eq!(fate2("1.13.0", &[(1, "FAILED")]), anew);
    let unexpected = (Action::Fails, Some(Why::UnexpectedStatus("SUPERSEDED".to_owned())));
    assert_eq!(fate2("1.13.0", &[(1, "SUPERSEDED")]), unexpected);
}

#[test]
fn only_ten_revisions_are_looked_at() {
    let mut records = vec![(1, "DEPLOYED")];
    records.extend((2..=10).map(|it| (it, "FAILED")));
    assert_eq!(fate2("1.13.0", &records).0, Action::Upgrade);
    records.push((11, "FAILED"));
    assert_eq!(fate2("1.13.0", &records).0, Action::Fails);
}

#[test]
fn a_pending_release_is_refused_by_a_helm_that_is_known_to_refuse() {
    let pending = |release| fate3(release, &[(1, "deployed"), (2, "pending-upgrade")]);
    let status = || "pending-upgrade".to_owned();
    assert_eq!(pending("1.20.0"), (Action::Upgrade, Some(Why::Unfinished(status()))));
    assert_eq!(pending("1.24.2"), (Action::Fails, Some(Why::InProgress(status()))));
    let install = fate3("1.24.2", &[(1, "pending-install")]);
    assert_eq!(install.0, Action::Install);
}

#[test]
fn a_component_fails_once_and_is_taken_as_mended() {
    let mut state = state(&["istio@istio-system"]);
    helm2(&mut state, "istio", 3, "FAILED");
    let mut way = Way::from("1.9.0", state);
    let first = way.hop("1.10.0", &["istio@istio-system"]);
    assert_eq!(first.components[0].action, Action::Fails);
    let record = first.components[0].record.clone().unwrap();
    assert_eq!((record.revision, record.good), (3, None));
    assert_eq!(record.object.name, "istio.v3");
    let second = way.hop("1.11.1", &["istio@istio-system"]);
    assert_eq!(one(second), (Action::Upgrade, None));
}

#[test]
fn the_last_revision_that_worked_is_known() {
    let mut state = state(&["a@x"]);
    for (revision, status) in [(1, "SUPERSEDED"), (10, "FAILED"), (9, "FAILED"), (2, "SUPERSEDED")]
    {
        helm2(&mut state, "a", revision, status);
    }
    let run = Way::from("1.9.0", state).hop("1.10.0", &["a@x"]);
    let record = run.components[0].record.clone().unwrap();
    assert_eq!((record.revision, record.good), (10, Some(2)));
}

#[test]
fn helm_2_upgrades_in_the_old_namespace_and_helm_3_finds_nothing_in_the_new_one() {
    let mut way = Way::from("1.12.0", state(&["a@x"]));
    let stays = (Action::Upgrade, Some(Why::StaysIn("x".into())));
    assert_eq!(one(way.hop("1.12.0", &["a@y"])), stays);
    assert_eq!(one(way.hop("1.13.0", &["a@y"])), (Action::Upgrade, None), "told once");
    let fails = (Action::Fails, Some(Why::NotInNamespace("x".into())));
    assert_eq!(one(Way::from("1.19.0", state(&["a@x"])).hop("1.20.0", &["a@y"])), fails);
}

#[test]
fn a_release_of_the_same_name_elsewhere_turns_an_installation_into_an_upgrade() {
    let mut state = state(&["a@x"]);
    helm3(&mut state, "a@x", 1, "deployed");
    helm3(&mut state, "logging@mine", 4, "deployed");
    let run = Way::from("1.19.0", state).hop("1.20.0", &["a@x", "logging@kyma-system"]);
    assert_eq!(run.components[0].action, Action::Upgrade);
    let logging = &run.components[1];
    assert_eq!(logging.why, Some(Why::NotInNamespace("mine".to_owned())));
    assert_eq!(logging.action, Action::Fails);
    assert_eq!(run.components.len(), 2, "a release that was on no list is not left behind by it");
}

#[test]
fn a_release_in_the_right_namespace_counts_before_one_elsewhere() {
    let mut state = state(&["a@x"]);
    helm3(&mut state, "a@mine", 1, "failed");
    helm3(&mut state, "a@x", 1, "deployed");
    helm3(&mut state, "a@z", 1, "failed");
    let run = Way::from("1.19.0", state).hop("1.20.0", &["a@x"]);
    assert_eq!(run.components[0].action, Action::Upgrade);
    assert_eq!(run.components[0].why, None);
}

#[test]
fn a_foreign_release_with_the_name_of_a_new_component_is_upgraded_to_it() {
    let mut state = state(&["a@x"]);
    helm2(&mut state, "a", 1, "DEPLOYED");
    helm2(&mut state, "rafter", 1, "DEPLOYED");
    let run = Way::from("1.8.0", state).hop("1.9.0", &["a@x", "rafter@x"]);
    assert_eq!(run.components[1].why, Some(Why::Foreign));
}

#[test]
fn a_component_that_was_taken_off_the_list_before_is_left_since_then() {
    let mut state = state(&["a@x"]);
    helm2(&mut state, "a", 1, "DEPLOYED");
    helm2(&mut state, "b", 1, "DEPLOYED");
    let installed = ["a", "b"].map(ToOwned::to_owned).into();
    let mut way = Way::listing("1.8.0", state, &installed);
    let run = way.hop("1.9.0", &["a@x"]);
    assert_eq!(run.components[1].why, Some(Why::Left(Since::Before)));
}

#[test]
fn the_converter_needs_tiller_and_its_secret() {
    let mut state = state(&["a@x"]);
    helm2(&mut state, "a", 1, "DEPLOYED");
    let lacks = |state: &ClusterState| {
        let mut way = Way::from("1.13.0", state.clone());
        let run = way.hop("1.14.0", &["a@x"]);
        assert_eq!(way.hop("1.15.1", &["a@x"]).unconverted, None, "told once");
        let Some(Unconverted::Lacks(keys)) = run.unconverted else { return Vec::new() };
        keys.iter().map(ToString::to_string).collect()
    };
    let [tiller, secret] = needs_of_converter();
    assert_eq!(lacks(&state), [tiller.to_string(), secret.to_string()]);
    state.put(tiller, json!({}));
    assert_eq!(lacks(&state), [secret.to_string()]);
    state.put(secret, json!({}));
    assert!(lacks(&state).is_empty());
}

#[test]
fn a_clean_install_is_converted() {
    let state = state(&["a@x"]);
    let facts = Facts::builtin();
    let operator = facts.operator(&Version::new(1, 13, 0));
    let releases = Releases::of(&state, operator, &BTreeSet::new(), false);
    let run = Way { releases: Some(releases), state, facts }.hop("1.14.0", &["a@x"]);
    assert_eq!(run.unconverted, None);
    assert_eq!(one(run), (Action::Upgrade, None));
}

#[test]
fn after_1_15_nothing_converts_what_helm_2_alone_recorded() {
    let mut state = state(&["a@x", "b@x"]);
    helm2(&mut state, "a", 1, "DEPLOYED");
    helm2(&mut state, "b", 1, "DEPLOYED");
    helm2(&mut state, "mine", 1, "DEPLOYED");
    helm3(&mut state, "b@x", 1, "deployed");
    let mut way = Way::from("1.15.1", state);
    let run = way.hop("1.16.0-rc4", &["a@x", "b@x"]);
    let Some(Unconverted::Left(records)) = run.unconverted else { panic!("it is told") };
    let names: Vec<_> = records.iter().map(|it| it.object.name.as_str()).collect();
    assert_eq!(names, ["a.v1"]);
    assert_eq!(way.hop("1.17.1", &["a@x", "b@x"]).unconverted, None);
}

#[test]
fn the_finalizer_is_told_at_the_first_hop_whose_operator_leaves_it() {
    let mut way = Way::from("1.16.0-rc4", state(&[]));
    let mut keeps = |to: &str, finalizer: &str| {
        let key = procedure::installation();
        let mut installation = way.state.get(&key).unwrap();
        installation["metadata"]["finalizers"] = json!([finalizer]);
        way.state.put(key, installation);
        let to: Version = to.parse().unwrap();
        let (operator, taken_out) = (way.facts.operator(&to), &BTreeSet::new());
        let scene = Scene { to: &to, operator, state: &way.state, taken_out };
        way.releases.as_mut().unwrap().run(&scene).keeps_finalizer
    };
    assert!(!keeps("1.17.1", FINALIZER));
    assert!(!keeps("1.18.2", "example.com/other"));
    assert!(keeps("1.19.2", FINALIZER));
    assert!(!keeps("1.20.0", FINALIZER));
}

#[test]
fn a_component_is_known_by_its_release_name() {
    let component = json!({"name": "chart", "release": "known", "namespace": "x"});
    let expected = Listed { name: "known".to_owned(), namespace: "x".to_owned() };
    assert_eq!(super::component(&component), Some(expected));
    assert_eq!(super::component(&json!({"release": "", "name": "a"})).unwrap().name, "a");
    assert_eq!(super::component(&json!("a")), None);
}
