//! The same on the files of real releases, where `KYMA_RELEASE_DATA` names a folder that holds them in
//! the shape in which GitHub serves them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::differential::{OLD_INSTALLER, Scenario};
use crate::server::Server;
use crate::support::Mirror;

/// What somebody may have done to a cluster: to objects of the release, and with own ones.
const EDITS: [&str; 19] = [
    "-n kyma-installer create configmap my-overrides --from-literal=logging.a.b=c",
    "-n kyma-installer label configmap my-overrides installer=overrides component=logging",
    "-n kyma-installer create secret generic my-secret --from-literal=password=hunter2",
    "label namespace kyma-installer team=mine istio-injection=enabled --overwrite",
    "annotate namespace kyma-installer example.com/owner=me",
    "-n kyma-installer patch limitrange kyma-default --type=json -p \
     '[{\"op\": \"replace\", \"path\": \"/spec/limits/0/max/memory\", \"value\": \"8192Mi\"}]'",
    "label serviceaccount -n kyma-installer kyma-installer team=mine",
    "-n kyma-installer annotate serviceaccount kyma-installer \
     kubectl.kubernetes.io/last-applied-configuration-",
    "patch clusterrole kyma-installer-reader --type=json -p \
     '[{\"op\": \"remove\", \"path\": \"/rules/0\"}]'",
    "patch clusterrolebinding kyma-installer --type=json -p '[{\"op\": \"add\", \"path\": \
     \"/subjects/-\", \"value\": {\"kind\": \"User\", \"name\": \"me\", \"apiGroup\": \"rbac.authorization.k8s.io\"}}]'",
    "annotate clusterrolebinding kyma-installer kubectl.kubernetes.io/last-applied-configuration-",
    "patch customresourcedefinition releases.release.kyma-project.io --type=merge -p \
     '{\"spec\": {\"names\": {\"shortNames\": [\"rls\"]}}}'",
    "-n default patch installation kyma-installation --type=json -p \
     '[{\"op\": \"remove\", \"path\": \"/spec/components/2\"}, \
     {\"op\": \"add\", \"path\": \"/spec/components/-\", \"value\": {\"name\": \"mine\", \"namespace\": \"mine\"}}]'",
    "-n default annotate installation kyma-installation example.com/owner=me",
    "-n kyma-installer create job mine --image=example.com/mine",
    "-n kyma-installer delete job helm-certs-job",
    "-n kyma-installer delete role helm-certs-setter",
    "-n kyma-installer delete rolebinding helm-certs-rolebinding",
    "-n kyma-installer create rolebinding helm-certs-rolebinding --role=helm-certs-setter --user=me",
];

/// What somebody may have done to a local installation besides.
const LOCAL_EDITS: [&str; 6] = [
    "-n kyma-installer patch configmap istio-overrides --type=merge -p '{\"data\": \
     {\"pilot.resources.limits.memory\": \"2048Mi\", \"pilot.resources.limits.cpu\": null, \
     \"gateways.istio-ingressgateway.replicaCount\": \"3\"}}'",
    "-n kyma-installer patch configmap installation-config-overrides --type=merge -p '{\"data\": \
     {\"global.domainName\": \"example.com\", \"global.adminPassword\": \"aHVudGVyMg==\", \"global.mine\": \"yes\"}}'",
    "-n kyma-installer patch secret application-connector-certificate-overrides --type=merge -p \
     '{\"data\": {\"global.applicationConnectorCa\": \"aHVudGVyMg==\", \"mine.token\": \"aHVudGVyMg==\"}}'",
    "-n kyma-installer label configmap helm-broker-overrides component-",
    "-n kyma-installer delete configmap service-catalog-overrides",
    "-n kyma-installer annotate secret application-connector-certificate-overrides \
     kubectl.kubernetes.io/last-applied-configuration-",
];

/// Up to 1.9 the installer is of a version that newer Kubernetes do not serve.
const OLD: [&str; 2] = ["Deployment/kyma-installer/kyma-installer"; 2];

/// One way over several releases.
struct Way<'a> {
    deployment: &'a str,
    from: &'a str,
    to: &'a str,
    edits: &'a [&'a str],
    /// The objects that are rejected, in order.
    rejected: &'a [&'a str],
}

#[test]
fn real_releases_do_what_is_predicted() {
    let Some(data) = std::env::var_os("KYMA_RELEASE_DATA").map(PathBuf::from) else {
        println!("not run: KYMA_RELEASE_DATA names no folder with real releases");
        return;
    };
    if !Server::is_available() {
        return;
    }
    let mirror = Mirror::of_release_data(&data);
    let local = [&EDITS[..], &LOCAL_EDITS].concat();
    let ways = [
        Way { deployment: "cluster", from: "1.9.0", to: "1.13.0", edits: &EDITS, rejected: &[] },
        Way { deployment: "local", from: "1.9.0", to: "1.13.0", edits: &local, rejected: &[] },
        Way { deployment: "cluster", from: "1.9.0", to: "1.11.1", edits: &[], rejected: &[] },
        Way { deployment: "local", from: "1.4.1", to: "1.6.0", edits: &[], rejected: &OLD },
        Way { deployment: "cluster", from: "1.4.1", to: "1.6.0", edits: &EDITS, rejected: &OLD },
    ];
    // Two at a time: each has a server of its own.
    for pair in ways.chunks(2) {
        std::thread::scope(|scope| {
            let started = pair.iter().map(|it| scope.spawn(|| play(it, &data, &mirror)));
            let started: Vec<_> = started.collect();
            for it in started {
                it.join().unwrap();
            }
        });
    }
}

fn play(way: &Way<'_>, data: &Path, mirror: &Mirror) {
    let Way { deployment, from, to, edits, .. } = way;
    let (source, before) = (mirror.path(), OLD_INSTALLER);
    let scenario = Scenario { source, folder: data, deployment, from, to, before, edits };
    let Some(report) = scenario.play() else { return };
    let hops = report["hops"].as_array().unwrap();
    let rejected = hops.iter().flat_map(|it| it["predictions"].as_array().unwrap());
    let rejected: Vec<_> = rejected.filter(|it| it["verb"] == "rejected").collect();
    let names: Vec<_> = rejected.iter().map(|it: &&Value| it["object"].as_str().unwrap()).collect();
    assert_eq!(names, way.rejected, "{deployment} from {from} to {to}");
}
