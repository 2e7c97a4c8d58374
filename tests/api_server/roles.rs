//! `roles` and `job` against a real API server: it takes what they print, and it is enough.

use std::path::PathBuf;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::status::CUSTOM;
use crate::support::run_at_home;

/// What a command prints, which has to succeed.
fn printed(cluster: &Cluster, args: &[&str]) -> String {
    let output = run_at_home(cluster.folder(), args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A plan of the built-in example.
fn plan(cluster: &Cluster) -> PathBuf {
    let path = cluster.folder().join("upgrade.plan");
    let file = path.to_str().unwrap();
    let args = ["plan", "--source", "demo", "--from", "1.0", "--to", "1.3", "--save-plan", file];
    printed(cluster, &args);
    path
}

fn prepared() -> Option<Cluster> {
    let cluster = Cluster::fresh()?;
    cluster.command("create namespace kyma-installer");
    Some(cluster)
}

#[test]
fn the_server_takes_the_roles_and_they_are_enough_to_read_everything() {
    let Some(cluster) = prepared() else { return };
    let plan = plan(&cluster);
    let of_plan = printed(&cluster, &["roles", plan.to_str().unwrap()]);
    cluster.kubectl(&["apply", "--dry-run=server", "-f", "-"], &of_plan);
    cluster.kubectl(&["apply", "-f", "-"], &printed(&cluster, &["roles"]));
    let name = "kyma-upgrade-plan";
    cluster.command(&format!("create clusterrolebinding look --clusterrole={name} --user=reader"));
    for namespace in ["kyma-installer", "kube-system"] {
        let bind = format!("create rolebinding look -n {namespace} --role={name} --user=reader");
        cluster.command(&bind);
    }
    let kubeconfig = cluster.kubeconfig();
    let access = ["--context", "reader", "--kubeconfig", kubeconfig.to_str().unwrap()];
    for command in ["snapshot", "status"] {
        let output = run_at_home(cluster.folder(), &[&[command], &access[..]].concat());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !errors.contains("warning"), "{command}: {errors}");
    }
}

#[test]
fn the_account_that_applies_may_do_what_the_steps_need_and_the_other_one_may_not() {
    let Some(cluster) = prepared() else { return };
    let plan = plan(&cluster);
    let roles = printed(&cluster, &["roles", plan.to_str().unwrap()]);
    cluster.kubectl(&["apply", "-f", "-"], &roles);
    // kubectl asks the server which group has the kind.
    cluster.kubectl(&["apply", "-f", "-"], CUSTOM);
    cluster.command("wait --for=condition=Established crd/installations.installer.kyma-project.io");
    let may = |account: &str, what: &str| {
        let user = format!("--as=system:serviceaccount:kyma-installer:{account}");
        let args: Vec<_> = ["auth", "can-i"].into_iter().chain(what.split(' ')).collect();
        cluster.succeeds(&[&args[..], &[&user]].concat())
    };
    for what in [
        "create deployments.apps -n kyma-installer",
        "delete deployments.apps -n kyma-installer",
        "patch installations.installer.kyma-project.io -n default",
        "watch installations.installer.kyma-project.io -n default",
        "create customresourcedefinitions.apiextensions.k8s.io",
        "escalate roles.rbac.authorization.k8s.io -n kyma-installer",
        "update leases.coordination.k8s.io -n kyma-installer",
        "create secrets -n kyma-installer",
        "create events -n default",
    ] {
        assert!(may("kyma-upgrade-apply", what), "{what}");
        let reads = what.starts_with("watch");
        assert_eq!(may("kyma-upgrade-plan", what), reads, "{what}");
    }
    for what in ["delete namespaces", "delete secrets -n kyma-installer", "get pods -n default"] {
        assert!(!may("kyma-upgrade-apply", what), "{what}");
    }
}

#[test]
fn the_server_takes_the_job_and_its_plan_is_the_one_that_was_saved() {
    let Some(cluster) = prepared() else { return };
    let plan = plan(&cluster);
    let plan = plan.to_str().unwrap();
    printed(&cluster, &["approve", plan, "--as", "alice"]);
    let job =
        ["job", plan, "--image", "registry.example.org/kyma-upgrade:0.1", "--", "--timeout", "3h"];
    let manifests = printed(&cluster, &job);
    cluster.kubectl(&["apply", "--dry-run=server", "-f", "-"], &manifests);
    cluster.kubectl(&["apply", "-f", "-"], &manifests);
    let list: Value = serde_json::from_str(&cluster.list("jobs,configmaps")).unwrap();
    let items = list["items"].as_array().unwrap();
    let ours = |kind: &str| {
        let of = |it: &&Value| {
            let name = it["metadata"]["name"].as_str().unwrap();
            it["kind"] == kind && name.starts_with("kyma-upgrade-")
        };
        items.iter().find(of).unwrap()
    };
    let arguments = &ours("Job")["spec"]["template"]["spec"]["containers"][0]["args"];
    let words: Vec<_> =
        arguments.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let end = ["--timeout", "3h"];
    assert!(words.starts_with(&["apply", "/plan/upgrade.plan", "--yes"]) && words.ends_with(&end));
    let config = ours("ConfigMap");
    assert!(config["data"]["upgrade.plan.approvals"].as_str().unwrap().contains("alice"));
    // What the Pod finds is read as the plan that it was made of.
    let packed = cluster.folder().join("packed");
    let name = config["metadata"]["name"].as_str().unwrap();
    let template = "-ogo-template={{index .binaryData \"upgrade.plan\" | base64decode}}";
    let bytes = cluster.bytes(&["get", "configmap", name, "-n", "kyma-installer", template]);
    fs_err::write(&packed, bytes).unwrap();
    let said = printed(&cluster, &["approve", packed.to_str().unwrap(), "--as", "bob"]);
    let digest = said.split_whitespace().find(|it| it.starts_with("sha256:")).unwrap();
    assert!(fs_err::read_to_string(plan).unwrap().contains(digest), "{said}");
}
