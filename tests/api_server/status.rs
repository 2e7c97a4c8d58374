//! `status` against a real API server: what it says, to whom, and when `--watch` ends.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::support::run_at_home;

pub(crate) const CUSTOM: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: installations.installer.kyma-project.io}
spec:
  group: installer.kyma-project.io
  scope: Namespaced
  names: {kind: Installation, plural: installations, singular: installation}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

const INSTALLER: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: kyma-installer}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kyma-installer, namespace: kyma-installer}
spec:
  selector: {matchLabels: {name: kyma-installer}}
  template:
    metadata: {labels: {name: kyma-installer}}
    spec:
      containers: [{name: installer, image: 'eu.gcr.io/kyma-project/kyma-installer:1.11.0'}]
";

/// The Installation as the operator leaves it.
fn installation(state: &str, description: &str, label: &str) -> String {
    let object = json!({
        "apiVersion": "installer.kyma-project.io/v1alpha1",
        "kind": "Installation",
        "metadata": {
            "name": "kyma-installation", "namespace": "default", "labels": {"action": label},
        },
        "spec": {"components": [
            {"name": "istio", "namespace": "istio-system"},
            {"name": "core", "namespace": "kyma-system"},
        ]},
        "status": {"state": state, "description": description},
    });
    object.to_string()
}

fn json_of(cluster: &Cluster, args: &[&str]) -> Value {
    let kubeconfig = cluster.kubeconfig();
    let args = [&["status", "-o", "json", "--kubeconfig", kubeconfig.to_str().unwrap()], args];
    let output = run_at_home(cluster.folder(), &args.concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_cluster_is_followed_from_nothing_to_installed() {
    let Some(cluster) = Cluster::fresh() else { return };
    assert_eq!(json_of(&cluster, &[])["phase"], "missing");
    cluster.kubectl(&["apply", "-f", "-"], &format!("{CUSTOM}---{INSTALLER}"));
    let wait = "wait --for=condition=Established crd/installations.installer.kyma-project.io";
    cluster.command(wait);
    assert_eq!(json_of(&cluster, &[])["phase"], "missing");
    let put = |state: &str, description: &str, label: &str| {
        let text = installation(state, description, label);
        cluster.kubectl(&["apply", "-f", "-"], &text);
    };
    put("Installed", "Kyma installed", "install");
    let status = json_of(&cluster, &[]);
    assert_eq!((&status["phase"], &status["version"]), (&json!("starting"), &json!("1.11.0")));
    assert!(status["meaning"].as_str().unwrap().starts_with("No Pod"), "{status}");

    let kubeconfig = cluster.kubeconfig();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("kyma-upgrade"));
    command.args(["status", "--watch", "-o", "json", "--interval", "300", "--kubeconfig"]);
    let mut child = command.arg(kubeconfig).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["phase"], "starting");
    put("InProgress", "install component core", "install");
    let at_work = next();
    assert_eq!(
        (&at_work["phase"], &at_work["component"]["number"]),
        (&json!("working"), &json!(2))
    );
    put("Error", "install component core", "");
    assert_eq!(next()["phase"], "failed");
    put("Installed", "Kyma installed", "");
    assert_eq!(next()["phase"], "installed");
    assert!(child.wait().unwrap().success());
}

#[test]
fn whoever_may_read_the_installation_alone_gets_the_status_and_a_warning() {
    let Some(cluster) = Cluster::fresh() else { return };
    cluster.kubectl(&["apply", "-f", "-"], &format!("{CUSTOM}---{INSTALLER}"));
    cluster.command("wait --for=condition=Established crd/installations.installer.kyma-project.io");
    cluster.kubectl(&["apply", "-f", "-"], &installation("Installed", "Kyma installed", ""));
    let kubeconfig = cluster.kubeconfig();
    let args = ["status", "--context", "reader", "--kubeconfig", kubeconfig.to_str().unwrap()];
    let output = run_at_home(cluster.folder(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("403"));
    let role = "create clusterrole look --verb=get,list --resource=installations.installer.kyma-project.io";
    cluster.command(role);
    cluster.command("create clusterrolebinding look --clusterrole=look --user=reader");
    let output = run_at_home(cluster.folder(), &args);
    let (said, warned) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    assert!(said.unwrap().contains("\nstate      installed (Installed: Kyma installed)\n"));
    assert_eq!(warned.unwrap().lines().filter(|it| it.starts_with("warning: ")).count(), 4);
}
