//! Plans against what real kubectl and a real API server do: a release is installed, the program says
//! what all hops will do, the hops are done, and both are compared verb by verb and field by field.
//!
//! The operator is played: it takes the label off and writes its status.

use std::path::Path;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::compare::{Secrets, differences, kinds, wrong_predictions};
use crate::install::{Install, file};
use crate::support::run_at_home;

/// A cluster and its way over several hops.
pub(crate) struct Scenario<'a> {
    /// Where the program takes the releases from.
    pub(crate) source: &'a str,
    /// The folder that has the same files in `download` and `raw`.
    pub(crate) folder: &'a Path,
    pub(crate) deployment: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    /// What is there before the first release is installed.
    pub(crate) before: &'a str,
    /// What is done to the cluster before the first hop, as commands of kubectl.
    pub(crate) edits: &'a [&'a str],
}

impl Scenario<'_> {
    /// Plays the scenario. Gives the report of the program; none where there is no API server.
    pub(crate) fn play(&self) -> Option<Value> {
        let cluster = Cluster::fresh()?;
        self.install(&cluster);
        for edit in self.edits {
            cluster.command(edit);
        }
        let report = self.plan(&cluster);
        let mut wrong = Vec::new();
        let mut secrets = Secrets::default();
        for hop in report["hops"].as_array().unwrap() {
            let version = hop["to"].as_str().unwrap();
            let state = cluster.folder().join(format!("states/{version}.json"));
            let state = serde_json::from_slice(&fs_err::read(state).unwrap()).unwrap();
            let verbs = self.hop(&cluster, hop);
            let now = serde_json::from_str(&cluster.list(&kinds(&state))).unwrap();
            let fields = differences(&state, &now, &mut secrets);
            wrong.extend(verbs.iter().chain(&fields).map(|it| format!("{version}: {it}")));
        }
        let what = format!("{} from {} to {}", self.deployment, self.from, self.to);
        assert!(wrong.is_empty(), "{what}, edited: {:?}\n{}", self.edits, wrong.join("\n"));
        Some(report)
    }

    /// Installs the first release, on which the operator works.
    fn install(&self, cluster: &Cluster) {
        let Self { folder, deployment, from, before, .. } = *self;
        Install { folder, deployment, version: from, before }.apply(cluster);
        operate(cluster);
    }

    /// Asks the program, once, what all hops will do to the cluster.
    fn plan(&self, cluster: &Cluster) -> Value {
        let folder = cluster.folder().to_str().unwrap();
        let (state, states) = (format!("{folder}/state.json"), format!("{folder}/states"));
        fs_err::write(&state, cluster.state()).unwrap();
        let report = self.report(cluster, &["--cluster-state", &state, "--save-states", &states]);
        if self.edits.is_empty() {
            // A cluster that nobody has changed is the clean install that is assumed without a state.
            let assumed = self.report(cluster, &[]);
            assert_eq!(without_tiller(&report), without_tiller(&assumed));
        }
        report
    }

    fn report(&self, cluster: &Cluster, more: &[&str]) -> Value {
        let version = cluster.version();
        let path = ["plan", "--from", self.from, "--to", self.to, "--deployment", self.deployment];
        let rest = ["--kubernetes-version", &version, "--source", self.source, "-o", "json"];
        let output = run_at_home(cluster.folder(), &[&path[..], &rest, more].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|it| panic!("{it}: {errors}"))
    }

    /// Does the steps of a hop. Gives what kubectl did otherwise than predicted.
    fn hop(&self, cluster: &Cluster, hop: &Value) -> Vec<String> {
        let predictions = hop["predictions"].as_array().unwrap();
        let mut open: Vec<_> =
            predictions.iter().filter(|it| it["verb"] != "left-behind").collect();
        let mut wrong = Vec::new();
        for step in hop["steps"].as_array().unwrap() {
            let target = step["target"].as_str().unwrap();
            let (action, command) = (step["action"].as_str().unwrap(), step["command"].as_str());
            let (said, of_step): (_, Vec<_>) = match action {
                "delete" => {
                    let args = crate::cluster::words(command.unwrap());
                    let args = args.iter().skip(1).copied().chain(["--wait=false"]);
                    let said = cluster.run(&args.collect::<Vec<_>>(), "");
                    (said, open.extract_if(.., |it| it["source"].is_null()).collect())
                }
                "apply" => {
                    let file = file(self.folder, target).unwrap();
                    let said = cluster.run(&["apply", "-f", file.to_str().unwrap()], "");
                    (said, open.extract_if(.., |it| it["source"] == target).collect())
                }
                "label" => {
                    cluster.command(command.unwrap().strip_prefix("kubectl ").unwrap());
                    continue;
                }
                "watch" => {
                    if is_triggered(cluster) {
                        operate(cluster);
                    }
                    continue;
                }
                _ => continue,
            };
            wrong.extend(wrong_predictions(&of_step, &said));
        }
        wrong.extend(open.iter().map(|it| format!("predicted, but of no step: {it}")));
        wrong
    }
}

/// All predictions but those for Tiller, which clusters have that were installed before 1.10, but no
/// file that is read for those releases.
fn without_tiller(report: &Value) -> Vec<&Value> {
    let hops = report["hops"].as_array().unwrap().iter();
    let predictions = hops.flat_map(|it| it["predictions"].as_array().unwrap());
    let is_tillers =
        |it: &Value| it["source"].as_str().is_some_and(|it| it.ends_with("tiller.yaml"));
    predictions.filter(|it| !is_tillers(it)).collect()
}

const INSTALLATION: &str =
    "-n default get installation kyma-installation -o jsonpath={.metadata.labels.action}";

/// Whether the label is there that starts the operator.
fn is_triggered(cluster: &Cluster) -> bool {
    cluster.command(INSTALLATION) == "install"
}

/// What the operator does when it starts and succeeds.
fn operate(cluster: &Cluster) {
    cluster.command("-n default label installation kyma-installation action-");
    cluster.command(
        "-n default patch installation kyma-installation --type=merge -p '{\"status\": \
         {\"state\": \"Installed\", \"description\": \"Kyma installed\", \"errorLog\": []}}'",
    );
}

/// What somebody may have done to the example after its installation.
const DEMO_EDITS: [&str; 12] = [
    "-n kyma-installer patch configmap kyma-installer-script --type=merge -p \
     '{\"data\": {\"wait.sh\": \"true\", \"mine.sh\": \"false\"}}'",
    "label namespace kyma-installer team=mine",
    "annotate namespace kyma-installer example.com/owner=me",
    "-n kyma-installer label serviceaccount kyma-installer team=mine",
    "-n kyma-installer create configmap my-overrides --from-literal=a.b=c",
    "-n kyma-installer create secret generic my-secret --from-literal=password=hunter2",
    "-n kyma-installer create secret generic my-other --from-literal=password=hunter2",
    "-n kyma-installer annotate configmap kyma-installer-script \
     kubectl.kubernetes.io/last-applied-configuration-",
    "-n kyma-installer patch role kyma-installer-certs --type=json -p \
     '[{\"op\": \"add\", \"path\": \"/rules/0/verbs/-\", \"value\": \"delete\"}]'",
    "-n default patch installation kyma-installation --type=json -p \
     '[{\"op\": \"remove\", \"path\": \"/spec/components/1\"}, \
     {\"op\": \"add\", \"path\": \"/spec/components/-\", \"value\": {\"name\": \"mine\", \"namespace\": \"mine\"}}]'",
    "-n kyma-installer delete serviceaccount kyma-installer",
    "-n kyma-installer create serviceaccount other",
];

/// What somebody may have done to the overrides of a local installation.
const LOCAL_EDITS: [&str; 3] = [
    "-n kyma-installer patch configmap istio-overrides --type=merge -p '{\"data\": \
     {\"pilot.resources.limits.memory\": \"2048Mi\", \"mixer.resources.limits.memory\": null, \
     \"gateways.replicaCount\": \"3\"}}'",
    "-n kyma-installer patch configmap core-overrides --type=json -p \
     '[{\"op\": \"remove\", \"path\": \"/metadata/labels/component\"}]'",
    "-n kyma-installer delete configmap helm-broker-overrides",
];

/// An installer from the time when Kubernetes still served the version in which its file has it.
pub(crate) const OLD_INSTALLER: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kyma-installer}\n---\n\
    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kyma-installer, namespace: kyma-installer}\n\
    spec:\n  selector: {matchLabels: {name: kyma-installer}}\n  template:\n    \
    metadata: {labels: {name: kyma-installer}}\n    \
    spec: {containers: [{name: installer, image: example.com/kyma-installer}]}\n";

fn demo(deployment: &str, edits: &[&str]) {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo"));
    let (from, to) = ("1.0.0", "1.3.0");
    let before = OLD_INSTALLER;
    let scenario = Scenario { source: "demo", folder, deployment, from, to, before, edits };
    let Some(report) = scenario.play() else { return };
    let hops = report["hops"].as_array().unwrap();
    assert_eq!(hops.len(), 3);
    // Its old installers are of a version that this Kubernetes does not serve any more.
    let rejected = hops.iter().flat_map(|it| it["predictions"].as_array().unwrap());
    let rejected: Vec<_> = rejected.filter(|it| it["verb"] == "rejected").collect();
    assert!(!rejected.is_empty());
    for it in rejected {
        assert_eq!(it["object"], "Deployment/kyma-installer/kyma-installer");
    }
}

#[test]
fn the_example_for_clusters_does_what_is_predicted() {
    demo("cluster", &[]);
}

#[test]
fn the_example_for_clusters_does_what_is_predicted_after_edits() {
    demo("cluster", &DEMO_EDITS);
}

#[test]
fn the_example_for_minikube_does_what_is_predicted() {
    demo("local", &[]);
}

#[test]
fn the_example_for_minikube_does_what_is_predicted_after_edits() {
    demo("local", &[&DEMO_EDITS[..], &LOCAL_EDITS].concat());
}
