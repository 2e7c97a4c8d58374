use serde_json::{Value, json};

use super::*;
use crate::analysis::Changes;
use crate::bundle::Bundle;
use crate::guide::{HopGuide, Known};
use crate::path::Hop;
use crate::release::{Artifact, Deployment, Facts, KubernetesFacts, Need, Resource, Role};
use crate::simulate::{ClusterState, Simulator};
use crate::yaml::Limits;

const FINALIZER: &str = "finalizer.installer.kyma-project.io";

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: {name: installations.installer.kyma-project.io}
spec:
  group: installer.kyma-project.io
  version: v1alpha1
  scope: Namespaced
  names: {kind: Installation, singular: installation, plural: installations}
";

/// A release whose Installation lists `name@namespace …`.
fn bundle(version: &str, components: &str) -> Bundle {
    let listed = components.split_whitespace().map(|it| {
        let (name, namespace) = it.split_once('@').unwrap();
        format!("  - {{name: {name}, namespace: {namespace}}}\n")
    });
    let list: Vec<_> = listed.collect();
    let text = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: kyma-installer}}\n---\n{DEFINITION}---\n\
         apiVersion: installer.kyma-project.io/v1alpha1\nkind: Installation\nmetadata:\n  \
         name: kyma-installation\n  namespace: default\n  labels: {{action: install, kyma-project.io/installation: \"\"}}\nspec:\n  \
         components:\n{}",
        list.concat()
    );
    let name = "kyma-installer-cluster.yaml".to_owned();
    let resource = Resource::Asset { tag: version.to_owned(), name };
    let need = Need { role: Role::Installer, resource: resource.clone(), required: true };
    let artifact =
        Artifact { resource, url: String::new(), sha256: String::new(), bytes: text.into_bytes() };
    Bundle::new(&version.parse().unwrap(), vec![(need, Ok(artifact))])
}

/// The Installation of a cluster that lists `name@namespace …`.
fn installation(components: &str) -> Value {
    let component = |it: &str| {
        let (name, namespace) = it.split_once('@').unwrap();
        json!({"name": name, "namespace": namespace})
    };
    let components: Vec<_> = components.split_whitespace().map(component).collect();
    json!({
        "apiVersion": "installer.kyma-project.io/v1alpha1",
        "kind": "Installation",
        "metadata": {
            "name": "kyma-installation",
            "namespace": "default",
            "labels": {"kyma-project.io/installation": ""},
            "finalizers": [FINALIZER],
        },
        "spec": {"components": components},
        "status": {"state": "Installed"},
    })
}

fn helm2(name: &str, revision: u32, status: &str) -> Value {
    let labels =
        json!({"OWNER": "TILLER", "NAME": name, "VERSION": revision.to_string(), "STATUS": status});
    let name = format!("{name}.v{revision}");
    let metadata = json!({"name": name, "namespace": "kube-system", "labels": labels});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

/// The findings with these codes at each hop over the releases, on a cluster with these objects or,
/// without any, on a clean install.
fn found(releases: &[Bundle], objects: &[Value], codes: &[Code]) -> Vec<Vec<Finding>> {
    let (facts, api) = (Facts::builtin(), KubernetesFacts::builtin());
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let mut simulator = if objects.is_empty() {
        Simulator::clean(&releases[0], &api)
    } else {
        let state = ClusterState::read("state.json", list.as_bytes(), &Limits::default()).unwrap();
        Simulator::on(state, &releases[0], &api)
    };
    let mut all = Vec::new();
    for (number, ends) in releases.windows(2).enumerate() {
        let simulated = simulator.hop(&ends[0], &ends[1], &facts);
        let (from, to) = (ends[0].version.clone(), ends[1].version.clone());
        let hop = Hop { from, to, reason: String::new(), skipped: Vec::new() };
        let known = Known { breaks: false, removed: &[], added: &[] };
        let context = Context {
            hop: &hop,
            from: &ends[0],
            to: &ends[1],
            changes: &Changes::between(&ends[0], &ends[1], &facts, None),
            guide: &HopGuide::new(hop.minors(), Vec::new(), Vec::new(), None, known),
            facts: &facts,
            deployment: Deployment::Cluster,
            is_first: number == 0,
            stories: &[],
            number,
            simulated: simulated.as_ref(),
            history: &releases[..number],
        };
        let findings = crate::lint::findings(&context);
        all.push(findings.into_iter().filter(|it| codes.contains(&it.code)).collect());
    }
    all
}

/// The findings at a single hop.
fn at(ends: [(&str, &str); 2], objects: &[Value], code: Code) -> Vec<Finding> {
    let bundles = ends.map(|(version, components)| bundle(version, components));
    found(&bundles, objects, &[code]).remove(0)
}

#[test]
fn a_failed_release_blocks_with_its_record_the_error_and_how_to_mend_it() {
    let ends = [("1.9.0", "istio@is core@ks"), ("1.10.0", "istio@is core@ks")];
    let records = [helm2("istio", 4, "SUPERSEDED"), helm2("istio", 5, "FAILED")];
    let mut objects = vec![installation("istio@is core@ks"), helm2("core", 1, "DEPLOYED")];
    objects.extend(records);
    let findings = at(ends, &objects, Code::HelmReleaseNotDeployed);
    let [finding] = <[_; 1]>::try_from(findings).unwrap();
    assert_eq!((finding.subject.as_str(), finding.severity), ("istio", Severity::Blocker));
    assert!(finding.message.contains("`a release named istio already exists`"), "{finding:?}");
    assert!(finding.remedy.contains("`helm rollback istio 4 --tls`"), "{finding:?}");
    let record = &finding.evidence[0];
    assert_eq!((record.source.as_str(), record.line), ("state.json", Some(1)));
    assert!(record.text.contains("istio.v5: FAILED"));
    assert_eq!(finding.evidence[1].source, "facts.yaml");
}

#[test]
fn a_release_that_never_worked_is_deleted_by_hand_or_by_the_operator() {
    let objects = [installation("istio@is"), helm2("istio", 1, "FAILED")];
    let code = Code::HelmReleaseNotDeployed;
    let before = at([("1.9.0", "istio@is"), ("1.10.0", "istio@is")], &objects, code);
    assert!(before[0].remedy.contains("`helm delete --purge istio --tls`"));
    assert_eq!(before[0].severity, Severity::Blocker);
    let after = at([("1.12.0", "istio@is"), ("1.13.0", "istio@is")], &objects, code);
    assert_eq!(after[0].severity, Severity::Warning);
    assert!(after[0].message.contains("installs it anew"));
}

#[test]
fn a_failed_release_is_told_at_the_first_hop_only() {
    let releases = ["1.9.0", "1.10.0", "1.11.1"].map(|it| bundle(it, "istio@is"));
    let objects = [installation("istio@is"), helm2("istio", 2, "FAILED")];
    let all = found(&releases, &objects, &[Code::HelmReleaseNotDeployed]);
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn a_component_that_the_user_added_drops_out_and_stays_installed() {
    let ends = [("1.9.0", "core@ks gone@ks"), ("1.10.0", "core@ks")];
    let objects = [installation("core@ks gone@ks mine@ns")];
    let codes = [Code::ComponentRemovedLeftInstalled, Code::EditResetByArtifact];
    let bundles = ends.map(|(version, components)| bundle(version, components));
    let findings = found(&bundles, &objects, &codes).remove(0);
    let told: Vec<_> = findings.iter().map(|it| (it.code, it.subject.as_str())).collect();
    // `gone` left the list of the release, which is told without a cluster, too.
    let code = Code::ComponentRemovedLeftInstalled;
    assert_eq!(told, [(code, "gone"), (code, "mine")]);
    assert!(findings[1].message.contains("added to the list"));
    assert_eq!(findings[1].evidence[0].source, "state.json");
}

#[test]
fn a_component_that_the_user_took_out_comes_back_and_is_told_by_its_name_alone() {
    let releases = [
        ("1.9.0", "core@ks logging@ks"),
        ("1.10.0", "core@ks logging@ks new@ks"),
        ("1.11.1", "core@ks logging@ks new@ks"),
    ]
    .map(|(version, components)| bundle(version, components));
    let all = found(&releases, &[installation("core@ks")], &[Code::EditResetByArtifact]);
    let told = |hop: &Vec<Finding>| hop.iter().map(|it| it.subject.clone()).collect::<Vec<_>>();
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [vec!["logging".to_owned()], vec![]]);
    let evidence: Vec<_> = all[0][0].evidence.iter().map(|it| it.source.as_str()).collect();
    assert_eq!(evidence, ["state.json", "1.10.0/kyma-installer-cluster.yaml"]);
}

#[test]
fn an_edit_of_the_list_that_changes_no_component_is_told_as_a_field() {
    let ends = [("1.9.0", "core@ks"), ("1.10.0", "core@ks")];
    let mut live = installation("core@ks");
    live["spec"]["components"][0]["source"] = json!({"url": "https://example.com/core.tgz"});
    let findings = at(ends, &[live], Code::EditResetByArtifact);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].subject.contains("spec.components"), "{findings:?}");
}

#[test]
fn without_the_secret_of_helm_nothing_is_converted() {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "tiller-deploy", "namespace": "kube-system"},
    });
    let secret = |name: &str| {
        let metadata = json!({"name": name, "namespace": "kyma-installer"});
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    };
    let ends = [("1.13.0", "core@ks"), ("1.14.0", "core@ks")];
    let base = [installation("core@ks"), helm2("core", 1, "DEPLOYED"), deployment];
    let code = Code::HelmConversionBlocked;
    let with = |more: &[Value]| at(ends, &[&base[..], more].concat(), code);
    let findings = with(&[secret("other")]);
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Blocker));
    assert!(findings[0].message.contains("Secret/kyma-installer/helm-secret"));
    assert!(!findings[0].message.contains("tiller-deploy"));
    assert!(with(&[secret("helm-secret")]).is_empty());
    assert!(with(&[]).is_empty(), "the state says nothing about Secrets");
    assert!(at(ends, &[], code).is_empty(), "a clean install has both");
}

#[test]
fn records_of_helm_2_after_1_15_are_told_with_each_record() {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "other", "namespace": "ks"},
    });
    let objects = [installation("core@ks"), helm2("core", 1, "DEPLOYED"), secret];
    let ends = [("1.17.1", "core@ks"), ("1.18.2", "core@ks")];
    let findings = at(ends, &objects, Code::HelmConversionBlocked);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].evidence[0].text.contains("core.v1"));
    assert!(findings[0].remedy.contains("helm 2to3 convert"));
}

#[test]
fn only_the_operator_of_1_24_1_does_not_wait() {
    let releases = ["1.23.1", "1.24.0", "1.24.1", "1.24.2"].map(|it| bundle(it, "core@ks"));
    let all = found(&releases, &[], &[Code::ReadinessNotWaited]);
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn a_finalizer_that_stays_is_told_once_from_1_18_on() {
    let releases = ["1.16.0-rc4", "1.17.1", "1.18.2", "1.19.2"].map(|it| bundle(it, "core@ks"));
    let all = found(&releases, &[installation("core@ks")], &[Code::FinalizerBlocksDeletion]);
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 0]);
    let finding = &all[1][0];
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.remedy.contains("kubectl -n default patch installation"));
}

#[test]
fn a_clean_install_is_silent() {
    let versions =
        ["1.0.0", "1.1.0", "1.2.2", "1.9.0", "1.12.0", "1.13.0", "1.14.0", "1.18.2", "1.24.11"];
    let releases = versions.map(|it| bundle(it, "core@ks istio@is"));
    let codes = [
        Code::HelmReleaseNotDeployed,
        Code::HelmConversionBlocked,
        Code::ReadinessNotWaited,
        Code::FinalizerBlocksDeletion,
        Code::ComponentRemovedLeftInstalled,
        Code::EditResetByArtifact,
    ];
    for findings in found(&releases, &[], &codes) {
        assert!(findings.is_empty(), "{findings:?}");
    }
}

#[test]
fn a_pending_release_may_still_be_at_work() {
    let objects = [installation("istio@is"), helm2("istio", 1, "PENDING_INSTALL")];
    let ends = [("1.9.0", "istio@is"), ("1.10.0", "istio@is")];
    let findings = at(ends, &objects, Code::HelmReleaseNotDeployed);
    assert!(findings[0].remedy.starts_with("Make sure that nothing is at work"), "{findings:?}");
}
